"""The bridge: what people consented to, and nothing else, reaches an authority; what they take back does not."""

import hashlib
import json
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from relay import Relay
from steps import Failed, eventually, expect, expect_soon

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "authority.d"))
from child import Authority  # noqa: E402

AUTHORITY = "City police"
BRIDGE = "Lantern bridge"
API_KEY = "trial"
COOLING = 2  # seconds; the usual hour is too long to watch
AREA = "Northbank"
LABELS = {"kinds": "Kind of incident", "when": "When", "area": "Area", "language": "Language",
          "safety": "Feeling of safety"}
KINDS = {"020112": "assault (ICCS 020112)", "0209": "insult or slander (ICCS 0209)",
         "0203": "exploitation (ICCS 0203)", "02022": "held against the will (ICCS 02022)",
         "0808": "other (ICCS 0808)", "020121": "threat (ICCS 020121)", "02081": "harassment (ICCS 02081)",
         "02082": "stalking (ICCS 02082)", "0205": "forced or controlled (ICCS 0205)"}


def mark(consent):
    """Chapter 19: the same whenever the report of a consent is sent."""
    digest = hashlib.blake2b(
        bytes.fromhex(consent), digest_size=32, person=b"kith1:mark".ljust(16, b"\0")).hexdigest()
    return "-".join(["KITH", *(digest[at:at + 4].upper() for at in range(0, 16, 4))])


def report_text(fields, consent):
    """What chapter 19 says that an authority reads."""
    lines = [f"{LABELS[name]}: {value}" for name, value in fields.items()]
    return "\n".join([*lines, f"Reference: {mark(consent)}"])


class Bridge:
    """A node of its own, D, with a bridge at work on it."""

    def __init__(self, kith, folder, port, program):
        self.kith = kith
        self.relay = Relay("D", folder, port, program)
        self.folder = folder / "bridge"
        self.folder.mkdir(mode=0o700)
        self.log = self.folder / "run.log"
        self.passphrase = f"bridge {secrets.token_hex(6)}"
        self.authority = Authority(
            data=self.folder / "received.jsonl", api_key=API_KEY, update_endpoint=True)
        self.key = self.work = None

    @property
    def data(self):
        return self.relay.data

    def close(self):
        for process in (self.work, self.relay.process):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.authority.kill()

    def describe(self):
        """The file that says how the authority is reached."""
        key = self.folder / "police.key"
        key.touch(mode=0o600)
        key.write_text(API_KEY + "\n")
        self.file = self.folder / "authorities.json"
        self.file.write_text(json.dumps({"authorities": [{
            "uri": self.authority.url, "adapter": "open311", "apiKeyFile": "police.key",
            "services": {"*": "002"}, "place": "Not told", "tellsWithdrawals": True}]}))

    def start(self):
        with open(self.log, "ab") as log:
            self.work = subprocess.Popen(
                [self.relay.program, "bridge", "run", "--authorities", self.file, "--data", self.data,
                 "--every", "1", "--passphrase-stdin", "--json"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
        self.work.stdin.write(f"{self.passphrase}\n".encode())
        self.work.stdin.close()

    def kill(self):
        self.work.kill()
        self.work.wait()

    def stop(self):
        self.work.send_signal(signal.SIGTERM)
        try:
            status = self.work.wait(15)
        except subprocess.TimeoutExpired:
            raise Failed("the bridge did not end within 15 s of SIGTERM") from None
        expect(status == 0, f"the bridge ended with status {status} on SIGTERM")

    def last_words(self):
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "(none)"

    def desk(self, *words, accept=(0,)):
        return self.kith.run(
            "bridge", *words, "--passphrase-stdin", data=self.data, lines=[self.passphrase],
            accept=accept)

    def report(self, consent):
        """The report of a consent in the bridge's queue."""
        rows = [one for one in self.desk("queue", "--all")["reports"] if one["consent"] == consent]
        expect_soon(rows, "the consent has not arrived at the bridge")
        return rows[0]

    def received(self):
        return self.authority.lines("request")


class BridgeJourney:
    """The second half: consents at C, a bridge on D, an authority beside it."""

    def __init__(self, journey, bridge, kills):
        self.journey, self.bridge, self.kills = journey, bridge, kills
        self.kith, self.c, self.real_step = journey.kith, journey.c, journey.step

    def step(self, title):
        """With kills the bridge's work dies before every step, and begins again in it."""
        if self.kills and self.bridge.work is not None:
            self.bridge.kill()
            self.bridge.start()
        return self.real_step(title)

    def play(self):
        first, second = [paper for paper in self.journey.requests if not paper.erased][:2]
        self.set_up()
        consent = self.forward(first)
        self.withdraw_in_time(second)
        self.withdraw_after(first, consent)
        self.refuse(second)
        self.check_the_log()
        with self.real_step("Nothing else reached the authority, and nothing twice") as remarks:
            marks = [dict(line["form"])["description"].splitlines()[-1] for line in self.bridge.received()]
            expect(marks == [f"Reference: {mark(consent)}"], f"it got {len(marks)} reports: {marks}")
            remarks.append("1 report")
        with self.real_step("The bridge ends on SIGTERM"):
            self.bridge.stop()

    def set_up(self):
        a, bridge, kith = self.journey.a, self.bridge, self.kith
        with self.step("D joins, linked with A and B, and serves"):
            invite = kith.run("community", "invite", "--relay", data=a.data)["invite"]
            bridge.relay.node = kith.run(
                "init", "--listen", bridge.relay.listen, "--join", invite, data=bridge.data)["node"]
            bridge.relay.start()
            kith.run("peer", "add", self.journey.b.advertise, data=bridge.data)
        with self.step(f"An authority listens, and D is made the bridge {BRIDGE}"):
            bridge.authority.start()
            bridge.describe()

            def made():
                return kith.run(
                    "bridge", "init", "--name", BRIDGE, "--cooling-off", COOLING, "--passphrase-stdin",
                    data=bridge.data, lines=[bridge.passphrase], accept=(0, 75))
            answer = eventually(lambda: self.expect_made(made()))
            bridge.key = answer["key"]
        with self.step("The file of authorities fits what the authority offers"):
            kith.run("bridge", "check", "--authorities", bridge.file, data=None)
        with self.step(f"A's steward names it for the authority {AUTHORITY}"):
            self.journey.desk("community", "bridge", bridge.key, "--authority", bridge.authority.url,
                              "--name", AUTHORITY, "--private")
            bridge.start()

    @staticmethod
    def expect_made(answer):
        expect_soon(answer and "key" in answer, "the community's manifest has not reached D")
        return answer

    def forward(self, paper):
        bridge = self.bridge
        fields = self.fields(paper, ("language", "kinds", "when", "area"))
        with self.step(f"C sees what {paper} can share, and with whom"):
            def is_offered():
                offer = self.kith.run("consent", data=self.c.data, lines=[paper.code])
                names = [one["name"] for one in offer["authorities"] if one["reachable"]]
                expect_soon(names == [AUTHORITY], f"the authorities offered are {names}")
                shown = {one["field"] for one in offer["fields"]}
                expect({"account", "kinds", "when"} <= shown, f"the fields offered are {shown}")
            eventually(is_offered)
        with self.step("C consents to four fields, having seen exactly what leaves") as remarks:
            consent = self.consent(paper, fields)
            remarks.append(f"consent {consent[:8]}")
        with self.step("The bridge's people see these fields and nothing else"):
            row = eventually(lambda: bridge.report(consent))
            expect(row["state"] == "waiting", f"its state is {row['state']}")
            shown = bridge.desk("show", consent)
            names = [one["field"] for one in shown["fields"]]
            expect(names == list(fields), f"the fields shown are {names}")
            text = json.dumps(shown, ensure_ascii=False)
            expect(paper.entry["account"] not in text, "the account is shown")
        if self.kills:
            bridge.authority.control(fault={"fault": "slow", "seconds": 4, "where": "before", "times": 1})
        with self.step("They approve it; after the cooling-off it is sent"):
            bridge.desk("approve", consent)
        if self.kills:
            with self.real_step("The bridge dies while the authority has not answered"):
                eventually(lambda: expect_soon(bridge.received(), "nothing was received"))
                bridge.kill()
                bridge.start()
        with self.step("The authority has exactly the consented fields") as remarks:
            eventually(lambda: expect_soon(bridge.received(), "nothing was received"))
            self.expect_form(dict(bridge.received()[0]["form"]), fields, consent)
            remarks.append(f"{len(fields)} fields and a mark")
        with self.step("Its reference is back with the seeker"):
            reference = str(bridge.received()[0]["id"])

            def is_told():
                own = self.own_consent(paper, consent)
                expect_soon(own["state"] in ("forwarded", "open"), f"its state is {own['state']}")
                expect_soon(own.get("reference") == reference, f"its reference is {own.get('reference')}")
                expect(not own["forwards"][0]["perhapsTwice"], "it is marked as perhaps there twice")
            eventually(is_told, 60)
        return consent

    def withdraw_in_time(self, paper):
        fields = self.fields(paper, ("kinds",))
        with self.step(f"C consents for {paper} too, and the bridge approves"):
            consent = self.consent(paper, fields)
            eventually(lambda: self.bridge.report(consent))
            # Held back for the moment, so that taking it back surely comes first.
            self.bridge.kill()
            self.bridge.desk("approve", consent)
        with self.real_step("C takes it back before it was sent"):
            self.withdraw(paper, consent)
        with self.step("The bridge works again, and sends nothing of it"):
            if not self.kills:
                self.bridge.start()

            def is_void():
                row = self.bridge.report(consent)
                expect_soon(row["withdrawn"], "the bridge has not seen the withdrawal")
                expect(row["state"] == "approved", f"its state is {row['state']}")
            eventually(is_void)
            eventually(lambda: self.expect_state(paper, consent, "withdrawn"))
            expect(len(self.bridge.received()) == 1, "something more was received")

    def withdraw_after(self, paper, consent):
        with self.step(f"C takes back the consent for {paper}, which was acted on"):
            self.withdraw(paper, consent)
        with self.step("The authority is told to erase it, and the seeker sees what was sent"):
            def is_told():
                own = self.own_consent(paper, consent)
                expect_soon(own["state"] == "withdrawn_after", f"its state is {own['state']}")
                expect_soon(own.get("text") == "The authority was told to erase it.", own.get("text"))
                expect([one["authority"] for one in own["forwards"]] == [AUTHORITY], "no forward is listed")
            eventually(is_told, 60)
            updates = [dict(line["form"]) for line in self.bridge.authority.lines("update")]
            expect([one["status"] for one in updates] == ["CANCELLED"], f"the updates are {updates}")

    def refuse(self, paper):
        reason = "The city is not competent for this. Ask the labour office."
        with self.step(f"The bridge refuses another one of {paper}; the seeker reads why"):
            consent = self.consent(paper, self.fields(paper, ("language", "kinds")))
            eventually(lambda: self.bridge.report(consent))
            self.bridge.desk("refuse", consent, "--reason", reason)

            def is_read():
                own = self.own_consent(paper, consent)
                expect_soon(own["state"] == "refused" and own.get("text") == reason, f"it says {own.get('text')}")
            eventually(is_read, 60)

    def check_the_log(self):
        with self.step("The bridge's log lists the forward, and everybody's check holds"):
            log = self.bridge.desk("log")
            expect([one["authority"] for one in log["forwards"]] == [AUTHORITY], "the log differs")
            self.kith.run("bridge", "verify", data=self.c.data)

    # Private

    def fields(self, paper, names):
        entry = paper.entry
        values = {"language": entry["language"], "kinds": ", ".join(KINDS[code] for code in entry["kinds"]),
                  "when": entry["when"], "area": AREA}
        return {name: values[name] for name in names}

    def consent(self, paper, fields):
        words = ["consent", "--to", AUTHORITY, "--for", "investigate", "--days", "30", "--share",
                 ",".join(name for name in fields if name != "area")]
        if "area" in fields:
            added = self.bridge.folder / "added.json"
            added.write_text(json.dumps({"area": AREA}))
            words += ["--add", added]
        with self.kith.talk(*words, data=self.c.data) as talk:
            talk.say(paper.code)
            preview = talk.hear("preview")
            names = [one["field"] for one in preview["fields"]]
            expect(names == list(fields), f"the preview shows {names}")
            talk.say(talk.hear("confirm")["type"])
            sent = talk.hear("sent")
        expect(preview["mark"] == mark(sent["consent"]), "the mark shown is another")
        return sent["consent"]

    def withdraw(self, paper, consent):
        self.kith.run("withdraw", consent, data=self.c.data, lines=[paper.code])

    def own_consent(self, paper, consent):
        consents = [one for one in self.journey.own(paper)["consents"] if one["consent"] == consent]
        expect_soon(consents, "the code does not find the consent")
        return consents[0]

    def expect_state(self, paper, consent, state):
        found = self.own_consent(paper, consent)["state"]
        expect_soon(found == state, f"its state is {found}")

    def expect_form(self, form, fields, consent):
        """Chapter 19, to the letter: no parameter and no character more."""
        wanted = {"api_key": API_KEY, "service_code": "002", "description": report_text(fields, consent),
                  "address_string": fields.get("area", "Not told")}
        expect(form == wanted, f"the form has {sorted(form)}; wanted {sorted(wanted)}")
