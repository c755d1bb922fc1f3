"""Chromium as a person's browser: a profile of its own, and nothing beyond this computer to reach."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

# No name leads anywhere but to the stand-in for the neutral site; what asks for another fails.
ELSEWHERE = "MAP {site}:443 127.0.0.1:{port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# Chromium's own talk with its makers, which is not the page's.
SILENT = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--no-first-run", "--no-default-browser-check", "--disable-domain-reliability",
          "--disable-features=OptimizationHints,MediaRouter,CertificateTransparencyComponentUpdater")


@dataclass(frozen=True)
class Look:
    """How a browser looks at the page: the window, the language, light or dark, how fast."""

    name: str
    size: tuple[int, int] = (390, 844)
    language: str = "en"
    dark: bool = False
    keyboard: bool = False
    throttle: int = 1  # page and workers get so many times less of the processor (slowing.py)
    plain: bool = False  # without WebAssembly
    uncompiled: bool = False  # WebAssembly is there, and compiles nothing
    script: bool = True

    @property
    def is_phone(self):
        return self.size[0] < 700


class Chromium:
    """One run of the browser. `profile` is kept when it ends, and removed by `forget`.

    With `waits` false nothing waits for a page that is being loaded. `reopener` is an extension.
    """

    def __init__(self, look, site, profile=None, restore=False, waits=True, reopener=None):
        self.look, self.site = look, site
        self.profile = profile or Path(tempfile.mkdtemp(prefix="kith-look-"))
        self.traffic = self.profile / "traffic.json"
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (
                "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                f"--user-data-dir={self.profile}", f"--lang={look.language}",
                f"--log-net-log={self.traffic}", "--net-log-capture-mode=Default",
                "--ignore-certificate-errors",
                "--host-resolver-rules=" + ELSEWHERE.format(site=site.name, port=site.port), *SILENT):
            options.add_argument(flag)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium refuses root otherwise
        if look.plain:
            # Without a compiler V8 offers no WebAssembly, as on an iPhone in Lockdown Mode.
            options.add_argument("--js-flags=--jitless")
        if look.uncompiled:
            options.add_argument("--js-flags=--wasm-max-module-size=64")
        if not waits:
            options.page_load_strategy = "none"
        if reopener is not None:
            options.add_argument(f"--load-extension={reopener.folder}")
        if restore:
            options.add_argument("--restore-last-session")
        settings = {"intl.accept_languages": look.language}
        if not look.script:
            settings["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", settings)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_script_timeout(60)
        self.driver.set_page_load_timeout(60)
        self.version = self.driver.capabilities["browserVersion"]
        self.shape()

    def shape(self, **media):
        """Sets window and colours for the tab that is in front."""
        width, height = self.look.size
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=self.look.is_phone)
        self.tell("Emulation.setTouchEmulationEnabled", enabled=self.look.is_phone)
        scheme = "dark" if self.look.dark else "light"
        self.tell("Emulation.setEmulatedMedia", **media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def new_tab(self):
        """Another tab in the place of this one, which is closed."""
        old = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        new = self.driver.current_window_handle
        self.driver.switch_to.window(old)
        self.driver.close()
        self.driver.switch_to.window(new)
        self.shape()

    def tell(self, method, **what):
        """One word of the browser's own protocol."""
        return self.driver.execute_cdp_cmd(method, what)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait_js(self, script, *arguments):
        """A script that calls its last argument when it is done."""
        return self.driver.execute_async_script(script, *arguments)

    def shot(self, file, whole=True):
        picture = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(picture["data"]))

    def last_shot(self, file):
        """What is shown where something failed; whatever it was, that is what is told."""
        try:
            self.shot(file)
        except WebDriverException:
            pass

    def console(self):
        """What the console said since the last time: violations of the policy stand there too."""
        return [line["message"] for line in self.driver.get_log("browser")
                if line["level"] in ("SEVERE", "WARNING")]

    def offline(self, is_offline):
        """The network of every part of the page goes away: also that of its workers."""
        self.tell("Network.enable")
        self.tell("Network.emulateNetworkConditions", offline=is_offline, latency=0,
                  downloadThroughput=-1, uploadThroughput=-1)

    def quit(self):
        if self.driver is not None:
            self.driver.quit()
        self.driver = None

    def kill(self):
        """Ends the browser as a dead battery would: nothing is tidied up."""
        pid = self.driver.service.process.pid
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True,
                                  encoding="ascii", check=False).stdout.split()
        for child in children:
            subprocess.run(["kill", "-9", child], check=False)
        self.driver.service.process.kill()
        self.driver.service.process.wait()
        self.driver = None

    def forget(self):
        shutil.rmtree(self.profile, ignore_errors=True)

    def requests(self, origin):
        """Addresses that a page or a worker of this origin asked for, once the browser ended.

        What Chromium asks its makers for by itself has no origin; no name leads there.
        """
        text = self.traffic.read_text(encoding="utf-8", errors="replace")
        try:
            log = json.loads(text)
        except ValueError:  # it was killed in the middle of a line
            log = json.loads(text[:text.rindex("\n{")].rstrip().rstrip(",") + "]}")
        start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
        asked = [event["params"] for event in log["events"]
                 if event["type"] == start and "url" in event.get("params", {})]
        return sorted({one["url"] for one in asked if one.get("initiator") == origin})
