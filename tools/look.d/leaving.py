"""Leaving: what is on the screen, behind Back, in a closed tab, and in the profile afterwards."""

import time

from telling import CANARIES
from steps import expect
from traces import expect_nothing_kept

# Asking for databases or caches would make Chromium note the origin: the profile is read instead.
STORED = """
const out = [];
if (document.cookie) out.push('a cookie');
if (history.length > 2) out.push(`${history.length} places in the history`);
return out;
"""


def expect_nothing_stored(page):
    """Asked of the browser while the page is still there."""
    found = page.js(STORED)
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
    expect(any(url.endswith("/first.wasm") or url.endswith("/first-plain.js") for url in asked),
           "the log of requests does not even show the page's program")
    remarks.append(f"{len(asked)} addresses asked for, all of the relay")
    expect_nothing_kept(chromium.profile, scene.address, CANARIES, journey.sent_codes,
                        scene.link, remarks)
