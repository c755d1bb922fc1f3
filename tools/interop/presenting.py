"""Chapter 17: how a seeker makes a presentation, and the keys of their consents."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any

import jsontext
from basics import h, prf, prf128, sign_plainly, signer_of
from presentations import (
    BOUND,
    CLAIMS,
    DIGEST,
    DIGESTS,
    ISSUED,
    SALT,
    Presentation,
    Terms,
    encoded,
    read,
    sha,
)


@dataclass(frozen=True)
class ConsentKeys:
    """What follows from a case's consent key."""

    key: bytes

    def pair(self, authority: str, id: bytes) -> bytes:
        """The seed of a consent's own key pair."""
        return prf(self.key, "kith1:pair", h("kith1:authority", authority.encode()), id)

    def opening(self, id: bytes) -> bytes:
        """What takes a consent back."""
        return prf128(self.key, "kith1:withdraw", id)

    def reply(self, id: bytes) -> bytes:
        """The key under which a bridge answers."""
        return prf(self.key, "kith1:reply", id)


def make(
    keys: ConsentKeys,
    terms: Terms,
    fields: dict[str, Any],
    salts: list[bytes] | None = None,
    decoys: list[bytes] | None = None,
) -> Presentation:
    """A presentation of fields; what is random may be told."""
    names = [name for name in CLAIMS if name in fields]
    salts = salts or [os.urandom(SALT) for _ in names]
    disclosures = [
        encoded(jsontext.write([encoded(salt), name, fields[name]]).encode())
        for name, salt in zip(names, salts)
    ]
    count = -(-len(names) // DIGESTS) * DIGESTS - len(names)
    decoys = decoys or [os.urandom(DIGEST) for _ in range(count)]
    digests = [*map(sha, disclosures), *(hashlib.sha256(one).digest() for one in decoys)]
    seed = keys.pair(terms.audience, terms.id)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": encoded(signer_of(seed))}
    header = {"alg": "EdDSA", "jwk": jwk, "typ": ISSUED}
    payload = {"_sd": sorted(map(encoded, digests)), "_sd_alg": "sha-256", "cnf": {"jwk": jwk}}
    shown = "~".join([_signed(seed, header, payload), *disclosures]) + "~"
    said = {
        "aud": terms.audience,
        "exp": terms.ends,
        "iat": terms.begins,
        "nonce": encoded(terms.id),
        "purpose": terms.purpose,
        "revoke": encoded(terms.revoke),
        "sd_hash": encoded(sha(shown)),
        "via": encoded(terms.bridge),
    }
    if terms.is_public:
        said["public"] = True
    if terms.renews is not None:
        said["renews"] = encoded(terms.renews)
    return read(shown + _signed(seed, {"alg": "EdDSA", "typ": BOUND}, said))


def _signed(seed: bytes, header: dict[str, Any], payload: dict[str, Any]) -> str:
    text = ".".join(encoded(jsontext.write(part).encode()) for part in (header, payload))
    return f"{text}.{encoded(sign_plainly(seed, text.encode()))}"
