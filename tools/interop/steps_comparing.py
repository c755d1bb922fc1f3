"""Steps: catching up in both directions by reconciliation, and messages that break its rules."""

import asyncio
import os

from basics import SLOT
from comparing import DONE, LATER_SLOT, LIMIT, MALFORMED, NOT_NOW, lowest_slot
from frames import Frame, Ping, Pong, Want
from kithnode import LOOPBACK
from link import Link
from negentropy import IDS, LONGEST, PRINT, VERSION, written
from node import Peer
from session import Session
from stage import Report, Stage, expect, scene
from treeframes import SyncEnd, SyncMessage, SyncOpen

MANY, OWN = 2100, 10
MOST_SESSIONS = 60
CATCH_UP_SECONDS = 60
END, SLOT_5 = b"\0\0", b"\x05\0"


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, f"the node catches up with {MANY} items, as initiator", teaches)
    await scene(report, stage, f"a peer catches up with {MANY} items, as initiator", learns)
    await scene(report, stage, "a session about topics, and one about nothing new", topics)
    await scene(report, stage, "lower slots, other versions, sessions nobody opened", edges)
    await scene(report, stage, "malformed openings end their session, not the link", openings)
    await scene(report, stage, "malformed messages end a session that began well", messages)
    await scene(report, stage, "malformed answers end the node's own session", answers)
    await scene(report, stage, "sessions without end are refused for now", too_many)


def _fill(stage: Stage, peer: Peer, count: int, slots: int) -> list[bytes]:
    """Gives a peer items that only it has, over several slots; their ids."""
    slot = stage.slot()
    made = [stage.envelope(slot - n % slots, ttl_class=2) for n in range(count)]
    for item in made:
        peer.store.take(item, peer.now(), pushed=False)
    return [item.id(stage.invite.network) for item in made]


async def teaches(stage: Stage) -> str:
    """A peer that holds much becomes a neighbour; the node finds all of it and asks."""
    helper, _ = await stage.linked()
    peer = stage.peer()
    peer.store = helper.store
    ids = set(await asyncio.to_thread(_fill, stage, peer, MANY, 3))
    _, session = await stage.linked(peer, catches_up=False)
    done = await peer.until(lambda: all(peer.announced[id] for id in ids), CATCH_UP_SECONDS)
    expect(done, f"{sum(not peer.announced[id] for id in ids)} were not acknowledged")
    opened = [frame for frame in session.heard if isinstance(frame, SyncOpen)]
    numbers = {frame.session for frame in opened}
    wants = [frame for frame in session.heard if isinstance(frame, Want)]
    expect(0 not in numbers, "a session has the number 0")
    expect({want.session for want in wants} <= numbers, "WANT without the session's number")
    [status] = await stage.node.command("status")
    expect(status["items"] >= MANY, f"the node has {status['items']} items")
    ends = [frame.reason for frame in session.heard if isinstance(frame, SyncEnd)]
    expect(set(ends) <= {DONE, LIMIT}, f"sessions ended for {ends}")
    messages = sum(isinstance(frame, SyncMessage) for frame in session.heard)
    return f"{len(opened)} sessions, {messages} messages"


async def learns(stage: Stage) -> str:
    """An empty peer that is no neighbour compares, gets all, and is asked for its own."""
    [status] = await stage.node.command("status")
    count = status["items"]
    peer, session = await stage.linked(neighbour=False, catches_up=False)
    own = await asyncio.to_thread(_fill, stage, peer, OWN, 2)
    expect(await session.catch_up(), "it did not come to an end")
    held = len(peer.store.listed())
    expect(held == count + OWN, f"{held - OWN} of {count} items came")
    told = await peer.until(lambda: all(peer.announced[id] for id in own))
    expect(told, "what the node lacked was not asked for")
    turns = session.sync.done
    return f"{len(turns)} sessions, {sum(turn.rounds for turn in turns)} round trips"


async def topics(stage: Stage) -> str:
    """What a session names is all it is about; equal stores need one message each."""
    peer, session = await stage.linked(neighbour=False)
    one, other = (stage.envelope(stage.slot(), ttl_class=2) for _ in range(2))
    await peer.submit(one, other)
    network = stage.invite.network
    ids = [item.id(network) for item in (one, other)]
    expect(await peer.until(lambda: all(peer.announced[id] for id in ids)), "not acknowledged")
    slot = lowest_slot(2, peer.now())
    nothing = bytes([VERSION]) + END + bytes([IDS, 0])
    await session.link.send(SyncOpen(5, 2, slot, (one.header.topic, os.urandom(16)), nothing))
    wanted = SyncMessage(5, bytes([VERSION]) + END + bytes([IDS, 1]) + ids[0])
    expect(await peer.until(lambda: _of(session, 5)), "no answer")
    expect(_of(session, 5) == [wanted], f"{_of(session, 5)}")
    await session.link.send(SyncEnd(5, DONE))
    before = len(session.sync.done)
    expect(await session.catch_up(), "the second time did not come to an end")
    turns = session.sync.done[before:]
    expect(all(turn.rounds == 1 for turn in turns), "equal stores took more than one message")
    return f"{len(turns)} classes"


def _of(session: Session, number: int) -> list[Frame]:
    """What came about a session."""
    kinds = SyncOpen, SyncMessage, SyncEnd
    return [f for f in session.heard if isinstance(f, kinds) and f.session == number]


async def _answers(peer: Peer, session: Session, *said: Frame) -> None:
    """Checks that the node still answers on a link after what was said."""
    value = int.from_bytes(os.urandom(4), "big")
    await session.link.send(*said, Ping(value))
    expect(await peer.until(lambda: Pong(value) in session.heard), "the link has ended")


async def edges(stage: Stage) -> None:
    """What is no fault, and yet no session."""
    peer, session = await stage.linked(neighbour=False, catches_up=False)
    lowest = lowest_slot(4, peer.now())
    opening = bytes([VERSION]) + END + bytes([IDS, 0])
    await session.link.send(SyncOpen(1, 4, lowest - 1, (), opening))
    expect(await peer.until(lambda: _of(session, 1)), "no answer to a lower slot")
    [end] = _of(session, 1)
    expect(isinstance(end, SyncEnd) and end.reason == LATER_SLOT, f"{end}")
    assert isinstance(end, SyncEnd)
    expect(end.value in (lowest, lowest + 1), f"from slot {end.value}, not {lowest}")
    await session.link.send(SyncOpen(2, 4, lowest + 1, (), b"\x62\0\0\7"))
    expect(await peer.until(lambda: _of(session, 2)), "no answer to another version")
    expect(_of(session, 2) == [SyncMessage(2, bytes([VERSION]))], f"{_of(session, 2)}")
    await _answers(peer, session, SyncEnd(2, DONE), SyncMessage(9, opening), SyncEnd(8, DONE))
    expect(not _of(session, 9) + _of(session, 8), "a session that nobody opened was answered")


def malformed() -> dict[str, bytes]:
    """Messages that break a rule, each in one way."""
    id, start = os.urandom(32), bytes([VERSION])
    fine = start + SLOT_5 + bytes([PRINT]) + bytes(16)
    return {
        "nothing": b"",
        "version 0": b"\0" + fine[1:],
        "version 70": b"\x70" + fine[1:],
        "a mode that is not there": start + SLOT_5 + b"\3",
        "a bound without a mode": start + SLOT_5,
        "half a fingerprint": fine[:-8],
        "fewer ids than named": start + END + bytes([IDS, 2]) + id,
        "2^64 − 1 ids": start + END + bytes([IDS]) + written((1 << 64) - 1),
        "a number without end": start + b"\xff" * 40,
        "a number with zeros in front": start + b"\x80\x05\0\0",
        "an id of 33 bytes": start + b"\x05\x21" + bytes(33) + b"\0",
        "a bound that descends": start + b"\5\1\x80\0" + b"\1\1\x7f\0",
        "a good claim, then a cut one": fine + b"\5",
        "a message of 60001 bytes": start + (SLOT_5 + b"\0") * (LONGEST // 3),
    }


async def openings(stage: Stage) -> str:
    """Each as the message of an OPEN, on a link of its own, which stays."""
    for number, (name, message) in enumerate(malformed().items(), 1):
        peer, session = await stage.linked(neighbour=False, catches_up=False)
        opened = SyncOpen(number, 0, lowest_slot(0, peer.now()) + 1, (), message)
        await _answers(peer, session, opened)
        expect(await peer.until(lambda: _of(session, number)), f"{name}: no answer")
        said = _of(session, number)
        expect(said == [SyncEnd(number, MALFORMED)], f"{name}: {said}")
        await peer.close()
    return f"{len(malformed())} messages"


async def messages(stage: Stage) -> None:
    """Each as the second message of a session; the next session on the link is a good one."""
    for number, (name, message) in enumerate(malformed().items(), 1):
        peer, session = await stage.linked(neighbour=False, catches_up=False)
        opening = bytes([VERSION]) + END + bytes([PRINT]) + bytes(16)
        slot = lowest_slot(0, peer.now()) + 1
        await session.link.send(SyncOpen(number, 0, slot, (), opening))
        expect(await peer.until(lambda: _of(session, number)), "no answer to an opening")
        await _answers(peer, session, SyncMessage(number, message))
        expect(await peer.until(lambda: len(_of(session, number)) == 2), f"{name}: no answer")
        end = _of(session, number)[1]
        expect(end == SyncEnd(number, MALFORMED), f"{name}: {end}")
        expect(await session.sync.compare(4), f"{name}: no other session after it")
        await peer.close()


class _Spoiler:
    """Answers the other side's sessions by one malformed message."""

    def __init__(self, link: Link, message: bytes) -> None:
        self.link = link
        self.message = message
        self.ends: list[SyncEnd] = []

    async def hear(self, frame: Frame) -> None:
        match frame:
            case SyncOpen():
                await self.link.send(SyncMessage(frame.session, self.message))
            case SyncEnd():
                self.ends.append(frame)


async def answers(stage: Stage) -> str:
    """Each as the answer to the session that the node opens with a new neighbour."""
    lies = malformed() | {"another version": b"\x62"}
    for name, message in lies.items():
        peer = stage.peer()
        session = await peer.dial(LOOPBACK, stage.node.port)
        known = await peer.until(lambda: peer.store.manifest(stage.invite.community))
        expect(known, "charter and manifest did not come")
        spoiler = _Spoiler(session.link, message)
        session.sync = spoiler  # type: ignore[assignment]
        expect(await session.become_neighbour(), "the node refuses to be a neighbour")
        expect(await peer.until(lambda: spoiler.ends), f"{name}: no END")
        expect(spoiler.ends[0].reason == MALFORMED, f"{name}: {spoiler.ends[0]}")
        await _answers(peer, session)
        await peer.close()
    return f"{len(lies)} messages"


async def too_many(stage: Stage) -> str:
    """One session after the other on a link, until the node has had enough of it."""
    peer, session = await stage.linked(neighbour=False, catches_up=False)
    opening = bytes([VERSION]) + END + bytes([IDS, 0])
    for number in range(1, MOST_SESSIONS):
        slot = stage.slot() + SLOT
        await session.link.send(SyncOpen(number, 0, slot, (), opening))
        expect(await peer.until(lambda: _of(session, number)), "no answer")
        if _of(session, number) == [SyncEnd(number, NOT_NOW)]:
            await _answers(peer, session)
            return f"at session {number}"
        await session.link.send(SyncEnd(number, DONE))
    expect(False, f"{MOST_SESSIONS} sessions at once were answered")
    return ""
