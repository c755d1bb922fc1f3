"""Public records nobody asked for: of unknown subjects, too long, too deep, with wrong counts."""

import os
import random
from typing import Any

import cbor
import frames
import records
import signed
from basics import DAY, SLOT, h, sign, signer_of, u32
from envelopes import public_topic
from foe import CHUNK, Attack, flood
from items import worked


def envelope(attack: Attack, subject: bytes, record: bytes, slots_ago: int = 0) -> bytes:
    """A record's envelope with the work that the network asks for."""
    size_class, body = records.as_body(record)
    work = attack.facts["work_base"] + 4
    slot = attack.target.now // SLOT - slots_ago
    start = bytes([1, 0, 16 * 4 + size_class, work]) + u32(slot) + public_topic(subject) + bytes(32)
    return worked(start, body, attack.target.network.id)


def record(attack: Attack, type: int, subject: bytes, content: Any, seed: bytes) -> bytes:
    """A record that is signed by a key of the attacker's."""
    now = attack.target.now
    fields = {1: type, 2: subject, 3: 1, 4: now - 60, 5: now + 30 * DAY, 6: content}
    return signed.make(fields, [seed], "kith1:record", subject)


async def _flood(attack: Attack, made: list[bytes], links: int = 2) -> None:
    pushed = [frames.frame(0x20, b"\1" + raw) for raw in made]

    def chunk() -> tuple[bytes, int]:
        picked: list[bytes] = []
        while sum(map(len, picked)) < CHUNK:
            picked.append(random.choice(pushed))
        return b"".join(picked), len(picked)

    await flood(attack, chunk, links)


async def unknown_bridges(attack: Attack) -> None:
    """Cards and checkpoints of bridges that no manifest names."""
    await _flood(attack, _of_bridges(attack))


async def many_bridges(attack: Attack) -> None:
    """The same over forty links at once: each may have as much waiting to be looked at."""
    await _flood(attack, _of_bridges(attack), links=40)


def _of_bridges(attack: Attack) -> list[bytes]:
    community = bytes.fromhex(attack.facts["community"])
    made: list[bytes] = []
    for _ in range(40):
        seed, day = os.urandom(32), attack.target.now // DAY
        card = {1: attack.target.now // 604800, 2: [os.urandom(32)] * 8, 3: "Bridge", 4: 86400}
        made.append(envelope(attack, community, record(attack, 3, community, card, seed)))
        fields = {
            1: 4,
            2: community,
            3: day,
            4: attack.target.now - 60,
            5: attack.target.now + 500 * DAY,
            6: {1: day, 3: 8, 4: os.urandom(32)},
        }
        checkpoint = signed.make(fields, [seed], "kith1:record", community)
        made.append(envelope(attack, community, checkpoint))
    return made


async def unknown_manifests(attack: Attack) -> None:
    """Manifests of communities that no charter names."""
    made: list[bytes] = []
    for _ in range(80):
        subject, seed = os.urandom(32), os.urandom(32)
        content = {1: 1, 2: 1, 3: [], 4: 1, 5: [bytes(32)] * 8, 6: [], 7: [], 8: [], 9: [], 10: {}}
        made.append(envelope(attack, subject, record(attack, 1, subject, content, seed)))
    await _flood(attack, made)


async def outdated_records(attack: Attack) -> None:
    """The network's own charter and manifest, in envelopes of an earlier slot, over and over."""
    made: list[bytes] = []
    for known in attack.facts["records"]:
        data = bytes.fromhex(known["raw"])
        for slots in range(1, 6):
            made.append(envelope(attack, bytes.fromhex(known["subject"]), data, slots))
    await _flood(attack, made)


def _charter(seed: bytes, seq: int, parent: bytes | None) -> bytes:
    fields: dict[int, Any] = {1: seq, 3: [signer_of(seed)], 4: 1, 5: 0, 6: [], 7: []}
    fields |= {9: True, 10: ""}
    if parent:
        fields[2] = [parent]
    return signed.make(fields, [seed], "kith1:net")


async def charter_chains(attack: Attack) -> None:
    """Chains of as many charters as a record holds, of this network's name and of another's."""
    seed = os.urandom(32)
    chain: list[bytes] = []
    parent: bytes | None = None
    while len(cbor.encode([cbor.decode(raw) for raw in chain[:1]])) * len(chain) < 64000:
        chain.append(_charter(seed, len(chain), parent))
        parent = h("kith1:net", cbor.decode(chain[-1])[0])
        if len(chain) >= 1000:
            break
    items = [cbor.decode(raw) for raw in chain]
    other = h("kith1:net", items[0][0])
    made: list[bytes] = []
    for subject in (attack.target.network.id, other):
        length = len(items)
        while len(data := record(attack, 0, subject, items[:length], seed)) > records.LONGEST:
            length -= 4
        made.append(envelope(attack, subject, data))
    thousand = [[b"", []]] * 1000
    for subject in (attack.target.network.id, other):
        made.append(envelope(attack, subject, record(attack, 0, subject, thousand, seed)))
    attack.notes.append(f"{length} charters in a record")
    await _flood(attack, made)


def _signed_raw(subject: bytes, map: bytes, seed: bytes) -> bytes:
    signature = sign(seed, "kith1:record", subject, map)
    return cbor.encode([map, [[signer_of(seed), signature]]])


async def wrong_encodings(attack: Attack) -> None:
    """CBOR of great depth, and counts of 2^32 and 2^64 with nothing behind them."""
    subject, seed = attack.target.network.id, os.urandom(32)
    deep: list[bytes] = [b"\x81" * 60000, b"\x81" * 15 + b"\x80", b"\xa1\x00" * 30000]
    heads = (b"\x5b", b"\x7b", b"\x9b", b"\xbb")
    huge = [head + bytes(4) + b"\xff" * 4 for head in heads]
    huge += [head + b"\xff" * 8 for head in heads]
    wide = [b"\x99\xea\x60" + b"\xf6" * 60000, b"\x99\xea\x60" + b"\x80" * 60000]
    made: list[bytes] = []
    for data in deep + huge + wide:
        made.append(envelope(attack, subject, data))
        made.append(envelope(attack, subject, _signed_raw(subject, data, seed)))
        inner = b"\xa1\x06" + data
        made.append(envelope(attack, subject, _signed_raw(subject, inner, seed)))
    await _flood(attack, [raw for raw in made if len(raw) <= 65536])
