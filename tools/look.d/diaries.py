"""A note that goes on for days, and becomes a request that keeps its picture."""

import base64

from attaching import MADE
from steps import eventually, expect, expect_soon
from telling import LONG

ENTRIES = ("Monday: wimbleyard.", "Tuesday: again wimbleyard.", "Friday: only for me, tarnquist.")
ASKED = "He waits before my door: hollinfeld."


class DiaryTroubles:
    """For a run of its own with one browser."""

    def try_diary(self, look):
        """Entries of one note, each with its day; a request opens the note's own case."""
        page, journey = self.browse(look)
        folder = self.scene.folder / "diary"
        folder.mkdir(exist_ok=True)
        with self.step("diary: a note with a picture"):
            journey.enter()
            self.keep_note(page, journey, folder / "door.jpg")
        with self.step("diary: it goes on in the same note, each entry with its day"):
            journey.back_to_case("note")
            self.add_entry(page, journey, "case.note.more", ENTRIES[1])
            journey.back_to_case("note")
            said = journey.said("you")
            expect(len(said) == 2, f"the note has {len(said)} entries")
            for text, one in zip(ENTRIES, said):
                expect(text in one, f"{text!r} is not there: {one!r}")
            days = page.texts(".said.you time")
            expect(len(days) == 2 and all(days), f"the entries' days are {days}")
            journey.look.see("note-entries")
        with self.step("diary: asking with it keeps its picture, and not its words"):
            before = self.scene.inbox()
            page.press("case.note.ask")
            page.at("account.title.request")
            told = page.js("return document.querySelector('main textarea').value")
            expect(told == "\n\n".join(ENTRIES[:2]), f"to be changed stands {told!r}")
            page.fill("account.name", ASKED)
            journey.skip_to_review()
            page.says("review.note.files")
            expect(page.js("return document.querySelector('main input').checked"),
                   "the picture does not go along")
            journey.look.see("review-note")
            page.press("review.send.request")
            journey.arrived("request")
            case = self.scene.new_case(before)
            told = self.scene.shown(case)["requests"]
            expect([one["account"] for one in told] == [ASKED], f"the desk reads {told}")
            self.expect_picture(case)
        with self.step("diary: the entries stay with their writer, and a further one too"):
            journey.back_to_case()
            self.add_entry(page, journey, "case.note.beside", ENTRIES[2])
            journey.back_to_case()
            alone = page.words.plain("case.you.alone")
            said = page.texts(".said.you")
            kept = [[text in one for text in (*ENTRIES, ASKED)] for one in said if alone in one]
            expect(len(said) == 4 and sorted(kept) == sorted(
                [[at == place for at in range(4)] for place in range(3)]), f"the case shows {said}")
            journey.look.see("case-notes")
            expect(len(self.scene.shown(case)["requests"]) == 1, "the desk has an entry")

    def keep_note(self, page, journey, picture):
        made = page.chromium.wait_js(MADE, "image/jpeg", 300, 200)
        picture.write_bytes(base64.b64decode(made))
        page.press("choose.note")
        page.at("account.title.note")
        page.fill("account.name", ENTRIES[0])
        page.press("question.on")
        page.at("kinds.title")
        while page.title != page.words.plain("files.title"):
            title = page.title
            page.press("question.skip")
            page.until(lambda: page.title != title, "the next question does not come")
        page.element("input[type=file]").send_keys(str(picture))
        page.says("files.added", 60)
        page.press("question.on")
        page.at("review.title")
        page.press("review.send.note")
        journey.take_code()
        journey.arrived("note")

    def add_entry(self, page, journey, verb, text):
        page.press(verb)
        page.at("write.title.note")
        page.press("write.on")
        page.says("write.empty")
        page.fill("write.name", text)
        journey.look.see("write-note")
        page.press("write.on")
        journey.arrived("note")

    def expect_picture(self, case):
        def is_there():
            files = self.scene.desk("case", "attachments", case)["attachments"]
            whole = [one["held"] == one["chunks"] for one in files]
            expect_soon(whole == [True], f"the desk has {files}")
        eventually(is_there, LONG)
