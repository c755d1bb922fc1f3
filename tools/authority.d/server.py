"""The sockets: reads requests within bounds, and outlives whatever a handler meets."""

import ipaddress
import json
import socket
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn

import limits
from api import Api, HungUp, Received
from control import PATH, Control
from delivery import Delivery, Gone, hang_up
from documents import Answer
from problems import Problem, Refusal, invalid

BUSY = (b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        b"Connection: close\r\n\r\n")


class NotLoopback(Exception):
    """We listen to nobody but this computer."""


class Server(ThreadingMixIn, TCPServer):
    """One thread a connection, so many at once, none longer than it may take."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 4 * limits.CONNECTIONS  # waiting to be turned away

    def __init__(self, host: str, port: int, api: Api, verbose: bool):
        address = ipaddress.ip_address(host)
        if not address.is_loopback:
            raise NotLoopback(host)
        self.address_family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        self.api, self.verbose = api, verbose
        self.counts = {"answers": {}, "unanswered": 0, "crashes": 0, "turned_away": 0}
        self.control = Control(api, self.counts)
        self.lock = threading.Lock()
        self.deadlines: dict[socket.socket, float] = {}
        super().__init__((host, port), Handler)
        shown = f"[{host}]" if address.version == 6 else host
        self.origin = f"http://{shown}:{self.server_address[1]}"

    def process_request(self, request, client_address):
        with self.lock:
            is_full = len(self.deadlines) >= limits.CONNECTIONS
            if not is_full:
                self.deadlines[request] = time.monotonic() + limits.REQUEST_SECONDS
        if not is_full:
            return super().process_request(request, client_address)
        self.counts["turned_away"] += 1
        request.setblocking(False)
        try:
            request.send(BUSY)
        except OSError:
            pass
        self.shutdown_request(request)

    def shutdown_request(self, request):
        with self.lock:
            self.deadlines.pop(request, None)
        super().shutdown_request(request)

    def prolong(self, request: socket.socket, seconds: float) -> None:
        with self.lock:
            if request in self.deadlines:
                self.deadlines[request] = time.monotonic() + limits.REQUEST_SECONDS + seconds

    def service_actions(self):
        """Twice a second: ends the connections whose time is up."""
        now = time.monotonic()
        with self.lock:
            late = [request for request, deadline in self.deadlines.items() if deadline < now]
        for request in late:
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # gone since

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            self.counts["crashes"] += 1
            traceback.print_exc(limit=-3)


class Handler(BaseHTTPRequestHandler):
    """One connection. Requests come one after another on it, as HTTP/1.1 has it."""

    protocol_version = "HTTP/1.1"
    timeout = limits.IDLE_SECONDS
    server: Server
    headers: object = ()  # until they are read

    def handle_one_request(self):
        self.server.prolong(self.connection, 0)
        super().handle_one_request()

    def serve(self):
        try:
            received = self._read()
            if received.target == PATH:
                self._answer_control(received)
            else:
                self._send(*self.server.api.handle(received))
        except Refusal as refusal:  # not even readable
            self.close_connection = True
            self._send(self.server.api.refuse(self._received(b""), refusal))
        except HungUp as hung_up:
            self._hang_up(hung_up.reset)
        except (ConnectionError, TimeoutError, Gone):
            self.server.counts["unanswered"] += 1
            self.close_connection = True
        except Exception:
            self._crash()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def send_error(self, code, message=None, explain=None):
        """What was no HTTP to begin with, in the format of all errors."""
        self.close_connection = True
        self._send(Answer(400, "xml", "errors", [{"code": int(code), "description": str(message or code)}]))

    def log_message(self, *_):
        pass  # see _send

    def _read(self) -> Received:
        if len(self.path) > limits.TARGET_BYTES:
            raise invalid(f"The path is longer than {limits.TARGET_BYTES} bytes", 414)
        size = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        if size > limits.HEADER_BYTES:
            raise invalid(f"The headers are longer than {limits.HEADER_BYTES} bytes", 431)
        return self._received(self._read_body())

    def _received(self, body: bytes) -> Received:
        pairs = list(self.headers.items()) if self.headers else []
        return Received(self.command, self.path, pairs, body, self.server.origin)

    def _read_body(self) -> bytes:
        lengths = self.headers.get_all("content-length", [])
        encodings = self.headers.get_all("transfer-encoding", [])
        if encodings:
            if lengths or [one.strip().lower() for one in encodings] != ["chunked"]:
                raise invalid("Only one of Content-Length and Transfer-Encoding: chunked is possible")
            return self._read_chunks()
        if not lengths:
            if self.command == "POST":
                raise invalid("The length of the body was not given", 411)
            return b""
        if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()) or len(lengths[0]) > 12:
            raise invalid("Content-Length is no length")
        return self._read_exactly(int(lengths[0]), 0)

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            line = self.rfile.readline(100)
            try:
                size = int(line.partition(b";")[0].strip(), 16)
            except ValueError:
                raise invalid("A chunk has no length") from None
            if size == 0:
                break
            body += self._read_exactly(size, len(body))
            if self.rfile.readline(3) != b"\r\n":
                raise invalid("A chunk has no end")
        if self.rfile.readline(3) != b"\r\n":
            raise invalid("Trailers are not possible")
        return body

    def _read_exactly(self, count: int, before: int) -> bytes:
        if not 0 <= count + before <= limits.BODY_BYTES:
            raise invalid(f"The body is longer than {limits.BODY_BYTES} bytes", 413)
        data = self.rfile.read(count)
        if len(data) < count:
            raise ConnectionResetError("it ended within a body")
        return data

    def _send(self, answer: Answer, faults: dict[str, dict] | None = None) -> None:
        delivery = Delivery(self.connection, lambda seconds: self.server.prolong(self.connection, seconds),
                            self.close_connection)
        counted = self.server.counts["answers"]
        counted[answer.status] = counted.get(answer.status, 0) + 1
        self._say(answer.status, faults or {})
        if not delivery.send(answer, self.date_time_string(), faults or {}):
            self.close_connection = True

    def _answer_control(self, received: Received) -> None:
        status, value = self.server.control.handle(received, self.client_address[0])
        body = json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
        self.connection.sendall(
            b"HTTP/1.1 %d Control\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
            % (status, len(body)) + body)

    def _hang_up(self, reset: bool) -> None:
        self.server.counts["unanswered"] += 1
        self._say("no answer", {})
        self.close_connection = True
        hang_up(self.connection, reset)

    def _crash(self) -> None:
        """The thread of one connection met what nobody thought of; the others go on."""
        self.server.counts["crashes"] += 1
        self.close_connection = True
        traceback.print_exc(limit=-3)
        problem = Problem(500, "Internal error. Please tell us.")
        try:
            self._send(self.server.api.refuse(self._received(b""), Refusal(problem)))
        except OSError:
            pass

    def _say(self, outcome: int | str, faults: dict[str, dict]) -> None:
        if self.server.verbose:
            struck = f" ({', '.join(faults)})" if faults else ""
            print(f"authority: {getattr(self, 'requestline', '?')[:200]!r}: {outcome}{struck}",
                  file=sys.stderr, flush=True)
