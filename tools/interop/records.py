"""Chapters 13 and 14: public records and the manifest, as everybody may read them."""

from dataclasses import dataclass
from typing import Any

import chains
import schema
import signed
from basics import DAY, Refused, h, number, require, week_of
from envelopes import Envelope, public_topic

CHARTERS, MANIFEST = 0, 1
LONGEST = 65468
AHEAD = 1200
LONGEST_MANIFEST = 45 * DAY
INTAKE_KEYS = 8


@dataclass(frozen=True)
class Record:
    """A public record that holds, with its bytes and the envelope it came in."""

    raw: bytes
    type: int
    subject: bytes
    seq: int
    content: Any
    chain: chains.Charters | chains.Roots

    @property
    def hash(self) -> bytes:
        return h("kith1:record", self.raw)

    def counts_before(self, other: "Record") -> bool:
        """Whether this one counts and the other is replaced."""
        return (-self.seq, self.hash) < (-other.seq, other.hash)


@dataclass(frozen=True)
class Manifest:
    """What a community says of itself."""

    community: bytes
    content: dict[int, Any]
    roots: chains.Roots

    @classmethod
    def of(cls, record: Record) -> "Manifest":
        """The manifest in a record of type 1."""
        assert isinstance(record.chain, chains.Roots)
        return cls(record.subject, record.content, record.chain)

    @property
    def relays(self) -> list[bytes]:
        return self.content[7]

    @property
    def languages(self) -> list[str]:
        return self.content[10].get(1, [])

    def intake_key(self, slot: int) -> bytes:
        """The key to which a request of a slot is sealed."""
        index = week_of(slot) - self.content[4]
        require(0 <= index < INTAKE_KEYS, "out-of-range")
        return self.content[5][index]


def read(data: bytes, now: int) -> Record:
    """A record that holds at a time: its shape, its times, its chain and its signer."""
    try:
        item = signed.read(data)
    except Refused as refused:
        raise Refused(_outer(refused.reason)) from None
    schema.check("record", item.content)
    kind, subject, seq, not_before, not_after, content = (item.content[key] for key in range(1, 7))
    require(kind in (CHARTERS, MANIFEST), "unknown-type")
    require(not_before <= not_after, "out-of-range")
    require(not_before <= now + AHEAD, "not-yet-valid")
    require(not_after > now, "expired")
    chain: chains.Charters | chains.Roots
    if kind == CHARTERS:
        require(isinstance(content, list), "shape")
        chain = chains.charters(content, subject)
        allowed = set(chain.newest.keys)
    else:
        require(not_after - not_before <= LONGEST_MANIFEST, "validity-too-long")
        chain = _manifest(content, subject)
        allowed = {chain.operations_key}
    require(bool(allowed & item.signers("kith1:record", subject)), "not-signed")
    return Record(data, kind, subject, seq, content, chain)


def _outer(reason: str) -> str:
    return reason if reason == "signature-list" else "shape"


def _manifest(content: Any, subject: bytes) -> chains.Roots:
    keys = content.get(5) if isinstance(content, dict) else None
    require(not isinstance(keys, list) or len(keys) == INTAKE_KEYS, "out-of-range")
    schema.check("manifest", content)
    return chains.roots(content[3], subject)


def in_envelope(envelope: Envelope, now: int) -> Record:
    """The record that an envelope of suite 00 holds."""
    body = envelope.body
    length = number(body[:4])
    require(length <= min(LONGEST, len(body) - 4), "too-long")
    data = body[4 : 4 + length]
    require(not any(body[4 + length :]), "padding-not-zero")
    least = next(c for c in range(8) if (512 << c) - 64 >= 4 + length)
    require(envelope.header.size_class == least, "public-size")
    record = read(data, now)
    require(envelope.header.topic == public_topic(record.subject), "wrong-subject")
    return record


def as_body(data: bytes) -> tuple[int, bytes]:
    """The size class and body of the envelope that a record travels in."""
    size_class = next(c for c in range(8) if (512 << c) - 64 >= 4 + len(data))
    body = len(data).to_bytes(4, "big") + data
    return size_class, body.ljust((512 << size_class) - 64, b"\0")
