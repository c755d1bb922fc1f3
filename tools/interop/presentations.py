"""Chapter 17: presentations, SD-JWTs with key binding in which a seeker shows chosen fields."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

import jsontext
from basics import DAY, Refused, h128, holds_plainly, require
from invites import ALPHABET

LONGEST = 60000
MOST_DAYS = 90
DIGESTS, MOST_DIGESTS = 16, 32
ISSUED, BOUND = "kith-report+sd-jwt", "kb+jwt"
ALGORITHMS = ("EdDSA", "Ed25519")
SALT = ID = COMMITMENT = 16
KEY = DIGEST = 32
SIGNATURE = 64
PURPOSES = {
    f"dpv:{term}"
    for term in (
        "RequestedServiceProvision",
        "RightsFulfilment",
        "ProtectionOfPublicSecurity",
        "ImprovePublicServices",
        "ProvideOfficialStatistics",
    )
}
CLAIMS = (
    *("account", "language", "kinds", "bias", "reported", "reasons", "safety", "needs"),
    *("contact", "when", "where", "danger", "area", "name", "email", "phone"),
)
LISTS = ("bias", "reasons", "needs")
NUMBERS = ("reported", "safety")
FREE_TEXT = ("account", "contact", "when", "where", "name", "email", "phone")


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str, size: int | None = None) -> bytes:
    """The bytes of base64url in the one form there is of them, of a size where one is told."""
    require(set(text) <= ALPHABET, "not-base64")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Refused("not-base64") from None
    require(encoded(data) == text, "not-base64")
    require(size is None or len(data) == size, "bad-length")
    return data


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode("ascii")).digest()


def commitment(opening: bytes) -> bytes:
    """What a consent bears of the opening that takes it back."""
    return h128("kith1:revoke", opening)


@dataclass(frozen=True)
class Terms:
    """What the key-binding JWT says."""

    audience: str
    begins: int
    ends: int
    id: bytes
    purpose: str
    revoke: bytes
    bridge: bytes
    is_public: bool = False
    renews: bytes | None = None


@dataclass(frozen=True)
class Presentation:
    """A presentation whose shape, signatures and digests hold."""

    text: str
    key: bytes
    terms: Terms
    fields: dict[str, Any]


def _entry(value: Any, name: str, kind: type) -> Any:
    """An entry that has to be there and of a type; JSON's true is no number."""
    found = value.get(name) if isinstance(value, dict) else None
    require(isinstance(found, kind) and isinstance(found, bool) == (kind is bool), "shape")
    return found


def _jwk(value: Any) -> bytes:
    require(_entry(value, "kty", str) == "OKP", "unsupported-algorithm")
    require(_entry(value, "crv", str) == "Ed25519", "unsupported-algorithm")
    return decoded(_entry(value, "x", str), KEY)


@dataclass(frozen=True)
class _Jws:
    """A compact JWS, its parts decoded."""

    header: Any
    payload: Any
    signed: str
    signature: bytes

    def check(self, key: bytes) -> None:
        """Refuses a signature that does not hold; a JWS has no label."""
        require(holds_plainly(key, self.signature, self.signed.encode()), "bad-signature")


def _jws(text: str, kind: str) -> _Jws:
    parts = text.split(".")
    require(len(parts) == 3, "shape")
    header, payload = jsontext.read(decoded(parts[0])), jsontext.read(decoded(parts[1]))
    require(isinstance(header, dict) and isinstance(payload, dict), "shape")
    require(_entry(header, "alg", str) in ALGORITHMS, "unsupported-algorithm")
    require("crit" not in header, "unsupported")
    require(_entry(header, "typ", str) == kind, "unknown-type")
    return _Jws(header, payload, f"{parts[0]}.{parts[1]}", decoded(parts[2], SIGNATURE))


def read(text: str) -> Presentation:
    """Checks 1 to 3: what everybody can check who has the presentation alone."""
    require(len(text) <= LONGEST, "too-long")
    require(text.isascii(), "shape")
    *parts, binding_text = text.split("~")
    require(len(parts) >= 2 and all(parts) and binding_text != "", "shape")
    issuer, binding = _jws(parts[0], ISSUED), _jws(binding_text, BOUND)
    key = _jwk(issuer.header.get("jwk"))
    confirmed = _jwk(_entry(_entry(issuer.payload, "cnf", dict), "jwk", dict))
    require(confirmed == key, "wrong-key")
    issuer.check(key)
    binding.check(key)
    fields = _fields(issuer.payload, parts[1:])
    hashed = decoded(_entry(binding.payload, "sd_hash", str), DIGEST)
    require(hashed == sha("~".join(parts) + "~"), "wrong-digest")
    return Presentation(text, key, _terms(binding.payload), fields)


def _fields(payload: dict[str, Any], disclosures: list[str]) -> dict[str, Any]:
    """What is disclosed, all of it listed by its digest."""
    require(_entry(payload, "_sd_alg", str) == "sha-256", "unsupported-algorithm")
    listed = _entry(payload, "_sd", list)
    require(all(isinstance(one, str) for one in listed), "shape")
    digests = [decoded(one, DIGEST) for one in listed]
    require(len(digests) in (DIGESTS, MOST_DIGESTS), "digest-count")
    require(len(set(digests)) == len(digests), "repeated")
    fields: dict[str, Any] = {}
    for disclosure in disclosures:
        name, value = _disclosure(disclosure)
        require(name not in fields and name not in payload, "repeated")
        require(sha(disclosure) in digests, "not-listed")
        fields[name] = value
    return fields


def _disclosure(text: str) -> tuple[str, Any]:
    value = jsontext.read(decoded(text))
    require(isinstance(value, list) and len(value) == 3, "shape")
    salt, name, content = value
    require(isinstance(salt, str) and isinstance(name, str), "shape")
    decoded(salt, SALT)
    require(name in CLAIMS, "unknown-claim")
    require(_fits(name, content), "wrong-type")
    return name, content


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _fits(name: str, value: Any) -> bool:
    """Whether a value is of its claim's type."""
    if name == "kinds":
        return isinstance(value, list) and value != [] and all(map(_is_kind, value))
    if name in LISTS:
        return isinstance(value, list) and value != [] and all(map(_is_number, value))
    if name in NUMBERS:
        return _is_number(value)
    return isinstance(value, bool) if name == "danger" else _is_text(value)


def _is_kind(value: Any) -> bool:
    both = isinstance(value, dict) and value.keys() == {"iccs", "kind"}
    return both and _is_text(value["iccs"]) and _is_number(value["kind"])


def _terms(payload: dict[str, Any]) -> Terms:
    is_public, renews = payload.get("public", False), None
    require("public" not in payload or is_public is True, "shape")
    if "renews" in payload:
        renews = decoded(_entry(payload, "renews", str), ID)
    return Terms(
        audience=_entry(payload, "aud", str),
        begins=_entry(payload, "iat", int),
        ends=_entry(payload, "exp", int),
        id=decoded(_entry(payload, "nonce", str), ID),
        purpose=_entry(payload, "purpose", str),
        revoke=decoded(_entry(payload, "revoke", str), COMMITMENT),
        bridge=decoded(_entry(payload, "via", str), KEY),
        is_public=is_public,
        renews=renews,
    )


@dataclass(frozen=True)
class Bridge:
    """What a bridge knows when it looks at a presentation."""

    key: bytes
    publishing: dict[str, bool]
    opened: frozenset[bytes] = frozenset()
    known: tuple[Presentation, ...] = ()

    def check(self, shown: Presentation, now: int) -> None:
        """Checks 4 to 10."""
        terms = shown.terms
        require(terms.bridge == self.key, "wrong-bridge")
        require(terms.audience in self.publishing, "unknown-authority")
        require(terms.purpose in PURPOSES, "unknown-purpose")
        require(terms.begins <= now + DAY, "not-yet-valid")
        require(terms.begins % DAY == 0, "out-of-range")
        lasts = terms.ends - terms.begins
        require(lasts <= MOST_DAYS * DAY, "too-far-ahead")
        require(lasts > 0 and lasts % DAY == 0, "out-of-range")
        require(now < terms.ends, "expired")
        require(terms.revoke not in map(commitment, self.opened), "withdrawn")
        same = [one for one in self.known if one.terms.id == terms.id]
        require(all(one.text == shown.text for one in same), "replayed")
        is_free = any(name in FREE_TEXT for name in shown.fields)
        forbidden = self.publishing[terms.audience] and is_free and not terms.is_public
        require(not forbidden, "not-public")

    def has(self, shown: Presentation) -> bool:
        """Whether the same was taken before."""
        return any(one.text == shown.text for one in self.known)

    def counts_renewal(self, terms: Terms) -> bool:
        """Whether a consent takes the place of an earlier one to the same authority."""
        earlier = [one.terms for one in self.known if one.terms.id == terms.renews]
        return any(one.audience == terms.audience for one in earlier)
