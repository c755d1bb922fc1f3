"""fields: what a case can tell an authority."""

from collections.abc import Mapping
from dataclasses import dataclass

from .. import cbor
from ..jsontext import canonical
from ..presentation import CLAIMS
from ..scenario import Scenario, Topic
from .unsigned import INCIDENT

Claims = Mapping[str, object]


@dataclass(frozen=True)
class Told:
    """A request, or a note beside it: its slot and the entries of its body."""

    slot: int
    body: Mapping[int, object]
    is_note: bool = False


@dataclass(frozen=True)
class Rules:
    """An act that replaces the rules for safe contact."""

    slot: int
    text: str
    counter: int


Story = list[Told | Rules]


def fields_of(story: Story) -> Claims:
    """Written from chapters 12 and 17; what stands first in a story came first."""
    told = [one for one in story if isinstance(one, Told)]
    requests = [one for one in told if not one.is_note]
    claims: dict[str, object] = {}
    accounts: list[str] = []
    contact, contact_slot = "", -1
    for one in sorted(requests or told, key=lambda one: one.slot):
        for key, claim in enumerate(CLAIMS[:12], 1):
            value = one.body.get(key)
            if value is None:
                continue
            if claim == "account":
                accounts.append(str(value))
            elif claim == "contact":
                contact, contact_slot = str(value), one.slot
            else:
                claims[claim] = value
    acts = [one for one in story if isinstance(one, Rules)]
    if acts:
        last = max(acts, key=lambda one: (one.counter, one.slot))
        if last.slot >= contact_slot:
            contact = last.text
    claims["account"], claims["contact"] = "\n\n".join(filter(None, accounts)), contact
    return {claim: _shown(claim, claims[claim]) for claim in CLAIMS if claims.get(claim, "") != ""}


def _shown(claim: str, value: object) -> object:
    if claim != "kinds":
        return value
    assert isinstance(value, list)
    return [{"iccs": iccs, "kind": kind} for kind, iccs in value]


def _given(scenario: Scenario, story: Story, claims: Claims) -> None:
    told = [one for one in story if isinstance(one, Told)]
    for number, one in enumerate(told):
        scenario.text(f"kind {number}", "09" if one.is_note else "01")
        scenario.text(f"slot {number}", one.slot)
        scenario.hex(f"body {number}", cbor.checked("incident", one.body))
    for number, act in enumerate(one for one in story if isinstance(one, Rules)):
        scenario.text(f"act slot {number}", act.slot).text(f"act counter {number}", act.counter)
        scenario.hex(f"rules {number}", act.text.encode())
    for number, (claim, value) in enumerate(claims.items()):
        scenario.text(f"claim {number}", claim)
        scenario.text(f"value {number}", canonical(value).decode())


FIRST = Told(100, INCIDENT)
MORE = Told(110, {1: "Heute stand er wieder da.", 2: "de", 7: 5})
EARLY = Told(90, {1: "Für mich.", 9: "never write this down"}, is_note=True)
ALL: Story = [FIRST, MORE]
CHANGED: Story = [FIRST, Rules(120, "never on a Monday", 1)]
AGAIN: Story = [*CHANGED, Told(130, {1: "Noch einmal.", 9: "only by letter"})]
CROSSED: Story = [Rules(120, "second", 2), FIRST, Rules(125, "first", 1)]
EMPTIED: Story = [FIRST, Rules(120, "", 1)]
BESIDE: Story = [EARLY, Told(100, {1: "Bitte helfen Sie mir."})]


def reportables() -> Topic:
    topic = Topic("fields")
    for name, why, story in [
        ("one-request", "Each entry is a field.", [FIRST]),
        ("two-requests", "Accounts are joined; of the rest the last counts.", ALL),
        ("rules-changed", "An act takes the place of the request's rules.", CHANGED),
        ("rules-in-a-later-request", "What was told last counts, wherever.", AGAIN),
        ("rules-by-counter", "Of two acts the counter tells which is the last.", CROSSED),
        ("rules-at-one-slot", "An act counts as later.", [FIRST, Rules(100, "by post", 1)]),
        ("rules-emptied", "None are left.", EMPTIED),
        ("note-beside", "A note beside a request stays with its writer.", BESIDE),
        ("note-alone", "Where there is no request, the note is what was told.", [EARLY]),
    ]:
        _given(topic.accept(name, why), story, fields_of(story))
    whole = dict(fields_of(ALL))
    for name, why, story, wrong in [
        ("first-account", "The accounts of all requests.", ALL, {**whole, "account": INCIDENT[1]}),
        ("one-line-end", "An empty line between.", ALL, _joined(whole, "\n")),
        ("latest-first", "In the order of time.", ALL, _turned(whole)),
        ("first-told", "The last feeling told counts.", ALL, {**whole, "safety": INCIDENT[7]}),
        ("left-out", "Nothing is left out.", ALL, _without(whole, "needs")),
        ("old-rules", "The act came later.", CHANGED, dict(fields_of([FIRST]))),
        ("rules-of-the-act", "The request came later.", AGAIN, _old_rules()),
        ("lower-counter", "The higher counter counts.", CROSSED, _contact(CROSSED, "first")),
        ("emptied-and-kept", "Emptied rules are none.", EMPTIED, dict(fields_of([FIRST]))),
        ("note-joined", "The note is no part of it.", BESIDE, _contact(BESIDE, EARLY.body[9])),
    ]:
        assert wrong != fields_of(story), name
        _given(topic.refuse(name, "wrong-fields", why), story, wrong)
    return topic


def _joined(claims: Claims, between: str) -> Claims:
    return {**claims, "account": str(claims["account"]).replace("\n\n", between)}


def _turned(claims: Claims) -> Claims:
    return {**claims, "account": "\n\n".join(reversed(str(claims["account"]).split("\n\n")))}


def _without(claims: Claims, name: str) -> Claims:
    return {claim: value for claim, value in claims.items() if claim != name}


def _contact(story: Story, text: object) -> Claims:
    return {**fields_of(story), "contact": text}


def _old_rules() -> Claims:
    return _contact(AGAIN, "never on a Monday")


def topics() -> list[Topic]:
    return [reportables()]
