"""Guidance of the community beside the page's own, and answers of a request that choose from it."""

import json
import time
import urllib.request

from steps import eventually, expect, expect_soon
from telling import LONG, PACKS

TITLE = "Where to turn in Kestrelmoor"
LINE = {"id": "own-line", "name": "Kestrelmoor night line", "phones": ["0800 123 456"],
        "about": "People of the community, by night.", "free": True}
FETCHED = "return performance.getEntriesByType('resource').length"


class GuidanceTroubles:
    """With a pack that the community signed."""

    def try_guidance(self, look):
        """The community's pack comes first; what was answered for a request counts only if allowed."""
        file = self.scene.folder / "pack.json"
        pack = json.loads((PACKS / "en.json").read_text(encoding="utf-8"))
        pack |= {"title": TITLE, "area": "Kestrelmoor", "contacts": [*pack["contacts"], LINE],
                 "tables": [*pack["tables"], {"id": "own", "mode": "all", "rows": [{"soon": ["own-line"]}]}]}
        file.write_text(json.dumps(pack), encoding="utf-8")
        self.scene.desk("guidance", "publish", file)
        try:
            eventually(lambda: self.expect_records(1), LONG)
            self.read_both(*self.browse(look), pack)
        finally:
            self.scene.desk("guidance", "publish", "--take-back", "en")

    def expect_records(self, count):
        address = f"{self.scene.address}api/records/{self.scene.link.split('.')[-1]}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = len(json.load(answer)["guidance"])
        expect_soon(found >= count, f"{found} packs are at the relay")

    def read_both(self, page, journey, pack):
        with self.step("guidance: the community's pack comes first, the page's own beside it"):
            journey.enter()
            page.press("choose.guidance")
            page.until(lambda: page.title == TITLE, "the community's pack is not shown")
            page.shows(LINE["name"])
            journey.look.see("guidance-community")
            page.press("guidance.from.shipped")
            own = json.loads((PACKS / "en.json").read_text(encoding="utf-8"))["title"]
            page.until(lambda: page.title == own, "the page's own pack is not shown")
            expect(LINE["name"] not in page.text(), "the packs are mixed up")
            page.press("guidance.from.community")
            page.until(lambda: page.title == TITLE, "the way back is missing")
        with self.step("guidance: its contact is chosen, without any answer"):
            page.press("guidance.ask")
            page.until(lambda: page.title == pack["questions"][0]["text"], "nothing is asked")
            page.press("guidance.enough")
            page.at("guidance.fits")
            page.shows(LINE["name"])
        with self.step("guidance: what was chosen for a request counts once it is allowed, and stays here"):
            self.chromium.new_tab()
            journey.enter()
            self.answer_request(page)
            language = next(one["heading"] for one in pack["sections"] if one["id"] == "language")
            page.press("footer.numbers")
            page.at("numbers.title")
            page.press("choose.guidance")
            page.until(lambda: page.title == TITLE, "the pack is not shown")
            time.sleep(2)  # what the page fetches for everybody is there by now
            before = page.js(FETCHED)
            for is_allowed in (False, True):
                self.skip_to_last(page, pack, "guidance.again" if is_allowed else "guidance.ask")
                page.says("guidance.yours.use")
                if is_allowed:
                    page.choose("guidance.yours.use")
                    journey.look.see("guidance-own-answers")
                page.press("question.on")
                page.at("guidance.fits")
                headings = page.texts("main h3")
                expect((language in headings) == is_allowed, f"allowed {is_allowed}: {headings}")
            expect(page.js(FETCHED) == before, "the relay was asked for something meanwhile")

    @staticmethod
    def answer_request(page):
        """Of all answers only that an interpreter would help."""
        page.press("choose.ask")
        page.at("account.title.request")
        page.press("question.on")
        while page.title != page.words.plain("needs.title"):
            title = page.title
            page.press("question.skip")
            page.until(lambda: page.title != title, "the next question does not come")
        page.choose("need.9")
        page.press("question.on")
        page.at("details.title")

    @staticmethod
    def skip_to_last(page, pack, begin):
        page.press(begin)
        for question in pack["questions"][:-1]:
            page.until(lambda: page.title == question["text"], f"{question['text']} is not asked")
            page.press("question.skip")
        page.until(lambda: page.title == pack["questions"][-1]["text"], "the last is not asked")
