"""How `peer.py open` shows what a code opens, one line for each thing."""

from collections.abc import Iterator
from typing import Any

import content
from casefiles import Case, Consented

ACTS = {
    content.ERASE: "erase",
    content.WITHDRAW: "withdraw",
    content.HAND_OVER: "hand-over",
    content.CONTACT_RULES: "contact-rules",
    content.REOPEN: "reopen",
}


def lines(case: Case) -> Iterator[str]:
    """All that is found of a case, in words; no words can pass for a line of ours."""
    return (line.replace("\n", "\n  ") for line in _lines(case))


def _lines(case: Case) -> Iterator[str]:
    for body in case.requests:
        yield f"request: {_body(body)}"
    for body in case.notes:
        yield f"note: {_body(body)}"
    for words in case.words:
        yield f"{words.author}: {words.text}{_files(words.files)}"
    for state, why in case.states:
        yield f"status: {state}{f' {why}' if why else ''}"
    for act in case.acts:
        yield f"act: {ACTS[act[2]]}{f' {_value(act[3])}' if 3 in act else ''}"
    for consent in case.consents:
        yield from _consent(consent)


def _body(body: dict[int, Any]) -> str:
    rest = {key: value for key, value in body.items() if key not in (1, 13)}
    files = body.get(13, [])
    more = f" {rest}" if rest else ""
    return f"{body.get(1, '')}{more}{_files(files)}".strip()


def _files(files: Any) -> str:
    return f" [{len(files)} files]" if files else ""


def _value(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _consent(consent: Consented) -> Iterator[str]:
    terms, fields = consent.shown.terms, ",".join(consent.shown.fields)
    taken_back = ", withdrawn" if consent.is_withdrawn else ""
    yield f"consent: {terms.id.hex()} {terms.audience} {fields}{taken_back}"
    for answer in consent.answers:
        said = [str(answer[key]) for key in (3, 4, 5) if key in answer]
        yield f"answer: {' '.join(said)}"
