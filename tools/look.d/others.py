"""Others that speak the protocol read what the page seals, and the page what they seal."""

import json

from scene import ROOT, peer
from steps import eventually, expect, expect_soon
from telling import LONG


class OtherClients:
    """Those who speak the protocol too."""

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
        said = [line for line in lines if line.startswith(("seeker: ", "supporter: "))]
        expect_soon(len(said) >= count, f"the other client reads {lines}")
        return said

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
