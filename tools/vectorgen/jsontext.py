"""The JSON of protocol/17-consents.md, read by Python's own library under the chapter's limits."""

import json
import re
from typing import NoReturn

DEEPEST = 8
LARGEST = 2**53 - 1


class Refused(Exception):
    """Carries the reason of protocol/vectors/README.md."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def read(data: bytes) -> object:
    """The value, or Refused."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("not-utf8") from None
    if _nesting(text) > DEEPEST:
        raise Refused("too-deep")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_int=_whole,
            parse_float=_not_whole,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise Refused("trailing-bytes" if error.msg == "Extra data" else "shape") from None
    _check(value, 1)
    return value


def canonical(value: object) -> bytes:
    """As a writer puts it: no white space, names sorted by their bytes, few escapes."""
    return _text(value).encode()


def _text(value: object) -> str:
    if isinstance(value, str):
        return '"' + re.sub(r'[\x00-\x1f"\\]', _escape, value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode())
        return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    assert isinstance(value, int) and 0 <= value <= LARGEST
    return str(value)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"


def _nesting(text: str) -> int:
    """How deep brackets nest outside of strings."""
    deepest = depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text, re.DOTALL):
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Refused("repeated")
    return members


def _whole(digits: str) -> int:
    if not digits.isdigit() or len(digits) > 16 or int(digits) > LARGEST:
        raise Refused("out-of-range")
    return int(digits)


def _not_whole(_: str) -> NoReturn:
    raise Refused("out-of-range")


def _no_constant(_: str) -> NoReturn:
    """NaN and Infinity, which Python would take."""
    raise Refused("shape")


def _check(value: object, depth: int) -> None:
    """What Python's library takes and the chapter does not."""
    if depth > DEEPEST:
        raise Refused("too-deep")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise Refused("not-utf8")
    if isinstance(value, dict):
        for name, member in value.items():
            _check(name, depth + 1)
            _check(member, depth + 1)
    if isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
