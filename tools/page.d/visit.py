"""One visit of a seeker in Chromium, through the page's own workers and without its screens.

What comes out is checked with hashes of another library than the program's: ids, work, and the
openings of retractions. The community is that of protocol/vectors, made by independent libraries.
"""
import argparse
import base64
import functools
import hashlib
import http.server
import os
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PAGE = os.path.join(ROOT, '.build-page')
HERE = os.path.join(ROOT, 'tools', 'page.d')
VECTORS = os.path.join(ROOT, 'protocol', 'vectors')
NOW = 1_800_000_300
STRANGERS = 10_000


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page's folder and the three files beside this one, under the page's own rules."""
    protocol_version = 'HTTP/1.1'
    kinds = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript',
             '.wasm': 'application/wasm'}
    sent = {
        'Content-Security-Policy':
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
            "worker-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types kith",
        'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp',
        'Referrer-Policy': 'no-referrer', 'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store'}

    def do_GET(self):
        name = self.file()
        body = content('', name) if name and os.path.isfile(name) else None
        self.send_response(404 if body is None else 200)
        self.send_header('Content-Type', self.kinds.get(os.path.splitext(name)[1], 'text/plain'))
        self.send_header('Content-Length', str(len(body or b'')))
        for header in self.sent.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body or b'')

    def file(self):
        name = os.path.basename(self.path.partition('?')[0])
        places = (os.path.join(folder, name) for folder in (HERE, PAGE))
        return next((place for place in places if os.path.isfile(place)), None)

    def log_message(self, *args):
        pass


def content(folder, name):
    with open(os.path.join(folder, name), 'rb') as file:
        return file.read()


def vector(path):
    """A scenario's byte lines."""
    lines = content(VECTORS, path).decode().splitlines()
    pairs = (line.split(' = ') for line in lines if ' = ' in line)
    return {name: bytes.fromhex(value) for name, value in pairs}


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def bytes_of(value):
    return base64.urlsafe_b64decode(value + '=' * (-len(value) % 4))


def h(label, data, size=32):
    return hashlib.blake2b(data, digest_size=size, person=label.encode().ljust(16, b'\0')).digest()


class Refused(Exception):
    pass


class Visit:
    """The page's calls, from here."""

    def __init__(self, url):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        options.binary_location = '/usr/bin/chromium'
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        for flag in ('--headless=new', '--disable-gpu', '--disable-dev-shm-usage',
                     '--user-data-dir=' + self.folder.name):
            options.add_argument(flag)
        if os.geteuid() == 0:
            options.add_argument('--no-sandbox')  # Chromium refuses root otherwise
        self.driver = webdriver.Chrome(options=options, service=Service('/usr/bin/chromedriver'))
        self.driver.set_script_timeout(50)
        self.driver.get(url)

    def run(self, name, *arguments):
        out = self.driver.execute_async_script(
            'const done = arguments[arguments.length - 1];'
            'Promise.resolve().then(() => visit[arguments[0]](...arguments[1]))'
            '.then((good) => done({ good }), (bad) => done({ bad: String(bad) }));',
            name, list(arguments))
        if 'bad' in out:
            raise RuntimeError(f'{name}: {out["bad"]}')
        return out['good']

    def call(self, name, request=None, is_bytes=False):
        heard = self.run('call', name, {} if request is None else request, is_bytes)
        if heard.get('error'):
            raise Refused(heard['error'])
        return heard['result']

    def refused(self, name, request=None, is_bytes=False):
        try:
            self.call(name, request, is_bytes)
        except Refused as refusal:
            return str(refusal)
        return 'taken'

    def sent(self):
        """The last drafts with their work, each checked, as one batch in hexadecimal."""
        drafts = drafts_of(self.call('drafts'))
        finished = self.run('work', drafts)
        for draft, envelope in zip(drafts, finished):
            check_envelope(draft['id'], draft['envelope'], bytes.fromhex(envelope))
        return ''.join(finished)

    def close(self):
        self.driver.quit()
        self.folder.cleanup()


def drafts_of(listed):
    """What the call drafts gives, each draft by itself."""
    data = bytes.fromhex(listed)
    drafts = []
    while data:
        length = int.from_bytes(data[:4], 'big')
        drafts.append({'id': data[4:36].hex(), 'envelope': data[36:36 + length].hex()})
        data = data[36 + length:]
    return drafts


def serve():
    """A server of the page's folder, and its address."""
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://127.0.0.1:{server.server_port}/visit.html'


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f'{what}: {found!r}, not {wanted!r}')


def check_envelope(identity, draft, envelope):
    """Protocol chapter 05: the id over the covered part, and the work over the id."""
    body = h('kith1:body', envelope[64:])
    expect(h('kith1:env', NETWORK + envelope[:56] + body).hex(), identity, 'an id')
    expect(envelope[:56].hex() + envelope[64:].hex(), draft[:112] + draft[128:], 'an envelope')
    digest = h('kith1:pow', bytes.fromhex(identity) + envelope[56:64])
    if int.from_bytes(digest, 'big') >> (256 - envelope[3]):
        raise AssertionError(f'too little work for {envelope[3]} bits')


def check_retractions(data, envelopes):
    """Protocol chapter 07: each opens the commitment of one of the envelopes."""
    headers = {envelope[:64] for envelope in envelopes}
    expect(len(data) % 112, 0, 'the length of retractions')
    for at in range(0, len(data), 112):
        header, body, opening = data[at:at + 64], data[at + 64:at + 96], data[at + 96:at + 112]
        if header not in headers:
            raise AssertionError('a retraction of what nobody sent')
        expect(h('kith1:retract', opening, 16), header[40:56], 'an opening')
        bodies = [h('kith1:body', one[64:]) for one in envelopes if one[:64] == header]
        expect(body in bodies, True, 'the hash in a retraction')


CHARTER = vector('records/charter-first.txt')
CARD = vector('records/bridge-card.txt')
NETWORK = CHARTER['subject']
RECORDS = {'network': text(NETWORK), 'community': text(CARD['subject']),
           'charters': text(b'\x81' + CHARTER['signed 0']), 'manifest': text(CARD['manifest']),
           'cards': [text(CARD['record'])], 'now': NOW}
INCIDENT = {'account': 'They broke my door. \U0001F6AA "quoted"\n\u0627\u0644\u0628\u0627\u0628', 'language': 'ar',
            'kinds': [{'kind': 14, 'iccs': '0504'}], 'bias': [1, 3], 'reported': 4, 'reasons': [10],
            'safety': 4, 'needs': [1, 6], 'contact': 'only after 18:00', 'when': 'on Sunday',
            'where': 'at home', 'danger': False}


def split(batch):
    data = bytes.fromhex(batch)
    out = []
    while data:
        size = 512 << (data[2] & 15)
        out.append(data[:size])
        data = data[size:]
    return out


def journey(visit):
    slot = NOW // 600
    begun = visit.run('begin')['result']
    expect(visit.refused('cases', {'now': NOW}), 'noCode', 'cases before a code')
    other = dict(RECORDS, community=text(bytes(32)))
    expect(visit.refused('follow', other), 'notCarried', 'another community')
    expect(visit.refused('follow', dict(RECORDS, now=NOW + 60 * 86400)), 'expired', 'old records')
    told = visit.call('follow', RECORDS)
    expect((told['name'], told['isTest'], told['workBase']), ('Open Door', True, 4), 'records')
    expect([bridge['ready'] for bridge in told['bridges']][:1], [True], 'bridges')

    groups = visit.call('newCode')['groups']
    expect([len(group) for group in groups], [4] * 7, 'a code')
    expect(visit.call('compose', {'what': 'request', 'incident': INCIDENT, 'slot': slot}),
           {'envelopes': 2, 'retractions': 0, 'case': 0}, 'a request')
    posted = visit.sent()
    visit.call('scan', posted, True)
    visit.call('compose', {'what': 'note', 'incident': {'account': 'For me.'}, 'slot': slot})
    posted += visit.sent()

    # Again, as another visit: the code is all that is left.
    visit.run('begin')
    visit.call('follow', RECORDS)
    wrong = groups[:6] + [('0000' if groups[6] != '0000' else '1111')]
    expect(visit.refused('enterCode', {'text': ' '.join(wrong)}), 'mistyped', 'another code')
    visit.call('enterCode', {'text': '-'.join(groups)})
    visit.call('scan', posted, True)
    found = visit.call('cases', {'now': NOW})
    expect([(one['number'], one['isNote']) for one in found['cases']], [(0, False), (1, True)],
           'the cases')
    expect(found['cases'][0]['requests'], [{'incident': INCIDENT, 'slot': slot}], 'the request')
    expect(found['freeNumber'], 2, 'the next number')
    expect(visit.refused('scan', '02' + posted[2:], True), 'notEnvelopes', 'other bytes')

    posted += consents(visit, told, slot)
    erase(visit, slot, posted)
    return begun


def consents(visit, told, slot):
    bridge = told['bridges'][0]
    wish = {'case': 0, 'bridge': bridge['key'], 'authority': bridge['authorities'][0]['uri'],
            'fields': ['kinds', 'account'], 'extra': {'area': 'Harbour'}, 'days': 14,
            'purpose': 'dpv:RequestedServiceProvision', 'now': NOW}
    shown = visit.call('preview', wish)
    expect([field['name'] for field in shown['fields']], ['account', 'kinds', 'area'], 'the preview')
    report = shown['report'].split('\n')
    expect([report[0], *report[-3:]],
           ['What happened: ' + INCIDENT['account'].split('\n')[0],
            'Kind of incident: damage to property (ICCS 0504)', 'Area: Harbour',
            f'Reference: {shown["mark"]}'], 'the text that the authority gets')
    expect(visit.refused('preview', dict(wish, fields=['bias', 'nothing'])), 'nothingChosen',
           'a field that is not there')
    public = dict(wish, authority=bridge['authorities'][1]['uri'])
    expect(visit.refused('preview', public), 'wouldBePublic', 'free text for everybody')
    visit.call('give', {'slot': slot})
    posted = visit.sent()
    visit.call('scan', posted, True)
    given = visit.call('cases', {'now': NOW})['cases'][0]['consents']
    expect([(one['id'], one['fields'], one['isLive']) for one in given],
           [(shown['id'], shown['fields'], True)], 'the consent')
    return posted


def erase(visit, slot, posted):
    """A withdrawal, the word to supporters, and a retraction of everything."""
    done = visit.call('erase', {'all': True, 'slot': slot})
    expect(done['retractions'], len(split(posted)), 'what can be taken back')
    check_retractions(bytes.fromhex(visit.call('retractions')), split(posted))
    visit.call('scan', visit.sent(), True)
    case = visit.call('cases', {'now': NOW})['cases'][0]
    expect((case['isErased'], case['consents'][0]['isWithdrawn']), (True, True), 'the erasure')
    visit.call('forget')
    expect(visit.refused('cases', {'now': NOW}), 'noCode', 'cases once forgotten')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--strangers', type=int, default=STRANGERS,
                        help='envelopes of others that are scanned')
    args = parser.parse_args()
    address = serve()
    for mode, query in (('WebAssembly', ''), ('plain JavaScript', '?plain')):
        began = time.monotonic()
        visit = Visit(address + query)
        try:
            begun = journey(visit)
            expect(begun['webAssembly'], not query, 'WebAssembly')
            visit.call('follow', RECORDS)
            visit.call('newCode')
            took = visit.run('scanned', args.strangers)
        except (AssertionError, RuntimeError, Refused) as problem:
            print(f'page: error: {mode}: {problem}\npage: hint: run tools/page.d/visit.py alone',
                  file=sys.stderr)
            return 1
        finally:
            visit.close()
        print(f'page: a visit with {mode}: all good in {time.monotonic() - began:.1f} s; '
              f'{args.strangers} envelopes of others looked through in {took:.0f} ms')
    return 0


if __name__ == '__main__':
    sys.exit(main())
