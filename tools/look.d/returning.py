"""A seeker comes back with the code: reads, writes again, keeps a note, erases."""

import time

from steps import Failed, eventually, expect, expect_soon
from telling import (
    ACCOUNT, ANSWER, CONTACT, CONTACT_ANEW, EXPLANATION, LONG, MORE, NOTE, OTHER_CODE, WHEN, WHERE,
)

SEEN = "return document.querySelector(arguments[0]).checkVisibility()"


class Returning:
    """From the code to the conversation, and to its end."""

    def come_back(self):
        """A new visit with the code: slips are told apart, and the answer is there."""
        page, look, scene = self.page, self.look, self.scene
        with self.step("The supporter answers, and says where it stands"):
            scene.desk("claim", self.case)
            scene.reply(self.case, ANSWER)
            scene.desk("status", self.case, "in_progress", "--explain", EXPLANATION)
        page.chromium.new_tab()
        self.arrive()
        with self.step(f"{self.name}: a slip in the code is told on the phone"):
            page.press("choose.code")
            page.at("enter.title")
            page.press("enter.on")
            page.says("enter.empty")
            last = str((int(self.code[-1]) + 1) % 10)
            page.fill("enter.name", self.code[:-1] + last)
            page.press("enter.on")
            page.says("enter.mistyped")
            look.see("enter")
        with self.step(f"{self.name}: another code opens nothing, and that is said differently"):
            page.fill("enter.name", OTHER_CODE)
            page.press("enter.on")
            page.says("cases.none", LONG)
            look.see("cases-none")
        self.enter_code()
        with self.step(f"{self.name}: answer, status and helper are there"):
            self.open_case()
            self.until_news(lambda: self.said("them") == [ANSWER], "the answer is not there")
            self.until_news(lambda: EXPLANATION in page.text(), "the explanation is not there")
            page.shows("Wren Quillfeather")
            look.see("case")
            self.expect_answer_in_sight()
            page.press("case.before")
            expect(page.js(SEEN, ".said.you"), "the own request stays folded")
            look.see("case-before")
            own = self.said("you")[0]
            for text in (ACCOUNT, WHEN, WHERE, CONTACT):
                expect(text in own, f"the own copy does not show {text[:20]!r}")

    def expect_answer_in_sight(self):
        """The own request is folded, and the answer begins on the first screenful."""
        page = self.page
        expect(not page.js(SEEN, ".said.you"), "the own request stands above the answer")
        page.js("scrollTo({ top: 0, behavior: 'instant' })")
        place = page.js("return document.querySelector('.said.them p[dir]').getBoundingClientRect().top")
        height = page.chromium.look.size[1]
        expect(place < height - 40, f"the answer begins at {place:.0f} of {height} pixels")

    def enter_code(self, code=None):
        """Begins anew by the link, and enters the code."""
        page = self.page
        with self.step(f"{self.name}: the code is pasted, with spaces and dashes"):
            page.chromium.new_tab()
            self.enter()
            page.press("choose.code")
            page.at("enter.title")
            page.fill("enter.name", (code or self.code).replace(" ", " - ") + " ")
            page.press("enter.on")
            page.at("cases.title", LONG)

    def open_case(self, kind="request"):
        page = self.page
        page.at("cases.title")
        if "cases" not in self.look.table.cells or self.look.look.name not in self.look.table.cells["cases"]:
            self.look.see("cases")
        page.press(f"case.name.{kind}")
        page.at(f"case.name.{kind}")

    def until_news(self, check, otherwise, kind="request"):
        """Looks for news as a person does, until it is there."""
        page = self.page
        deadline = time.monotonic() + LONG
        while not check():
            if time.monotonic() > deadline:
                raise Failed(f"{otherwise}: {page.text()[:300]}")
            time.sleep(0.5)
            self.look_again(kind)

    def look_again(self, kind="request"):
        """From the case to the list, reads what is new, and back."""
        page = self.page
        page.press("back")
        page.at("cases.title")
        page.press("cases.again")
        page.at("cases.title", LONG)
        page.press(f"case.name.{kind}")
        page.at(f"case.name.{kind}")

    def back_to_case(self, kind="request"):
        """From a receipt to the case."""
        page = self.page
        page.press("receipt.case")
        page.at("cases.title", LONG)
        page.press(f"case.name.{kind}")
        page.at(f"case.name.{kind}")

    def write_again(self):
        page, scene = self.page, self.scene
        with self.step(f"{self.name}: more words, read by the supporter as they were typed"):
            page.press("case.write")
            page.at("write.title")
            page.press("write.on")
            page.says("write.empty")
            page.fill("write.name", MORE)
            self.look.see("write")
            page.press("write.on")
            self.arrived("words")
            self.look.see("receipt-words")

            def is_read():
                said = [one["text"] for one in scene.shown(self.case)["messages"]
                        if one["from"] == "seeker"]
                expect_soon(said == [MORE], f"the supporter reads {said}")
            eventually(is_read)
            self.back_to_case()
        with self.step(f"{self.name}: what to be careful about is changed"):
            page.press("case.contact")
            page.at("contact.change")
            page.fill("contact.name", CONTACT_ANEW)
            self.look.see("contact-change")
            page.press("write.on")
            self.arrived("contactRules")

            def is_changed():
                rules = scene.shown(self.case).get("contactRules")
                expect_soon(rules == CONTACT_ANEW, f"the supporter reads {rules}")
            eventually(is_changed)
            self.back_to_case()
            expect(page.texts("main .rules") == [CONTACT_ANEW], "the case shows other rules")

    def renew_and_reopen(self):
        page, scene = self.page, self.scene
        with self.step(f"{self.name}: closed by the supporter, reopened, renewed"):
            scene.desk("close", self.case, "--explain", EXPLANATION)
            self.until_news(lambda: page.has("case.reopen"), "it does not become closed")
            self.look.see("case-closed")
            page.press("case.reopen")
            page.at("reopen.title")
            self.look.see("reopen")
            page.press("reopen.on")
            self.arrived("reopen")
            self.back_to_case()
            page.says("case.reopened")
            page.press("case.renew")
            page.at("renew.title")
            self.look.see("renew")
            page.press("renew.on")
            self.arrived("renewal")
            self.back_to_case()

    def keep_note(self):
        """A note under the same code, read back. Begins at the case."""
        page = self.page
        with self.step(f"{self.name}: a note is kept, and read back"):
            page.press("back")
            page.at("cases.title")
            page.press("cases.new")
            page.at("choose.title")
            page.press("choose.note")
            page.at("account.title.note")
            page.fill("account.name", NOTE)
            self.skip_to_review()
            page.press("review.send.note")
            self.arrived("note")
            self.look.see("receipt-note")
            self.back_to_case("note")
            expect(any(NOTE in one for one in self.said("you")), "the note reads otherwise")
            self.look.see("note")
            page.press("back")
            page.at("cases.title")

    def erase_all(self):
        page, scene = self.page, self.scene
        with self.step(f"{self.name}: all is erased, relays confirm, the supporter is told"):
            page.press("cases.erase")
            page.at("erase.title.all")
            page.press("erase.on")
            page.says("erase.unsure")
            page.choose("erase.sure.all")
            self.look.see("erase")
            page.press("erase.on")
            self.arrived("erased", "erased.title")
            page.says("erased.visit")
            page.says("erased.gone", LONG)
            page.says("erased.confirmed", LONG)
            self.look.see("erased")
            eventually(lambda: expect_soon(scene.inbox()[self.case]["erased"], "it is not erased"))
