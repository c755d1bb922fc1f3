"""idle, start and size: what a relay needs when nothing happens, and to begin."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from control import Control, Shelf
from envelopes import fill
from lab import wait_for
from stats import load, middle, spread


def measure_idle(lab, options):
    """The middle relay of three, which has two links, once it has settled."""
    a, b, c = relays = lab.line("ABC")
    time.sleep(5)
    before, cpu, switches = load(), b.cpu(), b.switches()
    time.sleep(options.seconds)
    used, waits = b.cpu() - cpu, b.switches() - switches
    result = {"seconds": options.seconds, "links": len(b.status()["peers"]), **b.memory(),
              "cpuSeconds": round(used, 3), "wakeUpsPerSecond": round(waits / options.seconds, 1),
              "descriptors": b.descriptors(), "threads": b.threads(), "load": before}
    lab.end(*relays)
    return result


def tell_idle(result):
    yield (f"  {result['links']} links, {result['seconds']} s: {result['rssAnonKiB'] / 1024:.1f} MiB anonymous,"
           f" {result['rssKiB'] / 1024:.1f} MiB resident (with files mapped), {result['descriptors']} file"
           f" descriptors, {result['threads']} threads")
    yield (f"  {result['cpuSeconds']:.2f} s of processor, {result['wakeUpsPerSecond']} wake-ups a second,"
           f" load {result['load']:.1f}")


def measure_start(lab, options):
    """Starts of a relay with an empty store, one that carries envelopes, one where they were submitted."""
    empty = lab.found("empty")
    own = lab.found("own")
    own.start()
    with Control(own.data) as control:
        fill(control, bytes.fromhex(control.status()["network"]), 8, options.envelopes)
    carrier = lab.join(own, "carrier")
    carrier.start()
    with Shelf(own) as source, Shelf(carrier) as shelf:
        wait_for(lambda: shelf.count() >= source.count(), 60 + options.envelopes / 100,
                 otherwise="catching up did not end")
    own.stop()
    carrier.stop()
    stores = [("empty", empty), ("carried", carrier), ("submitted here", own)]
    result = {"starts": options.starts, "loadBefore": load(), "stores": []}
    for name, relay in stores:
        relay.start()  # not counted: it warms the caches, and a new node settles
        relay.stop()
        told = {"store": name, "databaseBytes": relay.database.stat().st_size, **starts(relay, options.starts)}
        cold = [cold_start(relay) for _ in range(max(3, options.starts // 4))]
        told["coldMs"] = spread(cold)
        with Shelf(relay) as shelf:
            told["items"] = shelf.count()
        result["stores"].append(told)
    result["loadAfter"] = load()
    lab.end(empty, carrier, own)
    return result


def starts(relay, count):
    ready, ended, memory = [], [], []
    for _ in range(count):
        ready.append(relay.start())
        memory.append(relay.memory()["rssAnonKiB"])
        ended.append(relay.stop())
    return {"warmMs": spread(ready), "stopMs": middle(ended), "rssAnonKiB": middle(memory, 0)}


def cold_start(relay):
    """With the program and its store out of the page cache; shared libraries are others' too and stay."""
    for path in [Path(relay.program).resolve(), *relay.data.iterdir()]:
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    milliseconds = relay.start()
    relay.stop()
    return milliseconds


def tell_start(result):
    yield f"  {result['starts']} starts each, program start to 'kith: ready'; load {result['loadBefore']:.1f}"
    for told in result["stores"]:
        yield (f"  {told['store'] + ',':16} {told['items']:6} items: warm median {told['warmMs']['median']:.0f} ms"
               f" (most {told['warmMs']['most']:.0f}), cold {told['coldMs']['median']:.0f} ms,"
               f" stop {told['stopMs']:.0f} ms, {told['rssAnonKiB'] / 1024:.1f} MiB anonymous")
    yield "  cold: program and store dropped from the page cache, system libraries not"


def measure_size(lab, options):
    program = Path(lab.program).resolve()
    result = {"bytes": program.stat().st_size, "strippedBytes": None, "libraries": []}
    if shutil.which("strip"):
        stripped = lab.folder / "stripped"
        subprocess.run(["strip", "-o", stripped, program], check=True)
        result["strippedBytes"] = stripped.stat().st_size
        stripped.unlink()
    told = subprocess.run(["ldd", program], capture_output=True, encoding="utf-8", check=False).stdout
    for name, path in re.findall(r"^\s+(\S+) => (\S+)", told, re.MULTILINE):
        real = Path(path).resolve()
        result["libraries"].append({"name": name, "bytes": real.stat().st_size if real.exists() else None,
                                    "isSwift": "swift" in name.lower() or "Foundation" in name})
    return result


def tell_size(result):
    stripped = result["strippedBytes"]
    yield (f"  {result['bytes']:,} bytes as built"
           + (f", {stripped:,} stripped" if stripped else ", no strip here"))
    for is_swift, title in ((True, "Swift's libraries"), (False, "the system's")):
        some = [one for one in result["libraries"] if one["isSwift"] == is_swift]
        if some:
            names = " ".join(one["name"] for one in some)
            yield f"  {title}: {len(some)}, {sum(one['bytes'] or 0 for one in some):,} bytes: {names}"
