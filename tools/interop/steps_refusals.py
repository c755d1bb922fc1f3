"""Steps: lies end the link, told to the node and to a peer of this folder alike."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import handshake_lies
import lies
from basics import u64
from envelopes import Envelope, Header, work_done
from frames import Push
from lies import Target
from node import LOOPBACK
from stage import Report, Stage, expect, scene

SLACK_SECONDS = 5
TOO_MANY_FAULTS = 8
MOST_LIES = 400


def the_node(stage: Stage) -> Target:
    """The node under test."""
    return Target(LOOPBACK, stage.node.port, stage.network, int(time.time()))


async def a_peer(stage: Stage) -> Target:
    """A peer of this folder that follows the node's charter."""
    peer, _ = await stage.linked()
    return Target(LOOPBACK, await peer.listen(), stage.network, peer.now())


async def play(report: Report, stage: Stage) -> None:
    """All steps of this part but those that wait."""
    for who, target in (("node", the_node(stage)), ("peer", await a_peer(stage))):
        for name, lie in all_lies(stage, target).items():
            await report.step(f"lied to the {who}: {name}", lie)
    await stage.leave()
    await scene(report, stage, "the node still serves", serves)


def all_lies(stage: Stage, target: Target) -> dict[str, Callable[[], Awaitable[str | None]]]:
    """Every lie, ready to be told to one target."""
    told: dict[str, Callable[[], Awaitable[str | None]]] = {
        "first messages": partial(handshake_lies.first_messages, target),
        "another network, another version": partial(handshake_lies.other_prologues, target),
        "proofs that do not hold": partial(handshake_lies.third_messages, target),
    }
    for name, (first, reason) in lies.as_hello(target).items():
        told[name] = partial(_said, partial(lies.instead_of_hello, target, first), reason)
    for name, (lie, reason) in lies.on_links(target).items():
        told[name] = partial(_said, partial(lies.after_hello, target, lie), reason)
    told["unknown types, which are skipped"] = partial(lies.skipped_types, target)
    told["many items without work"] = partial(_many_items, stage, target)
    return told


async def _said(ending: Callable[[], Awaitable[int | None]], reason: int | None) -> str:
    """The end that a lie brings, whose reason must be the right one if there is one."""
    said = await ending()
    expect(reason is None or said in (None, reason), f"BYE {said}, not {reason}")
    return "closed" if said is None else f"BYE {said}"


async def _many_items(stage: Stage, target: Target) -> str:
    """Items without their work, until the link ends."""
    good = stage.envelope(stage.slot())
    id, start = good.id(stage.invite.network), good.header.raw[:56]
    weak = [n for n in range(MOST_LIES) if work_done(id, u64(n)) < good.header.work_bits]

    async def lie(link: lies.Link) -> None:
        try:
            for nonce in weak:
                await link.send(Push(0, Envelope(Header(start + u64(nonce)), good.body)))
        except OSError:
            pass

    return await _said(partial(lies.after_hello, target, lie), TOO_MANY_FAULTS)


async def serves(stage: Stage) -> None:
    """A new peer is served as ever."""
    await stage.linked()
    expect(stage.node.is_running, "the node has ended")


async def play_waits(report: Report, stage: Stage) -> None:
    """Steps that wait for a limit to pass, all at once while other steps are played."""
    target = the_node(stage)
    waits = {
        "a connection that says nothing ends": (handshake_lies.silent_connection, 10),
        "a frame that does not go on ends the link": (lies.unfinished_frame, 30),
        "a silent neighbour is asked by PING 0": (lies.silent_neighbour, 30),
    }
    steps = [
        report.step(name, partial(_after, partial(wait, target), seconds), seconds + 10)
        for name, (wait, seconds) in waits.items()
    ]
    await asyncio.gather(*steps)


async def _after(wait: Callable[[], Awaitable[float]], limit: int) -> str:
    """Compares how long a wait was with the limit in the chapter."""
    seconds = await wait()
    expect(limit - 1 <= seconds <= limit + SLACK_SECONDS, f"after {seconds:.1f} s, not {limit} s")
    return f"after {seconds:.1f} s"
