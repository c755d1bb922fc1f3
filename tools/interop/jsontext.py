"""Chapter 17: JSON as presentations hold it, read strictly and written in one way."""

import re
from typing import Any

from basics import Refused, require

MOST_DEEP = 8
LARGEST = 2**53 - 1
SPACE = re.compile("[ \t\n\r]*")
DIGITS = re.compile("0|[1-9][0-9]*")
PLAIN = re.compile('[^"\\\\\u0000-\u001f]*')
HEX = re.compile("[0-9a-fA-F]{0,4}")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None}
HIGH, LOW, AFTER = 0xD800, 0xDC00, 0xE000


class _Reader:
    """A text and how far it was read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> Any:
        """The one value that the text holds."""
        value = self.value(1)
        self.skip()
        require(self.at == len(self.text), "trailing-bytes")
        return value

    def skip(self) -> None:
        found = SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def peek(self) -> str:
        """The next character that is no white space."""
        self.skip()
        require(self.at < len(self.text), "truncated")
        return self.text[self.at]

    def value(self, depth: int) -> Any:
        sign = self.peek()
        require(depth <= MOST_DEEP, "too-deep")
        if sign == "{":
            return self.object(depth + 1)
        if sign == "[":
            return self.array(depth + 1)
        if sign == '"':
            return self.string()
        for word, value in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self.number()

    def number(self) -> int:
        if self.text[self.at] == "-":
            require(DIGITS.match(self.text, self.at + 1) is None, "out-of-range")
        found = DIGITS.match(self.text, self.at)
        if found is None:
            raise Refused("shape")
        self.at = found.end()
        require(self.text[self.at : self.at + 1] not in (".", "e", "E"), "out-of-range")
        # No number of more digits is small enough, and Python reads no more than 4300.
        require(found.end() - found.start() <= len(str(LARGEST)), "out-of-range")
        require(int(found[0]) <= LARGEST, "out-of-range")
        return int(found[0])

    def array(self, depth: int) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        while not self.ends("]", bool(items)):
            items.append(self.value(depth))
        return items

    def object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        entries: dict[str, Any] = {}
        while not self.ends("}", bool(entries)):
            require(self.peek() == '"', "shape")
            require(depth <= MOST_DEEP, "too-deep")
            name = self.string()
            require(name not in entries, "repeated")
            require(self.peek() == ":", "shape")
            self.at += 1
            entries[name] = self.value(depth)
        return entries

    def ends(self, sign: str, has_any: bool) -> bool:
        """Whether a list is over; else what parts its items is skipped."""
        if self.peek() == sign:
            self.at += 1
            return True
        if has_any:
            require(self.peek() == ",", "shape")
            self.at += 1
        return False

    def string(self) -> str:
        self.at += 1
        out = ""
        while True:
            found = PLAIN.match(self.text, self.at)
            assert found is not None
            out += found[0]
            self.at = found.end()
            sign = self.take()
            if sign == '"':
                return out
            require(sign == "\\", "shape")
            out += self.escape()

    def take(self) -> str:
        require(self.at < len(self.text), "truncated")
        self.at += 1
        return self.text[self.at - 1]

    def escape(self) -> str:
        sign = self.take()
        if sign != "u":
            require(sign in ESCAPES, "shape")
            return ESCAPES[sign]
        unit = self.unit()
        require(not LOW <= unit < AFTER, "not-utf8")
        if not HIGH <= unit < LOW:
            return chr(unit)
        require(self.text.startswith("\\u", self.at), "not-utf8")
        self.at += 2
        low = self.unit()
        require(LOW <= low < AFTER, "not-utf8")
        return chr(0x10000 + ((unit - HIGH) << 10) + (low - LOW))

    def unit(self) -> int:
        found = HEX.match(self.text, self.at)
        assert found is not None
        if len(found[0]) < 4:
            raise Refused("truncated" if found.end() == len(self.text) else "shape")
        self.at = found.end()
        return int(found[0], 16)


def read(data: bytes) -> Any:
    """The value in bytes of JSON."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("not-utf8") from None
    return _Reader(text).whole()


def write(value: Any) -> str:
    """A value in the one way to write it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    names = sorted(value, key=lambda name: name.encode())
    return "{" + ",".join(f"{write(name)}:{write(value[name])}" for name in names) + "}"


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return f"\\u{ord(sign):04x}" if sign < " " else sign
