"""Chapter 26: files beside a message, in chunks that only an index leads to."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import schema
import sealing
from basics import Refused, h, public_of, require
from envelopes import SEALED, Envelope, Header, address, files_topic, finish
from sealing import PLAIN_HEAD, Part

CHUNK = 65370
MOST = 16 << 20
KIND = 0x08
SIZE_CLASS, TTL_CLASS = 7, 3
CLEANED, ORIGINAL = 0, 1
IN_MESSAGE = 16
PLAINTEXT = CHUNK + PLAIN_HEAD
NAME = r"[a-z0-9][a-z0-9!#$&^_.+-]*"
MEDIA_TYPE = re.compile(f"{NAME}/{NAME}")


@dataclass(frozen=True)
class Attachment:
    """An index that keeps the rule."""

    size: int
    digest: bytes
    media_type: str
    role: int
    key: bytes
    chunks: list[tuple[Header, bytes]]

    def ids(self, network: bytes) -> list[bytes]:
        """The names of the envelopes, in the order of the file."""
        return [header.id(network, hashed) for header, hashed in self.chunks]


def read(value: Any) -> Attachment:
    """The attachment in a decoded value; any broken rule voids it."""
    schema.check("attachment", value)
    size, digest, media_type, role, key, pairs = (value[entry] for entry in range(1, 7))
    require(1 <= size <= MOST and role in (CLEANED, ORIGINAL), "shape")
    require(len(media_type.encode()) <= 64, "shape")
    require(MEDIA_TYPE.fullmatch(media_type) is not None, "shape")
    require(len(pairs) == -(-size // CHUNK), "shape")
    chunks = []
    for raw, hashed in pairs:
        try:
            header = Header(raw)
        except Refused:
            raise Refused("shape") from None
        require(header.suite == SEALED and header.size_class == SIZE_CLASS, "shape")
        chunks.append((header, hashed))
    return Attachment(size, digest, media_type, role, key, chunks)


def listed(value: Any) -> list[Attachment]:
    """Those of a message's entry that keep the rule; the others are left out."""
    found = []
    for item in (value or [])[:IN_MESSAGE]:
        try:
            found.append(read(item))
        except Refused:
            continue
    return found


def open_chunks(attachment: Attachment, envelopes: list[Envelope]) -> bytes:
    """The file of all its chunks in order, checked against the index."""
    out = b""
    for (header, hashed), envelope in zip(attachment.chunks, envelopes):
        same = envelope.header.raw[:56] == header.raw[:56] and envelope.body_hash == hashed
        require(same, "wrong-digest")
        part = Part.read(sealing.open_shared(attachment.key, envelope))
        require(part.kind == KIND, "unknown-type")
        require(part.parts == 1, "bad-part")
        require(len(part.payload) == min(CHUNK, attachment.size - len(out)), "bad-length")
        out += part.payload
    require(len(envelopes) == len(attachment.chunks), "incomplete")
    require(h("kith1:file", out) == attachment.digest, "wrong-digest")
    return out


def fetch(attachment: Attachment, network: bytes, held: Mapping[bytes, Envelope]) -> bytes:
    """The file, from envelopes by their names."""
    ids = attachment.ids(network)
    require(all(id in held for id in ids), "incomplete")
    return open_chunks(attachment, [held[id] for id in ids])


def seal(
    data: bytes,
    media_type: str,
    role: int,
    network: bytes,
    community: bytes,
    slot: int,
    work_base: int,
    erase_key: bytes,
) -> tuple[dict[int, Any], list[Envelope]]:
    """The index of a file, and its chunks with their work done."""
    key, topic = os.urandom(32), files_topic(community, slot)
    made = []
    for at in range(0, len(data), CHUNK):
        start = address(
            SIZE_CLASS, topic, None, erase_key, slot, work_base + TTL_CLASS, TTL_CLASS
        )
        part = Part(KIND, 0, 1, os.urandom(16), data[at : at + CHUNK])
        enc = public_of(os.urandom(32))
        body = sealing.seal_shared(key, start, part.plaintext(PLAINTEXT), enc)
        made.append(finish(start, body, network))
    pairs = [[item.header.raw, item.body_hash] for item in made]
    digest = h("kith1:file", data)
    return {1: len(data), 2: digest, 3: media_type, 4: role, 5: key, 6: pairs}, made
