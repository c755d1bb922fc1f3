"""Steps: what a seeker keeps under a code, for themselves alone and for longer."""

import os

import attachments
import content
import returncodes
from basics import SLOT
from kinds import KITH, PEER, shows
from stage import Report, expect
from steps_seekers import LANGUAGE, SeekerSteps

ACCOUNT = "He stood at the window again. Größe, 見て."
NOTE = "It happened again."
RULES = "Write, never call."
SOME_SLOTS = 3
HAND_OVER, WITHDRAW = content.HAND_OVER, content.WITHDRAW


class Keeping(SeekerSteps):
    """Notes, originals, copies sealed anew, and acts that nobody acts on yet."""

    async def play(self, report: Report) -> None:
        """All steps of this part."""
        await report.step("a note of kith note, and the file beside it, open here", self.opens_note)
        await report.step("kith open finds a note and a second case of one code", self.keeps_note)
        await report.step("kith open saves what only the code opens", self.keeps_original)
        await report.step("kith open shows copies that were sealed anew once", self.renews)
        await report.step("kith open has the acts that were sealed here", self.acts)
        await report.step("acts without effect at kith change nothing it shows", self.hands_over)
        await self.stage.leave()

    async def opens_note(self) -> str:
        paper = os.urandom(66_000)
        words = "--file", self.text_file(ACCOUNT), "--attach", self.bytes_file(paper, "pdf")
        code, _ = await self.stage.node.ask("note", *words)
        self.peer, self.seeker = await self.comes(code)
        case = await self.until(lambda case: case.notes and case.own_files)
        expect([note[1].strip() for note in case.notes] == [ACCOUNT], f"notes {case.notes}")
        expect(not case.requests, "it is a request")
        [file] = case.own_files
        held, network = self.peer.store.envelopes, self.stage.invite.network
        names = file.ids(network)
        await self.peer.until(lambda: all(name in held for name in names))
        expect(attachments.fetch(file, network, held) == paper, "another file")
        expect(file.role == attachments.ORIGINAL, "it counts as cleaned")
        shows(KITH, PEER, "copy of a note", "original kept apart")
        return f"{len(names)} chunks"

    async def keeps_note(self) -> None:
        code = returncodes.make()
        self.peer, self.seeker = await self.comes(code)
        now = self.peer.now()
        await self.send(list(self.seeker.note(now, 0, {1: NOTE, 2: LANGUAGE})))
        cases = self.seeker.look(now, self.peer.store.envelopes.values())
        free = next(index for index, case in enumerate(cases) if case.is_free)
        expect(free == 1, f"the lowest free case is {free}")
        await self.send(list(self.seeker.ask(now, free, {1: ACCOUNT, 2: LANGUAGE})))
        [opened] = await self.stage.node.command("open", typed=code)
        accounts = [case["request"]["account"] for case in opened["cases"]]
        expect(accounts == [ACCOUNT], f"cases {accounts}")
        notes = [one["note"]["account"] for one in opened["notes"]]
        expect(notes == [NOTE], f"notes {opened['notes']}")
        shows(PEER, KITH, "copy of a request", "copy of a note")

    async def keeps_original(self) -> None:
        """An original stands in a note under the keys of the case, and supporters lack it."""
        code, photo = returncodes.make(), os.urandom(1000)
        self.peer, self.seeker = await self.comes(code)
        now = self.peer.now()
        index, chunks = self.seeker.attach(now, 0, photo, "image/jpeg", attachments.ORIGINAL)
        made = self.seeker.ask(now, 0, {1: ACCOUNT}) + self.seeker.note(now, 0, {13: [index]})
        await self.send([*made, *chunks])
        [opened] = await self.stage.node.command("open", typed=code)
        [file] = opened["files"]
        told = file["kept"], file["original"], file["size"], file["type"]
        expect(told == (True, True, len(photo), "image/jpeg"), f"{file}")
        place = self.new_path()
        await self.stage.node.command("open", "--save-file", "1", "--to", str(place), typed=code)
        expect(place.read_bytes() == photo, "another file")
        self.case = self.seeker.cases[0].case.hex()
        expect((await self.show())["attachments"] == [], "supporters have it")
        shows(PEER, KITH, "original kept apart")

    async def renews(self) -> str:
        """Half an hour later; the first copies say when it was written, the last when it ends."""
        code = returncodes.make()
        self.peer, self.seeker = await self.comes(code)
        now = self.peer.now()
        before = now - SOME_SLOTS * SLOT
        made = self.seeker.ask(before, 0, {1: ACCOUNT}) + self.seeker.note(before, 1, {1: NOTE})
        await self.send(list(made))
        [first] = await self.stage.node.command("open", typed=code)
        for index in (0, 1):
            await self.send(list(self.seeker.renew(now, self.look(index))))
        [opened] = await self.stage.node.command("open", typed=code)
        [case], [note] = opened["cases"], opened["notes"]
        expect(case["request"]["account"] == ACCOUNT, f"{case}")
        at = before // SLOT * SLOT
        expect((note["note"]["account"], note["at"]) == (NOTE, at), f"{note}")
        later = case["lastDay"] - first["cases"][0]["lastDay"]
        expect(later == (now // SLOT - before // SLOT) * SLOT, f"it ends {later} s later")
        shows(PEER, KITH, "copy sealed anew")
        return f"{later} s more"

    async def acts(self) -> None:
        """kith open knows of an act by its copy alone."""
        code = returncodes.make()
        self.peer, self.seeker = await self.comes(code)
        now = self.peer.now()
        await self.send(list(self.seeker.ask(now, 0, {1: ACCOUNT})))
        self.case = self.seeker.cases[0].case.hex()
        await self.send(list(self.seeker.act(now, self.look(), content.ERASE)))
        await self.stage.node.command("open", "--reopen", typed=code, status=65)
        shows(PEER, KITH, "copy of an act")

    async def hands_over(self) -> None:
        self.peer, self.seeker = await self.comes(returncodes.make())
        now = self.peer.now()
        await self.send(list(self.seeker.ask(now, 0, {1: ACCOUNT, 9: RULES})))
        self.case = self.seeker.cases[0].case.hex()
        before = await self.show()
        other = os.urandom(32)
        for act, value in ((HAND_OVER, other), (WITHDRAW, None)):
            await self.send(list(self.seeker.act(now, self.look(), act, value)))
        counters = [act[4] for act in self.look().acts]
        expect(counters == [1, 2], f"counters {counters}")
        expect(await self.show() == before, "kith show differs")
