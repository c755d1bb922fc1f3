"""Three nodes on a test network: a community's, the relay that serves the page, and a bridge's."""

import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from bridge import AUTHORITY, Bridge, BridgeJourney
from command import Kith
from relay import Relay, free_ports
from steps import eventually, expect, expect_soon

ROOT = Path(__file__).resolve().parent.parent.parent
COMMUNITY = "Kestrelmoor Listeners"
SUPPORTER = "Wren Quillfeather"


class Scene:
    """`a` is the community's node, `c` serves the page. The bridge joins when it is needed."""

    def __init__(self, program, pages, steps, full_work=False):
        self.folder = Path(tempfile.mkdtemp(prefix="kith-look-"))
        self.kith, self.steps, self.step = Kith(program), steps, steps.step
        ports = free_ports(4)
        self.a = Relay("A", self.folder, ports[0], program)
        self.c = Relay("C", self.folder, ports[1], program)
        self.b = self.c  # the bridge is told to link with it as well
        self.c.page = ["--page", f"127.0.0.1:{ports[2]}", "--pages", str(pages)]
        self.page_port, self.bridge_port = ports[2], ports[3]
        self.full_work = full_work
        self.passphrase = f"kestrel {secrets.token_hex(6)}"
        self.bridge = None
        self.link = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.page_port}/"

    def start(self):
        with self.step(f"A founds the community {COMMUNITY}, C joins and serves the page") as remarks:
            full = ["--full-work"] if self.full_work else []
            made = self.kith.run(
                "init", "--test-network", *full, "--listen", self.a.listen, "--advertise",
                self.a.advertise, "--name", SUPPORTER, "--community", COMMUNITY,
                "--passphrase-stdin", data=self.a.data, lines=[self.passphrase])
            self.a.start()
            invite = self.kith.run("community", "invite", "--relay", data=self.a.data)["invite"]
            self.kith.run("init", "--listen", self.c.listen, "--advertise", self.c.advertise,
                          "--join", invite, data=self.c.data)
            self.c.start()
            self.community = made["community"]
            self.invite = invite

            def is_there():
                told = self.kith.run("community", "link", data=self.c.data, accept=(0, 66, 69, 75))
                expect_soon(told and "link" in told, "C does not know the community yet")
                return told["link"]
            self.link = eventually(is_there)
            expect(self.link.startswith(self.address + "#k1."), f"the link is {self.link}")
            remarks.append(f"community {self.community[:8]}")

    def start_bridge(self):
        self.bridge = Bridge(self.kith, self.folder, self.bridge_port, self.kith.program)
        BridgeJourney(self, self.bridge, False).set_up()

    def name_authority(self, is_private):
        """The steward says anew whom the bridge passes things on to, and whether they publish it."""
        self.desk("community", "bridge", self.bridge.key, "--authority", self.bridge.authority.url,
                  "--name", AUTHORITY, *(["--private"] if is_private else []))

    def desk(self, *words):
        return self.kith.run(
            *words, "--passphrase-stdin", data=self.a.data, lines=[self.passphrase])

    def inbox(self):
        return {row["case"]: row for row in self.desk("inbox")["cases"]}

    def reply(self, case, text):
        file = self.folder / "reply.txt"
        file.write_text(text, encoding="utf-8")
        self.desk("reply", case, "--file", file)

    def new_case(self, before):
        """The one case that was not in the inbox before."""
        def is_there():
            new = sorted(set(self.inbox()) - set(before))
            expect_soon(new, "no new request is in the inbox")
            expect(len(new) == 1, f"{len(new)} new requests are there")
            return new[0]
        return eventually(is_there)

    def shown(self, case):
        return self.desk("show", case)

    def close(self):
        for part in (self.bridge, self.a, self.c):
            if part is not None:
                part.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def last_words(self):
        relays = [self.a, self.c] + ([self.bridge.relay] if self.bridge else [])
        return "\n".join(f"{relay.name}: {relay.last_words(8)}" for relay in relays)


def peer(root, command, *lines):
    """One command of the independent client; its answer."""
    done = subprocess.run(
        [root / "tools/interop/peer.py", command], input="".join(f"{line}\n" for line in lines),
        capture_output=True, encoding="utf-8", timeout=120, check=False)
    expect(done.returncode == 0, f"peer.py {command} ended with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout

