"""Deterministic CBOR, signed maps, and the schema's word on both."""

from pathlib import Path

import cbor2
import pycddl

from .crypto import Signer, verified

_schema = ""


def use_schema(path: Path) -> None:
    global _schema
    _schema = path.read_text()


def encode(value: object) -> bytes:
    """RFC 8949 section 4.2.1; for unsigned keys the library's older key order is the same."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> object:
    return cbor2.loads(data)


def fits(rule: str, data: bytes) -> bool:
    """Whether the CDDL rule describes `data`."""
    try:
        pycddl.Schema(f"start = {rule}\n{_schema}").validate_cbor(data)
    except pycddl.ValidationError:
        return False
    return True


def checked(rule: str, value: object) -> bytes:
    """Encodes `value`, which must fit the rule."""
    data = encode(value)
    assert fits(rule, data), f"does not fit {rule}: {value}"
    return data


def with_signatures(data: bytes, signatures: list[tuple[bytes, bytes]]) -> bytes:
    """A signed map of exactly these signatures, in this order."""
    return encode([data, [list(pair) for pair in signatures]])


def signatures(
    data: bytes, label: str, context: bytes, signers: list[Signer]
) -> list[tuple[bytes, bytes]]:
    """Signatures of the signers over a map, sorted by key."""
    pairs = [(signer.public, signer.sign(label, context + data)) for signer in signers]
    assert all(verified(key, label, context + data, signature) for key, signature in pairs)
    return sorted(pairs)


def signed_map(data: bytes, label: str, context: bytes, signers: list[Signer]) -> bytes:
    out = with_signatures(data, signatures(data, label, context, signers))
    assert fits("signed-map", out)
    return out
