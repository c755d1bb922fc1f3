"""Chapter 15: invites."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import cbor
import schema
from basics import Refused, h, require

PREFIX = "kith1:"
ALPHABET = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True)
class Invite:
    """What an invite says, and the bytes that say it."""

    map: bytes
    network: bytes
    seeds: list[tuple[bytes, str]]
    community: bytes
    shared: bytes | None
    secret: bytes | None
    expiry: int | None


def _decoded(text: str) -> bytes:
    """Base64url without padding, in the one form there is of every value."""
    require(set(text) <= ALPHABET, "damaged")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Refused("damaged") from None
    require(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "damaged")
    return data


def _content(data: bytes) -> dict[int, Any]:
    try:
        content = cbor.decode(data)
        schema.check("invite", content)
    except Refused:
        raise Refused("damaged") from None
    return content


def read(line: str, now: int) -> Invite:
    """The invite in a line of text."""
    text = "".join(line.split())
    require(text.startswith(PREFIX), "not-an-invite")
    data = _decoded(text[len(PREFIX) :])
    inner, check = data[:-4], data[-4:]
    require(len(data) > 4 and h("kith1:invite", inner)[:4] == check, "damaged")
    content = _content(inner)
    expiry = content.get(6)
    require(5 not in content or expiry is not None, "damaged")
    require(expiry is None or expiry > now, "expired")
    seeds = [(node, address) for node, address in content[2]]
    return Invite(inner, content[1], seeds, content[3], content.get(4), content.get(5), expiry)


def write(
    network: bytes,
    seeds: list[tuple[bytes, str]],
    community: bytes,
    secret: bytes | None = None,
    expiry: int | None = None,
) -> str:
    """The line of an invite for a relay or a seeker, or with a one-time secret for a member."""
    entries: dict[int, Any] = {1: network, 2: [list(seed) for seed in seeds], 3: community}
    if secret is not None:
        entries |= {5: secret, 6: expiry}
    inner = cbor.encode(entries)
    data = inner + h("kith1:invite", inner)[:4]
    return PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")
