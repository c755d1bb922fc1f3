"""Chapter 01: labels, hashes, signatures, times, and the ways a reader says no."""

import hashlib
import struct

from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumError

SLOT = 600
DAY = 86400
WEEK = 604800
NOBODY = bytes(32)


class Refused(Exception):
    """What a reader throws at bytes that break a rule; the reason is one of vectors/README.md."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require(condition: bool, reason: str) -> None:
    """Refuses unless the condition holds."""
    if not condition:
        raise Refused(reason)


def u16(value: int) -> bytes:
    """Two bytes, big-endian."""
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    """Four bytes, big-endian."""
    return struct.pack(">I", value)


def u64(value: int) -> bytes:
    """Eight bytes, big-endian."""
    return struct.pack(">Q", value)


def number(data: bytes) -> int:
    """The unsigned integer that big-endian bytes stand for."""
    return int.from_bytes(data, "big")


def week_of(slot: int) -> int:
    """The week a slot lies in."""
    return slot * SLOT // WEEK


def padded(label: str) -> bytes:
    """P(l): the label in 16 bytes."""
    data = label.encode("ascii")
    if len(data) > 16:
        raise ValueError(f"label too long: {label}")
    return data.ljust(16, b"\0")


def h(label: str, *parts: bytes) -> bytes:
    """H(l, x) of the joined parts."""
    return hashlib.blake2b(b"".join(parts), digest_size=32, person=padded(label)).digest()


def h128(label: str, *parts: bytes) -> bytes:
    """H128(l, x) of the joined parts."""
    return hashlib.blake2b(b"".join(parts), digest_size=16, person=padded(label)).digest()


def prf(key: bytes, label: str, *parts: bytes) -> bytes:
    """PRF(k, l, x) of the joined parts."""
    data = b"".join(parts)
    return hashlib.blake2b(data, digest_size=32, key=key, person=padded(label)).digest()


def prf128(key: bytes, label: str, *parts: bytes) -> bytes:
    """PRF128(k, l, x) of the joined parts."""
    data = b"".join(parts)
    return hashlib.blake2b(data, digest_size=16, key=key, person=padded(label)).digest()


def signer_of(seed: bytes) -> bytes:
    """The Ed25519 public key of a seed."""
    return sodium.crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, label: str, *parts: bytes) -> bytes:
    """SIG(l, x) with the key of a seed."""
    return sign_plainly(seed, padded(label) + b"".join(parts))


def sign_plainly(seed: bytes, data: bytes) -> bytes:
    """A signature of the bytes alone, as in a JWS."""
    secret = sodium.crypto_sign_seed_keypair(seed)[1]
    return sodium.crypto_sign(data, secret)[:64]


def is_signed(public: bytes, signature: bytes, label: str, *parts: bytes) -> bool:
    """Whether a signature holds; small-order keys and scalars not reduced are refused."""
    return holds_plainly(public, signature, padded(label) + b"".join(parts))


def holds_plainly(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether a signature of the bytes alone holds, as strictly."""
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        sodium.crypto_sign_open(signature + data, public)
    except CryptoError:
        return False
    return True


def public_of(secret: bytes) -> bytes:
    """The X25519 public key of a secret."""
    return sodium.crypto_scalarmult_base(secret)


def agree(secret: bytes, public: bytes) -> bytes:
    """An X25519 agreement; one of all zeros is refused."""
    try:
        shared = sodium.crypto_scalarmult(secret, public)
    except SodiumError:
        raise Refused("zero-agreement") from None
    require(shared != bytes(32), "zero-agreement")
    return shared
