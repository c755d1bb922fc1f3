"""What is wrong from the beginning: the clock, the link, the relay, the browser."""

import time

from chromium import Look
from relay import Relay, free_ports
from steps import expect
from telling import LONG


class PlaceTroubles:
    """Clocks, communities and old browsers."""

    def try_clocks(self, look):
        """A phone whose clock is an hour wrong is told; one that is two days wrong is asked."""
        page, journey = self.browse(look)
        for hours in (1, -49):
            self.chromium.new_tab()
            self.chromium.tell(
                "Page.addScriptToEvaluateOnNewDocument", source="{ const now = Date.now.bind(Date);"
                f"Date.now = () => now() + {hours} * 3600e3; }}")
            page.open(self.scene.link)
            page.at("safety.title")
            page.press("safety.continue")
            if hours == 1:
                with self.step("clocks: an hour wrong is said"):
                    page.at("choose.title", LONG)
                    page.says("choose.clock")
                    journey.look.see("choose-clock")
                continue
            with self.step("clocks: two days wrong asks for the day"):
                page.at("day.title", LONG)
                page.press("day.on")
                page.says("day.missing")
                field = page.element("main input")
                self.set_date(field, "2001-01-01")
                page.press("day.on")
                page.says("day.wrong")
                journey.look.see("day")
                self.set_date(field, time.strftime("%Y-%m-%d"))
                page.press("day.on")
                page.at("choose.title", LONG)

    def set_date(self, field, text):
        self.chromium.js("arguments[0].value = arguments[1];"
                         "arguments[0].dispatchEvent(new Event('input', { bubbles: true }))", field, text)

    def try_communities(self, look):
        """Without a link the relay's list, marked as its word; wrong links are refused."""
        page, journey = self.browse(look)
        with self.step("communities: chosen from the relay's list, and said so"):
            page.open(self.scene.address)
            page.at("safety.title")
            page.press("safety.continue")
            page.at("community.title", LONG)
            page.says("community.word")
            journey.look.see("community")
            page.press("", "Kestrelmoor Listeners")
            page.at("choose.title", LONG)
            page.says("choose.from.relay")
        with self.step("communities: a link to one the relay does not know"):
            self.chromium.new_tab()
            page.open(self.scene.address + "#k1." + "A" * 43)
            page.at("safety.title")
            page.press("safety.continue")
            page.says("refused.unknownCommunity", LONG)
            journey.look.see("unknown-community")
        with self.step("communities: a link that is none counts as none"):
            self.chromium.new_tab()
            page.open(self.scene.address + "?q=1#k1.<img>")
            page.at("safety.title")
            page.press("safety.continue")
            page.at("community.title", LONG)

    def try_no_community(self, look):
        """A relay that serves no community says so, with numbers."""
        ports = free_ports(3)
        program, folder, kith = self.scene.kith.program, self.scene.folder, self.scene.kith
        gone = Relay("gone", folder, ports[2], program)
        alone = Relay("alone", folder, ports[0], program)
        alone.page = ["--page", f"127.0.0.1:{ports[1]}", *self.scene.c.page[2:]]
        with self.step("no-community: a relay that has not heard of one yet says so"):
            kith.run("init", "--test-network", "--listen", gone.listen, "--passphrase-stdin",
                     data=gone.data, lines=["lonely kestrel"])
            invite = kith.run("community", "invite", "--relay", data=gone.data)["invite"]
            kith.run("init", "--listen", alone.listen, "--join", invite, data=alone.data)
            alone.start()
            try:
                page, journey = self.browse(look, f"http://127.0.0.1:{ports[1]}/")
                page.open()
                page.at("safety.title")
                page.press("safety.continue")
                page.says("community.none", LONG)
                journey.look.see("community-none")
            finally:
                alone.close()

    def try_no_script(self, _):
        """Without JavaScript the page explains, gives numbers, and has nothing to type into."""
        look = Look("troubles", script=False)
        page, _ = self.browse(look)
        with self.step("no-script: explains, gives numbers, offers no field"):
            page.open(self.scene.link)
            time.sleep(1)
            self.chromium.shot(self.table.out / "no-script.png")
            nodes = self.chromium.tell("DOMSnapshot.captureSnapshot", computedStyles=["visibility"])
            texts = nodes["strings"]
            seen = " ".join(texts)
            for wanted in ("Scripts are turned off", "112", "116 006", "Español", "العربية"):
                expect(wanted in seen, f"{wanted} is not said")
            names = {name.lower() for name in texts}
            expect(not names & {"form", "input", "textarea", "button"}, "there is something to fill in")
            self.table.add("no-script", look.name, "words", [])
