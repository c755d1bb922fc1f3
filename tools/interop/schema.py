"""Checks values by the rules of protocol/schema/kith.cddl, which it reads itself.

Only the part of CDDL (RFC 8610) that the schema uses is understood.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from basics import Refused, require

PROTOCOL = Path(__file__).resolve().parent.parent.parent / "protocol"
TOKEN = re.compile(r"=>|\.\.|\.size|\.le|\d+|[a-z][a-z0-9-]*|[{}()\[\],:?*+=/]")
Check = Callable[[Any], bool]

PLAIN: dict[str, Check] = {
    "any": lambda value: True,
    "bool": lambda value: isinstance(value, bool),
    "true": lambda value: value is True,
    "null": lambda value: value is None,
    "uint": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "bstr": lambda value: isinstance(value, bytes),
    "tstr": lambda value: isinstance(value, str),
}


def _bytes(value: bytes | str) -> int:
    """How long a string is, in bytes."""
    return len(value.encode() if isinstance(value, str) else value)


class _Parser:
    """Turns the tokens of the schema into one check for each rule."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(re.sub(r";.*", "", text))
        self.at = 0
        self.rules: dict[str, Check] = {}

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if expected and token != expected:
            raise ValueError(f"schema: {expected} expected, {token} found")
        self.at += 1
        return token

    def skip(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def parse(self) -> dict[str, Check]:
        while self.peek():
            name = self.take()
            self.take("=")
            self.rules[name] = self.type()
        return self.rules

    def type(self) -> Check:
        """One type, or several of which one has to fit."""
        choices = [self.single()]
        while self.skip("/"):
            choices.append(self.single())
        return lambda value: any(check(value) for check in choices)

    def single(self) -> Check:
        token = self.take()
        if token == "(":
            inner = self.type()
            self.take(")")
            return inner
        if token == "{":
            return self.map()
        if token == "[":
            return self.array()
        if token in PLAIN:
            return self.controlled(PLAIN[token])
        if token.isdigit():
            least = int(token)
            most = int(self.take()) if self.skip("..") else least
            return lambda value: PLAIN["uint"](value) and least <= value <= most
        return lambda value: self.rules[token](value)

    def controlled(self, plain: Check) -> Check:
        if self.skip(".size"):
            least, most = self.span()
            return lambda value: plain(value) and least <= _bytes(value) <= most
        if self.skip(".le"):
            most = int(self.take())
            return lambda value: plain(value) and value <= most
        return plain

    def span(self) -> tuple[int, int]:
        """`32`, or `(1..32)`."""
        if not self.skip("("):
            size = int(self.take())
            return size, size
        least = int(self.take())
        self.take("..")
        most = int(self.take())
        self.take(")")
        return least, most

    def map(self) -> Check:
        needed: dict[int, Check] = {}
        optional: dict[int, Check] = {}
        while not self.skip("}"):
            if self.skip("*"):
                self.take("uint")
                self.take("=>")
                self.take("any")
            else:
                entries = optional if self.skip("?") else needed
                key = int(self.take())
                self.take("=>")
                entries[key] = self.type()
            self.skip(",")
        known = {**needed, **optional}

        def check(value: Any) -> bool:
            if not isinstance(value, dict) or not needed.keys() <= value.keys():
                return False
            return all(known[key](item) for key, item in value.items() if key in known)

        return check

    def occurrence(self) -> tuple[int, int | None] | None:
        if self.skip("+"):
            return 1, None
        if self.peek() != "*" and self.peek(1) != "*":
            return None
        least = 0 if self.peek() == "*" else int(self.take())
        self.take("*")
        return least, int(self.take()) if self.peek().isdigit() else None

    def array(self) -> Check:
        fixed: list[Check] = []
        repeated: tuple[int, int | None, Check] | None = None
        while not self.skip("]"):
            times = self.occurrence()
            if self.peek(1) == ":":
                self.at += 2
            item = self.type()
            if times is None:
                fixed.append(item)
            else:
                repeated = (*times, item)
            self.skip(",")

        def check(value: Any) -> bool:
            if not isinstance(value, list):
                return False
            if repeated is None:
                pairs = zip(fixed, value)
                return len(value) == len(fixed) and all(item(one) for item, one in pairs)
            least, most, item = repeated
            enough = len(value) >= least and (most is None or len(value) <= most)
            return enough and all(map(item, value))

        return check


@cache
def rules() -> dict[str, Check]:
    """The check of every rule by its name."""
    return _Parser((PROTOCOL / "schema" / "kith.cddl").read_text()).parse()


def check(rule: str, value: Any) -> None:
    """Refuses a value that the rule does not describe."""
    try:
        fits = rules()[rule](value)
    except RecursionError:
        raise Refused("shape") from None
    require(fits, "shape")
