"""Lies told before a link is one: messages of the handshake, and silence in its place."""

import asyncio
import os

import link as links
from basics import DAY, Refused, padded, public_of, u16
from lies import SECONDS, Target
from link import Identity
from noise import Handshake, make_proof
from stage import StepFailed, expect


async def _message_one(target: Target, message: bytes, length: int) -> bytes:
    """Sends a first message; what comes back until the end."""
    reader, writer = await asyncio.open_connection(target.host, target.port)
    try:
        writer.write(u16(length) + message)
        await writer.drain()
        async with asyncio.timeout(SECONDS):
            return await reader.read()
    except ConnectionResetError:
        return b""
    except TimeoutError:
        raise StepFailed("the connection stays") from None
    finally:
        writer.close()


async def first_messages(target: Target) -> None:
    """First messages that end the connection without a byte."""
    good = links.handshake_of(Identity(), target.network, initiator=True).write()
    lies = {
        "with a payload": (good + b"hello", len(good) + 5),
        "cut short": (good[:-1], len(good) - 1),
        "longer than any": (good, 197),
        "empty": (b"", 0),
        "with a key of small order": (bytes(32), 32),
    }
    for name, (message, length) in lies.items():
        answer = await _message_one(target, message, length)
        expect(not answer, f"message 1 {name}: {len(answer)} bytes came back")


async def third_messages(target: Target) -> None:
    """Last messages whose proof does not hold: the link ends before a record comes."""
    good = Identity()
    other = Identity()
    link = public_of(good.link_secret)
    network, now = target.network.id, target.now

    def proof(seed: bytes, node: bytes, until: int, of: bytes = network) -> bytes:
        return make_proof(seed, node, of, link, until)

    lies = {
        "by another": proof(other.node_seed, good.node, now + DAY),
        "for another link key": other.proof(network, now + DAY)[:32]
        + make_proof(other.node_seed, other.node, network, bytes(32), now + DAY)[32:],
        "for another network": proof(good.node_seed, good.node, now + DAY, os.urandom(32)),
        "that has ended": proof(good.node_seed, good.node, now),
        "for more than two days": proof(good.node_seed, good.node, now + 2 * DAY + 60),
        "cut short": good.proof(network, now + DAY)[:-1],
        "that is missing": b"",
    }
    for name, payload in lies.items():
        side = links.handshake_of(good, target.network, initiator=True)
        answer = await _answer_with(target, side, payload)
        expect(not answer, f"a proof {name}: {len(answer)} bytes came back")


async def _answer_with(target: Target, side: Handshake, payload: bytes) -> bytes:
    """Ends a handshake with a payload; what comes back after it."""
    reader, writer = await asyncio.open_connection(target.host, target.port)
    try:
        async with asyncio.timeout(SECONDS):
            await links.write_message(writer, side.write())
            side.read(await links.read_message(reader))
            await links.write_message(writer, side.write(payload))
            return await reader.read()
    except ConnectionResetError:
        return b""
    except TimeoutError:
        raise StepFailed("the connection stays") from None
    finally:
        writer.close()


async def other_prologues(target: Target) -> None:
    """Another network, and another version: message 2 comes and does not open."""
    for prologue in (
        padded("kith1:link") + b"\x01" + os.urandom(32),
        padded("kith1:link") + b"\x02" + target.network.id,
    ):
        identity = Identity()
        secrets = identity.link_secret, os.urandom(32)
        side = Handshake(True, prologue, *secrets, shared=target.network.shared)
        reader, writer = await asyncio.open_connection(target.host, target.port)
        try:
            async with asyncio.timeout(SECONDS):
                await links.write_message(writer, side.write())
                try:
                    side.read(await links.read_message(reader))
                except Refused:
                    pass
                else:
                    raise StepFailed("message 2 opens under another prologue")
                writer.write(u16(164) + os.urandom(164))
                rest = await reader.read()
                expect(not rest, f"{len(rest)} bytes came after a message 3 that does not open")
        except ConnectionResetError:
            pass
        finally:
            writer.close()


async def silent_connection(target: Target) -> float:
    """Seconds until a connection on which nothing is said ends."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(target.host, target.port)
    began = loop.time()
    try:
        answer = await reader.read()
        expect(not answer, "the node spoke first")
    except ConnectionResetError:
        pass
    finally:
        writer.close()
    return loop.time() - began
