"""Chapters 04 and 08: what one peer says and does on one link, from HELLO on."""

import asyncio
import contextlib
from typing import Protocol

import frames
import hello
from basics import DAY, SLOT, Refused, is_signed, require, sign, u32
from envelopes import OLDEST_PUSHED, Envelope, Retraction
from frames import Bye, Frame, Gone, Hello, IHave, Ping, Pong, Push, Receipt, Retract, Want
from link import Identity, Link
from store import FAULTS, Store

HELLO_SECONDS = 30
QUIET_SECONDS = 30
QUIET_TIMES = 3
MOST_ASKED = 4096
MOST_FAULTS = 16
BYE_NONE, BYE_RECORD, BYE_VERSION, BYE_HELLO, BYE_FAULTS, BYE_CLOCK = 0, 5, 6, 7, 9, 10


class Ended(Exception):
    """What is thrown to end a link with a reason that is said."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


class Owner(Protocol):
    """What a session needs of the peer it belongs to."""

    identity: Identity
    store: Store

    def now(self) -> int: ...
    def hello(self) -> Hello: ...
    def heard_of(self, id: bytes, node: bytes) -> None: ...
    def received(self, receipt: Receipt, node: bytes) -> None: ...
    def changed(self) -> None: ...
    async def spread(self, item: Envelope | Retraction, hops: int, sender: "Session") -> None: ...


class Session:
    """One link's conversation; `heard` keeps what came in, for who looks on."""

    def __init__(self, owner: Owner, link: Link) -> None:
        self.owner = owner
        self.link = link
        self.heard: list[Frame] = []
        self.hello: Hello | None = None
        self.bye: int | None = None
        self.caught_up = False
        self._asked: set[bytes] = set()
        self._announced = self._page_heard = frames.MOST_ANNOUNCED
        self._first_announced = False
        self._held_back: list[IHave | Ping] = []
        self._pages: list[tuple[bytes, ...]] = []
        self._page = 0
        self._faults = 0

    @property
    def is_told(self) -> bool:
        """Whether the neighbour's last page was heard, and what was asked for has come."""
        return self._page_heard < frames.MOST_ANNOUNCED and not self._asked

    async def run(self) -> None:
        """Talks until the link ends."""
        try:
            await self.link.send(self.owner.hello())
            await self._first_frame()
            await self._begin_announcing()
            while True:
                await self._handle(await self._next())
        except Ended as ended:
            await self._say(Bye(ended.reason))
        except Refused:
            await self._say(Bye(BYE_NONE))
        except (OSError, EOFError, TimeoutError):
            pass
        finally:
            self.link.close()

    async def _say(self, frame: Frame) -> None:
        with contextlib.suppress(OSError):
            await self.link.send(frame)

    async def _next(self) -> Frame:
        """The next frame; silence is asked about, and a long one ends the link."""
        receiving = asyncio.ensure_future(self.link.receive())
        try:
            for _ in range(QUIET_TIMES):
                done, _ = await asyncio.wait({receiving}, timeout=QUIET_SECONDS)
                if done:
                    return receiving.result()
                await self.link.send(Ping(0))
            raise Ended(BYE_NONE)
        finally:
            receiving.cancel()

    async def _first_frame(self) -> None:
        frame = await asyncio.wait_for(self.link.receive(), HELLO_SECONDS)
        if not isinstance(frame, Hello):
            raise Ended(BYE_HELLO)
        now = self.owner.now()
        if abs(frame.clock - now) >= DAY:
            raise Ended(BYE_CLOCK)
        try:
            record = hello.check_hello(frame, self.owner.store.network, now)
            require(record.node == self.link.remote, "bad-signature")
        except Refused as refused:
            version = refused.reason == "no-common-version"
            raise Ended(BYE_VERSION if version else BYE_RECORD) from None
        self.hello = frame
        self.owner.changed()

    async def _begin_announcing(self) -> None:
        """Public records first, then everything in pages."""
        public = self.owner.store.public_ids()
        await self.link.send(IHave(tuple((id, frames.ANNOUNCED) for id in public)))
        listed = self.owner.store.listed()
        size = frames.MOST_ANNOUNCED
        self._pages = [tuple(listed[at : at + size]) for at in range(0, len(listed) + 1, size)]
        await self._next_page()

    async def _next_page(self) -> None:
        if self._page == len(self._pages):
            self.caught_up = True
            return
        entries = tuple((id, frames.ANNOUNCED) for id in self._pages[self._page])
        self._page += 1
        await self.link.send(IHave(entries), Ping(self._page))

    async def _handle(self, frame: Frame) -> None:
        self.heard.append(frame)
        match frame:
            case Hello():
                raise Ended(BYE_HELLO)
            case Bye():
                self.bye = frame.reason
            case Pong():
                if frame.value == self._page and not self.caught_up:
                    await self._next_page()
            case Ping():
                await self._in_turn(frame)
            case IHave():
                for id, _ in frame.entries:
                    self.owner.heard_of(id, self.link.remote)
                await self._in_turn(frame)
            case Gone():
                self._asked -= set(frame.ids)
            case Want():
                await self._answer(frame)
            case Push():
                await self._take(frame)
            case Retract():
                await self._retract(frame)
            case Receipt():
                self._receipt(frame)
        self.owner.changed()

    async def _in_turn(self, frame: IHave | Ping) -> None:
        """Looks at a frame; without a charter all but the first IHAVE wait until there is one."""
        if isinstance(frame, Ping) and frame.value == 0:
            await self.link.send(Pong(0))
            return
        first = isinstance(frame, IHave) and not self._first_announced
        if first:
            self._first_announced = True
        elif self.owner.store.charters is None:
            self._held_back.append(frame)
            return
        if isinstance(frame, Ping):
            await self.link.send(Pong(frame.value))
            self._page_heard = self._announced
        else:
            self._announced = len(frame.entries)
            await self._ask([id for id, _ in frame.entries])

    async def _ask(self, ids: list[bytes]) -> None:
        store = self.owner.store
        fresh = [id for id in dict.fromkeys(ids) if not store.settles(id) and id not in self._asked]
        fresh = fresh[: MOST_ASKED - len(self._asked)]
        self._asked |= set(fresh)
        size = frames.MOST_ASKED
        wants = [Want(tuple(fresh[at : at + size])) for at in range(0, len(fresh), size)]
        if wants:
            await self.link.send(*wants)

    async def _answer(self, want: Want) -> None:
        for id in want.ids:
            found = self.owner.store.answer(id)
            if found is None:
                await self.link.send(Gone((id,)))
            else:
                await self.pass_on(found, frames.ANNOUNCED)

    async def pass_on(self, item: Envelope | Retraction, hops: int) -> None:
        """Sends an item itself."""
        if isinstance(item, Envelope):
            await self.link.send(Push(hops, item))
        else:
            await self.link.send(Retract(item.header, item.body_hash, item.opening))

    async def offer(self, item: Envelope | Retraction, hops: int) -> None:
        """Tells the neighbour of a new item: itself, or its id if it is old."""
        now = self.owner.now()
        old = item.header.slot < now // SLOT - OLDEST_PUSHED
        if isinstance(item, Envelope) and old:
            await self.announce(item)
        else:
            await self.pass_on(item, hops)
        if isinstance(item, Retraction):
            await self.link.send(self._receipt_for(item))

    async def announce(self, item: Envelope | Retraction) -> None:
        """Says that an item is held here."""
        entry = item.id(self.owner.store.network), frames.ANNOUNCED
        await self.link.send(IHave((entry,)))

    async def _take(self, push: Push) -> None:
        store = self.owner.store
        id = push.envelope.id(store.network)
        asked = id in self._asked
        self._asked.discard(id)
        self.owner.heard_of(id, self.link.remote)
        had_charter = store.charters is not None
        try:
            new = store.take(push.envelope, self.owner.now(), pushed=not asked)
        except Refused as refused:
            self._count(refused.reason)
            return
        if new:
            await self.announce(push.envelope)
            await self.owner.spread(push.envelope, min(push.hops + 1, 254), self)
        if not had_charter and store.charters is not None:
            held, self._held_back = self._held_back, []
            for frame in held:
                await self._in_turn(frame)

    async def _retract(self, frame: Retract) -> None:
        retraction = Retraction(frame.header, frame.body_hash, frame.opening)
        self._asked.discard(retraction.id(self.owner.store.network))
        self._asked.discard(retraction.target(self.owner.store.network))
        try:
            new = self.owner.store.retract(retraction, self.owner.now())
        except Refused as refused:
            self._count(refused.reason)
            return
        if new:
            await self.announce(retraction)
            await self.link.send(self._receipt_for(retraction))
            await self.owner.spread(retraction, 0, self)

    def _receipt_for(self, retraction: Retraction) -> Receipt:
        network = self.owner.store.network
        id, slot = retraction.id(network), self.owner.now() // SLOT
        seed = self.owner.identity.node_seed
        return Receipt(id, slot, sign(seed, "kith1:gone", network, id, u32(slot)))

    def _receipt(self, receipt: Receipt) -> None:
        said = self.owner.store.network + receipt.retraction + u32(receipt.slot)
        holds = is_signed(self.link.remote, receipt.signature, "kith1:gone", said)
        if holds and receipt.slot <= self.owner.now() // SLOT + 1:
            self.owner.received(receipt, self.link.remote)

    def _count(self, reason: str) -> None:
        self._faults += reason in FAULTS
        if self._faults > MOST_FAULTS:
            raise Ended(BYE_FAULTS)
