"""Chapter 04: the shape that all frames share."""

from dataclasses import dataclass
from typing import ClassVar

MOST_BODY = 66560


def frame(type: int, body: bytes) -> bytes:
    """A frame of any type."""
    return bytes([type]) + len(body).to_bytes(3, "big") + body


@dataclass(frozen=True)
class Frame:
    """A frame that has a meaning."""

    type: ClassVar[int]

    @property
    def body(self) -> bytes:
        raise NotImplementedError

    def encode(self) -> bytes:
        """The frame with its type and length."""
        return frame(self.type, self.body)


@dataclass(frozen=True)
class ByteFrame(Frame):
    """A frame of a single byte."""

    value: int

    @property
    def body(self) -> bytes:
        return bytes([self.value])
