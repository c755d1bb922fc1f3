"""Steps: what is submitted at a node that takes stems, from its neighbours' point of view."""

import asyncio
from pathlib import Path

import frames
import steps_links
from branch import Item
from envelopes import Envelope, Retraction
from frames import Frame, Gone, IHave, Ping, Pong, Push, Retract, Want
from node import Peer
from session import Session
from stage import Report, Stage, expect
from steps_spreading import pushed
from treeframes import Graft, Stem

GAP_SECONDS = 1
STEM_SECONDS = 90
QUIET_SECONDS = 1.0
Linked = tuple[Peer, Session]


class Stems:
    """One node with a stem, two neighbours, and a third party behind one of them."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.stage = Stage(binary, folder)
        self.linked: list[Linked] = []
        self.holder: Linked
        self.other: Linked
        self.items: list[tuple[bytes, Item]] = []
        self.code = ""
        self.case = ""

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        try:
            begun = await report.step("stem: a node that takes stems runs", self.begins)
            if not begun:
                return
            await report.step(
                "stem: what is submitted comes by STEM to one of two neighbours", self.leaves, 100
            )
            await report.step("stem: until then the node says that it knows nothing", self.unknown)
            await report.step("stem: only people on the node itself see it", self.is_read)
            await report.step("stem: published by PUSH it is news to all", self.is_published)
            await report.step("stem: a peer passes on, and one without a way publishes", self.goes)
            await report.step("stem: the node passes on what a neighbour sends", self.passes)
            await report.step("stem: STEM of no neighbour is not heard", self.not_heard)
            await report.step("stem: retractions come by STEM too", self.retracts, 200)
        finally:
            await self.stage.close()

    @property
    def network(self) -> bytes:
        """The network of this part."""
        return self.stage.invite.network

    async def begins(self) -> None:
        await steps_links.begin(self.stage, GAP_SECONDS)
        self.linked = [await self.stage.linked(), await self.stage.linked()]
        for peer, _ in self.linked:
            peer.stems.holds = True

    def _came(self) -> list[list[tuple[bytes, Item]]]:
        return [peer.stems.came for peer, _ in self.linked]

    async def _all_came(self, count: int) -> None:
        """Waits until as many items came by STEM, at whichever neighbour."""
        async with asyncio.timeout(STEM_SECONDS):
            while sum(map(len, self._came())) < count:
                await asyncio.sleep(0.05)

    async def leaves(self) -> str:
        path = self.stage.folder / "account"
        path.write_text("It happened at the harbour.")
        self.code, sent = await self.stage.node.ask("ask", "--file", str(path))
        self.case = sent["case"]
        await self._all_came(sent["envelopes"])
        which = [bool(came) for came in self._came()]
        expect(which.count(True) == 1, "one epoch's own items went to two neighbours")
        self.holder, self.other = sorted(self.linked, key=lambda one: not one[0].stems.came)
        self.items = list(self.holder[0].stems.came)
        expect(len({id for id, _ in self.items}) == len(self.items), "an item came twice")
        return f"{len(self.items)} envelopes"

    async def _asks(self, linked: Linked, ids: list[bytes]) -> list[Frame]:
        """What WANT of some ids is answered with."""
        peer, session = linked
        del session.heard[:]
        await session.link.send(Want(tuple(ids)))

        def answers() -> list[Frame]:
            return [f for f in session.heard if isinstance(f, Push | Retract | Gone)]

        def count() -> int:
            return sum(len(f.ids) if isinstance(f, Gone) else 1 for f in answers())

        expect(await peer.until(lambda: count() >= len(ids)), "WANT is not answered")
        return answers()

    async def _in_open(self) -> set[bytes]:
        """What the node has published by now; its embargoes are random, and may be short."""
        await asyncio.sleep(QUIET_SECONDS)
        ids = {id for id, _ in self.items}
        return {id for id in ids if any(peer.announced[id] for peer, _ in self.linked)}

    async def unknown(self) -> str:
        """WANT, reconciliation, and IHAVE."""
        ids = [id for id, _ in self.items]
        found: set[bytes] = set()
        for linked in self.linked:
            answers = await self._asks(linked, ids)
            gone = {id for frame in answers if isinstance(frame, Gone) for id in frame.ids}
            found |= set(ids) - gone
        expect(found <= await self._in_open(), "WANT finds what is on its stem")
        _, fresh = await self.stage.linked(neighbour=False)
        found = {id for turn in fresh.sync.done for id in turn.side.need} & set(ids)
        expect(found <= await self._in_open(), "reconciliation finds what is on its stem")
        opened = await self._in_open()
        for id in set(ids) - opened:
            await self._is_asked_for(id)
        return f"{len(opened)} of {len(ids)} published meanwhile" if opened else ""

    async def is_read(self) -> None:
        """The community's inbox at the node where it was submitted."""
        [inbox] = await self.stage.node.command("inbox")
        expect(inbox["cases"], "kith inbox does not show what was asked here")

    async def _is_asked_for(self, id: bytes) -> None:
        """An IHAVE from the neighbour that did not get it is as that of any unknown id."""
        peer, session = self.other
        del session.heard[:]
        await session.link.send(IHave(((id, frames.ANNOUNCED),)))

        def asked() -> bool:
            return any(
                isinstance(f, Want) and id in f.ids or isinstance(f, Graft) and f.id == id
                for f in session.heard
            )

        is_asked = await peer.until(asked)
        expect(is_asked or id in await self._in_open(), "an IHAVE of it is not followed")

    async def is_published(self) -> None:
        """The neighbour that got it by STEM pushes it."""
        (holder, session), (other, _) = self.holder, self.other
        opened = await self._in_open()
        id, item = next((one for one in self.items if one[0] not in opened), self.items[0])
        assert isinstance(item, Envelope)
        holder.store.keep(item, holder.now(), True)
        await session.tree.push(item, 3)
        expect(await holder.until(lambda: holder.announced[id]), "no acknowledgement")
        expect(await other.until(lambda: id in other.store.envelopes), "it is not passed on")
        if id not in opened:
            expect(4 in pushed(self.other[1], item), "it is no news to the other neighbour")
        expect(await self._asks(self.other, [id]) == [Push(frames.ANNOUNCED, item)], "no PUSH")

    async def goes(self) -> str:
        """What was held here goes to a peer behind this one, which publishes it."""
        holder, session = self.holder
        holder.stems.holds = holder.stems.fluffs = False
        last = self.stage.peer()
        port = await last.listen()
        behind = await holder.dial("127.0.0.1", port)
        last.store = holder.store.copy()
        expect(await behind.become_neighbour(), "the peer behind is no neighbour")
        rest = [one for one in self.items if one[0] not in holder.store.envelopes]
        for id, item in rest:
            await holder.stems.hear(session.link, item)
        for id, _ in rest:
            expect(await last.until(lambda: id in last.store.envelopes), "STEM did not go on")
            expect(await holder.until(lambda: id in holder.store.envelopes), "not published")
            expect(await holder.until(lambda: self._node() in holder.announced[id]), "not here")
        await behind.view.leave()
        [inbox] = await self.stage.node.command("inbox")
        expect([case["case"] for case in inbox["cases"]] == [self.case], "the inbox")
        return f"{len(rest)} items"

    def _node(self) -> bytes:
        return self.stage.invite.seeds[0][0]

    async def passes(self) -> str:
        (first, sent), (second, came) = self.other, self.holder
        for peer in (first, second):
            peer.stems.holds = True
            peer.stems.came.clear()
        item = self.stage.envelope(self.stage.slot())
        id = item.id(self.network)
        await sent.link.send(Stem(item))

        def went() -> bool:
            return (id, item) in second.stems.came or bool(pushed(came, item))

        expect(await second.until(went), "it went neither by STEM nor in the open")
        expect(not first.stems.came, "it went back by the link it came by")
        if pushed(came, item):
            return "it was published: the node fluffs, or its embargo was short"
        answers = await self._asks(self.other, [id])
        known = isinstance(answers[0], Push)
        expect(not known or pushed(came, item), "WANT finds what is on its stem")
        return "by STEM"

    async def not_heard(self) -> None:
        peer, session = await self.stage.linked(neighbour=False)
        item = self.stage.envelope(self.stage.slot())
        id = item.id(self.network)
        await session.link.send(Stem(item), Ping(5))
        expect(await peer.until(lambda: Pong(5) in session.heard), "the link has ended")
        await asyncio.sleep(QUIET_SECONDS)
        for other, _ in self.linked:
            heard = (id, item) in other.stems.came or other.announced[id]
            expect(not heard, "it went on")
        expect(await self._asks((peer, session), [id]) == [Gone((id,))], "it was kept")

    async def retracts(self) -> str:
        """Retractions and the act of erasing; each is published as it comes."""
        for peer, _ in self.linked:
            peer.stems.came.clear()
            peer.stems.holds, peer.stems.fluffs = False, True
        said = await self.stage.node.command("erase", typed=f"{self.code}\nerase")
        count = said[-1]["retractions"]

        def came() -> dict[bytes, Retraction]:
            both = [one for came in self._came() for one in came]
            return {id: item for id, item in both if isinstance(item, Retraction)}

        async with asyncio.timeout(190):
            while len(came()) < count:
                await asyncio.sleep(0.1)
        gone = {item.target(self.network) for item in came().values()}
        expect({id for id, _ in self.items} <= gone, "not everything was taken back")
        peer, _ = self.other
        told = await peer.until(lambda: came().keys() <= peer.store.retractions.keys(), 20)
        expect(told, "what was published does not spread")
        targets = [id for id, _ in self.items]
        answers = await self._asks(self.other, targets)
        expect(all(isinstance(frame, Retract) for frame in answers), "an envelope is still there")
        return f"{count} retractions"
