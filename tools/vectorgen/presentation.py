"""Presentations of protocol/17-consents.md, as a seeker writes them."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from . import cbor, world
from .crypto import Signer, fixed, h, h128, prf, prf128
from .jsontext import canonical

DAY = 86400
TODAY = world.NOW // DAY * DAY  # the first second of the day of NOW
HELP = "dpv:RequestedServiceProvision"
CLAIMS = (
    "account language kinds bias reported reasons safety needs contact when where danger area name"
    " email phone"
).split()
FREE_TEXT = {"account", "contact", "when", "where", "name", "email", "phone"}


DROP = object()  # stands for an entry of the key-binding JWT that shall be missing


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def digest_of(text: str) -> str:
    return b64url(hashlib.sha256(text.encode("ascii")).digest())


def pair_seed(consent_key: bytes, uri: str, identity: bytes) -> bytes:
    return prf(consent_key, "kith1:pair", h("kith1:authority", uri.encode()) + identity)


def opening_of(consent_key: bytes, identity: bytes) -> bytes:
    return prf128(consent_key, "kith1:withdraw", identity)


def commitment_to(opening: bytes) -> bytes:
    return h128("kith1:revoke", opening)


def reply_key(consent_key: bytes, identity: bytes) -> bytes:
    return prf(consent_key, "kith1:reply", identity)


@dataclass(frozen=True)
class Consent:
    """What a seeker agrees to. `name` stands for the random bytes they draw."""

    name: str
    consent_key: bytes
    claims: Mapping[str, object]
    authority: str = world.POLICE
    purpose: str = HELP
    start: int = TODAY
    days: int = 30
    public: bool = False
    renews: bytes = b""
    via: bytes = world.BRIDGE.public
    digests: int = 0  # a larger number than the chapter's, or 0 for that

    @cached_property
    def pair(self) -> Signer:
        return Signer("", pair_seed(self.consent_key, self.authority, self.id))

    @cached_property
    def id(self) -> bytes:
        return fixed(f"consent id {self.name}", 16)

    @cached_property
    def opening(self) -> bytes:
        return opening_of(self.consent_key, self.id)

    @cached_property
    def reply_key(self) -> bytes:
        return reply_key(self.consent_key, self.id)

    @property
    def named(self) -> list[str]:
        """The claims in the order of the chapter's table."""
        return [claim for claim in CLAIMS if claim in self.claims]

    @property
    def salts(self) -> list[bytes]:
        return [fixed(f"salt {self.name} {claim}", 16) for claim in self.named]

    @property
    def decoys(self) -> list[bytes]:
        count = max(self.digests, -(-len(self.claims) // 16) * 16) - len(self.claims)
        return [fixed(f"decoy {self.name} {number}") for number in range(count)]

    @property
    def disclosed(self) -> list[list[object]]:
        return [
            [b64url(salt), claim, self.claims[claim]]
            for salt, claim in zip(self.salts, self.named, strict=True)
        ]

    @property
    def payload(self) -> bytes:
        """Of kind 20."""
        return message(written(self), self.reply_key)


def message(presentation: str, key: bytes) -> bytes:
    return cbor.checked("consent", {1: presentation, 2: key})


@dataclass
class Draft:
    """A presentation in pieces, each of which can be spoilt before it is signed."""

    consent: Consent
    header: dict[str, object] = field(init=False)
    payload: dict[str, object] = field(init=False)
    disclosures: list[str] = field(init=False)
    binding_header: dict[str, object] = field(init=False)
    binding: dict[str, object] = field(init=False)
    issuer: Callable[[bytes], bytes] = field(init=False)
    holder: Callable[[bytes], bytes] = field(init=False)
    text: Callable[[object], bytes] = canonical

    def __post_init__(self) -> None:
        one = self.consent
        self.issuer = self.holder = one.pair.bare
        self.header = {"alg": "EdDSA", "jwk": self.jwk(), "typ": "kith-report+sd-jwt"}
        self.payload = {"_sd_alg": "sha-256", "cnf": {"jwk": self.jwk()}}
        self.rewrite([canonical(disclosed) for disclosed in one.disclosed])
        self.binding_header = {"alg": "EdDSA", "typ": "kb+jwt"}
        self.binding = {
            "aud": one.authority,
            "exp": one.start + one.days * DAY,
            "iat": one.start,
            "nonce": b64url(one.id),
            "purpose": one.purpose,
            "revoke": b64url(commitment_to(one.opening)),
            "via": b64url(one.via),
        }
        if one.public:
            self.binding["public"] = True
        if one.renews:
            self.binding["renews"] = b64url(one.renews)

    def rewrite(self, disclosed: list[bytes]) -> None:
        """With these bytes as disclosures, and their digests beside the decoys'."""
        self.disclosures = list(map(b64url, disclosed))
        hidden = [b64url(hashlib.sha256(decoy).digest()) for decoy in self.consent.decoys]
        self.payload["_sd"] = sorted([*map(digest_of, self.disclosures), *hidden])

    def jwk(self, public: bytes | None = None) -> dict[str, object]:
        key = self.consent.pair.public if public is None else public
        return {"crv": "Ed25519", "kty": "OKP", "x": b64url(key)}

    @property
    def digests(self) -> list[object]:
        digests = self.payload["_sd"]
        assert isinstance(digests, list)
        return digests

    def jws(self, header: object, payload: object, sign: Callable[[bytes], bytes]) -> str:
        signed = ".".join(b64url(self.text(part)) for part in (header, payload))
        return f"{signed}.{b64url(sign(signed.encode('ascii')))}"

    def front(self) -> str:
        """All before the key-binding JWT, what sd_hash covers."""
        issued = self.jws(self.header, self.payload, self.issuer)
        return "".join(f"{part}~" for part in (issued, *self.disclosures))

    def bound(self, front: str) -> str:
        """With the key-binding JWT; an sd_hash set before stays."""
        binding = {"sd_hash": digest_of(front), **self.binding}
        binding = {name: value for name, value in binding.items() if value is not DROP}
        return front + self.jws(self.binding_header, binding, self.holder)

    def written(self) -> str:
        return self.bound(self.front())


def written(consent: Consent) -> str:
    return Draft(consent).written()
