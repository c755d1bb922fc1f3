"""Chapter 04: frames, from the bytes of a link's stream and back to them."""

from dataclasses import dataclass, field
from typing import Any, Self

import treeframes
import viewframes
from basics import Refused, number, require, u16, u32, u64
from envelopes import Envelope, Retraction
from framebase import MOST_BODY, ByteFrame
from framebase import Frame as Frame
from framebase import frame as frame

MOST_ANNOUNCED = 1024
MOST_ASKED = 64
ANNOUNCED = 255
SKIPPED_FROM = 0x80


@dataclass(frozen=True)
class Pad(Frame):
    type = 0x00
    size: int

    @property
    def body(self) -> bytes:
        return bytes(self.size)

    @classmethod
    def read(cls, body: bytes) -> "Pad":
        require(not any(body), "malformed")
        return cls(len(body))


@dataclass(frozen=True)
class Hello(Frame):
    """The first frame; what its peer record says is read in module `hello`."""

    type = 0x01
    least: int
    most: int
    caps: int
    clock: int
    charter_seq: int
    record: bytes

    @property
    def body(self) -> bytes:
        head = bytes([self.least, self.most])
        return head + u32(self.caps) + u32(self.clock) + u32(self.charter_seq) + self.record

    @classmethod
    def read(cls, body: bytes) -> "Hello":
        require(len(body) > 14, "malformed")
        caps, clock, charter_seq = (number(body[at : at + 4]) for at in (2, 6, 10))
        return cls(body[0], body[1], caps, clock, charter_seq, body[14:])


@dataclass(frozen=True)
class _Valued(Frame):
    value: int

    @property
    def body(self) -> bytes:
        return u64(self.value)

    @classmethod
    def read(cls, body: bytes) -> Self:
        require(len(body) == 8, "malformed")
        return cls(number(body))


@dataclass(frozen=True)
class Ping(_Valued):
    type = 0x02


@dataclass(frozen=True)
class Pong(_Valued):
    type = 0x03


@dataclass(frozen=True)
class Bye(ByteFrame):
    type = 0x04

    @property
    def reason(self) -> int:
        return self.value

    @classmethod
    def read(cls, body: bytes) -> "Bye":
        require(len(body) == 1, "malformed")
        return cls(body[0])


@dataclass(frozen=True)
class Push(Frame):
    type = 0x20
    hops: int
    envelope: Envelope

    @property
    def body(self) -> bytes:
        return bytes([self.hops]) + self.envelope.raw

    @classmethod
    def read(cls, body: bytes) -> "Push":
        require(bool(body), "malformed")
        try:
            return cls(body[0], Envelope.read(body[1:]))
        except Refused:
            raise Refused("bad-envelope") from None


@dataclass(frozen=True)
class IHave(Frame):
    type = 0x21
    entries: tuple[tuple[bytes, int], ...]

    @property
    def body(self) -> bytes:
        listed = (id + bytes([hops]) for id, hops in self.entries)
        return u16(len(self.entries)) + b"".join(listed)

    @classmethod
    def read(cls, body: bytes) -> "IHave":
        count = number(body[:2])
        sized = len(body) == 2 + 33 * count and count <= MOST_ANNOUNCED
        require(sized, "malformed")
        places = range(2, len(body), 33)
        return cls(tuple((body[at : at + 32], body[at + 32]) for at in places))


@dataclass(frozen=True)
class Retract(Frame):
    type = 0x29
    retraction: Retraction

    @property
    def body(self) -> bytes:
        return self.retraction.raw

    @classmethod
    def read(cls, body: bytes) -> "Retract":
        require(len(body) == 112, "malformed")
        try:
            return cls(Retraction.read(body))
        except Refused:
            raise Refused("bad-envelope") from None


@dataclass(frozen=True)
class Receipt(Frame):
    type = 0x2A
    retraction: bytes
    slot: int
    signature: bytes

    @property
    def body(self) -> bytes:
        return self.retraction + u32(self.slot) + self.signature

    @classmethod
    def read(cls, body: bytes) -> "Receipt":
        require(len(body) == 100, "malformed")
        return cls(body[:32], number(body[32:36]), body[36:])


@dataclass(frozen=True)
class _Listing(Frame):
    ids: tuple[bytes, ...]
    session: int = 0

    @property
    def body(self) -> bytes:
        return u32(self.session) + bytes([len(self.ids)]) + b"".join(self.ids)

    @classmethod
    def read(cls, body: bytes) -> Self:
        require(len(body) >= 5, "malformed")
        count = body[4]
        require(len(body) == 5 + 32 * count and count <= MOST_ASKED, "malformed")
        ids = tuple(body[at : at + 32] for at in range(5, len(body), 32))
        return cls(ids, number(body[:4]))


@dataclass(frozen=True)
class Want(_Listing):
    type = 0x33


@dataclass(frozen=True)
class Gone(_Listing):
    type = 0x34


KNOWN: dict[int, Any] = {
    kind.type: kind
    for kind in (
        *(Pad, Hello, Ping, Pong, Bye, Push, IHave, Retract, Receipt, Want, Gone),
        *viewframes.ALL,
        *treeframes.ALL,
    )
}


@dataclass
class Stream:
    """One direction's bytes; gives the frames in them and remembers how many it skipped."""

    skipped: int = 0
    _data: bytearray = field(default_factory=bytearray)

    @property
    def is_begun(self) -> bool:
        """Whether a frame began that is not all there."""
        return bool(self._data)

    def feed(self, data: bytes) -> None:
        """Takes what a record held."""
        self._data += data

    def next(self) -> Frame | None:
        """The next frame, or None until it is all there; a claim too long is refused at once."""
        while len(self._data) >= 4:
            type, size = self._data[0], number(bytes(self._data[1:4]))
            require(size <= MOST_BODY, "too-long")
            require(type in KNOWN or type >= SKIPPED_FROM, "unknown-type")
            if len(self._data) < 4 + size:
                return None
            body = bytes(self._data[4 : 4 + size])
            del self._data[: 4 + size]
            if type in KNOWN:
                return KNOWN[type].read(body)
            self.skipped += 1
        return None
