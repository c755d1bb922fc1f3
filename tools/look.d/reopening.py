"""Opens a closed tab again, as Ctrl+Shift+T does: no page can, but an extension may."""

import hashlib
import json
import tempfile
import time
from pathlib import Path

from steps import expect

REOPEN = """
const done = arguments[arguments.length - 1];
chrome.sessions.restore().then(() => done(''), (problem) => done(String(problem)));
"""


class Reopener:
    """An extension of the browser, whose own page stays open in a tab of its own."""

    def __init__(self, folder):
        self.folder = Path(tempfile.mkdtemp(prefix="reopener-", dir=folder)).resolve()
        (self.folder / "manifest.json").write_text(json.dumps({
            "manifest_version": 3, "name": "Reopener", "version": "1", "permissions": ["sessions"]}))
        (self.folder / "own.html").write_text("<!doctype html><title>Reopener</title>")
        # Chromium names an extension after the folder that it lies in.
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:32]
        self.address = "chrome-extension://{}/own.html".format(
            "".join(chr(ord("a") + int(digit, 16)) for digit in digest))
        self.chromium = self.home = None

    def stay(self, chromium):
        """Takes the first tab."""
        self.chromium = chromium
        self.home = chromium.driver.current_window_handle
        chromium.driver.get(self.address)

    def another_tab(self):
        self.chromium.driver.switch_to.new_window("tab")
        self.chromium.shape()

    def close_and_reopen(self):
        """Closes the tab in front and opens it again, with all that lies behind its Back."""
        driver = self.chromium.driver
        driver.close()
        driver.switch_to.window(self.home)
        before = set(driver.window_handles)
        problem = self.chromium.wait_js(REOPEN)
        expect(not problem, f"no tab can be opened again: {problem}")
        deadline = time.monotonic() + 10
        while not set(driver.window_handles) - before:
            expect(time.monotonic() < deadline, "the tab does not come back")
            time.sleep(0.1)
        driver.switch_to.window((set(driver.window_handles) - before).pop())
        self.chromium.shape()
