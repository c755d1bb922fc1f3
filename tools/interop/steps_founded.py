"""Steps: a network and community that the peer founded; the program joins them."""

import os
import time
from pathlib import Path
from typing import Any

import content
import forwardlog
import invites
import packfiles
import packs
import records
import returncodes
from basics import DAY
from bridge import Bridge, Taken
from founder import Founder
from guidance import Guidance
from kinds import KITH, PEER, shows
from kithnode import LOOPBACK, free_port
from link import Identity, Network
from members import Epoch
from node import Peer
from records import Authority
from seeker import Seeker
from stage import Report, Stage, expect
from supporter import Supporter

NAME, BRIDGE, POLICE = "Lantern Row", "Row bridge", "Row police"
URI = "https://police.example/reports"
ADA, MINA = "Ada", "Mina"
WORK_BASE = 6
ACCOUNT, ANSWER = "They wait in the yard. Größe, 見て.", "We come along."
TOLD = "The police looked at it.\nThey will write."
REFERENCE = "R-2026/17"
WAITING, FORWARDED, AFTER = 1, 4, 9


class Founded:
    """All papers and keys are the peer's; one node of the program carries and joins them."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.stage = Stage(binary, folder)
        self.peer: Peer
        self.founder: Founder
        self.bridge: Bridge
        self.member: Supporter
        self.epoch: Epoch
        self.secret = os.urandom(32)
        self.code, self.case = "", ""
        self.taken: Taken

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        try:
            if not await report.step("founded: kith init joins a network made here", self.begins):
                return
            await report.step("founded: kith community and guidance show its papers", self.papers)
            await report.step("founded: kith join is let in by letter and directory", self.lets_in)
            await report.step("founded: Ada answers with what the letter brought", self.answers)
            await report.step("founded: kith consent is sealed to the bridge here", self.consents)
            await report.step("founded: kith open checks answer, forward, checkpoint", self.told)
            await report.step("founded: kith withdraw, and the last answer", self.withdraws)
            await report.step("founded: guidance taken back here is gone there", self.takes_back)
        finally:
            await self.stage.close()

    def _items(self) -> list[Any]:
        return list(self.peer.store.envelopes.values())

    async def _send(self, items: list[Any]) -> None:
        await self.peer.submit(*items)
        ids = [item.id(self.founder.network) for item in items]
        kept = await self.peer.until(lambda: all(self.peer.announced[id] for id in ids), 20)
        expect(kept, "the node does not acknowledge")

    async def _post(self, *raw: bytes) -> None:
        await self._send([self.founder.post(one) for one in raw])

    async def begins(self) -> None:
        identity, port, now = Identity(), free_port(), int(time.time())
        seeds = [[identity.node, f"{LOOPBACK}:{port}"]]
        self.founder = founder = Founder(NAME, now, WORK_BASE, seeds)
        self.bridge = Bridge(founder.community, WORK_BASE, BRIDGE, now)
        founder.bridges[self.bridge.key] = [Authority(URI, POLICE, False)]
        self.peer = self.stage.peer(Network(founder.network))
        self.peer.identity = identity
        self.manifest = founder.manifest()
        read = records.Manifest.of(records.read(self.manifest, now))
        self.member, self.epoch = founder.admit(read, MINA)
        self.peer.store.chosen.add(founder.id)
        for raw in (founder.charters(), self.manifest, self.bridge.card(60)):
            self.peer.store.keep(founder.post(raw), now, pushed=True)
        await self.peer.listen(port)
        where = [(identity.node, f"{LOOPBACK}:{port}")]
        expiry = now + DAY
        self.invite = invites.write(founder.network, where, founder.id, self.secret, expiry)
        await self.stage.node.join(invites.write(founder.network, where, founder.id))
        await self.stage.node.run()
        linked = await self.peer.until(lambda: any(s.hello for s in self.peer.sessions), 30)
        expect(linked, "the node does not dial the seed")
        shows(PEER, KITH, "charters")

    async def papers(self) -> None:
        guidance = Guidance("en", packs.PACK)
        await self._post(self.founder.guidance("en", packs.PACK))
        node = self.stage.node
        [shown] = await node.command("community", "show")
        told = shown["name"], shown["community"], shown["workBase"], shown["testNetwork"]
        expect(told == (NAME, self.founder.id.hex(), WORK_BASE, True), f"{told}")
        [bridge] = shown["bridges"]
        expect(self.bridge.key.hex() in str(bridge) and BRIDGE in str(bridge), f"{bridge}")
        [pack] = await node.command("guidance", "show", "published")
        expect(pack == packfiles.as_file(guidance), f"{pack}")
        shows(PEER, KITH, "manifest", "guidance", "bridge card")

    async def lets_in(self) -> None:
        node = self.stage.node
        joins = "join", self.invite, "--name", ADA, "--passphrase-stdin"
        await node.command(*joins)

        def asked() -> list[content.Said]:
            return self.founder.joins(self._items(), self.secret)

        expect(await self.peer.until(asked, 20), "no join with a proof came")
        [said] = asked()
        expect(said.content[5] == ADA, f"{said.content}")
        await self._send(self.founder.letter(said) + self.founder.directory())
        [inbox] = await node.command("inbox")
        expect(inbox["cases"] == [], f"{inbox}")
        shows(KITH, PEER, "join")

    async def answers(self) -> None:
        """She claims a case that a seeker here wrote, and finds Mina in the directory."""
        now, node = self.peer.now(), self.stage.node
        code = returncodes.make()
        manifest = records.Manifest.of(records.read(self.manifest, now))
        seeker = Seeker(code, self.founder.network, manifest, WORK_BASE)
        await self._send(list(seeker.ask(now, 0, {1: ACCOUNT})))
        case = seeker.cases[0].case.hex()
        [inbox] = await node.command("inbox")
        expect([one["case"] for one in inbox["cases"]] == [case], f"{inbox}")
        path = self.stage.folder / "answer"
        path.write_text(ANSWER)
        await node.command("claim", case)
        await node.command("reply", case, "--file", str(path))
        await node.command("handover", case, "--to", MINA)

        def words() -> list[str]:
            return [one.text.strip() for one in seeker.look(now, self._items())[0].words]

        expect(await self.peer.until(lambda: words() == [ANSWER], 20), f"{words()}")
        keys = self.member.case_keys(self._items(), self.epoch, bytes.fromhex(case))
        expect(keys, "Mina has no letter")
        shows(PEER, KITH, "epoch letter", "directory")

    async def consents(self) -> None:
        node = self.stage.node
        told = self.stage.folder / "told.json"
        told.write_text('{"account": "By the door.", "kinds": ["02012"], "when": "Monday"}')
        self.code, sent = await node.ask("ask", "--file", str(told))
        self.case = sent["case"]
        to = "--to", POLICE, "--for", "help", "--share", "kinds,when", "--days", "10"
        preview, id = await node.consent(self.code, *to)
        manifest = self.peer.store.manifest(self.founder.id)
        assert manifest is not None

        def came() -> list[Taken]:
            return self.bridge.consents(self._items(), manifest)

        expect(await self.peer.until(came, 20), "no consent that holds came")
        [self.taken] = came()
        terms, fields = self.taken.shown.terms, self.taken.shown.fields
        expect(terms.id.hex() == id, "another id")
        expect(fields == {"kinds": [{"iccs": "02012", "kind": 2}], "when": "Monday"}, f"{fields}")
        report = self.bridge.report(self.taken)
        shown = [f"{one['field']}: {one['value']}" for one in preview["fields"]]
        expect(shown == ["kinds: threat (ICCS 02012)", "when: Monday"], f"{shown}")
        expect(report.endswith(f"Reference: {preview['mark']}"), f"{report}, {preview['mark']}")
        code = Seeker(self.code, self.founder.network, manifest, WORK_BASE)
        [kept] = code.look(self.peer.now(), self._items())[0].consents
        expect(kept.shown.text == self.taken.shown.text, "the copy differs")
        shows(KITH, PEER, "consent", "copy of a consent")

    async def _own(self) -> dict[str, Any]:
        """The consent as kith open shows it."""
        [opened] = await self.stage.node.command("open", typed=self.code)
        found = [one for case in opened["cases"] for one in case["consents"]]
        id = self.taken.shown.terms.id.hex()
        return next(one for one in found if one["consent"] == id)

    async def told(self) -> None:
        bridge, taken = self.bridge, self.taken
        await self._send(bridge.answer(taken, WAITING))
        expect((await self._own())["state"] == "waiting", "the first answer")
        salt, day = os.urandom(32), bridge.day
        leaf = forwardlog.leaf(salt, taken.shown.terms.id, URI, day)
        whole = forwardlog.Day.of([leaf])
        await self._post(bridge.checkpoint(day, whole))
        forward = bridge.forward(
            taken, salt, day, reference=REFERENCE, proof=whole.proof(leaf), perhaps_twice=True
        )
        await self._send(bridge.answer(taken, FORWARDED, TOLD, REFERENCE, [forward]))
        own = await self._own()
        told = own["state"], own["text"], own["reference"]
        expect(told == ("forwarded", TOLD, REFERENCE), f"{told}")
        wanted = {"authority": POLICE, "day": day * DAY, "reference": REFERENCE}
        wanted |= {"perhapsTwice": True, "inLog": True}
        expect(own["forwards"] == [wanted], f"{own['forwards']}")
        await self.stage.node.command("bridge", "verify")
        shows(PEER, KITH, "answer", "answer with a forward", "checkpoint")

    async def withdraws(self) -> None:
        node, old = self.stage.node, self.taken.shown.terms
        to = "--to", POLICE, "--for", "help", "--share", "when", "--days", "30"
        _, id = await node.consent(self.code, *to, "--renew", old.id.hex())
        manifest = self.peer.store.manifest(self.founder.id)
        assert manifest is not None

        def renewed() -> list[Taken]:
            found = self.bridge.consents(self._items(), manifest)
            return [one for one in found if one.shown.terms.id.hex() == id]

        expect(await self.peer.until(renewed, 20), "no renewal came")
        expect(renewed()[0].shown.terms.renews == old.id, "it renews another")
        await node.command("withdraw", old.id.hex(), typed=self.code)

        def withdrawn() -> bool:
            live = self.bridge.consents(self._items(), manifest)
            return old.id not in [one.shown.terms.id for one in live]

        expect(await self.peer.until(withdrawn, 20), "no withdrawal came")
        code = Seeker(self.code, self.founder.network, manifest, WORK_BASE)
        kept = code.look(self.peer.now(), self._items())[0].consents
        states = {one.shown.terms.id: one.is_withdrawn for one in kept}
        expect(states == {old.id: True, bytes.fromhex(id): False}, f"{states}")
        await self._send(self.bridge.answer(self.taken, AFTER, "They were told."))
        own = await self._own()
        told = own["state"], own["text"], own["withdrawn"]
        expect(told == ("withdrawn_after", "They were told.", True), f"{told}")
        shows(KITH, PEER, "consent that renews", "withdrawal", "copy of a withdrawal")

    async def takes_back(self) -> None:
        await self._post(self.founder.guidance("en", None))
        [listed] = await self.stage.node.command("guidance", "list")
        expect([one["takenBack"] for one in listed["guidance"]] == [True], f"{listed}")
