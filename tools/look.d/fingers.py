"""What goes wrong with fingers: codes that are none, nothing, too much."""

import random
import string

from camera import drawn, seen_by_camera
from paper import UNPAGED, printed
from steps import expect
from telling import ARABIC, LONG, MARKS, OTHER_CODE


class FingerTroubles:
    """What people mistype, leave out and overdo."""

    def try_wrong_things(self, look):
        """Everything that can be mistyped, left out or overdone."""
        page, journey = self.browse(look)
        with self.step("wrong-things: codes that are none"):
            journey.enter()
            page.press("choose.code")
            page.at("enter.title")
            for text in ("hello", "1234", OTHER_CODE + " 1", "💥" * 20, "9" * 200, "\n\n",
                         OTHER_CODE.replace("5627", "5628")):
                page.fill("enter.name", text)
                page.press("enter.on")
                page.says("enter.mistyped" if text.strip() else "enter.empty")
        with self.step("wrong-things: the same code in other digits, with odd spaces, is well-formed"):
            page.fill("enter.name", OTHER_CODE.replace(" ", MARKS).translate(ARABIC) + MARKS)
            page.press("enter.on")
            page.says("cases.none", LONG)
        with self.step("wrong-things: nothing at all can't be sent"):
            self.chromium.new_tab()
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", " \n\u00a0 ")
            journey.skip_to_review()
            page.says("review.empty")
            journey.look.see("review-empty")
            page.press("review.write")
            page.at("account.title.request")
        with self.step("wrong-things: twenty thousand letters of three bytes arrive whole, or are refused"):
            account = "ሀ" * 19000 + " endwort"
            page.fill("account.name", account)
            journey.skip_to_review()
            before = self.scene.inbox()
            page.press("review.send.request")
            page.until(lambda: page.title in journey.titles("code.title", "slow.title")
                       or page.text("[role=alert]"), "nothing happens", LONG)
            if page.title in journey.titles("review.title"):
                page.says("refused.tooLong")
                journey.look.see("review-too-long")
            else:
                journey.take_code()
                journey.arrived("request")
                told = self.scene.shown(self.scene.new_case(before))["requests"][0]["account"]
                expect(told == account, "the account arrived otherwise")

    def try_code_again(self, look):
        """The code is typed back wrongly, looked at again, pasted whole."""
        page, journey = self.browse(look)
        with self.step("code-again: letters, one wrong digit, the code shown again, pasted whole"):
            journey.enter()
            journey.quick_request("Harmless: wickerbatch.")
            page.at("code.title")
            code = " ".join(page.texts(".code span"))
            self.chromium.shape(media="print")
            self.chromium.shot(self.table.out / "code-printed.png")
            self.chromium.shape(media="")
            sheets = printed(self.chromium)
            expect([one.split() for one in sheets] == [code.split()], f"on paper stands {sheets}")
            self.chromium.js(UNPAGED)
            usual, host = printed(self.chromium), self.scene.address.split("/")[2]
            expect(host in " ".join(usual), f"a browser prints no address anyway: {usual}")
            page.press("code.qr")
            page.until(lambda: page.js("return document.querySelector('.qr') !== null"), "no picture")
            seen = seen_by_camera(self.chromium, ".qr")
            expect(seen == [code.replace(" ", "")], f"a camera reads {seen}")
            page.press("code.copy")
            said = page.words.table["code.copied"], page.words.table["code.copy.failed"]
            page.until(lambda: any(text in page.text() for text in said), "copying says nothing")
            page.press("code.on")
            for wrong in ("abcd", "12345", ""):
                for label in page.texts("main label.name"):
                    page.fill("codecheck.group", wrong, label)
                page.press("codecheck.on")
                page.says("codecheck.wrong")
            page.press("codecheck.again")
            page.at("code.title")
            expect(" ".join(page.texts(".code span")) == code, "another code is shown")
            page.press("code.on")
            # Once a comma more, which is no space; then only what is one.
            for more in ("،", ""):
                for label in page.texts("main label.name"):
                    page.fill("codecheck.group", code.replace(" ", MARKS).translate(ARABIC) + more, label)
                page.press("codecheck.on")
                if more:
                    page.says("codecheck.wrong")
            journey.arrived("request")
        with self.step("code-again: one group among marks of direction is as good"):
            self.chromium.new_tab()
            journey.enter()
            journey.quick_request("Harmless: thimblewick.")
            page.at("code.title")
            groups = page.texts(".code span")
            page.press("code.on")
            for label in page.texts("main label.name"):
                number = int("".join(one for one in label if one.isdigit()))
                page.fill("codecheck.group", MARKS + groups[number - 1].translate(ARABIC), label)
            page.press("codecheck.on")
            journey.arrived("request")

    def try_pictures(self, look):
        """Every size of picture that the page can draw is read by a reader that is not its own."""
        page, journey = self.browse(look)
        with self.step("pictures: codes of 28 digits, and texts of every length up to 106") as remarks:
            journey.enter()
            letters = random.Random(20)
            texts = ["".join(letters.choices("0123456789", k=28)) for _ in range(60)]
            texts += ["".join(letters.choices(string.ascii_letters + "-.:/", k=length))
                      for length in range(1, 107)]
            wrong = [text for text, read in zip(texts, drawn(self.chromium, texts)) if read != [text]]
            expect(not wrong, f"{len(wrong)} of {len(texts)} read otherwise: {wrong[:3]}")
            remarks.append(f"{len(texts)} pictures")

    def try_decoy(self, look):
        """A harmless note under a code of its own; the real one does not show under it."""
        page, journey = self.browse(look)
        with self.step("decoy: made in a visit of its own"):
            journey.enter()
            page.press("choose.decoy")
            page.at("decoy.title")
            page.press("decoy.begin")
            page.at("account.title.note")
            page.fill("account.name", "A lost bag: ferrycove.")
            journey.skip_to_review()
            page.press("review.send.note")
            code = journey.take_code()
            journey.arrived("note")
        with self.step("decoy: not offered where a code was used already"):
            page.press("receipt.more")
            page.at("choose.title")
            page.press("choose.decoy")
            page.says("decoy.separate")
            expect(not page.has("decoy.begin"), "it is offered")
            journey.look.see("decoy-used")
        with self.step("decoy: its code opens that note alone; a note becomes a request"):
            before = self.scene.inbox()
            journey.enter_code(code)
            page.press("case.name.note")
            page.at("case.name.note")
            page.until(lambda: "ferrycove" in page.text(), "the note is not there")
            page.press("case.note.ask")
            page.at("account.title.request")
            expect("ferrycove" in page.js("return document.querySelector('textarea').value"),
                   "the note's words are not there to be changed")
            journey.skip_to_review()
            page.press("review.send.request")
            journey.arrived("request")
        self.expect_once(before, "ferrycove")
