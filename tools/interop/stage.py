"""What a check plays on: the node, its invite, peers, and a report with one line a step."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import invites
from basics import SLOT
from envelopes import Envelope, address, finish
from invites import Invite
from kithnode import LOOPBACK, KithNode
from link import Network
from node import Peer
from session import Session

STEP_SECONDS = 90


class StepFailed(Exception):
    """What a step throws when the node did not do what the chapters say."""


def expect(condition: object, wrong: str) -> None:
    """Fails the step unless the condition holds."""
    if not condition:
        raise StepFailed(wrong)


class Report:
    """Counts steps and prints one line for each."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    async def step(
        self,
        name: str,
        play: Callable[[], Awaitable[str | None]],
        most_seconds: float = STEP_SECONDS,
    ) -> bool:
        """Plays a step within its time; whether it passed."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(most_seconds):
                note = await play()
            fault = None
        except TimeoutError:
            fault = f"took more than {most_seconds} s"
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - began
        self.passed += fault is None
        self.failed += fault is not None
        word = "ok    " if fault is None else "FAILED"
        more = fault or note or ""
        print(f"{word} {seconds:6.2f} s  {name}{': ' if more else ''}{more}", flush=True)
        return fault is None


async def scene(
    report: Report, stage: "Stage", name: str, play: Callable[["Stage"], Awaitable[str | None]]
) -> None:
    """A step with peers of its own, which leave when it is over."""
    await report.step(name, lambda: play(stage))
    await stage.leave()


class Stage:
    """The node under test, and the peers that were made beside it."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.folder = folder
        self.binary = binary
        self.node = KithNode(binary, folder / "node")
        self.closed = KithNode(binary, folder / "closed")
        self.peers: list[Peer] = []
        self.invite: Invite
        self.work_base = 0

    @property
    def network(self) -> Network:
        """The node's network."""
        return Network(self.invite.network, self.invite.shared)

    def read_invite(self, node: KithNode) -> Invite:
        """The invite that a node printed when it was made."""
        return invites.read(node.made["invite"], int(time.time()))

    def peer(self, network: Network | None = None) -> Peer:
        """A new peer with nothing in its store; it ends with its scene."""
        peer = Peer(network or self.network)
        self.peers.append(peer)
        return peer

    async def linked(
        self, peer: Peer | None = None, neighbour: bool = True, catches_up: bool = True
    ) -> tuple[Peer, Session]:
        """A peer that dialled the node, has its charter and manifest, and what it holds."""
        peer = peer or self.peer()
        session = await peer.dial(LOOPBACK, self.node.port)
        known = await peer.until(lambda: peer.store.manifest(self.invite.community))
        expect(known, "charter and manifest did not come")
        if neighbour:
            expect(await session.become_neighbour(), "the node refuses to be a neighbour")
        if catches_up:
            expect(await session.catch_up(), "the peer did not catch up with the node")
        return peer, session

    def envelope(
        self,
        slot: int,
        bits: int | None = None,
        ttl_class: int = 0,
        erase_key: bytes | None = None,
        size_class: int = 0,
    ) -> Envelope:
        """An envelope that nobody opens."""
        work = self.work_base + ttl_class if bits is None else bits
        start = address(size_class, os.urandom(16), None, erase_key, slot, work, ttl_class)
        return finish(start, os.urandom((512 << size_class) - 64), self.invite.network)

    def slot(self) -> int:
        """The current slot."""
        return int(time.time()) // SLOT

    async def leave(self) -> None:
        """Ends all peers, so that nobody is told of what comes next who does not listen."""
        peers, self.peers = self.peers, []
        for peer in peers:
            await peer.close()

    async def close(self) -> None:
        """Ends all that was begun."""
        await self.leave()
        await asyncio.gather(self.node.stop(), self.closed.stop())
