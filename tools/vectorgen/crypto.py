"""The notation of protocol/01-conventions.md over independent libraries."""

from hashlib import blake2b, shake_256

import nacl.bindings as sodium
from argon2.low_level import Type, hash_secret_raw
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKeyPair

ZERO16 = bytes(16)
ZERO32 = bytes(32)


def fixed(label: str, count: int = 32) -> bytes:
    """Stands for random bytes: the same for a label on every run."""
    return shake_256(b"kith vectors: " + label.encode()).digest(count)


def padded(label: str) -> bytes:
    """P(l): the label, zero-padded to 16 bytes."""
    encoded = label.encode("ascii")
    assert len(encoded) <= 16, label
    return encoded.ljust(16, b"\0")


def h(label: str, data: bytes) -> bytes:
    return blake2b(data, digest_size=32, person=padded(label)).digest()


def h128(label: str, data: bytes) -> bytes:
    return blake2b(data, digest_size=16, person=padded(label)).digest()


def prf(key: bytes, label: str, data: bytes = b"") -> bytes:
    assert len(key) == 32
    return blake2b(data, digest_size=32, key=key, person=padded(label)).digest()


def prf128(key: bytes, label: str, data: bytes = b"") -> bytes:
    assert len(key) == 32
    return blake2b(data, digest_size=16, key=key, person=padded(label)).digest()


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def flip(data: bytes, index: int = -1, bits: int = 1) -> bytes:
    """`data` with bits of one byte changed."""
    out = bytearray(data)
    out[index] ^= bits
    return bytes(out)


class Signer:
    """An Ed25519 key."""

    def __init__(self, label: str, seed: bytes | None = None):
        self.seed = fixed(label) if seed is None else seed
        self.public, self._secret = sodium.crypto_sign_seed_keypair(self.seed)

    def sign(self, label: str, data: bytes) -> bytes:
        """SIG(l, x)."""
        return self.bare(padded(label) + data)

    def bare(self, data: bytes) -> bytes:
        """Without a label, as a JWS is signed."""
        return sodium.crypto_sign(data, self._secret)[:64]


def verified(public: bytes, label: str, data: bytes, signature: bytes) -> bool:
    return bare_verified(public, padded(label) + data, signature)


def bare_verified(public: bytes, data: bytes, signature: bytes) -> bool:
    try:
        sodium.crypto_sign_open(signature + data, public)
    except Exception:  # noqa: BLE001, any failure is a refusal
        return False
    return True


def above_order(signature: bytes) -> bytes:
    """The same Ed25519 signature with its scalar above the group order."""
    order = 2**252 + 27742317777372353535851937790883648493
    return signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(
        32, "little"
    )


SMALL_ORDER = b"\x01" + bytes(31)  # the identity: an Ed25519 key without an owner


class Agreement:
    """An X25519 key."""

    def __init__(self, label: str, secret: bytes | None = None):
        self.secret = fixed(label) if secret is None else secret
        self.public = sodium.crypto_scalarmult_base(self.secret)


_SUITE = CipherSuite.new(
    KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305
)


def hpke_seal(
    recipient: bytes, ephemeral: Agreement, info: bytes, aad: bytes, plaintext: bytes
) -> tuple[bytes, bytes]:
    """RFC 9180 base mode: enc and ciphertext."""
    pair = KEMKeyPair(
        _SUITE.kem.deserialize_private_key(ephemeral.secret),
        _SUITE.kem.deserialize_public_key(ephemeral.public),
    )
    enc, context = _SUITE.create_sender_context(
        _SUITE.kem.deserialize_public_key(recipient), info, eks=pair
    )
    assert enc == ephemeral.public
    return enc, context.seal(plaintext, aad)


def hpke_open(key: Agreement, enc: bytes, info: bytes, aad: bytes, sealed: bytes) -> bytes | None:
    try:
        secret = _SUITE.kem.deserialize_private_key(key.secret)
        return _SUITE.create_recipient_context(enc, secret, info).open(sealed, aad)
    except Exception:  # noqa: BLE001, any failure is a refusal
        return None


def xchacha_seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def xchacha_open(key: bytes, nonce: bytes, aad: bytes, sealed: bytes) -> bytes | None:
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
    except Exception:  # noqa: BLE001, any failure is a refusal
        return None


def argon2id(password: bytes, salt: bytes, passes: int, mebibytes: int) -> bytes:
    """Argon2id 1.3, one lane, 32 bytes."""
    return hash_secret_raw(password, salt, passes, mebibytes * 1024, 1, 32, Type.ID, 19)
