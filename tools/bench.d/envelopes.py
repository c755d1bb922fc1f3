"""Envelopes whose bodies are noise: relays can't tell them from sealed ones (protocol/05-envelopes.md)."""

import secrets
import time
from hashlib import blake2b

HOUR, DAY, WEEK, MONTH, QUARTER = range(5)


def label(name):
    return name.encode().ljust(16, b"\0")


def leading_zero_bits(digest):
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def make(network, work_base, size=1, lifetime=HOUR, topic=None):
    """An id and an envelope of 512 << size bytes, its work done."""
    bits = work_base + lifetime
    slot = int(time.time()) // 600
    covered = bytes([1, 1, lifetime << 4 | size, bits]) + slot.to_bytes(4, "big")
    covered += topic or secrets.token_bytes(16)
    covered += secrets.token_bytes(32)  # mailbox, commitment
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


def fill(control, network, work_base, count, lifetime=DAY, topic=None, size=1):
    """Submits `count` envelopes, 128 at a time; returns the seconds the relay took for them."""
    seconds = 0.0
    while count > 0:
        batch = [make(network, work_base, size, lifetime, topic)[1] for _ in range(min(count, 128))]
        began = time.perf_counter()
        control.submit(batch)
        seconds += time.perf_counter() - began
        count -= len(batch)
    return seconds


def intake_topic(community):
    """Where a community's texts lie this week (protocol/06-store.md)."""
    week = int(time.time()) // 604800
    return blake2b(community + week.to_bytes(4, "big"), digest_size=16,
                   person=label("kith1:intake")).digest()
