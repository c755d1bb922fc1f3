"""Chapters 06 to 09: items on one link, and the link's place in the tree."""

import asyncio
from typing import Protocol

import frames
from basics import NOBODY, SLOT, Refused, is_signed, sign, u32
from envelopes import OLDEST_PUSHED, Envelope, Retraction
from frames import Frame, Gone, IHave, Push, Receipt, Retract, Want
from link import Identity, Link
from store import FAULTS, Store
from treeframes import DontWant, Graft, Prune
from view import View

MOST_ASKED = 4096
MOST_FAULTS = 100
MOST_HOPS = 254
FEWEST_EAGER = 2
BACKOFF_SECONDS = 10
TREE_SECONDS = 0.5
GRAFTED = -1
Item = Envelope | Retraction


class Owner(Protocol):
    """What a branch needs of the peer it belongs to."""

    identity: Identity
    store: Store
    hops: dict[bytes, int]

    def now(self) -> int: ...
    def heard_of(self, id: bytes, node: bytes) -> None: ...
    def received(self, receipt: Receipt, node: bytes) -> None: ...
    def seen_in_open(self, id: bytes) -> None: ...
    def count_eager(self) -> int: ...
    async def spread(self, item: Item, hops: int, sender: "Branch | None") -> None: ...


class TooManyFaults(Exception):
    """What is thrown when a peer has broken too many rules."""


class Branch:
    """What is asked, told and passed on over one link."""

    def __init__(self, owner: Owner, link: Link, view: View) -> None:
        self.owner = owner
        self.link = link
        self.view = view
        self.is_eager = True
        self.asked: dict[bytes, int] = {}
        self._known: set[bytes] = set()
        self._faults = 0
        self._hopes: set[asyncio.Task[None]] = set()

    async def hear(self, frame: Frame) -> None:
        """Looks at a frame of these chapters."""
        match frame:
            case IHave():
                await self._announced(frame)
            case Push():
                await self._take(frame.envelope, frame.hops)
            case Retract():
                await self._take(frame.retraction, 0)
            case Want():
                for id in frame.ids:
                    await self._give(id, frames.ANNOUNCED, frame.session)
            case Graft():
                self.is_eager = True
                if frame.id != NOBODY:
                    await self._give(frame.id, self._hops_of(frame.id), 0)
            case Prune():
                self.is_eager = False
            case DontWant():
                self._known |= set(frame.ids)
            case Gone():
                for id in frame.ids:
                    self.asked.pop(id, None)
            case Receipt():
                self._receipt(frame)

    def close(self) -> None:
        """Ends what waits for the tree."""
        for hope in self._hopes:
            hope.cancel()

    # What comes

    async def _announced(self, frame: IHave) -> None:
        """Asks for what is missing: at once, or when the tree did not bring it."""
        settles, at_once = self.owner.store.settles, []
        for id, hops in frame.entries:
            self._known.add(id)
            self.owner.heard_of(id, self.link.remote)
            if settles(id) or id in self.asked:
                continue
            if hops < frames.ANNOUNCED and self.view.is_neighbour:
                hope = asyncio.create_task(self._hope_for(id, hops))
                self._hopes.add(hope)
                hope.add_done_callback(self._hopes.discard)
            else:
                at_once.append(id)
        await self.want(list(dict.fromkeys(at_once)))

    async def _hope_for(self, id: bytes, hops: int) -> None:
        await asyncio.sleep(TREE_SECONDS)
        if not self.owner.store.settles(id) and id not in self.asked:
            self.asked[id], self.is_eager = GRAFTED, True
            await self.link.send(Graft(id, hops))

    async def want(self, ids: list[bytes]) -> None:
        """Asks for items."""
        ids = ids[: MOST_ASKED - len(self.asked)]
        self.asked |= dict.fromkeys(ids, 0)
        size = frames.MOST_ASKED
        wants = [Want(tuple(ids[at : at + size])) for at in range(0, len(ids), size)]
        if wants:
            await self.link.send(*wants)

    async def _take(self, item: Item, hops: int) -> None:
        """Keeps an item that passes the checks, acknowledges it, and passes it on."""
        store, id = self.owner.store, item.id(self.owner.store.network)
        session = self.asked.pop(id, None)
        if isinstance(item, Retraction):
            session = self.asked.pop(item.target(store.network), session)
            hops = 0 if session in (None, GRAFTED) else frames.ANNOUNCED
        asked = session is not None
        self.owner.heard_of(id, self.link.remote)
        self._known.add(id)
        if store.settles(id):
            await self._too_much(asked, hops)
            return
        try:
            new = store.keep(item, self.owner.now(), pushed=not asked)
        except Refused as refused:
            self._count(refused.reason)
            return
        self.owner.seen_in_open(id)
        if new:
            self.is_eager = True
            self.owner.hops[id] = hops
            await self.link.send(IHave(((id, hops),)))
            if isinstance(item, Retraction):
                await self.link.send(self._receipt_for(item))
            await self.owner.spread(item, hops, self)

    async def _too_much(self, asked: bool, hops: int) -> None:
        """Tells a neighbour to stop pushing, as long as enough others do."""
        unasked = not asked and hops < frames.ANNOUNCED and self.view.is_neighbour
        if unasked and self.is_eager and self.owner.count_eager() > FEWEST_EAGER:
            self.is_eager = False
            await self.link.send(Prune(BACKOFF_SECONDS))

    def _count(self, reason: str) -> None:
        self._faults += reason in FAULTS
        if self._faults >= MOST_FAULTS:
            raise TooManyFaults

    # What goes

    def _hops_of(self, id: bytes) -> int:
        return min(self.owner.hops.get(id, 0) + 1, MOST_HOPS)

    async def _give(self, id: bytes, hops: int, session: int) -> None:
        """Answers a question for an item."""
        found = self.owner.store.answer(id)
        if found is None:
            await self.link.send(Gone((id,), session))
        else:
            await self.push(found, hops)

    async def push(self, item: Item, hops: int) -> None:
        """Sends an item itself."""
        if isinstance(item, Retraction):
            await self.link.send(Retract(item))
        else:
            await self.link.send(Push(hops, item))

    async def announce(self, item: Item, hops: int = frames.ANNOUNCED) -> None:
        """Says that an item is held here."""
        await self.link.send(IHave(((item.id(self.owner.store.network), hops),)))

    async def offer(self, item: Item, hops: int) -> None:
        """Tells a neighbour of a new item, as its place in the tree says."""
        if not self.view.is_neighbour:
            return
        if isinstance(item, Retraction):
            await self.link.send(self._receipt_for(item))
        id = item.id(self.owner.store.network)
        if id in self._known:
            return
        old = item.header.slot < self.owner.now() // SLOT - OLDEST_PUSHED
        if hops == frames.ANNOUNCED or (old and isinstance(item, Envelope)):
            await self.announce(item)
        elif self.is_eager:
            await self.push(item, self._hops_of(id))
        else:
            await self.announce(item, self._hops_of(id))

    # Receipts

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
