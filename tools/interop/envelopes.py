"""Chapters 05 and 07: envelopes, their names, topics, mailboxes, checks, and retractions."""

import os
from dataclasses import dataclass

from basics import (
    DAY,
    SLOT,
    h,
    h128,
    number,
    prf,
    prf128,
    require,
    u32,
    u64,
    week_of,
)

HEADER = 64
PUBLIC, SEALED = 0, 1
LIFETIMES = (3600, DAY, 7 * DAY, 30 * DAY, 90 * DAY)
LEAST_LIFE = 1200
OLDEST_PUSHED = 6
MOST_WORK = 64


@dataclass(frozen=True)
class Header:
    """The 64 bytes before a body."""

    raw: bytes

    def __post_init__(self) -> None:
        require(len(self.raw) == HEADER, "truncated")
        require(self.raw[0] == 1, "bad-version")
        require(self.ttl_class < len(LIFETIMES), "bad-ttl-class")
        require(self.size_class <= 7, "bad-size-class")

    @property
    def suite(self) -> int:
        return self.raw[1]

    @property
    def ttl_class(self) -> int:
        return self.raw[2] >> 4

    @property
    def size_class(self) -> int:
        return self.raw[2] & 15

    @property
    def work_bits(self) -> int:
        return self.raw[3]

    @property
    def slot(self) -> int:
        return number(self.raw[4:8])

    @property
    def topic(self) -> bytes:
        return self.raw[8:24]

    @property
    def mailbox(self) -> bytes:
        return self.raw[24:40]

    @property
    def commitment(self) -> bytes:
        return self.raw[40:56]

    @property
    def nonce(self) -> int:
        return number(self.raw[56:])

    @property
    def expiry(self) -> int:
        return self.slot * SLOT + LIFETIMES[self.ttl_class]

    def id(self, network: bytes, body_hash: bytes) -> bytes:
        """The name of the envelope with this header and body."""
        return h("kith1:env", network, self.raw[:56], body_hash)

    def is_for(self, tag_key: bytes) -> bool:
        """Whether the mailbox hints at the holder of a tag key."""
        return self.mailbox == hint(tag_key, self.raw[:24], self.mailbox[:8])

    def is_opened_by(self, erase_key: bytes) -> bool:
        """Whether the holder of an erase key may take the envelope back."""
        return h128("kith1:retract", opening(erase_key, self.raw)) == self.commitment

    def check_work(self, base: int, id: bytes) -> None:
        """Checks 6 and 8: enough work is named, and done."""
        require(self.work_bits >= base + self.ttl_class, "work-below-base")
        require(self.work_bits <= MOST_WORK, "work-over-64")
        require(work_done(id, self.raw[56:]) >= self.work_bits, "work-too-weak")


@dataclass(frozen=True)
class Envelope:
    """A header and a body of the length that the header says."""

    header: Header
    body: bytes

    @classmethod
    def read(cls, data: bytes) -> "Envelope":
        """Check 1: the bytes have the shape of an envelope."""
        header = Header(data[:HEADER])
        require(len(data) == 1 << 9 + header.size_class, "bad-length")
        return cls(header, data[HEADER:])

    @property
    def raw(self) -> bytes:
        return self.header.raw + self.body

    @property
    def body_hash(self) -> bytes:
        return h("kith1:body", self.body)

    def id(self, network: bytes) -> bytes:
        """The envelope's name in a network."""
        return self.header.id(network, self.body_hash)

    def check(self, network: bytes, base: int, now: int, pushed: bool) -> None:
        """Checks 2 to 6 and 8; what a public record's body holds is looked at elsewhere."""
        header = self.header
        current = now // SLOT
        require(header.slot <= current + 1, "future-slot")
        require(header.expiry > now + LEAST_LIFE, "expired")
        require(not pushed or header.slot >= current - OLDEST_PUSHED, "too-old")
        if header.suite == PUBLIC:
            require(header.ttl_class == 4, "public-ttl-class")
            require(header.mailbox == bytes(16), "public-mailbox")
            require(header.commitment == bytes(16), "public-commitment")
        header.check_work(base, self.id(network))


@dataclass(frozen=True)
class Retraction:
    """The 112 bytes that take an envelope back."""

    header: Header
    body_hash: bytes
    opening: bytes

    @classmethod
    def read(cls, data: bytes) -> "Retraction":
        """The parts of the 112 bytes."""
        require(len(data) == 112, "truncated")
        return cls(Header(data[:64]), data[64:96], data[96:])

    @property
    def raw(self) -> bytes:
        return self.header.raw + self.body_hash + self.opening

    @property
    def keep_until(self) -> int:
        return self.header.expiry + DAY

    def target(self, network: bytes) -> bytes:
        """The id of the envelope that is taken back."""
        return self.header.id(network, self.body_hash)

    def id(self, network: bytes) -> bytes:
        """The retraction's own id."""
        return h("kith1:retr", self.target(network))

    def check(self, network: bytes, base: int, now: int, pushed: bool = False) -> None:
        """Refuses a retraction that nobody should follow; it may be pushed at any age."""
        require(self.header.suite != PUBLIC, "public-record")
        require(self.header.slot <= now // SLOT + 1, "future-slot")
        require(now < self.keep_until, "expired")
        self.header.check_work(base, self.target(network))
        require(h128("kith1:retract", self.opening) == self.header.commitment, "wrong-opening")


def work_done(id: bytes, nonce: bytes) -> int:
    """How many zero bits the work of a nonce begins with."""
    return 256 - number(h("kith1:pow", id, nonce)).bit_length()


def do_work(id: bytes, bits: int) -> bytes:
    """The first nonce that does the work."""
    nonce = 0
    while work_done(id, u64(nonce)) < bits:
        nonce += 1
    return u64(nonce)


def intake_topic(community: bytes, slot: int) -> bytes:
    """Where a community's intake is written to in the week of a slot."""
    return h128("kith1:intake", community, u32(week_of(slot)))


def files_topic(community: bytes, slot: int) -> bytes:
    """Where a community's files lie in the week of a slot."""
    return h128("kith1:files", community, u32(week_of(slot)))


def group_topic(group_key: bytes) -> bytes:
    """Where the members of an epoch write."""
    return prf128(group_key, "kith1:topic")


def public_topic(subject: bytes) -> bytes:
    """Where public records about a network or community lie."""
    return h128("kith1:public", subject)


def hint(tag_key: bytes, start: bytes, random: bytes) -> bytes:
    """A mailbox that only holders of the tag key recognise."""
    return random + prf128(tag_key, "kith1:tag", start, random)[:8]


def tag_key_of(shared: bytes) -> bytes:
    """The tag key of what lies under a shared key."""
    return prf(shared, "kith1:tagkey")


def erase_key_of(shared: bytes) -> bytes:
    """The erase key of what is written under a shared key."""
    return prf(shared, "kith1:erase")


def opening(erase_key: bytes, header: bytes) -> bytes:
    """What opens the commitment of a header."""
    return prf128(erase_key, "kith1:open", header[:40])


def address(
    size_class: int,
    topic: bytes,
    tag_key: bytes | None,
    erase_key: bytes | None,
    slot: int,
    work_bits: int,
    ttl_class: int = 4,
) -> bytes:
    """The first 56 bytes of a sealed envelope's header, made in the order of chapter 05."""
    start = bytes([1, SEALED, 16 * ttl_class + size_class, work_bits]) + u32(slot) + topic
    start += os.urandom(16) if tag_key is None else hint(tag_key, start, os.urandom(8))
    if erase_key is None:
        return start + os.urandom(16)
    return start + h128("kith1:retract", opening(erase_key, start))


def finish(start: bytes, body: bytes, network: bytes) -> Envelope:
    """The envelope with its work done."""
    id = h("kith1:env", network, start, h("kith1:body", body))
    return Envelope(Header(start + do_work(id, start[3])), body)
