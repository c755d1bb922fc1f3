"""What can become of a consent besides what the journey shows: refused, renewed, gone with its case."""

import time

from bridge import AUTHORITY
from steps import eventually, expect, expect_soon
from telling import LONG

REASON = "This office is not the right one. Ask the \"labour office\" 🌿"
DAY = 86400


class ConsentTroubles:
    """With the bridge of the scene."""

    needs_bridge = ("consents",)

    def try_consents(self, look):
        """Refused with a reason, renewed after it was forwarded, taken back when its case is erased."""
        page, journey = self.browse(look)
        with self.step("consents: refused, and the reason is read on the phone"):
            case = self.ask_for(journey, "Asked for consents: smewbank.")
            refused = self.give(journey)
            self.scene.bridge.desk("refuse", refused, "--reason", REASON)
            self.until_shared(journey, lambda: REASON in page.text(), "the reason is not told")
            page.says("consent.state.refused")
            journey.look.see("shared-refused")
            page.press("back")
        with self.step("consents: renewed after it was forwarded; the bridge has the later day"):
            forwarded = self.give(journey)
            self.scene.bridge.desk("approve", forwarded)
            self.until_shared(journey, lambda: page.words.plain("consent.state.forwarded") in page.text()
                              or page.words.plain("consent.state.open") in page.text(),
                              "it is not told as forwarded")
            before = self.scene.bridge.report(forwarded)["until"]
            page.press("shared.renew")
            journey.choose_purpose(span=2)
            page.press("why.on")
            page.at("preview.title")
            journey.look.see("consent-renewed")
            page.press("preview.on")
            journey.arrived("consent")
            after = eventually(lambda: self.later(forwarded, before), LONG)
            expect(after - before > 50 * DAY, f"it lasts {(after - before) / DAY:.0f} days longer")
            expect(len(self.scene.bridge.received()) == self.received + 1, "it was forwarded twice")
            journey.back_to_case()
        with self.step("consents: one case is erased, its consents are taken back with it"):
            journey.look.see("case-shared")
            self.erase(journey, "erase.shared.withdraw")
            eventually(lambda: expect_soon(self.scene.inbox()[case]["erased"], "it is not erased"), LONG)
            self.until_withdrawn(forwarded)
        with self.step("consents: also where people said to go on if it can't be: what can, is taken back"):
            self.ask_for(journey, "Asked for consents again: dunlinbeck.")
            waiting = self.give(journey)
            self.erase(journey, "erase.shared.leave")
            self.until_withdrawn(waiting)

    # Parts

    def ask_for(self, journey, account):
        """A new visit and request, ending at its case."""
        self.received = len(self.scene.bridge.received())
        before = self.scene.inbox()
        self.chromium.new_tab()
        journey.enter()
        journey.quick_request(account)
        journey.take_code()
        journey.arrived("request")
        case = self.scene.new_case(before)
        journey.page.press("receipt.case")
        journey.page.at("cases.title", LONG)
        journey.page.press("case.name.request")
        journey.page.at("case.name.request")
        return case

    def give(self, journey):
        """From the case and back to it: a consent to the account alone; its id."""
        page, bridge = journey.page, self.scene.bridge
        known = {one["consent"] for one in bridge.desk("queue", "--all")["reports"]}
        page.press("case.consent")
        page.at("consent.title")
        page.press("", AUTHORITY)
        page.at("what.title")
        page.choose("field.account")
        page.press("question.on")
        journey.choose_purpose()
        page.press("why.on")
        page.at("preview.title")
        page.press("preview.on")
        journey.arrived("consent")

        def is_there():
            new = [one["consent"] for one in bridge.desk("queue", "--all")["reports"]
                   if one["consent"] not in known]
            expect_soon(len(new) == 1, f"{len(new)} new consents are at the bridge")
            return new[0]
        consent = eventually(is_there, LONG)
        journey.back_to_case()
        return consent

    def until_shared(self, journey, check, otherwise):
        """On the screen of the consent given last, looking for news until it is there."""
        page = journey.page
        deadline = time.monotonic() + LONG
        while True:
            self.open_last_shared(page)
            if check():
                return
            expect(time.monotonic() < deadline, f"{otherwise}: {page.text()[:300]}")
            page.press("back")
            page.at("case.name.request")
            journey.look_again()

    @staticmethod
    def open_last_shared(page):
        script = ("const all = [...document.querySelectorAll('main button')]"
                  ".filter((one) => one.querySelector('strong')?.textContent === arguments[0]);"
                  "all.at(-1).click()")
        page.js(script, AUTHORITY)
        page.until(lambda: page.title == AUTHORITY, "what was shared is not shown")

    def later(self, consent, before):
        until = self.scene.bridge.report(consent)["until"]
        expect_soon(until > before, "the bridge has no later day")
        return until

    def until_withdrawn(self, consent):
        def is_told():
            expect_soon(self.scene.bridge.report(consent)["withdrawn"], "it is not taken back")
        eventually(is_told, LONG)

    @staticmethod
    def erase(journey, shared):
        page = journey.page
        page.press("case.erase")
        page.at("erase.title")
        page.choose(shared)
        page.choose("erase.sure.one")
        journey.look.see("erase-shared")
        page.press("erase.on")
        journey.arrived("erased", "erased.title")
