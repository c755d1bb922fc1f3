"""Chapter 22: LtHash16 lanes, their sums, and what they look like under a link's key."""

import functools
import struct

from nacl import bindings as sodium

from basics import h, prf, u64

LANES = 1024
BLOCK = 64
FINGERPRINT = 16
_WORD = 0xFFFFFFFF
_CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
_ROUND = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)
# Every other lane, so that sums of many have 32 bits to grow into.
_EVEN = int.from_bytes(b"\xff\xff\0\0" * (LANES // 2), "little")


def _turned(word: int, bits: int) -> int:
    return (word << bits | word >> 32 - bits) & _WORD


def _first_block(key: bytes) -> bytes:
    """The keystream's block 0 (RFC 8439), which the library keeps for Poly1305."""
    start = [*_CONSTANTS, *struct.unpack("<8I", key), 0, 0, 0, 0]
    x = list(start)
    for _ in range(10):
        for a, b, c, d in _ROUND:
            for far, near in ((16, 12), (8, 7)):
                x[a] = x[a] + x[b] & _WORD
                x[d] = _turned(x[d] ^ x[a], far)
                x[c] = x[c] + x[d] & _WORD
                x[b] = _turned(x[b] ^ x[c], near)
    return struct.pack("<16I", *(a + b & _WORD for a, b in zip(x, start)))


def keystream(key: bytes) -> bytes:
    """The first 2048 bytes of ChaCha20 under a key, with a nonce of zeros, counter from 0."""
    rest = 2 * LANES - BLOCK
    aead = sodium.crypto_aead_chacha20poly1305_ietf_encrypt
    return _first_block(key) + aead(bytes(rest), None, bytes(12), key)[:rest]


@functools.lru_cache(maxsize=1 << 14)
def _lanes(id: bytes) -> tuple[int, int]:
    """An item's lanes as two numbers: the even ones, and the odd ones."""
    lanes = int.from_bytes(keystream(h("kith1:lthash", id)), "little")
    return lanes & _EVEN, lanes >> 16 & _EVEN


def fingerprint(key: bytes, ids: list[bytes]) -> bytes:
    """The fingerprint of some items, fewer than 65536, under a link's sync key."""
    even = odd = 0
    for id in ids:
        lanes = _lanes(id)
        even, odd = even + lanes[0], odd + lanes[1]
    both = even & _EVEN | (odd & _EVEN) << 16
    summed = both.to_bytes(2 * LANES, "little")
    return prf(key, "kith1:range", summed, u64(len(ids)))[:FINGERPRINT]
