"""Chapters 13, 14, 18 and 24: public records and the manifest, as everybody may read them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import chains
import forwardlog
import schema
import signed
from basics import DAY, Refused, h, number, require, u32, week_of
from envelopes import Envelope, public_topic

CHARTERS, MANIFEST, GUIDANCE, CARD, CHECKPOINT = range(5)
LONGEST = 65468
AHEAD = 1200
LONGEST_VALID = {MANIFEST: 45 * DAY, CARD: 45 * DAY, GUIDANCE: 400 * DAY}
WEEKLY_KEYS = 8
OLDEST_DAY = 400
MOST_BRIDGES = 16
LONGEST_URI = 256
LONGEST_TAG = 35
TAG = re.compile("[a-z]{2,3}(-[a-z0-9]{1,8})*")
PRINTABLE = re.compile("[!-~]+")
ONE_SIGNER = (GUIDANCE, CARD, CHECKPOINT)


@dataclass(frozen=True)
class Record:
    """A public record that holds, with its bytes, and who signed it where that tells it apart."""

    raw: bytes
    type: int
    subject: bytes
    seq: int
    content: Any
    chain: chains.Charters | chains.Roots | None
    signer: bytes = b""
    ends: int = 0

    @property
    def hash(self) -> bytes:
        return h("kith1:record", self.raw)

    @property
    def kind(self) -> tuple[int, bytes, bytes]:
        """Those of one kind replace each other."""
        if self.type == GUIDANCE:
            return self.type, self.subject, self.content[1].encode()
        if self.type == CARD:
            return self.type, self.subject, self.signer
        if self.type == CHECKPOINT:
            return self.type, self.subject, self.signer + u32(self.seq)
        return self.type, self.subject, b""

    def counts_before(self, other: "Record") -> bool:
        """Whether this one counts and the other is replaced."""
        return (-self.seq, self.hash) < (-other.seq, other.hash)


@dataclass(frozen=True)
class Authority:
    """Whom a bridge may forward to."""

    uri: str
    name: str
    is_publishing: bool


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

    @property
    def bridges(self) -> dict[bytes, list[Authority]]:
        """The bridges that entry 8 names; what breaks a rule names none."""
        found: dict[bytes, list[Authority]] = {}
        for value in self.content[8][:MOST_BRIDGES]:
            try:
                key, authorities = _bridge(value)
            except Refused:
                continue
            found.setdefault(key, authorities)
        return found

    def intake_key(self, slot: int) -> bytes:
        """The key to which a request of a slot is sealed."""
        return _of_week(self.content[4], self.content[5], slot)

    def may_sign(self, kind: int) -> set[bytes]:
        """Whose records of a type count."""
        return {self.roots.operations_key} if kind == GUIDANCE else set(self.bridges)


def _of_week(first: int, keys: list[bytes], slot: int) -> bytes:
    index = week_of(slot) - first
    require(0 <= index < WEEKLY_KEYS, "out-of-range")
    return keys[index]


def bridge_key(card: Record, slot: int) -> bytes:
    """The key to which a consent of a slot is sealed."""
    return _of_week(card.content[1], card.content[2], slot)


def _bridge(value: Any) -> tuple[bytes, list[Authority]]:
    schema.check("bridge", value)
    key, listed = value
    authorities = [Authority(*entry) for entry in listed]
    uris = [authority.uri for authority in authorities]
    require(len(set(uris)) == len(uris), "repeated")
    for uri in uris:
        require(len(uri) <= LONGEST_URI and bool(PRINTABLE.fullmatch(uri)), "out-of-range")
    return key, authorities


Find = Callable[[bytes], Manifest | None]


def read(data: bytes, now: int, manifest_of: Find = lambda _: None) -> Record:
    """A record that holds at a time: its shape, its times, its chain and its signer.

    Guidance, cards and checkpoints hold only beside their community's current manifest.
    """
    try:
        item = signed.read(data)
    except Refused as refused:
        raise Refused(_outer(refused.reason)) from None
    schema.check("record", item.content)
    kind, subject, seq, not_before, not_after, content = (item.content[key] for key in range(1, 7))
    require(kind in range(5), "unknown-type")
    require(not_before <= not_after, "out-of-range")
    require(not_before <= now + AHEAD, "not-yet-valid")
    require(not_after > now, "expired")
    require(not_after - not_before <= LONGEST_VALID.get(kind, not_after), "validity-too-long")
    chain: chains.Charters | chains.Roots | None = None
    if kind == CHARTERS:
        require(isinstance(content, list), "shape")
        chain = chains.charters(content, subject)
        allowed = set(chain.newest.keys)
    elif kind == MANIFEST:
        chain = _manifest(content, subject)
        allowed = {chain.operations_key}
    else:
        CONTENTS[kind](content, seq, now)
        require(len(item.signatures) <= 1, "signature-list")
        manifest = manifest_of(subject)
        require(manifest is None or manifest.community == subject, "wrong-subject")
        allowed = manifest.may_sign(kind) if manifest else set()
    signers = allowed & item.signers("kith1:record", subject)
    require(bool(signers), "not-signed")
    signer = min(signers) if kind in ONE_SIGNER else b""
    return Record(data, kind, subject, seq, content, chain, signer, not_after)


def _outer(reason: str) -> str:
    return reason if reason == "signature-list" else "shape"


def _manifest(content: Any, subject: bytes) -> chains.Roots:
    keys = content.get(5) if isinstance(content, dict) else None
    require(not isinstance(keys, list) or len(keys) == WEEKLY_KEYS, "out-of-range")
    schema.check("manifest", content)
    return chains.roots(content[3], subject)


def is_tag(text: str) -> bool:
    """Whether a text is a language as chapter 24 has them."""
    return len(text) <= LONGEST_TAG and TAG.fullmatch(text) is not None


def _guidance(content: Any, seq: int, now: int) -> None:
    schema.check("guidance", content)
    require(is_tag(content[1]), "out-of-range")


def _card(content: Any, seq: int, now: int) -> None:
    keys = content.get(2) if isinstance(content, dict) else None
    require(not isinstance(keys, list) or len(keys) == WEEKLY_KEYS, "out-of-range")
    schema.check("bridge-card", content)


def _checkpoint(content: Any, seq: int, now: int) -> None:
    depth = content.get(3) if isinstance(content, dict) else None
    deepest = range(forwardlog.LEAST_DEEP, forwardlog.MOST_DEEP + 1)
    require(not isinstance(depth, int) or depth in deepest, "out-of-range")
    schema.check("checkpoint", content)
    day = content[1]
    require(day == seq, "out-of-range")
    require(day <= now // DAY + 1, "not-yet-valid")
    require(day >= now // DAY - OLDEST_DAY, "too-old")


def check_follows(before: Record, after: Record) -> None:
    """Refuses a checkpoint that does not go on from the one of the day before."""
    require(before.signer == after.signer, "wrong-parent")
    require(after.content[1] == before.content[1] + 1, "wrong-parent")
    require(after.content.get(2) == before.hash, "wrong-parent")


CONTENTS = {GUIDANCE: _guidance, CARD: _card, CHECKPOINT: _checkpoint}


def in_envelope(envelope: Envelope, now: int, manifest_of: Find = lambda _: None) -> Record:
    """The record that an envelope of suite 00 holds."""
    body = envelope.body
    length = number(body[:4])
    require(length <= min(LONGEST, len(body) - 4), "too-long")
    data = body[4 : 4 + length]
    require(not any(body[4 + length :]), "padding-not-zero")
    least = next(c for c in range(8) if (512 << c) - 64 >= 4 + length)
    require(envelope.header.size_class == least, "public-size")
    record = read(data, now, manifest_of)
    require(envelope.header.topic == public_topic(record.subject), "wrong-subject")
    return record


def type_of(envelope: Envelope) -> int | None:
    """The type that the record in an envelope claims, whether or not it holds."""
    length = number(envelope.body[:4])
    try:
        return signed.read(envelope.body[4 : 4 + length]).content.get(1)
    except Refused:
        return None


def as_body(data: bytes) -> tuple[int, bytes]:
    """The size class and body of the envelope that a record travels in."""
    size_class = next(c for c in range(8) if (512 << c) - 64 >= 4 + len(data))
    body = len(data).to_bytes(4, "big") + data
    return size_class, body.ljust((512 << size_class) - 64, b"\0")
