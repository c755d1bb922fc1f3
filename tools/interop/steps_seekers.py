"""What the steps of seekers have in common: a peer with a code, and a case that is looked at."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import returncodes
from casefiles import Case
from node import Peer
from seeker import Seeker
from stage import Stage, expect

LANGUAGE = "en"


class SeekerSteps:
    """A seeker on a peer, beside the node under test."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.code = returncodes.make()
        self.peer: Peer
        self.seeker: Seeker
        self.case = ""

    async def comes(self, code: str) -> tuple[Peer, Seeker]:
        """A seeker on a peer that knows nothing but an invite and a code."""
        await self.stage.leave()
        peer, _ = await self.stage.linked()
        manifest = peer.store.manifest(self.stage.invite.community)
        assert manifest is not None
        network = self.stage.invite.network
        return peer, Seeker(code, network, manifest, peer.store.work_base)

    def look(self, index: int = 0) -> Case:
        """A case, as the code opens it now."""
        return self.seeker.look(self.peer.now(), self.peer.store.envelopes.values())[index]

    async def until(self, whole: Callable[[Case], object], index: int = 0) -> Case:
        """Waits until everything that a case should hold has come."""
        came = await self.peer.until(lambda: whole(self.look(index)))
        expect(came, f"it is not whole: {self.look(index)}")
        return self.look(index)

    async def send(self, items: list[Any]) -> None:
        """Submits items and waits until the node has them."""
        await self.peer.submit(*items)
        network = self.stage.invite.network
        ids = [item.id(network) for item in items]
        kept = await self.peer.until(lambda: all(self.peer.announced[id] for id in ids))
        expect(kept, "the node does not acknowledge")

    async def show(self) -> dict[str, Any]:
        """The case as kith show has it."""
        [shown] = await self.stage.node.command("show", self.case)
        return shown

    def text_file(self, text: str) -> str:
        """Where a text lies in a file."""
        return self.bytes_file(text.encode(), "txt")

    def bytes_file(self, data: bytes, ending: str) -> str:
        """Where bytes lie in a file."""
        path = Path(self.stage.folder) / f"{os.urandom(4).hex()}.{ending}"
        path.write_bytes(data)
        return str(path)

    def new_path(self) -> Path:
        """Where nothing lies yet."""
        return Path(self.stage.folder) / os.urandom(4).hex()
