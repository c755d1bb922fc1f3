"""What changes in the middle: the language, how long it is kept; and a browser that can't seal at all."""

import json
import re
import urllib.request

from between import Between
from scene import Scene
from steps import expect
from telling import LONG
from words import Words

NAMES = {"de": "Deutsch", "ar": "العربية", "en": "English"}
SEVEN_DAYS = 2  # a ttl class (protocol/05-envelopes.md)


def resting(source):
    """The page's own worker, resting for as long as thirty turns before each: as slow on any computer,
    however busy that is."""
    begin = b"const start = performance.now();"
    expect(source.count(begin) == 1, "the worker's turn is not where it was")
    rest = b"const rested = performance.now() + 3000; while (performance.now() < rested);"
    return source.replace(begin, rest + begin)


class MidwayTroubles:
    """Changes of mind, and what is impossible."""

    def try_languages(self, look):
        """The language is changed while writing, while the code is shown, and over a conversation."""
        page, journey = self.browse(look)
        before = self.scene.inbox()
        with self.step("languages: changed while writing; the words stay"):
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", "Begun in English: whimbrelgap.")
            page.press("question.on")
            page.at("kinds.title")
            page.choose("kind.2")
            self.speak(page, "de")
            page.at("kinds.title")
            chosen = page.js("return [...document.querySelectorAll('main input:checked')]"
                             ".map((one) => one.closest('label').textContent)")
            expect(chosen == [page.words.plain("kind.2")], f"chosen is {chosen}")
            page.press("back")
            page.at("account.title.request")
            kept = page.js("return document.querySelector('textarea').value")
            expect(kept == "Begun in English: whimbrelgap.", "the words are gone")
            journey.skip_to_review()
            page.shows("Begun in English: whimbrelgap.")
        with self.step("languages: changed while the code is shown; it is the same, and reads left to right"):
            page.press("review.send.request")
            page.until(lambda: page.title in journey.titles("code.title", "slow.title"), "no code", LONG)
            if page.title in journey.titles("slow.title"):
                page.press("slow.start")
                page.at("code.title")
            groups = page.texts(".code span")
            self.speak(page, "ar")
            page.at("code.title")
            expect(page.texts(".code span") == groups, "another code is shown")
            journey.look.see("code-turned")
            journey.take_code()
            journey.arrived("request")
            told = self.scene.shown(self.scene.new_case(before))["requests"][0]
            expect(told["language"] == "de", f"the request is in {told['language']}")
        with self.step("languages: changed over a conversation"):
            page.press("receipt.case")
            page.at("cases.title", LONG)
            page.press("case.name.request")
            page.at("case.name.request")
            self.speak(page, "en")
            page.at("case.name.request")
            expect("whimbrelgap" in journey.said("you")[0], "the words are gone")

    def speak(self, page, language):
        """By the footer, and back on the same screen; from now on its words are looked for."""
        page.press("footer.language")
        page.at("language.title")
        page.press("", NAMES[language])
        page.words = Words(language)
        page.until(lambda: page.js("return document.documentElement.lang") == language, "not spoken")
        self.looker.look = type(self.looker.look)("troubles", language=language)

    def try_seven_days(self, look):
        """At the work of a real network, on a phone that is slow at it: seven days are offered."""
        scene = Scene(self.scene.kith.program, self.scene.c.page[3], self.steps, full_work=True)
        between = None
        try:
            scene.start()
            between = Between(scene.page_port)
            between.changed["GET /page/work-worker.js"] = resting
            page, journey = self.browse(look, between.address)
            journey.scene = scene
            with self.step("seven-days: offered where the work is slow, taken, and said on the receipt"):
                journey.enter(scene.link.replace(scene.address, between.address))
                page.press("choose.ask")
                page.at("account.title.request")
                page.fill("account.name", "Kept for a week: garganeyford.")
                journey.skip_to_review()
                page.press("review.send.request")
                page.at("slow.title", LONG)
                journey.look.see("slow")
                page.press("slow.short")
                page.at("code.title", LONG)
                journey.take_code()
                journey.arrived("request")
                page.says("receipt.week")
                journey.look.see("receipt-week")
            with self.step("seven-days: all of it is of the class of seven days, and the supporter has it"):
                scene.new_case({})
                classes = self.classes(scene)
                expect(classes and set(classes) == {SEVEN_DAYS}, f"there are classes {classes}")
        finally:
            if between is not None:
                between.close()
            scene.close()

    @staticmethod
    def classes(scene):
        """The ttl class of every text in the open at the relay (protocol/05-envelopes.md)."""
        def get(path):
            with urllib.request.urlopen(scene.address + path, timeout=10) as answer:
                return answer.read()
        community = scene.link.split(".")[-1]
        found = []
        for week in json.loads(get(f"api/weeks/{community}"))["weeks"]:
            data = get(f"api/texts/{community}/{week['week']}")
            while data:
                found.append(data[2] >> 4)
                data = data[512 << (data[2] & 15):]
        return found

    def try_cannot_seal(self, look):
        """Scripts run, but neither program does: it is said, and nothing can be written or sent."""
        between = Between(self.scene.page_port)
        between.instead |= {
            "GET /page/first.wasm": (200, "application/wasm", b"nothing that compiles"),
            "GET /page/first-plain.js": (200, "text/javascript", b"throw new Error();")}
        try:
            page, journey = self.browse(look, between.address)
            with self.step("cannot-seal: said in words, with numbers; no field, and nothing leaves"):
                page.open(self.scene.link.replace(self.scene.address, between.address))
                page.at("safety.title")
                page.press("safety.continue")
                page.says("refused.cannotSeal", LONG)
                expect(re.search(r"112.*116 006", page.text(), re.S), "no number is there")
                expect(between.answered > 0, "it never asked for its program")
                journey.look.see("cannot-seal")
                fields = page.js("return document.querySelectorAll('input, textarea, form').length")
                expect(fields == 0, f"{fields} fields are there")
                page.press("trouble.again")
                page.says("refused.cannotSeal", LONG)
                sent = [line for line in between.asked if not line.startswith("GET ")]
                expect(not sent, f"it sent {sent}")
        finally:
            between.close()
