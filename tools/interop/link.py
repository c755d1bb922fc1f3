"""Chapter 03: one link over TCP, from the handshake on; frames go out and come in."""

import asyncio
import os
from dataclasses import dataclass, field

import linkrecords
from basics import h, number, public_of, require, signer_of, u16
from frames import Frame, Pad, Stream
from noise import Cipher, Handshake, check_proof, make_proof, prologue

HANDSHAKE_SECONDS = 10
FRAME_SECONDS = 30
LONGEST_HANDSHAKE_MESSAGE = 196
PROOF_SECONDS = 86400


@dataclass(frozen=True)
class Network:
    """Which network a link is in, with the key of a closed one."""

    id: bytes
    shared: bytes | None = None


@dataclass(frozen=True)
class Identity:
    """A node's two keys."""

    node_seed: bytes = field(default_factory=lambda: os.urandom(32))
    link_secret: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def node(self) -> bytes:
        return signer_of(self.node_seed)

    def proof(self, network: bytes, not_after: int) -> bytes:
        """The payload that proves both keys to the other side."""
        link = public_of(self.link_secret)
        return make_proof(self.node_seed, self.node, network, link, not_after)


@dataclass(eq=False)
class Link:
    """A link whose handshake is done."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    dialled: bool
    remote: bytes
    sending: Cipher
    receiving: Cipher
    sync_key: bytes = b""
    stream: Stream = field(default_factory=Stream)

    async def send(self, *frames: Frame) -> None:
        """Sends frames as one flush."""
        await self.send_bytes(b"".join(frame.encode() for frame in frames))

    async def send_bytes(self, data: bytes) -> None:
        """Sends bytes of the stream of frames as one flush."""
        records = [linkrecords.seal(self.sending, part) for part in linkrecords.flush(data)]
        self.writer.write(b"".join(records))
        await self.writer.drain()

    async def receive(self) -> Frame:
        """The next frame but PAD; one that began must be whole in time."""
        while True:
            frame = self.stream.next()
            if frame is None:
                async with asyncio.timeout(FRAME_SECONDS if self.stream.is_begun else None):
                    self.stream.feed(await self._record())
            elif not isinstance(frame, Pad):
                return frame

    async def _record(self) -> bytes:
        length = number(await self.reader.readexactly(2))
        linkrecords.check_length(length)
        return self.receiving.decrypt(await self.reader.readexactly(length))

    def close(self) -> None:
        """Ends the connection."""
        self.writer.close()


async def write_message(writer: asyncio.StreamWriter, message: bytes) -> None:
    """Sends a handshake message with its length."""
    writer.write(u16(len(message)) + message)
    await writer.drain()


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """The next handshake message."""
    length = number(await reader.readexactly(2))
    require(length <= LONGEST_HANDSHAKE_MESSAGE, "bad-length")
    return await reader.readexactly(length)


def handshake_of(identity: Identity, network: Network, initiator: bool) -> Handshake:
    """A handshake that has not begun."""
    return Handshake(
        initiator=initiator,
        prologue=prologue(network.id),
        static=identity.link_secret,
        ephemeral=os.urandom(32),
        shared=network.shared,
    )


def sync_key_of(side: Handshake) -> bytes:
    """What both ends of a finished handshake compare fingerprints under."""
    return h("kith1:sync", side.hash)


async def dial(host: str, port: int, identity: Identity, network: Network, now: int) -> Link:
    """A link to a node that listens."""
    async with asyncio.timeout(HANDSHAKE_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            side = handshake_of(identity, network, initiator=True)
            await write_message(writer, side.write())
            payload = side.read(await read_message(reader))
            remote = check_proof(payload, network.id, side.remote_static, now)
            await write_message(writer, side.write(identity.proof(network.id, now + PROOF_SECONDS)))
        except BaseException:
            writer.close()
            raise
    sending, receiving = side.split()
    return Link(reader, writer, True, remote, sending, receiving, sync_key_of(side))


async def accept(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    identity: Identity,
    network: Network,
    now: int,
) -> Link:
    """A link to a node that dialled."""
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            side = handshake_of(identity, network, initiator=False)
            side.read(await read_message(reader))
            await write_message(writer, side.write(identity.proof(network.id, now + PROOF_SECONDS)))
            payload = side.read(await read_message(reader))
            remote = check_proof(payload, network.id, side.remote_static, now)
    except BaseException:
        writer.close()
        raise
    receiving, sending = side.split()
    return Link(reader, writer, False, remote, sending, receiving, sync_key_of(side))
