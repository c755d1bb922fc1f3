"""Steps: what one seeker sealed at another client, the page opens by the code alone."""

import os
from typing import Any

import attachments
import cbor
import content
import returncodes
from basics import SLOT
from bridge import Taken
from envelopes import Envelope
from founder import Founder
from kinds import PAGE, PEER, shows
from page import text
from pagestage import (
    ANSWER,
    INCIDENT,
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


class PageByCode(PageStage):
    """The page has a code that was never typed there before, and nothing else."""

    async def play(self, report: Report) -> None:
        """All steps of this part."""
        await report.step("page: opens all that the same seeker sealed here", self.opens_all)
        await report.step("page: shows nothing that breaks a rule", self.forges)

    async def opens_all(self) -> str:
        """The same person first used another client: the page has the code, and nothing else."""
        now, photo, paper = self.now, os.urandom(67_000), os.urandom(500)
        code = returncodes.make()
        self.seeker = seeker = self.seeker_of(code)
        index, chunks = seeker.attach(now, 0, photo, "image/png")
        original, more = seeker.attach(now, 0, paper, "application/pdf", attachments.ORIGINAL)
        before = now - 2 * SLOT
        made = seeker.ask(before, 0, numbered(INCIDENT) | {13: [index]})
        made += seeker.note(before, 0, {13: [original]}) + seeker.note(before, 1, {1: NOTE})
        self.keep(made + chunks + more)
        request = self.member.requests(self.items.values(), self.epoch, seeker.cases[0].case)[0]
        _, made = self.member.answer(now, self.epoch, request, [], ANSWER)
        self.keep(made)
        self.keep(seeker.write(now, self.look(), THANKS, "en"))
        for act, value in ((content.CONTACT_RULES, RULES), (content.REOPEN, None)):
            self.keep(seeker.act(now, self.look(), act, value))
        ids = []
        for renews in (None, 0):
            old = ids[renews] if renews is not None else None
            shared = ["kinds", "where"], {"email": "m@post.example"}
            of = self.card, POLICE, PURPOSE, *shared
            shown, made = seeker.consent(now, self.look(), *of, renews=old)
            self.keep(made)
            ids.append(shown.terms.id)
        self.keep(seeker.withdraw(now, self.look(), self.card, ids[0]))
        first = (await self.returns(code))[0]["lastDay"]
        for number in (0, 1):
            self.keep(seeker.renew(now, self.look(number)))
        [case, note] = await self.returns(code)
        expect(case["lastDay"] - first == 2 * SLOT, f"it ends {case['lastDay'] - first} s later")
        [shown] = case["requests"]
        told = shown["incident"], shown["slot"], note["requests"][0]["incident"]
        expect(told == (INCIDENT, before // SLOT, {"account": NOTE}), f"{told}")
        expect((note["isNote"], len(note["requests"])) == (True, 1), f"{note}")
        said = {(m["from"], m["text"]) for m in case["messages"]}
        expect(said == {("you", THANKS), ("supporter", ANSWER)}, f"messages {said}")
        flags = case["contact"], case["isReopened"], case["isErased"]
        expect(flags == (RULES, True, False), f"{flags}")
        own = {one["id"]: one for one in case["consents"]}
        withdrawn = [own[text(id)]["isWithdrawn"] for id in ids]
        expect(withdrawn == [True, False], f"withdrawn {withdrawn}")
        fields = {one["name"]: one["value"] for one in own[text(ids[1])]["fields"]}
        expect(set(fields) == {"kinds", "where", "email"}, f"{fields}")
        [file], [kept] = shown["attachments"], case["kept"]
        expect(await self.page.fetch(0, file["id"], self.items) == photo, "another file")
        expect(await self.page.fetch(0, kept["id"], self.items) == paper, "another original")
        expect((file["isOriginal"], kept["isOriginal"]) == (False, True), f"{file} {kept}")
        self.keep(seeker.act(now, self.look(), content.ERASE))
        [case, _] = await self.returns(code)
        expect(case["isErased"], "it is not erased")
        shows(PEER, PAGE, "copy of a request", "copy of a note", "copy of an act")
        shows(PEER, PAGE, "copy of a consent", "copy of a withdrawal", "copy sealed anew")
        shows(PEER, PAGE, "words of a seeker", "chunk of a seeker", "original kept apart")
        shows(PEER, PAGE, "act: contact rules", "act: reopen", "act: erase")
        return f"{len(self.texts)} envelopes"

    async def forges(self) -> str:
        """All under the right keys, and each beside a good one, which alone is shown."""
        now, member, code = self.now, self.member, returncodes.make()
        self.seeker = seeker = self.seeker_of(code)
        self.keep(seeker.ask(now, 0, {1: NOTE}))
        case = seeker.cases[0].case
        [request] = member.requests(self.items.values(), self.epoch, case)
        key, made = member.answer(now, self.epoch, request, [], ANSWER)
        self.keep(made)
        shown, made = seeker.consent(now, self.look(), self.card, POLICE, PURPOSE, ["account"])
        self.keep(made)
        [taken] = [one for one in self.live().values() if one.shown.terms.id == shown.terms.id]
        self.keep(self.bridge.answer(taken, 1))
        before = await self.returns(code)
        expect(len(before[0]["messages"]) == 1 and before[0]["consents"][0]["answers"], f"{before}")
        bad = self._bad_of_members(request, key) + self._bad_of_others(taken, key)
        self.keep(bad)
        after = await self.returns(code)
        expect(after == before, f"{after}, not {before}")
        return f"{len(bad)} forgeries"

    def _bad_of_members(self, request: dict[int, Any], key: bytes) -> list[Envelope]:
        """Statuses and grants whose signer or certificate does not hold."""
        now, member, case = self.now, self.member, self.seeker.cases[0].case
        stranger = Founder(NAME, now, WORK_BASE)
        stranger.id, stranger.network = self.founder.id, self.founder.network
        outside, foreign = stranger.admit(self.manifest, "Nobody")
        status: dict[int, Any] = {1: case, 2: WAITING_FOR_YOU, 3: "forged"}
        under, kind = member.under(now, key), content.STATUS
        good = status | {5: self.epoch.certificate}
        other = content.say(member.community, os.urandom(16), good, [member.persona_seed])
        made = under.seal(kind, os.urandom(16), other)
        made += member.say(under, kind, good | {2: 7})
        made += member.say(under, kind, good | {1: os.urandom(32)})
        made += outside.say(under, kind, status | {5: foreign.certificate})
        made += outside.say(under, kind, good)
        return made + outside.grant(now, foreign, request, [], {1: "forged"})[1]

    def _bad_of_others(self, taken: Taken, key: bytes) -> list[Envelope]:
        """Acts of another persona, words without text, answers on another consent, odd copies."""
        now, seeker, member = self.now, self.seeker, self.member
        keys, under, id = seeker.cases[0], member.under(now, key), os.urandom(16)
        act = {1: keys.case, 2: content.ERASE, 4: 1}
        payload = content.say(member.community, id, act, [os.urandom(32)])
        made = under.seal(content.ACT, id, payload)
        made += under.seal(content.WORDS, os.urandom(16), cbor.encode({1: b"forged"}))
        reply = member.under(now, taken.reply)
        answer = {1: os.urandom(16), 2: 9, 3: 4, 4: "forged"}
        made += reply.seal(content.ANSWER, os.urandom(16), cbor.encode(answer))
        answer = {1: taken.shown.terms.id, 2: 9, 4: "forged"}
        made += reply.seal(content.ANSWER, os.urandom(16), cbor.encode(answer))
        for kind, copied in ((content.ACT, payload), (content.CONSENT, b"\x80"), (0x13, b"\xa0")):
            made += seeker.copy(now // SLOT, keys, kind, copied, id)
        return made
