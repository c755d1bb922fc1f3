"""The victim, an honest node beside it, and an honest pair of clients."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import invites
import lies
import link as links
from basics import DAY
from envelopes import address, finish
from foe import GONE
from frames import IHave
from honest import Pair
from kithnode import LOOPBACK, KithNode
from lies import Target
from link import Identity, Network
from node import Peer

ASK_SECONDS = 15
NEWCOMER_SECONDS = 3
WORDS = "There were four of them, at the bus stop on Harbour Street."


class Arena:
    """All that is attacked, or must go on while it is."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.victim = KithNode(binary, folder / "victim")
        self.friend = KithNode(binary, folder / "friend")
        self.words = folder / "words.txt"
        self.facts: dict[str, Any] = {}
        self.target: Target
        self.pair: Pair

    async def begin(self) -> None:
        """Starts the nodes, lets the pair write, and looks at what an attacker would see."""
        self.words.write_text(WORDS)
        await self.victim.init("--community", "Harbour Street", "--name", "Ada")
        await self.victim.run()
        invite = invites.read(self.victim.made["invite"], int(time.time()))
        network = Network(invite.network, invite.shared)
        self.target = Target(LOOPBACK, self.victim.port, network, int(time.time()))
        line = invites.write(invite.network, invite.seeds, invite.community)
        await self.friend.join(line)
        await self.friend.run()
        await self._spy(invite.community)
        self.pair = Pair(self.target, self.facts["work_base"])
        await self.pair.begin()

    async def _spy(self, community: bytes) -> None:
        """Learns as a neighbour what is the victim's own, and gives it a large item to serve."""
        peer = Peer(self.target.network)
        session = await peer.dial(LOOPBACK, self.victim.port)
        await peer.until(lambda: peer.store.manifest(community))
        await session.become_neighbour()
        await session.catch_up()
        base, before = peer.store.work_base, set(peer.store.envelopes)
        await self.victim.ask("ask", "--file", str(self.words))
        await peer.until(lambda: len(peer.store.envelopes) > len(before) + 1)
        own = [id for id in peer.store.envelopes if id not in before]
        slot = int(time.time()) // 600
        start = address(7, bytes(16), None, None, slot, base + 2, 2)
        large = finish(start, bytes((512 << 7) - 64), self.target.network.id)
        await peer.submit(large)
        id = large.id(self.target.network.id)
        await peer.until(lambda: peer.announced[id])
        await peer.close()
        papers = [record for _, record in peer.store.records.values()]
        self.facts = {
            "records": [{"subject": p.subject.hex(), "raw": p.raw.hex()} for p in papers],
            "work_base": base,
            "community": community.hex(),
            "own": [id.hex() for id in own],
            "own_raw": min((peer.store.envelopes[id].raw for id in own), key=len).hex(),
            "large": id.hex(),
        }

    async def ask(self) -> float:
        """Seconds from asking at the honest node until the victim's inbox shows the case."""
        began = time.monotonic()
        _, sent = await self.friend.ask("ask", "--file", str(self.words))
        asked = time.monotonic()
        while sent["case"] not in str(await self.victim.command("inbox")):
            if time.monotonic() > began + ASK_SECONDS:
                raise TimeoutError(f"not in the inbox after {ASK_SECONDS} s")
            await asyncio.sleep(0.2)
        return time.monotonic() - asked

    async def status(self) -> float:
        """Seconds that `kith status` takes at the victim."""
        began = time.monotonic()
        await self.victim.command("status")
        return time.monotonic() - began

    async def newcomer(self, delay: float = 0) -> bool:
        """Whether a new honest peer is let in, whose messages take a while to travel."""
        identity = Identity()
        target = self.target
        writer = None
        try:
            async with asyncio.timeout(NEWCOMER_SECONDS):
                reader, writer = await asyncio.open_connection(target.host, target.port)
                side = links.handshake_of(identity, target.network, initiator=True)
                await links.write_message(writer, side.write())
                side.read(await links.read_message(reader))
                await asyncio.sleep(delay)
                proof = identity.proof(target.network.id, int(time.time()) + DAY)
                await links.write_message(writer, side.write(proof))
                sending, receiving = side.split()
                link = links.Link(reader, writer, True, b"", sending, receiving)
                now = replace(target, now=int(time.time()))
                await link.send(lies.honest_hello(now, identity))
                while not isinstance(await link.receive(), IHave):
                    pass
            return True
        except GONE:
            return False
        finally:
            if writer:
                writer.close()

    async def end(self) -> None:
        """Ends all that was begun."""
        if hasattr(self, "pair"):
            await self.pair.end()
        await asyncio.gather(self.victim.stop(), self.friend.stop())
