"""Leaving: what is on the screen, behind Back, in a closed tab, and in the profile afterwards."""

import time

from chromium import Chromium
from journeys import ACCOUNT, CANARIES, Journey
from page import Page
from steps import Failed, expect
from traces import expect_nothing_kept

STORAGE = """
const done = arguments[arguments.length - 1];
(async () => {
  const out = [];
  if (localStorage.length || sessionStorage.length) out.push('web storage');
  if (document.cookie) out.push('a cookie');
  if ((await indexedDB.databases()).length) out.push('a database');
  if (globalThis.caches && (await caches.keys()).length) out.push('a cache');
  if ((await navigator.serviceWorker?.getRegistrations?.() ?? []).length) out.push('a service worker');
  if (history.length > 2) out.push(`${history.length} places in the history`);
  return out;
})().then(done, (problem) => done([String(problem)]));
"""


def expect_nothing_stored(page):
    """Asked of the browser while the page is still there."""
    found = page.chromium.wait_js(STORAGE)
    expect(not found, f"the page keeps {found}")


def leave(page, by_keys):
    """Leaves, and waits for the neutral site in this page's place."""
    site = page.chromium.site
    if by_keys:
        page.shift()
    else:
        page.press("exit.leave")
    page.until(lambda: site.words in page.text("body"), "the neutral site is not there")
    expect(page.driver.current_url == site.address, f"the address is {page.driver.current_url}")
    told = [value for _, headers in site.asked for value in headers.values() if page.address in value]
    expect(not told, "the neutral site was told where the visitor came from")


def expect_nothing_behind(page):
    """Back after leaving shows what was there before the visit: an empty tab."""
    page.driver.back()
    time.sleep(1)
    expect(not page.driver.current_url.startswith(page.address),
           f"Back leads to {page.driver.current_url}")
    text = page.text("body")
    expect(not any(word in text for word in CANARIES), "Back shows words of the visit")


def expect_clean_end(chromium, scene, journey, remarks):
    """The browser ended: nobody else was asked for anything, and nothing was kept."""
    asked = chromium.requests(scene.address.rstrip("/"))
    others = [url for url in asked if not url.startswith((scene.address, chromium.site.address))]
    expect(not others, f"{len(others)} requests went elsewhere: {others[:3]}")
    expect(any(url.endswith("/kith.wasm") or url.endswith("/kith-plain.js") for url in asked),
           "the log of requests does not even show the page's program")
    remarks.append(f"{len(asked)} addresses asked for, all of the relay")
    expect_nothing_kept(chromium.profile, scene.address, CANARIES, journey.sent_codes,
                        scene.link, remarks)


def closed_and_reopened(scene, site, table_page, steps, look, words):
    """The browser dies in the middle of writing; started again, it opens its tabs once more."""
    chromium = Chromium(look, site)
    try:
        page = Page(chromium, words, scene.address)
        journey = Journey(scene, page, table_page, steps)
        page.open(scene.link)
        page.at("safety.title")
        page.press("safety.continue")
        page.at("choose.title", 60)
        page.press("choose.ask")
        page.at("account.title.request")
        page.fill("account.name", ACCOUNT)
        time.sleep(12)  # browsers write what tabs hold about every ten seconds
        chromium.kill()
        remarks = []
        expect_nothing_kept(chromium.profile, scene.address, CANARIES, [], scene.link, remarks)
        again = Chromium(look, site, profile=chromium.profile, restore=True)
        try:
            handles = again.driver.window_handles
            shown = []
            for handle in handles:
                again.driver.switch_to.window(handle)
                deadline = time.monotonic() + 5
                while time.monotonic() < deadline:
                    shown.append(again.js("return document.body.innerText + "
                                          "[...document.querySelectorAll('textarea, input')]"
                                          ".map((n) => n.value).join()"))
                    time.sleep(1)
            bad = [word for word in CANARIES for text in shown if word in text]
            bad = [word for word in bad if word != "Kestrelmoor"]
            if bad:
                raise Failed(f"a tab opened again shows {sorted(set(bad))}")
            return f"{len(handles)} tabs came back"
        finally:
            again.quit()
    finally:
        chromium.quit()
        chromium.forget()
