"""Frames of one type at full speed."""

import asyncio
import os

import frames
import lies
from foe import Attack, Foe, filled, flood, many
from frames import Bye, Gone, IHave, Ping, Pong, Receipt, Want
from link import Identity


# To fill all links takes a while: each is told of all there is.
HOLD_SECONDS = 5


async def _same(attack: Attack, frame: bytes, links: int = 2) -> None:
    chunk = filled(frame)
    await flood(attack, lambda: chunk, links)


async def pads(attack: Attack) -> None:
    """PAD of no bytes."""
    await _same(attack, frames.frame(0x00, b""))


async def hellos(attack: Attack) -> None:
    """HELLO over and over."""
    await _same(attack, lies.honest_hello(attack.target, Identity()).encode())


async def pings(attack: Attack) -> None:
    """PING 0, which is answered at once."""
    await _same(attack, Ping(0).encode())


async def pings_unread(attack: Attack) -> None:
    """PING 0, of one who does not read the answers."""
    chunk = filled(Ping(0).encode())
    await flood(attack, lambda: chunk, reads=False)


async def other_pings(attack: Attack) -> None:
    """IHAVE and PING of other values, whose answers wait for look-ups."""

    def chunk() -> tuple[bytes, int]:
        entries = tuple((os.urandom(32), 255) for _ in range(100))
        return b"".join(IHave(entries).encode() + Ping(n).encode() for n in range(1, 16)), 30

    await flood(attack, chunk)


async def pongs(attack: Attack) -> None:
    """PONG of values nobody asked for."""
    chunk = b"".join(Pong(n).encode() for n in range(4000)), 4000
    await flood(attack, lambda: chunk)


async def byes(attack: Attack) -> None:
    """BYE, on link after link."""
    await _same(attack, Bye(0).encode(), links=4)


async def unknown_types(attack: Attack) -> None:
    """Types from 80 on, small ones and the largest."""
    small = b"".join(frames.frame(0x80 + n % 128, b"") for n in range(8000)), 8000
    large = frames.frame(0xFF, bytes(frames.MOST_BODY)), 1
    turns = [small, large]

    def chunk() -> tuple[bytes, int]:
        turns.reverse()
        return turns[0]

    await flood(attack, chunk)


async def unknown_ids(attack: Attack) -> None:
    """IHAVE of random ids, none of which ever comes."""

    def chunk() -> tuple[bytes, int]:
        data = os.urandom(33 * 1024)
        return frames.frame(0x21, b"\4\0" + data), 1

    await flood(attack, chunk, links=4)


async def one_id(attack: Attack) -> None:
    """IHAVE of one unknown id, as often as a frame holds and over and over."""
    await _same(attack, IHave(((os.urandom(32), 255),) * 1024).encode())


async def known_ids(attack: Attack) -> None:
    """IHAVE of what was written at the victim: each is an acknowledgement that is counted."""
    own = [bytes.fromhex(id) for id in attack.facts["own"]]
    entries = tuple((own[n % len(own)], 255) for n in range(1024))
    await _same(attack, IHave(entries).encode())


async def unknown_wants(attack: Attack) -> None:
    """WANT of ids that nobody holds: as many as may wait, again and again, and too many."""
    chunk = filled(Want(tuple(os.urandom(32) for _ in range(64))).encode())

    async def patient() -> None:
        """As many as may wait, again once they are answered."""
        state = {"gone": 0}

        def heard(foe: Foe, type: int, body: bytes) -> None:
            state["gone"] += body[4] if type == 0x34 else 0
            if state["gone"] >= 3200:
                state["gone"] = 0
                ids = [os.urandom(32) for _ in range(3200)]
                wants = [Want(tuple(ids[n : n + 64])).encode() for n in range(0, 3200, 64)]
                foe.post(b"".join(wants), len(wants))

        foe = Foe(attack, heard)
        if await foe.open():
            state["gone"] = 3200
            heard(foe, 0x34, bytes(5))
            await attack.rest()
            await foe.end()

    async with asyncio.TaskGroup() as group:
        group.create_task(many(2, patient))
        group.create_task(flood(attack, lambda: chunk, links=1))


async def slow_reader(attack: Attack) -> None:
    """WANT of a held item of 64 KiB, as often as may be, by many who do not read."""
    id = bytes.fromhex(attack.facts["large"])
    data = Want((id,) * 64).encode() * 60

    async def one() -> None:
        foe = Foe(attack)
        if await foe.open(reads=False):
            foe.post(data, 60)
            await attack.rest()
            await foe.end()

    await many(24, one)


async def greedy_reader(attack: Attack) -> None:
    """WANT of a held item of 64 KiB, over and over, by some who read: what it costs to serve."""
    id = bytes.fromhex(attack.facts["large"])
    data = Want((id,) * 64).encode()

    def heard(foe: Foe, type: int, body: bytes) -> None:
        if type == 0x20 and len(body) > 60000:
            foe.came += 1
            if foe.came % 64 == 0:
                foe.post(data)

    async def one() -> None:
        foe = Foe(attack, heard)
        if await foe.open():
            foe.post(data * 2, 2)
            await attack.rest()
            await foe.end()

    await many(2, one)


async def receipts(attack: Attack) -> None:
    """RECEIPT for items of others and of the victim, signed by nobody."""
    own = bytes.fromhex(attack.facts["own"][0])
    slot = attack.target.now // 600
    await _same(attack, Receipt(own, slot, os.urandom(64)).encode())


async def gone_unasked(attack: Attack) -> None:
    """GONE of what was not asked for."""
    await _same(attack, Gone(tuple(os.urandom(32) for _ in range(64))).encode())


async def gone_asked(attack: Attack) -> None:
    """IHAVE of random ids, and GONE to every WANT, so that there is room for more."""

    def heard(foe: Foe, type: int, body: bytes) -> None:
        if type == 0x33:
            foe.post(frames.frame(0x34, body))

    def chunk() -> tuple[bytes, int]:
        return frames.frame(0x21, b"\4\0" + os.urandom(33 * 1024)), 1

    await flood(attack, chunk, heard=heard)


async def never_delivers(attack: Attack) -> None:
    """Six who announce as much as may be asked of each, answer PINGs, and never deliver."""

    def heard(foe: Foe, type: int, body: bytes) -> None:
        if type == 0x02:
            foe.post(frames.frame(0x03, body))

    async def one() -> None:
        foe = Foe(attack, heard)
        if await foe.open():
            for _ in range(4):
                foe.post(frames.frame(0x21, b"\4\0" + os.urandom(33 * 1024)))
            foe.post(Ping(7).encode())
            await attack.rest()
            await foe.end()

    await many(6, one)


async def never_answers(attack: Attack) -> None:
    """Links that say HELLO and then nothing at all: no PONG, no answer."""

    async def one() -> None:
        foe = Foe(attack)
        if await foe.open():
            await attack.rest()
            await foe.end()

    await many(32, one)


async def _held(attack: Attack, count: int, says_hello: bool) -> None:
    """As many links as the victim lets be, each tried again until it is one."""
    attack.seconds = max(attack.seconds, HOLD_SECONDS)

    def heard(foe: Foe, type: int, body: bytes) -> None:
        if type == 0x02:
            foe.post(frames.frame(0x03, body))

    async def one() -> None:
        while attack.goes_on:
            foe = Foe(attack, heard)
            if await foe.open(says_hello):
                attack.sent += 1
                # A link is not yet one that is let be: there may be too many.
                while attack.goes_on and foe.is_open:
                    if not says_hello:
                        foe.post(frames.frame(0x00, b""))
                    await asyncio.sleep(min(0.5, attack.left))
                await foe.end()
            await asyncio.sleep(0.3)

    # Slowly enough that they don't put out one another's handshakes.
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())
            await asyncio.sleep(0.004)


async def all_links(attack: Attack) -> None:
    """More links than the victim has room for, held by peers that behave."""
    await _held(attack, 150, says_hello=True)


async def no_hello(attack: Attack) -> None:
    """As many links on which nothing follows the handshake but PAD."""
    await _held(attack, 150, says_hello=False)
