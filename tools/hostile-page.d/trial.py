"""The two trials, one after the other, and what has to hold."""

import asyncio
from pathlib import Path

import crowd
import madeup
from honest_visitor import Seen, Visitor, identifier
from kithnode import KithNode, free_port
from meter import Meter, look

TEXT_SIZE = 3  # 4 KiB
TEXTS = 640
# Bounds. Memory beyond what the node needed before: bodies being received, 32 MiB, and what a
# crowd of this size is held in buffers for.
MOST_KIB = (32 + 48) * 1024
MOST_MILLISECONDS = 2000


class Verdict:
    """Lines of what was seen, and whether all of it held."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def say(self, holds: bool, text: str) -> None:
        self.passed += holds
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {text}", flush=True)


def _page(folder: Path) -> Path:
    """A page to serve, as large as one may be."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<!doctype html><title>Notes</title>")
    (pages / "kith.wasm").write_bytes(bytes(300_000))
    return pages


async def run(options, folder: Path) -> int:
    """Plays; 0 if all bounds held."""
    verdict = Verdict()
    node = KithNode(options.kith.resolve(), folder / "node")
    port = free_port()
    await node.init()
    await node.run(page=("--page", f"127.0.0.1:{port}", "--pages", str(_page(folder))))
    try:
        visitor = Visitor(port)
        await visitor.arrive()
        for _ in range(TEXTS // 64):
            await visitor.submit([visitor.envelope(TEXT_SIZE) for _ in range(64)])
        weeks = (await visitor.ask(f"/api/weeks/{identifier(visitor.community)}")).json["weeks"]
        count = sum(week["envelopes"] for week in weeks)
        verdict.say(count == TEXTS, f"{count} of {TEXTS} texts submitted over the interface are in the open")
        if options.requests_seconds > 0:
            holds, text = await madeup.try_requests(
                f"http://127.0.0.1:{port}", visitor.community, identifier(visitor.community),
                options.requests_seconds, folder,
            )
            verdict.say(holds, f"{text}, answered as described")
        if options.crowd_seconds > 0:
            await _crowd(node, visitor, options, verdict)
        said = node.log.read_text(errors="replace")
        told = [word for word in ("/api/", "127.0.0.1:" + str(port) + " ", "error") if word in said]
        verdict.say(not told, f"the log tells nothing of visitors{': ' + ', '.join(told) if told else ''}")
    finally:
        await node.stop()
    print(f"{verdict.passed} passed, {verdict.failed} failed")
    return 0 if verdict.failed == 0 else 1


async def _crowd(node: KithNode, visitor: Visitor, options, verdict: Verdict) -> None:
    before = look(node.pid)
    meter = Meter(node.pid)
    meter.begin()
    seconds = options.crowd_seconds
    seen = {name: Seen() for name in ("the first file", "the relay", "the week's text", "a submission")}
    target = crowd.Target(visitor.port, visitor.texts)
    ended, *_, handles = await asyncio.gather(
        crowd.come(target, options.connections, seconds, options.only),
        visitor.measure(seconds - 1, "/", 0.1, seen["the first file"]),
        visitor.measure(seconds - 1, "/api/relay", 0.1, seen["the relay"]),
        visitor.measure(seconds - 1, visitor.texts, 0.5, seen["the week's text"]),
        visitor.measure_submitting(seconds - 1, 0.5, seen["a submission"]),
    )
    samples = meter.end()
    for name, what in seen.items():
        times = sorted(what.milliseconds) or [0.0]
        middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
        holds = (
            what.failed == 0 and not what.refused and late < MOST_MILLISECONDS and len(times) > 3
        )
        text = f"{name}: {len(times)} answers, median {middle:.0f} ms, 95 % within {late:.0f} ms"
        text += f", {len(what.refused)} refused" if what.refused else ""
        verdict.say(holds, text + (f", {what.failed} broken off" if what.failed else ""))
    peak = max(sample.anonymous for sample in samples)
    verdict.say(
        peak - before.anonymous < MOST_KIB,
        f"memory {before.anonymous / 1024:.1f} MiB before, {peak / 1024:.1f} MiB at the most,"
        f" {max(sample.files for sample in samples)} files open,"
        f" {samples[-1].processor - samples[0].processor:.1f} s of processor in {seconds} s",
    )
    held = 0
    for handle in handles:
        held += (await visitor.ask("/api/handles", handle)).json["handles"][0]["held"]
    verdict.say(held == len(handles), f"{held} of {len(handles)} acknowledged texts are held")
    print("     ended: " + ", ".join(f"{name} {count}" for name, count in sorted(ended.items())))
