"""The ten checks of protocol/17-consents.md, apart from how the scenarios are written.

It finds all faults of a presentation, so that the generator can assert that each refused one has
the one that is told.
"""

import base64
import re
from collections import Counter
from dataclasses import dataclass, field

from . import codes
from .crypto import bare_verified
from .jsontext import Refused, read
from .presentation import CLAIMS, DAY, FREE_TEXT, commitment_to, digest_of

LONGEST = 60000
NUMBER, TEXT, NUMBERS, KINDS, TRUTH = "number", "text", "numbers", "kinds", "truth"
TYPES = {
    **dict.fromkeys(CLAIMS, TEXT),
    **dict.fromkeys(["reported", "safety"], NUMBER),
    **dict.fromkeys(["bias", "reasons", "needs"], NUMBERS),
    "kinds": KINDS,
    "danger": TRUTH,
}


@dataclass(frozen=True)
class View:
    """What a bridge knows when a presentation comes."""

    now: int
    bridge: bytes
    authorities: dict[str, bool]  # whether it publishes
    openings: list[bytes] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def unb64url(text: object) -> bytes:
    """Strictly: no padding, no other alphabet, no bits left over."""
    if not isinstance(text, str):
        raise Refused("shape")
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None or len(text) % 4 == 1:
        raise Refused("not-base64")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise Refused("not-base64")
    return data


def sized(text: object, size: int) -> bytes:
    data = unb64url(text)
    if len(data) != size:
        raise Refused("bad-length")
    return data


def need(true: bool, reason: str = "shape") -> None:
    if not true:
        raise Refused(reason)


def is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def members(data: bytes) -> dict[str, object]:
    value = read(data)
    need(isinstance(value, dict))
    return value  # type: ignore[return-value]


@dataclass
class Jws:
    """A compact JWS, its signature not looked at."""

    header: dict[str, object]
    payload: dict[str, object]
    signed: bytes
    signature: bytes

    def __init__(self, text: str, kind: str):
        parts = text.split(".")
        need(len(parts) == 3)
        self.header, self.payload = members(unb64url(parts[0])), members(unb64url(parts[1]))
        self.signed = f"{parts[0]}.{parts[1]}".encode()
        for name in ("alg", "typ"):
            need(isinstance(self.header.get(name), str))
        need(self.header["typ"] == kind, "unknown-type")
        need(self.header["alg"] in ("EdDSA", "Ed25519"), "unsupported-algorithm")
        need("crit" not in self.header, "unsupported")
        self.signature = sized(parts[2], 64)


def key_of(holder: object) -> bytes:
    """The key in the entry `jwk`."""
    need(isinstance(holder, dict))
    jwk = holder.get("jwk")  # type: ignore[attr-defined]
    need(isinstance(jwk, dict))
    need(all(isinstance(jwk.get(name), str) for name in ("crv", "kty", "x")))
    need((jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519"), "unsupported-algorithm")
    return sized(jwk["x"], 32)


class Presentation:
    """A presentation of the chapter's shape; Refused if it has another."""

    def __init__(self, text: str):
        need(len(text.encode()) <= LONGEST, "too-long")
        need(text.isascii())
        self.text = text
        need(text.count("~") > 1)
        issued, *self.disclosures, bound = text.split("~")
        self.issuer, self.binding = Jws(issued, "kith-report+sd-jwt"), Jws(bound, "kb+jwt")
        self.front = text[: len(text) - len(bound)]
        self.key, self.confirmed = (
            key_of(self.issuer.header),
            key_of(self.issuer.payload.get("cnf")),
        )
        need(isinstance(self.issuer.payload.get("_sd_alg"), str))
        need(self.issuer.payload["_sd_alg"] == "sha-256", "unsupported-algorithm")
        self.digests = self.issuer.payload.get("_sd")
        need(isinstance(self.digests, list))
        for digest in self.digests:  # type: ignore[attr-defined]
            sized(digest, 32)
        self.claims = [self._claim(disclosure) for disclosure in self.disclosures]
        self._bindings(self.binding.payload)

    def _bindings(self, entries: dict[str, object]) -> None:
        for name in ("aud", "purpose"):
            need(isinstance(entries.get(name), str))
        for name in ("exp", "iat"):
            need(is_number(entries.get(name)))
        need(entries.get("public", True) is True)
        self.id, self.revoke = sized(entries.get("nonce"), 16), sized(entries.get("revoke"), 16)
        self.hash, self.via = sized(entries.get("sd_hash"), 32), sized(entries.get("via"), 32)
        self.renews = sized(entries["renews"], 16) if "renews" in entries else None
        self.audience, self.purpose = str(entries["aud"]), str(entries["purpose"])
        self.start, self.end = int(str(entries["iat"])), int(str(entries["exp"]))
        self.public = "public" in entries

    @staticmethod
    def _claim(disclosure: str) -> tuple[str, object]:
        value = read(unb64url(disclosure))
        need(isinstance(value, list) and len(value) == 3)
        assert isinstance(value, list)
        salt, claim, told = value
        need(isinstance(claim, str))
        sized(salt, 16)
        return claim, told

    def renewal(self, known: list[str]) -> bool:
        """Whether a consent it names was taken before, to the same authority."""
        earlier = map(Presentation, known)
        return any((one.id, one.audience) == (self.renews, self.audience) for one in earlier)


def faults(text: str, view: View) -> set[str]:
    """Reasons of all checks that fail; of another shape, the first."""
    try:
        one = Presentation(text)
    except Refused as refused:
        return {refused.reason}
    checks = {**_signed(one), **_disclosed(one), **_bound(one, view)}
    return {reason for reason, good in checks.items() if not good}


def _signed(one: Presentation) -> dict[str, bool]:
    jws = (one.issuer, one.binding)
    return {
        "bad-signature": all(bare_verified(one.key, each.signed, each.signature) for each in jws),
        "wrong-key": one.key == one.confirmed,
    }


def _disclosed(one: Presentation) -> dict[str, bool]:
    assert isinstance(one.digests, list)
    names = [claim for claim, _ in one.claims]
    plain = [name for name in one.issuer.payload if name in names and name in TYPES]
    once = all(max(Counter(what).values()) == 1 for what in (one.digests, names + plain))
    return {
        "wrong-digest": digest_of(one.front) == one.binding.payload["sd_hash"],
        "not-listed": all(digest_of(each) in one.digests for each in one.disclosures),
        "repeated": once,
        "digest-count": len(one.digests) in (16, 32),
        "unknown-claim": all(name in TYPES for name in names),
        "wrong-type": all(fits(value, TYPES[name]) for name, value in one.claims if name in TYPES),
    }


def _bound(one: Presentation, view: View) -> dict[str, bool]:
    free = any(claim in FREE_TEXT for claim, _ in one.claims)
    life = one.end - one.start
    return {
        "unknown-purpose": one.purpose in codes.names("Purposes of a consent"),
        "wrong-bridge": one.via == view.bridge,
        "unknown-authority": one.audience in view.authorities,
        "out-of-range": one.start % DAY == 0 and life % DAY == 0 and life > 0,
        "not-yet-valid": one.start <= view.now + DAY,
        "too-far-ahead": life <= 90 * DAY,
        "expired": view.now < one.end,
        "withdrawn": one.revoke not in map(commitment_to, view.openings),
        "replayed": all(
            Presentation(known).id != one.id or known == one.text for known in view.known
        ),
        "not-public": one.public or not free or not view.authorities.get(one.audience, False),
    }


def fits(value: object, kind: str) -> bool:
    """Whether a claim's value has the type of the chapter's table."""
    if kind == NUMBER:
        return is_number(value)
    if kind == TRUTH:
        return isinstance(value, bool)
    if kind == TEXT:
        return isinstance(value, str) and value != ""
    if not isinstance(value, list) or not value:
        return False
    if kind == NUMBERS:
        return all(map(is_number, value))
    return all(
        isinstance(item, dict)
        and item.keys() == {"iccs", "kind"}
        and fits(item["iccs"], TEXT)
        and fits(item["kind"], NUMBER)
        for item in value
    )
