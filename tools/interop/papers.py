"""Chapters 02, 13, 14, 18 and 24: public records, made and signed here."""

from typing import Any

import chains
import records
import signed
from basics import DAY, SLOT, h, prf, public_of, u32
from envelopes import PUBLIC, Envelope, finish, public_topic

DAYS = {
    records.CHARTERS: 365,
    records.MANIFEST: 45,
    records.GUIDANCE: 400,
    records.CARD: 45,
    records.CHECKPOINT: 500,
}
EARLIER = 600


def record(type: int, subject: bytes, seq: int, now: int, content: Any, seed: bytes) -> bytes:
    """A record that holds from a little before now, as long as its type may."""
    begins = now - EARLIER
    entries = {1: type, 2: subject, 3: seq, 4: begins, 5: begins + DAYS[type] * DAY, 6: content}
    return signed.make(entries, [seed], "kith1:record", subject)


def post(raw: bytes, subject: bytes, now: int, network: bytes, work_base: int) -> Envelope:
    """The envelope in which a record travels, its work done."""
    size_class, body = records.as_body(raw)
    start = bytes([1, PUBLIC, 16 * 4 + size_class, work_base + 4]) + u32(now // SLOT)
    return finish(start + public_topic(subject) + bytes(32), body, network)


def charter(
    seed: bytes, signer: bytes, community: bytes, seeds: list[Any], work_base: int, name: str
) -> list[Any]:
    """The first charter of a test network with one signer, as a decoded signed map."""
    entries = {1: 0, 3: [signer], 4: 1, 5: work_base, 6: [[community, 1]], 7: seeds}
    return _decoded(entries | {9: True, 10: name}, seed, chains.CHARTER)


def root(seed: bytes, steward: bytes, keys: list[bytes], name: str) -> list[Any]:
    """The first root of a community with one steward; keys: operations, roster, moderation."""
    entries = {1: 0, 3: [steward], 4: 1, 5: keys[0], 6: keys[1], 7: keys[2], 8: name}
    return _decoded(entries, seed, chains.ROOT)


def _decoded(entries: dict[int, Any], seed: bytes, label: str) -> list[Any]:
    made = signed.read(signed.make(entries, [seed], label))
    return [made.map, [list(pair) for pair in made.signatures]]


def name_of(link: list[Any], label: str) -> bytes:
    """What a first charter or root is called by."""
    return h(label, link[0])


def weekly(seed: bytes) -> list[bytes]:
    """The public keys of eight weeks that follow from a seed."""
    keys = []
    for _ in range(records.WEEKLY_KEYS):
        keys.append(public_of(prf(seed, "kith1:week")))
        seed = prf(seed, "kith1:next")
    return keys
