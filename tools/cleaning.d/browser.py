"""Chromium on a page that has the seeker's page's scripts and rules, and calls clean()."""

import base64
import http.server
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
SITE = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'Sources', 'Page', 'Site')
PAGE = b"""<!doctype html><meta charset=utf-8><title>Cleaning</title>
<script type=module src=/tried.js></script>"""


def fail(status, error, hint):
    print(f'cleaning: error: {error}\ncleaning: hint: {hint}', file=sys.stderr)
    sys.exit(status)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page's scripts, under the rules that the relay sends with them."""
    policy = ("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
              "style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'none'; "
              "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
              "trusted-types kith")

    def do_GET(self):
        folder = HERE if self.path == '/tried.js' else SITE
        path = os.path.realpath(os.path.join(folder, self.path.lstrip('/')))
        body, kind = (PAGE, 'text/html') if self.path == '/' else (None, 'text/javascript')
        if body is None and path.startswith(folder + os.sep) and os.path.isfile(path):
            with open(path, 'rb') as file:
                body = file.read()
        self.send_response(404 if body is None else 200)
        for name, value in (('Content-Type', kind), ('Content-Length', str(len(body or b''))),
                            ('Content-Security-Policy', self.policy), ('Cache-Control', 'no-store')):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body or b'')

    def log_message(self, *words):
        pass


class Browser:
    """Chromium on the page that cleans."""

    def __init__(self, folder):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = webdriver.ChromeOptions()
        options.binary_location = '/usr/bin/chromium'
        for flag in ('--headless=new', '--disable-gpu', '--disable-dev-shm-usage',
                     '--disable-background-networking', '--user-data-dir=' + folder):
            options.add_argument(flag)
        if os.geteuid() == 0:
            options.add_argument('--no-sandbox')  # Chromium refuses root otherwise
        self.driver = webdriver.Chrome(options=options, service=Service('/usr/bin/chromedriver'))
        self.driver.set_script_timeout(120)
        self.driver.get(f'http://127.0.0.1:{server.server_port}/')
        began = time.monotonic()
        while not self.driver.execute_script('return Boolean(globalThis.tried)'):
            if time.monotonic() - began > 20:
                fail(1, 'the scripts did not load', 'look at clean.js and what it imports')
            time.sleep(0.05)

    def call(self, name, *arguments):
        out = self.driver.execute_async_script(
            'const done = arguments[arguments.length - 1];'
            'Promise.resolve().then(() => tried[arguments[0]](...arguments[1]))'
            '.then((good) => done({ good }), (bad) => done({ bad: String(bad) }));',
            name, list(arguments))
        if 'bad' in out:
            raise AssertionError(f'{name}: {out["bad"]}')
        return out['good']

    def clean(self, data, kind='', name='planted'):
        out = self.call('clean', base64.b64encode(data).decode(), name, kind)
        if out.get('bytes') is not None:
            out['bytes'] = base64.b64decode(out['bytes'])
        return out

    def made(self, kind, width, height, is_noisy=True, quality=0.9):
        return base64.b64decode(self.call('made', kind, width, height, is_noisy, quality))

    def size(self, data, kind):
        return self.call('size', base64.b64encode(data).decode(), kind)

    def played(self, data, most):
        """With a press before, as browsers demand."""
        self.driver.find_element('tag name', 'html').click()
        return self.call('played', base64.b64encode(data).decode(), most)

    def seconds(self, data):
        return self.call('seconds', base64.b64encode(data).decode())
