"""Steps: items pass from peer to peer through the node; asking, catching up, taking back."""

import asyncio
import os
from functools import partial

import frames
from basics import u64
from envelopes import Envelope, Header, Retraction, opening, work_done
from frames import Frame, Gone, IHave, Ping, Pong, Push, Retract, Want
from node import Peer
from session import Session
from stage import Report, Stage, expect, scene

MANY = 2100


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, "PUSH goes on with hops + 1 and is acknowledged", pushes)
    await scene(report, stage, "an old item is not taken unasked, but asked for", old_item)
    await scene(report, stage, "what lacks work is not kept, its good copy is", lacks_work)
    await scene(report, stage, "WANT is answered in order by PUSH and RETRACT, or GONE", wants)
    await scene(report, stage, "RETRACT of the seen and the unseen; receipts", retracts)
    await scene(report, stage, f"the node catches up with {MANY} items, page by page", teaches)
    await scene(report, stage, "a new peer catches up with the node", learns)


async def pair(stage: Stage) -> tuple[tuple[Peer, Session], tuple[Peer, Session]]:
    """Two peers, both linked to the node and caught up."""
    both = await stage.linked(), await stage.linked()
    for peer, session in both:
        await settled(peer, session)
    return both


async def settled(peer: Peer, session: Session, mark: int = 424242) -> None:
    """Waits until the node has looked at all that was sent, and all it sent was looked at."""
    expect(await peer.until(lambda: session.caught_up), "the node does not catch up")
    await session.link.send(Ping(mark))
    expect(await peer.until(lambda: Pong(mark) in session.heard), "no PONG")
    session.heard.remove(Pong(mark))


async def pushes(stage: Stage) -> None:
    """One item from one peer to another."""
    (first, sent), (second, came) = await pair(stage)
    item = stage.envelope(stage.slot())
    id = item.id(stage.invite.network)
    first.store.take(item, first.now(), pushed=True)
    await sent.link.send(Push(3, item))
    expect(await first.until(lambda: first.announced[id]), "no acknowledgement")
    expect(await second.until(lambda: id in second.store.envelopes), "not passed on")
    pushed = [frame for frame in came.heard if isinstance(frame, Push) and frame.envelope == item]
    expect([frame.hops for frame in pushed] == [4], f"{pushed[0].hops} hops")
    await sent.link.send(Push(3, item))
    await kept(stage, first, stage.envelope(stage.slot()))
    await settled(second, came)
    again = [frame for frame in came.heard if isinstance(frame, Push) and frame.envelope == item]
    expect(len(again) == 1, "a second copy was passed on")


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
    told = [f for f in came.heard if isinstance(f, IHave) and (id, frames.ANNOUNCED) in f.entries]
    expect(told, "it was not announced with hops 255")
    pushed = [f for f in came.heard if isinstance(f, Push) and f.envelope == item]
    expect([frame.hops for frame in pushed] == [frames.ANNOUNCED], "it was pushed unasked")


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
    """One WANT for all there is."""
    peer, session = await stage.linked()
    network = stage.invite.network
    held = stage.envelope(stage.slot())
    gone, retraction = erasable(stage, os.urandom(32), stage.slot())
    await kept(stage, peer, held, gone)
    await kept(stage, peer, retraction)
    unknown = os.urandom(32)
    retract = Retract(retraction.header, retraction.body_hash, retraction.opening)
    wanted: list[Frame] = [Push(frames.ANNOUNCED, held), retract, retract]
    gone_too: list[Frame] = [*wanted, Gone((unknown,))]
    del session.heard[:]
    await session.link.send(
        Want((held.id(network), gone.id(network), unknown, retraction.id(network)))
    )
    answers = partial(_those_of, session.heard, gone_too)
    expect(await peer.until(lambda: len(answers()) >= 4), f"{len(answers())} answers")
    expect(_those_of(answers(), wanted) == wanted, "another order than that of the ids")
    expect(gone_too[-1] in answers(), "no GONE")


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
    await kept(stage, first, stage.envelope(stage.slot()))
    await settled(second, came)
    expect(not first.announced[unseen.id(network)], "a retracted envelope was taken")
    expect(unseen.id(network) not in second.store.envelopes, "a retracted envelope was passed on")


async def teaches(stage: Stage) -> str:
    """A peer that holds more than two pages links anew; the node asks for all of them."""
    peer = stage.peer()
    helper, _ = await stage.linked()
    for id in helper.store.public_ids():
        peer.store.take(helper.store.envelopes[id], peer.now(), pushed=False)
    await asyncio.to_thread(_fill, stage, peer)
    ids = set(peer.store.envelopes)
    _, session = await stage.linked(peer)
    expect(await peer.until(lambda: session.caught_up, 20), "no PONG after a page")
    done = await peer.until(lambda: all(peer.announced[id] for id in ids), 20)
    expect(done, f"{sum(not peer.announced[id] for id in ids)} were not acknowledged")
    pages = sum(isinstance(frame, Pong) and frame.value > 0 for frame in session.heard)
    [status] = await stage.node.command("status")
    expect(status["items"] >= MANY, f"the node has {status['items']} items")
    return f"{pages} pages"


def _fill(stage: Stage, peer: Peer) -> None:
    """Gives a peer many items, over several slots."""
    slot = stage.slot()
    for index in range(MANY):
        peer.store.take(stage.envelope(slot - index % 3), peer.now(), pushed=False)


async def learns(stage: Stage) -> str:
    """An empty peer ends with the ids that the node's oldest neighbour has."""
    peer, session = await stage.linked()
    [status] = await stage.node.command("status")
    count = status["items"]

    def held() -> int:
        return len(peer.store.envelopes) + len(peer.store.retractions)

    expect(await peer.until(lambda: held() >= count, 20), f"{held()} of {count} items came")
    expect(await peer.until(lambda: session.is_told), "the last page is full, or something lacks")
    after = zip(session.heard, session.heard[1:])
    pages = [a for a, b in after if isinstance(a, IHave) and isinstance(b, Ping) and b.value]
    order = [id for page in pages for id, _ in page.entries]
    expect(all(len(page.entries) <= 1024 for page in pages), "a page of more than 1024")
    everything = peer.store.listed()
    expect(order == everything, "pages are not ascending by slot and id")
    expect({hops for page in pages for _, hops in page.entries} == {255}, "hops")
    return f"{len(everything)} items in {len(pages)} pages"
