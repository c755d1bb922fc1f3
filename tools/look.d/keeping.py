"""What becomes of what was written when it is not sent: refused, halfway, or left for something else."""

import threading

from gate import Gate
from steps import expect
from telling import LONG

SUBMIT = "POST /api/submissions"


class KeepingTroubles:
    """Nothing that somebody wrote is lost without a word, and nothing is said that isn't so."""

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
        way = Gate(self.scene.page_port, answer)
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

    # What they have in common

    @staticmethod
    def add(page, file):
        page.element("input[type=file]").send_keys(str(file))
        page.says("files.added", 60)
