"""Steps that are timed and told, and waiting that ends."""

import json
import time
from contextlib import contextmanager


class Failed(Exception):
    """Something that was promised did not hold."""


class NotYet(Failed):
    """It does not hold yet, and may a moment later."""


def expect(holds, otherwise):
    if not holds:
        raise Failed(otherwise)


def expect_soon(holds, otherwise):
    if not holds:
        raise NotYet(otherwise)


patience = 1  # by how much longer things may take: with the stem, messages leave one by one


def eventually(check, seconds=30.0):
    """Calls `check` until it raises `NotYet` no more, and returns what it returned.

    Any other failure ends the waiting at once: what came twice will not come once by waiting.
    """
    seconds *= patience
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except NotYet as reason:
            if time.monotonic() >= deadline:
                raise Failed(f"{reason}, for {seconds:.0f} s") from None
        time.sleep(0.2)


class Steps:
    """Tells each step with its time in milliseconds, as lines or as JSON."""

    def __init__(self, as_json):
        self.as_json = as_json
        self.count = 0
        self.began = time.monotonic()

    @contextmanager
    def step(self, title):
        """Times the block; what the block appends to the list it gets is told behind the title."""
        remarks = []
        began = time.monotonic()
        try:
            yield remarks
        except Failed as failure:
            self._tell(title, began, failure=str(failure))
            raise
        except KeyError as missing:
            failure = Failed(f"an answer has no entry {missing}")
            self._tell(title, began, failure=str(failure))
            raise failure from missing
        self.count += 1
        self._tell(title, began, remark=", ".join(remarks))

    def sum_up(self, held):
        ms = self._since(self.began)
        if self.as_json:
            print(json.dumps({"ok": held, "steps": self.count, "ms": ms}), flush=True)
        elif held:
            print(f"\nAll {self.count} steps held, in {ms / 1000:.1f} s.", flush=True)

    def _tell(self, title, began, remark="", failure=None):
        ms = self._since(began)
        if self.as_json:
            told = {"step": title, "ms": ms, "ok": failure is None}
            told |= {"remark": remark} if remark else {}
            told |= {"failure": failure} if failure is not None else {}
            print(json.dumps(told, ensure_ascii=False), flush=True)
        elif failure is None:
            print(f"{ms:6d} ms  {title}{f': {remark}' if remark else ''}", flush=True)
        else:
            print(f"{ms:6d} ms  {title}\n   FAILED  {failure}", flush=True)

    @staticmethod
    def _since(began):
        return round((time.monotonic() - began) * 1000)
