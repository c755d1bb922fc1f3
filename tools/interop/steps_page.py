"""Steps: what the seeker's page seals is opened here, and what it is told was sealed here."""

import os
from typing import Any

import attachments
import content
import forwardlog
import packfiles
import packs
import presentations
import reports
from basics import SLOT
from bridge import Taken
from casefiles import SEEKER
from guidance import Guidance
from kinds import PAGE, PEER, shows
from page import Page, PageRefused, text
from pagestage import (
    ANSWER,
    BRIDGE,
    COUNCIL,
    INCIDENT,
    MINA,
    NAME,
    NOTE,
    POLICE,
    PURPOSE,
    RULES,
    THANKS,
    WAITING_FOR_YOU,
    WORK_BASE,
    PageStage,
    numbered,
)
from stage import Report, expect
from steps_page_code import PageByCode

AGAIN, GREETING = "They came again.", "Ich höre zu."
STATUS, REASON = "We look for a room.", "They wrote: done."
REFERENCE = "R-1 / 2026"
SENT_TWICE = {"isPerhapsTwice": True}


class PageSteps(PageStage):
    """One visit after the other: a seeker from the first words to erasing everything."""

    case_key: bytes
    taken: Taken

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        steps = {
            "page: follows what was founded here, and shows its guidance": self.follows,
            "page: a supporter here reads its request, and the file beside it": self.asks,
            "page: its note, and what only the code opens, open here": self.notes,
            "page: shows grant, words, file and status that were sealed here": self.is_answered,
            "page: its words and acts reach the supporter here": self.writes,
            "page: the bridge here reads its consents by all ten checks": self.consents,
            "page: shows answers and forwards of the bridge here": self.is_told,
            "page: what it withdraws the bridge here drops": self.withdraws,
            "page: copies it sealed anew count once here": self.renews,
            "page: its erasure leaves the act alone": self.erases,
        }
        for name, play in steps.items():
            await report.step(name, play)

    async def follows(self) -> str:
        told = await self.follow()
        named = told["name"], told["isTest"], told["workBase"], told["networkName"]
        expect(named == (NAME, True, WORK_BASE, f"{NAME}, network"), f"{told}")
        [bridge] = told["bridges"]
        wanted = [("Police", POLICE, False), ("Council", COUNCIL, True)]
        shown = [(one["name"], one["uri"], one["publishing"]) for one in bridge["authorities"]]
        told = bridge["key"], bridge["name"], bridge["ready"]
        expect(told == (text(self.bridge.key), BRIDGE, True), f"{bridge}")
        expect(shown == wanted, f"authorities {shown}")
        pack = Guidance("en", packs.PACK)
        record = text(self.founder.guidance("en", packs.PACK))
        asked = {"records": [record], "language": "en", "now": self.now}
        guided = await self.page.call("guidance", **asked)
        expect(guided["pack"] == packfiles.as_file(pack), f"guidance {guided}")
        answers = [{"question": "safe", "answer": "no"}]
        chosen = {"from": "community", "answers": answers, "kinds": [4], "needs": [6]}
        advice = await self.page.call("advise", **chosen)
        for name, wise in zip(("contacts", "sections"), pack.advise({"safe": "no"}, [4], [6])):
            told = [(one["id"], one["urgency"]) for one in advice[name]]
            expect(told == wise, f"{name}: {told}, not {wise}")
        shows(PEER, PAGE, "charters", "manifest", "guidance", "bridge card")
        return f"{len(packs.PACK[6])} contacts"

    async def asks(self) -> str:
        page, photo = self.page, os.urandom(70_000)
        await self.follow()
        groups = (await page.call("newCode"))["groups"]
        self.code = " ".join(groups)
        self.seeker = self.seeker_of(self.code)
        told = {"type": "image/jpeg", "role": attachments.CLEANED, "slot": self.slot}
        number, chunks = await page.attach(photo, **told)
        asked = {"what": "request", "incident": INCIDENT, "attach": [number], "slot": self.slot}
        made = await page.compose(**asked)
        self.keep(made + chunks)
        case = self.seeker.cases[0].case
        [request] = self.member.requests(self.items.values(), self.epoch, case)
        [file] = attachments.listed(request[5].pop(13))
        expect(request[5] == numbered(INCIDENT), f"{request[5]}")
        expect(request[4] == self.seeker.cases[0].shard, "another shard")
        own = self.look()
        expect([body[1] for body in own.requests] == [INCIDENT["account"]], f"{own.requests}")
        expect(self.file(file) == photo, "another file")
        expect((file.role, file.media_type) == (attachments.CLEANED, "image/jpeg"), f"{file}")
        shows(PAGE, PEER, "request", "copy of a request", "chunk of a seeker")
        return f"{len(made)} envelopes, {len(chunks)} chunks"

    async def notes(self) -> str:
        page, paper = self.page, os.urandom(1000)
        await page.scan(self.texts)
        told = {"type": "application/pdf", "role": attachments.ORIGINAL, "slot": self.slot}
        number, chunks = await page.attach(paper, case=0, **told)
        note = {"what": "note", "incident": {"account": NOTE}, "slot": self.slot}
        self.keep(await page.compose(**note))
        again = {"what": "request", "case": 0, "incident": {"account": AGAIN, "needs": [3]}}
        again |= {"keepApart": [number], "slot": self.slot}
        self.keep(await page.compose(**again) + chunks)
        kept = self.look(1)
        expect(kept.notes == [{1: NOTE}] and not kept.requests, f"{kept}")
        case = self.look()
        expect([body.get(1) for body in case.requests] == [INCIDENT["account"], AGAIN], "requests")
        [body] = case.notes
        expect(list(body) == [13], f"{body}")
        [file] = attachments.listed(body[13])
        expect(file.role == attachments.ORIGINAL and self.file(file) == paper, f"{file}")
        key = self.seeker.cases[0].case
        read = self.member.requests(self.items.values(), self.epoch, key)
        shared = [one for request in read for one in attachments.listed(request[5].get(13))]
        expect(file.digest not in [one.digest for one in shared], "supporters have the original")
        shows(PAGE, PEER, "copy of a note", "original kept apart")
        return f"{len(chunks)} chunk"

    async def is_answered(self) -> str:
        now, member, epoch, form = self.now, self.member, self.epoch, os.urandom(66_000)
        case = self.seeker.cases[0].case
        request = member.requests(self.items.values(), epoch, case)[0]
        self.case_key, made = member.grant(now, epoch, request, [], {1: GREETING, 2: "de"})
        index, chunks = member.attach(now, self.case_key, form, "application/pdf")
        made += member.write(now, self.case_key, ANSWER, [index])
        made += member.tell(now, epoch, case, self.case_key, WAITING_FOR_YOU, STATUS)
        self.keep(made + chunks)
        [shown, _] = await self.returns(self.code)
        said = {(m["from"], m["text"], m.get("language")) for m in shown["messages"]}
        wanted = {("supporter", GREETING, "de"), ("supporter", ANSWER, "en")}
        expect(said == wanted, f"messages {said}")
        told = shown["state"], shown["helpers"], shown["canAnswer"]
        expect(told == ("waiting_for_you", [MINA], True), f"{told}")
        [status] = shown["statuses"]
        expect((status["explanation"], status["by"]) == (STATUS, MINA), f"{status}")
        expect(shown["requests"][0]["incident"] == INCIDENT, f"{shown['requests'][0]}")
        [file] = [one for m in shown["messages"] for one in m.get("attachments", [])]
        expect(await self.page.fetch(0, file["id"], self.items) == form, "another file")
        shows(PEER, PAGE, "grant", "grant with words", "words of a supporter", "status")
        shows(PEER, PAGE, "chunk of a supporter")
        return f"{len(chunks)} chunks"

    async def writes(self) -> str:
        page, slot = self.page, self.slot
        words = {"what": "words", "case": 0, "text": THANKS, "language": "en", "slot": slot}
        made = self.keep(await page.compose(**words))
        await page.scan(self.texts)
        rules = {"what": "contactRules", "case": 0, "text": RULES, "slot": slot}
        self.keep(await page.compose(**rules))
        await page.scan(self.texts)
        self.keep(await page.compose(what="reopen", case=0, slot=slot))
        items = self.items.values()
        case = self.look()
        said = [one.text for one in case.words if one.author == SEEKER]
        expect(said == [THANKS], f"words {said}")
        under = self.member.said_under(items, self.case_key, content.WORDS)
        expect(THANKS in [one.content[1] for one in under], "the supporter lacks the words")
        acts = [
            [(one.content[2], one.content.get(3), one.content[4]) for one in found]
            for found in (
                self.member.intake(items, self.epoch, content.ACT),
                self.member.said_under(items, self.case_key, content.ACT),
            )
        ]
        wanted = [(content.CONTACT_RULES, RULES, 1), (content.REOPEN, None, 2)]
        expect([sorted(one) for one in acts] == [sorted(wanted)] * 2, f"acts {acts}")
        copied = [one for one in case.copies if one.kind == content.ACT]
        expect(len(copied) == 2, f"{len(copied)} copies")
        shows(PAGE, PEER, "words of a seeker", "act: contact rules", "act: reopen")
        shows(PAGE, PEER, "copy of an act")
        return f"{len(made)} envelopes of words"

    async def _consents(self, **more: Any) -> dict[str, Any]:
        """A consent as the page showed it before it left."""
        await self.page.scan(self.texts)
        wish = {"case": 0, "bridge": text(self.bridge.key), "authority": POLICE, "now": self.now}
        wish |= {"fields": ["kinds", "account"], "purpose": PURPOSE, "days": 14}
        shown = await self.page.call("preview", **(wish | more))
        self.keep(await self.page.compose("give", slot=self.slot))
        return shown

    async def consents(self) -> str:
        first = await self._consents(extra={"area": "Harbour", "name": "M."})
        self.taken = taken = self.live()[first["id"]]
        account = f"{INCIDENT['account']}\n\n{AGAIN}"
        wanted = {"account": account, "kinds": INCIDENT["kinds"], "area": "Harbour", "name": "M."}
        expect(taken.shown.fields == wanted, f"{taken.shown.fields}")
        expect(first["mark"] == reports.mark(taken.shown.terms.id), f"{first['mark']}")
        terms = taken.shown.terms
        told = terms.audience, terms.purpose, terms.begins, terms.ends, terms.is_public
        shown = first["recipient"], first["purpose"], first["issued"], first["expires"], False
        expect(told == shown, f"{told}, not {shown}")
        lines = self.bridge.report(taken).split("\n")
        expect(lines[-1] == f"Reference: {first['mark']}", f"{lines}")
        second = await self._consents(renews=first["id"], days=60)
        public = {"authority": COUNCIL, "fields": ["bias", "danger"]}
        third = await self._consents(**public)
        try:
            await self._consents(authority=COUNCIL, fields=["account"])
        except PageRefused as refusal:
            expect(str(refusal) == "wouldBePublic", f"{refusal}")
        fourth = await self._consents(authority=COUNCIL, fields=["where"], willBePublic=True)
        live = self.live()
        expect(live[second["id"]].shown.terms.renews == terms.id, "it renews another")
        flags = [live[one["id"]].shown.terms.is_public for one in (third, fourth)]
        expect(flags == [False, True], f"public {flags}")
        kept = [one.shown.terms.id for one in self.look().consents]
        expect(set(map(text, kept)) == set(live), "the copies differ")
        shows(PAGE, PEER, "consent", "consent that renews", "copy of a consent")
        return f"{len(live)} consents"

    async def is_told(self) -> None:
        bridge, taken, salt = self.bridge, self.taken, os.urandom(32)
        leaf = forwardlog.leaf(salt, taken.shown.terms.id, POLICE, bridge.day)
        proof = forwardlog.Day.of([leaf]).proof(leaf)
        more = {"reference": REFERENCE, "proof": proof, "perhaps_twice": True}
        forward = bridge.forward(taken, salt, bridge.day, **more)
        self.keep(bridge.answer(taken, 1) + bridge.answer(taken, 4, REASON, REFERENCE, [forward]))
        self.keep(bridge.answer(taken, 99, "A state of later days."))
        shown = await self.own_consent()
        first, second, third = shown["answers"]
        when = {"slot": self.slot}
        expect(first == when | {"state": "waiting", "forwards": []}, f"{first}")
        sent = {"recipient": POLICE, "day": bridge.day, "reference": REFERENCE} | SENT_TWICE
        wanted = {"state": "forwarded", "text": REASON, "reference": REFERENCE, "forwards": [sent]}
        expect(second == when | wanted, f"{second}")
        expect((third["state"], third["text"]) == ("other", "A state of later days."), f"{third}")
        shows(PEER, PAGE, "answer", "answer with a forward")

    async def own_consent(self) -> dict[str, Any]:
        shown = (await self.returns(self.code))[0]
        id = text(self.taken.shown.terms.id)
        return next(one for one in shown["consents"] if one["id"] == id)

    async def withdraws(self) -> None:
        id, before = text(self.taken.shown.terms.id), set(self.live())
        made = await self.page.compose("withdraw", case=0, consent=id, slot=self.slot)
        self.keep(made)
        opened = self.bridge.openings(self.items.values())
        expect(self.taken.shown.terms.revoke in map(presentations.commitment, opened), "opening")
        expect(before - set(self.live()) == {id}, f"{before}")
        flags = [text(one.shown.terms.id) for one in self.look().consents if one.is_withdrawn]
        expect(flags == [id], f"withdrawn {flags}")
        shows(PAGE, PEER, "withdrawal", "copy of a withdrawal")

    async def renews(self) -> str:
        """One slot later, which is as far ahead as a node takes it."""
        later = 1
        await self.page.scan(self.texts)
        before = self.look()
        made = await self.page.compose("reseal", case=0, slot=self.slot + later)
        self.keep(made)
        after = self.look(later=later * SLOT)
        expect([c.message_id for c in after.copies] == [c.message_id for c in before.copies], "ids")
        expect([c.slot for c in after.copies] == [c.slot for c in before.copies], "other slots")
        ends = [b.expiry - a.expiry for a, b in zip(before.copies, after.copies)]
        expect(set(ends) == {later * SLOT}, f"ends {ends}")
        same = after.requests == before.requests and after.acts == before.acts
        expect(same, "it reads otherwise")
        shows(PAGE, PEER, "copy sealed anew")
        return f"{len(after.copies)} copies"

    async def erases(self) -> str:
        await self.page.scan(self.texts)
        made = await self.page.compose("erase", case=0, slot=self.slot)
        retractions = await self.page.retractions()
        self.keep(made)
        count = self.take_back(retractions)
        expect(count == len(retractions), f"{count} of {len(retractions)} find their target")
        items, case = self.items.values(), self.seeker.cases[0].case
        expect(not self.member.requests(items, self.epoch, case), "a request is left")
        acts = [one.content[2] for one in self.member.intake(items, self.epoch, content.ACT)]
        expect(content.ERASE in acts, f"acts {acts}")
        expect(not self.live(), "a consent is left")
        left = self.look()
        expect(not left.requests and not left.words and not left.grants, f"{left}")
        expect(content.ERASE in [act[2] for act in left.acts], f"{left.acts}")
        shows(PAGE, PEER, "act: erase", "retraction")
        return f"{count} retractions"


async def play(report: Report, now: int) -> None:
    """A browser, and all steps with it."""
    page = Page()
    try:
        await page.open()
        await PageSteps(page, now).play(report)
        await PageByCode(page, now).play(report)
    finally:
        await page.close()
