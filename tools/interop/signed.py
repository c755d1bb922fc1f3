"""Signed maps (chapter 01): read, checked, and made."""

from dataclasses import dataclass
from typing import Any

import cbor
from basics import Refused, is_signed, require, sign, signer_of

MOST_SIGNATURES = 32


@dataclass(frozen=True)
class SignedMap:
    """A map with its bytes as received, what they say, and the signatures beside it."""

    map: bytes
    content: dict[int, Any]
    signatures: tuple[tuple[bytes, bytes], ...]

    def signers(self, label: str, context: bytes = b"") -> set[bytes]:
        """The keys whose signatures hold; the others count for nothing."""
        return {
            key
            for key, signature in self.signatures
            if is_signed(key, signature, label, context, self.map)
        }

    def require_threshold(
        self, keys: list[bytes], threshold: int, label: str, context: bytes = b""
    ) -> None:
        """Refuses unless at least `threshold` of the keys signed."""
        count = len(self.signers(label, context) & set(keys))
        require(count >= threshold, "not-signed")


def from_value(value: Any) -> SignedMap:
    """The signed map that a decoded array stands for."""
    two = isinstance(value, list) and len(value) == 2 and isinstance(value[0], bytes)
    require(two, "shape")
    inner, listed = value
    require(isinstance(listed, list), "shape")
    require(len(listed) <= MOST_SIGNATURES, "signature-list")
    signatures = [_signature(entry) for entry in listed]
    ascending = all(a[0] < b[0] for a, b in zip(signatures, signatures[1:]))
    require(ascending, "signature-list")
    try:
        content = cbor.decode(inner)
    except Refused:
        raise Refused("shape") from None
    require(isinstance(content, dict), "shape")
    return SignedMap(inner, content, tuple(signatures))


def _signature(entry: Any) -> tuple[bytes, bytes]:
    require(isinstance(entry, list) and len(entry) == 2, "signature-list")
    require(all(isinstance(part, bytes) for part in entry), "signature-list")
    key, signature = entry
    require(len(key) == 32 and len(signature) == 64, "signature-list")
    return key, signature


def read(data: bytes) -> SignedMap:
    """The signed map that encoded bytes hold."""
    return from_value(cbor.decode(data))


def make(content: dict[int, Any], seeds: list[bytes], label: str, context: bytes = b"") -> bytes:
    """An encoded signed map, signed with the keys of the seeds."""
    inner = cbor.encode(content)
    pairs = sorted((signer_of(seed), sign(seed, label, context, inner)) for seed in seeds)
    return cbor.encode([inner, [list(pair) for pair in pairs]])
