"""What becomes of what was written when it is not sent: refused, halfway, or left for something else."""

import threading

from between import Between
from steps import expect
from telling import LONG, OTHER_CODE

SUBMIT = "POST /api/submissions"


class KeepingTroubles:
    """Nothing that somebody wrote is lost without a word, and nothing is said that isn't so."""

    def try_send_refused(self, look):
        """The relay takes nothing: what was written can be copied, changed and sent again."""
        refused = [(507, "full"), (422, "weakWork"), (404, "unknownCommunity")]
        way = Between(self.scene.page_port,
                      lambda asked: refused.pop(0) if refused and asked == SUBMIT else None)
        page, journey = self.browse(look, way.address)
        before = self.scene.inbox()
        with self.step("send-refused: said with its reason; copied, and back where it was written"):
            journey.enter(self.scene.link.replace(self.scene.address, way.address))
            journey.quick_request("Not taken at first: quaverlea.")
            journey.take_code()
            page.says("progress.failed")
            page.says("refused.relayFull")
            page.press("sending.copy")
            said = [page.words.table[key] for key in ("code.copied", "sending.copy.failed")]
            page.until(lambda: any(text in page.text() for text in said), "copying says nothing")
            journey.look.see("send-refused")
            page.press("sending.back")
            page.at("review.title")
            expect("Not taken at first: quaverlea." in page.text(), "the words are not there")
            page.press("review.change")
            page.fill("account.name", "Changed and taken: quaverlea.")
            page.press("question.done")
        with self.step("send-refused: refused twice more, each told by itself, then sent once"):
            page.press("review.send.request")
            page.says("refused.changed")
            page.press("sending.again")
            page.says("refused.unknownCommunity")
            page.press("sending.again")
            journey.arrived("request")
        self.expect_once(before, "Changed and taken: quaverlea.")
        with self.step("send-refused: more words, and what to be careful about, are kept as well"):
            journey.back_to_case()
            for verb, title, name, what in (("case.write", "write.title", "write.name", "words"),
                                            ("case.contact", "contact.change", "contact.name",
                                             "contactRules")):
                refused.append((507, "full"))
                page.press(verb)
                page.at(title)
                page.fill(name, f"Kept for {what}.")
                page.press("write.on")
                page.says("refused.relayFull")
                page.press("sending.back")
                page.at(title)
                expect(self.typed(page) == f"Kept for {what}.", f"the {what} are gone")
                page.press("write.on")
                journey.arrived(what)
                journey.back_to_case()
            page.press("case.write")
            page.at("write.title")
            expect(self.typed(page) == "", "what was sent is offered once more")

    def try_files_halfway(self, look):
        """The words are at the relay, the files are not: a pause and a failure say just that."""
        let_go, asked_of = threading.Event(), []

        def answer(asked):
            if asked != SUBMIT:
                return None
            asked_of.append(asked)
            if len(asked_of) == 2:
                let_go.wait(60)
            return (507, "full") if len(asked_of) == 4 else None
        way = Between(self.scene.page_port, answer)
        page, journey = self.browse(look, way.address)
        paper = self.scene.folder / "paper.pdf"
        paper.write_bytes(b"%PDF-1.7\n" + b"hawthorn " * 15000)
        with self.step("files-halfway: paused when the words are there, it says so"):
            journey.enter(self.scene.link.replace(self.scene.address, way.address))
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", "With a paper: dunlinmere.")
            page.press("question.on")
            page.at("kinds.title")
            while page.title not in journey.titles("files.title"):
                title = page.title
                page.press("question.skip")
                page.until(lambda: page.title != title, "the next question does not come")
            self.add(page, paper)
            page.press("question.on")
            page.press("review.send.request")
            journey.take_code()
            page.press("progress.pause")
            page.says("progress.paused.files")
            journey.look.see("files-paused")
            let_go.set()
            page.press("progress.resume")
            journey.arrived("request")
        with self.step("files-halfway: refused when the words are there, it says so, and goes on"):
            journey.back_to_case()
            page.press("case.write")
            page.at("write.title")
            page.fill("write.name", "One more.")
            page.press("files.attach")
            self.add(page, paper)
            page.press("write.on")
            page.says("progress.failed.files", LONG)
            page.says("sending.missing.files")
            expect(not page.has("sending.back"), "what was sent could be sent again")
            journey.look.see("files-refused")
            page.press("sending.again")
            journey.arrived("words")
            expect(len(asked_of) == 5, f"{len(asked_of)} submissions")

    def try_unsent(self, look):
        """Whoever begins something else is asked before what was written is thrown away."""
        page, journey = self.browse(look)
        with self.step("unsent: the other path asks; kept, it is all there"):
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", "A draft: wrenbrake.")
            self.back_to_choice(page, journey)
            page.press("choose.note")
            page.at("unsent.title")
            page.shows("A draft: wrenbrake.")
            journey.look.see("unsent")
            page.press("unsent.keep")
            page.at("review.title")
            page.shows("A draft: wrenbrake.")
            self.back_to_choice(page, journey)
            page.press("choose.ask")
            page.at("account.title.request")
            expect(self.typed(page) == "A draft: wrenbrake.", "the draft is gone")
        with self.step("unsent: thrown away, it is gone; skipping what was written asks too"):
            self.back_to_choice(page, journey)
            page.press("choose.note")
            page.press("unsent.drop")
            page.at("account.title.note")
            expect(self.typed(page) == "", "it is still there")
            page.fill("account.name", "A note: ouzelrigg.")
            page.press("question.skip")
            page.says("question.skip.sure")
            journey.look.see("skip-sure")
            expect(self.typed(page) == "A note: ouzelrigg.", "skipping threw it away at once")
            journey.skip_to_review()
        with self.step("unsent: a code that was shown for it isn't dropped without a word"):
            page.press("review.send.note")
            page.at("code.title")
            self.back_to_choice(page, journey)
            page.press("choose.code")
            page.at("unsent.title")
            page.says("unsent.code")
            journey.look.see("unsent-code")
            page.press("unsent.keep")
            page.at("review.title")
            self.back_to_choice(page, journey)
            page.press("choose.code")
            page.press("unsent.drop")
            page.at("enter.title")
            page.fill("enter.name", OTHER_CODE)
            page.press("enter.on")
            page.says("cases.none.why", LONG)
            page.press("cases.new")
            page.at("choose.title")
            page.press("choose.note")
            page.at("account.title.note")
            expect(self.typed(page) == "", "it is there again")

    # What they have in common

    @staticmethod
    def typed(page):
        return page.js("return document.querySelector('main textarea').value")

    @staticmethod
    def add(page, file):
        page.element("input[type=file]").send_keys(str(file))
        page.says("files.added", 60)

    @staticmethod
    def back_to_choice(page, journey):
        while page.title not in journey.titles("choose.title"):
            title = page.title
            page.press("back")
            page.until(lambda: page.title != title, "Back does not lead back")
