"""Chapter 03: the Noise handshake XX or XXpsk0, and the keys it leaves for both directions."""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from basics import Refused, agree, is_signed, number, padded, public_of, require, sign, u32

SUITE = "25519_ChaChaPoly_BLAKE2b"
REKEY_EVERY = 65536
TAG = 16
PAYLOAD = 100
MOST_AHEAD = 2 * 86400


def prologue(network: bytes) -> bytes:
    """What both sides must agree on before they say a word."""
    return padded("kith1:link") + b"\x01" + network


def hkdf(key: bytes, material: bytes, outputs: int) -> list[bytes]:
    """Noise's HKDF over HMAC of BLAKE2b-512."""

    def mac(k: bytes, x: bytes) -> bytes:
        return hmac.new(k, x, hashlib.blake2b).digest()

    master = mac(key, material)
    made: list[bytes] = []
    last = b""
    for index in range(1, outputs + 1):
        last = mac(master, last + bytes([index]))
        made.append(last)
    return made


def _nonce(count: int) -> bytes:
    return bytes(4) + struct.pack("<Q", count)


@dataclass
class Cipher:
    """The key of one direction and the number of its next record."""

    key: bytes
    count: int = 0

    def _renew(self) -> None:
        if self.count and self.count % REKEY_EVERY == 0:
            sealed = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                bytes(32), b"", _nonce(2**64 - 1), self.key
            )
            self.key = sealed[:32]

    def encrypt(self, plaintext: bytes) -> bytes:
        """The next record's ciphertext."""
        self._renew()
        sealed = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
            plaintext, b"", _nonce(self.count), self.key
        )
        self.count += 1
        return sealed

    def decrypt(self, ciphertext: bytes) -> bytes:
        """What the next record holds."""
        self._renew()
        try:
            plaintext = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                ciphertext, b"", _nonce(self.count), self.key
            )
        except CryptoError:
            raise Refused("cannot-open") from None
        self.count += 1
        return plaintext


@dataclass
class Handshake:
    """One side of a handshake; messages are written and read in turn, without their lengths."""

    initiator: bool
    prologue: bytes
    static: bytes
    ephemeral: bytes
    shared: bytes | None = None
    remote_static: bytes = b""
    _remote_ephemeral: bytes = b""
    _key: bytes | None = None
    _count: int = 0
    _step: int = 0
    hash: bytes = field(init=False)
    _chaining: bytes = field(init=False)

    def __post_init__(self) -> None:
        pattern = "XX" if self.shared is None else "XXpsk0"
        self.hash = f"Noise_{pattern}_{SUITE}".encode().ljust(64, b"\0")
        self._chaining = self.hash
        self._mix_hash(self.prologue)
        if self.shared is not None:
            self._chaining, mixed, key = hkdf(self._chaining, self.shared, 3)
            self._mix_hash(mixed)
            self._use(key)

    def _use(self, key: bytes) -> None:
        self._key, self._count = key[:32], 0

    def _mix_hash(self, data: bytes) -> None:
        self.hash = hashlib.blake2b(self.hash + data).digest()

    def _mix_key(self, material: bytes) -> None:
        self._chaining, key = hkdf(self._chaining, material, 2)
        self._use(key)

    def _encrypt(self, plaintext: bytes) -> bytes:
        data = plaintext
        if self._key is not None:
            data = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                plaintext, self.hash, _nonce(self._count), self._key
            )
            self._count += 1
        self._mix_hash(data)
        return data

    def _decrypt(self, data: bytes) -> bytes:
        plaintext = data
        if self._key is not None:
            try:
                plaintext = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                    data, self.hash, _nonce(self._count), self._key
                )
            except CryptoError:
                raise Refused("cannot-open") from None
            self._count += 1
        self._mix_hash(data)
        return plaintext

    def _mix_ephemeral(self, public: bytes) -> None:
        self._mix_hash(public)
        if self.shared is not None:
            self._mix_key(public)

    def _agreement(self, token: str) -> bytes:
        """ee, es or se: the first letter is the initiator's key, the second the responder's."""
        own = token[0] if self.initiator else token[1]
        other = token[1] if self.initiator else token[0]
        secret = self.ephemeral if own == "e" else self.static
        return agree(secret, self._remote_ephemeral if other == "e" else self.remote_static)

    def _tokens(self) -> list[str]:
        return [["e"], ["e", "ee", "s", "es"], ["s", "se"]][self._step]

    def write(self, payload: bytes = b"") -> bytes:
        """The next message of this side."""
        message = b""
        for token in self._tokens():
            if token == "e":
                public = public_of(self.ephemeral)
                message += public
                self._mix_ephemeral(public)
            elif token == "s":
                message += self._encrypt(public_of(self.static))
            else:
                self._mix_key(self._agreement(token))
        self._step += 1
        return message + self._encrypt(payload)

    def read(self, message: bytes) -> bytes:
        """The payload of the other side's next message."""
        at = 0
        for token in self._tokens():
            if token in ("e", "s"):
                size = 32 if token == "e" else 32 + TAG
                require(len(message) - at >= size, "truncated")
                piece = message[at : at + size]
                at += size
                if token == "e":
                    self._remote_ephemeral = piece
                    self._mix_ephemeral(piece)
                else:
                    self.remote_static = self._decrypt(piece)
            else:
                self._mix_key(self._agreement(token))
        self._step += 1
        payload = self._decrypt(message[at:])
        require(self._step != 1 or not payload, "bad-length")
        return payload

    def split(self) -> tuple[Cipher, Cipher]:
        """The ciphers of what the initiator sends, and of what the responder sends."""
        first, second = hkdf(self._chaining, b"", 2)
        return Cipher(first[:32]), Cipher(second[:32])


def make_proof(node_seed: bytes, node: bytes, network: bytes, link: bytes, not_after: int) -> bytes:
    """The payload of messages 2 and 3: the node's word that the link key is its own."""
    return node + u32(not_after) + sign(node_seed, "kith1:key", network, link, u32(not_after))


def check_proof(payload: bytes, network: bytes, link: bytes, now: int) -> bytes:
    """The nodeId that a payload proves for the link key of the handshake."""
    require(len(payload) == PAYLOAD, "bad-length")
    node, not_after, signature = payload[:32], number(payload[32:36]), payload[36:]
    signed = is_signed(node, signature, "kith1:key", network, link, u32(not_after))
    require(signed, "not-signed")
    require(not_after > now, "expired")
    require(not_after <= now + MOST_AHEAD, "too-far-ahead")
    return node
