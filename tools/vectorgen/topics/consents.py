"""consent: presentations a bridge takes, with all that a seeker's client makes them from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .. import world
from ..consent_reader import View
from ..crypto import fixed
from ..jsontext import canonical
from ..presentation import CLAIMS, DAY, TODAY, Consent, Draft, commitment_to, digest_of, written
from ..scenario import Scenario, Topic
from . import consent_faults, consent_readings, consent_refusals, consent_texts
from .consent_cases import FIELDS, OPEN, VIEW, consent, read
from .people import CASE

Row = tuple[str, Consent, View]


def _made(scenario: Scenario, one: Consent) -> None:
    """What a seeker's client writes it from, and all of it."""
    scenario.hexes({"case seed": CASE.seed, "consent key": one.consent_key})
    scenario.hexes({"pair seed": one.pair.seed, "opening": one.opening})
    scenario.hex("reply key", one.reply_key)
    for number, salt in enumerate(one.salts):
        scenario.hex(f"salt {number}", salt)
    for number, decoy in enumerate(one.decoys):
        scenario.hex(f"decoy {number}", decoy)
    draft = Draft(one)
    for number, disclosure in enumerate(draft.disclosures):
        scenario.text(f"digest {number}", digest_of(disclosure))
    for name, part in [
        ("issuer header", draft.header),
        ("issuer payload", draft.payload),
        ("binding header", draft.binding_header),
        ("binding payload", {"sd_hash": digest_of(draft.front()), **draft.binding}),
    ]:
        scenario.text(name, canonical(part).decode())
    scenario.text("cddl", "consent").hex("cbor", one.payload)


def _fields() -> Iterator[Row]:
    fifteen = {claim: FIELDS[claim] for claim in CLAIMS[:-1]}
    city: dict[str, Any] = {"authority": world.CITY}
    yield "Two of a case's fields, for the police.", consent("two-fields"), VIEW
    yield "Fifteen decoys beside one field.", consent("one-field", {"danger": True}), VIEW
    one = consent("fifteen-fields", fifteen, purpose="dpv:RightsFulfilment")
    yield "One decoy beside fifteen fields.", one, VIEW
    yield "Sixteen fields need no decoy.", consent("every-field", FIELDS), VIEW
    one = consent("public", public=True, purpose="dpv:ImprovePublicServices", **city)
    yield "Free text to an authority that publishes, and the person knows it.", one, VIEW
    one = consent("no-free-text", OPEN, purpose="dpv:ProvideOfficialStatistics", **city)
    yield "What is not free text may go where it is published.", one, VIEW
    one = consent("public-to-police", public=True, purpose="dpv:ProtectionOfPublicSecurity")
    yield "The person may agree to more than is done.", one, VIEW
    why = "The case's second consent to this authority has another pair."
    yield why, consent("second"), VIEW


def _times() -> Iterator[Row]:
    first = replace(VIEW, now=TODAY)
    yield "The first second of its day.", consent("first-second"), first
    last = replace(VIEW, now=TODAY + 30 * DAY - 1)
    yield "A second before it ends.", consent("last-second"), last
    yield "The shortest life.", consent("one-day", days=1), VIEW
    yield "The longest life.", consent("ninety-days", days=90), VIEW
    ahead = consent("tomorrow", start=TODAY + DAY)
    yield "A day ahead is clock difference.", ahead, first


def _known() -> Iterator[Row]:
    def knowing(one: Consent) -> View:
        return replace(VIEW, known=[written(one)])

    first, again = consent("first"), consent("again")
    yield "The same bytes again are no second consent.", again, knowing(again)
    one = consent("another-known")
    yield "Consents with other ids are another matter.", one, knowing(first)
    openings = [first.opening, fixed("opening", 16)]
    one = consent("another-opened")
    yield "So are openings of other commitments.", one, replace(VIEW, openings=openings)
    one = consent("renews", renews=first.id)
    yield "It takes the place of one that is known.", one, knowing(first)
    one = consent("renews-unknown", renews=fixed("unknown id", 16))
    yield "As if absent: no such consent is known.", one, knowing(first)
    other = consent("other", OPEN, authority=world.CITY)
    one = consent("renews-elsewhere", renews=other.id)
    yield "As if absent: that consent went to another authority.", one, knowing(other)


def _texts() -> Iterator[Row]:
    awkward = {
        "account": 'He said "go\\".\r\nI left.\n\n\ttab \x00\x1f\x7f',
        "language": "ar-Latn-x-old",
        "contact": "كلّموني 🕊 \u2028 e\u0301 \u202e",
        "where": "~.~/<script>",
    }
    why = "Quotes, line ends, controls, other scripts, and text that is not normalised."
    yield why, consent("awkward-texts", awkward), VIEW
    numbers = {
        "kinds": [{"iccs": "0209", "kind": 0}, {"iccs": "020811", "kind": 2**53 - 1}],
        "bias": [0, 77, 77],
        "reported": 0,
        "reasons": [99],
        "safety": 6,
        "needs": [17],
        "danger": False,
    }
    why = "A number that a list does not have is no fault."
    yield why, consent("unknown-numbers", numbers), VIEW
    long = {"account": "Wort für Wort. " * 900}
    yield "Several envelopes are needed for it.", consent("long-account", long), VIEW


def topics() -> list[Topic]:
    topic = Topic("consent")
    for rows in (_fields(), _times(), _known(), _texts()):
        for why, one, view in rows:
            scenario = topic.accept(one.name, why)
            found = read(scenario, written(one), view)
            assert found.revoke == commitment_to(one.opening) and found.key == one.pair.public
            _made(scenario, one)
    consent_readings.add(topic)
    consent_texts.add(topic)
    consent_refusals.add(topic)
    consent_faults.add(topic)
    return [topic]
