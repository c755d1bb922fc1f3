"""Steps: a seeker's journey, through the node's community and back."""

import os

import attachments
import content
import returncodes
from casefiles import SEEKER, SUPPORTER
from envelopes import Retraction
from kinds import KITH, PEER, shows
from stage import Report, expect
from steps_seekers import LANGUAGE, SeekerSteps

ACCOUNT = "Someone waits for me at the door every evening. Größe, 見て."
ANSWER = "We are here. Do you have a safe place for tonight?"
THANKS = "Yes, with my sister. " + "Thank you. " * 900
RULES = "never by phone"


class Journey(SeekerSteps):
    """One seeker from the first words to erasing everything."""

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        await report.step("asks: request and self copy, read in kith inbox", self.asks)
        await report.step("finds grant and words of kith reply, by the code alone", self.finds)
        await report.step("writes back under the case key, in several parts", self.writes)
        await report.step("sees the status that kith status tells", self.sees_status)
        await report.step("acts: new rules for contact, closed, reopened", self.acts)
        await report.step("erases: act and retractions, receipts counted", self.erases)
        await report.step("what was erased is shown to supporters no more", self.is_erased)
        await report.step(
            "reads with the code what kith ask and kith open wrote", self.reads_theirs
        )
        await report.step("a file of kith ask and one of kith reply open here", self.opens_files)
        await report.step("kith case saves a file that was sealed here", self.is_opened)
        await self.stage.leave()

    async def asks(self) -> None:
        self.peer, self.seeker = await self.comes(self.code)
        incident = {
            1: ACCOUNT,
            2: LANGUAGE,
            3: [[4, "02082"]],
            8: [1, 3],
            9: "after 18:00",
            12: True,
        }
        await self.send(list(self.seeker.ask(self.peer.now(), 0, incident)))
        self.case = self.seeker.cases[0].case.hex()
        [inbox] = await self.stage.node.command("inbox")
        expect([case["case"] for case in inbox["cases"]] == [self.case], "another inbox")
        expect(inbox["cases"][0]["risk"] == "danger", "the danger is not shown")
        request = (await self.show())["requests"][0]
        expect(request["account"] == ACCOUNT, f"the account is {request['account']}")
        expect(request["needs"] == ["someone_to_talk_to", "safe_place"], "the needs")
        shows(PEER, KITH, "request")

    async def finds(self) -> None:
        reply = "reply", self.case, "--language", LANGUAGE
        await self.stage.node.command(*reply, "--file", self.text_file(ANSWER))
        self.peer, self.seeker = await self.comes(self.code)
        await self.until(lambda case: case.words and case.grants and case.copies)
        case = self.look()
        expect([(w.author, w.text) for w in case.words] == [(SUPPORTER, ANSWER)], f"{case.words}")
        expect(case.helpers == ["Ada"], f"helpers {case.helpers}")
        shows(KITH, PEER, "grant", "words of a supporter")

    async def writes(self) -> str:
        written = self.seeker.write(self.peer.now(), self.look(), THANKS, LANGUAGE)
        await self.send(list(written))
        messages = (await self.show())["messages"]
        said = [(message["from"], message["text"]) for message in messages]
        expect(said == [(SUPPORTER, ANSWER), (SEEKER, THANKS)], f"kith show: {said}")
        both = [(SUPPORTER, ANSWER), (SEEKER, THANKS)]
        expect([(w.author, w.text) for w in self.look().words] == both, "read back")
        shows(PEER, KITH, "words of a seeker")
        return f"{len(written)} envelopes of {len(written[0].raw)} bytes"

    async def sees_status(self) -> None:
        words = "status", self.case, "referred", "--explain", "Ana is at the centre"
        await self.stage.node.command(*words)
        await self.until(lambda case: case.state == (4, "Ana is at the centre"))
        shows(KITH, PEER, "status")

    async def acts(self) -> None:
        rules = self.seeker.act(self.peer.now(), self.look(), content.CONTACT_RULES, RULES)
        await self.send(list(rules))
        expect((await self.show())["contactRules"] == RULES, "the rules are not replaced")
        shows(PEER, KITH, "act: contact rules")
        await self.stage.node.command("close", self.case, "--explain", "done")
        await self.until(lambda case: case.state == (6, "done"))
        reopen = self.seeker.act(self.peer.now(), self.look(), content.REOPEN)
        await self.send(list(reopen))
        state = (await self.show())["summary"]["state"]
        expect(state == "in_progress", f"after reopening it is {state}")
        shows(PEER, KITH, "act: reopen")

    async def erases(self) -> str:
        case = self.look()
        await self.send(list(self.seeker.act(self.peer.now(), case, content.ERASE)))
        retractions: list[Retraction] = self.seeker.erase(case)
        await self.send(list(retractions))
        network = self.stage.invite.network
        ids = [retraction.id(network) for retraction in retractions]
        told = await self.peer.until(lambda: all(self.peer.receipts[id] for id in ids))
        expect(told, "receipts are missing")
        await self.stage.node.command("open", typed=self.code, status=66)
        shows(PEER, KITH, "retraction")
        return f"{len(ids)} receipts"

    async def is_erased(self) -> None:
        shown = await self.show()
        expect(shown["summary"]["erased"], "it does not count as erased")
        expect(ACCOUNT not in str(shown), "kith show still has the account")
        shows(PEER, KITH, "act: erase")

    async def reads_theirs(self) -> None:
        node = self.stage.node
        code, sent = await node.ask("ask", "--file", self.text_file(ACCOUNT))
        reply = "reply", sent["case"], "--language", LANGUAGE
        await node.command(*reply, "--file", self.text_file(ANSWER))
        more = "open", "--say", self.text_file("More."), "--language", LANGUAGE
        await node.command(*more, typed=code)
        self.peer, self.seeker = await self.comes(code)
        await self.until(lambda case: len(case.words) == 2 and case.copies)
        case = self.look()
        expect(case.keys.case.hex() == sent["case"], "another case")
        said = {(words.author, words.text) for words in case.words}
        expect(said == {(SUPPORTER, ANSWER), (SEEKER, "More.")}, f"{case.words}")
        expect([body[1].strip() for body in case.requests] == [ACCOUNT], f"{case.requests}")
        shows(KITH, PEER, "copy of a request", "words of a seeker")

    async def opens_files(self) -> str:
        node, note, form = self.stage.node, os.urandom(150_000), os.urandom(70_000)
        asked = self.bytes_file(note, "pdf")
        code, sent = await node.ask("ask", "--file", self.text_file(ACCOUNT), "--attach", asked)
        words = "--file", self.text_file(ANSWER), "--attach", self.bytes_file(form, "jpg")
        await node.command("reply", sent["case"], *words)
        self.peer, self.seeker = await self.comes(code)
        await self.until(lambda case: case.words and case.own_files)
        case = self.look()
        [own], [theirs] = case.own_files, case.words[0].files
        held, network = self.peer.store.envelopes, self.stage.invite.network
        names = own.ids(network) + theirs.ids(network)
        await self.peer.until(lambda: all(name in held for name in names))
        expect(attachments.fetch(own, network, held) == note, "another file")
        expect(attachments.fetch(theirs, network, held) == form, "another answer")
        types = own.media_type, own.role, theirs.media_type
        expect(types == ("application/pdf", 1, "image/jpeg"), f"types {types}")
        shows(KITH, PEER, "chunk of a seeker", "chunk of a supporter")
        return f"{len(names)} chunks"

    async def is_opened(self) -> str:
        photo, code = os.urandom(66_000), returncodes.make()
        self.peer, self.seeker = await self.comes(code)
        now = self.peer.now()
        index, chunks = self.seeker.attach(now, 0, photo, "image/png")
        incident = {1: ACCOUNT, 2: LANGUAGE, 13: [index]}
        await self.send([*self.seeker.ask(now, 0, incident), *chunks])
        case = self.seeker.cases[0].case.hex()
        [shown] = await self.stage.node.command("case", "attachments", case)
        [file] = shown["attachments"]
        expect((file["held"], file["chunks"]) == (2, 2), f"{file}")
        expect(not file["file"]["original"], "it counts as an original")
        place = self.new_path()
        await self.stage.node.command("case", "save-attachment", case, "1", "--to", str(place))
        expect(place.read_bytes() == photo, "another file")
        await self.send(list(self.seeker.erase_files(self.look())))
        [shown] = await self.stage.node.command("case", "attachments", case)
        expect(shown["attachments"][0]["held"] == 0, "chunks are left")
        shows(PEER, KITH, "chunk of a seeker")
        return f"{len(chunks)} chunks"
