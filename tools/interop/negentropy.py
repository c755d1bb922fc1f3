"""Chapter 22: messages that compare ranges of two ordered sets, and how each is answered."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from basics import require
from fingerprints import FINGERPRINT, fingerprint

VERSION = 0x61
VERSIONS = range(0x60, 0x70)
LONGEST = 60000
ROOM_KEPT = 200
FEWEST_SPLIT, PARTS = 32, 16
SKIP, PRINT, IDS = 0, 1, 2
INFINITE = (1 << 64) - 1


class Bound(NamedTuple):
    """A place between items: before the first one that is not below it."""

    slot: int
    prefix: bytes = b""

    @property
    def item(self) -> tuple[int, bytes]:
        """The least item that is not below it."""
        return self.slot, self.prefix.ljust(32, b"\0")


BEGIN, END = Bound(0), Bound(INFINITE)


class Claim(NamedTuple):
    """What a message says of the range up to a bound."""

    bound: Bound
    mode: int
    print: bytes = b""
    ids: tuple[bytes, ...] = ()


def written(value: int) -> bytes:
    """A number in base 128."""
    digits = [value & 127]
    while value := value >> 7:
        digits.append(value & 127 | 128)
    return bytes(reversed(digits))


@dataclass
class _Reader:
    data: bytes
    at: int = 1
    slot: int = 0

    @property
    def is_over(self) -> bool:
        return self.at == len(self.data)

    def take(self, count: int, reason: str = "truncated") -> bytes:
        require(count <= len(self.data) - self.at, reason)
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        value, first = 0, self.at
        while True:
            digit = self.take(1)[0]
            require(digit != 128 or self.at > first + 1, "not-deterministic")
            value = value << 7 | digit & 127
            require(value <= INFINITE, "out-of-range")
            if digit < 128:
                return value

    def bound(self) -> Bound:
        ahead = self.number()
        self.slot = min(self.slot + ahead - 1, INFINITE) if ahead else INFINITE
        count = self.number()
        require(count <= 32, "too-long")
        return Bound(self.slot, self.take(count))

    def claim(self) -> Claim:
        bound, mode = self.bound(), self.number()
        if mode == PRINT:
            return Claim(bound, mode, print=self.take(FINGERPRINT))
        if mode == IDS:
            count = self.number()
            data = self.take(32 * count, "length-beyond-end")
            ids = tuple(data[at : at + 32] for at in range(0, len(data), 32))
            return Claim(bound, mode, ids=ids)
        require(mode == SKIP, "unknown-type")
        return Claim(bound, mode)


def read(message: bytes) -> list[Claim]:
    """All claims of a message; it is refused as a whole."""
    require(bool(message), "truncated")
    require(message[0] == VERSION, "bad-version")
    reader, claims, before = _Reader(message), [], BEGIN
    while not reader.is_over:
        claim = reader.claim()
        require(claim.bound.item >= before.item, "descending")
        before = claim.bound
        claims.append(claim)
    return claims


@dataclass
class _Writer:
    """A message that grows; what was put into `part` can still be taken back."""

    limit: int
    message: bytearray = field(default_factory=lambda: bytearray([VERSION]))
    part: bytearray = field(default_factory=bytearray)
    slot: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.message) + len(self.part) > self.limit - ROOM_KEPT

    def put(self, bound: Bound, mode: int, more: bytes = b"") -> None:
        """Adds a claim."""
        if bound.slot == INFINITE:
            self.part += written(0)
        else:
            self.part += written(1 + bound.slot - self.slot)
        self.slot = bound.slot
        self.part += written(len(bound.prefix)) + bound.prefix + written(mode) + more

    def keep(self) -> None:
        """Takes in what was put."""
        self.message += self.part
        self.part.clear()


@dataclass
class Comparison:
    """One side of a session: what is held, ascending by slot and id, and what was found."""

    key: bytes
    items: list[tuple[int, bytes]]
    is_initiator: bool
    limit: int = LONGEST
    have: list[bytes] = field(default_factory=list)
    need: list[bytes] = field(default_factory=list)

    def opening(self) -> bytes:
        """The message that begins a comparison."""
        writer = _Writer(self.limit)
        self._split(writer, 0, len(self.items), END)
        writer.keep()
        return bytes(writer.message)

    def answer(self, message: bytes) -> bytes:
        """What a message is answered with; the version alone when nothing is left to say."""
        if message and message[0] in VERSIONS and message[0] != VERSION and not self.is_initiator:
            return bytes([VERSION])
        claims = read(message)
        writer, at, before, skipped = _Writer(self.limit), 0, BEGIN, False
        for claim in claims:
            end = bisect_left(self.items, claim.bound.item, lo=at)
            if self._is_settled(claim, at, end):
                skipped = True
            else:
                if skipped:
                    writer.put(before, SKIP)
                skipped = False
                end = self._reply(writer, claim, at, end)
            if writer.is_full:
                writer.part.clear()
                writer.put(END, PRINT, self._print(end, len(self.items)))
                writer.keep()
                break
            writer.keep()
            at, before = end, claim.bound
        return bytes(writer.message)

    def _print(self, start: int, end: int) -> bytes:
        return fingerprint(self.key, [id for _, id in self.items[start:end]])

    def _is_settled(self, claim: Claim, start: int, end: int) -> bool:
        """Whether nothing is to be said of a range any more; an initiator learns from lists."""
        if claim.mode == PRINT:
            return claim.print == self._print(start, end)
        if claim.mode == IDS and self.is_initiator:
            theirs, ours = set(claim.ids), [id for _, id in self.items[start:end]]
            self.have += [id for id in ours if id not in theirs]
            held = set(ours)
            self.need += [id for id in dict.fromkeys(claim.ids) if id not in held]
            return True
        return claim.mode == SKIP

    def _reply(self, writer: _Writer, claim: Claim, start: int, end: int) -> int:
        """Says what is held in a range; up to which item was said, for a list may be cut."""
        if claim.mode == PRINT:
            self._split(writer, start, end, claim.bound)
            return end
        room = self.limit - ROOM_KEPT - len(writer.message) - len(writer.part)
        most = max(room // 32 + 1, 0)
        if end - start <= most:
            self._list(writer, start, end, claim.bound)
        else:
            end = start + most
            self._list(writer, start, end, Bound(*self.items[end]))
        writer.keep()
        return end

    def _list(self, writer: _Writer, start: int, end: int, bound: Bound) -> None:
        ids = b"".join(id for _, id in self.items[start:end])
        writer.put(bound, IDS, written(end - start) + ids)

    def _split(self, writer: _Writer, start: int, end: int, bound: Bound) -> None:
        """Names few items, and tells many by the fingerprints of parts."""
        if end - start < FEWEST_SPLIT:
            self._list(writer, start, end, bound)
            return
        for first, last in _parts(start, end):
            between = bound if last == end else _between(self.items[last - 1], self.items[last])
            writer.put(between, PRINT, self._print(first, last))


def _parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    size, larger = divmod(end - start, PARTS)
    for index in range(PARTS):
        last = start + size + (index < larger)
        yield start, last
        start = last


def _between(left: tuple[int, bytes], right: tuple[int, bytes]) -> Bound:
    """The shortest bound between two items."""
    if left[0] != right[0]:
        return Bound(right[0])
    same = next(n for n in range(32) if left[1][n] != right[1][n])
    return Bound(right[0], right[1][: same + 1])
