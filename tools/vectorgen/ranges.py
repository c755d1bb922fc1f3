"""Reconciliation as chapter 22 says, over plain lists: slow, and sharing nothing with Sources."""

from struct import unpack

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from .crypto import h, prf, u64

INFINITY = 2**64 - 1
PARTS = 16
RESERVED = 200
VERSION = b"\x61"
Item = tuple[int, bytes]  # slot and id: sorts as the chapter orders items
Bound = tuple[int, bytes]


def lanes(identity: bytes) -> list[int]:
    """An item's 1024 lanes."""
    key = h("kith1:lthash", identity)
    stream = Cipher(algorithms.ChaCha20(key, bytes(16)), mode=None).encryptor()
    return list(unpack("<1024H", stream.update(bytes(2048))))


def fingerprint(key: bytes, ids: list[bytes]) -> bytes:
    total = [sum(column) % 65536 for column in zip([0] * 1024, *(lanes(one) for one in ids))]
    packed = b"".join(lane.to_bytes(2, "little") for lane in total)
    return prf(key, "kith1:range", packed + u64(len(ids)))[:16]


def number(value: int) -> bytes:
    digits = [value & 127]
    while value := value >> 7:
        digits.append(value & 127 | 128)
    return bytes(reversed(digits))


class Writer:
    """A message as it grows."""

    def __init__(self) -> None:
        self.bytes = VERSION
        self._time = 0

    def _bound(self, bound: Bound) -> bytes:
        time, prefix = bound
        step = 0 if time == INFINITY else time - self._time + 1
        self._time = time
        return number(step) + number(len(prefix)) + prefix

    def skip(self, bound: Bound) -> "Writer":
        self.bytes += self._bound(bound) + number(0)
        return self

    def print(self, bound: Bound, mark: bytes) -> "Writer":
        self.bytes += self._bound(bound) + number(1) + mark
        return self

    def list(self, bound: Bound, ids: list[bytes]) -> "Writer":
        self.bytes += self._bound(bound) + number(2) + number(len(ids)) + b"".join(ids)
        return self


def parse(message: bytes) -> list[tuple[Bound, int, object]]:
    """The claims of a well-formed message."""
    place, time, claims = 1, 0, []

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        assert place <= len(message)
        return message[place - count : place]

    def read() -> int:
        value = 0
        while True:
            (digit,) = take(1)
            value = value << 7 | digit & 127
            if digit < 128:
                return value

    while place < len(message):
        step = read()
        time = INFINITY if step == 0 else min(time + step - 1, INFINITY)
        bound = (time, take(read()))
        mode = read()
        content: object = None
        if mode == 1:
            content = take(16)
        elif mode == 2:
            content = [take(32) for _ in range(read())]
        claims.append((bound, mode, content))
    return claims


class Side:
    """One side's items."""

    def __init__(self, key: bytes, items: list[Item]):
        self.key = key
        self.items = sorted(items)

    def mark(self, items: list[Item]) -> bytes:
        return fingerprint(self.key, [identity for _, identity in items])

    def opening(self) -> bytes:
        writer = Writer()
        self._split(writer, self.items, (INFINITY, b""))
        return writer.bytes

    def _split(self, writer: Writer, items: list[Item], end: Bound) -> None:
        if len(items) < 2 * PARTS:
            writer.list(end, [identity for _, identity in items])
            return
        size, larger = divmod(len(items), PARTS)
        start = 0
        for part in range(PARTS):
            stop = start + size + (part < larger)
            bound = end if stop == len(items) else between(items[stop - 1], items[stop])
            writer.print(bound, self.mark(items[start:stop]))
            start = stop

    def answer(self, message: bytes, asks: bool, limit: int) -> tuple[bytes, list, list]:
        """The next message, and what the side that asks has and needs."""
        if message[:1] != VERSION:
            return VERSION, [], []
        writer, have, need = Writer(), [], []
        skipped: Bound | None = None
        lower = 0
        for bound, mode, content in parse(message):
            upper = lower + sum(1 for item in self.items[lower:] if item < bound)
            mine = self.items[lower:upper]
            before = writer.bytes
            is_split = False
            if mode == 0 or (mode == 1 and self.mark(mine) == content):
                skipped = bound
            elif mode == 2 and asks:
                held = {identity for _, identity in self.items}
                # Of an id named twice the first counts.
                need += [one for one in dict.fromkeys(content) if one not in held]
                have += [identity for _, identity in mine if identity not in content]
                skipped = bound
            else:
                if skipped is not None:
                    writer.skip(skipped)
                skipped = None
                if mode == 1:
                    self._split(writer, mine, bound)
                    is_split = True
                else:
                    most = (limit - RESERVED - len(before)) // 32 + 1
                    if len(mine) > most:
                        upper, bound = lower + most, self.items[lower + most]
                    writer.list(bound, [identity for _, identity in self.items[lower:upper]])
            if len(writer.bytes) > limit - RESERVED:
                if is_split:
                    writer.bytes = before
                writer.print((INFINITY, b""), self.mark(self.items[upper:]))
                break
            lower = upper
        return writer.bytes, have, need


def between(left: Item, right: Item) -> Bound:
    """The shortest bound that parts them."""
    if left[0] != right[0]:
        return right[0], b""
    shared = next(place for place in range(32) if left[1][place] != right[1][place])
    return right[0], right[1][: shared + 1]
