"""What can be made to go wrong, for all requests or for the next few."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import limits
from forms import core_status

CALLS = ("discovery", "services", "definition", "post", "request", "requests", "token", "update", "updates")


class Wrong(Exception):
    """A fault is not known, or one of its fields does not fit."""


def number(lowest: float, highest: float, whole: bool = False) -> Callable:
    def check(value):
        try:
            given = float(value)
        except (TypeError, ValueError):
            raise Wrong(f"{value!r} is not a number") from None
        if isinstance(value, bool) or not lowest <= given <= highest or (whole and given != int(given)):
            raise Wrong(f"{value!r} is not a {'whole ' if whole else ''}number from {lowest} to {highest}")
        return int(given) if whole else given
    return check


def choice(*choices: object) -> Callable:
    def check(value):
        for one in choices:
            if str(value).lower() == str(one).lower():
                return one
        raise Wrong(f"{value!r} is none of {', '.join(map(str, choices))}")
    return check


def text(value: object) -> str:
    given = str(value)
    if len(given) > 2000 or not given.isprintable():
        raise Wrong("a text is too long, or has control characters")
    return given


def status(value: object) -> str:
    if core_status(str(value)) is None:
        raise Wrong(f"{value!r} is no status")
    return str(value).upper()


def charset(value: object) -> str:
    try:
        "a".encode(str(value))
    except LookupError:
        raise Wrong(f"{value!r} is no charset") from None
    return text(value)


seconds = number(0, limits.FAULT_SECONDS)


@dataclass(frozen=True)
class Kind:
    """`slot`: of faults in the same one only the first listed strikes. `fields`: default and check of each."""

    slot: str
    about: str
    fields: dict[str, tuple[object, Callable]] = field(default_factory=dict)
    calls: tuple[str, ...] = CALLS


STORED = {"stored": (False, choice(False, True))}
KINDS = {
    "400": Kind("outcome", "bad request; stored=true keeps it first", STORED),
    "403": Kind("outcome", "the key is refused", STORED),
    "404": Kind("outcome", "not found", STORED),
    "429": Kind("outcome", "too many requests, with Retry-After", STORED | {"retry_after": ("1", text)}),
    "500": Kind("outcome", "server error; stored=true keeps the request first", STORED),
    "502": Kind("outcome", "a gateway has lost us", STORED),
    "503": Kind("outcome", "unavailable, with Retry-After as given: seconds, a date, or nonsense",
                STORED | {"retry_after": ("1", text)}),
    "redirect": Kind("outcome", "to another host; the request is not accepted", {
        "to": ("", text), "code": (307, choice(301, 302, 303, 307, 308))}),
    "crash": Kind("outcome", "an exception in the handler"),
    "hang-up-before": Kind("outcome", "ends the connection, nothing kept, nothing answered",
                           {"reset": (False, choice(False, True))}),
    "hang-up-after": Kind("outcome", "keeps the request, then ends the connection without an answer",
                          {"reset": (False, choice(False, True))}),
    "hang-up-midway": Kind("outcome", "keeps the request, answers half, ends the connection",
                           {"reset": (False, choice(False, True))}),
    "slow": Kind("speed", "keeps the request, then waits before the answer, in its middle, or drips it", {
        "seconds": (5.0, seconds), "where": ("before", choice("before", "middle", "drip"))}),
    "token": Kind("id", "a token instead of an identifier; it gives none for so many seconds and polls", {
        "after": (0.0, seconds), "polls": (0, number(0, 1000, whole=True)),
        "pending": ("empty", choice("empty", "404"))}, ("post",)),
    "id-control": Kind("id", "an identifier with control characters", calls=("post",)),
    "id-long": Kind("id", "an identifier of so many bytes",
                    {"bytes": (10_240, number(1, 1_000_000, whole=True))}, ("post",)),
    "wrong-type": Kind("body", "another Content-Type than that of the body", {"type": ("text/html", text)}),
    "broken": Kind("body", "a body that is cut, garbage, empty, of another shape, nested deeply, or has entities",
                   {"style": ("cut", choice("cut", "garbage", "empty", "shape", "deep", "entities"))}),
    "wrong-charset": Kind("body", "a body encoded so, and declared to be", {
        "charset": ("utf-16", charset), "declared": ("utf-8", text)}),
    "empty-list": Kind("list", "a list with nothing in it", calls=("requests", "updates")),
    "odd-status": Kind("list", "a status that is none, a member nobody knows, notes at least so long with "
                       "control characters", {
                           "status": ("pending", text), "notes_characters": (0, number(0, 1_000_000, whole=True))},
                       ("request", "requests")),
    "huge": Kind("body", "a true answer, filled up with blanks",
                 {"bytes": (64 * 1024 * 1024, number(1, limits.HUGE_BYTES, whole=True))}),
    "endless": Kind("body", "a body, or headers, without an end", {
        "where": ("body", choice("body", "headers")),
        "seconds": (60.0, seconds)}),
    "close-after": Kind("later", "closes the request so much later, and opens it again if asked to", {
        "seconds": (1.0, seconds), "status_notes": ("Closed after review.", text),
        "status": ("CLOSED", status), "reopen_after": (None, seconds)}, ("post",)),
}


@dataclass
class Fault:
    """One that is set: `left` is None while it strikes without an end."""

    name: str
    on: tuple[str, ...]
    left: int | None
    options: dict

    def shown(self) -> dict:
        return {"fault": self.name, "on": list(self.on), "times": self.left} | self.options


def read_fault(given: dict, times: int | None = None) -> Fault:
    """Raises `Wrong`. Shape: `fault` (its name), `times`, `on` (calls), and the fields of its kind."""
    if not isinstance(given, dict) or str(given.get("fault")) not in KINDS:
        raise Wrong(f"a fault is one of {', '.join(KINDS)}")
    name = str(given["fault"])
    kind = KINDS[name]
    known = {"fault", "times", "on", *kind.fields}
    if unknown := set(given) - known:
        raise Wrong(f"{name} has no {', '.join(sorted(map(str, unknown)))}; it has {', '.join(sorted(known))}")
    options = {key: check(given[key]) if given.get(key) is not None else default
               for key, (default, check) in kind.fields.items()}
    left = given.get("times", times)
    return Fault(name, _calls(given.get("on", "post" if "post" in kind.calls else "any"), kind, name),
                 None if left is None else number(1, 1_000_000, whole=True)(left), options)


def read_any(given: object) -> Fault:
    """As the control path takes one: an object, or a text as a switch would give it."""
    return read_switch(given) if isinstance(given, str) else read_fault(given)


def read_switch(switch: str, times: int | None = None) -> Fault:
    """A fault as a switch gives it: `NAME`, `NAME,field=value,...`, or a JSON object."""
    if switch.startswith("{"):
        try:
            return read_fault(json.loads(switch), times)
        except ValueError as error:
            raise Wrong(f"{switch[:60]} is no JSON: {error}") from None
    name, *fields = switch.split(",")
    given: dict = {"fault": name}
    for one in fields:
        key, equals, value = one.partition("=")
        if not equals:
            raise Wrong(f"{one!r} has no value")
        given[key] = value
    return read_fault(given, times)


def _calls(on: object, kind: Kind, name: str) -> tuple[str, ...]:
    if on == "any":
        return kind.calls
    calls = tuple(on.split("+")) if isinstance(on, str) else tuple(on) if isinstance(on, list) else ()
    if not calls or set(calls) - set(kind.calls):
        raise Wrong(f"{name} strikes on {', '.join(kind.calls)} or any, not on {on!r}")
    return calls


class Faults:
    """Those that are set, in order. Thread safe."""

    def __init__(self, faults: list[Fault]):
        self.lock = threading.Lock()
        self.set: list[Fault] = []
        self.struck: dict[str, int] = {}
        self.replace(faults)

    def replace(self, faults: list[Fault], keep: bool = False) -> None:
        """Sets these, and before them those that are set already, if they are to be kept."""
        with self.lock:
            together = [*self.set, *faults] if keep else list(faults)
            if len(together) > limits.FAULTS:
                raise Wrong(f"at most {limits.FAULTS} faults can be set")
            self.set = together

    def take(self, call: str) -> dict[str, dict]:
        """The faults that strike this call, by their names: the first of each slot, which it uses up."""
        taken: dict[str, dict] = {}
        slots = set()
        with self.lock:
            for fault in self.set:
                slot = KINDS[fault.name].slot
                if call not in fault.on or slot in slots:
                    continue
                slots.add(slot)
                taken[fault.name] = fault.options
                self.struck[fault.name] = self.struck.get(fault.name, 0) + 1
                if fault.left is not None:
                    fault.left -= 1
            self.set = [fault for fault in self.set if fault.left != 0]
        return taken

    def shown(self) -> list[dict]:
        with self.lock:
            return [fault.shown() for fault in self.set]
