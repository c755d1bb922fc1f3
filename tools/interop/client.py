"""What `peer.py` does for a person: look at a network, ask, and open a case."""

import asyncio
import random
import sys
import time

import invites
import returncodes
from invites import Invite
from link import Network
from node import Peer
from seeker import Seeker

SECONDS = 60
STEM_GAP_SECONDS = 10
STEM_SECONDS = 600


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


async def run(command: str) -> int:
    """One command, with an invite in the first line of standard input; the exit status."""
    invite = invites.read(sys.stdin.readline(), int(time.time()))
    peer = await fetch(invite)
    try:
        charters, manifest = peer.store.charters, peer.store.manifest(invite.community)
        if charters is None or manifest is None:
            print("peer: error: the seed has no charter or manifest that holds", file=sys.stderr)
            return 1
        if command == "look":
            print(f"network    {charters.name}, charter {charters.newest.seq}")
            print(f"least work {charters.work_base}")
            print(f"community  {manifest.roots.name}, {len(manifest.relays)} relays")
            print(f"items      {len(peer.store.listed())}")
            return 0
        code = returncodes.make() if command == "ask" else sys.stdin.readline()
        seeker = Seeker(code, invite.network, manifest, charters.work_base)
        if command == "ask":
            return await _ask(peer, seeker, code)
        _print_cases(peer, seeker)
        return 0
    finally:
        await peer.close()


async def _ask(peer: Peer, seeker: Seeker, code: str) -> int:
    """Sends the second line as a request by a stem; prints the code once relays pass it on."""
    made = seeker.ask(peer.now(), 0, {1: sys.stdin.readline().strip()})
    for item in made:
        await asyncio.sleep(random.expovariate(1 / STEM_GAP_SECONDS))
        await peer.stems.send(item)
    ids = [item.id(peer.network.id) for item in made]
    if not await peer.until(lambda: all(peer.announced[id] for id in ids), STEM_SECONDS):
        print("peer: error: no relay says that it has stored it", file=sys.stderr)
        return 1
    print(code)
    return 0


def _print_cases(peer: Peer, seeker: Seeker) -> None:
    """Prints what was written in every case of a code."""
    for case in seeker.look(peer.now(), peer.store.envelopes.values()):
        for words in case.words:
            print(f"{words.author}: {words.text}")
