"""What is looked at on every screen, and the table of what was found."""

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
# Without scripts nobody can choose a language: it is said in all of them, below one another.
OF_ALL_LANGUAGES = ["no-script"]
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
# Tab stops at each part of a date, and at its calendar.
DATE_PARTS = 3
# The columns of the table, and the looks that belong to each (runs.py). Troubles are on a phone.
WAYS = {
    "phone": ("phone", "troubles"), "wide": ("wide",), "Arabic": ("arabic", "arabic-wide"),
    "dark": ("dark", "dark-wide"), "keyboard": ("keyboard",), "slow": ("slow",), "no wasm": ("plain",),
}


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

    def rows(self):
        """One row a screen: its name, a cell for each way of looking, and what axe found in all.

        A way counts as good where everything but axe is; "–" says that it was not looked at so.
        """
        for screen, row in self.cells.items():
            shown = [screen]
            for looks in WAYS.values():
                seen = [row[look] for look in looks if look in row]
                wrong = {check for cell in seen for check in cell if check != "axe" and cell[check]}
                shown.append(", ".join(sorted(wrong)) or ("good" if seen else "–"))
            axe = [cell["axe"] for cell in row.values() if "axe" in cell]
            shown.append(f"{sum(map(len, axe))} in {len(axe)}" if axe else "–")
            yield shown

    def lines(self):
        """The table for a terminal."""
        rows = [["screen", *WAYS, "axe"], *self.rows()]
        widths = [max(len(row[at]) for row in rows) + 2 for at in range(len(rows[0]))]
        return ["".join(f"{text:{width}}" for text, width in zip(row, widths)).rstrip()
                for row in rows]

    def markdown(self):
        """The table for people who read it elsewhere, with what the words in it mean."""
        rows = [["screen", *WAYS, "axe"], ["---"] * (len(WAYS) + 2), *self.rows()]
        looks = "; ".join(f"{way}: {', '.join(looks)}" for way, looks in WAYS.items())
        return "\n".join([
            "# The seeker's page, screen by screen", "",
            *(f"| {' | '.join(row)} |" for row in rows), "",
            "*good*: nothing is cut off or too small to press, no key stands where its words should, the "
            "console is silent, and with the keyboard alone everything is reached, in order and in sight. "
            "Where it is not, the check that failed is named. *axe*: violations, in so many looks. *–*: not "
            "looked at in this way.", "", f"Looks of each way: {looks}.", "",
            *(f"- FAILED {one}" for one in self.wrong), ""])

    def as_json(self):
        return {"columns": self.columns, "screens": self.cells}


class Looker:
    """Looks at the screen that is shown, keeps its picture, and notes what is wrong."""

    def __init__(self, table, look, page=None, network_fails=False, folder=None):
        """`network_fails`: the browser itself notes every request that got no good answer."""
        self.table, self.look, self.page = table, look, page
        self.chromium = page.chromium if page else None
        self.network_fails = network_fails
        self.folder = table.out / (folder or look.name)
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
            + chromium.js(TURNED, screen not in OF_ALL_LANGUAGES
                          and self.look.language in RIGHT_TO_LEFT),
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
            for _ in range(DATE_PARTS if place > 0 else 0):
                if not self.chromium.js("return document.activeElement === arguments[0]", stops[place - 1]):
                    break
                self.page._key(Keys.TAB)
            name = self.chromium.js("return arguments[0].textContent.trim().slice(0, 30)", stop)
            if not self.chromium.js("return document.activeElement === arguments[0]", stop):
                wrong.append(f"Tab {place + 1} does not reach {name!r}")
                break
            seen = self.chromium.js(IN_SIGHT, stop)
            wrong += [f"{seen}: {name!r}"] if seen else []
        self.chromium.js("arguments[0]?.focus?.({ preventScroll: true })", before)
        return wrong
