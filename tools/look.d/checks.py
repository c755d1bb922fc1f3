"""What is looked at on every screen, and the table of what was found."""

import json
import time
from collections import OrderedDict
from importlib import util
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from page import IN_SIGHT
from words import RIGHT_TO_LEFT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
  ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`)),
  (problem) => done([String(problem)]));
"""
SIDEWAYS = """
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) return ['it can be moved sideways'];
const out = [];
for (const node of document.querySelectorAll('main *, header *, footer *')) {
  const box = node.getBoundingClientRect();
  if (box.width === 0 || node.closest('.unseen, svg')) continue;
  if (box.left < -1 || box.right > innerWidth + 1) out.push(`cut off: ${node.textContent.slice(0, 40)}`);
  else if (node.scrollWidth > node.clientWidth + 2 && node.clientWidth > 0
    && getComputedStyle(node).overflowX !== 'visible' && node.tagName !== 'TEXTAREA'
    && node.tagName !== 'INPUT') out.push(`cut off: ${node.textContent.slice(0, 40)}`);
}
return out.slice(0, 3);
"""
# Right to left: the page says so, and digits of codes and numbers still read left to right.
TURNED = """
const root = document.documentElement;
const out = [];
if ((root.dir === 'rtl') !== arguments[0]) out.push(`its direction is ${root.dir}`);
for (const node of document.querySelectorAll('.code, .digits, a[href^="tel:"] bdi')) {
  if (getComputedStyle(node).direction !== 'ltr') out.push(`turned around: ${node.textContent}`);
}
return out;
"""
SMALL = """
return [...document.querySelectorAll('main button, main input, main textarea, main summary, header a')]
  .map((node) => node.closest('label') ?? node)
  .filter((node) => node.getClientRects().length > 0)
  .filter((node) => { const box = node.getBoundingClientRect(); return box.height < 24 || box.width < 24; })
  .map((node) => `smaller than 24 pixels: ${node.textContent.slice(0, 40)}`);
"""
STOPS = """
return [...document.querySelectorAll('a[href], button, input, textarea, summary')].filter((node) => {
  if (node.disabled || node.getClientRects().length === 0 || node.closest('[inert]')) return false;
  if (node.closest('details:not([open])') && node.tagName !== 'SUMMARY') return false;
  if (node.type !== 'radio') return true;
  const group = [...document.getElementsByName(node.name)];
  return node === (group.find((one) => one.checked) ?? group[0]);
});
"""
CHECKS = ("axe", "fits", "words", "console", "keyboard")


class Table:
    """Screens by the ways they were looked at; each cell lists what is wrong, or nothing."""

    def __init__(self, out):
        self.out = out
        self.cells = OrderedDict()
        self.columns = []
        package = util.find_spec("axe_playwright_python").submodule_search_locations[0]
        self.axe = (Path(package) / "axe.min.js").read_text(encoding="utf-8")
        self.seconds = {}

    def add(self, screen, column, check, wrong):
        if column not in self.columns:
            self.columns.append(column)
        cell = self.cells.setdefault(screen, {}).setdefault(column, {})
        cell[check] = sorted(set(cell.get(check, []) + wrong))

    @property
    def wrong(self):
        return [f"{screen}, {column}, {check}: {what}"
                for screen, row in self.cells.items() for column, cell in row.items()
                for check, found in cell.items() for what in found]

    @property
    def screens(self):
        return list(self.cells)

    def lines(self):
        """One row a screen; a dot says that it was not looked at in that way."""
        width = max((len(screen) for screen in self.cells), default=6) + 2
        lines = [" " * width + "".join(f"{column:>11}" for column in self.columns)]
        for screen, row in self.cells.items():
            shown = []
            for column in self.columns:
                cell = row.get(column)
                found = [check for check in cell or {} if cell[check]]
                shown.append("·" if cell is None else ",".join(found) or f"{len(cell)} good")
            lines.append(f"{screen:{width}}" + "".join(f"{text:>11}" for text in shown))
        return lines

    def as_json(self):
        return {"columns": self.columns, "screens": self.cells}


class Looker:
    """Looks at the screen that is shown, keeps its picture, and notes what is wrong."""

    def __init__(self, table, look, page=None, network_fails=False):
        """`network_fails`: the browser itself notes every request that got no good answer."""
        self.table, self.look, self.page = table, look, page
        self.chromium = page.chromium if page else None
        self.network_fails = network_fails
        self.folder = table.out / self.look.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = 0

    def see(self, screen, whole=True):
        began = time.monotonic()
        chromium = self.chromium
        self.count += 1
        chromium.js("scrollTo({ top: 0, behavior: 'instant' })")
        chromium.shot(self.folder / f"{self.count:02}-{screen}.png", whole)
        chromium.js(self.table.axe)
        found = {
            "axe": chromium.wait_js(AXE, TAGS),
            "fits": chromium.js(SIDEWAYS) + chromium.js(SMALL)
            + chromium.js(TURNED, self.look.language in RIGHT_TO_LEFT),
            "words": [f"a key stands there: {key}"
                      for key in self.page.words.keys_shown(self.page.text("body"))],
            "console": [line[:300] for line in chromium.console()
                        if not (self.network_fails and "Failed to load resource" in line)]}
        if self.look.keyboard:
            found["keyboard"] = self.tab_around()
        for check, wrong in found.items():
            self.table.add(screen, self.look.name, check, wrong)
        self.table.seconds[self.look.name] = (
            self.table.seconds.get(self.look.name, 0) + time.monotonic() - began)

    def tab_around(self):
        """Tab reaches everything that can be pressed or filled in, in its order, and always in sight."""
        stops = self.chromium.js(STOPS)
        before = self.chromium.js("return document.activeElement")
        # From the very beginning, as after opening the page.
        self.chromium.js("document.body.tabIndex = -1; document.body.focus();"
                         "document.body.removeAttribute('tabindex'); scrollTo(0, 0)")
        wrong = []
        for place, stop in enumerate(stops):
            self.page._key(Keys.TAB)
            name = self.chromium.js("return arguments[0].textContent.trim().slice(0, 30)", stop)
            if not self.chromium.js("return document.activeElement === arguments[0]", stop):
                wrong.append(f"Tab {place + 1} does not reach {name!r}")
                break
            seen = self.chromium.js(IN_SIGHT, stop)
            wrong += [f"{seen}: {name!r}"] if seen else []
        self.chromium.js("arguments[0]?.focus?.({ preventScroll: true })", before)
        return wrong

    def write(self):
        text = json.dumps(self.table.as_json(), indent=1, ensure_ascii=False)
        (self.table.out / "table.json").write_text(text, encoding="utf-8")
