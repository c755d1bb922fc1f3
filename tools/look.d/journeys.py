"""The journeys of a seeker, step by step, with what the others see of each."""

from asking import Asking
from returning import Returning
from sharing import Sharing


class Journey(Asking, Returning, Sharing):
    """One visitor, one browser; the supporters are at `scene`'s desk."""

    def __init__(self, scene, page, looker, steps):
        self.scene, self.page, self.look, self.step = scene, page, looker, steps.step
        self.case = self.code = self.report = None
        self.sent_codes = []

    @property
    def name(self):
        return self.page.chromium.look.name

    def titles(self, *keys):
        return [self.page.words.plain(key) for key in keys]

    def said(self, side):
        """What this side wrote, without the line above it."""
        script = ("return [...document.querySelectorAll('.said.' + arguments[0])]"
                  ".map((one) => [...one.children].slice(1).map((n) => n.textContent).join(''))")
        return self.page.js(script, side)
