"""Steps: items pass from peer to peer through the node; asking, taking back, the tree."""

import asyncio
import os
from functools import partial

import frames
from basics import u64
from envelopes import Envelope, Header, Retraction, opening, work_done
from frames import Frame, Gone, IHave, Push, Retract, Want
from node import Peer
from session import Session
from stage import Report, Stage, expect, scene
from treeframes import DontWant, Graft, Prune

Linked = tuple[Peer, Session]
QUIET_SECONDS = 1.0


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, "PUSH goes on with hops + 1 and is acknowledged", pushes)
    await scene(report, stage, "who is no neighbour is served, and told of nothing new", strangers)
    await scene(report, stage, "a duplicate is answered by PRUNE; IHAVE and GRAFT", tree)
    await scene(report, stage, "who said IDONTWANT is told nothing; a large item asks so", spares)
    await scene(report, stage, "an old item is not taken unasked, but asked for", old_item)
    await scene(report, stage, "what lacks work is not kept, its good copy is", lacks_work)
    await scene(report, stage, "WANT is answered in order by PUSH and RETRACT, or GONE", wants)
    await scene(report, stage, "RETRACT of the seen and the unseen; receipts", retracts)


async def pair(stage: Stage) -> tuple[Linked, Linked]:
    """Two peers, both neighbours of the node and caught up."""
    return await stage.linked(), await stage.linked()


async def settled(stage: Stage, sent: Linked, *came: Linked) -> None:
    """Waits until an item has come through the node, and so all that was pushed before it."""
    item = stage.envelope(stage.slot())
    await kept(stage, sent[0], item)
    id = item.id(stage.invite.network)
    for peer, _ in came:
        expect(await peer.until(lambda: id in peer.store.envelopes), "not passed on")


def pushed(session: Session, item: Envelope) -> list[int]:
    """The hops with which an item was pushed over a link."""
    came = [frame for frame in session.heard if isinstance(frame, Push)]
    return [frame.hops for frame in came if frame.envelope == item]


def announced(session: Session, id: bytes) -> list[int]:
    """The hops with which an item was announced over a link."""
    told = [frame for frame in session.heard if isinstance(frame, IHave)]
    return [hops for frame in told for one, hops in frame.entries if one == id]


async def pushes(stage: Stage) -> None:
    """One item from one peer to another."""
    (first, sent), (second, came) = await pair(stage)
    item = stage.envelope(stage.slot())
    id = item.id(stage.invite.network)
    first.store.take(item, first.now(), pushed=True)
    await sent.link.send(Push(3, item))
    expect(await first.until(lambda: first.announced[id]), "no acknowledgement")
    expect(announced(sent, id) == [3], f"acknowledged with hops {announced(sent, id)}")
    expect(await second.until(lambda: id in second.store.envelopes), "not passed on")
    expect(pushed(came, item) == [4], f"{pushed(came, item)} hops")
    await sent.link.send(Push(3, item))
    await settled(stage, (first, sent), (second, came))
    expect(len(pushed(came, item)) == 1, "a second copy was passed on")
    expect(not pushed(sent, item), "it went back")


async def strangers(stage: Stage) -> None:
    """Two links without neighbours: one brings an item, the other gets it only if it asks."""
    (first, sent), (other, told) = await pair(stage)
    stranger, link = await stage.linked(neighbour=False)
    item = stage.envelope(stage.slot())
    id = item.id(stage.invite.network)
    await kept(stage, stranger, item)
    expect(await first.until(lambda: id in first.store.envelopes), "its item is not passed on")
    silent, quiet = await stage.linked(neighbour=False, catches_up=False)
    second = stage.envelope(stage.slot())
    await kept(stage, first, second)
    expect(await other.until(lambda: second.id(stage.invite.network) in other.store.envelopes), "?")
    await asyncio.sleep(QUIET_SECONDS)
    for session in (link, quiet):
        new = second.id(stage.invite.network)
        said = pushed(session, second) + announced(session, new)
        expect(not said, "a link that is no neighbour was told of something new")
    await quiet.link.send(Graft(id, 0))
    await quiet.link.send(Want((second.id(stage.invite.network),)))
    both = {id, second.id(stage.invite.network)}
    came = await silent.until(lambda: both <= silent.store.envelopes.keys())
    expect(came, "GRAFT and WANT of no neighbour were not answered")


async def tree(stage: Stage) -> str:
    """One of four neighbours pushes what the node has, and is lazy from then on."""
    linked = [await stage.linked() for _ in range(4)]
    source, (peer, session) = linked[0], linked[1]
    network = stage.invite.network
    await settled(stage, source, *linked[1:])
    one, two, three = (stage.envelope(stage.slot()) for _ in range(3))
    await kept(stage, source[0], one)
    await settled(stage, source, *linked[1:])
    pruned: list[Linked] = []
    for peer, session in linked[1:]:
        await session.link.send(Push(9, one))
        if await peer.until(lambda: any(isinstance(f, Prune) for f in session.heard), 2):
            pruned.append((peer, session))
    expect(pruned, "nobody who pushed what was held was sent PRUNE")
    expect(len(pruned) < 3, "fewer than two neighbours are eager")
    peer, session = pruned[0]
    [prune] = [frame for frame in session.heard if isinstance(frame, Prune)]
    await kept(stage, source[0], two)
    id = two.id(network)
    expect(await peer.until(lambda: id in peer.store.envelopes), "a lazy neighbour goes without")
    expect(announced(session, id) == [2], f"announced with hops {announced(session, id)}")
    expect(pushed(session, two) == [2], f"GRAFT was answered with hops {pushed(session, two)}")
    await kept(stage, source[0], three)
    id = three.id(network)
    expect(await peer.until(lambda: id in peer.store.envelopes), "not passed on")
    expect(not announced(session, id), "who sent GRAFT is still lazy")
    return f"{len(pruned)} of 3 pruned, backoff {prune.backoff} s"


async def spares(stage: Stage) -> str:
    """IDONTWANT in both directions."""
    linked = [await stage.linked() for _ in range(3)]
    source, (peer, session) = linked[0], linked[1]
    network = stage.invite.network
    await settled(stage, source, *linked[1:])
    item = stage.envelope(stage.slot())
    await session.link.send(DontWant((item.id(network),)))
    await asyncio.sleep(QUIET_SECONDS)
    await kept(stage, source[0], item)
    await settled(stage, source, *linked[1:])
    said = set(pushed(session, item) + announced(session, item.id(network)))
    expect(not said - {frames.ANNOUNCED}, "who did not want an item was told of it")
    large = stage.envelope(stage.slot(), ttl_class=2, size_class=5)
    await kept(stage, source[0], large)
    id = large.id(network)
    expect(await peer.until(lambda: id in peer.store.envelopes), "a large item is not passed on")
    asked = [f for _, s in linked[1:] for f in s.heard if isinstance(f, DontWant) and id in f.ids]
    expect(len(asked) == 2, f"{len(asked)} of 2 were told that it need not be sent")
    return f"{len(large.raw)} bytes"


async def kept(stage: Stage, peer: Peer, *items: Envelope | Retraction) -> None:
    """Submits items at a peer and waits until the node says that it has them."""
    await peer.submit(*items)
    ids = [item.id(stage.invite.network) for item in items]
    expect(await peer.until(lambda: all(peer.announced[id] for id in ids)), "not acknowledged")


async def old_item(stage: Stage) -> None:
    """Seven slots old: pushed it is refused, asked for it is taken and only announced."""
    (first, sent), (second, came) = await pair(stage)
    item = stage.envelope(stage.slot() - 7, ttl_class=1)
    id = item.id(stage.invite.network)
    await sent.link.send(Push(0, item))
    await kept(stage, first, stage.envelope(stage.slot()))
    expect(not first.announced[id], "it was taken unasked")
    first.store.take(item, first.now(), pushed=False)
    await sent.link.send(IHave(((id, frames.ANNOUNCED),)))
    expect(await first.until(lambda: first.announced[id]), "it was not asked for")
    expect(await second.until(lambda: id in second.store.envelopes), "not passed on")
    told = announced(came, id)
    expect(frames.ANNOUNCED in told, f"it was announced with hops {told}")
    expect(pushed(came, item) == [frames.ANNOUNCED], "it was pushed unasked")


async def lacks_work(stage: Stage) -> None:
    """A nonce that does too little; then the same id with one that does enough."""
    peer, session = await stage.linked()
    good = stage.envelope(stage.slot())
    network = stage.invite.network
    id, bits = good.id(network), good.header.work_bits
    weak = next(n for n in range(1000) if work_done(id, u64(n)) < bits)
    bad = Envelope(Header(good.header.raw[:56] + u64(weak)), good.body)
    below = stage.envelope(stage.slot(), bits=stage.work_base - 1)
    ahead = stage.envelope(stage.slot() + 3)
    for item in (bad, below, ahead):
        await session.link.send(Push(0, item))
    await kept(stage, peer, stage.envelope(stage.slot()))
    taken = [item for item in (bad, below, ahead) if peer.announced[item.id(network)]]
    expect(not taken, "an item that breaks a rule was taken")
    await kept(stage, peer, good)


def erasable(stage: Stage, key: bytes, slot: int) -> tuple[Envelope, Retraction]:
    """An envelope, and what takes it back."""
    item = stage.envelope(slot, erase_key=key)
    return item, Retraction(item.header, item.body_hash, opening(key, item.header.raw))


async def wants(stage: Stage) -> None:
    """One WANT for all there is, with the number of no session."""
    peer, session = await stage.linked()
    network = stage.invite.network
    held = stage.envelope(stage.slot())
    gone, retraction = erasable(stage, os.urandom(32), stage.slot())
    await kept(stage, peer, held, gone)
    await kept(stage, peer, retraction)
    unknown = os.urandom(32)
    retract = Retract(retraction)
    wanted: list[Frame] = [Push(frames.ANNOUNCED, held), retract, retract]
    gone_too: list[Frame] = [*wanted, Gone((unknown,), 5)]
    del session.heard[:]
    ids = held.id(network), gone.id(network), unknown, retraction.id(network)
    await session.link.send(Want(ids, 5))
    answers = partial(_those_of, session.heard, gone_too)
    expect(await peer.until(lambda: len(answers()) >= 4), f"{len(answers())} answers")
    expect(_those_of(answers(), wanted) == wanted, "another order than that of the ids")
    expect(gone_too[-1] in answers(), "no GONE with the number of the WANT")


def _those_of(heard: list[Frame], wanted: list[Frame]) -> list[Frame]:
    """The frames heard that are among those wanted."""
    return [frame for frame in heard if frame in wanted]


async def retracts(stage: Stage) -> None:
    """Taken back after it came, and before."""
    (first, sent), (second, came) = await pair(stage)
    network = stage.invite.network
    item, retraction = erasable(stage, os.urandom(32), stage.slot())
    id = retraction.id(network)
    await first.submit(item)
    expect(await second.until(lambda: item.id(network) in second.store.envelopes), "not passed on")
    await first.submit(retraction)
    expect(await second.until(lambda: id in second.store.retractions), "RETRACT not passed on")
    expect(item.id(network) not in second.store.envelopes, "the envelope is still there")
    expect(await first.until(lambda: first.receipts[id]), "no RECEIPT")
    expect(await second.until(lambda: second.receipts[id]), "no RECEIPT to the other")
    expect(await first.until(lambda: first.announced[id]), "no acknowledgement")
    unseen, before = erasable(stage, os.urandom(32), stage.slot())
    await first.submit(before)
    expect(
        await first.until(lambda: first.receipts[before.id(network)]), "no RECEIPT of the unseen"
    )
    await sent.link.send(Push(0, unseen))
    await settled(stage, (first, sent), (second, came))
    expect(not first.announced[unseen.id(network)], "a retracted envelope was taken")
    expect(unseen.id(network) not in second.store.envelopes, "a retracted envelope was passed on")
