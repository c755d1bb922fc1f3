"""What a lying neighbour says, on a link and before it, each lie for itself."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import frames
import hello
import link as links
import linkrecords
import peerrecords
from basics import DAY, u16
from frames import Bye, Frame, Hello, IHave, Ping, Pong, Want
from link import Identity, Link, Network
from peerrecords import Address, make_record
from stage import StepFailed

SECONDS = 15


@dataclass(frozen=True)
class Target:
    """Who is lied to."""

    host: str
    port: int
    network: Network
    now: int


def honest_hello(target: Target, identity: Identity, ahead: int = peerrecords.SIGNED_FOR) -> Hello:
    """A HELLO as a leaf says it, with a record that holds for some seconds."""
    network, until = target.network.id, target.now + ahead
    record = make_record(identity.node_seed, network, target.now, until, ())
    return Hello(1, 1, hello.LEAF | hello.TTL_CLASSES, target.now, 0, record.encode())


async def linked(target: Target, identity: Identity) -> Link:
    """A link whose handshake was honest."""
    return await links.dial(target.host, target.port, identity, target.network, target.now)


async def end_of(link: Link) -> int | None:
    """Waits until the other side ends the link; the reason it said, if it said one."""
    reason = None
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                frame = await link.receive()
                if isinstance(frame, Bye):
                    reason = frame.reason
    except (OSError, EOFError):
        return reason
    except TimeoutError:
        raise StepFailed("the link stays") from None
    finally:
        link.close()


async def after_hello(target: Target, lie: Callable[[Link], Awaitable[None]]) -> int | None:
    """Tells a lie on a link that was honest up to HELLO."""
    identity = Identity()
    link = await linked(target, identity)
    await link.send(honest_hello(target, identity))
    await link.send(Ping(0))
    while not isinstance(await link.receive(), Pong):
        pass
    await lie(link)
    return await end_of(link)


async def instead_of_hello(target: Target, first: Callable[[Identity], Frame]) -> int | None:
    """Says something else than an honest HELLO first."""
    identity = Identity()
    link = await linked(target, identity)
    await link.send(first(identity))
    return await end_of(link)


def raw(data: bytes) -> Callable[[Link], Awaitable[None]]:
    """Bytes on the connection itself."""

    async def lie(link: Link) -> None:
        link.writer.write(data)
        await link.writer.drain()

    return lie


def stream(data: bytes) -> Callable[[Link], Awaitable[None]]:
    """Bytes in the stream of frames."""

    async def lie(link: Link) -> None:
        await link.send_bytes(data)

    return lie


def on_links(target: Target) -> dict[str, tuple[Callable[[Link], Awaitable[None]], int | None]]:
    """Lies after HELLO, with the reason of BYE where the code list has one."""
    id = os.urandom(32)
    envelope = bytes([2, 1, 0, 8]) + os.urandom(508)
    long_page = frames.u16(1025) + os.urandom(33 * 1025)
    return {
        "a record of no allowed length": (raw(u16(1041)), None),
        "an empty record": (raw(u16(0)), None),
        "a record that does not decrypt": (raw(u16(1040) + os.urandom(1040)), None),
        "a claim of 66561 bytes": (stream(bytes([0x20]) + (66561).to_bytes(3, "big")), None),
        "a claim of 16 MiB in a type to skip": (stream(b"\x80\xff\xff\xff"), None),
        "type 05": (stream(frames.frame(0x05, b"")), None),
        "type 7f": (stream(frames.frame(0x7F, b"")), None),
        "a second HELLO": (stream(honest_hello(target, Identity()).encode()), 7),
        "a PING of nine bytes": (stream(frames.frame(0x02, bytes(9))), None),
        "PAD that is not zero": (stream(frames.frame(0x00, b"\0\1")), None),
        "IHAVE of 1025 ids": (stream(frames.frame(0x21, long_page)), None),
        "IHAVE of fewer ids than claimed": (stream(frames.frame(0x21, b"\0\2" + id + b"\0")), None),
        "WANT of 65 ids": (stream(Want(tuple([id] * 65)).encode()), None),
        "PUSH of no envelope": (stream(frames.frame(0x20, b"\1")), None),
        "PUSH of an envelope of version 2": (stream(frames.frame(0x20, b"\1" + envelope)), None),
        "RETRACT cut short": (stream(frames.frame(0x29, bytes(111))), None),
        "NEIGHBOR of priority 2": (stream(frames.frame(0x12, b"\2")), None),
        "JOIN without a record": (stream(frames.frame(0x10, b"")), None),
        "SHUFFLE of more records than follow": (stream(frames.frame(0x15, bytes(9) + b"\1")), None),
        "GRAFT of half an id": (stream(frames.frame(0x22, bytes(17))), None),
        "PRUNE for more than an hour": (stream(frames.frame(0x23, u16(3601))), None),
        "IDONTWANT of 65 ids": (stream(frames.frame(0x24, b"\x41" + id * 65)), None),
        "STEM of kind 2": (stream(frames.frame(0x28, b"\2" + envelope)), None),
        "STEM of an envelope of version 2": (stream(frames.frame(0x28, b"\0" + envelope)), None),
        "SYNC_OPEN of class 5": (stream(frames.frame(0x30, bytes(4) + b"\5" + bytes(5))), None),
        "SYNC_OPEN of 33 topics": (
            stream(frames.frame(0x30, bytes(9) + b"\x21" + bytes(16 * 33))),
            None,
        ),
        "SYNC_MSG of three bytes": (stream(frames.frame(0x31, bytes(3))), None),
        "SYNC_END of ten bytes": (stream(frames.frame(0x32, bytes(10))), None),
    }


def as_hello(target: Target) -> dict[str, tuple[Callable[[Identity], Frame], int | None]]:
    """Other first frames, with the reason of BYE."""

    def mixed(identity: Identity) -> Frame:
        both = (
            Address(peerrecords.IPV4, b"\x7f\0\0\1", 1),
            Address(peerrecords.ONION, os.urandom(32), 1),
        )
        until = target.now + peerrecords.SIGNED_FOR
        record = make_record(identity.node_seed, target.network.id, 1, until, both)
        return replace(honest_hello(target, identity), record=record.encode())

    other = Network(os.urandom(32))
    return {
        "PING before HELLO": (lambda identity: Ping(0), 7),
        "IHAVE before HELLO": (lambda identity: IHave(()), 7),
        "HELLO of another node": (lambda identity: honest_hello(target, Identity()), 5),
        "a record that has ended": (lambda identity: honest_hello(target, identity, ahead=0), 5),
        "a record for more than 7 days": (
            lambda identity: honest_hello(target, identity, ahead=peerrecords.MOST_AHEAD + 60),
            5,
        ),
        "a record of another network": (
            lambda identity: honest_hello(replace(target, network=other), identity),
            5,
        ),
        "an onion address beside another": (mixed, None),
        "versions 2 to 3": (
            lambda identity: replace(honest_hello(target, identity), least=2, most=3),
            6,
        ),
        "a clock a day behind": (
            lambda identity: replace(honest_hello(target, identity), clock=target.now - DAY),
            10,
        ),
    }


async def skipped_types(target: Target) -> None:
    """Types from 80 on are skipped; the PING after them lies in two records."""
    identity = Identity()
    link = await linked(target, identity)
    ping = Ping(0).encode()
    unknown = frames.frame(0xFF, b"")
    room = linkrecords.UNIT - len(unknown) - 4 - 6
    unknown += frames.frame(0x80, os.urandom(room))
    try:
        await link.send(honest_hello(target, identity))
        await link.send_bytes(unknown + ping[:6])
        await link.send_bytes(ping[6:])
        async with asyncio.timeout(SECONDS):
            while not isinstance(await link.receive(), Pong):
                pass
    finally:
        link.close()


async def silent_neighbour(target: Target) -> float:
    """Seconds until a neighbour that says nothing after HELLO is sent PING 0."""
    loop = asyncio.get_running_loop()
    identity = Identity()
    link = await linked(target, identity)
    await link.send(honest_hello(target, identity))
    began = loop.time()
    try:
        while await link.receive() != Ping(0):
            pass
        return loop.time() - began
    finally:
        link.close()


async def unfinished_frame(target: Target) -> float:
    """Seconds until a link ends on which a frame began and does not go on."""
    loop = asyncio.get_running_loop()
    identity = Identity()
    link = await linked(target, identity)
    await link.send(honest_hello(target, identity))
    half = frames.frame(0x20, bytes(2000))[: linkrecords.UNIT]
    await link.send_bytes(half)
    began = loop.time()
    try:
        while True:
            await link.receive()
    except (OSError, EOFError):
        return loop.time() - began
    finally:
        link.close()
