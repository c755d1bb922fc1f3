"""What goes wrong around the page: other tabs, Back, a browser that dies, a person who goes away."""

import time

from chromium import Chromium
from journeys import Journey
from steps import expect
from telling import ACCOUNT, CANARIES, LONG
from traces import expect_nothing_kept


class TabTroubles:
    """Tabs, Back, a dead battery, and nobody before the screen."""

    def try_two_tabs(self, look):
        """Two visits beside each other know nothing of each other."""
        page, first = self.browse(look)
        driver = self.chromium.driver
        with self.step("two-tabs: two visits at once, each with its own code"):
            first.enter()
            first.quick_request("In the first tab: cloverfen.")
            one = driver.current_window_handle
            driver.switch_to.new_window("tab")
            self.chromium.shape()
            second = Journey(self.scene, page, first.look, self.steps)
            second.enter()
            second.quick_request("In the second tab: mistletarn.")
            two = driver.current_window_handle
            codes = []
            for tab, journey in ((one, first), (two, second)):
                driver.switch_to.window(tab)
                self.uncover(page)
                codes.append(journey.take_code())
                journey.arrived("request")
            expect(codes[0] != codes[1], "both have the same code")
        with self.step("two-tabs: each code opens its own"):
            for tab, word, other in ((one, "cloverfen", "mistletarn"), (two, "mistletarn", "cloverfen")):
                driver.switch_to.window(tab)
                self.uncover(page)
                page.press("receipt.case")
                page.at("cases.title", LONG)
                page.press("case.name.request")
                page.until(lambda: word in page.text(), f"{word} is not there")
                expect(other not in page.text(), f"{other} is there too")

    @staticmethod
    def uncover(page):
        """A tab that was hidden is covered until somebody asks for it back."""
        if TabTroubles.is_covered(page):
            page.element(".cover button").click()

    @staticmethod
    def is_covered(page):
        return page.js("return document.querySelector('.cover button') !== null")

    def try_back(self, look):
        """Back, Forward and Reload in the middle show nothing of what was written."""
        page, journey = self.browse(look)
        with self.step("back: leaves the page; coming forward it begins anew"):
            self.chromium.driver.get(self.site.address)
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", ACCOUNT)
            self.chromium.driver.back()
            page.until(lambda: self.site.words in page.text("body"), "Back does not lead away")
            self.chromium.driver.forward()
            page.at("safety.title", LONG)
            expect("Brackwillow" not in page.text("body"), "Forward shows what was written")
        with self.step("back: a reload begins anew"):
            page.press("safety.continue")
            page.until(lambda: page.title in journey.titles("choose.title", "community.title"), "?", LONG)
            self.chromium.driver.refresh()
            page.at("safety.title")
            expect("Brackwillow" not in page.text("body"), "a reload shows what was written")
        with self.step("back: a link opened over the page begins anew"):
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", ACCOUNT)
            journey.enter()
            expect(page.js("return location.hash") == "", "the link is still there")

    def try_reopened(self, look):
        """The browser dies in the middle of writing; started again, it opens its tabs once more."""
        page, journey = self.browse(look)
        with self.step("reopened: killed in the middle of writing, the profile holds no word") as remarks:
            journey.enter()
            journey.quick_request(ACCOUNT)
            page.at("code.title")
            groups = " ".join(page.texts(".code span"))
            page.press("code.on")
            page.at("codecheck.title")
            page.fill("codecheck.group", "1234", page.texts("main label.name")[0])
            time.sleep(15)  # browsers write down what tabs hold about every ten seconds
            self.chromium.kill()
            expect_nothing_kept(self.chromium.profile, self.scene.address, CANARIES, [groups],
                                self.scene.link, remarks)
        with self.step("reopened: the tabs that come back show nothing of it") as remarks:
            profile = self.chromium.profile
            self.chromium = Chromium(look, self.site, profile=profile, restore=True)
            shown = []
            for handle in self.chromium.driver.window_handles:
                self.chromium.driver.switch_to.window(handle)
                time.sleep(3)
                shown.append(self.chromium.js(
                    "return document.body.innerText + [...document.querySelectorAll('textarea, input')]"
                    ".map((one) => one.value).join()"))
            telling = [word for word in (*CANARIES, *groups.split()) if word != "Kestrelmoor"]
            bad = [word for word in telling for text in shown if word in text]
            expect(not bad, f"a tab that was opened again shows {bad}")
            remarks.append(f"{len(shown)} tabs")

    def try_idle(self, look):
        """Left alone the page covers itself, then forgets; hidden it is covered at once."""
        page, journey = self.browse(look)
        with self.step("idle: covered when hidden, and after two minutes; cleared after ten"):
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", ACCOUNT)
            page.js("Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
                    "document.dispatchEvent(new Event('visibilitychange'))")
            page.until(lambda: self.is_covered(page), "it is not covered when it is hidden")
            journey.look.see("cover", whole=False)
            page.js("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
            self.uncover(page)
            page.at("account.title.request")
            page.js("const now = Date.now.bind(Date); globalThis.later = 0;"
                    "Date.now = () => now() + globalThis.later")
            page.js("globalThis.later = 125e3")
            page.until(lambda: self.is_covered(page), "it is not covered after two minutes")
            self.uncover(page)
            expect(page.js("return document.querySelector('textarea').value") == ACCOUNT,
                   "what was written is gone too early")
            page.js("globalThis.later = 125e3 + 605e3")
            page.until(lambda: page.has("cover.again"), "it does not forget after ten minutes")
            expect("Brackwillow" not in page.js("return document.documentElement.outerHTML"),
                   "what was written is still there")
            journey.look.see("cleared", whole=False)
            page.press("cover.again")
            page.at("safety.title")
