"""A seeker comes by the link, reads, and asks for support."""

import json
import re
import time
import unicodedata

from steps import expect
from telling import ACCOUNT, CONTACT, DETAIL, KINDS, LONG, PACKS, WHEN, WHERE


class Asking:
    """From the link to a request that is sent."""

    def enter(self, link=None):
        """The same without looking at the screens."""
        page = self.page
        page.open(link or self.scene.link)
        page.at("safety.title")
        page.press("safety.continue")
        page.at("choose.title", LONG)

    def arrive(self, link=None):
        """From the community's link to the choice of what to do."""
        page = self.page
        with self.step(f"{self.name}: the link opens the safety page, and leaves the address"):
            page.open(link or self.scene.link)
            page.at("safety.title")
            expect(page.js("return location.hash + location.search") == "", "the link is still there")
            expect(page.driver.title == "Notes", f"the title is {page.driver.title}")
            self.look.see("safety")
        with self.step(f"{self.name}: the community is the one of the link"):
            page.press("safety.continue")
            page.at("choose.title", LONG)
            page.shows("Kestrelmoor Listeners")
            page.says("choose.from.link")
            self.look.see("choose")

    def ask(self):
        """Several questions answered, some skipped, reviewed, sent. Sets `case` and `code`."""
        page, look = self.page, self.look
        before = self.scene.inbox()
        with self.step(f"{self.name}: questions answered and skipped, and read once more"):
            page.press("choose.ask")
            self.answer_questions()
            page.at("review.title")
            look.see("review")
            told = page.texts("main dd")
            for text in (ACCOUNT, WHEN, WHERE, CONTACT, DETAIL):
                expect(any(text in one for one in told), f"the review does not show {text[:20]!r}")
        with self.step(f"{self.name}: the code is shown, and two parts typed back") as remarks:
            page.press("review.send.request")
            self.code = self.take_code(wrong_first=True)
            remarks.append("a wrong part is told")
        with self.step(f"{self.name}: it is sent, and the receipt says what happened"):
            self.arrived("request")
            page.says("receipt.relays", LONG)
            look.see("receipt")
        with self.step(f"{self.name}: the supporter reads exactly what was typed"):
            self.case = self.scene.new_case(before)
            self.expect_request(self.scene.shown(self.case)["requests"][0])

    def answer_questions(self):
        page, see = self.page, self.look.see
        page.at("account.title.request")
        page.fill("account.name", ACCOUNT)
        see("account")
        page.press("question.on")
        page.at("kinds.title")
        for number in KINDS:
            page.choose(f"kind.{number}")
        see("kinds")
        page.press("question.on")
        page.at("when.title")
        page.fill("when.name", WHEN)
        page.fill("where.name", WHERE)
        see("when")
        page.press("question.on")
        page.at("bias.title")
        see("bias")
        page.press("question.skip")
        page.at("reported.title")
        page.choose("reported.4")
        see("reported")
        page.press("question.on")
        page.at("reasons.title")
        see("reasons")
        page.press("question.skip")
        page.at("feeling.title")
        page.choose("feeling.4")
        see("feeling")
        page.press("question.on")
        page.at("needs.title")
        for number in (1, 9, 12):
            page.choose(f"need.{number}")
        see("needs")
        page.press("question.on")
        page.at("details.title")
        page.choose("danger.yes")
        page.says("danger.call")
        page.fill("detail.interpreter", DETAIL)
        see("details")
        page.choose("danger.no")
        page.press("question.on")
        page.at("contact.title")
        page.fill("contact.name", CONTACT)
        see("contact")
        page.press("question.on")
        self.pass_files()

    def pass_files(self):
        """The question about photos comes last, where the page has it."""
        if "files.title" not in self.page.words.table:
            return
        self.page.until(lambda: self.page.title not in ("", self.page.words.plain("contact.title")),
                        "nothing follows the last question")
        if self.page.title == self.page.words.plain("files.title"):
            self.look.see("files")
            self.page.press("question.skip")

    def take_code(self, wrong_first=False):
        """Reads the code as a person does, and types two parts back."""
        page = self.page
        page.until(lambda: page.title in self.titles("slow.title", "code.title"), "no code is shown", 120)
        if page.title in self.titles("slow.title"):
            self.look.see("slow")
            page.press("slow.start")
            page.at("code.title")
        groups = page.texts(".code span")
        expect(len(groups) == 7 and all(re.fullmatch(r"\d{4}", one) for one in groups),
               "the code is not seven parts of four digits")
        if wrong_first:
            page.press("code.qr")
            page.until(lambda: page.js("return document.querySelector('.qr') !== null"), "no picture")
            self.look.see("code")
        page.press("code.on")
        page.at("codecheck.title")
        if wrong_first:
            page.press("codecheck.on")
            page.says("codecheck.wrong")
            self.look.see("codecheck")
        for label in page.texts("main label.name"):
            number = int("".join(str(unicodedata.digit(one)) for one in label if one.isdigit()))
            page.fill("codecheck.group", f" {groups[number - 1][:2]} {groups[number - 1][2:]}", label)
        page.press("codecheck.on")
        code = " ".join(groups)
        self.sent_codes.append(code)
        return code

    def arrived(self, what, title=None):
        """Waits for the receipt; a slow phone is asked first, the way there is looked at once."""
        page, wanted = self.page, title or f"receipt.title.{what}"
        pattern = re.compile(page.words.pattern(wanted), re.S)

        def is_there():
            if page.title in self.titles("slow.title"):
                page.press("slow.start")
            return pattern.match(page.title)
        page.until(is_there, f"{wanted} is not shown", 240)

    def expect_request(self, request):
        expect(request["account"].startswith(ACCOUNT), f"the account reads {request['account']!r}")
        expect(DETAIL in request["account"], "the detail is missing")
        wanted = {"when": WHEN, "where": WHERE, "contact": CONTACT, "kinds": list(KINDS.values()),
                  "language": self.page.chromium.look.language, "danger": False}
        for name, value in wanted.items():
            expect(request.get(name) == value, f"{name} reads {request.get(name)!r}")
        for name in ("bias", "reasons"):
            expect(not request.get(name), f"{name} was skipped and reads {request.get(name)!r}")
        for name in ("reported", "safety", "needs"):
            expect(request.get(name), f"{name} is missing")

    def quick_request(self, account):
        """Only the first question is answered; ends at the code, nothing sent yet."""
        page = self.page
        page.press("choose.ask")
        page.at("account.title.request")
        page.fill("account.name", account)
        self.skip_to_review()
        page.press("review.send.request")

    def skip_to_review(self):
        page = self.page
        page.press("question.on")
        first = self.titles("account.title.request", "account.title.note")
        page.until(lambda: page.title not in first, "the second question does not come")
        while page.title not in self.titles("review.title"):
            title = page.title
            page.press("question.skip")
            page.until(lambda: page.title != title, "the next question does not come")

    def read_about(self):
        """What can be read from everywhere."""
        page = self.page
        with self.step(f"{self.name}: numbers, limits, languages and the decoy are explained"):
            for key, title in (("footer.numbers", "numbers"), ("footer.about", "about"),
                               ("footer.language", "language")):
                page.press(key)
                page.at(f"{title}.title")
                self.look.see(title)
            page.press("back")
            page.press("back")
            page.press("back")
            page.at("choose.title")
            page.press("choose.decoy")
            page.at("decoy.title")
            self.look.see("decoy")
            page.press("back")
            page.at("choose.title")
        self.read_guidance()

    def read_guidance(self):
        """The page's own pack: some questions answered, some skipped, and nobody is asked for it."""
        page = self.page
        pack = json.loads((PACKS / f"{page.chromium.look.language}.json").read_text(encoding="utf-8"))
        asked = "return performance.getEntriesByType('resource').length"
        with self.step(f"{self.name}: guidance is chosen on the phone, no answer leaves it") as remarks:
            page.press("choose.guidance")
            page.until(lambda: page.title == pack["title"], "the pack is not shown")
            self.look.see("guidance")
            time.sleep(2)  # what the page fetches for everybody is there by now
            before = page.js(asked)
            page.press("guidance.ask")
            for number, question in enumerate(pack["questions"]):
                page.until(lambda: page.title == question["text"], f"{question['text']} is not asked")
                if number % 2:
                    page.press("question.skip")
                    continue
                page.choose("", question["answers"][0]["text"])
                if number == 0:
                    self.look.see("guidance-question")
                page.press("question.on")
            page.at("guidance.fits")
            self.look.see("guidance-advice")
            expect(page.text("main h3"), "nothing fits")
            expect(page.js(asked) == before, "the relay was asked for something meanwhile")
            remarks.append(f"{len(pack['questions'])} questions")
            while page.title not in self.titles("choose.title"):
                title = page.title
                page.press("back")
                page.until(lambda: page.title != title, "Back does not lead back")
