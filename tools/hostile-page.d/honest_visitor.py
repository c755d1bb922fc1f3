"""A visitor of good will, with a new connection for every request, as after a cover of the page."""

import asyncio
import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from hashlib import blake2b

HOST = "127.0.0.1"
QUARTER = 4


@dataclass
class Answer:
    """Status and body."""

    status: int
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Seen:
    """Milliseconds that answers took, and statuses that were none of 200."""

    milliseconds: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    failed: int = 0


def label(name: str) -> bytes:
    return name.encode().ljust(16, b"\0")


def identifier(raw: bytes) -> str:
    """Bytes as paths have them."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Visitor:
    """Speaks with one listener."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.network = self.community = b""
        self.work_base = 0

    async def ask(self, path: str, body: bytes | None = None, seconds: float = 30) -> Answer:
        """One request on a connection of its own."""
        return await asyncio.wait_for(self._ask(path, body), seconds)

    async def _ask(self, path: str, body: bytes | None) -> Answer:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: h\r\n"
            if body is not None:
                head += f"content-type: application/octet-stream\r\ncontent-length: {len(body)}\r\n"
            writer.write(head.encode() + b"connection: close\r\n\r\n" + (body or b""))
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        top, _, rest = answer.partition(b"\r\n\r\n")
        lines = top.decode().lower().split("\r\n")
        if "transfer-encoding: chunked" in lines:
            rest = self._joined(rest)
        return Answer(int(lines[0].split()[1]), rest)

    @staticmethod
    def _joined(chunks: bytes) -> bytes:
        whole = b""
        while chunks:
            size, _, chunks = chunks.partition(b"\r\n")
            count = int(size, 16)
            if count == 0:
                return whole
            whole, chunks = whole + chunks[:count], chunks[count + 2 :]
        raise ConnectionError("the answer broke off")

    async def arrive(self) -> None:
        """Learns of the relay what envelopes need."""
        facts = (await self.ask("/api/relay")).json
        self.network = unpacked(facts["network"])
        self.community = unpacked(facts["communities"][0]["id"])
        self.work_base = facts["workBase"]

    @property
    def week(self) -> int:
        return int(time.time()) // 604800

    @property
    def texts(self) -> str:
        """The path of this week's texts."""
        return f"/api/texts/{identifier(self.community)}/{self.week}"

    def envelope(self, size: int = 1) -> bytes:
        """One of noise, its work done; relays can't tell it from a sealed one."""
        bits = self.work_base + QUARTER
        slot = int(time.time()) // 600
        topic = blake2b(
            self.community + (slot * 600 // 604800).to_bytes(4, "big"),
            digest_size=16,
            person=label("kith1:intake"),
        ).digest()
        covered = bytes([1, 1, QUARTER << 4 | size, bits]) + slot.to_bytes(4, "big") + topic
        covered += secrets.token_bytes(32)
        body = secrets.token_bytes((512 << size) - 64)
        hashed = blake2b(body, digest_size=32, person=label("kith1:body")).digest()
        item = blake2b(
            self.network + covered + hashed, digest_size=32, person=label("kith1:env")
        ).digest()
        begun = blake2b(item, digest_size=32, person=label("kith1:pow"))
        nonce = 0
        while True:
            trial = begun.copy()
            trial.update(nonce.to_bytes(8, "big"))
            if int.from_bytes(trial.digest(), "big") >> (256 - bits) == 0:
                return covered + nonce.to_bytes(8, "big") + body
            nonce += 1

    async def submit(self, envelopes: list[bytes]) -> bytes:
        """Stores envelopes; the handle."""
        handle = secrets.token_bytes(16)
        answer = await self.ask("/api/submissions", handle + b"\0" + b"".join(envelopes))
        if answer.status != 200 or answer.json != {"stored": len(envelopes)}:
            raise AssertionError(f"not stored: {answer.status} {answer.body[:200]!r}")
        return handle

    async def measure(self, seconds: float, path: str, wait: float, seen: Seen) -> None:
        """Asks for one thing again and again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            try:
                answer = await self.ask(path)
            except (OSError, TimeoutError, IndexError, ValueError):
                seen.failed += 1
            else:
                seen.milliseconds.append((time.perf_counter() - began) * 1000)
                if answer.status != 200:
                    seen.refused.append(answer.status)
            await asyncio.sleep(wait)

    async def measure_submitting(self, seconds: float, wait: float, seen: Seen) -> list[bytes]:
        """Submits one text again and again; the handles of those that were acknowledged."""
        handles = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            envelope = self.envelope()
            began = time.perf_counter()
            handle = secrets.token_bytes(16)
            try:
                answer = await self.ask("/api/submissions", handle + b"\0" + envelope)
            except (OSError, TimeoutError, IndexError, ValueError):
                seen.failed += 1
            else:
                seen.milliseconds.append((time.perf_counter() - began) * 1000)
                if answer.status == 200:
                    handles.append(handle)
                else:
                    seen.refused.append(answer.status)
            await asyncio.sleep(wait)
        return handles
