"""What goes wrong on the line: the network, the relay, an answer."""

import time

from loopback import Deaf
from steps import expect
from telling import LONG, OTHER_CODE


class LineTroubles:
    """The network and the relay come and go."""

    def try_offline(self, look):
        """The network goes while the code is written down, and comes back."""
        page, journey = self.browse(look)
        before = self.scene.inbox()
        with self.step("offline: the page says so, waits, and goes on by itself"):
            journey.enter()
            journey.quick_request("Sent while the network was away: tunnelwort.")
            page.at("code.title")
            self.chromium.offline(True)
            journey.take_code()
            page.at("sending.title")
            page.says("progress.offline")
            journey.look.see("sending-offline")
            # Left alone for longer than what would else make it forget.
            page.js("const now = Date.now.bind(Date); Date.now = () => now() + 605e3")
            page.until(lambda: self.is_covered(page), "it is not covered when it is left alone")
            self.uncover(page)
            page.says("progress.offline")
            self.chromium.offline(False)
            journey.arrived("request")
        self.expect_once(before, "tunnelwort")

    def try_sending_abandoned(self, look):
        """Left alone without a connection, it does not wait for one for ever."""
        page, journey = self.browse(look)
        with self.step("sending-abandoned: after an hour without a connection all is forgotten"):
            journey.enter()
            journey.quick_request("Left alone while it was sent: rookhope.")
            page.at("code.title")
            self.chromium.offline(True)
            journey.take_code()
            page.says("progress.offline")
            page.js("const now = Date.now.bind(Date); Date.now = () => now() + 3605e3")
            page.until(lambda: page.has("cover.again"), "it does not forget after an hour")
            expect("rookhope" not in page.js("return document.documentElement.outerHTML"),
                   "what was written is still there")
            self.chromium.offline(False)

    def try_relay_restarted(self, look):
        """The relay is killed before it has it all, and started again."""
        page, journey = self.browse(look)
        before = self.scene.inbox()
        with self.step("relay-restarted: killed before it took it; the page insists"):
            journey.enter()
            journey.quick_request("Sent over a dead relay: bellhorn.")
            page.at("code.title")
            self.scene.c.kill()
            journey.take_code()
            page.says("progress.offline")
            journey.look.see("sending-away")
            self.scene.c.start()
            journey.arrived("request")
        self.expect_once(before, "bellhorn")
        with self.step("relay-restarted: killed again, news are still found"):
            self.scene.c.kill()
            self.scene.c.start()
            page.press("receipt.case")
            page.at("cases.title", LONG)
            page.press("case.name.request")
            page.until(lambda: any("bellhorn" in one for one in journey.said("you")), "it is not there")

    def try_answer_lost(self, look):
        """The relay has it, its answer is lost: the same again counts once."""
        way = Deaf(self.scene.page_port)
        address = f"http://127.0.0.1:{way.port}/"
        page, journey = self.browse(look, address)
        before = self.scene.inbox()
        with self.step("answer-lost: the page asks again, the supporter has it once"):
            journey.enter(self.scene.link.replace(self.scene.address, address))
            journey.quick_request("Sent twice, to be kept once: echowick.")
            journey.take_code()
            journey.arrived("request")
            expect(way.lost == 1, "no answer was lost")
        self.expect_once(before, "echowick")
        way.close()

    def expect_once(self, before, word):
        with self.step("… and it is there once"):
            case = self.scene.new_case(before)
            requests = self.scene.shown(case)["requests"]
            expect(len(requests) == 1 and word in requests[0]["account"], "the request differs")

    def try_relay_away(self, look):
        """The page is there, then the relay is not: everything that needs it says so and waits."""
        page, journey = self.browse(look)
        with self.step("relay-away: the first screen works, the next waits and goes on by itself"):
            self.scene.c.kill()
            self.scene.c.start()
            page.open(self.scene.link)
            page.at("safety.title")
            time.sleep(3)
            self.chromium.offline(True)
            page.press("footer.numbers")
            page.at("numbers.title")
            journey.look.see("numbers-offline")
            self.chromium.offline(False)
            page.press("back")
            page.press("safety.continue")
            page.at("choose.title", LONG)
            page.press("choose.code")
            page.at("enter.title")
            page.fill("enter.name", OTHER_CODE)
            # The program that opens codes has not been fetched yet.
            self.scene.c.kill()
            page.press("enter.on")
            page.says("refused.offline", LONG)
            journey.look.see("enter-away")
            self.scene.c.start()
            time.sleep(6)
            self.scene.c.kill()
            page.press("enter.on")
            page.at("reading.title", LONG)
            page.says("waiting.offline", LONG)
            journey.look.see("reading-away")
            self.scene.c.start()
            page.says("cases.none", LONG)
