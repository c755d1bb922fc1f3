"""An honest pair of clients: what one writes must come to the other through the victim."""

import asyncio
import os
import time
from dataclasses import dataclass

import frames
import lies
from basics import SLOT, number
from envelopes import Envelope, address, finish
from foe import GONE
from frames import Gone, IHave, Pong, Push, Want
from lies import Target
from link import Identity, Link
from viewframes import Neighbor

PUSH_EVERY = 0.2
ASK_EVERY = 1.0
LONGEST = 10
REDIAL_SECONDS = 0.5


@dataclass
class Probe:
    """An envelope that is on its way."""

    envelope: Envelope
    is_asked: bool
    sent: float
    came: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken up to now."""
        return (self.came or time.monotonic()) - self.sent


class Client:
    """A leaf that answers what it must, and takes nothing but what its pair writes."""

    def __init__(self, pair: "Pair") -> None:
        self.pair = pair
        self.identity = Identity()
        self.link: Link | None = None
        self.byes: list[str] = []
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Links, and links again when the victim ended it."""
        while True:
            try:
                self.link = await lies.linked(self.pair.target(), self.identity)
                hello = lies.honest_hello(self.pair.target(), self.identity)
                await self.link.send(hello, Neighbor(0))
                self.ready.set()
                await self._read(self.link)
            except GONE as fault:
                if self.ready.is_set():
                    self.byes.append(type(fault).__name__)
                self.ready.clear()
                if self.link:
                    self.link.close()
                await asyncio.sleep(REDIAL_SECONDS)

    async def _read(self, link: Link) -> None:
        data = bytearray()
        while True:
            length = number(await link.reader.readexactly(2))
            data += link.receiving.decrypt(await link.reader.readexactly(length))
            at = 0
            while len(data) - at >= 4:
                size = int.from_bytes(data[at + 1 : at + 4], "big")
                if len(data) - at < 4 + size:
                    break
                await self._handle(link, data[at], bytes(data[at + 4 : at + 4 + size]))
                at += 4 + size
            del data[:at]

    async def _handle(self, link: Link, type: int, body: bytes) -> None:
        if type == 0x02:
            await link.send(Pong(number(body)))
        elif type == 0x04:
            self.byes.append(f"BYE {body[0]}")
        elif type == 0x20:
            self.pair.came(self, body[1:65])
        elif type == 0x21:
            known = self.pair.open_ids
            ids = [body[at : at + 32] for at in range(2, len(body), 33)]
            wanted = tuple(id for id in ids if id in known) if self is self.pair.reader else ()
            for at in range(0, len(wanted), frames.MOST_ASKED):
                await link.send(Want(wanted[at : at + frames.MOST_ASKED]))
        elif type == 0x33:
            for at in range(5, len(body), 32):
                probe = self.pair.open_ids.get(body[at : at + 32])
                answer = Push(255, probe.envelope) if probe else Gone((body[at : at + 32],))
                await link.send(answer)


class Pair:
    """A writer and a reader, both neighbours of the victim alone."""

    def __init__(self, target: Target, work_base: int) -> None:
        self._target = target
        self._work_base = work_base
        self.open_ids: dict[bytes, Probe] = {}
        self._headers: dict[bytes, Probe] = {}
        self.probes: list[Probe] = []
        self.writer, self.reader = Client(self), Client(self)
        self._tasks: list[asyncio.Task[None]] = []

    def target(self) -> Target:
        """The victim, now."""
        target = self._target
        return Target(target.host, target.port, target.network, int(time.time()))

    async def begin(self) -> None:
        """Links both, and writes from then on."""
        for client in (self.writer, self.reader):
            self._tasks.append(asyncio.create_task(client.run()))
            await asyncio.wait_for(client.ready.wait(), LONGEST)
        await asyncio.sleep(0.5)
        self._tasks.append(asyncio.create_task(self._write(PUSH_EVERY, False)))
        self._tasks.append(asyncio.create_task(self._write(ASK_EVERY, True)))

    async def _write(self, every: float, is_asked: bool) -> None:
        while True:
            await asyncio.sleep(every)
            # Both are linked again soon; what can't be written is no lost item.
            if not (self.writer.ready.is_set() and self.reader.ready.is_set()):
                continue
            slot = int(time.time()) // SLOT
            start = address(0, os.urandom(16), None, None, slot, self._work_base, 0)
            envelope = finish(start, os.urandom(448), self._target.network.id)
            id = envelope.id(self._target.network.id)
            probe = Probe(envelope, is_asked, time.monotonic())
            self.open_ids[id] = self._headers[envelope.header.raw] = probe
            self.probes.append(probe)
            frame = IHave(((id, 255),)) if is_asked else Push(0, envelope)
            try:
                assert self.writer.link is not None
                await self.writer.link.send(frame)
            except GONE:
                pass

    def came(self, client: Client, header: bytes) -> None:
        """Something came to one of the two."""
        probe = self._headers.get(header)
        if probe and client is self.reader and probe.came is None:
            probe.came = time.monotonic()

    async def settled(self, since: float) -> list[Probe]:
        """The probes written since a time, once each has come or is lost."""
        while True:
            mine = [probe for probe in self.probes if probe.sent >= since]
            if all(probe.came or probe.seconds > LONGEST for probe in mine):
                return mine
            await asyncio.sleep(0.05)

    def forget(self, before: float) -> None:
        """Drops what is settled, so that the pair stays small."""
        self.probes = [probe for probe in self.probes if probe.sent >= before]
        kept = set(map(id, self.probes))
        self.open_ids = {k: p for k, p in self.open_ids.items() if id(p) in kept}
        self._headers = {k: p for k, p in self._headers.items() if id(p) in kept}

    async def end(self) -> None:
        """Ends both."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in (self.writer, self.reader):
            if client.link:
                client.link.close()
