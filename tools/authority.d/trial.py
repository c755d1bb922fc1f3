"""A receiver under trial, and what a check needs to speak to it."""

import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode
from xml.etree import ElementTree

from child import Authority

CHECKS: list[Callable] = []
REPORT = {"api_key": "trial", "service_code": "002", "lat": "52.52", "long": "13.405",
          "description": "Line one\nline two – ünïcode & <b> 5 > 3", "address_string": "Main Street 1"}


def check(function: Callable) -> Callable:
    CHECKS.append(function)
    return function


class Failure(Exception):
    """A check did not hold."""


def expect(holds: object, otherwise: object) -> None:
    if not holds:
        raise Failure(str(otherwise)[:300])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Answered:
    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    @property
    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    def fails_with(self, status: int, code: int | None = None) -> None:
        expect(self.status == status, f"status {self.status} and not {status}: {self.body[:200]!r}")
        is_json = self.headers["Content-Type"] == "application/json; charset=utf-8"
        codes = [entry["code"] for entry in self.json] if is_json else [int(x.text) for x in self.xml.iter("code")]
        expect((code or status) in codes, f"codes {codes}")


class Trial:
    """Speaks to one receiver."""

    def __init__(self, authority: Authority):
        self.authority = authority
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)

    def get(self, path: str, body: bytes | None = None, timeout: float = 5, **headers: str) -> Answered:
        request = urllib.request.Request(
            self.authority.url + path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                return Answered(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, error.headers, error.read())

    def post(self, fields: dict | list | None = None, path: str = "/requests.json", timeout: float = 5,
             **more: str | None) -> Answered:
        pairs = fields if isinstance(fields, list) else [
            (name, value) for name, value in (REPORT | (fields or {}) | more).items() if value is not None]
        return self.get(path, urlencode(pairs).encode(), timeout,
                        Content_Type="application/x-www-form-urlencoded; charset=utf-8")

    def new(self, **more: str) -> str:
        return str(self.post(**more).json[0]["service_request_id"])

    def requests(self) -> int:
        return self.authority.state()["counts"]["requests"]

    def fault(self, name: str, **fields: object) -> None:
        self.authority.control(faults=[{"fault": name, **fields}])

    def raw(self, data: bytes) -> bytes:
        """What comes back for these bytes until the connection ends, or nothing comes for a second."""
        port = int(self.authority.url.rsplit(":", 1)[1])
        heard = b""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(data)
                while more := connection.recv(65536):
                    heard += more
        except OSError:
            pass  # silence, or it was cut off
        return heard


@contextmanager
def raises(*kinds: type[BaseException]) -> Iterator[None]:
    try:
        yield
    except kinds:
        return
    except urllib.error.URLError as error:
        if isinstance(error.reason, kinds):
            return
        raise
    raise Failure(f"nothing went wrong, {' or '.join(kind.__name__ for kind in kinds)} was due")


def eventually(holds: Callable[[], object], seconds: float = 3) -> None:
    until = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < until, "it did not happen in time")
        time.sleep(0.05)
