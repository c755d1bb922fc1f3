"""Connections that never become links: stalled, slow, by the hundreds, by the thousands."""

import asyncio
import os
import random
import socket

import frames
import link as links
from basics import u16
from foe import GONE, Attack, Foe, many
from link import Identity

SEVERAL = 48
HALF_OPEN = 600
HELD = 4000


async def _raw(attack: Attack) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    try:
        return await asyncio.open_connection(attack.target.host, attack.target.port)
    except OSError:
        attack.did["no connection"] += 1
        return None


async def _left(attack: Attack, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Waits until the victim ends the connection or the time is over."""
    try:
        async with asyncio.timeout(attack.left):
            while await reader.read(1 << 16):
                pass
        attack.did["closed"] += 1
    except TimeoutError:
        attack.did["stays"] += 1
    except OSError:
        attack.did["closed"] += 1
    writer.close()


async def stalls(attack: Attack) -> None:
    """Handshakes that stop: before message 1, in it, after it, in message 3."""

    async def one(stage: int) -> None:
        pair = await _raw(attack)
        if pair is None:
            return
        reader, writer = pair
        side = links.handshake_of(Identity(), attack.target.network, initiator=True)
        message = u16(32) + side.write()
        attack.sent += 1
        try:
            writer.write(message[: (0, 1, 17, 34)[min(stage, 3)]])
            if stage == 4:
                side.read(await links.read_message(reader))
                writer.write(u16(164) + os.urandom(100))
        except GONE:
            pass
        await _left(attack, reader, writer)

    async with asyncio.TaskGroup() as group:
        for number in range(SEVERAL):
            group.create_task(one(number % 5))


async def trickles(attack: Attack) -> None:
    """A byte now and then: of a handshake, and of a record."""

    async def handshake() -> None:
        pair = await _raw(attack)
        if pair is None:
            return
        reader, writer = pair
        leaving = asyncio.create_task(_left(attack, reader, writer))
        for byte in u16(32) + os.urandom(32):
            if not attack.goes_on or leaving.done():
                break
            writer.write(bytes([byte]))
            attack.sent += 1
            attack.bytes += 1
            await asyncio.sleep(min(0.4, attack.left))
        await leaving

    async def record() -> None:
        foe = Foe(attack)
        if await foe.open():
            for byte in u16(64528) + bytes(64528):
                if not attack.goes_on or not foe.is_open:
                    break
                foe.link.writer.write(bytes([byte]))
                attack.sent += 1
                attack.bytes += 1
                await asyncio.sleep(min(0.005, attack.left))
            await foe.end()

    async with asyncio.TaskGroup() as group:
        group.create_task(many(SEVERAL // 2, handshake))
        group.create_task(many(SEVERAL // 2, record))


async def unfinished_frames(attack: Attack) -> None:
    """The largest frames and records, all but the last byte of each."""

    async def one() -> None:
        foe = Foe(attack)
        if await foe.open():
            whole = frames.frame(0x20, bytes(frames.MOST_BODY))
            foe.post(whole[: 64 * 1024])
            foe.link.writer.write(u16(64528) + os.urandom(64527))
            await attack.rest()
            await foe.end()

    await many(SEVERAL, one)


async def half_open(attack: Attack) -> None:
    """Hundreds of handshakes that say message 1 and wait; whoever is put out comes again."""

    async def one() -> None:
        while attack.goes_on:
            pair = await _raw(attack)
            if pair is None:
                await asyncio.sleep(0.05)
                continue
            reader, writer = pair
            side = links.handshake_of(Identity(), attack.target.network, initiator=True)
            writer.write(u16(32) + side.write())
            attack.sent += 1
            attack.bytes += 34
            await _left(attack, reader, writer)

    await many(HALF_OPEN // 4, one)


async def held(attack: Attack) -> None:
    """Thousands of connections that are opened and held, and say nothing."""
    kept: list[socket.socket] = []
    refused = 0
    while attack.goes_on:
        if len(kept) >= HELD:
            await attack.rest()
            break
        for _ in range(20):
            connection = socket.socket()
            connection.setblocking(False)
            code = connection.connect_ex((attack.target.host, attack.target.port))
            if code not in (0, 115):
                refused += 1
                connection.close()
                continue
            kept.append(connection)
            attack.sent += 1
        await asyncio.sleep(0.005)
    ended = 0
    for connection in kept:
        try:
            ended += connection.recv(1) == b""
        except BlockingIOError:
            attack.did["stays"] += 1
        except OSError:
            ended += 1
        connection.close()
    attack.did["closed"] += ended
    if refused:
        attack.did["no connection"] += refused


async def churn(attack: Attack) -> None:
    """Connections that end as soon as they are there, some with a reset, some with garbage."""
    while attack.goes_on:
        for _ in range(10):
            try:
                connection = socket.create_connection((attack.target.host, attack.target.port), 1)
            except OSError:
                attack.did["no connection"] += 1
                continue
            kind = random.randrange(3)
            if kind == 1:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                )
            if kind == 2:
                try:
                    connection.send(os.urandom(300))
                except OSError:
                    pass
            connection.close()
            attack.sent += 1
        await asyncio.sleep(0)


async def link_churn(attack: Attack) -> None:
    """Whole handshakes and HELLOs, each link left at once."""

    async def one() -> None:
        while attack.goes_on:
            foe = Foe(attack)
            if await foe.open():
                attack.sent += 1
                await foe.end()

    await many(4, one)


async def one_identity(attack: Attack) -> None:
    """One nodeId that dials over and over, each link in the place of the one before."""
    identity = Identity()

    async def one() -> None:
        while attack.goes_on:
            foe = Foe(attack, identity=identity)
            if await foe.open():
                attack.sent += 1
                await foe.end(0.02)

    await many(4, one)
