"""Visitors who mean no good: each holds connections in its own way until it is told to end."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass
class Target:
    """What is attacked: a port, and the path of a week with much text."""

    port: int
    texts: str


class Gone(Exception):
    """The other side ended the connection."""


async def connect(target: Target, limit: int = 1 << 16):
    """A new connection."""
    return await asyncio.open_connection(HOST, target.port, limit=limit)


async def garbage(target: Target) -> None:
    """Noise, again and again."""
    reader, writer = await connect(target)
    writer.write(secrets.token_bytes(2000) + b"\r\n\r\n")
    await writer.drain()
    await reader.read(2000)
    writer.close()


async def half_requests(target: Target) -> None:
    """Well-formed beginnings that are something else further on."""
    reader, writer = await connect(target)
    writer.write(
        b"POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-type: application/octet-stream\r\n"
        b"content-length: 600\r\n\r\n" + secrets.token_bytes(600) + secrets.token_bytes(3000)
    )
    await writer.drain()
    await reader.read(4000)
    writer.close()


async def slow_headers(target: Target) -> None:
    """A byte of a header now and then."""
    reader, writer = await connect(target)
    writer.write(b"GET / HTTP/1.1\r\nHost: h\r\nx: ")
    for _ in range(200):
        writer.write(b"y")
        await writer.drain()
        await asyncio.sleep(0.5)
        if reader.at_eof():
            raise Gone


async def slow_writer(target: Target) -> None:
    """A large body, a few bytes at a time."""
    reader, writer = await connect(target)
    writer.write(
        b"POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-type: application/octet-stream\r\n"
        b"content-length: 8000000\r\n\r\n"
    )
    for _ in range(200):
        writer.write(secrets.token_bytes(4000))
        await writer.drain()
        await asyncio.sleep(0.2)
        if reader.at_eof():
            raise Gone


async def fast_writer(target: Target) -> None:
    """The largest bodies there are, of no shape, as fast as they go."""
    reader, writer = await connect(target)
    writer.write(
        b"POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-type: application/octet-stream\r\n"
        b"content-length: 8388625\r\n\r\n"
    )
    block = secrets.token_bytes(1 << 16)
    for _ in range(128):
        writer.write(block)
        await writer.drain()
    writer.write(bytes(17))
    await reader.read(2000)
    writer.close()


async def slow_reader(target: Target) -> None:
    """A week's text, a few bytes at a time."""
    reader, writer = await connect(target, limit=1024)
    writer.write(f"GET {target.texts} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    await writer.drain()
    for _ in range(200):
        if not await reader.read(500):
            raise Gone
        await asyncio.sleep(0.5)


async def pipeliner(target: Target) -> None:
    """Many requests at once, and no answer read."""
    reader, writer = await connect(target, limit=1024)
    one = f"GET {target.texts} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    for _ in range(50):
        writer.write(one * 20)
        await asyncio.wait_for(writer.drain(), 5)
        await asyncio.sleep(0.5)


async def hurried(target: Target) -> None:
    """Asks and leaves before the answer."""
    _, writer = await connect(target)
    writer.write(f"GET {target.texts} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.01)
    writer.transport.abort()


async def holder(target: Target) -> None:
    """Takes a place and says nothing."""
    reader, _ = await connect(target)
    await reader.read(10)
    raise Gone


KINDS = [
    garbage, slow_headers, slow_writer, slow_reader, holder, half_requests, pipeliner, hurried,
    slow_reader, fast_writer,
]


async def stay(kind, target: Target, ended: dict[str, int]) -> None:
    """One visitor of a kind, again and again; counts how often it was ended."""
    while True:
        try:
            await kind(target)
        except (Gone, OSError, TimeoutError, asyncio.IncompleteReadError):
            ended[kind.__name__] = ended.get(kind.__name__, 0) + 1
        await asyncio.sleep(0.05)


async def come(target: Target, count: int, seconds: float, only: list[str]) -> dict[str, int]:
    """`count` visitors of all kinds, or of some, for so long; how often each was ended."""
    ended: dict[str, int] = {}
    kinds = [kind for kind in KINDS if not only or kind.__name__ in only]
    visitors = [
        asyncio.create_task(stay(kinds[index % len(kinds)], target, ended))
        for index in range(count)
    ]
    await asyncio.sleep(seconds)
    for visitor in visitors:
        visitor.cancel()
    for visitor in visitors:
        with suppress(asyncio.CancelledError):
            await visitor
    return ended
