"""Chapter 20: how the node at the other end of a link becomes a neighbour, and tells of others.

A client of this folder looks for nobody: it asks whom it is told to ask, and says yes.
"""

import os
from typing import Protocol

from basics import Refused, number, require
from frames import Frame
from link import Link
from peerrecords import PeerRecord
from viewframes import (
    MOST_RECORDS,
    Disconnect,
    ForwardJoin,
    Join,
    Neighbor,
    NeighborReply,
    Shuffle,
    ShuffleReply,
)

NO, YES = 0, 1
NOT_NEIGHBOURS = 2


class Owner(Protocol):
    """What a view needs of the peer it belongs to."""

    accepts: bool
    told: dict[bytes, PeerRecord]

    def now(self) -> int: ...
    def own_record(self) -> PeerRecord: ...
    def count_neighbours(self) -> int: ...


class View:
    """Whether one link leads to a neighbour, and what is said about that."""

    def __init__(self, owner: Owner, link: Link, network: bytes) -> None:
        self.owner = owner
        self.link = link
        self.network = network
        self.is_neighbour = False
        self.was_refused = False
        self.record: PeerRecord | None = None
        self._asks = False

    async def ask(self) -> None:
        """Asks to be a neighbour: by JOIN while there are few."""
        self._asks, self.was_refused = True, False
        few = self.owner.count_neighbours() < 2
        await self.link.send(Join(self.owner.own_record()) if few else Neighbor(NO))

    async def leave(self, reason: int = 0, backoff: int = 0) -> None:
        """Ends the relation; the link stays."""
        self.is_neighbour = False
        await self.link.send(Disconnect(reason, backoff))

    async def shuffle(self, ttl: int, *others: PeerRecord) -> int:
        """Asks whom the other node knows, and tells of others; the nonce of the answer."""
        nonce = number(os.urandom(8))
        await self.link.send(Shuffle(nonce, ttl, (self.owner.own_record(), *others)))
        return nonce

    async def hear(self, frame: Frame) -> None:
        """Looks at a frame of chapter 20."""
        match frame:
            case Join():
                require(frame.record.node == self.link.remote, "malformed")
                await self._answer()
            case Neighbor():
                await self._answer()
            case NeighborReply():
                await self._replied(frame.value == YES)
            case Disconnect():
                self.is_neighbour = False
            case ForwardJoin() if self.is_neighbour:
                self._take([frame.record])
            case Shuffle():
                known = [record for record in self._known() if record not in frame.records]
                await self.link.send(ShuffleReply(frame.nonce, tuple(known[:MOST_RECORDS])))
                self._take(frame.records)
            case ShuffleReply():
                self._take(frame.records)

    async def _answer(self) -> None:
        agreed = self.is_neighbour or self._asks or self.owner.accepts
        await self.link.send(NeighborReply(YES if agreed else NO))
        self.is_neighbour = agreed

    async def _replied(self, agreed: bool) -> None:
        asked, self._asks = self._asks, False
        if asked:
            self.is_neighbour = self.is_neighbour or agreed
            self.was_refused = not self.is_neighbour
        elif agreed and not self.is_neighbour:
            await self.link.send(Disconnect(NOT_NEIGHBOURS))

    def _known(self) -> list[PeerRecord]:
        own = self.owner.own_record()
        return [*([own] if own.addresses else []), *self.owner.told.values()]

    def _take(self, records: "tuple[PeerRecord, ...] | list[PeerRecord]") -> None:
        """Keeps the records that hold; of a node's the one with the highest seq."""
        for record in records:
            known = self.owner.told.get(record.node)
            if not record.addresses or (known and known.seq >= record.seq):
                continue
            try:
                record.check(self.network, self.owner.now())
            except Refused:
                continue
            self.owner.told[record.node] = record
