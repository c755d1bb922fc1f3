"""A hostile peer's link: its handshake is valid, what follows is up to the attack."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import link as links
import linkrecords
import lies
from basics import Refused, number
from lies import Target
from link import Identity, Link

CHUNK = 56 << 10
BYE = 0x04
REDIAL_SECONDS = 0.02
GONE = (OSError, EOFError, TimeoutError, Refused)


@dataclass
class Attack:
    """What an attack knows of its victim, how long it goes on, and what it counts."""

    target: Target
    facts: dict[str, Any]
    seconds: float
    times: int = 1
    sent: int = 0
    bytes: int = 0
    did: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    _until: float | None = None

    @property
    def until(self) -> float:
        """When it ends; its time begins with the first look, when all is made ready."""
        if self._until is None:
            self._until = time.monotonic() + self.seconds
        return self._until

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.until

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0, self.until - time.monotonic())

    async def rest(self) -> None:
        """Waits until the time is over."""
        await asyncio.sleep(self.left)


class Foe:
    """One link. What comes in is thrown away, but for BYE and what `heard` wants to see."""

    def __init__(
        self,
        attack: Attack,
        heard: Callable[["Foe", int, bytes], None] | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.attack = attack
        self.identity = identity or Identity()
        self.bye: int | None = None
        self.is_open = False
        self.came = 0
        self.link: Link
        self._heard = heard
        self._reading: asyncio.Task[None] | None = None

    async def open(self, says_hello: bool = True, reads: bool = True) -> bool:
        """Whether the victim let the link come to be."""
        try:
            self.link = await lies.linked(self.attack.target, self.identity)
            self.is_open = True
            if says_hello:
                await self.link.send(lies.honest_hello(self.attack.target, self.identity))
        except GONE:
            self.attack.did["no link"] += 1
            return False
        if reads:
            self._reading = asyncio.create_task(self._read())
        return True

    async def _read(self) -> None:
        reader, cipher = self.link.reader, self.link.receiving
        data = bytearray()
        try:
            while True:
                length = number(await reader.readexactly(2))
                data += cipher.decrypt(await reader.readexactly(length))
                at = 0
                while len(data) - at >= 4:
                    size = int.from_bytes(data[at + 1 : at + 4], "big")
                    if len(data) - at < 4 + size:
                        break
                    if data[at] == BYE:
                        self.bye = data[at + 4]
                    elif self._heard and data[at]:
                        self._heard(self, data[at], bytes(data[at + 4 : at + 4 + size]))
                    at += 4 + size
                del data[:at]
        except GONE:
            self.is_open = False

    async def send(self, data: bytes, frames: int = 1) -> None:
        """Sends bytes of the stream of frames, however long the victim takes to read them."""
        await asyncio.wait_for(self.link.send_bytes(data), self.attack.left + 0.01)
        self.attack.sent += frames
        self.attack.bytes += len(data)

    def post(self, data: bytes, frames: int = 1) -> None:
        """Sends without waiting."""
        records = [linkrecords.seal(self.link.sending, part) for part in linkrecords.flush(data)]
        self.link.writer.write(b"".join(records))
        self.attack.sent += frames
        self.attack.bytes += len(data)

    async def end(self, waits: float = 0) -> bool:
        """Notes what the victim did with the link, and leaves; whether the victim ended it."""
        ends = time.monotonic() + waits
        while self.is_open and time.monotonic() < ends:
            await asyncio.sleep(0.005)
        if self._reading:
            self._reading.cancel()
        self.link.close()
        if self.bye is not None:
            self.attack.did[f"BYE {self.bye}"] += 1
        else:
            self.attack.did["stays" if self.is_open else "closed"] += 1
        was_ended, self.is_open = not self.is_open, False
        return was_ended


async def many(count: int, play: Callable[[], Awaitable[None]]) -> None:
    """Plays the same several times at once."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(play())


async def flood(
    attack: Attack,
    chunk: Callable[[], tuple[bytes, int]],
    links: int = 2,
    reads: bool = True,
    heard: Callable[[Foe, int, bytes], None] | None = None,
) -> None:
    """Sends as fast as the victim reads, on some links; one that ends is dialled anew."""

    async def one() -> None:
        while attack.goes_on:
            foe = Foe(attack, heard)
            if not await foe.open(reads=reads):
                await asyncio.sleep(REDIAL_SECONDS)
                continue
            try:
                while attack.goes_on and (foe.is_open or not reads):
                    await foe.send(*chunk())
                    await asyncio.sleep(0)
            except GONE:
                pass
            await foe.end(min(0.3, attack.left))
            await asyncio.sleep(REDIAL_SECONDS)

    await many(links * attack.times, one)


def filled(frame: bytes) -> tuple[bytes, int]:
    """As many of a frame as fill a record."""
    count = max(1, CHUNK // len(frame))
    return frame * count, count
