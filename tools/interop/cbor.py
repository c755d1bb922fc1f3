"""Chapter 01: CBOR in the one encoding that travels, read and written."""

from typing import Any

from basics import Refused, require

DEEPEST = 16
SIMPLE = {20: False, 21: True, 22: None}
UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, OTHER = range(8)


def head(major: int, value: int) -> bytes:
    """The shortest head of an item."""
    if value < 24:
        return bytes([major << 5 | value])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << 8 * size:
            return bytes([major << 5 | extra]) + value.to_bytes(size, "big")
    raise ValueError("a number of more than 64 bits")


def encode(value: Any) -> bytes:
    """The deterministic encoding of a value; map keys are put in order."""
    if value is None or isinstance(value, bool):
        return head(OTHER, {False: 20, True: 21, None: 22}[value])
    if isinstance(value, int):
        return head(UNSIGNED, value) if value >= 0 else head(NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return head(BYTES, len(value)) + value
    if isinstance(value, str):
        data = value.encode("utf-8")
        return head(TEXT, len(data)) + data
    if isinstance(value, (list, tuple)):
        return head(ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        entries = (encode(key) + encode(value[key]) for key in sorted(value))
        return head(MAP, len(value)) + b"".join(entries)
    raise TypeError(f"no CBOR of {type(value).__name__}")


def decode(data: bytes) -> Any:
    """The value of an encoding; every other encoding than the one allowed is refused."""
    reader = _Reader(data)
    value = reader.item(1)
    require(reader.at == len(data), "trailing-bytes")
    return value


class _Reader:
    """Goes through the bytes once; reserves nothing that they do not bear out."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        require(count <= len(self.data) - self.at, "truncated")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def head(self) -> tuple[int, int]:
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info
        require(major != OTHER, "unsupported")
        require(info < 28, "not-deterministic")
        size = 1 << info - 24
        value = int.from_bytes(self.take(size), "big")
        require(value >= (24 if size == 1 else 1 << 4 * size), "not-deterministic")
        return major, value

    def item(self, depth: int) -> Any:
        require(depth <= DEEPEST, "too-deep")
        major, value = self.head()
        if major == UNSIGNED:
            return value
        if major == NEGATIVE:
            return -1 - value
        if major == BYTES:
            return self.take(value)
        if major == TEXT:
            return self.text(value)
        if major == ARRAY:
            require(value <= len(self.data) - self.at, "truncated")
            return [self.item(depth + 1) for _ in range(value)]
        if major == MAP:
            return self.map(value, depth + 1)
        require(major == OTHER and value in SIMPLE, "unsupported")
        return SIMPLE[value]

    def text(self, count: int) -> str:
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("not-utf8") from None

    def map(self, count: int, depth: int) -> dict[int, Any]:
        require(2 * count <= len(self.data) - self.at, "truncated")
        entries: dict[int, Any] = {}
        last = -1
        for _ in range(count):
            key = self.item(depth)
            unsigned = isinstance(key, int) and not isinstance(key, bool) and key >= 0
            require(unsigned, "key-not-unsigned")
            require(key > last, "not-deterministic")
            entries[key] = self.item(depth)
            last = key
        return entries
