"""The bars: what the first view weighs, how soon it can be used, what sealing, reading and work take."""

import gzip
import json
import os
import statistics
import time
from contextlib import contextmanager
from importlib import util
from pathlib import Path

from checks import Looker, Table
from chromium import Chromium, Look
from envelopes import fill, intake_topic
from journeys import Journey
from loopback import Neutral, SlowWay
from page import Page
from scene import Scene
from scripts import IN_PAGE, PHOTO, SEAL, WORK
from slowing import slowed
from steps import Steps, expect
from traces import stored
from words import Words

TEST_WORK = 8  # base bits of a test network
CHUNK = 65370  # bytes of a file in an envelope, chapter 26


def control_of(data):
    """The control socket of a relay; the authority's tools have a module of the same name."""
    place = Path(__file__).resolve().parent.parent / "bench.d/control.py"
    spec = util.spec_from_file_location("relay_control", place)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Control(data)


BARS = {
    "first view, bytes packed": 120 * 1024,
    "usable at 1.6 Mbit/s, 150 ms, 4x slower, s": 3,
    "sealing a note of 1 KiB, ms": 5,
    "photo of 5 MiB cleaned and sealed, s": 3,
    "code to conversation, 10 000 envelopes, 4x slower, s": 3,
    "work for one request, 4x slower, s": 4,
    "kept in the browser's stores, bytes": 0,
}


class Figures:
    def __init__(self, program, pages, site_of, steps, table):
        self.program, self.pages, self.site_of = program, pages, site_of
        self.step, self.steps = steps.step, steps
        self.words, self.table = Words("en"), table
        self.found = {}

    @contextmanager
    def at(self, full_work):
        """A scene and its stand-in for the neutral site."""
        self.scene = Scene(self.program, self.pages, self.steps, full_work=full_work)
        self.site = self.site_of(self.scene.folder)
        try:
            self.scene.start()
            yield
        finally:
            self.scene.close()
            self.site.close()

    @contextmanager
    def browser(self, address=None, **how):
        chromium = Chromium(Look("figures", **how), self.site)
        chromium.driver.set_script_timeout(300)
        try:
            page = Page(chromium, self.words, address or self.scene.address)
            page.patience = 240
            looker = Looker(self.table, page.chromium.look, page, network_fails=True)
            yield page, Journey(self.scene, page, looker, self.steps)
        finally:
            chromium.quit()
            chromium.forget()

    def note(self, name, values, **more):
        self.found[name] = {"mean": statistics.mean(values), "of": len(values),
                            "least": min(values), "most": max(values), **more}

    def weight(self):
        """The files that are asked for until the first screen can be used, and the program's."""
        with self.step("what the first view weighs"), self.browser() as (page, _):
            page.open(self.scene.link)
            page.until(lambda: page.has("safety.continue"), "the first screen does not come")
            names = page.js("return performance.getEntriesByType('resource')"
                            ".map(({ name }) => new URL(name).pathname)")
        files = {name.removeprefix("/page/") for name in names if name.startswith("/page/")}
        files |= {"index.html", "worker.js", "kith.js", "first.wasm"}
        packed = {name: len(gzip.compress((self.pages / name).read_bytes(), 9))
                  for name in sorted(files)}
        self.note("first view, bytes packed", [sum(packed.values())], files=packed)

    def first_view(self):
        """By a line that all connections share, from the address to a first screen that answers."""
        usable, ready, carried = [], [], []
        with self.step("the first view by a slow line on a slow phone"):
            for _ in range(3):
                way = SlowWay(self.scene.page_port)
                address = f"http://127.0.0.1:{way.port}/"
                with self.browser(address) as (page, journey), slowed(page.chromium):
                    begin = time.monotonic()
                    page.open(self.scene.link.replace(self.scene.address, address))
                    page.until(lambda: page.has("safety.continue"), "the first screen does not come")
                    usable.append(time.monotonic() - begin)
                    page.press("safety.continue")
                    page.until(lambda: page.title in journey.titles("choose.title"), "no choice")
                    ready.append(time.monotonic() - begin)
                    carried.append(way.received)
                way.close()
        self.note("usable at 1.6 Mbit/s, 150 ms, 4x slower, s", usable)
        self.note("community checked, the same, s", ready, bytes=carried)

    def sealing(self):
        with self.step("sealing"), self.browser() as (page, journey):
            journey.enter()
            found = self.run(page, SEAL)
            self.note("sealing a note of 1 KiB, ms", found["times"], bytes=found["bytes"])

    def photo(self):
        """As the page does it, from the file that was chosen to the chunks it would do work for: the
        program is there by then, as it is when a person chooses a photo; nothing is sent."""
        with self.step("a photo, cleaned and sealed") as remarks, self.browser() as (page, journey):
            journey.enter()
            found = self.run(page, PHOTO, 3)
            expect(5 << 20 <= found["bytes"] < 6 << 20, f"the photo has {found['bytes']} bytes")
            expect(found["drafts"] == -(-found["cleaned"] // CHUNK), f"{found['drafts']} chunks")
            seconds = {name: [one / 1000 for one in found[name]] for name in ("both", "cleaning")}
            self.note("photo of 5 MiB cleaned and sealed, s", seconds["both"],
                      cleaning=seconds["cleaning"], bytes=found["bytes"], cleaned=found["cleaned"])
            remarks.append(f"{found['bytes']} bytes, {found['cleaned']} once cleaned")

    def work(self):
        for times, rounds in ((1, 12), (4, 12)):
            with self.step(f"work of one request, {times}x"), self.browser() as (page, journey):
                journey.enter()
                with slowed(page.chromium, times):
                    found = self.run(page, WORK, rounds)
                self.note(f"work for one request, {times}x slower, s",
                          [one / 1000 for one in found["times"]], bits=found["bits"])

    def told_before(self):
        """Without WebAssembly the page says how long it takes before it begins, and can be paused."""
        with self.step("told before work without WebAssembly") as remarks:
            with self.browser(plain=True) as (page, journey):
                journey.enter()
                journey.quick_request("How long does it take?")
                page.until(lambda: page.title in journey.titles("slow.title", "code.title"), "?")
                expect(page.title in journey.titles("slow.title"), "it does not ask before it begins")
                journey.look.see("slow")
                remarks.append(page.text().split("\n")[2])
                page.press("slow.start")
                page.at("code.title")
                page.press("progress.pause")
                page.says("progress.paused")
                page.press("progress.resume")
                self.found["told before work without WebAssembly"] = {"text": remarks[0]}

    def conversation(self):
        """From the code to the conversation, with 10 000 texts of others in the week."""
        with self.step("a week of 10 000 envelopes, 1 KiB each"):
            community = bytes.fromhex(self.scene.community)
            with control_of(self.scene.c.data) as control:
                network = bytes.fromhex(control.status()["network"])
                fill(control, network, TEST_WORK, 10_000, topic=intake_topic(community))
        with self.browser() as (page, journey):
            before = self.scene.inbox()
            journey.enter()
            journey.quick_request("Among ten thousand.")
            code = journey.take_code()
            journey.arrived("request")
            case = self.scene.new_case(before)
            self.scene.desk("claim", case)
            self.scene.reply(case, "Found among ten thousand.")
        times = []
        with self.step("from the code to the conversation"):
            for _ in range(3):
                with self.browser() as (page, journey):
                    journey.enter()
                    page.press("choose.code")
                    page.at("enter.title")
                    page.fill("enter.name", code)
                    with slowed(page.chromium):
                        begin = time.monotonic()
                        page.press("enter.on")
                        page.press("case.name.request")
                        page.until(lambda: journey.said("them"), "the answer is not there")
                        times.append(time.monotonic() - begin)
                    expect(journey.said("them") == ["Found among ten thousand."], "it reads otherwise")
        self.note("code to conversation, 10 000 envelopes, 4x slower, s", times)

    def kept(self):
        """After a visit with a request: what of the page lies in the browser's stores and caches.

        Not counted is a note of when each of its programs was last read (traces.py), told by itself.
        """
        with self.step("what is left in the browser's stores"), self.browser() as (page, journey):
            journey.enter()
            journey.quick_request("Kept nowhere: siskinholt.")
            journey.take_code()
            journey.arrived("request")
            page.chromium.quit()
            files, stamps = stored(page.chromium.profile, self.scene.address)
            kept, noted = (sum(one.stat().st_size for one in some) for some in (files, stamps))
        self.note("kept in the browser's stores, bytes", [kept])
        self.found["addresses of its programs there, with a time"] = {
            "text": f"{len(stamps)}, Chromium's own notes of {noted} bytes in all"}

    def run(self, page, script, *arguments):
        found = page.chromium.wait_js(IN_PAGE % script, *arguments)
        expect("problem" not in found, f"the page says {found.get('problem')}")
        return found


def measure(program, pages, options):
    """All figures; the exit status says whether each keeps its bar."""
    steps, table = Steps(options.json), Table(options.out)
    figures = Figures(program, pages, Neutral, steps, table)
    failures = []

    def part(*parts):
        for one in parts:
            try:
                one()
            except Exception as failure:
                failures.append(f"{one.__name__}: {str(failure).splitlines()[0]}")
    with figures.at(full_work=False):
        part(figures.weight, figures.first_view, figures.sealing, figures.photo, figures.kept,
             figures.conversation)
    with figures.at(full_work=True):
        part(figures.work, figures.told_before)
    for name, bar in BARS.items():
        found = figures.found.get(name)
        if found is None:
            failures.append(f"{name}: not measured")
        elif found["mean"] > bar:
            failures.append(f"{name}: {found['mean']:,.2f}, the bar is {bar:,}")
    result = {"figures": figures.found, "failures": failures, "load": os.getloadavg()}
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (options.out / "figures.json").write_text(text, encoding="utf-8")
    print(text if options.json else "\n".join(lines(figures.found, failures)))
    return 1 if failures else 0


def lines(found, failures):
    yield ""
    for name, one in found.items():
        if "mean" in one:
            bar = f"   bar {BARS[name]:,}" if name in BARS else ""
            yield (f"{name:55} {one['mean']:12,.2f}   {one['least']:,.2f} to {one['most']:,.2f}"
                   f" ({one['of']}){bar}")
        else:
            yield f"{name:55} {one['text']}"
    yield f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores"
    for failure in failures:
        yield f"   FAILED  {failure}"
