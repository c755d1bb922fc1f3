"""The journeys of a seeker, step by step, with what the others see of each."""

import json
import re
import time
import unicodedata
from pathlib import Path

from bridge import AREA, AUTHORITY
from steps import Failed, eventually, expect, expect_soon

# What people type, with all that a text may hold. The odd words are looked for afterwards.
ACCOUNT = ("My neighbour \"Brackwillow\" shouts at me every day 😟👩‍👧\n"
           "He said: 'go away', & \\ <b>worse</b>.\n\nيصرخ في وجهي كل يوم في شارع طومباركو")
WHEN, WHERE = "since last quillember", "on the stairs of Grunwelt House"
CONTACT = "Only after 18:00 – never say Ondrejka's name"
DETAIL = "Dari, a little Turkmenish"
ANSWER = "We believe you. 🌿\nCan you come on \"Thrimblesday\"? نحن معك"
EXPLANATION = "We look for a room at Larkhollow."
MORE = "Yes, I can come 🙏\nThank you, \"Wren\" – شكراً"
NOTE = "A lost blue bag on tram Vellmarsh, nothing else."
CANARIES = ("Brackwillow", "quillember", "Grunwelt", "Ondrejka", "Turkmenish", "Thrimblesday",
            "Larkhollow", "Vellmarsh", "طومباركو", "Kestrelmoor")
KINDS = {2: "02012", 10: "0209"}
PACKS = Path(__file__).resolve().parent.parent.parent / "Sources/Page/Site/guidance"
LONG = 90  # seconds that a way over three nodes may take


class Journey:
    """One visitor, one browser; the supporters are at `scene`'s desk."""

    def __init__(self, scene, page, looker, steps):
        self.scene, self.page, self.look, self.step = scene, page, looker, steps.step
        self.case = self.code = None
        self.sent_codes = []

    # Beginning

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

    @property
    def name(self):
        return self.page.chromium.look.name

    # Asking

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

    def titles(self, *keys):
        return [self.page.words.plain(key) for key in keys]

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

    # Coming back

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
            page.fill("enter.name", "1234 5678 9012 3456 7890 1234 5627")
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
            own = self.said_by("you")[0]
            for text in (ACCOUNT, WHEN, WHERE, CONTACT):
                expect(text in own, f"the own copy does not show {text[:20]!r}")

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

    def said(self, side):
        """What this side wrote, without the line above it."""
        script = ("return [...document.querySelectorAll('.said.' + arguments[0])]"
                  ".map((one) => [...one.children].slice(1).map((n) => n.textContent).join(''))")
        return self.page.js(script, side)

    said_by = said

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
            page.fill("contact.name", "Never on a Monday 🚫")
            self.look.see("contact-change")
            page.press("write.on")
            self.arrived("contactRules")

            def is_changed():
                rules = scene.shown(self.case).get("contactRules")
                expect_soon(rules == "Never on a Monday 🚫", f"the supporter reads {rules}")
            eventually(is_changed)
            self.back_to_case()

    # Sharing

    def consent(self):
        """Field by field, shown exactly, approved, forwarded; its reference comes back."""
        page, bridge = self.page, self.scene.bridge
        with self.step(f"{self.name}: chooses an office, what it may know, what for and how long"):
            page.press("case.consent")
            page.at("consent.title")
            self.look.see("consent")
            page.press("", AUTHORITY)
            page.at("what.title")
            page.press("question.on")
            page.says("what.none")
            page.choose("field.kinds")
            page.choose("field.when")
            page.fill("field.area", AREA)
            self.look.see("consent-what")
            page.press("question.on")
            page.at("why.title")
            page.choose("purpose.3")
            self.look.see("consent-why")
            page.press("why.on")
            page.at("preview.title")
            self.look.see("consent-preview")
            preview = page.js("return [...document.querySelectorAll('main dl:last-of-type dt')]"
                              ".map((one) => [one.textContent, one.nextElementSibling.textContent])")
            names = [name for name, _ in preview]
            wanted = [page.words.plain(f"field.{name}") for name in ("kinds", "when", "area")]
            expect(sorted(names) == sorted(wanted), f"the preview shows {names}")
            page.press("preview.on")
            self.arrived("consent")
            self.look.see("receipt-consent")
        with self.step(f"{self.name}: the bridge sees what the preview showed, and nothing else"):
            def is_there():
                rows = [row for row in bridge.desk("queue")["reports"] if not row["withdrawn"]]
                rows = [row for row in rows if row["state"] == "waiting"]
                expect_soon(rows, "no consent waits at the bridge")
                return rows[-1]["consent"]
            consent = eventually(is_there, LONG)
            shown = {one["field"]: one["value"] for one in bridge.desk("show", consent)["fields"]}
            expect(sorted(shown) == ["area", "kinds", "when"], f"the bridge shows {sorted(shown)}")
            values = dict(preview)
            for name, text in (("when", WHEN), ("area", AREA)):
                expect(shown[name] == text == values[page.words.plain(f"field.{name}")],
                       f"the bridge reads {shown[name]!r} as {name}")
            codes = re.findall(r"ICCS (\d+)", json.dumps(shown["kinds"]))
            expect(codes == list(KINDS.values()), f"the bridge reads {shown['kinds']}")
        return consent

    def forwarded(self, consent):
        page, bridge = self.page, self.scene.bridge
        with self.step(f"{self.name}: approved, forwarded, and its reference is shown"):
            before = len(bridge.received())
            bridge.desk("approve", consent)
            eventually(lambda: expect_soon(len(bridge.received()) > before, "nothing was forwarded"), LONG)
            reference = str(bridge.received()[-1]["id"])
            self.back_to_case()
            self.open_shared()

            def is_told():
                return any(reference in one for one in page.texts("main li bdi"))
            deadline = time.monotonic() + LONG
            while not is_told():
                expect(time.monotonic() < deadline, f"no reference: {page.text()[:300]}")
                page.press("back")
                page.at("case.name.request")
                self.look_again()
                self.open_shared()
            self.look.see("shared")

    def open_shared(self):
        self.page.press("", AUTHORITY)
        self.page.until(lambda: self.page.title == AUTHORITY, "what was shared is not shown")

    def withdraw(self, consent):
        page, bridge = self.page, self.scene.bridge
        with self.step(f"{self.name}: taken back; the bridge sees it"):
            page.press("shared.take.on")
            self.arrived("withdraw")
            self.look.see("receipt-withdraw")
            eventually(lambda: expect_soon(bridge.report(consent)["withdrawn"], "it is not withdrawn"))
            self.back_to_case()
            self.open_shared()
            page.says("shared.withdrawn")
            page.press("back")
            page.at("case.name.request")

    # Ending

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
            page.says("erased.confirmed", LONG)
            self.look.see("erased")
            eventually(lambda: expect_soon(scene.inbox()[self.case]["erased"], "it is not erased"))

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
