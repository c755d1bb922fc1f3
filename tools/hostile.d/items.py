"""PUSH and RETRACT: of garbage, without work, at wrong times, twice, and of what is in order."""

import os
import random
from collections.abc import Callable

import frames
from basics import SLOT, h, u64
from envelopes import Envelope, Header, Retraction, address, do_work, finish, opening, work_done
from foe import CHUNK, Attack, flood

READY = 2000


def _start(attack: Attack, size_class: int = 0, slots: int = 0, key: bytes | None = None) -> bytes:
    slot = attack.target.now // SLOT + slots
    return address(size_class, os.urandom(16), None, key, slot, attack.facts["work_base"], 0)


def _push(envelope: bytes) -> bytes:
    return frames.frame(0x20, b"\1" + envelope)


async def _pieces(attack: Attack, make: Callable[[], bytes], count: int, links: int = 2) -> None:
    """Floods with some frames made beforehand, in one order after another."""
    ready = [make() for _ in range(count)]
    each = max(1, CHUNK // len(ready[0]))

    def chunk() -> tuple[bytes, int]:
        picked = random.choices(ready, k=each)
        return b"".join(picked), each

    await flood(attack, chunk, links)


async def garbage(attack: Attack) -> None:
    """PUSH of random bytes of the right length."""
    await _pieces(attack, lambda: _push(b"\1\1\0\x08" + os.urandom(508)), 1000)


async def no_work(attack: Attack) -> None:
    """PUSH of envelopes of all sizes in which only the work is missing."""

    def make() -> bytes:
        size = random.choice((0, 0, 0, 7))
        return _push(_start(attack, size) + bytes(8) + os.urandom((512 << size) - 64))

    await _pieces(attack, make, 200)


async def wrong_slots(attack: Attack) -> None:
    """PUSH of large envelopes of past and future slots: those of the past are nobody's fault."""

    def make() -> bytes:
        slots = random.choice((-7, -100, -100000))
        return _push(_start(attack, 7, slots) + bytes(8) + os.urandom((512 << 7) - 64))

    await _pieces(attack, make, 40)


async def duplicates(attack: Attack) -> None:
    """PUSH of one good large envelope over and over."""
    envelope = finish(_start(attack, 7), os.urandom((512 << 7) - 64), attack.target.network.id)
    frame = _push(envelope.raw)
    await flood(attack, lambda: (frame, 1))


async def own_back(attack: Attack) -> None:
    """PUSH of what was written at the victim, back to it over and over."""
    frame = _push(bytes.fromhex(attack.facts["own_raw"]))
    count = max(1, CHUNK // len(frame))
    await flood(attack, lambda: (frame * count, count))


def _fresh(attack: Attack) -> Callable[[], tuple[bytes, int]]:
    """Good envelopes, never one twice: some made beforehand, then as fast as they are made."""
    ready = [
        finish(_start(attack), os.urandom(448), attack.target.network.id).raw for _ in range(READY)
    ]

    def chunk() -> tuple[bytes, int]:
        taken = [ready.pop() for _ in range(min(100, len(ready)))]
        while len(taken) < 20:
            taken.append(finish(_start(attack), os.urandom(448), attack.target.network.id).raw)
        return b"".join(map(_push, taken)), len(taken)

    return chunk


async def good(attack: Attack) -> None:
    """PUSH of small envelopes that are in order, as fast as their work is done."""
    await flood(attack, _fresh(attack))


async def retract_garbage(attack: Attack) -> None:
    """RETRACT of random bytes behind a header's first ones."""
    slot = (attack.target.now // SLOT).to_bytes(4, "big")
    work = bytes([attack.facts["work_base"]])
    await _pieces(
        attack,
        lambda: frames.frame(0x29, b"\1\1\0" + work + slot + os.urandom(104)),
        2000,
    )


def _retraction(attack: Attack, key: bytes) -> Retraction:
    envelope = finish(_start(attack, key=key), os.urandom(448), attack.target.network.id)
    return Retraction(envelope.header, envelope.body_hash, opening(key, envelope.header.raw))


async def retract_opening(attack: Attack) -> None:
    """RETRACT with its work done and a wrong opening."""

    def make() -> bytes:
        raw = _retraction(attack, os.urandom(32)).raw
        return frames.frame(0x29, raw[:96] + os.urandom(16))

    await _pieces(attack, make, 500)


async def retract_good(attack: Attack) -> None:
    """RETRACT of envelopes nobody saw, in order, each of which is kept and receipted."""
    ready = [frames.frame(0x29, _retraction(attack, os.urandom(32)).raw) for _ in range(READY)]

    def chunk() -> tuple[bytes, int]:
        taken = [ready.pop() for _ in range(min(100, len(ready)))]
        while len(taken) < 20:
            taken.append(frames.frame(0x29, _retraction(attack, os.urandom(32)).raw))
        return b"".join(taken), len(taken)

    await flood(attack, chunk)


async def weak_nonce(attack: Attack) -> None:
    """PUSH of a good id with a nonce that does too little, so that the good one is not known."""
    network = attack.target.network.id

    def make() -> bytes:
        start, body = _start(attack), os.urandom(448)
        id = h("kith1:env", network, start, h("kith1:body", body))
        weak = next(n for n in range(1000) if work_done(id, u64(n)) < start[3])
        return _push(Envelope(Header(start + u64(weak)), body).raw)

    await _pieces(attack, make, 500)


def worked(start: bytes, body: bytes, network: bytes) -> bytes:
    """An envelope with its work done, whatever is in it."""
    id = h("kith1:env", network, start, h("kith1:body", body))
    return start + do_work(id, start[3]) + body
