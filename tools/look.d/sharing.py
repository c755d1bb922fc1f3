"""A seeker lets an office know: field by field, shown exactly, forwarded, taken back."""

import json
import re
import time

from bridge import AREA, AUTHORITY
from steps import eventually, expect, expect_soon
from telling import CONTACT_ANEW, KINDS, LONG, WHEN

SHARED = ("kinds", "when", "contact", "area")


class Sharing:
    """A consent, from the choice of an office to taking it back."""

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
            page.choose("field.contact")
            page.fill("field.area", AREA)
            self.look.see("consent-what")
            page.press("question.on")
            page.at("why.title")
            expect(not page.js("return document.querySelector('main input:checked')"),
                   "something is chosen already")
            page.press("why.on")
            page.says("why.purpose.needed")
            page.choose("purpose.3")
            page.press("why.on")
            page.says("why.until.needed")
            self.choose_purpose(3)
            self.look.see("consent-why")
            page.press("why.on")
            page.at("preview.title")
            page.press("report.exact")
            self.look.see("consent-preview")
            preview = dict(page.js(
                "return [...document.querySelectorAll('main .report dt')]"
                ".map((one) => [one.textContent, one.nextElementSibling.textContent])"))
            self.report = page.js("return document.querySelector('main pre.exact').textContent")
            wanted = self.titles(*(f"field.{name}" for name in SHARED), "report.mark")
            expect(sorted(preview) == sorted(wanted), f"the preview shows {list(preview)}")
            kinds = preview[page.words.plain("field.kinds")]
            expect(re.findall(r"ICCS (\d+)", kinds) == list(KINDS.values()),
                   f"the preview hides the codes: {kinds}")
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
            expect(sorted(shown) == sorted(SHARED), f"the bridge shows {sorted(shown)}")
            for name, text in (("when", WHEN), ("area", AREA), ("contact", CONTACT_ANEW)):
                expect(shown[name] == text == preview[page.words.plain(f"field.{name}")],
                       f"the bridge reads {shown[name]!r} as {name}")
            codes = re.findall(r"ICCS (\d+)", json.dumps(shown["kinds"]))
            expect(codes == list(KINDS.values()), f"the bridge reads {shown['kinds']}")
        return consent

    def choose_purpose(self, number=1, span=1):
        """What for, and until when: the second of the days offered, thirty from now."""
        page = self.page
        page.at("why.title")
        page.choose(f"purpose.{number}")
        page.choose("", page.texts("main fieldset:last-of-type label.option")[span].strip())

    def forwarded(self, consent):
        page, bridge = self.page, self.scene.bridge
        with self.step(f"{self.name}: approved, forwarded, and its reference is shown"):
            before = len(bridge.received())
            bridge.desk("approve", consent)
            eventually(lambda: expect_soon(len(bridge.received()) > before, "nothing was forwarded"), LONG)
            received = bridge.received()[-1]
            reference = str(received["id"])
            arrived = dict(received["form"])["description"]
            expect(arrived == self.report, f"{self.report!r} was shown, and {arrived!r} arrived")
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
            page.says("shared.opened")
            page.says("shared.opened.office")
            days = [one.strip() for one in page.texts("main li > time")]
            expect(days and all(days), f"the answers' days are {days}")
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
