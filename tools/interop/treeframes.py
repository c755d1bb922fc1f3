"""Chapter 04: the frames of the tree, of stems, and of comparing what two nodes hold."""

from dataclasses import dataclass

from basics import NOBODY, Refused, number, require, u16, u32
from envelopes import LIFETIMES, Envelope, Retraction
from framebase import Frame

LONGEST_BACKOFF = 3600
MOST_NOT_WANTED = 64
MOST_TOPICS = 32
ENVELOPE, RETRACTION = 0, 1


@dataclass(frozen=True)
class Graft(Frame):
    """Asks for a place in the tree, and for an item unless the id is zeros."""

    type = 0x22
    id: bytes = NOBODY
    hops: int = 0

    @property
    def body(self) -> bytes:
        return self.id + bytes([self.hops])

    @classmethod
    def read(cls, body: bytes) -> "Graft":
        require(len(body) == 33, "malformed")
        return cls(body[:32], body[32])


@dataclass(frozen=True)
class Prune(Frame):
    type = 0x23
    backoff: int

    @property
    def body(self) -> bytes:
        return u16(self.backoff)

    @classmethod
    def read(cls, body: bytes) -> "Prune":
        require(len(body) == 2 and number(body) <= LONGEST_BACKOFF, "malformed")
        return cls(number(body))


@dataclass(frozen=True)
class DontWant(Frame):
    type = 0x24
    ids: tuple[bytes, ...]

    @property
    def body(self) -> bytes:
        return bytes([len(self.ids)]) + b"".join(self.ids)

    @classmethod
    def read(cls, body: bytes) -> "DontWant":
        sized = bool(body) and len(body) == 1 + 32 * body[0] and body[0] <= MOST_NOT_WANTED
        require(sized, "malformed")
        return cls(tuple(body[at : at + 32] for at in range(1, len(body), 32)))


@dataclass(frozen=True)
class Stem(Frame):
    type = 0x28
    item: Envelope | Retraction

    @property
    def kind(self) -> int:
        return ENVELOPE if isinstance(self.item, Envelope) else RETRACTION

    @property
    def body(self) -> bytes:
        return bytes([self.kind]) + self.item.raw

    @classmethod
    def read(cls, body: bytes) -> "Stem":
        require(bool(body) and body[0] in (ENVELOPE, RETRACTION), "malformed")
        retracts = body[0] == RETRACTION
        require(not retracts or len(body) == 113, "malformed")
        try:
            return cls(Retraction.read(body[1:]) if retracts else Envelope.read(body[1:]))
        except Refused:
            raise Refused("bad-envelope") from None


@dataclass(frozen=True)
class SyncOpen(Frame):
    type = 0x30
    session: int
    ttl_class: int
    slot_from: int
    topics: tuple[bytes, ...]
    message: bytes

    @property
    def body(self) -> bytes:
        head = u32(self.session) + bytes([self.ttl_class]) + u32(self.slot_from)
        return head + bytes([len(self.topics)]) + b"".join(self.topics) + self.message

    @classmethod
    def read(cls, body: bytes) -> "SyncOpen":
        require(len(body) >= 10, "malformed")
        session, ttl_class, slot_from = number(body[:4]), body[4], number(body[5:9])
        count, end = body[9], 10 + 16 * body[9]
        require(ttl_class < len(LIFETIMES) and count <= MOST_TOPICS, "malformed")
        require(len(body) >= end, "malformed")
        topics = tuple(body[at : at + 16] for at in range(10, end, 16))
        return cls(session, ttl_class, slot_from, topics, body[end:])


@dataclass(frozen=True)
class SyncMessage(Frame):
    type = 0x31
    session: int
    message: bytes

    @property
    def body(self) -> bytes:
        return u32(self.session) + self.message

    @classmethod
    def read(cls, body: bytes) -> "SyncMessage":
        require(len(body) >= 4, "malformed")
        return cls(number(body[:4]), body[4:])


@dataclass(frozen=True)
class SyncEnd(Frame):
    type = 0x32
    session: int
    reason: int
    value: int = 0

    @property
    def body(self) -> bytes:
        return u32(self.session) + bytes([self.reason]) + u32(self.value)

    @classmethod
    def read(cls, body: bytes) -> "SyncEnd":
        require(len(body) == 9, "malformed")
        return cls(number(body[:4]), body[4], number(body[5:]))


ALL = (Graft, Prune, DontWant, Stem, SyncOpen, SyncMessage, SyncEnd)
