"""The page as a person uses it: by the words on it, with a finger or with the keyboard alone."""

import re
import time

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from steps import Failed, expect

PATIENCE = 30  # seconds until a screen is there
MOST_TABS = 150

# The words of something to press, without its hint and without what only readers hear.
FIND = """
const [pattern, kind] = arguments;
const words = new RegExp(pattern);
const label = (node) => {
  const copy = node.cloneNode(true);
  for (const extra of copy.querySelectorAll('small, .unseen, input')) extra.remove();
  return copy.textContent.replace(/\\s+/g, ' ').trim();
};
const kinds = { press: 'button, summary, a.exit', choose: 'label.option', fill: 'label.name' };
const seen = [...document.querySelectorAll(kinds[kind])].filter(
  (node) => node.getClientRects().length > 0 && !node.closest('[inert]') && !node.disabled);
const found = seen.find((node) => words.test(label(node)));
if (!found) return null;
if (kind === 'choose') return found.querySelector('input');
return kind === 'fill' ? document.getElementById(found.htmlFor) : found;
"""
SHOWN = "return document.querySelector('main h1')?.textContent ?? ''"


class Page:
    def __init__(self, chromium, words, address):
        self.chromium, self.words, self.address = chromium, words, address
        self.driver, self.js = chromium.driver, chromium.js
        self.by_keyboard = chromium.look.keyboard
        look = chromium.look
        self.patience = PATIENCE * (3 if look.throttle > 1 or look.plain or look.uncompiled else 1)

    def open(self, link=None):
        self.driver.get(link or self.address)

    # Looking

    @property
    def title(self):
        return self.js(SHOWN)

    def text(self, selector="main"):
        return self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((n) => n.textContent)",
                       selector)

    def at(self, key, seconds=None):
        """Waits for the screen with this title."""
        pattern = self.words.pattern(key)
        self.until(lambda: re.match(pattern, self.title, re.S), f"{key} is not shown", seconds)

    def says(self, key, seconds=None, where="main"):
        """Waits until these words are somewhere on the screen."""
        pattern = self.words.pattern(key)[1:-1]
        self.until(lambda: re.search(pattern, self.text(where)), f"{key} is not said", seconds)

    def shows(self, text, seconds=None):
        """Waits until exactly this text is the whole of some element."""
        script = ("return [...document.querySelectorAll('main *')]"
                  ".some((node) => node.textContent === arguments[0])")
        self.until(lambda: self.js(script, text), f"{text[:40]!r} is not shown", seconds)

    def until(self, check, otherwise, seconds=None):
        deadline = time.monotonic() + (seconds or self.patience)
        while time.monotonic() < deadline:
            try:
                if check():
                    return
            except StaleElementReferenceException:
                pass  # the screen changed under the question
            time.sleep(0.05)
        said = " / ".join(self.text().split("\n"))[:300]
        raise Failed(f"{otherwise}; the screen says: {said}")

    def find(self, key, kind, text=None, seconds=None):
        pattern = self.words.pattern(key) if text is None else f"^{re.escape(text)}$"
        found = []
        self.until(lambda: found.append(self.js(FIND, pattern, kind)) or found[-1],
                   f"there is no {key or text!r} to {kind}", seconds)
        return found[-1]

    def has(self, key, kind="press"):
        return self.js(FIND, self.words.pattern(key), kind) is not None

    # Doing

    def press(self, key, text=None):
        self._insist(key, "press", text, Keys.ENTER)

    def choose(self, key, text=None):
        self._insist(key, "choose", text, Keys.SPACE)

    def _insist(self, key, kind, text, by):
        """Finds and presses; again where the screen was drawn anew in between."""
        for _ in range(5):
            try:
                return self._press(self.find(key, kind, text), by)
            except StaleElementReferenceException:
                continue
        raise Failed(f"{key or text} is drawn anew all the time")

    def fill(self, key, text, text_of=None):
        """Types into a field what people type, all scripts and line ends included."""
        field = self.find(key, "fill", text_of)
        if self.by_keyboard:
            self._tab_to(field)
        else:
            field.click()
        self.js("arguments[0].select()", field)
        if text:
            self.chromium.tell("Input.insertText", text=text)
        else:
            field.send_keys(Keys.BACKSPACE)
        expect(self.js("return arguments[0].value", field) == text, "the field holds something else")

    def _press(self, node, key):
        if self.by_keyboard:
            self._tab_to(node)
            self._key(key)
            return
        self.js("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", node)
        node.click()

    def _key(self, *keys):
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def _tab_to(self, node):
        """Tab until it has the focus; within a group of radio buttons, arrows."""
        group = self.js("return arguments[0].type === 'radio' ? arguments[0].name : null", node)
        at = ("const at = document.activeElement; return at === arguments[0] ? 2 :"
              "arguments[1] && at.name === arguments[1] ? 1 : 0")
        for _ in range(MOST_TABS):
            reached = self.js(at, node, group)
            if reached == 2:
                break
            self._key(Keys.ARROW_DOWN if reached == 1 else Keys.TAB)
        else:
            raise Failed("the Tab key never gets there")
        seen = self.js(IN_SIGHT, node)
        expect(not seen, f"with the keyboard: {seen}")

    def shift(self, times=3):
        for _ in range(times):
            self._key(Keys.SHIFT)

    def element(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)


# What is wrong with how the focus is shown: WCAG 2.4.7 and 2.4.11.
IN_SIGHT = """
const node = arguments[0];
const style = getComputedStyle(node);
if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return 'no ring shows the focus';
const box = node.getBoundingClientRect();
if (box.bottom <= 0 || box.top >= innerHeight) return 'the focus is out of sight';
const head = document.querySelector('header');
if (head && !head.contains(node) && box.bottom <= head.getBoundingClientRect().bottom) {
  return 'the focus is behind the way out';
}
return '';
"""
