"""What `peer.py` does for a person, as a seeker or as a member; every command is one call here."""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import invites
import membership
import records
import returncodes
import telling
from basics import Refused, require
from casefiles import Case
from guidance import Guidance
from invites import Invite
from link import Network
from node import Peer
from records import Manifest, Record
from seeker import Seeker

SECONDS = 60
STEM_GAP_SECONDS = 10
STEM_SECONDS = 600
ACTS = {name: act for act, name in telling.ACTS.items()}


def line() -> str:
    """The next line of standard input."""
    said = sys.stdin.readline()
    if not said:
        raise EOFError("a line is missing on standard input")
    return said.strip()


async def fetch(invite: Invite) -> Peer:
    """A peer that holds what a seed of the invite holds."""
    peer = Peer(Network(invite.network, invite.shared))
    peer.store.chosen.add(invite.community)
    host, _, port = invite.seeds[0][1].rpartition(":")
    session = await peer.dial(host.strip("[]"), int(port))
    await peer.until(lambda: peer.store.manifest(invite.community), SECONDS)
    async with asyncio.timeout(SECONDS):
        await session.become_neighbour()
        await session.catch_up()
    return peer


async def send(peer: Peer, made: Iterable[Any]) -> bool:
    """Sends items by a stem, one by one; whether relays pass all of them on."""
    items = list(made)
    for item in items:
        await asyncio.sleep(random.expovariate(1 / STEM_GAP_SECONDS))
        await peer.stems.send(item)
    ids = [item.id(peer.network.id) for item in items]
    if await peer.until(lambda: all(peer.announced[id] for id in ids), STEM_SECONDS):
        return True
    print("peer: error: no relay says that it has stored it", file=sys.stderr)
    return False


async def run(command: str) -> int:
    """One command, with an invite in the first line of standard input; the exit status."""
    invite = invites.read(line(), int(time.time()))
    peer = await fetch(invite)
    try:
        manifest = peer.store.manifest(invite.community)
        if peer.store.charters is None or manifest is None:
            print("peer: error: the seed has no charter or manifest that holds", file=sys.stderr)
            return 1
        if command == "look":
            _look(peer, manifest)
            return 0
        if command in membership.COMMANDS:
            done = await membership.run(command, peer, invite, manifest, line, send)
        else:
            done = await COMMANDS[command](peer, manifest)
        return 0 if done else 1
    finally:
        await peer.close()


def _look(peer: Peer, manifest: Manifest) -> None:
    charters, community = peer.store.charters, manifest.community
    assert charters is not None
    print(f"network    {charters.name}, charter {charters.newest.seq}")
    print(f"least work {charters.work_base}")
    print(f"community  {manifest.roots.name}, {len(manifest.relays)} relays")
    for record in peer.store.records_about(records.GUIDANCE, community):
        try:
            read = Guidance.of(record.content)
            print(f"guidance   {record.content[1]}: {read.pack[1] if read else 'taken back'}")
        except Refused as refused:
            print(f"guidance   {record.content[1]}: not to be shown, {refused.reason}")
    for key, authorities in manifest.bridges.items():
        named = ", ".join(one.name for one in authorities)
        print(f"bridge     {key.hex()[:16]}: {named}{'' if _card(peer, key) else ', no card yet'}")
    print(f"items      {len(peer.store.listed())}")


def _card(peer: Peer, bridge: bytes) -> Record | None:
    found = [record for _, record in peer.store.records.values()]
    cards = (one for one in found if one.type == records.CARD and one.signer == bridge)
    return next(cards, None)


def _seeker(peer: Peer, manifest: Manifest, code: str) -> Seeker:
    return Seeker(code, peer.network.id, manifest, peer.store.work_base)


def _cases(peer: Peer, seeker: Seeker) -> list[Case]:
    return seeker.look(peer.now(), peer.store.envelopes.values())


def _opened(peer: Peer, manifest: Manifest) -> tuple[Seeker, Case]:
    """Who has the code in the next line, and the first case in which they asked."""
    seeker = _seeker(peer, manifest, line())
    asked = [case for case in _cases(peer, seeker) if case.requests]
    require(bool(asked), "no case found")
    return seeker, asked[0]


async def _ask(peer: Peer, manifest: Manifest) -> bool:
    return await _begin(peer, manifest, Seeker.ask)


async def _note(peer: Peer, manifest: Manifest) -> bool:
    return await _begin(peer, manifest, Seeker.note)


async def _begin(peer: Peer, manifest: Manifest, seal: Callable[..., Iterable[Any]]) -> bool:
    """Seals the next line under a new code, and prints the code once relays have it."""
    code = returncodes.make()
    seeker = _seeker(peer, manifest, code)
    if not await send(peer, seal(seeker, peer.now(), 0, {1: line()})):
        return False
    print(code)
    return True


async def _open(peer: Peer, manifest: Manifest) -> bool:
    for case in _cases(peer, _seeker(peer, manifest, line())):
        for told in telling.lines(case):
            print(told)
    return True


async def _write(peer: Peer, manifest: Manifest) -> bool:
    seeker, case = _opened(peer, manifest)
    return await send(peer, seeker.write(peer.now(), case, line(), "en"))


async def _act(peer: Peer, manifest: Manifest) -> bool:
    """Erasing sends the retractions too."""
    seeker, case = _opened(peer, manifest)
    name = line()
    require(name in ACTS, "no such act")
    value: Any = None
    if name == "hand-over":
        value = bytes.fromhex(line())
    elif name == "contact-rules":
        value = line()
    made: list[Any] = list(seeker.act(peer.now(), case, ACTS[name], value))
    if name == "erase":
        made += seeker.erase(case) + seeker.erase_files(case)
    return await send(peer, made)


async def _consent(peer: Peer, manifest: Manifest) -> bool:
    seeker, case = _opened(peer, manifest)
    authority, purpose, shared = line(), line(), line().split(",")
    for key, authorities in manifest.bridges.items():
        for one in authorities:
            card = _card(peer, key)
            if card and authority in (one.name, one.uri):
                of = case, card, one.uri, purpose, shared
                shown, made = seeker.consent(peer.now(), *of)
                print(shown.terms.id.hex())
                return await send(peer, made)
    raise Refused("no bridge with a card names this authority")


async def _withdraw(peer: Peer, manifest: Manifest) -> bool:
    seeker, case = _opened(peer, manifest)
    id = bytes.fromhex(line())
    given = [one.shown.terms for one in case.consents if one.shown.terms.id == id]
    require(bool(given), "no such consent")
    card = _card(peer, given[0].bridge)
    if card is None:
        raise Refused("its bridge has no card")
    return await send(peer, seeker.withdraw(peer.now(), case, card, id))


async def _renew(peer: Peer, manifest: Manifest) -> bool:
    seeker = _seeker(peer, manifest, line())
    copies = [seeker.renew(peer.now(), case) for case in _cases(peer, seeker)]
    return await send(peer, [item for made in copies for item in made])


COMMANDS: dict[str, Callable[[Peer, Manifest], Awaitable[bool]]] = {
    "ask": _ask,
    "note": _note,
    "open": _open,
    "write": _write,
    "act": _act,
    "consent": _consent,
    "withdraw": _withdraw,
    "renew": _renew,
}
