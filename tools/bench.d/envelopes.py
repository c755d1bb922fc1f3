"""Envelopes whose bodies are noise: relays can't tell them from sealed ones (protocol/05-envelopes.md)."""

import secrets
import time
from hashlib import blake2b

HOUR, DAY, WEEK, MONTH, QUARTER = range(5)


def label(name):
    return name.encode().ljust(16, b"\0")


def leading_zero_bits(digest):
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def make(network, work_base, size=1, lifetime=HOUR):
    """An id and an envelope of 512 << size bytes, its work done."""
    bits = work_base + lifetime
    slot = int(time.time()) // 600
    covered = bytes([1, 1, lifetime << 4 | size, bits]) + slot.to_bytes(4, "big")
    covered += secrets.token_bytes(48)  # topic, mailbox, commitment
    body = secrets.token_bytes((512 << size) - 64)
    hashed = blake2b(body, digest_size=32, person=label("kith1:body")).digest()
    item = blake2b(network + covered + hashed, digest_size=32, person=label("kith1:env")).digest()
    begun = blake2b(item, digest_size=32, person=label("kith1:pow"))
    for nonce in range(1 << 40):
        trial = begun.copy()
        trial.update(nonce.to_bytes(8, "big"))
        if leading_zero_bits(trial.digest()) >= bits:
            return item, covered + nonce.to_bytes(8, "big") + body
    raise AssertionError("no nonce does the work")


def fill(control, network, work_base, count, lifetime=DAY):
    """Submits `count` envelopes, 128 at a time; returns the seconds the relay took for them."""
    seconds = 0.0
    while count > 0:
        batch = [make(network, work_base, lifetime=lifetime)[1] for _ in range(min(count, 128))]
        began = time.perf_counter()
        control.submit(batch)
        seconds += time.perf_counter() - began
        count -= len(batch)
    return seconds
