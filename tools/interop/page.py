"""The seeker's page in Chromium: its own programs, called as its screens call them."""

import asyncio
import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attachments
from basics import u32
from environment import ROOT
from envelopes import HEADER, Envelope, Header, Retraction
from records import Record

PYTHON = ROOT / ".build-browser" / "venv" / "bin" / "python3"
CALLS = ROOT / "tools" / "page.d" / "calls.py"
PAGE = ROOT / ".build-page"
CALL_SECONDS = 60
MOST_LINE = 64 << 20
RETRACTION = 112


class PageRefused(Exception):
    """The code by which the page refused a call."""


def is_there() -> bool:
    """Whether there is a page, and a browser to look at it with."""
    return (PAGE / "kith.wasm").is_file() and PYTHON.exists()


def text(data: bytes) -> str:
    """Bytes as the page takes them in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def split(data: bytes) -> list[Envelope]:
    """Envelopes that stand one after the other."""
    found = []
    while data:
        size = 512 << Header(data[:HEADER]).size_class
        found.append(Envelope.read(data[:size]))
        data = data[size:]
    return found


class Page:
    """One browser; a visit ends when another begins."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Starts the browser."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            str(PYTHON), str(CALLS), stdin=pipe, stdout=pipe, limit=MOST_LINE
        )

    async def close(self) -> None:
        """Ends it; it takes its browser with it."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        assert process.stdin
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.terminate()
            await process.wait()

    async def _ask(self, **said: Any) -> Any:
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(said).encode() + b"\n")
        async with asyncio.timeout(CALL_SECONDS):
            line = await self._process.stdout.readline()
        heard = json.loads(line)
        if heard.get("error"):
            raise PageRefused(heard["error"])
        return heard["result"]

    async def begin(self) -> None:
        """A visit that knows nothing."""
        await self._ask(do="begin")

    async def follow(
        self, network: bytes, charters: bytes, manifest: Record, cards: Iterable[Record], now: int
    ) -> Any:
        """A visit of a community, by the records that a relay gives of it."""
        await self.begin()
        asked = {"network": text(network), "community": text(manifest.subject)}
        asked |= {"charters": text(charters), "manifest": text(manifest.raw)}
        listed = [text(card.raw) for card in cards]
        return await self.call("follow", **asked, cards=listed, now=now)

    async def call(self, name: str, **request: Any) -> Any:
        """A call whose request is an object."""
        return await self._ask(do="call", name=name, request=request)

    async def pass_bytes(self, name: str, data: bytes) -> Any:
        """A call whose request is bytes."""
        return await self._ask(do="call", name=name, request=data.hex(), bytes=True)

    async def compose(self, call: str = "compose", **request: Any) -> list[Envelope]:
        """A call that seals drafts: what it sealed, with the work done."""
        await self.call(call, **request)
        return await self._worked(await self.call("drafts"))

    async def _worked(self, drafts: str) -> list[Envelope]:
        return split(bytes.fromhex(await self._ask(do="work", drafts=drafts)))

    async def retractions(self) -> list[Retraction]:
        """The retractions that the last call made."""
        data = bytes.fromhex(await self.call("retractions"))
        places = range(0, len(data), RETRACTION)
        return [Retraction.read(data[at : at + RETRACTION]) for at in places]

    async def attach(self, data: bytes, **file: Any) -> tuple[int, list[Envelope]]:
        """A file that is to go with what is composed next: its number, and its chunks."""
        begun = await self.call("beginFile", size=len(data), **file)
        number, chunks = begun["file"], []
        for at in range(0, len(data), attachments.CHUNK):
            piece = u32(number) + data[at : at + attachments.CHUNK]
            chunks += await self._worked(await self.pass_bytes("sealChunk", piece))
        nonces = b"".join(chunk.header.raw[56:] for chunk in chunks)
        await self.pass_bytes("finishFile", u32(number) + nonces)
        return number, chunks

    async def fetch(self, case: int, id: str, held: dict[bytes, Envelope]) -> bytes:
        """A file that somebody sealed, opened and checked by the page."""
        opened = await self.call("openFile", case=case, id=id)
        number, data = opened["file"], b""
        for chunk in opened["chunks"]:
            name = base64.urlsafe_b64decode(chunk["id"] + "=")
            raw = u32(number) + held[name].raw
            data += bytes.fromhex(await self.pass_bytes("openChunk", raw))
        await self.call("closeFile", file=number)
        return data

    async def scan(self, items: Iterable[Envelope]) -> None:
        """Looks through texts for what is the code's, twice where keys were found."""
        batch = b"".join(item.raw for item in items)
        await self.pass_bytes("scan", batch)
        if await self.call("needsSecondPass"):
            await self.pass_bytes("scanAgain", batch)

    async def cases(self, now: int) -> list[dict[str, Any]]:
        """What the screens show."""
        return (await self.call("cases", now=now))["cases"]
