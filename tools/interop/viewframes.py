"""Chapter 04: the frames of chapter 20, by which nodes become neighbours and know others."""

from dataclasses import dataclass
from typing import Self

from basics import number, require, u16, u64
from framebase import ByteFrame, Frame
from peerrecords import PeerRecord

MOST_RECORDS = 8


@dataclass(frozen=True)
class Join(Frame):
    type = 0x10
    record: PeerRecord

    @property
    def body(self) -> bytes:
        return self.record.encode()

    @classmethod
    def read(cls, body: bytes) -> "Join":
        return cls(PeerRecord.read(body))


@dataclass(frozen=True)
class ForwardJoin(Frame):
    type = 0x11
    ttl: int
    record: PeerRecord

    @property
    def body(self) -> bytes:
        return bytes([self.ttl]) + self.record.encode()

    @classmethod
    def read(cls, body: bytes) -> "ForwardJoin":
        require(bool(body), "malformed")
        return cls(body[0], PeerRecord.read(body[1:]))


@dataclass(frozen=True)
class _Bit(ByteFrame):
    @classmethod
    def read(cls, body: bytes) -> Self:
        require(body in (b"\0", b"\1"), "malformed")
        return cls(body[0])


@dataclass(frozen=True)
class Neighbor(_Bit):
    """Asks; the value is the priority."""

    type = 0x12


@dataclass(frozen=True)
class NeighborReply(_Bit):
    """Answers; 1 is yes."""

    type = 0x13


@dataclass(frozen=True)
class Disconnect(Frame):
    type = 0x14
    reason: int
    backoff: int = 0

    @property
    def body(self) -> bytes:
        return bytes([self.reason]) + u16(self.backoff)

    @classmethod
    def read(cls, body: bytes) -> "Disconnect":
        require(len(body) == 3, "malformed")
        return cls(body[0], number(body[1:]))


def _records(body: bytes, at: int) -> tuple[PeerRecord, ...]:
    """What a count and as many records after it say; nothing follows them."""
    require(len(body) > at and body[at] <= MOST_RECORDS, "malformed")
    records, end = [], at + 1
    for _ in range(body[at]):
        record, end = PeerRecord.front_of(body, end)
        records.append(record)
    require(len(body) == end, "malformed")
    return tuple(records)


def _listed(records: tuple[PeerRecord, ...]) -> bytes:
    return bytes([len(records)]) + b"".join(record.encode() for record in records)


@dataclass(frozen=True)
class Shuffle(Frame):
    type = 0x15
    nonce: int
    ttl: int
    records: tuple[PeerRecord, ...]

    @property
    def body(self) -> bytes:
        return u64(self.nonce) + bytes([self.ttl]) + _listed(self.records)

    @classmethod
    def read(cls, body: bytes) -> "Shuffle":
        require(len(body) >= 10, "malformed")
        return cls(number(body[:8]), body[8], _records(body, 9))


@dataclass(frozen=True)
class ShuffleReply(Frame):
    type = 0x16
    nonce: int
    records: tuple[PeerRecord, ...]

    @property
    def body(self) -> bytes:
        return u64(self.nonce) + _listed(self.records)

    @classmethod
    def read(cls, body: bytes) -> "ShuffleReply":
        require(len(body) >= 9, "malformed")
        return cls(number(body[:8]), _records(body, 8))


ALL = (Join, ForwardJoin, Neighbor, NeighborReply, Disconnect, Shuffle, ShuffleReply)
