"""catch-up and flood: how fast a relay takes what another has."""

import json
import re
import subprocess
import time

from control import Control, Shelf
from envelopes import fill
from stats import load, middle
from steps import Failed, expect


def measure_catch_up(lab, options):
    """First a relay catches up with the one where all was submitted, then fresh ones with that relay."""
    source = lab.found("source")
    source.start()
    result = {"envelopes": options.envelopes, "loadBefore": load()}
    with Control(source.data) as control:
        seconds = fill(control, bytes.fromhex(control.status()["network"]), 8, options.envelopes)
    result["submittedPerSecond"] = round(options.envelopes / seconds)
    middle_relay = lab.join(source, "middle")
    result["fromWriter"] = catch_up(source, middle_relay, options)
    runs = []
    for _ in range(options.runs):
        fresh = lab.join(middle_relay, "fresh")
        runs.append(catch_up(middle_relay, fresh, options))
        lab.end(fresh)
    result["runs"] = runs
    for key in ("seconds", "perSecond", "firstQuarterPerSecond", "lastQuarterPerSecond"):
        result[key] = middle([run[key] for run in runs])
    wires = [run["wireBytes"] for run in runs if run["wireBytes"]]
    result["wireBytes"] = middle(wires, 0) if wires else None
    result["loadAfter"] = load()
    lab.end(source, middle_relay)
    return result


def catch_up(source, fresh, options):
    """From the fresh relay's 'ready' until its store holds as many items as the other's."""
    used = source.cpu()
    fresh.start()
    began = time.perf_counter()
    samples = []
    with Shelf(source) as there, Shelf(fresh) as here:
        wanted = there.count()
        while True:
            count = here.count()
            samples.append((time.perf_counter() - began, count))
            if count >= wanted:
                break
            if samples[-1][0] > 60 + options.envelopes / 50:
                raise Failed(f"after {samples[-1][0]:.0f} s {count} of {wanted} items were there")
            time.sleep(0.02)
    seconds = samples[-1][0]
    return {
        "items": wanted, "seconds": round(seconds, 3), "perSecond": round(wanted / seconds),
        "firstQuarterPerSecond": speed(samples, 0, wanted / 4),
        "lastQuarterPerSecond": speed(samples, wanted * 3 / 4, wanted),
        "wireBytes": wire_bytes(fresh.process.pid), "cpuSeconds": round(fresh.cpu(), 2),
        "sourceCpuSeconds": round(source.cpu() - used, 2), "memory": fresh.memory(),
        "sourceMemory": source.memory(), "load": load()}


def speed(samples, low, high):
    """Items a second while the count went from `low` to `high`."""
    begin = next(at for at, count in samples if count >= low)
    end = next(at for at, count in samples if count >= high)
    items = high - low
    return round(items / max(end - begin, 0.001))


def wire_bytes(pid):
    """Bytes this process has sent and received over TCP, as the system counts them; None without ss."""
    try:
        told = subprocess.run(["ss", "-tinpH"], capture_output=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    total = 0
    for one in re.split(r"\n(?=\S)", told):
        if f"pid={pid}," in one:
            total += sum(int(count) for count in re.findall(r"bytes_(?:acked|received):(\d+)", one))
    return total or None


def tell_catch_up(result):
    yield (f"  {result['envelopes']} envelopes of 1 KiB, {len(result['runs'])} fresh relays, load"
           f" {result['loadBefore']:.1f}: median {result['seconds']:.1f} s, {result['perSecond']:.0f}/s"
           f" (first quarter {result['firstQuarterPerSecond']:.0f}/s, last {result['lastQuarterPerSecond']:.0f}/s)")
    last = result["runs"][-1]
    if result["wireBytes"]:
        bytes_each = result["wireBytes"] / last["items"]
        yield f"  {result['wireBytes']:,.0f} bytes on the wire, {bytes_each:.0f} an envelope"
    yield (f"  processor: {last['cpuSeconds']:.1f} s fresh, {last['sourceCpuSeconds']:.1f} s source;"
           f" peak memory: {last['memory']['peakKiB'] / 1024:.0f} MiB fresh,"
           f" {last['sourceMemory']['peakKiB'] / 1024:.0f} MiB source")
    yield (f"  from the relay where all was submitted: {result['fromWriter']['seconds']:.1f} s;"
           f" submitting took {result['submittedPerSecond']}/s")


def measure_flood(lab, options):
    if not lab.helper:
        return {"skipped": "there is no kith-bench"}
    result = {"envelopes": options.envelopes, "loadBefore": load(), "series": []}
    # All at once, more are needed to find out whether the relay holds the sender back.
    many = 5 * options.envelopes
    for count, window, size in (
            (options.envelopes, 2048, 1), (options.envelopes, 2048, 3), (many, many, 1)):
        runs = []
        for _ in range(options.runs):
            relay = lab.found("flooded")
            relay.start()
            before = relay.cpu()
            run = flood(lab, relay, count, window, size)
            runs.append({**run, "cpuSeconds": round(relay.cpu() - before, 2), "memory": relay.memory()})
            lab.end(relay)
        result["series"].append({
            "envelopes": count, "window": window, "envelopeBytes": 512 << size, "runs": runs,
            "perSecond": middle([run["perSecond"] for run in runs], 0),
            "stored": middle([run["stored"] for run in runs], 0),
            "acknowledgementMs": middle([run["acknowledgement"]["median"] for run in runs]),
            "cpuSeconds": middle([run["cpuSeconds"] for run in runs]),
            "rssAnonKiB": middle([run["memory"]["rssAnonKiB"] for run in runs], 0),
            "peakKiB": middle([run["memory"]["peakKiB"] for run in runs], 0)})
    result["loadAfter"] = load()
    return result


def flood(lab, relay, count, window, size):
    try:
        done = subprocess.run(
            [lab.helper, "flood", "--to", relay.data, "--count", str(count), "--window", str(window),
             "--size", str(size)], capture_output=True, encoding="utf-8", timeout=60 + count / 50)
    except subprocess.TimeoutExpired:
        raise Failed("kith-bench flood did not end") from None
    expect(done.returncode == 0, f"kith-bench flood: {done.stderr.strip()}")
    return json.loads(done.stdout)


def tell_flood(result):
    if "skipped" in result:
        yield f"  left out: {result['skipped']} (see --help)"
        return
    yield f"  pushed by one neighbour; load {result['loadBefore']:.1f}"
    for one in result["series"]:
        bound = "all at once" if one["window"] == one["envelopes"] else f"{one['window']} unanswered at most"
        yield (f"  {one['envelopes']} of {one['envelopeBytes']} bytes, {bound}:"
               f" {one['perSecond']:.0f}/s on disk,"
               f" acknowledged after {one['acknowledgementMs']:.0f} ms (median),"
               f" {one['envelopes'] - one['stored']:.0f} dropped")
        yield (f"    {one['cpuSeconds']:.1f} s of processor,"
               f" {one['rssAnonKiB'] / 1024:.0f} MiB anonymous memory after,"
               f" {one['peakKiB'] / 1024:.0f} MiB resident at the most")
