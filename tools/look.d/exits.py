"""Leaving towards a neutral site that is slow or away, and a tab that is closed and opened again."""

import time

from between import Between
from leaving import expect_nothing_behind, leave
from loopback import Unreachable
from pixels import colours
from reopening import Reopener
from steps import expect
from telling import ACCOUNT, CANARIES, LONG
from traces import expect_nothing_kept

# For a later look at what the page remembers: once it leaves, nothing can be loaded any more.
KNOW_STATE = """
const done = arguments[arguments.length - 1];
import('/page/state.js').then(({ state }) => { globalThis.remembered = state; done(); });
"""
# Leaves, and looks in the same task, before the browser can paint or do anything else.
AT_ONCE = """
const fields = [...document.querySelectorAll('input, textarea')];
const before = document.body.innerText + fields.map(({ value }) => value).join();
document.getElementById('exit').click();
const points = [];
for (const x of [0.02, 0.5, 0.98]) {
  for (const y of [0.02, 0.5, 0.98]) {
    points.push(document.elementFromPoint(x * innerWidth, y * innerHeight)?.className);
  }
}
const sheet = getComputedStyle(document.querySelector('.cover'));
return {
  before, points, fields: fields.map(({ value }) => value), all: document.documentElement.outerHTML,
  sheet: [sheet.backgroundColor, sheet.opacity, sheet.visibility],
  remembered: JSON.stringify(globalThis.remembered),
};
"""
SHOWN = ("return document.body.innerText + [...document.querySelectorAll('textarea, input')]"
         ".map((one) => one.value).join()")


class ExitTroubles:
    """The way out, whatever the neutral site does; and closed tabs."""

    def try_exit_slow(self, look):
        """The neutral site takes its time. Until it answers the browser runs no script for us: it is
        asked for pictures."""
        page, journey = self.browse(look, waits=False)
        before = Between(self.scene.page_port)
        before.instead["GET "] = (200, "text/html", b"<h1>Elsewhere</h1>")
        self.site.hold()
        try:
            with self.step("exit-slow: covered, empty and forgotten within the same task"):
                self.write_account(journey)
                self.expect_empty_at_once(page, [ACCOUNT])
            with self.step("exit-slow: an empty sheet until the site is there; Back shows nothing"):
                self.expect_empty_sheet("exit-slow", 3)
                self.site.release()
                page.until(lambda: self.site.words in page.text("body"), "the site never comes")
                expect_nothing_behind(page)
            self.site.hold()
            with self.step("exit-slow: three presses of Shift while the code is shown"):
                self.chromium.new_tab()
                page.open(before.address)
                page.until(lambda: "Elsewhere" in page.text("body"), "there is nothing to come from")
                groups = self.make_code(journey)
                page.shift()
                self.expect_empty_sheet("exit-slow-code", 1)
            with self.step("exit-slow: Back before the site is there, then Forward: nothing of it"):
                self.chromium.driver.back()
                page.until(lambda: "Elsewhere" in page.text("body"), "Back does not lead back")
                self.expect_nothing_said(page, groups)
                self.chromium.driver.forward()
                page.at("safety.title", LONG)
                self.expect_nothing_said(page, groups)
            self.expect_nothing_kept("exit-slow", [" ".join(groups)])
        finally:
            self.site.release()
            before.close()

    def try_exit_unreachable(self, look):
        """The neutral site can't be had, or there is no network at all."""
        site = Unreachable(self.site)
        page, journey = self.browse(look, waits=False, site=site)
        groups = []
        for why in ("refused", "offline"):
            with self.step(f"exit-unreachable: {why}; covered, empty and forgotten within the same task"):
                self.chromium.new_tab()
                groups = self.make_code(journey)
                self.chromium.offline(why == "offline")
                self.expect_empty_at_once(page, groups)
            with self.step(f"exit-unreachable: {why}; the browser's own page, Reload and Back tell nothing"):
                page.until(lambda: page.js("return location.protocol") == "chrome-error:",
                           "the browser does not say that the site is away")
                self.chromium.shot(self.table.out / f"exit-{why}.png", whole=False)
                expect(self.chromium.driver.current_url == site.address, "another address is shown")
                self.expect_nothing_said(page, groups)
                self.chromium.offline(False)
                self.chromium.driver.refresh()
                time.sleep(1)
                self.expect_nothing_said(page, groups)
                expect_nothing_behind(page)
        self.expect_nothing_kept("exit-unreachable", [" ".join(groups)])

    def try_closed_tab(self, look):
        """Opened again as by Ctrl+Shift+T."""
        reopener = Reopener(self.scene.folder)
        page, journey = self.browse(look, waits=False, reopener=reopener)
        reopener.stay(self.chromium)
        with self.step("closed-tab: after leaving it is the neutral site, with nothing behind it"):
            reopener.another_tab()
            groups = self.make_code(journey)
            leave(page, by_keys=False)
            reopener.close_and_reopen()
            page.until(lambda: self.site.words in page.text("body"), "it is another page")
            expect_nothing_behind(page)
            self.expect_nothing_said(page, groups)
        with self.step("closed-tab: closed in the middle of writing it begins anew"):
            reopener.another_tab()
            self.write_account(journey)
            reopener.close_and_reopen()
            page.at("safety.title", LONG)
            self.expect_nothing_said(page)
            expect(page.js("return location.hash") == "", "the link is there again")
        with self.step("closed-tab: closed before the neutral site was there it begins anew"):
            self.site.hold()
            try:
                reopener.another_tab()
                self.write_account(journey)
                self.expect_empty_at_once(page, [ACCOUNT])
                time.sleep(1)
                reopener.close_and_reopen()
            finally:
                self.site.release()
            page.until(lambda: self.site.words in page.text("body")
                       or page.title in journey.titles("safety.title"), "it is another page", LONG)
            self.expect_nothing_said(page)
        self.expect_nothing_kept("closed-tab", [" ".join(groups)])

    # Parts

    @staticmethod
    def write_account(journey):
        journey.enter()
        journey.page.press("choose.ask")
        journey.page.at("account.title.request")
        journey.page.fill("account.name", ACCOUNT)

    @staticmethod
    def make_code(journey):
        """Ends where the code is shown; its groups."""
        journey.enter()
        journey.quick_request(ACCOUNT)
        page = journey.page
        page.until(lambda: page.title in journey.titles("code.title", "slow.title"), "no code", LONG)
        if page.title in journey.titles("slow.title"):
            page.press("slow.start")
            page.at("code.title")
        return page.texts(".code span")

    def expect_empty_at_once(self, page, texts):
        """Presses the way out; `texts` were on the screen before."""
        self.chromium.wait_js(KNOW_STATE)
        found = page.js(AT_ONCE)
        expect(all(text in found["before"] for text in texts), "it was not there before")
        expect(not any(found["fields"]), "a field still holds something")
        for name, kept in (("page", found["all"]), ("page's memory", found["remembered"])):
            told = [word for word in (*CANARIES, *texts) if word in kept]
            expect(not told, f"the {name} still holds {told}")
        expect(set(found["points"]) == {"cover"}, f"not covered: {found['points']}")
        color, opacity, visibility = found["sheet"]
        see_through = color.startswith("rgba") or opacity != "1" or visibility != "visible"
        expect(not see_through, f"the sheet is seen through: {found['sheet']}")

    def expect_empty_sheet(self, name, times):
        """For so many seconds every picture of the page is of one colour."""
        for _ in range(times):
            file = self.table.out / f"{name}.png"
            self.chromium.shot(file, whole=False)
            found = colours(file.read_bytes())
            expect(len(found) == 1, f"{len(found)} colours are on the sheet")
            time.sleep(1)

    def expect_nothing_said(self, page, groups=()):
        said = page.js(SHOWN)
        # The community's name is no secret of the visit where the page begins anew.
        told = [word for word in (*CANARIES, *groups) if word in said and word != "Kestrelmoor"]
        expect(not told, f"it shows {told}")

    def expect_nothing_kept(self, name, codes):
        with self.step(f"{name}: the profile holds no word, code, store or cookie") as remarks:
            self.chromium.quit()
            expect_nothing_kept(self.chromium.profile, self.scene.address, CANARIES, codes,
                                self.scene.link, remarks)
