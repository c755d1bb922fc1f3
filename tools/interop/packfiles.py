"""Chapter 24: packs of guidance as people write them, entries under their names."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import reports
from guidance import ALL, FIRST, KINDS, NEEDS, Guidance

EPOCH = date(1970, 1, 1)
PACK = {3: "country", 4: "area", 5: "sections", 6: "contacts", 7: "questions", 8: "tables"}
Shown = Callable[[Any], Any]


def as_file(read: Guidance) -> dict[str, Any]:
    """A pack as a file has it."""
    day = (EPOCH + timedelta(days=read.pack[2])).isoformat()
    head = {"language": read.language, "title": read.pack[1], "reviewed": day}
    return head | _named(read.pack, PACK)



def _named(value: dict[int, Any], names: dict[int, str]) -> dict[str, Any]:
    """The entries that are there, under their names, each as it stands in a file."""
    shown = {name: value[key] for key, name in names.items() if key in value}
    return {name: FORMS.get(name, _as_it_is)(entry) for name, entry in shown.items()}


def _as_it_is(value: Any) -> Any:
    return value


def _each(names: dict[int, str]) -> Shown:
    return lambda values: [_named(value, names) for value in values]


def _body(blocks: list[Any]) -> list[Any]:
    return [b if isinstance(b, str) else _named(b, {1: "steps", 2: "list"}) for b in blocks]


def _codes(claim: str) -> Callable[[list[int]], list[Any]]:
    """Numbers by what stands for them in files: kinds in plain words, needs by their names."""

    def shown(numbers: list[int]) -> list[Any]:
        named = reports.names(claim)
        return [named.get(number, number) for number in numbers]

    return shown


def _when(conditions: list[Any]) -> dict[str, Any]:
    subjects = {KINDS: "kinds", NEEDS: "needs"}
    return {
        f"incident.{subjects[subject]}" if subject in subjects else subject: (
            _codes(subjects[subject])(values) if subject in subjects else values
        )
        for subject, values in conditions
    }


CONTACT = {
    **{1: "id", 2: "name", 3: "about", 4: "phones", 5: "web", 6: "hours"},
    **{7: "languages", 8: "needs", 9: "free", 10: "records", 11: "emergency"},
}
FORMS: dict[str, Shown] = {
    "sections": _each({1: "id", 2: "heading", 3: "body"}),
    "body": _body,
    "contacts": _each(CONTACT),
    "needs": _codes("needs"),
    "questions": _each({1: "id", 2: "text", 3: "answers", 4: "about"}),
    "answers": _each({1: "id", 2: "text"}),
    "tables": _each({1: "id", 2: "mode", 3: "rows"}),
    "mode": {FIRST: "first", ALL: "all"}.__getitem__,
    "rows": _each({1: "when", 2: "now", 3: "soon", 4: "later"}),
    "when": _when,
}
