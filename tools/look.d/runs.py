"""What is looked at: each run is one browser with its own way of looking, or one kind of trouble."""

import json
import time
import traceback

from checks import Looker, Table
from chromium import Chromium, Look
from journeys import Journey
from leaving import expect_clean_end, expect_nothing_behind, expect_nothing_stored, leave
from page import Page
from scene import Scene
from seldom import Seldom
from slowing import slowed
from loopback import Neutral
from steps import Failed, Steps
from troubles import Trouble
from words import Words

LOOKS = {look.name: look for look in (
    Look("phone"),
    Look("wide", size=(1280, 800)),
    Look("arabic", language="ar"),
    Look("arabic-wide", size=(1280, 800), language="ar"),
    Look("dark", dark=True),
    Look("dark-wide", size=(1280, 800), dark=True),
    Look("keyboard", size=(1280, 800), keyboard=True),
    Look("slow", throttle=4),
    Look("plain", plain=True))}
USUAL = ["phone"]
SELDOM = {f"{name}-seldom": look for name, look in LOOKS.items()}
TROUBLES = Trouble.names()


def names():
    return [*LOOKS, *SELDOM, *TROUBLES]


def play(program, pages, options, chosen):
    """Plays what was chosen, one browser after the other; the exit status."""
    steps, table = Steps(options.json), Table(options.out)
    scene = Scene(program, pages, steps)
    site = Neutral(scene.folder)
    trouble = Trouble(scene, site, table, steps, Words("en"))
    failures = []
    began = time.monotonic()
    try:
        scene.start()
        if set(chosen) & {*LOOKS, *SELDOM, *Trouble.needs_bridge}:
            scene.start_bridge()
        for name in chosen:
            try:
                if name in LOOKS:
                    journey_in(scene, site, table, steps, LOOKS[name])
                elif name in SELDOM:
                    seldom_in(scene, site, table, steps, SELDOM[name])
                else:
                    trouble.play(name)
            except Exception as failure:
                failures.append(f"{name}: {str(failure).splitlines()[0]}")
                if not isinstance(failure, Failed):
                    traceback.print_exc()
    except Failed as failure:
        failures.append(str(failure))
    finally:
        if failures:
            print(scene.last_words())
        scene.close()
        site.close()
    return sum_up(options, table, failures, time.monotonic() - began)


def sum_up(options, table, failures, seconds):
    failures = failures + table.wrong
    result = {"ok": not failures, "seconds": round(seconds), "failures": failures,
              **table.as_json()}
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (options.out / "look.json").write_text(text, encoding="utf-8")
    (options.out / "table.md").write_text(table.markdown(), encoding="utf-8")
    if options.json:
        print(text)
    else:
        print("\n".join(["", *table.lines(), ""]))
        print("\n".join(f"   FAILED  {failure}" for failure in failures))
        print(f"{len(table.screens)} screens in {len(table.columns)} looks, {len(failures)} failures, "
              f"{seconds:.0f} s; pictures and table.md in {options.out}")
    return 1 if failures else 0


def journey_in(scene, site, table, steps, look):
    """All journeys of a seeker in one way of looking, then leaving and what it leaves."""
    words = Words(look.language)
    chromium = Chromium(look, site)
    try:
        page = Page(chromium, words, scene.address)
        looker = Looker(table, look, page)
        journey = Journey(scene, page, looker, steps)
        try:
            with slowed(chromium, look.throttle):
                whole_journey(journey, page, steps, look)
        except Exception:
            chromium.last_shot(table.out / f"failed-{look.name}.png")
            raise
        with steps.step(f"{look.name}: the profile holds no word, code, store or cookie") as remarks:
            chromium.quit()
            expect_clean_end(chromium, scene, journey, remarks)
    finally:
        chromium.quit()
        chromium.forget()


def whole_journey(journey, page, steps, look):
    journey.arrive()
    journey.read_about()
    journey.ask()
    with steps.step(f"{look.name}: leaving by the button; Back shows nothing of it"):
        expect_nothing_stored(page)
        leave(page, by_keys=False)
        expect_nothing_behind(page)
    journey.come_back()
    journey.write_again()
    consent = journey.consent()
    journey.forwarded(consent)
    journey.withdraw(consent)
    journey.renew_and_reopen()
    journey.keep_note()
    journey.erase_all()
    with steps.step(f"{look.name}: leaving by pressing Shift three times"):
        expect_nothing_stored(page)
        leave(page, by_keys=True)
        expect_nothing_behind(page)


def seldom_in(scene, site, table, steps, look):
    """The screens that the journeys do not pass, in one way of looking."""
    chromium = Chromium(look, site)
    try:
        page = Page(chromium, Words(look.language), scene.address)
        try:
            with slowed(chromium, look.throttle):
                looker = Looker(table, look, page, network_fails=True, folder=f"{look.name}-seldom")
                Seldom(scene, page, looker, steps).play()
        except Exception:
            chromium.last_shot(table.out / f"failed-{look.name}-seldom.png")
            raise
    finally:
        chromium.quit()
        chromium.forget()
