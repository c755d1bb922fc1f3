"""five: five real relays on this computer, beside what the simulator says of five."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from control import Control, Shelf
from envelopes import make
from lab import wait_for
from stats import load, middle
from steps import Failed, NotYet, eventually

SCENARIO = """name: Five
about: Five hosts on one computer; one of them sends.
nodes: 5
latency: 1ms
topology: join
warm-up: 1m
rounds: {count}
every: 1s
senders: one
stem gap: 0s
expect: missed = 0
expect: parts = 1
"""


def measure(lab, options):
    first = lab.found("first")
    first.start()
    relays = [first] + [lab.join(first, f"relay {number}") for number in range(2, 6)]
    for relay in relays[1:]:
        relay.start()
    eventually(lambda: settled(relays), 120)
    result = {"loadBefore": load(), "real": spread_out(relays, options.count)}
    # Two fall without a word; the others go on by themselves.
    for relay in relays[3:]:
        relay.kill()
    result["afterTwoFell"] = spread_out(relays[:3], options.count)
    result["simulated"] = simulated(options)
    result["loadAfter"] = load()
    lab.end(*relays)
    return result


def settled(relays):
    told = [relay.status() for relay in relays]
    if any(status["gossip"]["neighbours"] < 2 or status["items"] != told[0]["items"] for status in told):
        raise NotYet("the five have not become neighbours")


def spread_out(relays, count):
    """One relay sends, one envelope a second as in the simulator: within the second after a promotion
    nobody is pruned. How often each was sent, and how long it took."""
    before = pushes(relays)
    source, delays = relays[0], []
    shelves = [Shelf(relay) for relay in relays[1:]]
    with Control(source.data) as control:
        network = bytes.fromhex(control.status()["network"])
        for _ in range(count):
            item, envelope = make(network, 8)
            control.submit([envelope])
            began = time.perf_counter()
            ended = wait_for(lambda: all(shelf.holds(item) for shelf in shelves), 60, 0.001,
                             "an envelope did not reach every relay")
            delays.append((ended - began) * 1000)
            time.sleep(max(0.0, 1 - (ended - began)))
    for shelf in shelves:
        shelf.database.close()
    receivers = len(relays) - 1
    copies = pushes(relays) - before
    return {"relays": len(relays), "sent": count, "copies": copies,
            "redundancy": round(copies / (count * receivers) - 1, 4), "missed": 0,
            "delayMs": {"median": round(middle(delays), 2), "most": round(max(delays), 1)}}


def pushes(relays):
    """Envelopes pushed by all of them so far; none is asked for when all goes well."""
    return sum(relay.status()["gossip"]["pushes"] for relay in relays)


def simulated(options):
    program = options.kith.parent / "kith-sim"
    if not program.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "five.txt"
        file.write_text(SCENARIO.format(count=options.count))
        run = subprocess.run([program, "run", file, "--json"], capture_output=True, encoding="utf-8")
    if run.returncode != 0:
        raise Failed(f"the simulator says: {run.stdout[-300:]}")
    figures = json.loads(run.stdout)["figures"]
    return {name: figures[name] for name in ("hops", "redundancy", "missed")}


def tell(result):
    for name, title in (("real", "five relays"), ("afterTwoFell", "three, after two were killed")):
        one = result[name]
        yield (f"  {title}: {one['sent']} sent, redundancy {one['redundancy']:.3f}, missed {one['missed']};"
               f" at all of them after {one['delayMs']['median']} ms (median),"
               f" {one['delayMs']['most']} ms at the most")
    if result["simulated"]:
        one = result["simulated"]
        yield (f"  the simulator, five: redundancy {one['redundancy']:.3f}, missed {one['missed']:.0f},"
               f" {one['hops']:.2f} links to the last")
