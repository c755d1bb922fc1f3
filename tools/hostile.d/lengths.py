"""Lengths of every wrong kind, of records and of frames; each on a link of its own."""

import asyncio
import os
import random

import frames
from basics import u16, u32
from foe import GONE, Attack, Foe

END_SECONDS = 3
TYPES = (0x00, 0x01, 0x02, 0x03, 0x04, 0x20, 0x21, 0x29, 0x2A, 0x33, 0x34, 0x80, 0xFF)
SIZED = {0x02: 8, 0x03: 8, 0x04: 1, 0x29: 112, 0x2A: 100}


async def _each(attack: Attack, cases: list[tuple[str, bytes, bool]], raw: bool) -> None:
    """Sends each as often as time allows; those that must end a link and do not are noted."""
    random.shuffle(cases)
    waiting = iter(cases)
    kept: set[str] = set()

    async def some() -> None:
        for name, data, ends in waiting:
            if not attack.goes_on:
                return
            foe = Foe(attack)
            if not await foe.open():
                continue
            try:
                if raw:
                    foe.link.writer.write(data)
                    attack.sent += 1
                    attack.bytes += len(data)
                else:
                    foe.post(data)
                await foe.link.writer.drain()
            except GONE:
                pass
            if not await foe.end(END_SECONDS if ends else 0.02) and ends:
                kept.add(name)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(some())
    if kept:
        attack.notes.append("must end the link and does not: " + ", ".join(sorted(kept)))


async def records(attack: Attack) -> None:
    """Record lengths that may not be, and garbage of those that may."""
    wrong = [0, 1, 15, 16, 17, 1024, 1039, 1041, 2063, 2065, 64511, 64512, 64527, 64529, 65535]
    wrong += [n for n in random.sample(range(65536), 400) if n % 1024 != 16]
    cases = [(f"length {n}", u16(n) + os.urandom(random.choice((0, 64))), True) for n in wrong]
    for n in (1040, 2064, 64528):
        cases.append((f"garbage of {n}", u16(n) + os.urandom(n), True))
    await _each(attack, cases, raw=True)


async def frame_lengths(attack: Attack) -> None:
    """Claims at and over the limit, and bodies that are not as long as they must be."""
    cases: list[tuple[str, bytes, bool]] = []
    for type in TYPES:
        for claim in (66561, 1 << 20, 0xFFFFFF):
            head = bytes([type]) + claim.to_bytes(3, "big")
            cases.append((f"{type:02x} claims {claim}", head + bytes(64), True))
        whole = frames.frame(type, bytes(frames.MOST_BODY))
        cases.append((f"{type:02x} of the most", whole, type not in (0x00, 0x80, 0xFF)))
    for type in (0x05, 0x06, 0x1F, 0x22, 0x30, 0x35, 0x7F):
        cases.append((f"type {type:02x}", frames.frame(type, b""), True))
    for type, size in SIZED.items():
        for wrong in {0, 1, size - 1, size + 1, 2 * size, 65000} - {size}:
            cases.append((f"{type:02x} of {wrong}", frames.frame(type, bytes(wrong)), True))
    for size in (0, 1, 2, 63, 64, 65, 511, 513, 1024, 65535, 65537):
        body = b"\1" + (bytes([1, 1, 0, 8]) + bytes(65536))[:size]
        cases.append((f"PUSH of {size}", frames.frame(0x20, body), True))
    await _each(attack, cases, raw=False)


async def counts(attack: Attack) -> None:
    """Counts that bodies do not bear out, and ids cut short."""
    cases: list[tuple[str, bytes, bool]] = []
    id = os.urandom(32)
    for claim in (0, 1, 1024, 1025, 2000, 65535):
        for there in (0, 1, 1023, 1024, 1025, 2000):
            for cut in (0, 1, 32):
                body = (u16(claim) + (id + b"\xff") * there)[: 2 + 33 * there - cut]
                right = claim == there and claim <= 1024 and not cut
                name = f"IHAVE {claim} with {there} less {cut}"
                cases.append((name, frames.frame(0x21, body), not right))
    for type, name in ((0x33, "WANT"), (0x34, "GONE")):
        for claim in (0, 1, 64, 65, 255):
            for there in (0, 1, 63, 64, 65, 255):
                for cut in (0, 1, 31):
                    body = (u32(0) + bytes([claim]) + id * there)[: 5 + 32 * there - cut]
                    right = claim == there and claim <= 64 and not (cut and there)
                    if cut and not there:
                        continue
                    label = f"{name} {claim} with {there} less {cut}"
                    cases.append((label, frames.frame(type, body), not right))
    await _each(attack, [c for c in cases if len(c[1]) <= 4 + frames.MOST_BODY], raw=False)
