"""Steps: how nodes become neighbours, part, and tell each other of others."""

import asyncio

import frames
from basics import Refused
from frames import Frame, Ping, Pong
from kithnode import LOOPBACK
from link import Identity
from node import Peer
from peerrecords import PeerRecord
from session import Session
from stage import Report, Stage, expect, scene
from steps_spreading import announced, pushed
from view import NO, NOT_NEIGHBOURS, YES
from viewframes import Disconnect, ForwardJoin, Join, Neighbor, NeighborReply, ShuffleReply

ASKED_SECONDS = 30
QUIET_SECONDS = 1.0
MOST_SHUFFLES, SHUFFLE_SECONDS = 20, 0.2


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, "JOIN and NEIGHBOR are answered by yes, each time", joins)
    await scene(report, stage, "a yes that nobody asked for is met by DISCONNECT", unasked)
    await scene(report, stage, "who says DISCONNECT is told nothing new; the link stays", leaves)
    await scene(report, stage, "the node asks whom it dialled; both ask at once", asked)
    await scene(report, stage, "SHUFFLE is answered with its nonce, and by records", shuffles)
    await scene(report, stage, "the JOIN of one that is reached goes on its walks", walks)


def came(session: Session, kind: type[Frame]) -> list[Frame]:
    """The frames of a type that were heard on a link."""
    return [frame for frame in session.heard if isinstance(frame, kind)]


async def _replies(peer: Peer, session: Session, said: Frame, value: int) -> None:
    before = len(came(session, NeighborReply))
    await session.link.send(said)
    answered = await peer.until(lambda: len(came(session, NeighborReply)) > before)
    expect(answered, f"no answer to {type(said).__name__}")
    expect(came(session, NeighborReply)[-1] == NeighborReply(value), "another answer")


async def joins(stage: Stage) -> None:
    """Low and high priority, from one that is a neighbour already and one that is not."""
    peer, session = await stage.linked(neighbour=False, catches_up=False)
    await _replies(peer, session, Join(peer.own_record()), YES)
    for priority in (NO, YES):
        await _replies(peer, session, Neighbor(priority), YES)
    other, second = await stage.linked(neighbour=False, catches_up=False)
    await second.link.send(Join(peer.own_record()), Ping(1))
    expect(await other.until(lambda: Pong(1) in second.heard or second.bye is not None), "silence")
    expect(NeighborReply(YES) not in second.heard, "the JOIN of another's record was accepted")
    await _replies(other, second, Neighbor(NO), YES)


async def unasked(stage: Stage) -> None:
    """Nobody had asked this peer."""
    peer, session = await stage.linked(neighbour=False, catches_up=False)
    await session.link.send(NeighborReply(YES))
    expect(await peer.until(lambda: came(session, Disconnect)), "no DISCONNECT")
    [said] = came(session, Disconnect)
    expect(isinstance(said, Disconnect) and said.reason == NOT_NEIGHBOURS, f"{said}")


async def leaves(stage: Stage) -> None:
    """A neighbour takes its leave; a third sees that items still spread."""
    (peer, session), (source, _), (third, _) = [await stage.linked() for _ in range(3)]
    await session.view.leave()
    await session.link.send(Ping(3))
    expect(await peer.until(lambda: Pong(3) in session.heard), "the link has ended")
    item = stage.envelope(stage.slot())
    id = item.id(stage.invite.network)
    await source.submit(item)
    expect(await third.until(lambda: id in third.store.envelopes), "not passed on")
    await asyncio.sleep(QUIET_SECONDS)
    # A comparison that had begun before may still find it, and names it with hops 255.
    told = set(announced(session, id) + pushed(session, item)) - {frames.ANNOUNCED}
    expect(not told, "it was told of something new")
    expect(await session.become_neighbour(), "it cannot come back")


async def asked(stage: Stage) -> str:
    """Told by kith peer add. Asked, the peer asks as well before it answers."""
    peer = stage.peer()
    said: list[Frame] = []

    async def both(frame: Frame) -> None:
        if isinstance(frame, Join | Neighbor):
            said.append(frame)
            await peer.sessions[0].link.send(Neighbor(NO), NeighborReply(YES))

    port = await peer.listen()
    await stage.node.command("peer", "add", f"{LOOPBACK}:{port}")
    expect(await peer.until(lambda: peer.sessions and peer.sessions[0].hello), "not dialled")
    session = peer.sessions[0]
    session.view.hear = both  # type: ignore[method-assign]
    for frame in session.heard:
        await both(frame)
    expect(await peer.until(lambda: said, ASKED_SECONDS), "the node does not ask")
    answered = await peer.until(lambda: NeighborReply(YES) in session.heard)
    expect(answered, "asked back, the node does not say yes")
    await session.link.send(Ping(4))
    expect(await peer.until(lambda: Pong(4) in session.heard), "the link has ended")
    expect(not came(session, Disconnect), "the node takes leave")
    return type(said[0]).__name__


async def shuffles(stage: Stage) -> str:
    """One peer tells of a node that is reached; the next peer hears of it from the node."""
    first, second, third = (stage.peer() for _ in range(3))
    await third.listen()
    told = await _shuffled(stage, first, third.own_record())
    expect(third.identity.node not in told, "it is told what it named")
    node, wanted = stage.invite.seeds[0][0], third.identity.node
    told = set()
    for _ in range(MOST_SHUFFLES):
        told |= await _shuffled(stage, second)
        if wanted in told:
            break
        await asyncio.sleep(SHUFFLE_SECONDS)
    expect(node in told, "the node does not tell its own record")
    expect(wanted in told, "a record that came by SHUFFLE is not told")
    return f"{len(told)} records"


async def _shuffled(stage: Stage, peer: Peer, *others: PeerRecord) -> set[bytes]:
    """Whose records answer a SHUFFLE."""
    if not peer.sessions:
        await stage.linked(peer, neighbour=False, catches_up=False)
    [session] = peer.sessions
    before = len(came(session, ShuffleReply))
    nonce = await session.view.shuffle(0, *others)
    answered = await peer.until(lambda: len(came(session, ShuffleReply)) > before)
    expect(answered, "no SHUFFLE_REPLY")
    reply = came(session, ShuffleReply)[-1]
    assert isinstance(reply, ShuffleReply)
    expect(reply.nonce == nonce, "another nonce")
    for record in reply.records:
        _check(record, stage, peer)
    return {record.node for record in reply.records}


def _check(record: PeerRecord, stage: Stage, peer: Peer) -> None:
    try:
        record.check(stage.invite.network, peer.now())
    except Refused as refused:
        expect(False, f"a record that does not hold: {refused.reason}")
    expect(record.addresses, "a record without addresses")


async def walks(stage: Stage) -> None:
    """Two neighbours hear of the joiner by FORWARD_JOIN."""
    others = [stage.peer(), stage.peer()]
    sessions = []
    for peer in others:
        await peer.listen()
        sessions.append((await stage.linked(peer))[1])
    joiner = stage.peer()
    joiner.identity = Identity()
    await joiner.listen()
    _, session = await stage.linked(joiner, neighbour=False, catches_up=False)
    record = joiner.own_record()
    await _replies(joiner, session, Join(record), YES)
    wanted = ForwardJoin(6, record)
    for peer, heard in zip(others, sessions):
        expect(await peer.until(lambda: wanted in heard.heard), "no FORWARD_JOIN")
    expect(not came(session, ForwardJoin), "the joiner hears of itself")
