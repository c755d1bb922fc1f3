"""Steps: the seeker's page in Chromium, and the program at every other hand."""

import asyncio
import json
import os

import attachments
import packfiles
import packs
import records
from basics import DAY
from guidance import Guidance
from kinds import KITH, PAGE, shows
from page import text
from pagenode import PageAndNode, as_hex
from pagestage import ANSWER, INCIDENT, NOTE, RULES, THANKS
from stage import Report, expect
from steps_consents import POLICE, WORKING_SECONDS

EXPLAINED = "Ana is at the centre"
CODES = {"bias": ["racist_xenophobic", "antisemitic"], "needs": ["someone_to_talk_to"]}
TOLD = {"account": "By the door.", "kinds": ["02012"], "when": "Monday", "language": "en"}


class PageAtNode(PageAndNode):
    """One seeker at the page, from following the community to what another client sealed."""

    async def play(self, report: Report, then: object = None) -> None:
        """All steps of this part, which build on each other."""
        steps = {
            "page and kith: the page follows kith's community and reads its guidance": self.reads,
            "page and kith: kith inbox and open have what the page asked": self.asks,
            "page and kith: the page shows what kith reply and status sealed": self.is_answered,
            "page and kith: kith show has the page's words and acts": self.writes,
            "page and kith: kith bridge forwards what the page consented to": self.consents_,
            "page and kith: taken back by the page, answered after": self.takes_back,
            "page and kith: kith open has what the page sealed anew once": self.renews_,
            "page and kith: erased by the page, kith show is told": self.erases,
            "page and kith: kith open knows of the page's act by its copy": self.copies_acts,
            "page and kith: the page opens all that kith sealed for a seeker": self.opens_all,
        }
        try:
            await self.page.open()
            for name, play in steps.items():
                await report.step(name, play)
        finally:
            await self.page.close()

    async def reads(self) -> None:
        told = await self.follow()
        [bridge] = told["bridges"]
        named = told["name"], bridge["key"], bridge["ready"], bridge["authorities"][0]["name"]
        expect(named == ("Harbour Street", text(self.key), True, POLICE), f"{told}")
        community = self.stage.invite.community
        found = self.peer.store.records_about(records.GUIDANCE, community)
        asked = {"records": [text(one.raw) for one in found], "language": "en", "now": self.now}
        shown = await self.page.call("guidance", **asked)
        expect(shown["pack"] == packfiles.as_file(Guidance("en", packs.PACK)), f"{shown}")
        shows(KITH, PAGE, "charters", "manifest", "guidance", "bridge card")

    async def asks(self) -> str:
        page, photo, paper = self.page, os.urandom(66_000), os.urandom(500)
        groups = (await page.call("newCode"))["groups"]
        self.code = " ".join(groups)
        self.peer, self.seeker = await self.comes(self.code)
        told = {"slot": self.slot, "role": attachments.CLEANED, "type": "image/jpeg"}
        number, chunks = await page.attach(photo, **told)
        told |= {"role": attachments.ORIGINAL, "type": "application/pdf"}
        apart, more = await page.attach(paper, **told)
        asked = {"incident": INCIDENT, "attach": [number], "keepApart": [apart]}
        made = await page.compose(what="request", slot=self.slot, **asked)
        await self.send([*made, *chunks, *more])
        note = {"what": "note", "incident": {"account": NOTE}, "slot": self.slot}
        await self.send(list(await page.compose(**note)))
        self.case = self.seeker.cases[0].case.hex()
        shown = await self.show()
        [request] = shown["requests"]
        for name in ("account", "language", "contact", "when", "where", "danger"):
            expect(request[name] == INCIDENT[name], f"{name} is {request[name]}")
        expect((request["bias"], request["kinds"]) == (CODES["bias"], ["0504"]), f"{request}")
        [file] = shown["attachments"]
        expect(not file["original"], f"{file}")
        place = self.new_path()
        save = "case", "save-attachment", self.case, "1", "--to", str(place)
        await self.stage.node.command(*save)
        expect(place.read_bytes() == photo, "another file")
        opened = await self.own()
        expect(opened["cases"][0]["request"]["account"] == INCIDENT["account"], f"{opened}")
        notes = [one["note"]["account"] for one in opened["notes"]]
        expect(notes == [NOTE], f"notes {notes}")
        kept = next(one for one in opened["files"] if one["kept"])
        place = self.new_path()
        save = "open", "--save-file", str(kept["number"]), "--to", str(place)
        await self.stage.node.command(*save, typed=self.code)
        expect(kept["original"] and place.read_bytes() == paper, "another original")
        shows(PAGE, KITH, "request", "copy of a request", "copy of a note", "chunk of a seeker")
        shows(PAGE, KITH, "original kept apart")
        return f"{len(chunks) + len(more)} chunks"

    async def is_answered(self) -> None:
        form, node = os.urandom(500), self.stage.node
        attach = "--attach", self.bytes_file(form, "pdf"), "--language", "en"
        await node.command("reply", self.case, "--file", self.text_file(ANSWER), *attach)
        await node.command("status", self.case, "referred", "--explain", EXPLAINED)
        shown = await self.until_shown(lambda case: len(case["statuses"]) > 0)
        [message] = shown["messages"]
        told = message["from"], message["text"].strip(), message["language"], shown["helpers"]
        expect(told == ("supporter", ANSWER, "en", ["Ada"]), f"{told}")
        [status] = shown["statuses"]
        told = shown["state"], status["explanation"], status["by"]
        expect(told == ("referred", EXPLAINED, "Ada"), f"{told}")
        [file] = message["attachments"]
        held = self.peer.store.envelopes
        expect(await self.peer.until(lambda: self._is_held(file["size"])), "the chunk is missing")
        expect(await self.page.fetch(0, file["id"], held) == form, "another file")
        shows(KITH, PAGE, "grant", "words of a supporter", "status", "chunk of a supporter")

    def _is_held(self, size: int) -> bool:
        """Whether the chunks of a file of Ada's came to the peer."""
        files = [one for words in self.look().words for one in words.files]
        names = [n for one in files if one.size == size for n in one.ids(self.peer.store.network)]
        return bool(names) and all(name in self.peer.store.envelopes for name in names)

    async def writes(self) -> None:
        page = self.page
        words = {"what": "words", "case": 0, "text": THANKS, "language": "en"}
        await self.send(list(await page.compose(**words, slot=self.slot)))
        rules = {"what": "contactRules", "case": 0, "text": RULES}
        await self.send(list(await page.compose(**rules, slot=self.slot)))
        await self.stage.node.command("close", self.case, "--explain", "done")
        await self.until_shown(lambda case: case["state"] == "closed")
        await self.send(list(await page.compose(what="reopen", case=0, slot=self.slot)))
        shown = await self.show()
        said = [m["text"] for m in shown["messages"] if m["from"] == "seeker"]
        expect(said == [THANKS], f"messages {said}")
        told = shown["contactRules"], shown["summary"]["state"]
        expect(told == (RULES, "in_progress"), f"{told}")
        [case] = (await self.own())["cases"]
        said = [m["text"] for m in case["messages"] if m["from"] == "you"]
        expect((said, case["status"]["state"]) == ([THANKS], "in_progress"), f"{case['status']}")
        shows(PAGE, KITH, "words of a seeker", "act: contact rules", "act: reopen")

    async def consents_(self) -> None:
        await self.returns(self.code)
        before = len(self._lines("request"))
        self.consent = await self.give()
        name = as_hex(self.consent)
        await self.wait_for(name)
        show = "bridge", "show", name, "--passphrase-stdin"
        [shown] = await self.stage.node.command(*show)
        fields = {one["field"]: one["value"] for one in shown["fields"]}
        wanted = {"kinds": "damage to property (ICCS 0504)", "where": "at home", "area": "Harbour"}
        expect(fields == wanted, f"{fields}")
        await self._decide("approve", name)
        answer = await self.answered(self.consent, "forwarded", "open")
        received = self._lines("request")[before:]
        expect([str(one["id"]) for one in received] == [answer["reference"]], f"{answer}")
        [forward] = answer["forwards"]
        told = forward["recipient"], forward["day"], forward["reference"], forward["isPerhapsTwice"]
        expect(told == (self.url, self.now // DAY, answer["reference"], False), f"{forward}")
        second = await self.give(renews=self.consent, days=60)
        again = await self.answered(second, "forwarded", "open")
        expect(again["forwards"] == answer["forwards"], f"another forward {again}")
        [case] = (await self.own())["cases"]
        kept = {one["consent"] for one in case["consents"]}
        expect(kept == {name, as_hex(second)}, f"consents {kept}")
        shows(PAGE, KITH, "consent", "consent that renews", "copy of a consent")
        shows(KITH, PAGE, "answer", "answer with a forward")

    async def takes_back(self) -> None:
        made = await self.page.compose("withdraw", case=0, consent=self.consent, slot=self.slot)
        await self.send(list(made))
        await self.answered(self.consent, "withdrawn_after")
        [case] = (await self.own())["cases"]
        withdrawn = [one["consent"] for one in case["consents"] if one["withdrawn"]]
        expect(withdrawn == [as_hex(self.consent)], f"withdrawn {withdrawn}")
        shows(PAGE, KITH, "withdrawal", "copy of a withdrawal")

    async def renews_(self) -> str:
        [before] = (await self.own())["cases"]
        await self.returns(self.code)
        made = await self.page.compose("reseal", case=0, slot=self.slot + 1)
        await self.send(list(made))
        opened = await self.own()
        [case] = opened["cases"]
        expect(case["lastDay"] > before["lastDay"], f"it ends at {case['lastDay']}")
        same = "request", "messages", "consents", "status"
        told = [[one[name] for name in same] for one in (before, case)]
        expect(told[0] == told[1], f"{told}")
        shows(PAGE, KITH, "copy sealed anew")
        return f"{case['lastDay'] - before['lastDay']} s more"

    async def erases(self) -> str:
        await self.returns(self.code)
        made = await self.page.compose("erase", all=True, slot=self.slot)
        retractions = await self.page.retractions()
        await self.send(list(made))
        say = "open", "--say", self.text_file("More.")
        await self.stage.node.command(*say, typed=self.code, status=65)
        await self.send(list(retractions))
        expect((await self.show())["summary"]["erased"], "it does not count as erased")
        await self.stage.node.command(*say, typed=self.code, status=66)
        expect(await self.returns(self.code) == [], "the page finds something")
        shows(PAGE, KITH, "act: erase", "retraction")
        return f"{len(retractions)} retractions"

    async def copies_acts(self) -> None:
        """Before anybody answered, kith open knows of an act by its copy alone."""
        await self.follow()
        self.code = " ".join((await self.page.call("newCode"))["groups"])
        self.peer, self.seeker = await self.comes(self.code)
        asked = {"what": "request", "incident": {"account": NOTE}, "slot": self.slot}
        await self.send(list(await self.page.compose(**asked)))
        await self.page.scan(self.texts())
        await self.send(list(await self.page.compose("erase", case=0, slot=self.slot)))
        say = "open", "--say", self.text_file("More.")
        await self.stage.node.command(*say, typed=self.code, status=65)
        shows(PAGE, KITH, "copy of an act")

    async def opens_all(self) -> None:
        node = self.stage.node
        told = self.bytes_file(json.dumps(TOLD).encode(), "json")
        paper = os.urandom(700)
        attach = "--attach", self.bytes_file(paper, "pdf")
        note, _ = await node.ask("note", "--file", told, *attach)
        self.code, _ = await node.ask("ask", "--file", told, *attach)
        self.peer, self.seeker = await self.comes(self.code)
        case = self.seeker.cases[0].case.hex()
        await node.command("reply", case, "--file", self.text_file(ANSWER))
        say = "--say", self.text_file(THANKS), "--language", "en", "--reopen"
        await node.command("open", *say, typed=self.code)
        to = "--to", POLICE, "--for", "rights", "--share", "when", "--days", "30"
        _, id = await node.consent(self.code, *to)
        await node.consent(self.code, *to, "--renew", id)
        await node.command("withdraw", id, typed=self.code)
        shown = await self.until_shown(
            lambda case: len(case["consents"]) == 2
            and any(one["isWithdrawn"] for one in case["consents"])
        )
        [request] = shown["requests"]
        incident = TOLD | {"kinds": [{"kind": 2, "iccs": "02012"}]}
        expect(request["incident"] == incident, f"{request}")
        said = {(m["from"], m["text"].strip()) for m in shown["messages"]}
        expect(said == {("supporter", ANSWER), ("you", THANKS.strip())}, f"messages {said}")
        expect(shown["isReopened"], "it is not reopened")
        [file] = request["attachments"]
        held = self.peer.store.envelopes
        expect(await self.page.fetch(0, file["id"], held) == paper, "another file")
        withdrawn = [one["id"] for one in shown["consents"] if one["isWithdrawn"]]
        expect(list(map(as_hex, withdrawn)) == [id], f"withdrawn {withdrawn}")
        [kept] = await self.returns(note)
        told_again = kept["isNote"], kept["requests"][0]["incident"]
        expect(told_again == (True, incident), f"{kept}")
        [file] = kept["requests"][0].get("attachments", []) + kept["kept"]
        expect(await self.page.fetch(0, file["id"], held) == paper, "another original")
        await self._sees_erased(case)
        shows(KITH, PAGE, "copy of a request", "copy of a note", "copy of an act")
        shows(KITH, PAGE, "copy of a consent", "copy of a withdrawal", "words of a seeker")
        shows(KITH, PAGE, "act: reopen", "act: erase", "chunk of a seeker", "original kept apart")

    async def _sees_erased(self, case: str) -> None:
        """A relay that has the act and not yet the retractions; then all is gone."""
        before = self.texts()
        await self.stage.node.command("erase", typed=f"{self.code}\nerase")
        until = self.now + WORKING_SECONDS
        while await self.returns(self.code):
            expect(self.now < until, "something is left")
            await asyncio.sleep(0.3)
        await self.follow()
        await self.page.call("enterCode", text=self.code)
        await self.page.scan(before + [item for item in self.texts() if item not in before])
        [shown] = await self.page.cases(self.now)
        expect(shown["isErased"], "it is not erased")
        expect((await self.stage.node.command("show", case))[0]["summary"]["erased"], "kith show")
