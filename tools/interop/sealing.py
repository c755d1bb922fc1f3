"""Chapter 10: what is inside sealed envelopes, to a key or under a shared key, and at rest."""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from basics import Refused, agree, number, padded, prf, public_of, require, u16
from envelopes import HEADER, SEALED, Envelope, address, finish

KEM = b"KEM" + u16(0x0020)
HPKE = b"HPKE" + u16(0x0020) + u16(0x0001) + u16(0x0003)
TAG = 16
PLAIN_HEAD = 22
MOST_PARTS = 16
TO_KEY, UNDER_SHARED = 32 + TAG, 64 + TAG


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    data = b"HPKE-v1" + suite + label + material
    return hmac.new(salt or bytes(32), data, hashlib.sha256).digest()


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    data = u16(size) + b"HPKE-v1" + suite + label + info
    return hmac.new(key, data + b"\x01", hashlib.sha256).digest()[:size]


def _schedule(shared: bytes, enc: bytes, recipient: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of a context's one message (RFC 9180, base mode)."""
    secret = _extract(KEM, b"", b"eae_prk", shared)
    secret = _expand(KEM, secret, b"shared_secret", enc + recipient, 32)
    context = b"\0" + _extract(HPKE, b"", b"psk_id_hash", b"")
    context += _extract(HPKE, b"", b"info_hash", info)
    secret = _extract(HPKE, secret, b"secret", b"")
    return _expand(HPKE, secret, b"key", context, 32), _expand(
        HPKE, secret, b"base_nonce", context, 12
    )


def hpke_seal(
    recipient: bytes, info: bytes, aad: bytes, plaintext: bytes, ephemeral: bytes
) -> tuple[bytes, bytes]:
    """enc and ciphertext of a message to an X25519 key."""
    enc = public_of(ephemeral)
    key, nonce = _schedule(agree(ephemeral, recipient), enc, recipient, info)
    sealed = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)
    return enc, sealed


def hpke_open(secret: bytes, info: bytes, aad: bytes, enc: bytes, sealed: bytes) -> bytes:
    """What is sealed to an X25519 key."""
    try:
        key, nonce = _schedule(agree(secret, enc), enc, public_of(secret), info)
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
    except (CryptoError, Refused):
        raise Refused("cannot-open") from None


def seal_info(community: bytes, suite: int = SEALED) -> bytes:
    """HPKE's info for an envelope."""
    return padded("kith1:seal") + bytes([suite]) + community


def seal_to_key(
    recipient: bytes, community: bytes, header: bytes, plaintext: bytes, ephemeral: bytes
) -> bytes:
    """The body of an envelope sealed to a key; header is its first 56 bytes."""
    info = seal_info(community)
    return b"".join(hpke_seal(recipient, info, header[:56], plaintext, ephemeral))


def open_with_key(secret: bytes, community: bytes, envelope: Envelope) -> bytes:
    """The plaintext of an envelope sealed to a key."""
    header, body = envelope.header, envelope.body
    require(header.suite == SEALED, "unknown-suite")
    info = seal_info(community)
    return hpke_open(secret, info, header.raw[:56], body[:32], body[32:])


def commit_of(message_key: bytes) -> bytes:
    """What binds a ciphertext to its message key."""
    return prf(message_key, "kith1:commit")


def seal_shared(shared: bytes, header: bytes, plaintext: bytes, enc: bytes) -> bytes:
    """The body of an envelope under a shared key; header is its first 56 bytes."""
    key = prf(shared, "kith1:msg", enc)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, header[:56], bytes(24), key
    )
    return enc + commit_of(key) + sealed


def open_shared(shared: bytes, envelope: Envelope) -> bytes:
    """The plaintext of an envelope under a shared key."""
    header, body = envelope.header, envelope.body
    require(header.suite == SEALED, "unknown-suite")
    key = prf(shared, "kith1:msg", body[:32])
    require(hmac.compare_digest(commit_of(key), body[32:64]), "wrong-commit")
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            body[64:], header.raw[:56], bytes(24), key
        )
    except CryptoError:
        raise Refused("cannot-open") from None


@dataclass(frozen=True)
class Part:
    """One envelope's share of a message."""

    kind: int
    part: int
    parts: int
    message_id: bytes
    payload: bytes

    @classmethod
    def read(cls, plaintext: bytes) -> "Part":
        """The part that a plaintext holds."""
        require(len(plaintext) >= PLAIN_HEAD, "truncated")
        kind, part, parts, reserved = plaintext[:4]
        require(1 <= parts <= MOST_PARTS and part < parts, "bad-part")
        require(reserved == 0, "reserved-not-zero")
        end = PLAIN_HEAD + number(plaintext[4:6])
        require(end <= len(plaintext), "length-beyond-end")
        require(not any(plaintext[end:]), "padding-not-zero")
        return cls(kind, part, parts, plaintext[6:PLAIN_HEAD], plaintext[PLAIN_HEAD:end])

    def plaintext(self, size: int) -> bytes:
        """The part as plaintext of a size."""
        head = bytes([self.kind, self.part, self.parts, 0]) + u16(len(self.payload))
        return (head + self.message_id + self.payload).ljust(size, b"\0")


@dataclass(frozen=True)
class Message:
    """A message all of whose parts are there."""

    kind: int
    message_id: bytes
    payload: bytes
    parts: int


def join(parts: Iterable[Part]) -> Message:
    """The message of parts that came in any order; of two with one number the first counts."""
    found: dict[int, Part] = {}
    for part in parts:
        found.setdefault(part.part, part)
    first = next(iter(found.values()))
    require(len(found) == first.parts, "incomplete")
    payload = b"".join(found[index].payload for index in range(first.parts))
    return Message(first.kind, first.message_id, payload, first.parts)


@dataclass(frozen=True)
class Sealer:
    """How the parts of a message are addressed and sealed: to a key, or under a shared one."""

    network: bytes
    community: bytes
    topic: bytes
    slot: int
    work_base: int
    tag_key: bytes | None
    erase_key: bytes | None
    recipient: bytes | None = None
    shared: bytes | None = None

    def seal(self, kind: int, message_id: bytes, payload: bytes) -> list[Envelope]:
        """The message as envelopes: one of c = 1 if it fits, else several of c = 3."""
        taken = HEADER + PLAIN_HEAD + (UNDER_SHARED if self.recipient is None else TO_KEY)
        size_class = 1 if len(payload) <= 1024 - taken else 3
        room = (512 << size_class) - taken
        pieces = [payload[at : at + room] for at in range(0, len(payload), room)] or [b""]
        require(len(pieces) <= MOST_PARTS, "too-long")
        made = []
        for index, piece in enumerate(pieces):
            part = Part(kind, index, len(pieces), message_id, piece)
            made.append(self._envelope(size_class, part.plaintext(room + PLAIN_HEAD)))
        return made

    def _envelope(self, size_class: int, plaintext: bytes) -> Envelope:
        start = address(
            size_class,
            self.topic,
            self.tag_key,
            self.erase_key,
            self.slot,
            self.work_base + 4,
        )
        secret = os.urandom(32)
        if self.recipient is not None:
            body = seal_to_key(self.recipient, self.community, start, plaintext, secret)
        else:
            assert self.shared is not None
            body = seal_shared(self.shared, start, plaintext, public_of(secret))
        return finish(start, body, self.network)


def vault_key(passphrase: bytes, salt: bytes) -> bytes:
    """The key under which an owner's things rest."""
    return sodium.crypto_pwhash_alg(
        32, passphrase, salt, 3, 64 << 20, sodium.crypto_pwhash_ALG_ARGON2ID13
    )


def vault_seal(key: bytes, salt: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    """A blob at rest."""
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, b"kith1:vault", nonce, key
    )
    return salt + nonce + sealed


def vault_open(passphrase: bytes, blob: bytes) -> bytes:
    """What a blob holds."""
    require(len(blob) >= 16 + 24 + TAG, "truncated")
    key = vault_key(passphrase, blob[:16])
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            blob[40:], b"kith1:vault", blob[16:40], key
        )
    except CryptoError:
        raise Refused("cannot-open") from None
