"""Screens that the main journey does not pass: other beginnings, trouble, files, what is public, one erasure."""

import base64
import sys
from pathlib import Path

from attaching import MADE, show_picture
from between import Between
from bridge import AUTHORITY
from journeys import Journey
from steps import expect
from telling import LONG

sys.path.append(str(Path(__file__).resolve().parent.parent / "cleaning.d"))

# What a browser shows where scripts are off becomes a part like any other, so that it stays when
# they are turned on again for looking at it.
KEEP_SHOWN = """
const section = document.querySelector('.cannot');
const isShown = getComputedStyle(section).visibility === 'visible';
section.classList.remove('cannot');
for (const node of document.querySelectorAll('noscript')) {
  const part = document.createElement('div');
  part.append(...node.childNodes);
  node.replaceWith(part);
}
return isShown;
"""
PRESS_BELOW = """
const head = [...document.querySelectorAll('main h2')].find((one) => one.textContent === arguments[0]);
let node = head;
while (node.tagName !== 'BUTTON') node = node.nextElementSibling;
node.click();
"""


class Seldom:
    """One visitor in one way of looking; the bridge shows everybody what it gets meanwhile."""

    def __init__(self, scene, page, looker, steps):
        self.scene, self.page, self.look, self.step = scene, page, looker, steps.step
        self.see, self.chromium, self.name = looker.see, page.chromium, page.chromium.look.name
        self.journey = Journey(scene, page, looker, steps)
        self.between = Between(scene.page_port)

    def play(self):
        self.scene.name_authority(is_private=False)
        try:
            self.see_no_script()
            self.see_communities()
            self.see_days()
            self.see_cover()
            self.send_with_trouble()
            self.see_files()
            self.share_with_everybody()
            self.erase_one()
        finally:
            self.between.close()
            self.scene.name_authority(is_private=True)

    def begin(self, link):
        """A tab of its own, ending at the safety page."""
        self.chromium.new_tab()
        self.page.open(link)
        self.page.at("safety.title")

    def see_no_script(self):
        page, chromium = self.page, self.chromium
        with self.step(f"{self.name}: without scripts"):
            chromium.new_tab()
            chromium.tell("Emulation.setScriptExecutionDisabled", value=True)
            page.open(self.scene.link)
            page.until(lambda: "116 006" in page.text(), "it says nothing")
            expect(page.js(KEEP_SHOWN), "it does not say at once what can be done")
            chromium.tell("Emulation.setScriptExecutionDisabled", value=False)
            expect("Scripts are turned off" in page.text(), "it does not say why")
            self.see("no-script")

    def see_communities(self):
        page = self.page
        with self.step(f"{self.name}: the relay's list of communities, and a link to none of them"):
            self.begin(self.scene.address)
            page.press("safety.continue")
            page.at("community.title", LONG)
            self.see("community")
            self.begin(self.scene.address + "#k1." + "A" * 43)
            page.press("safety.continue")
            page.says("refused.unknownCommunity", LONG)
            self.see("unknown-community")

    def see_days(self):
        page = self.page
        with self.step(f"{self.name}: a clock that is wrong by an hour, and by two days"):
            for hours, title, screen in ((1, "choose.title", "choose-clock"), (-49, "day.title", "day")):
                self.chromium.new_tab()
                self.chromium.tell(
                    "Page.addScriptToEvaluateOnNewDocument", source="{ const now = Date.now.bind(Date);"
                    f"Date.now = () => now() + {hours} * 3600e3; }}")
                page.open(self.scene.link)
                page.at("safety.title")
                page.press("safety.continue")
                page.at(title, LONG)
                if title == "day.title":
                    page.press("day.on")
                    page.says("day.missing")
                self.see(screen)

    def see_cover(self):
        page = self.page
        with self.step(f"{self.name}: nothing to review; covered, then cleared"):
            self.chromium.new_tab()
            self.journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            self.journey.skip_to_review()
            page.says("review.empty")
            self.see("review-empty")
            page.js("Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
                    "document.dispatchEvent(new Event('visibilitychange'))")
            page.until(lambda: page.js("return document.querySelector('.cover button') !== null"),
                       "it is not covered")
            self.see("cover", whole=False)
            page.js("const now = Date.now.bind(Date); Date.now = () => now() + 605e3")
            page.until(lambda: page.has("cover.again"), "it does not forget")
            self.see("cleared", whole=False)

    def send_with_trouble(self):
        page, journey = self.page, self.journey
        with self.step(f"{self.name}: a photo is chosen, and looked over with the rest"):
            self.chromium.new_tab()
            journey.enter(self.scene.link.replace(self.scene.address, self.between.address))
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", "Sent with trouble: plovergate.")
            page.press("question.on")
            page.at("kinds.title")
            while page.title != page.words.plain("files.title"):
                title = page.title
                page.press("question.skip")
                page.until(lambda: page.title != title, "the next question does not come")
            page.element("input[type=file]").send_keys(str(self.photo()))
            page.says("files.added", LONG)
            page.choose("files.keep")
            self.see("files-chosen")
            page.press("question.on")
            page.at("review.title")
            self.see("review-files")
        with self.step(f"{self.name}: without network it waits; a relay that is full is told; tried again"):
            self.between.refuse("POST /api/submissions", 507, "full")
            page.press("review.send.request")
            page.until(lambda: page.title in journey.titles("slow.title", "code.title"), "no code", 240)
            if page.title in journey.titles("slow.title"):
                page.press("slow.start")
                page.at("code.title")
            self.chromium.offline(True)
            journey.take_code()
            page.at("sending.title")
            page.says("progress.offline", 240)
            self.see("sending-offline")
            self.chromium.offline(False)
            page.says("refused.relayFull", LONG)
            self.see("sending-failed")
            self.between.instead.clear()
            page.press("sending.again")
            journey.arrived("request")
            page.until(lambda: page.js("return document.querySelectorAll('main p[role=status]').length"),
                       "the receipt does not count the files", LONG)
            self.see("receipt-files")

    def photo(self):
        import pictures
        file = self.scene.folder / "seldom.jpg"
        if not file.exists():
            plain = self.chromium.wait_js(MADE, "image/jpeg", 60, 40)
            file.write_bytes(pictures.jpeg(base64.b64decode(plain)))
        return file

    def see_files(self):
        page = self.page
        with self.step(f"{self.name}: the photo and its original, with the code"):
            page.press("receipt.more")
            page.at("choose.title")
            page.press("choose.decoy")
            page.says("decoy.separate")
            self.see("decoy-used")
            page.press("back")
            page.press("choose.code")
            page.at("cases.title", LONG)
            page.press("case.name.request")
            page.at("case.name.request")
            self.see("case-files")
            page.js("document.querySelector('.said.you button').click()")
            page.at("file.title")
            self.see("file")
            show_picture(page)
            self.see("file-shown")
            page.press("back")
            page.at("case.name.request")
            page.js(PRESS_BELOW, page.words.plain("case.kept"))
            page.at("file.title")
            self.see("file-kept")
            page.press("back")
            page.at("case.name.request")

    def share_with_everybody(self):
        page = self.page
        with self.step(f"{self.name}: an office that shows everybody what it gets is warned of"):
            page.press("case.consent")
            page.at("consent.title")
            page.says("consent.publishing")
            self.see("consent-publishing")
            page.press("", AUTHORITY)
            page.at("what.title")
            page.choose("field.account")
            page.says("what.public.hint")
            page.press("question.on")
            page.says("what.public.needed")
            self.see("consent-what-public")
            page.choose("what.public.yes")
            page.press("question.on")
            self.journey.choose_purpose()
            page.press("why.on")
            page.at("preview.title")
            page.says("preview.public")
            self.see("consent-preview-public")
            while not page.has("case.erase"):
                title = page.title
                page.press("back")
                page.until(lambda: page.title != title, "Back does not lead back")

    def erase_one(self):
        page, journey = self.page, self.journey
        with self.step(f"{self.name}: one case is erased, and says so"):
            page.press("case.erase")
            page.at("erase.title")
            page.choose("erase.sure.one")
            self.see("erase-one")
            page.press("erase.on")
            journey.arrived("erased", "erased.title")
            self.see("erased-one")
            page.press("receipt.more")
            page.at("choose.title")
            page.press("choose.code")
            page.at("cases.title", LONG)
            page.press("case.name.request")
            page.says("case.erased.taken")
            self.see("case-erased")
