"""Steps: a new node comes into the network through a peer; papers that are replaced."""

import asyncio
import os
from collections.abc import Callable

import frames
import invites
import link as links
from basics import Refused
from envelopes import finish
from frames import Frame, Gone, IHave, Ping, Pong, Push, Want
from kithnode import LOOPBACK, KithNode
from link import Link
from node import Peer
from stage import Report, Stage, StepFailed, expect, scene

QUIET_SECONDS = 1.0
CATCH_UP_SECONDS = 60
WANTS = 10


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part."""
    await scene(report, stage, "a renewed manifest takes the old one's place", renews)
    await scene(report, stage, "a public record that is changed is not kept", changed_record)
    await scene(report, stage, "a new node joins through a peer, and catches up", joins)
    await scene(report, stage, "a node without charter lets long lists wait", waits_for_charter)


async def renews(stage: Stage) -> None:
    """kith community publish; the new record comes unasked, the old one is gone soon after."""
    peer, session = await stage.linked()
    community = stage.invite.community
    old_ids = set(peer.store.public_ids())
    await stage.node.command("community", "publish", "--language", "en", "--language", "uk")

    def languages() -> list[str]:
        manifest = peer.store.manifest(community)
        return manifest.languages if manifest else []

    expect(await peer.until(lambda: languages() == ["en", "uk"]), f"languages {languages()}")
    [replaced] = old_ids - set(peer.store.public_ids())
    # The node spreads the new one at once, and drops the old one a moment later.
    for _ in range(WANTS):
        await session.link.send(Want((replaced,)))
        if await peer.until(lambda: Gone((replaced,)) in session.heard, 1):
            return
    raise StepFailed("the old one is kept")


async def changed_record(stage: Stage) -> None:
    """One bit of a manifest, with its work done again."""
    peer, session = await stage.linked()
    network = stage.invite.network
    good = next(
        item
        for item in peer.store.envelopes.values()
        if item.id(network) in peer.store.public_ids()
    )
    body = bytearray(good.body)
    body[40] ^= 1
    bad = await asyncio.to_thread(finish, good.header.raw[:56], bytes(body), network)
    await session.link.send(Push(0, bad))
    item = stage.envelope(stage.slot())
    await peer.submit(item)
    expect(await peer.until(lambda: peer.announced[item.id(network)]), "not acknowledged")
    expect(not peer.announced[bad.id(network)], "it was kept")


async def through(stage: Stage, node: bytes, port: int) -> KithNode:
    """A new node of the program that knows only one peer's address."""
    seeds = [(node, f"{LOOPBACK}:{port}")]
    line = invites.write(stage.invite.network, seeds, stage.invite.community)
    fresh = KithNode(stage.binary, stage.folder / f"fresh-{os.urandom(3).hex()}")
    await fresh.join(line)
    await fresh.run()
    return fresh


async def joins(stage: Stage) -> str:
    """The peer holds what the network has; the new node asks it for all of that."""
    source, session = await stage.linked(neighbour=False)
    [status] = await stage.node.command("status")
    count = status["items"]
    expect(len(source.store.listed()) == count, "the peer has not caught up")
    session.link.close()
    peer = Peer(stage.network)
    stage.peers.append(peer)
    peer.store = source.store
    fresh = await through(stage, peer.identity.node, await peer.listen())
    try:
        ids = peer.store.listed()
        done = await peer.until(lambda: all(peer.announced[id] for id in ids), CATCH_UP_SECONDS)
        expect(done, f"{sum(not peer.announced[id] for id in ids)} were not acknowledged")
        [status] = await fresh.command("status")
        expect(status["networkName"] == "Harbour Street", f"network {status['networkName']}")
        expect(status["items"] == count, f"{status['items']} items, not {count}")
    finally:
        await fresh.stop()
    return f"{count} items"


async def waits_for_charter(stage: Stage) -> None:
    """An empty first IHAVE, then a short list, and a long one that waits for the charter."""
    source, _ = await stage.linked()
    few, many = (tuple(os.urandom(32) for _ in range(count)) for count in (64, 65))
    dialled: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
    peer = stage.peer()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            link = await links.accept(reader, writer, peer.identity, peer.network, peer.now())
        except (Refused, OSError, EOFError):
            return
        if dialled.done():
            link.close()
        else:
            dialled.set_result(link)

    server = await asyncio.start_server(accept, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    fresh = await through(stage, peer.identity.node, port)
    try:
        link = await asyncio.wait_for(dialled, 10)
        lists = [IHave(tuple((id, frames.ANNOUNCED) for id in ids)) for ids in (few, many)]
        await link.send(peer.hello(), IHave(()), *lists, Ping(1))
        before = await _heard(link, lambda heard: False, QUIET_SECONDS)
        expect(Pong(1) in before, "no PONG")
        expect(_asked(before) == set(few), "asked for others than those of the short list")
        charter = source.store.envelopes[source.store.public_ids()[0]]
        await link.send(Gone(few), Push(0, charter))
        after = await _heard(link, lambda heard: set(many) <= _asked(heard), 5)
        expect(set(many) <= _asked(after), "the long list was not asked for")
    finally:
        server.close()
        await fresh.stop()


def _asked(heard: list[Frame]) -> set[bytes]:
    """What was asked for."""
    return {id for frame in heard if isinstance(frame, Want) for id in frame.ids}


async def _heard(link: Link, enough: Callable[[list[Frame]], bool], seconds: float) -> list[Frame]:
    """The frames that come in some seconds, or until there are enough."""
    heard: list[Frame] = []
    try:
        async with asyncio.timeout(seconds):
            while not enough(heard):
                heard.append(await link.receive())
    except TimeoutError:
        pass
    return heard
