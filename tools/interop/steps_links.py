"""Steps: links in both directions, HELLO, PING, closed networks, two links at once."""

import asyncio
import os

import frames
import hello
import peerrecords
from basics import Refused
from frames import IHave, Ping, Pong
from kithnode import LOOPBACK
from link import Identity, Link, Network, dial
from node import Peer
from peerrecords import Address, PeerRecord
from stage import Report, Stage, expect, scene

LINKED_ALREADY = 3


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, "dials the node: handshake, HELLO, peer record", dials)
    await scene(report, stage, "charter chain and manifest, from an invite", papers)
    await scene(report, stage, "PING of any value is answered at once", pings)
    await scene(report, stage, "the node dials a peer that listens", listens)
    await scene(report, stage, "of two links dialled by one node the later stays", twice)
    await scene(report, stage, "of two crossing links the lower nodeId's stays", crossing)
    await scene(report, stage, "a closed network: XXpsk0, and silence without the key", closed)


async def begin(stage: Stage, stem_gap: int = 0) -> None:
    """kith init and kith run."""
    await stage.node.init("--community", "Harbour Street", "--name", "Ada")
    await stage.node.run(stem_gap)
    stage.invite = stage.read_invite(stage.node)
    expect(stage.invite.network.hex() == stage.node.made["network"], "another network")
    expect(stage.invite.community.hex() == stage.node.made["community"], "another community")
    peer, _ = await stage.linked()
    stage.work_base = peer.store.work_base
    await stage.leave()


async def dials(stage: Stage) -> str:
    """The seed of the invite is the node that answers there, and its HELLO holds."""
    peer = stage.peer()
    node, where = stage.invite.seeds[0]
    expect(where == stage.node.address, f"the seed is {where}")
    session = await peer.dial(LOOPBACK, stage.node.port)
    expect(session.link.remote == node, "another nodeId than the invite says")
    expect(await peer.until(lambda: session.hello), "no HELLO")
    assert session.hello is not None
    record = PeerRecord.read(session.hello.record)
    expect(
        record.addresses == (Address(peerrecords.IPV4, bytes([127, 0, 0, 1]), stage.node.port),),
        "address",
    )
    expect(session.hello.caps == hello.FULL | hello.TTL_CLASSES, f"caps {session.hello.caps:x}")
    expect(await peer.until(lambda: session.heard), "no IHAVE")
    expect(isinstance(session.heard[0], IHave), "another frame than IHAVE after HELLO")
    return f"caps {session.hello.caps:x}"


async def papers(stage: Stage) -> str:
    """The chain from networkId and community to what holds now."""
    peer, session = await stage.linked()
    charters = peer.store.charters
    manifest = peer.store.manifest(stage.invite.community)
    assert charters is not None and manifest is not None
    expect(stage.invite.community in charters.communities, "the charter has another community")
    expect(manifest.roots.name == "Harbour Street", "the root has another name")
    expect(session.link.remote in manifest.relays, "the manifest does not name the node")
    first = session.heard[0]
    assert isinstance(first, IHave)
    expect({id for id, _ in first.entries} == set(peer.store.public_ids()), "the first IHAVE")
    return f"least work {charters.work_base}, {len(manifest.roots.links)} root"


async def pings(stage: Stage) -> None:
    """Whatever the value, and whatever was asked before."""
    peer, session = await stage.linked()
    unknown = IHave(tuple((os.urandom(32), frames.ANNOUNCED) for _ in range(100)))
    for value in (0, 77, (1 << 64) - 1):
        del session.heard[:]
        await session.link.send(unknown, Ping(value))
        answered = await peer.until(lambda: Pong(value) in session.heard)
        expect(answered, f"no PONG to PING {value}")
    await session.link.send(Pong(5), Ping(0))
    expect(await peer.until(lambda: Pong(0) in session.heard), "a PONG unasked ends the link")


async def listens(stage: Stage) -> None:
    """kith peer add, and the node is the initiator."""
    peer = stage.peer()
    port = await peer.listen()
    await stage.node.command("peer", "add", f"{LOOPBACK}:{port}")
    expect(await peer.until(lambda: peer.sessions and peer.sessions[0].hello), "not dialled")
    session = peer.sessions[0]
    expect(not session.link.dialled, "the node did not dial")
    expect(session.link.remote == stage.invite.seeds[0][0], "another node")
    known = await peer.until(lambda: peer.store.manifest(stage.invite.community))
    expect(known, "charter and manifest did not come")
    [shown] = await stage.node.command("peers")
    expect(peer.identity.node.hex() in str(shown), "kith peers does not list the peer")


async def twice(stage: Stage) -> None:
    """The same node dials again, as one does that lost a link without noticing."""
    first = await stage.linked()
    again = stage.peer()
    again.identity = first[0].identity
    second = await stage.linked(again)
    expect(await first[0].until(lambda: not first[0].sessions), "the earlier link stays")
    expect(first[1].bye in (None, LINKED_ALREADY), f"BYE {first[1].bye}")
    await second[1].link.send(Ping(0))
    expect(await again.until(lambda: Pong(0) in second[1].heard), "the later link does not answer")


async def crossing(stage: Stage) -> str:
    """Both sides dialled: for a lower and a higher nodeId than the node's."""
    for lower in (True, False):
        peer = stage.peer()
        while (peer.identity.node < stage.invite.seeds[0][0]) != lower:
            peer.identity = Identity()
        which = "lower" if lower else "higher"
        expect(await _crossed(stage, peer) == lower, f"the link of the {which} nodeId")
    return "checked for both orders"


async def _crossed(stage: Stage, peer: Peer) -> bool:
    """Whether the link that a peer dials stays beside the one that the node dialled."""
    port = await peer.listen()
    await stage.node.command("peer", "add", f"{LOOPBACK}:{port}")
    expect(await peer.until(lambda: peer.sessions and peer.sessions[0].hello), "not dialled")
    link = await dial(LOOPBACK, stage.node.port, peer.identity, peer.network, peer.now())
    try:
        await link.send(peer.hello())
        return await _answers(link)
    finally:
        link.close()


async def _answers(link: Link) -> bool:
    """Whether a link lives on: it says HELLO and answers a PING."""
    try:
        async with asyncio.timeout(15):
            await link.send(Ping(0))
            while not isinstance(await link.receive(), Pong):
                pass
    except (OSError, EOFError, Refused):
        return False
    return True


async def closed(stage: Stage) -> None:
    """A node of a closed network, with and without its key."""
    node = stage.closed
    await node.init("--community", "Behind the door", "--name", "Ben", "--closed")
    await node.run()
    invite = stage.read_invite(node)
    expect(invite.shared is not None, "the invite has no pre-shared key")
    peer = stage.peer(Network(invite.network, invite.shared))
    await peer.dial(LOOPBACK, node.port)
    expect(await peer.until(lambda: peer.store.manifest(invite.community)), "no manifest")
    for shared in (None, os.urandom(32)):
        try:
            network = Network(invite.network, shared)
            await dial(LOOPBACK, node.port, peer.identity, network, peer.now())
        except asyncio.IncompleteReadError as ended:
            expect(not ended.partial, "the node answered")
        else:
            expect(False, "linked without the key")
    await node.stop()


async def ends(stage: Stage) -> None:
    """SIGTERM ends the node, and its neighbours see their links end."""
    peer, session = await stage.linked()
    await stage.node.stop()
    expect(await peer.until(lambda: not peer.sessions), "the link stays")
