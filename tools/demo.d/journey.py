"""The journey: people ask at C, a supporter answers at A, everything is read back after each step."""

import json
import re
import secrets
from contextlib import contextmanager

from bridge import BridgeJourney
from leaks import Search, expect_able_to_find, expect_silent, expect_silent_wire, spellings
from steps import eventually, expect, expect_soon

COMMUNITY = "Northbank Lanterns"
SUPPORTER = "Wren Quillfeather"
STATE = "in_progress"
EXPLANATION = "We have read everything and are looking into it together."
FAREWELL = "We agreed that this is done for now. Come back with your code whenever you like."
NOT_FOUND = 66
TOLD = ("account", "language", "kinds", "bias", "reported", "reasons", "safety", "needs", "contact",
        "when", "where", "danger")


class Paper:
    """One entry on its way, with what its seeker holds."""

    def __init__(self, number, entry, folder):
        self.number, self.entry, self.form = number, entry, entry["form"]
        self.file = folder / f"{number}-{self.form}.json"
        told = {key: entry[key] for key in TOLD if key in entry}
        self.file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        self.reply = folder / f"{number}-reply.txt"
        self.reply.write_text(entry["reply"], encoding="utf-8")
        self.followup = folder / f"{number}-followup.txt"
        self.followup.write_text(entry["followup"], encoding="utf-8")
        self.code = self.handle = self.case = None
        self.erased = False

    def __str__(self):
        return f"{self.form} {self.number} ({self.entry['language']})"


class Journey:
    def __init__(self, kith, relays, entries, folder, steps, kill_middle, bridge=None, kill_bridge=False):
        self.kith, self.relays, self.step, self.kills = kith, relays, steps.step, kill_middle
        self.a, self.b, self.c = relays
        self.folder = folder
        self.bridge, self.kill_bridge = bridge, kill_bridge
        self.passphrase = f"lantern {secrets.token_hex(6)}"
        papers = folder / "papers"
        papers.mkdir(mode=0o700)
        self.papers = [Paper(n, entry, papers) for n, entry in enumerate(entries, 1)]
        self.requests = [paper for paper in self.papers if paper.form == "request"]

    def play(self):
        self.lay_the_line()
        self.ask()
        self.read_what_was_asked()
        self.answer()
        self.write_back()
        self.tell_the_status()
        self.erase()
        self.start_again()
        if self.bridge is not None:
            BridgeJourney(self, self.bridge, self.kill_bridge).play()
        self.look_for_leaks()

    def end(self):
        for relay in self.relays:
            with self.step(f"{relay.name} ends on SIGTERM"):
                relay.stop()

    # The parts of the journey

    def lay_the_line(self):
        with self.step(f"A founds the community {COMMUNITY}") as remarks:
            made = self.kith.run(
                "init", "--test-network", "--listen", self.a.listen, "--advertise",
                self.a.advertise, "--name", SUPPORTER, "--community", COMMUNITY,
                "--passphrase-stdin", data=self.a.data, lines=[self.passphrase])
            for key in ("node", "network", "community", "invite"):
                expect(made.get(key), f"init printed no {key}")
            self.a.node = made["node"]
            remarks.append(f"community {made['community'][:8]}")
        with self.step("A serves"):
            self.a.start()
        for relay, neighbour in ((self.b, self.a), (self.c, self.b)):
            with self.step(f"{relay.name} joins by an invite of {neighbour.name}, and serves"):
                invite = self.kith.run("community", "invite", "--relay", data=neighbour.data)["invite"]
                expect(invite.startswith("kith1:"), f"this is no invite: {invite}")
                joined = self.kith.run(
                    "init", "--listen", relay.listen, "--advertise", relay.advertise, "--join",
                    invite, data=relay.data)
                relay.node = joined["node"]
                expect(joined["network"] == made["network"], f"{relay.name} joined another network")
                relay.start()
        with self.step("C blocks A, for they would become neighbours: the line is A - B - C"):
            self.kith.run("peer", "block", self.a.node, data=self.c.data)
            self.expect_the_line()
        with self.step("B and C hold what A published") as remarks:
            remarks.append(f"{eventually(self.expect_same_items)} items")

    def ask(self):
        with self.hanging_middle("the requests"):
            for paper in self.papers:
                with self.step(f"C sends {paper}") as remarks:
                    sent = self.send(paper, mistype=paper is self.papers[0])
                    remarks.append(f"{len(paper.entry['account'])} characters")
                    remarks.append(f"{sent['envelopes']} envelopes")
            if self.kills:
                with self.step("B hangs, so the inbox on A is empty"):
                    expect(not self.inbox(), "something reached A past the hanging relay")
        with self.step("No two return codes are the same"):
            expect(len({paper.code for paper in self.papers}) == len(self.papers), "two are")

    def read_what_was_asked(self):
        with self.step("The inbox on A shows every request once, and no note") as remarks:
            eventually(self.expect_inbox)
            remarks.append(f"{len(self.requests)} requests")
        for paper in self.requests:
            with self.step(f"A opens {paper}; the account is what was written"):
                shown = self.desk("show", paper.case)
                expect(paper.entry["account"] in strings(shown), "the account differs")
        for paper in self.papers:
            with self.step(f"C opens {paper} by its code"):
                self.expect_own(paper)

    def answer(self):
        for paper in self.requests:
            last = paper is self.requests[-1]
            with self.step(f"{SUPPORTER} claims {paper}"):
                self.desk("claim", paper.case)
                held = {case["case"]: case["claimedBy"] for case in self.inbox()}
                expect(held[paper.case] == SUPPORTER, f"it is claimed by {held[paper.case]}")
            with self.step(f"{SUPPORTER} replies to {paper}"):
                self.desk("reply", paper.case, "--file", paper.reply)
                if last and self.kills:
                    self.b.kill()  # at once: the reply has left A, or has not
            if last and self.kills:
                self.restart_middle("the last reply")
        for paper in self.requests:
            with self.step(f"C reads the reply to {paper}"):
                eventually(lambda: self.expect_messages(paper, "supporter", [paper.entry["reply"]]))
                helpers = self.own(paper)["helpers"]
                expect(helpers == [SUPPORTER], f"helpers are {helpers}")
        for paper in self.requests[:1]:
            with self.step(f"B reads it too: the code opens {paper} at any relay"):
                eventually(lambda: self.expect_messages(
                    paper, "supporter", [paper.entry["reply"]], at=self.b))

    def write_back(self):
        for paper in self.requests:
            entry = paper.entry
            with self.step(f"C writes back to {paper}"):
                self.kith.run(
                    "open", "--say", paper.followup, data=self.c.data, lines=[paper.code])
                self.expect_messages(paper, "you", [entry["followup"]])
            with self.step(f"A reads it at {paper}, once and after the reply"):
                def both_in_order():
                    texts = [said["text"] for said in self.desk("show", paper.case)["messages"]]
                    once(entry["followup"], texts, "the follow-up")
                    expect(texts == [entry["reply"], entry["followup"]], "other words are there too")
                eventually(both_in_order)

    def tell_the_status(self):
        first, last = self.requests[0], self.requests[-1]
        for paper, title, words, explanation in (
                (first, "sets a status", ("status", first.case, STATE), EXPLANATION),
                (last, "closes", ("close", last.case), FAREWELL)):
            with self.step(f"{SUPPORTER} {title} and says why; C reads it at {paper}") as remarks:
                self.desk(*words, "--explain", explanation)

                def is_told():
                    status = self.own(paper)["status"]
                    expect_soon(status["explanation"] == explanation, f"the status is {status}")
                    return status["state"]
                remarks.append(eventually(is_told))

    def erase(self):
        paper = self.requests[0]
        with self.hanging_middle("the erasure"):
            with self.step(f"C erases {paper}") as remarks:
                with self.kith.talk("erase", data=self.c.data) as talk:
                    talk.say(paper.code)
                    asked = talk.hear("confirm")
                    talk.say(asked["type"])
                    erased = talk.hear("erased")
                paper.erased = True
                remarks.append(f"{erased['retractions']} retractions")
                expect(erased["retractions"] > 0, "nothing was retracted")
        with self.step("All retractions are applied, and another relay confirms"):
            def is_confirmed():
                state = self.kith.run("erase", "--state", erased["handle"], data=self.c.data)
                expect(state["of"] == erased["retractions"],
                       f"{state['of']} retractions are counted, {erased['retractions']} were announced")
                expect_soon(state["applied"] == state["of"] and state["confirmedBy"] > 0,
                            f"{state['applied']} of {state['of']} are applied, "
                            f"{state['confirmedBy']} of {state['relays']} relays confirmed")
            eventually(is_confirmed)
        with self.step("Its code opens nothing, on C and on B"):
            for relay in (self.c, self.b):
                eventually(lambda: self.expect_nothing(paper, relay))
        with self.step("The inbox on A says that it was erased, and shows all others"):
            eventually(self.expect_inbox)
        with self.step("What was not erased still opens"):
            for other in self.papers:
                if not other.erased:
                    self.expect_own(other)

    def start_again(self):
        with self.step("C ends, starts again, and has kept all but the erased"):
            self.c.stop()
            self.c.start()
            for paper in self.papers:
                if paper.erased:
                    self.expect_nothing(paper, self.c)
                else:
                    self.expect_own(paper)
        with self.step("Nothing has come twice"):
            self.expect_inbox()
            for paper in self.requests:
                if not paper.erased:
                    self.expect_messages(paper, "supporter", [paper.entry["reply"]])
                    self.expect_messages(paper, "you", [paper.entry["followup"]])

    def look_for_leaks(self):
        telling = [self.passphrase]
        for paper in self.papers:
            telling += paper.entry["canaries"] + spellings(paper.code)
        cases = [paper.case for paper in self.requests]
        search = Search(telling)
        outside = Search([*telling, SUPPORTER, SUPPORTER.lower()], cases)
        with self.step("The search finds what is planted") as remarks:
            expect_able_to_find(outside, self.folder)
            remarks.append(f"of {len(outside)} writings a sample")
        with self.step("No relay's files and no process show a word, a code or the passphrase"):
            for relay in [*self.relays, *([self.bridge.relay] if self.bridge else [])]:
                expect_silent(relay, search)
        with self.step("B does not know a case, nor the supporter's name"):
            expect_silent(self.b, outside)
        with self.step("C, where people asked, does not know the supporter's name either"):
            expect_silent(self.c, Search([SUPPORTER, SUPPORTER.lower()]))
        if self.a.tap is None:
            return  # with --keep: nobody would be left to listen at the taps
        with self.step("No byte on the links shows any of it") as remarks:
            count = expect_silent_wire(self.a.tap.folder, outside)
            said = sum(len(paper.entry["account"].encode()) for paper in self.papers)
            expect(count > 2 * said, f"only {count} bytes went over the links: were they tapped?")
            remarks.append(f"{count} bytes")

    # With --kill-middle

    @contextmanager
    def hanging_middle(self, what):
        """What the block sends is acknowledged while B hangs; then B is killed and comes back."""
        if self.kills:
            with self.step("B hangs"):
                self.b.hang()
        yield
        if self.kills:
            self.b.kill()
            self.restart_middle(what)

    def restart_middle(self, what):
        with self.step(f"B was killed after {what} left; it starts again"):
            self.b.start()

    # At the desk on A

    def desk(self, *words):
        return self.kith.run(
            *words, "--passphrase-stdin", data=self.a.data, lines=[self.passphrase])

    def inbox(self):
        return self.desk("inbox")["cases"]

    def expect_inbox(self):
        """Exactly the requests, none twice, and erased exactly what was."""
        rows = self.inbox()
        cases = [row["case"] for row in rows]
        expect(len(set(cases)) == len(cases), "the inbox shows a case twice")
        strange = set(cases) - {paper.case for paper in self.requests}
        expect(not strange, f"the inbox shows what nobody sent: {sorted(strange)}")
        expect_soon(len(cases) == len(self.requests),
                    f"{len(cases)} of {len(self.requests)} requests are in the inbox")
        for paper in self.requests:
            row = next(row for row in rows if row["case"] == paper.case)
            expect(paper.erased or not row["erased"], f"the inbox says {paper} was erased")
            expect_soon(row["erased"] == paper.erased, f"the inbox does not say {paper} was erased")

    # With a return code

    def send(self, paper, mistype):
        """Asks or notes; types the code's groups back, wrongly first if told to."""
        words = ("ask" if paper.form == "request" else "note", "--file", paper.file)
        with self.kith.talk(*words, data=self.c.data) as talk:
            paper.code = talk.hear("code")["code"]
            expect_well_formed(paper.code)
            groups = paper.code.split()
            asked = talk.hear("confirm")["groups"]
            if mistype:
                talk.say(" ".join(other_digits(groups[number - 1]) for number in asked))
                talk.hear("mistyped")
                asked = talk.hear("confirm")["groups"]
            talk.say(" ".join(groups[number - 1] for number in asked))
            sent = talk.hear("sent")
        paper.handle, paper.case = sent["handle"], sent.get("case")
        expect(sent["envelopes"] > 0, "it was sent in no envelope")
        return sent

    def opened(self, paper, at=None):
        found = self.kith.run(
            "open", data=(at or self.c).data, lines=[paper.code], accept=(0, NOT_FOUND)) or {}
        return {"cases": found.get("cases", []), "notes": found.get("notes", [])}

    def own(self, paper, at=None):
        """The one case of this code."""
        cases = self.opened(paper, at)["cases"]
        expect_soon(cases, f"the code of {paper} opens no case")
        expect([case["case"] for case in cases] == [paper.case], f"the code of {paper} opens other cases")
        return cases[0]

    def expect_own(self, paper):
        """The code opens this entry, in the words it was written in, and nothing else."""
        found = self.opened(paper)
        kept, other = (found["cases"], found["notes"])[::1 if paper.form == "request" else -1]
        expect(len(kept) == 1 and not other,
               f"the code opens {len(found['cases'])} cases and {len(found['notes'])} notes")
        expect(paper.entry["account"] in strings(kept[0]), "the account differs from what was written")

    def expect_messages(self, paper, sender, texts, at=None):
        """The case holds these words of this sender, each once."""
        said = [one["text"] for one in self.own(paper, at)["messages"] if one["from"] == sender]
        for text in texts:
            once(text, said, f"the words of {sender}")
        expect(said == texts, f"there are {len(said)} messages of {sender}, not {len(texts)}")

    def expect_nothing(self, paper, relay):
        found = self.opened(paper, relay)
        expect_soon(not found["cases"] and not found["notes"],
                    f"the code of {paper} still opens something on {relay.name}")

    # The relays

    def expect_same_items(self):
        counts = [self.kith.run("status", data=relay.data)["items"] for relay in self.relays]
        expect_soon(counts[0] and len(set(counts)) == 1, f"A, B and C hold {counts} items")
        return counts[0]

    def expect_the_line(self):
        """A and C are linked with B alone: else nothing here would show that B carries."""
        wanted = {self.a: {self.b}, self.b: {self.a, self.c}, self.c: {self.b}}

        def is_so():
            for relay, neighbours in wanted.items():
                peers = json.dumps(self.kith.run("status", data=relay.data)["peers"])
                linked = {other for other in self.relays if other.node in peers}
                names = " and ".join(sorted(other.name for other in linked)) or "nobody"
                expect_soon(linked - {relay} == neighbours, f"{relay.name} is linked with {names}")
        eventually(is_so)


def once(text, texts, what):
    count = texts.count(text)
    expect_soon(count > 0, f"{what} did not arrive")
    expect(count == 1, f"{what} arrived {count} times")


def strings(value):
    """All strings in a JSON value, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []


def other_digits(group):
    return "".join(str((int(digit) + 1) % 10) for digit in group)


def expect_well_formed(code):
    """28 digits in 7 groups of 4, their number leaving 1 when divided by 97 (ISO 7064)."""
    expect(re.fullmatch(r"\d{4}( \d{4}){6}", code), "the return code is not 7 groups of 4 digits")
    expect(int(code.replace(" ", "")) % 97 == 1, "the return code's check digits are wrong")
