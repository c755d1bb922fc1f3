"""Stand-ins on loopback: the neutral site that leaving opens, and a slow way to a relay."""

import http.server
import re
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Neutral:
    """Answers in the place of the site that `index.html` names for leaving."""

    # Chromium may write the title down for the address that the site took the place of.
    title, words = "Weather", "Sunny spells"

    def __init__(self, folder):
        page = (ROOT / "Sources/Page/Site/index.html").read_text(encoding="utf-8")
        self.address = re.search(r'id="exit"[^>]*href="(https://[^"]+)"', page)[1]
        self.name = self.address.split("/")[2]
        key, certificate = folder / "site.key", folder / "site.crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
             f"/CN={self.name}"], check=True, capture_output=True)
        self.asked = []
        self.is_awake = threading.Event()
        self.is_awake.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                outer.is_awake.wait()
                body = f"<!doctype html><title>{outer.title}</title><h1>{outer.words}</h1>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                try:
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked has left

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self):
        """It hears what is asked, and answers once it is released."""
        self.is_awake.clear()

    def release(self):
        self.is_awake.set()

    def close(self):
        self.release()
        self.server.shutdown()


class Unreachable:
    """In the place of the neutral site: nobody listens there."""

    def __init__(self, site):
        self.address, self.name = site.address, site.name
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            self.port = nobody.getsockname()[1]


class SlowWay:
    """A way to a relay's page that carries so many bytes a second, each late by half a round trip.

    All connections share the rate, as they do on a phone; workers and pages alike.
    """

    def __init__(self, target, bits=1.6e6, round_trip=0.15):
        self.target, self.rate, self.delay = target, bits / 8, round_trip / 2
        self.free = {"up": 0.0, "down": 0.0}  # when each direction is free again
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near):
        time.sleep(self.delay * 2)  # what the handshake takes
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            near.close()
            return
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._carry, args=(near, far, "up"), daemon=True).start()
        self._carry(far, near, "down")

    def _carry(self, source, sink, way):
        """Bytes leave in order; each waits for the line to be free, and then half a round trip."""
        queue, ready = [], threading.Condition()

        def deliver():
            while True:
                with ready:
                    while not queue:
                        ready.wait()
                    due, piece = queue.pop(0)
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if piece:
                        sink.sendall(piece)
                    else:
                        sink.shutdown(socket.SHUT_WR)
                        return
                except OSError:
                    return
        threading.Thread(target=deliver, daemon=True).start()
        while True:
            try:
                piece = source.recv(4096)
            except OSError:
                piece = b""
            with self.lock:
                now = time.monotonic()
                self.free[way] = max(self.free[way], now) + len(piece) / self.rate
                due = self.free[way] + self.delay
                self.received += len(piece) if way == "down" else 0
            with ready:
                queue.append((due, piece))
                ready.notify()
            if not piece:
                return
            # No more than a quarter of a second of the line stands in the queue.
            time.sleep(max(0.0, self.free[way] - time.monotonic() - 0.25))


class Deaf:
    """A way that carries everything, but loses the first answer to what is handed over."""

    def __init__(self, target):
        self.target, self.lost = target, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            is_deaf = threading.Event()
            for pair in ((near, far, is_deaf, True), (far, near, is_deaf, False)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, sink, is_deaf, is_up):
        try:
            while piece := source.recv(65536):
                if is_up and piece.startswith(b"POST /api/submissions") and not self.lost:
                    self.lost += 1
                    is_deaf.set()
                elif not is_up and is_deaf.is_set():
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
