#!/usr/bin/env python3
"""A client of the Kith protocol that was written from the folder protocol/ alone.

It shares no code with the program: what it can do, a stranger can who has read the chapters.
Secrets come on standard input: first the line of an invite, then what the command asks for.
"""

import argparse
import asyncio
import sys
import time

import environment

COMMANDS = {
    "vectors": "run protocol/vectors and print how many passed",
    "look": "link to a seed of the invite, check charters and manifest, fetch everything",
    "ask": "ask the invite's community with the words of the second line; prints the return code",
    "open": "read the case that the return code in the second line opens",
}
SECONDS = 20


def vectors_pass() -> int:
    """Runs the vectors; the exit status."""
    import vectors

    passed, failed = vectors.run(print)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


async def fetch(line: str) -> tuple[object, object]:
    """The invite, and a peer that holds what a seed of it holds."""
    import invites
    from link import Network
    from node import Peer

    invite = invites.read(line, int(time.time()))
    peer = Peer(Network(invite.network, invite.shared))
    host, _, port = invite.seeds[0][1].rpartition(":")
    session = await peer.dial(host.strip("[]"), int(port))
    peer.store.chosen.add(invite.community)
    await peer.until(lambda: peer.store.manifest(invite.community) and session.is_told, SECONDS)
    return invite, peer


async def run(command: str) -> int:
    """One of the commands that need a link; the exit status."""
    import returncodes
    from seeker import Seeker

    invite, peer = await fetch(sys.stdin.readline())
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
            made = seeker.ask(peer.now(), 0, {1: sys.stdin.readline().strip()})
            await peer.submit(*made)
            ids = [item.id(invite.network) for item in made]
            stored = await peer.until(lambda: all(peer.announced[id] for id in ids))
            print(code)
            return 0 if stored else 1
        for case in seeker.look(peer.now(), peer.store.envelopes.values()):
            for words in case.words:
                print(f"{words.author}: {words.text}")
        return 0
    finally:
        await peer.close()


def main() -> int:
    """Reads the command and does it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose)
    options = parser.parse_args()
    environment.enter(__file__)
    if options.command == "vectors":
        return vectors_pass()
    from basics import Refused

    try:
        return asyncio.run(run(options.command))
    except (Refused, OSError, EOFError) as fault:
        print(f"peer: error: {fault or type(fault).__name__}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
