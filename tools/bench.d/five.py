"""five: five real relays on this computer, beside what the simulator says of five with such a disk."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from control import Control, Shelf
from envelopes import make
from lab import wait_for
from stats import load, middle
from steps import Failed, NotYet, eventually, expect

# Who has what when decides which copies cross: with a disk that always takes as long nearly all do,
# with one that scatters widely nearly none. Real ones lie between, so that both are simulated.
STEADY = "1ms"
SCENARIO = """name: Five
about: Five hosts on one computer; one of them sends.
nodes: 5
latency: 1ms
jitter: 1ms
disk: {disk}
topology: join
warm-up: 1m
rounds: {count}
every: 1s
senders: one
stem gap: 0s
{fault}
"""
SEEDS = 10
# Of the simulator's least and most; a computer that does other things scatters more than it.
LEEWAY = {"redundancy": 0.25, "hops": 0.25}


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
    result["disk"] = disk([result["real"], result["afterTwoFell"]])
    result["simulated"] = simulated(options, result["disk"], "")
    # The system of a killed program closes its links, so that the others are told.
    result["simulatedAfterTwoFell"] = simulated(options, result["disk"], "at 0s: crash 2 keep-disk")
    result["loadAfter"] = load()
    lab.end(*relays)
    for real, told in (("real", "simulated"), ("afterTwoFell", "simulatedAfterTwoFell")):
        if result[told]:
            agree(result[real], result[told])
    return result


def settled(relays):
    told = [relay.status() for relay in relays]
    if any(status["gossip"]["neighbours"] < 2 or status["items"] != told[0]["items"] for status in told):
        raise NotYet("the five have not become neighbours")


def spread_out(relays, count):
    """One relay sends, one envelope a second as in the simulator: within the second after a promotion
    nobody is pruned. How often each was sent, over how many links, and how long it took."""
    before = counted(relays)
    source, delays, commits = relays[0], [], []
    shelves = [Shelf(relay) for relay in relays[1:]]
    with Control(source.data) as control:
        network = bytes.fromhex(control.status()["network"])
        for _ in range(count):
            item, envelope = make(network, 8)
            asked = time.perf_counter()
            control.submit([envelope])
            began = time.perf_counter()
            ended = wait_for(lambda: all(shelf.holds(item) for shelf in shelves), 60, 0.001,
                             "an envelope did not reach every relay")
            commits.append((began - asked) * 1000)
            delays.append((ended - began) * 1000)
            time.sleep(max(0.0, 1 - (ended - began)))
    for shelf in shelves:
        shelf.database.close()
    receivers = len(relays) - 1
    copies, arrivals, links = (now - then for now, then in zip(counted(relays), before))
    return {"relays": len(relays), "sent": count, "copies": copies,
            "redundancy": round(copies / (count * receivers) - 1, 4), "hops": round(links / arrivals, 2),
            "delayMs": {"median": round(middle(delays), 2), "most": round(max(delays), 1)},
            "commitMs": {"least": min(commits), "mean": sum(commits) / count}}


def counted(relays):
    """Of all of them so far: items pushed, items that came so first, and links these had travelled."""
    told = [relay.status()["gossip"] for relay in relays]
    return [sum(gossip[name] for gossip in told) for name in ("pushes", "arrivals", "links")]


def disk(parts):
    """How long a submission took until it was on disk, as the simulator takes it: at least, and so
    much more on average."""
    least = max(1, round(min(part["commitMs"]["least"] for part in parts)))
    mean = sum(part["commitMs"]["mean"] for part in parts) / len(parts)
    return f"{least}ms+{max(1, round(mean - least))}ms"


def simulated(options, disk_time, fault):
    program = options.kith.parent / "kith-sim"
    if not program.is_file():
        return None
    found = {"redundancy": [], "hops": [], "missed": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "five.txt"
        for time_taken in (STEADY, disk_time):
            file.write_text(SCENARIO.format(count=options.count, disk=time_taken, fault=fault))
            for seed in range(1, SEEDS + 1):
                run = subprocess.run([program, "run", file, "--seed", str(seed), "--json"],
                                     capture_output=True, encoding="utf-8")
                if run.returncode != 0:
                    raise Failed(f"the simulator says: {run.stdout[-300:]}{run.stderr[-300:]}")
                figures = json.loads(run.stdout)["figures"]
                for name, values in found.items():
                    values.append(figures[name])
    return {name: {"least": min(values), "most": max(values)} for name, values in found.items()}


def agree(real, told):
    expect(told["missed"]["most"] == 0, "the simulator misses some")
    for name, leeway in LEEWAY.items():
        low, high = told[name]["least"] - leeway, told[name]["most"] + leeway
        expect(low <= real[name] <= high,
               f"{name} of the relays is {real[name]}, the simulator's {told[name]['least']:.2f} to"
               f" {told[name]['most']:.2f}")


def tell(result):
    for name, title in (("real", "five relays"), ("afterTwoFell", "three, after two were killed")):
        one = result[name]
        yield (f"  {title}: {one['sent']} sent, all arrived; redundancy {one['redundancy']:.2f},"
               f" {one['hops']:.2f} links; at all of them after {one['delayMs']['median']} ms (median),"
               f" {one['delayMs']['most']} ms at the most")
        told = result["simulated" if name == "real" else "simulatedAfterTwoFell"]
        if told:
            yield (f"  the simulator, {SEEDS} seeds, disk {STEADY} and {result['disk']}: redundancy"
                   f" {told['redundancy']['least']:.2f} to {told['redundancy']['most']:.2f},"
                   f" {told['hops']['least']:.2f} to {told['hops']['most']:.2f} links to the last, missed"
                   f" {told['missed']['most']:.0f}")
