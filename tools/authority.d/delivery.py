"""How an answer leaves: whole and at once, or as the faults have it."""

import select
import socket
import struct
import time
from collections.abc import Iterator
from http import HTTPStatus

from documents import TYPES, Answer

PIECE = 16 * 1024
DRIPS = 50
PAUSE = 0.005  # between the pieces of what has no end, so that the computer stays usable


class Gone(Exception):
    """The other side has ended the connection."""


class Delivery:
    """Sends one answer. `prolong` is told how many seconds it may take at least."""

    def __init__(self, connection: socket.socket, prolong, closes: bool):
        self.connection, self.prolong, self.closes = connection, prolong, closes

    def send(self, answer: Answer, date: str, faults: dict[str, dict]) -> bool:
        """Gives whether the connection can be used again."""
        body = _body(answer, faults)
        filled = faults.get("huge", {}).get("bytes", 0)
        endless = faults.get("endless")
        self.closes = self.closes or endless is not None
        length = "Transfer-Encoding: chunked" if endless else f"Content-Length: {len(body) + filled}"
        head = self._head(answer, date, length, faults)
        slow = faults.get("slow")
        if slow:
            self.prolong(slow["seconds"])
        if slow and slow["where"] == "before":
            self._wait(slow["seconds"])
        if midway := faults.get("hang-up-midway"):
            self.connection.sendall(head + body[:len(body) // 2])
            hang_up(self.connection, midway["reset"])
            return False
        if endless:
            self._endlessly(head, body, endless)
        elif slow and slow["where"] != "before":
            self._slowly(head + body, slow)
        else:
            self.connection.sendall(head + body)
        for start in range(0, filled, PIECE):
            self.connection.sendall(b" " * min(PIECE, filled - start))
        return not self.closes

    def _head(self, answer: Answer, date: str, length: str, faults: dict[str, dict]) -> bytes:
        kind = faults.get("wrong-type", {}).get("type") or TYPES[answer.format]
        if wrong := faults.get("wrong-charset"):
            kind = f"{kind.partition(';')[0]}; charset={wrong['declared']}"
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Date: {date}",
                 f"Content-Type: {kind}", length]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += ["Connection: close"] if self.closes else []
        return "\r\n".join([*lines, "", ""]).encode("utf-8")

    def _slowly(self, data: bytes, slow: dict) -> None:
        parts = 2 if slow["where"] == "middle" else min(DRIPS, len(data))
        size = -(-len(data) // parts)
        pieces = [data[start:start + size] for start in range(0, len(data), size)]
        for index, piece in enumerate(pieces):
            if index:
                self._wait(slow["seconds"] / max(1, len(pieces) - 1))
            self.connection.sendall(piece)

    def _endlessly(self, head: bytes, body: bytes, endless: dict) -> None:
        """Until the other side has had enough, or the seconds are over; then it ends without an end."""
        self.prolong(endless["seconds"])
        until = time.monotonic() + endless["seconds"]
        if endless["where"] == "headers":
            self.connection.sendall(head[:-2])
            pieces = _lines()
        else:
            self.connection.sendall(head + _chunk(body))
            pieces = iter(lambda: _chunk(b" " * PIECE), None)
        while time.monotonic() < until:
            self.connection.sendall(next(pieces))
            time.sleep(PAUSE)

    def _wait(self, seconds: float) -> None:
        """Raises `Gone` as soon as nobody waits with us."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.2))
            if not readable:
                continue
            if not self.connection.recv(1, socket.MSG_PEEK):
                raise Gone
            time.sleep(min(left, 0.05))  # it has sent its next request already


def hang_up(connection: socket.socket, reset: bool) -> None:
    """Ends the connection now: with a FIN, or with a RST that loses what is under way."""
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


def _body(answer: Answer, faults: dict[str, dict]) -> bytes:
    if wrong := faults.get("wrong-charset"):
        return answer.text().encode(wrong["charset"], "replace")
    whole = answer.text().encode("utf-8")
    is_json = answer.format == "json"
    match faults.get("broken", {}).get("style"):
        case "cut":
            return whole[:len(whole) * 2 // 3]
        case "garbage":
            return b"\xff\xfe\x00<{[\x80\xc0" * 8
        case "empty":
            return b""
        case "shape":
            return b'{"ok": true}' if is_json else b"<html><body>ok</body></html>"
        case "deep":
            return b"[" * 100_000 if is_json else b"<a>" * 100_000
        case "entities" if not is_json:
            return (b'<?xml version="1.0"?><!DOCTYPE service_requests [<!ENTITY a SYSTEM "file:///etc/hostname">'
                    b'<!ENTITY b "' + b"&c;" * 10 + b'"><!ENTITY c "' + b"ha" * 1000 + b'">]>'
                    b"<service_requests><request><service_request_id>&a;&b;</service_request_id></request>"
                    b"</service_requests>")
        case "entities":
            return b'[{"service_request_id": 1, "service_request_id": 2, "__proto__": {}, "token": NaN}]'
    return whole


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _lines() -> Iterator[bytes]:
    number = 0
    while True:
        number += 1
        yield b"".join(b"X-Filler-%d-%d: %b\r\n" % (number, index, b"a" * 1000) for index in range(16))
