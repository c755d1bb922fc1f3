"""Steps: a seeker's journey, through the node's community and back."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attachments
import content
import returncodes
from casefiles import SEEKER, SUPPORTER, Case
from envelopes import Retraction
from node import Peer
from seeker import Seeker
from stage import Report, Stage, expect

LANGUAGE = "en"
ACCOUNT = "Someone waits for me at the door every evening. Größe, 見て."
ANSWER = "We are here. Do you have a safe place for tonight?"
THANKS = "Yes, with my sister. " + "Thank you. " * 900
RULES = "never by phone"


class Journey:
    """One seeker from the first words to erasing everything."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.code = returncodes.make()
        self.peer: Peer
        self.seeker: Seeker
        self.case = ""

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
        await report.step("kith open finds a note and a second case of one code", self.keeps_note)
        await self.stage.leave()

    async def _seeker(self, code: str) -> tuple[Peer, Seeker]:
        """A seeker on a peer that knows nothing but an invite and a code."""
        await self.stage.leave()
        peer, _ = await self.stage.linked()
        manifest = peer.store.manifest(self.stage.invite.community)
        assert manifest is not None
        network = self.stage.invite.network
        return peer, Seeker(code, network, manifest, peer.store.work_base)

    def look(self) -> Case:
        """The case, as the code opens it now."""
        return self.seeker.look(self.peer.now(), self.peer.store.envelopes.values())[0]

    async def _come(self, whole: Callable[[Case], object]) -> None:
        """Waits until everything that a case should hold has come."""
        came = await self.peer.until(lambda: whole(self.look()))
        expect(came, f"it is not whole: {self.look()}")

    async def _send(self, items: list[Any]) -> None:
        """Submits items and waits until the node has them."""
        await self.peer.submit(*items)
        network = self.stage.invite.network
        ids = [item.id(network) for item in items]
        kept = await self.peer.until(lambda: all(self.peer.announced[id] for id in ids))
        expect(kept, "the node does not acknowledge")

    async def _show(self) -> dict[str, Any]:
        [shown] = await self.stage.node.command("show", self.case)
        return shown

    def _file(self, text: str) -> str:
        path = Path(self.stage.folder) / os.urandom(4).hex()
        path.write_text(text, encoding="utf-8")
        return str(path)

    async def asks(self) -> None:
        self.peer, self.seeker = await self._seeker(self.code)
        incident = {
            1: ACCOUNT,
            2: LANGUAGE,
            3: [[4, "02082"]],
            8: [1, 3],
            9: "after 18:00",
            12: True,
        }
        await self._send(list(self.seeker.ask(self.peer.now(), 0, incident)))
        self.case = self.seeker.cases[0].case.hex()
        [inbox] = await self.stage.node.command("inbox")
        expect([case["case"] for case in inbox["cases"]] == [self.case], "another inbox")
        expect(inbox["cases"][0]["risk"] == "danger", "the danger is not shown")
        request = (await self._show())["requests"][0]
        expect(request["account"] == ACCOUNT, f"the account is {request['account']}")
        expect(request["needs"] == ["someone_to_talk_to", "safe_place"], "the needs")

    async def finds(self) -> None:
        reply = "reply", self.case, "--language", LANGUAGE
        await self.stage.node.command(*reply, "--file", self._file(ANSWER))
        self.peer, self.seeker = await self._seeker(self.code)
        await self._come(lambda case: case.words and case.grants and case.copies)
        case = self.look()
        expect([(w.author, w.text) for w in case.words] == [(SUPPORTER, ANSWER)], f"{case.words}")

    async def writes(self) -> str:
        written = self.seeker.write(self.peer.now(), self.look(), THANKS, LANGUAGE)
        await self._send(list(written))
        messages = (await self._show())["messages"]
        said = [(message["from"], message["text"]) for message in messages]
        expect(said == [(SUPPORTER, ANSWER), (SEEKER, THANKS)], f"kith show: {said}")
        both = [(SUPPORTER, ANSWER), (SEEKER, THANKS)]
        expect([(w.author, w.text) for w in self.look().words] == both, "read back")
        return f"{len(written)} envelopes of {len(written[0].raw)} bytes"

    async def sees_status(self) -> None:
        words = "status", self.case, "referred", "--explain", "Ana is at the centre"
        await self.stage.node.command(*words)
        await self._come(lambda case: case.state == (4, "Ana is at the centre"))

    async def acts(self) -> None:
        rules = self.seeker.act(self.peer.now(), self.look(), content.CONTACT_RULES, RULES)
        await self._send(list(rules))
        expect((await self._show())["contactRules"] == RULES, "the rules are not replaced")
        await self.stage.node.command("close", self.case, "--explain", "done")
        await self._come(lambda case: case.state == (6, "done"))
        reopen = self.seeker.act(self.peer.now(), self.look(), content.REOPEN)
        await self._send(list(reopen))
        state = (await self._show())["summary"]["state"]
        expect(state == "in_progress", f"after reopening it is {state}")

    async def erases(self) -> str:
        case = self.look()
        await self._send(list(self.seeker.act(self.peer.now(), case, content.ERASE)))
        retractions: list[Retraction] = self.seeker.erase(case)
        await self._send(list(retractions))
        network = self.stage.invite.network
        ids = [retraction.id(network) for retraction in retractions]
        told = await self.peer.until(lambda: all(self.peer.receipts[id] for id in ids))
        expect(told, "receipts are missing")
        await self.stage.node.command("open", typed=self.code, status=66)
        return f"{len(ids)} receipts"

    async def is_erased(self) -> None:
        shown = await self._show()
        expect(shown["summary"]["erased"], "it does not count as erased")
        expect(ACCOUNT not in str(shown), "kith show still has the account")

    async def reads_theirs(self) -> None:
        node = self.stage.node
        code, sent = await node.ask("ask", "--file", self._file(ACCOUNT))
        reply = "reply", sent["case"], "--language", LANGUAGE
        await node.command(*reply, "--file", self._file(ANSWER))
        more = "open", "--say", self._file("More."), "--language", LANGUAGE
        await node.command(*more, typed=code)
        self.peer, self.seeker = await self._seeker(code)
        await self._come(lambda case: len(case.words) == 2 and case.copies)
        case = self.look()
        expect(case.keys.case.hex() == sent["case"], "another case")
        said = {(words.author, words.text) for words in case.words}
        expect(said == {(SUPPORTER, ANSWER), (SEEKER, "More.")}, f"{case.words}")

    async def opens_files(self) -> str:
        node, note, form = self.stage.node, os.urandom(150_000), os.urandom(70_000)
        asked = self._bytes(note, "pdf")
        code, sent = await node.ask("ask", "--file", self._file(ACCOUNT), "--attach", asked)
        words = "--file", self._file(ANSWER), "--attach", self._bytes(form, "jpg")
        await node.command("reply", sent["case"], *words)
        self.peer, self.seeker = await self._seeker(code)
        await self._come(lambda case: case.words and case.own_files)
        case = self.look()
        [own], [theirs] = case.own_files, case.words[0].files
        held, network = self.peer.store.envelopes, self.stage.invite.network
        names = own.ids(network) + theirs.ids(network)
        await self.peer.until(lambda: all(name in held for name in names))
        expect(attachments.fetch(own, network, held) == note, "another file")
        expect(attachments.fetch(theirs, network, held) == form, "another answer")
        types = own.media_type, own.role, theirs.media_type
        expect(types == ("application/pdf", 1, "image/jpeg"), f"types {types}")
        return f"{len(names)} chunks"

    async def is_opened(self) -> str:
        photo, code = os.urandom(66_000), returncodes.make()
        self.peer, self.seeker = await self._seeker(code)
        now = self.peer.now()
        index, chunks = self.seeker.attach(now, 0, photo, "image/png")
        incident = {1: ACCOUNT, 2: LANGUAGE, 13: [index]}
        await self._send([*self.seeker.ask(now, 0, incident), *chunks])
        case = self.seeker.cases[0].case.hex()
        [shown] = await self.stage.node.command("case", "attachments", case)
        [file] = shown["attachments"]
        expect((file["held"], file["chunks"]) == (2, 2), f"{file}")
        expect(not file["file"]["original"], "it counts as an original")
        place = Path(self.stage.folder) / os.urandom(4).hex()
        await self.stage.node.command("case", "save-attachment", case, "1", "--to", str(place))
        expect(place.read_bytes() == photo, "another file")
        await self._send(list(self.seeker.erase_files(self.look())))
        [shown] = await self.stage.node.command("case", "attachments", case)
        expect(shown["attachments"][0]["held"] == 0, "chunks are left")
        return f"{len(chunks)} chunks"

    def _bytes(self, data: bytes, ending: str) -> str:
        path = Path(self.stage.folder) / f"{os.urandom(4).hex()}.{ending}"
        path.write_bytes(data)
        return str(path)

    async def keeps_note(self) -> None:
        code = returncodes.make()
        self.peer, self.seeker = await self._seeker(code)
        now = self.peer.now()
        await self._send(list(self.seeker.note(now, 0, {1: "It happened again.", 2: LANGUAGE})))
        cases = self.seeker.look(now, self.peer.store.envelopes.values())
        free = next(index for index, case in enumerate(cases) if case.is_free)
        expect(free == 1, f"the lowest free case is {free}")
        await self._send(list(self.seeker.ask(now, free, {1: ACCOUNT, 2: LANGUAGE})))
        [opened] = await self.stage.node.command("open", typed=code)
        accounts = [case["request"]["account"] for case in opened["cases"]]
        expect(accounts == [ACCOUNT], f"cases {accounts}")
        expect("It happened again." in str(opened["notes"]), f"notes {opened['notes']}")
