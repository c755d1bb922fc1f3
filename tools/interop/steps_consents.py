"""Steps: a seeker at the peer consents, and the program's bridge forwards."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cbor
import content
import packfiles
import packs
import records
import reports
import returncodes
import steps_links
from casefiles import Consented
from environment import ROOT
from guidance import Guidance
from kinds import KITH, PEER, shows
from presentations import Presentation
from records import Record
from stage import Report, Stage, expect
from steps_seekers import LANGUAGE, SeekerSteps

ACCOUNT = "They broke the window at night.\nIt was the third time."
AREA = "Harbour"
POLICE, COUNCIL = "Harbour police", "Harbour council"
PURPOSE = "dpv:ProtectionOfPublicSecurity"
SHARED = ["kinds", "account", "bias", "danger"]
REASON = "The police are not competent for this."
INCIDENT: dict[int, Any] = {
    **{1: ACCOUNT, 2: LANGUAGE, 3: [[14, "0504"], [2, "02012"]], 4: [1, 3], 5: 4},
    **{8: [6], 9: "by letter", 12: False},
}
REFUSED, FORWARDED, OPEN, WITHDRAWN, AFTER, REPLACED = 3, 4, 6, 8, 9, 11
WORKING_SECONDS = 60


class Follower(Protocol):
    """Steps that go on with what these leave."""

    async def play(self, report: Report) -> None: ...


class Consents(SeekerSteps):
    """A node with a bridge of its own, and an authority beside it."""

    def __init__(self, binary: Path, folder: Path) -> None:
        super().__init__(Stage(binary, folder))
        self.authority: asyncio.subprocess.Process | None = None
        self.received = folder / "received.jsonl"
        self.url = ""
        self.card: Record
        self.given: list[Presentation] = []

    async def play(self, report: Report, then: Callable[["Consents"], Follower] | None = None) -> None:
        """All steps of this part, which build on each other, and what shall follow them."""
        try:
            if not await report.step("consents: a node with a bridge is at work", self.begins):
                return
            await report.step("consents: guidance and the bridge's card hold here", self.papers)
            await report.step("consents: the bridge sees these fields and no other", self.consents)
            await report.step("consents: the report is chapter 19's to the letter", self.forwards)
            await report.step("consents: answers and the forward are read here", self.is_told)
            await report.step("consents: a renewal takes the place of another", self.renews)
            await report.step("consents: refused; the reason is read here", self.is_refused)
            await report.step("consents: taken back before and after it was sent", self.withdraws)
            await report.step("consents: kith open shows those that were given here", self.opened)
            await report.step("consents: one that breaks a rule reaches no queue", self.forges)
            if then is not None:
                await then(self).play(report)
        finally:
            await self.stage.close()
            if self.authority and self.authority.returncode is None:
                self.authority.kill()
                await self.authority.wait()

    async def begins(self) -> None:
        stage, pipe = self.stage, asyncio.subprocess.PIPE
        await steps_links.begin(stage)
        self.authority = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "tools" / "authority"), "--until-eof"),
            *("--update-endpoint", "--data", str(self.received)),
            stdin=pipe,
            stdout=pipe,
        )
        assert self.authority.stdout
        self.url = (await self.authority.stdout.readline()).decode().split()[-1]
        key = stage.folder / "police.key"
        key.write_text("trial\n")
        key.chmod(0o600)
        how = {"adapter": "open311", "apiKeyFile": "police.key", "services": {"*": "002"}}
        how |= {"uri": self.url, "place": "Not told", "tellsWithdrawals": True}
        described = stage.folder / "authorities.json"
        described.write_text(json.dumps({"authorities": [how]}))
        bridge = "bridge", "init", "--name", "Lantern bridge", "--peers", "1"
        [made] = await stage.node.command(*bridge, "--cooling-off", "1", "--passphrase-stdin")
        named = "--authority", self.url, "--name", POLICE, "--private"
        await stage.node.command("community", "bridge", made["key"], *named)
        await stage.node.work(described)
        self.peer, self.seeker = await self.comes(self.code)
        self.key = bytes.fromhex(made["key"])

    async def papers(self) -> str:
        """Guidance comes by comparing alone; the card of a bridge is told with the others."""
        shown = packfiles.as_file(Guidance("en", packs.PACK))
        path = self.text_file(json.dumps(shown))
        await self.stage.node.command("guidance", "publish", path)
        self.peer, self.seeker = await self.comes(self.code)
        community, store = self.stage.invite.community, self.peer.store
        [record] = store.records_about(records.GUIDANCE, community)
        read = Guidance.of(record.content)
        expect(read and packfiles.as_file(read) == shown, f"guidance {record.content}")
        contacts, sections = Guidance("en", packs.PACK).advise({"safe": "no"}, [4], [])
        words = "published", "--answer", "safe=no", "--kind", "stalking"
        [advised] = await self.stage.node.command("guidance", "try", *words)
        for name, chosen in (("contacts", contacts), ("sections", sections)):
            told = [(one["id"], one["urgency"]) for one in advised[name]]
            expect(told == chosen, f"{name}: {told}, not {chosen}")
        came = await self.peer.until(lambda: store.records_about(records.CARD, community))
        expect(came, "no card")
        [self.card] = store.records_about(records.CARD, community)
        expect(self.card.signer == self.key, "another bridge's card")
        manifest = store.manifest(community)
        assert manifest is not None
        named = [(one.name, one.uri, one.is_publishing) for one in manifest.bridges[self.key]]
        expect(named == [(POLICE, self.url, False)], f"authorities {named}")
        shows(KITH, PEER, "charters", "manifest", "guidance", "bridge card")
        return f"{len(contacts)} contacts, {len(sections)} sections"

    async def _give(self, **more: Any) -> Presentation:
        now, case = self.peer.now(), self.look()
        told = {"shared": SHARED, "told": {"area": AREA}} | more
        of = case, self.card, self.url, PURPOSE
        shown, made = self.seeker.consent(now, *of, **told)
        await self.send(list(made))
        self.given.append(shown)
        return shown

    async def _report(self, shown: Presentation) -> dict[str, Any]:
        """What the bridge's people see of a consent, once it came."""
        async with asyncio.timeout(WORKING_SECONDS):
            while True:
                queue = "bridge", "queue", "--all", "--passphrase-stdin"
                [said] = await self.stage.node.command(*queue)
                found = [r for r in said["reports"] if r["consent"] == shown.terms.id.hex()]
                if found:
                    return found[0]
                await asyncio.sleep(0.3)

    async def _decide(self, *words: str) -> None:
        await self.stage.node.command("bridge", *words, "--passphrase-stdin")

    async def consents(self) -> None:
        now = self.peer.now()
        await self.send(list(self.seeker.ask(now, 0, INCIDENT)))
        first = await self._give()
        row = await self._report(first)
        expect(row["state"] == "waiting", f"state {row['state']}")
        show = "bridge", "show", first.terms.id.hex(), "--passphrase-stdin"
        [shown] = await self.stage.node.command(*show)
        names = [field["field"] for field in shown["fields"]]
        expect(names == list(first.fields), f"fields {names}, not {list(first.fields)}")
        values = {field["field"]: field["value"] for field in shown["fields"]}
        expect(values["account"] == ACCOUNT and values["area"] == AREA, f"{values}")
        shows(PEER, KITH, "consent")

    async def forwards(self) -> None:
        first = self.given[0]
        await self._decide("approve", first.terms.id.hex())
        async with asyncio.timeout(WORKING_SECONDS):
            while not self._lines("request"):
                await asyncio.sleep(0.3)
        configured = {"api_key": "trial", "services": {"*": "002"}, "address_string": "Not told"}
        wanted = reports.form(first.fields, first.terms.id, configured)
        [received] = self._lines("request")
        expect(dict(received["form"]) == wanted, f"{received['form']}, not {wanted}")

    def _lines(self, kind: str) -> list[dict[str, Any]]:
        if not self.received.exists():
            return []
        # What stands after the last line end is being written.
        lines = [json.loads(line) for line in self.received.read_text().split("\n")[:-1]]
        return [line for line in lines if line.get("kind") == kind]

    def _consent(self, shown: Presentation) -> Consented:
        return next(c for c in self.look().consents if c.shown.terms.id == shown.terms.id)

    async def _said(self, shown: Presentation, *states: int) -> dict[int, Any]:
        """The answer that says one of these states."""

        def latest() -> int | None:
            answers = self._consent(shown).answers
            return answers[-1][3] if answers else None

        came = await self.peer.until(lambda: latest() in states, WORKING_SECONDS)
        expect(came, f"the state is {latest()}, not one of {states}")
        return self._consent(shown).answers[-1]

    async def is_told(self) -> None:
        first = self.given[0]
        answer = await self._said(first, FORWARDED, OPEN)
        [received] = self._lines("request")
        expect(answer.get(5) == str(received["id"]), f"reference {answer.get(5)}")
        [forward] = answer[6]
        told = forward[1], forward[2], forward.get(4), forward.get(6)
        today = self.peer.now() // 86400
        expect(told == (self.url, today, answer[5], None), f"forward {told}")
        counters = [one[2] for one in self._consent(first).answers]
        expect(counters == sorted(set(counters)), f"counters {counters}")
        shows(KITH, PEER, "answer", "answer with a forward")

    async def renews(self) -> None:
        first = self.given[0]
        second = await self._give(days=60, renews=first.terms.id)
        await self._said(first, REPLACED)
        await self._said(second, FORWARDED, OPEN)
        expect(len(self._lines("request")) == 1, "it was sent again")
        shows(PEER, KITH, "consent that renews")

    async def is_refused(self) -> None:
        third = await self._give(shared=["kinds"], told={})
        await self._report(third)
        await self._decide("refuse", third.terms.id.hex(), "--reason", REASON)
        answer = await self._said(third, REFUSED)
        expect(answer.get(4) == REASON, f"text {answer.get(4)}")

    async def withdraws(self) -> None:
        fourth = await self._give(shared=["kinds"], told={}, days=1)
        await self._report(fourth)
        for shown, state in ((fourth, WITHDRAWN), (self.given[1], AFTER)):
            made = self.seeker.withdraw(
                self.peer.now(), self.look(), self.card, shown.terms.id
            )
            await self.send(list(made))
            await self._said(shown, state)
        updates = [dict(line["form"])["status"] for line in self._lines("update")]
        expect(updates == ["CANCELLED"], f"updates {updates}")
        shows(PEER, KITH, "withdrawal")

    async def opened(self) -> None:
        """The program's seeker finds them by the code: copies, and the bridge's own answers."""
        [opened] = await self.stage.node.command("open", typed=self.code)
        [case] = opened["cases"]
        told = {
            one["consent"]: (one["authority"], one["withdrawn"], [f["field"] for f in one["fields"]])
            for one in case["consents"]
        }
        taken_back = {self.given[1].terms.id, self.given[3].terms.id}
        wanted = {
            one.terms.id.hex(): (POLICE, one.terms.id in taken_back, list(one.fields))
            for one in self.given
        }
        expect(told == wanted, f"consents {told}, not {wanted}")
        shows(PEER, KITH, "copy of a consent", "copy of a withdrawal")

    async def forges(self) -> None:
        """A good consent comes after the others, so that those were surely looked at."""
        now, case = self.peer.now(), self.look()
        good = self.given[0].text
        for text in (good.replace("~", "~~", 1), good[:-1], ""):
            payload = cbor.encode({1: text, 2: bytes(32)})
            made = self.seeker.to_bridge(now, case, self.card, content.CONSENT, payload)
            await self.send(list(made))
        last = await self._give(shared=["bias"], told={})
        await self._report(last)
        queue = "bridge", "queue", "--all", "--passphrase-stdin"
        [said] = await self.stage.node.command(*queue)
        ids = {report["consent"] for report in said["reports"]}
        wanted = {one.terms.id.hex() for one in self.given}
        expect(ids <= wanted and last.terms.id.hex() in ids, f"queue {ids}")
