"""ask-to-inbox: from a person's request to the supporter who can read it, over three relays."""

import json
import subprocess
import threading
import time

from control import Control, Shelf
from envelopes import make
from stats import load, middle, spread
from steps import Failed, expect

BASES = {"test": 8, "full": 14}
STEP = 0.001  # seconds between two looks into a store


def measure(lab, options):
    results = []
    for work in ("full", "test") if options.work == "both" else (options.work,):
        a, b, c = relays = lab.line("ABC", full_work=work == "full")
        result = {"work": work, "workBase": BASES[work], "loadBefore": load()}
        result["relays"] = relay_span(c, a, BASES[work], options.count)
        result["commands"] = commands(lab, c, a, options.people)
        if lab.helper:
            result["process"] = in_one_process(lab, c, a, options.count)
        result["inboxMs"] = {"cases": options.people + (options.count if lab.helper else 0),
                             "median": middle([inbox(lab, a)[1] for _ in range(5)])}
        result["memoryKiB"] = {relay.name: relay.memory() for relay in relays}
        result["loadAfter"] = load()
        results.append(result)
        lab.end(*relays)
    return {"networks": results, "helper": bool(lab.helper), "pollStepMs": STEP * 1000}


def relay_span(source, target, base, count):
    """From the acknowledgement of an envelope until another relay has it on disk, three commits on."""
    acknowledged, crossed = [], []
    with Control(source.data) as control, Shelf(target) as shelf:
        network = bytes.fromhex(control.status()["network"])
        for _ in range(count):
            item, envelope = make(network, base)
            found = []
            watch = threading.Thread(target=watch_for, args=(shelf, item, found))
            watch.start()
            began = time.perf_counter()
            control.submit([envelope])
            answered = time.perf_counter()
            watch.join()
            expect(found, "an envelope did not arrive within 30 s")
            acknowledged.append((answered - began) * 1000)
            crossed.append((found[0] - answered) * 1000)
    return {"count": count, "acknowledgedMs": spread(acknowledged), "arrivedMs": spread(crossed)}


def watch_for(shelf, item, found):
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        if shelf.holds(item):
            found.append(time.perf_counter())
            return
        time.sleep(STEP)


def commands(lab, source, target, count):
    """Whole commands as people start them: `kith ask`, then `kith inbox` over and over."""
    words = lab.folder / "words.txt"
    words.write_text("He waits on the stairs again. " * 20, encoding="utf-8")
    asking, reading, whole, looks = [], [], [], []
    for _ in range(count):
        began = time.perf_counter()
        case = ask(lab, source, words)
        asked = time.perf_counter()
        asking.append((asked - began) * 1000)
        number = 0
        while True:
            cases, took = inbox(lab, target)
            number += 1
            if case in cases:
                break
            if time.perf_counter() - asked > 30:
                raise Failed("a request did not arrive within 30 s")
        reading.append(took)
        looks.append(number)
        whole.append((time.perf_counter() - began) * 1000)
    return {"count": count, "askMs": spread(asking), "inboxMs": spread(reading),
            "askToInboxMs": spread(whole), "inboxCalls": middle(looks)}


def ask(lab, relay, words):
    with lab.kith.talk("ask", "--file", words, data=relay.data) as talk:
        groups = talk.hear("code")["code"].split()
        asked = talk.hear("confirm")["groups"]
        talk.say(" ".join(groups[number - 1] for number in asked))
        return talk.hear("sent")["case"]


def inbox(lab, relay):
    """Ids of the cases shown, and the milliseconds that took."""
    began = time.perf_counter()
    shown = lab.kith.run("inbox", "--passphrase-stdin", data=relay.data, lines=[lab.passphrase])
    return {case["case"] for case in shown["cases"]}, (time.perf_counter() - began) * 1000


def in_one_process(lab, source, target, count):
    """The same without starting programs and without stretching: see kith-bench ask --help."""
    try:
        done = subprocess.run(
            [lab.helper, "ask", "--from", source.data, "--to", target.data, "--count", str(count)],
            input=lab.passphrase + "\n", capture_output=True, encoding="utf-8",
            timeout=60 + 2 * count)
    except subprocess.TimeoutExpired:
        raise Failed("kith-bench ask did not end") from None
    expect(done.returncode == 0, f"kith-bench ask: {done.stderr.strip()}")
    return json.loads(done.stdout)


def tell(result):
    for network in result["networks"]:
        commands, relays = network["commands"], network["relays"]
        yield f"{network['work']} work (base {network['workBase']}), load {network['loadBefore']:.1f}"
        parts = network.get("process")
        if parts:
            told = parts["ask"]
            yield (f"  ask to opened in the inbox, one process, {parts['count']} asks:"
                   f" median {told['median']:.0f} ms, p99 {told['p99']:.0f} ms")
            for name in ("submit", "arrive", "open"):
                yield (f"    {name:8} median {parts[name]['median']:8.1f} ms, p99 {parts[name]['p99']:8.1f},"
                       f" first tenth {parts[name]['firstTenth']:.1f}, last {parts[name]['lastTenth']:.1f}")
            yield f"    not in it: stretching the code, median {parts['stretch']['median']:.0f} ms"
        told = relays["arrivedMs"]
        yield (f"  relay to relay to relay, acknowledged to on disk, {relays['count']} envelopes:"
               f" median {told['median']:.1f} ms, p99 {told['p99']:.1f} ms"
               f" (looked every {result['pollStepMs']:.0f} ms)")
        told = relays["acknowledgedMs"]
        yield f"  acknowledged by the first relay: median {told['median']:.1f} ms, p99 {told['p99']:.1f} ms"
        told = commands["askToInboxMs"]
        yield (f"  whole commands, start of 'kith ask' to end of the 'kith inbox' that shows it,"
               f" {commands['count']} asks: median {told['median']:.0f} ms, p99 {told['p99']:.0f} ms")
        yield (f"    kith ask {commands['askMs']['median']:.0f} ms (program start, 16 MiB Argon2id, work),"
               f" kith inbox {commands['inboxMs']['median']:.0f} ms (program start, 64 MiB Argon2id)")
        yield f"    kith inbox with {network['inboxMs']['cases']} cases: {network['inboxMs']['median']:.0f} ms"
    if not result["helper"]:
        yield "  the part in one process was left out: there is no kith-bench (see --help)"
