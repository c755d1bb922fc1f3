"""Relays for a measurement: made, started, looked at, ended."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from command import Kith
from control import Control
from relay import free_ports
from steps import Failed, NotYet, eventually, expect

COMMUNITY = "Bench Lanterns"
PATIENCE = 60  # seconds until a relay must be ready
# No stem, and room for more in an hour than the pools of protocol/06-store.md have by default.
HOW = ["--no-page", "--stem-gap", "0", "--store-gib", "1000000", "--store-rows", "100000000000"]


class Relay:
    """One relay process, by its folder."""

    def __init__(self, name, folder, program):
        self.name, self.program = name, program
        self.data = folder / name
        self.log = folder / f"{name}.log"
        self.database = self.data / "kith.sqlite"
        self.process = None

    def start(self):
        """Starts it; returns milliseconds from before the program's start until it says it is ready."""
        expect(self.process is None, f"{self.name} runs already")
        ready = threading.Event()
        with open(self.log, "ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                [self.program, "run", "--data", self.data, *HOW], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log)
        stamp = []
        threading.Thread(target=self._listen, args=(self.process.stdout, ready, stamp), daemon=True).start()
        ready.wait(PATIENCE)
        if not stamp:
            self.close()
            raise Failed(f"relay {self.name} did not get ready; its last words:\n{self.last_words()}")
        return (stamp[0] - began) * 1000

    def _listen(self, pipe, ready, stamp):
        for line in pipe:
            if line.startswith(b"kith: ready"):
                stamp.append(time.perf_counter())
                ready.set()
        ready.set()

    def stop(self):
        """Ends it as an operator would; returns milliseconds until it was gone."""
        began = time.perf_counter()
        self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            raise Failed(f"relay {self.name} did not end within 20 s of SIGTERM") from None
        finally:
            self.close()
        expect(status == 0, f"relay {self.name} ended with status {status}")
        return (time.perf_counter() - began) * 1000

    def kill(self):
        """It falls without a word."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        """Ends it whatever its state."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        self.process = None

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:]) or "(none)"

    def status(self):
        with Control(self.data) as control:
            return control.status()

    # What the system tells of the process

    def memory(self):
        """KiB held: anonymous memory, all resident memory, and the most there ever was."""
        told = dict(re.findall(r"^(\w+):\s+(\d+) kB", self._proc("status"), re.MULTILINE))
        return {"rssAnonKiB": int(told["RssAnon"]), "rssKiB": int(told["VmRSS"]),
                "peakKiB": int(told["VmHWM"])}

    def cpu(self):
        """Seconds of processor used so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def switches(self):
        """How often its threads have waited."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            told = (task / "status").read_text()
            total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", told, re.MULTILINE)[1])
        return total

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def _proc(self, name):
        return Path(f"/proc/{self.process.pid}/{name}").read_text()


class Lab:
    """A folder of relays that all end with it."""

    def __init__(self, program, helper, chosen=None):
        self.program, self.helper = program, helper
        self.kith = Kith(program)
        self.passphrase = f"lantern {secrets.token_hex(6)}"
        self.folder = Path(tempfile.mkdtemp(prefix="kith-bench-", dir=chosen))
        self.relays = []
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for relay in self.relays:
            relay.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def relay(self, name):
        """One that does not exist yet."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        relay = Relay(name, folder, self.program)
        self.relays.append(relay)
        return relay

    def found(self, name="A", full_work=False):
        """A relay with a community and test network of its own, so that no stem is taken; not started."""
        relay = self.relay(name)
        words = ["init", "--listen", f"127.0.0.1:{free_ports(1)[0]}", "--name", "Wren",
                 "--community", COMMUNITY, "--passphrase-stdin"]
        self.kith.run(*words, "--test-network", *(["--full-work"] if full_work else []),
                      data=relay.data, lines=[self.passphrase])
        return relay

    def join(self, neighbour, name):
        """A relay that knows a running neighbour; not started."""
        relay = self.relay(name)
        invite = self.kith.run("community", "invite", "--relay", data=neighbour.data)["invite"]
        self.kith.run("init", "--listen", f"127.0.0.1:{free_ports(1)[0]}", "--join", invite,
                      data=relay.data)
        return relay

    def line(self, names, full_work=False):
        """Relays in a line, each linked with the next, all with the first one's records.

        They would all become neighbours: each blocks those that do not stand beside it.
        """
        relays = [self.found(names[0], full_work)]
        relays[0].start()
        for name in names[1:]:
            far = [relay.status()["node"] for relay in relays[:-1]]
            relays.append(self.join(relays[-1], name))
            relays[-1].start()
            for node in far:
                self.kith.run("peer", "block", node, data=relays[-1].data)
        eventually(lambda: self._expect_line(relays))
        return relays

    def end(self, *relays):
        """Ends relays and removes their folders."""
        for relay in relays:
            relay.close()
            shutil.rmtree(relay.data.parent, ignore_errors=True)
            self.relays.remove(relay)

    @staticmethod
    def _expect_line(relays):
        told = [relay.status() for relay in relays]
        for index, status in enumerate(told):
            wanted = {other["node"] for other in told[max(0, index - 1):index + 2]} - {status["node"]}
            if set(status["peers"]) != wanted or status["items"] != told[0]["items"]:
                raise NotYet(f"relay {relays[index].name} has not joined the line")


def wait_for(check, seconds, step=0.02, otherwise="it took too long"):
    """Polls until `check` holds; returns when, by the clock that measures."""
    deadline = time.perf_counter() + seconds
    while not check():
        if time.perf_counter() > deadline:
            raise Failed(f"{otherwise} ({seconds:.0f} s)")
        time.sleep(step)
    return time.perf_counter()
