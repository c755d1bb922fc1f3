"""What goes wrong: the network, the relay, the clock, the person's fingers, other tabs, old browsers."""

import json
import time

from attaching import Attaching
from checks import Looker
from chromium import Chromium, Look
from journeys import ACCOUNT, CANARIES, LONG, Journey
from loopback import Deaf
from page import Page
from relay import Relay, free_ports
from scene import ROOT, peer
from steps import eventually, expect, expect_soon
from traces import expect_nothing_kept

OTHER_CODE = "1234 5678 9012 3456 7890 1234 5627"


class Trouble:
    """One browser at the scene; each method is a run of its own."""

    def __init__(self, scene, site, table, steps, words):
        self.scene, self.site, self.table, self.steps = scene, site, table, steps
        self.step, self.words = steps.step, words
        self.looker = Looker(table, Look("troubles"), network_fails=True)
        self.chromium = None

    def browse(self, look, address=None):
        """A new browser, its page and its journey."""
        self.chromium = Chromium(look, self.site)
        page = Page(self.chromium, self.words, address or self.scene.address)
        self.looker.page, self.looker.chromium = page, self.chromium
        return page, Journey(self.scene, page, self.looker, self.steps)

    def play(self, name):
        try:
            getattr(self, "try_" + name.replace("-", "_"))(Look("troubles"))
        except Exception:
            if self.chromium is not None and self.chromium.driver is not None:
                self.chromium.shot(self.table.out / f"failed-{name}.png")
            raise
        finally:
            if self.chromium is not None:
                self.chromium.quit()
                self.chromium.forget()

    # Files

    def try_files(self, look):
        """A photo, a recording and a paper, from choosing them to erasing all."""
        Attaching(self, *self.browse(look)).play()

    # The network and the relay

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
            self.chromium.offline(False)
            journey.arrived("request")
        self.expect_once(before, "tunnelwort")

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
            self.scene.c.kill()
            page.fill("enter.name", OTHER_CODE)
            page.press("enter.on")
            page.at("reading.title", LONG)
            page.says("waiting.offline", LONG)
            journey.look.see("reading-away")
            self.scene.c.start()
            page.says("cases.none", LONG)

    # Tabs and Back

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
        if Trouble.is_covered(page):
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

    # Fingers

    def try_wrong_things(self, look):
        """Everything that can be mistyped, left out or overdone."""
        page, journey = self.browse(look)
        with self.step("wrong-things: codes that are none"):
            journey.enter()
            page.press("choose.code")
            page.at("enter.title")
            for text in ("hello", "1234", OTHER_CODE + " 1", "💥" * 20, "9" * 200, "\n\n",
                         OTHER_CODE.replace("5627", "5628")):
                page.fill("enter.name", text)
                page.press("enter.on")
                page.says("enter.mistyped" if text.strip() else "enter.empty")
        with self.step("wrong-things: the same code in other digits, with odd spaces, is well-formed"):
            digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
            page.fill("enter.name", "\u200f" + OTHER_CODE.replace(" ", "\u00a0").translate(digits))
            page.press("enter.on")
            page.says("cases.none", LONG)
        with self.step("wrong-things: nothing at all can't be sent"):
            self.chromium.new_tab()
            journey.enter()
            page.press("choose.ask")
            page.at("account.title.request")
            page.fill("account.name", " \n\u00a0 ")
            journey.skip_to_review()
            page.says("review.empty")
            journey.look.see("review-empty")
            page.press("review.write")
            page.at("account.title.request")
        with self.step("wrong-things: twenty thousand letters of three bytes arrive whole, or are refused"):
            account = "ሀ" * 19000 + " endwort"
            page.fill("account.name", account)
            journey.skip_to_review()
            before = self.scene.inbox()
            page.press("review.send.request")
            page.until(lambda: page.title in journey.titles("code.title", "slow.title")
                       or page.text("[role=alert]"), "nothing happens", LONG)
            if page.title in journey.titles("review.title"):
                page.says("refused.tooLong")
                journey.look.see("review-too-long")
            else:
                journey.take_code()
                journey.arrived("request")
                told = self.scene.shown(self.scene.new_case(before))["requests"][0]["account"]
                expect(told == account, "the account arrived otherwise")

    def try_code_again(self, look):
        """The code is typed back wrongly, looked at again, pasted whole."""
        page, journey = self.browse(look)
        with self.step("code-again: letters, one wrong digit, the code shown again, pasted whole"):
            journey.enter()
            journey.quick_request("Harmless: wickerbatch.")
            page.at("code.title")
            code = " ".join(page.texts(".code span"))
            self.chromium.shape(media="print")
            self.chromium.shot(self.table.out / "code-printed.png")
            text = page.js("return [...document.querySelectorAll('body *')].filter((n) => "
                           "n.getClientRects().length && !n.children.length).map((n) => n.textContent)"
                           ".join(' ')")
            expect(text.strip() == code, f"on paper stands {text[:80]!r}")
            self.chromium.shape(media="")
            page.press("code.copy")
            said = page.words.table["code.copied"], page.words.table["code.copy.failed"]
            page.until(lambda: any(text in page.text() for text in said), "copying says nothing")
            page.press("code.on")
            for wrong in ("abcd", "12345", ""):
                for label in page.texts("main label.name"):
                    page.fill("codecheck.group", wrong, label)
                page.press("codecheck.on")
                page.says("codecheck.wrong")
            page.press("codecheck.again")
            page.at("code.title")
            expect(" ".join(page.texts(".code span")) == code, "another code is shown")
            page.press("code.on")
            for label in page.texts("main label.name"):
                page.fill("codecheck.group", code, label)
            page.press("codecheck.on")
            journey.arrived("request")

    def try_decoy(self, look):
        """A harmless note under a code of its own; the real one does not show under it."""
        page, journey = self.browse(look)
        with self.step("decoy: made in a visit of its own"):
            journey.enter()
            page.press("choose.decoy")
            page.at("decoy.title")
            page.press("decoy.begin")
            page.at("account.title.note")
            page.fill("account.name", "A lost bag: ferrycove.")
            journey.skip_to_review()
            page.press("review.send.note")
            code = journey.take_code()
            journey.arrived("note")
        with self.step("decoy: not offered where a code was used already"):
            page.press("receipt.more")
            page.at("choose.title")
            page.press("choose.decoy")
            page.says("decoy.separate")
            expect(not page.has("decoy.begin"), "it is offered")
            journey.look.see("decoy-used")
        with self.step("decoy: its code opens that note alone; a note becomes a request"):
            before = self.scene.inbox()
            journey.enter_code(code)
            page.press("case.name.note")
            page.at("case.name.note")
            page.until(lambda: "ferrycove" in page.text(), "the note is not there")
            page.press("case.note.ask")
            page.at("account.title.request")
            expect("ferrycove" in page.js("return document.querySelector('textarea').value"),
                   "the note's words are not there to be changed")
            journey.skip_to_review()
            page.press("review.send.request")
            journey.arrived("request")
        self.expect_once(before, "ferrycove")

    # Clocks and communities

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

    # Old browsers

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

    # Others that speak the protocol

    def try_interop(self, look):
        """An independent client reads what the page sealed, and the page what that client sealed."""
        page, journey = self.browse(look)
        words = "Sealed by the page: \"oatmarsh\" 🐚 شكراً"
        with self.step("interop: another client opens what the page sent and what was answered"):
            before = self.scene.inbox()
            journey.enter()
            journey.quick_request(words)
            code = journey.take_code()
            journey.arrived("request")
            case = self.scene.new_case(before)
            self.scene.desk("claim", case)
            self.scene.reply(case, "Answered: \"tealwick\" 🌿")
            page.press("receipt.case")
            page.at("cases.title", LONG)
            page.press("case.name.request")
            journey.until_news(lambda: journey.said("them"), "the answer is not there")
            page.press("case.write")
            page.at("write.title")
            page.fill("write.name", "Again: 'sorrelby' 🙂")
            page.press("write.on")
            journey.arrived("words")
            said = eventually(lambda: self.peer_says(code, 2))
            expect(said == ["supporter: Answered: \"tealwick\" 🌿", "seeker: Again: 'sorrelby' 🙂"],
                   f"the other client reads {said}")
        with self.step("interop: the page opens what another client asked"):
            code = peer(ROOT, "ask", self.scene.invite, "Sealed elsewhere: 'reedhollow' 🦆").strip()
            journey.enter_code(code)
            page.press("case.name.request")
            page.until(lambda: any("Sealed elsewhere: 'reedhollow' 🦆" in one
                                   for one in journey.said("you")), "it reads otherwise")
        self.swift_reads_page(page, journey)

    def peer_says(self, code, count):
        lines = peer(ROOT, "open", self.scene.invite, code).splitlines()
        expect_soon(len(lines) >= count, f"the other client reads {lines}")
        return lines

    def swift_reads_page(self, page, journey):
        with self.step("interop: kith open reads what the page sealed, request, note and words"):
            kith, data = self.scene.kith, self.scene.c.data
            self.chromium.new_tab()
            journey.enter()
            journey.quick_request("For the node: \"gorsefield\" 🌾")
            code = journey.take_code()
            journey.arrived("request")
            found = kith.run("open", data=data, lines=[code])
            expect(found["cases"][0]["request"]["account"] == "For the node: \"gorsefield\" 🌾",
                   "the node reads otherwise")
        with self.step("interop: the page reads what kith ask and kith note sealed"):
            file = self.scene.folder / "asked.json"
            for verb, kind in (("ask", "request"), ("note", "note")):
                told = {"account": f"By {verb}: 'brindlecot' 🐑", "kinds": ["02012"], "language": "en"}
                file.write_text(json.dumps(told), encoding="utf-8")
                with kith.talk(verb, "--file", file, data=data) as talk:
                    code = talk.hear("code")["code"]
                    asked = talk.hear("confirm")["groups"]
                    talk.say(" ".join(code.split()[number - 1] for number in asked))
                    talk.hear("sent")
                journey.enter_code(code)
                page.press(f"case.name.{kind}")
                page.until(lambda: any(told["account"] in one for one in journey.said("you")),
                           "it reads otherwise")
