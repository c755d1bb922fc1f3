"""Chapter 22: sessions that compare what both ends of a link hold, in both roles."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import frames
from basics import SLOT, Refused, number
from envelopes import LEAST_LIFE, LIFETIMES
from frames import Frame, IHave, Want
from link import Link
from negentropy import LONGEST, VERSION, Comparison
from store import Store
from treeframes import SyncEnd, SyncMessage, SyncOpen

DONE, LATER_SLOT, LIMIT, NOT_NOW, NOT_HELD, MALFORMED, SILENT = range(7)
MOST_NEEDED = 2048
MOST_FOUND = 4096
OPENINGS = 8
SILENCE_SECONDS = 30
LATER_SECONDS = 10


class Owner(Protocol):
    """What comparing needs of the peer it belongs to."""

    store: Store

    def now(self) -> int: ...
    def changed(self) -> None: ...
    async def until(self, holds: Callable[[], object], seconds: float = 10) -> bool: ...


def lowest_slot(ttl_class: int, now: int) -> int:
    """The oldest slot whose envelopes live more than 20 minutes and two slots."""
    return (now + LEAST_LIFE + 2 * SLOT - LIFETIMES[ttl_class]) // SLOT + 1


@dataclass
class Turn:
    """A session: its number, what it compares, and how it ended."""

    number: int
    ttl_class: int
    side: Comparison
    ended: asyncio.Future[SyncEnd] = field(default_factory=asyncio.Future)
    rounds: int = 0
    announced: int = 0
    needed: set[bytes] = field(default_factory=set)


class Comparing:
    """The sessions of one link: at most one that each side opened."""

    def __init__(self, owner: Owner, link: Link, asked: dict[bytes, int]) -> None:
        self.owner = owner
        self.link = link
        self.asked = asked
        self.mine: Turn | None = None
        self.theirs: Turn | None = None
        self.done: list[Turn] = []

    # As initiator

    async def round(self) -> bool:
        """A session for each class, from the shortest life on; whether all was compared."""
        for ttl_class in range(len(LIFETIMES)):
            if not await self.compare(ttl_class):
                return False
        return True

    async def compare(self, ttl_class: int) -> bool:
        """Compares a class to the end, and waits for what was needed."""
        slot = lowest_slot(ttl_class, self.owner.now())
        for _ in range(OPENINGS):
            turn, end = await self._session(ttl_class, slot)
            if end.reason == LATER_SLOT:
                slot = end.value
            elif end.reason == NOT_NOW:
                await asyncio.sleep(LATER_SECONDS)
            elif end.reason in (DONE, LIMIT):
                if not await self._all_came(turn):
                    return False
                if end.reason == DONE:
                    return True
            else:
                return False
        return False

    async def _session(self, ttl_class: int, slot: int) -> tuple[Turn, SyncEnd]:
        turn = self.begin(ttl_class, slot)
        try:
            await self.link.send(self.opening(turn, slot))
            async with asyncio.timeout(SILENCE_SECONDS):
                return turn, await turn.ended
        finally:
            self.mine = None

    def begin(self, ttl_class: int, slot: int) -> Turn:
        """A session of this side's."""
        number_ = number(os.urandom(4)) or 1
        items = self.owner.store.items_of(ttl_class, slot)
        self.mine = Turn(number_, ttl_class, Comparison(self.link.sync_key, items, True))
        return self.mine

    def opening(self, turn: Turn, slot: int) -> SyncOpen:
        """The frame that opens it."""
        return SyncOpen(turn.number, turn.ttl_class, slot, (), turn.side.opening())

    async def _all_came(self, turn: Turn) -> bool:
        """Whether what the session found came or was refused, as long as something comes."""
        before = None
        while before != (missing := turn.needed & self.asked.keys()):
            if await self.owner.until(lambda: not turn.needed & self.asked.keys()):
                return True
            before = missing
        return not missing

    # Frames

    async def hear(self, frame: Frame) -> None:
        """Looks at a frame of chapter 22."""
        match frame:
            case SyncOpen():
                await self._opened(frame)
            case SyncMessage() if self.mine and frame.session == self.mine.number:
                await self._answered(self.mine, frame.message)
            case SyncMessage() if self.theirs and frame.session == self.theirs.number:
                await self._asked(self.theirs, frame.message)
            case SyncEnd():
                self._ended(frame)

    async def _opened(self, frame: SyncOpen) -> None:
        if self.mine and frame.session == self.mine.number:
            return
        lowest = lowest_slot(frame.ttl_class, self.owner.now())
        if self.theirs:
            await self.link.send(SyncEnd(frame.session, NOT_NOW))
        elif frame.slot_from < lowest:
            await self.link.send(SyncEnd(frame.session, LATER_SLOT, lowest))
        else:
            items = self.owner.store.items_of(frame.ttl_class, frame.slot_from, frame.topics)
            side = Comparison(self.link.sync_key, items, False)
            self.theirs = Turn(frame.session, frame.ttl_class, side)
            await self._asked(self.theirs, frame.message)

    async def _asked(self, turn: Turn, message: bytes) -> None:
        answer = await self._answer_to(turn, message)
        if answer is None:
            self.theirs = None
        else:
            turn.rounds += 1
            await self.link.send(SyncMessage(turn.number, answer))

    async def _answered(self, turn: Turn, message: bytes) -> None:
        answer = await self._answer_to(turn, message)
        if answer is None:
            self._close(turn, SyncEnd(turn.number, MALFORMED))
            return
        turn.rounds += 1
        await self._exchange(turn)
        found = len(turn.side.need) + len(turn.side.have)
        if answer == bytes([VERSION]):
            end = SyncEnd(turn.number, DONE)
        elif len(turn.side.need) >= MOST_NEEDED:
            end = SyncEnd(turn.number, LIMIT, found)
        else:
            await self.link.send(SyncMessage(turn.number, answer))
            return
        await self.link.send(end)
        self._close(turn, end)

    async def _answer_to(self, turn: Turn, message: bytes) -> bytes | None:
        """The answer to a message; None if it is malformed, which ends the session."""
        try:
            if len(message) > LONGEST:
                raise Refused("too-long")
            return turn.side.answer(message)
        except Refused:
            await self.link.send(SyncEnd(turn.number, MALFORMED))
            return None

    async def _exchange(self, turn: Turn) -> None:
        """Asks for what was found to lack here, and announces what lacks there."""
        store = self.owner.store
        need = [
            id
            for id in turn.side.need
            if id not in turn.needed and id not in self.asked and not store.settles(id)
        ]
        self.asked |= {id: turn.number for id in need}
        turn.needed |= set(need)
        size = frames.MOST_ASKED
        wants = [Want(tuple(need[at : at + size]), turn.number) for at in range(0, len(need), size)]
        have = turn.side.have[turn.announced : MOST_FOUND]
        turn.announced += len(have)
        size = frames.MOST_ANNOUNCED
        told = [
            IHave(tuple((id, frames.ANNOUNCED) for id in have[at : at + size]))
            for at in range(0, len(have), size)
        ]
        if wants or told:
            await self.link.send(*wants, *told)

    def _ended(self, end: SyncEnd) -> None:
        for turn in (self.mine, self.theirs):
            if turn and turn.number == end.session:
                self._close(turn, end)

    def _close(self, turn: Turn, end: SyncEnd) -> None:
        if not turn.ended.done():
            turn.ended.set_result(end)
        self.done.append(turn)
        if turn is self.theirs:
            self.theirs = None
        self.owner.changed()
