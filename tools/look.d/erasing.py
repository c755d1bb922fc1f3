"""What goes wrong with an erasure: taken by halves, cut short, answered meanwhile."""

import json
import re
import urllib.request

import relay
from between import Between
from steps import eventually, expect, expect_soon
from telling import LONG

RETRACT = "POST /api/retractions"


class ErasingTroubles:
    """An erasure is a word and then what takes everything back; between them all may happen."""

    def try_erase_refused(self, look):
        """The relay takes the word and is full for the rest: nothing is erased, nor called so."""
        refused = [(507, "full"), (422, "notOpened")]
        way = self.gate(lambda asked: refused.pop(0) if refused and asked == RETRACT else None)
        page, journey, _ = self.asked_over(way, look, "kitebarrow")
        with self.step("erase-refused: half an order is no erasure; Try again hands over the rest"):
            self.erase_all(page)
            for _ in range(2):
                page.says("progress.failed.erase")
                page.says("sending.missing.erase")
                expect(page.title in journey.titles("trouble.title"), f"the title is {page.title}")
                journey.look.see("erase-half")
                page.press("sending.again")
            journey.arrived("erased", "erased.title")
            expect(way.asked.count(RETRACT) == 3, f"{way.asked.count(RETRACT)} tries")
        with self.step("erase-refused: gone to see what is there, it isn't called erased"):
            refused.append((507, "full"))
            page, journey, _ = self.asked_over(way, look, "kitebarrow again")
            self.erase_all(page)
            page.says("progress.failed.erase")
            page.press("receipt.case")
            page.at("cases.title", LONG)
            page.says("case.erased")
            page.press("case.name.request")
            page.says("case.erased.here")
            page.press("case.erase.again")
            self.erase_this(page)
            journey.arrived("erased", "erased.title")
        self.expect_gone(page, journey)

    def try_erase_killed(self, look):
        """The relay dies between the word and the rest; the page insists until it has both."""
        kills = [self.scene.c.kill]

        def answer(asked):
            if asked == RETRACT and kills:
                kills.pop()()
        page, journey, _ = self.asked_over(self.gate(answer), look, "larkspindle")
        with self.step("erase-killed: the relay dies in between, and nothing is called erased"):
            self.erase_all(page)
            page.says("progress.offline")
            expect(page.title in journey.titles("sending.title"), f"the title is {page.title}")
            self.scene.c.start()
            journey.arrived("erased", "erased.title")
        self.expect_gone(page, journey)

    def try_erase_left(self, look):
        """The page goes away in between; a later visit says what is known, and erases again."""
        way = self.gate(lambda asked: Between.CUT if asked == RETRACT else None)
        page, journey, case = self.asked_over(way, look, "mothgarth")
        with self.step("erase-left: the page is closed before the relay has all of it"):
            self.erase_all(page)
            page.says("progress.offline")
            eventually(lambda: expect_soon(
                self.scene.inbox()[case]["erased"], "the supporter was not told"), LONG)
        with self.step("erase-left: a later visit doesn't call it erased, and erases again"):
            journey.enter_code()
            page.says("case.erased")
            expect(page.has("cases.erase"), "all of it can't be erased again")
            journey.look.see("cases-erased")
            page.press("case.name.request")
            for known in ("here", "slowly", "cut"):
                page.says(f"case.erased.{known}")
            journey.look.see("case-erased")
            page.press("case.erase.again")
            self.erase_this(page)
            journey.arrived("erased", "erased.title")
        self.expect_gone(page, journey)

    def try_erase_answered(self, look):
        """An answer that came after the seeker had read is read first, and erased too."""
        way = self.gate()
        page, journey, case = self.asked_over(way, look, "siskinford")
        page.press("cases.erase")
        page.at("erase.title.all")
        with self.step("erase-answered: what nobody has read yet is read first, and taken back too"):
            before = self.in_the_open()
            self.scene.desk("claim", case)
            self.scene.reply(case, "Answered late: pipitholm.")
            eventually(lambda: expect_soon(self.in_the_open() > before, "no answer arrives"), LONG)
            asked = len(way.asked)
            page.choose("erase.sure.all")
            page.press("erase.on")
            journey.arrived("erased", "erased.title")
            order = [one.split("/")[2] for one in way.asked[asked:]
                     if "/api/texts" in one or "/api/submissions" in one or one == RETRACT]
            expect(order[0] == "texts" and order[-2:] == ["submissions", "retractions"],
                   f"the relay was asked for {order}")
        # Whatever were left of the answer would show there.
        self.expect_gone(page, journey)

    def try_erase_waiting(self, look):
        """The relay waits before each part: how much waits is said, and nothing is called erased."""
        page, journey, _ = self.asked_over(self.gate(), look, "dotterelcombe")
        with self.step("erase-waiting: what waits is counted, and a later visit still finds it"):
            relay.ERASE_DELAY = 3600
            try:
                self.scene.c.kill()
                self.scene.c.start()
                self.erase_all(page)
                journey.arrived("erased", "erased.title")
                page.says("erased.left")
                page.says("erased.alone")
                counted = re.search(r"(\d+)\D+(\d+)", page.text("main [role=status] li"))
                expect(counted and counted[1] == counted[2] != "0",
                       f"it says {page.text('main [role=status]')!r}")
                journey.look.see("erased-waiting")
                journey.enter_code()
                page.press("case.name.request")
                page.says("case.erased.here")
            finally:
                relay.ERASE_DELAY = 1
                self.scene.c.kill()
                self.scene.c.start()

    # What they have in common

    def gate(self, answer=lambda asked: None):
        return Between(self.scene.page_port, answer)

    def asked_over(self, way, look, word):
        """A request sent that way; ends at the list of what the code opens, which was read."""
        before = self.scene.inbox()
        if self.chromium is None or self.chromium.driver is None:
            self.page, self.journey = self.browse(look, way.address)
        else:
            self.chromium.new_tab()
        page, journey = self.page, self.journey
        with self.step(f"… a request with {word!r} in it"):
            journey.enter(self.scene.link.replace(self.scene.address, way.address))
            journey.quick_request(f"To be erased: {word}.")
            journey.code = journey.take_code()
            journey.arrived("request")
            case = self.scene.new_case(before)
            page.press("receipt.case")
            page.at("cases.title", LONG)
        return page, journey, case

    def erase_all(self, page):
        page.press("cases.erase")
        page.at("erase.title.all")
        page.choose("erase.sure.all")
        page.press("erase.on")

    def erase_this(self, page):
        page.at("erase.title")
        page.choose("erase.sure.one")
        page.press("erase.on")

    def in_the_open(self):
        """How many envelopes of the community the page's relay offers to everybody."""
        community = self.scene.link.split("#k1.")[1]
        with urllib.request.urlopen(f"{self.scene.address}api/weeks/{community}") as answer:
            return sum(week["envelopes"] for week in json.load(answer)["weeks"])

    def expect_gone(self, page, journey):
        with self.step("… confirmed, and the code opens nothing"):
            page.says("erased.confirmed", LONG)
            journey.enter_code()
            page.says("cases.none")
