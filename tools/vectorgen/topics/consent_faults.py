"""consent: checks three to ten, of what a presentation says."""

from collections.abc import Callable
from dataclasses import replace

from .. import sdjwt, world
from ..consent_reader import View
from ..crypto import fixed
from ..jsontext import canonical
from ..presentation import DAY, FREE_TEXT, TODAY, Draft, b64url, digest_of, written
from ..scenario import Topic
from .consent_cases import FIELDS, KINDS, OPEN, TWO, VIEW, consent, given
from .consent_refusals import Change, set_entry


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    for rows in (_hashes(), _disclosures(), _repetitions(), _counts()):
        for name, reason, why, change in rows:
            draft = Draft(consent(name))
            change(draft)
            given(topic.refuse(name, reason, why), draft.written())
    _claims(topic)
    _values(topic)
    _places(topic)
    _times(topic)
    _known(topic)
    _public(topic)


Row = tuple[str, str, str, Change]


def _hashes() -> list[Row]:
    def covers(made: Callable[[str], str]) -> Change:
        def change(draft: Draft) -> None:
            draft.binding["sd_hash"] = digest_of(made(draft.front()))

        return change

    what = "wrong-digest"
    return [
        ("hash-without-tilde", what, "The last tilde is covered.", covers(lambda all_: all_[:-1])),
        ("hash-of-issuer", what, "Disclosures are.", covers(lambda all_: all_.split("~")[0] + "~")),
        ("hash-of-nothing", what, "A hash of nothing.", covers(lambda _: "")),
    ]


def _disclosures() -> list[Row]:
    def changed(number: int, told: list[object], how: bytes = b"") -> Change:
        def change(draft: Draft) -> None:
            draft.disclosures[number] = b64url(how or canonical(told))

        return change

    def foreign(draft: Draft) -> None:
        draft.disclosures[1] = Draft(consent("another")).disclosures[1]

    def added(draft: Draft) -> None:
        draft.disclosures.append(Draft(consent("another", {"area": "Nordstadt"})).disclosures[0])

    def of_json(draft: Draft) -> None:
        old = digest_of(draft.disclosures[0])
        told = canonical(draft.consent.disclosed[0]).decode()
        draft.payload["_sd"] = sorted(
            str(digest_of(told) if one == old else one) for one in draft.digests
        )

    def listed(told: object) -> Change:
        def change(draft: Draft) -> None:
            second = canonical(draft.consent.disclosed[1])
            draft.rewrite([canonical(told), second])

        return change

    salt, salted = b64url(fixed("salt", 16)), fixed("salt disclosure-altered where", 16)
    what, shape = "not-listed", "shape"
    return [
        ("disclosure-foreign", what, "A disclosure of another consent.", foreign),
        ("disclosure-added", what, "One more, of another consent.", added),
        (
            "disclosure-altered",
            what,
            "Its value changed.",
            changed(1, [b64url(salted), "where", "x"]),
        ),
        (
            "disclosure-salted",
            what,
            "Its salt changed.",
            changed(1, [salt, "where", FIELDS["where"]]),
        ),
        ("digest-of-json", what, "A digest is of the base64 text, not of the JSON.", of_json),
        ("disclosure-two-items", shape, "As of an array's element.", listed([salt, "x"])),
        ("disclosure-four-items", shape, "Three items.", listed([salt, "area", "x", "x"])),
        ("disclosure-object", shape, "An array.", listed({"area": "x"})),
        ("disclosure-claim-number", shape, "The claim is a text.", listed([salt, 1, "x"])),
        ("disclosure-salt-number", shape, "The salt is a text.", listed([1, "area", "x"])),
        ("disclosure-salt-15", "bad-length", "Of 16 bytes.", listed([salt[:20], "area", "x"])),
        ("disclosure-salt-empty", "bad-length", "Not of none.", listed(["", "area", "x"])),
        (
            "disclosure-salt-text",
            "not-base64",
            "Base64url.",
            listed(["salt salt salt!!", "area", "x"]),
        ),
    ]


def _repetitions() -> list[Row]:
    def same(draft: Draft) -> None:
        draft.disclosures.append(draft.disclosures[0])

    def claim(draft: Draft) -> None:
        told = [canonical(one) for one in draft.consent.disclosed]
        again = canonical([b64url(fixed("salt", 16)), "where", "elsewhere"])
        draft.rewrite([*told, again])
        draft.digests.remove(_decoy(draft))

    def plain(draft: Draft) -> None:
        draft.payload["where"] = "elsewhere"

    def decoy(draft: Draft) -> None:
        first, second = _decoy(draft), _decoy(draft, 1)
        draft.digests[draft.digests.index(second)] = first

    def digest(draft: Draft) -> None:
        draft.digests[draft.digests.index(_decoy(draft))] = digest_of(draft.disclosures[0])

    what = "repeated"
    return [
        ("disclosure-twice", what, "The same disclosure again.", same),
        ("claim-twice", what, "One claim with two values.", claim),
        ("claim-plain", what, "Once disclosed, once in the payload itself.", plain),
        ("decoy-twice", what, "A digest stands twice.", decoy),
        ("digest-twice", what, "A disclosure's digest stands twice.", digest),
    ]


def _decoy(draft: Draft, number: int = 0) -> object:
    """A digest that no disclosure has."""
    listed = list(map(digest_of, draft.disclosures))
    return [digest for digest in draft.digests if digest not in listed][number]


def _counts() -> list[Row]:
    def fewer(draft: Draft) -> None:
        draft.digests.remove(_decoy(draft))

    def more(count: int) -> Change:
        def change(draft: Draft) -> None:
            draft.digests.extend(digest_of(f"decoy {number}") for number in range(count))
            draft.digests.sort(key=str)

        return change

    def bare(draft: Draft) -> None:
        draft.payload["_sd"] = sorted(map(digest_of, draft.disclosures))

    what = "digest-count"
    return [
        ("digests-15", what, "A decoy is missing.", fewer),
        ("digests-17", what, "One too many.", more(1)),
        ("digests-31", what, "Not a multiple of 16.", more(15)),
        ("digests-48", what, "More than 32.", more(32)),
        ("digests-2", what, "No decoys.", bare),
    ]


def _claims(topic: Topic) -> None:
    for name, claim in [
        ("address", "address"),
        ("capital", "Where"),
        ("empty", ""),
        ("digests", "_sd"),
        ("dots", "..."),
        ("number", "0"),
        ("accent", "where\u0301"),
    ]:
        draft = Draft(consent(f"claim-{name}"))
        told = [b64url(fixed("salt", 16)), claim, "x"]
        draft.rewrite([canonical(draft.consent.disclosed[0]), canonical(told)])
        why = "Nobody forwards what they cannot show."
        given(topic.refuse(f"claim-{name}", "unknown-claim", why), draft.written())


def _values(topic: Topic) -> None:
    """Each claim with values of other types."""
    empty: list[object] = []
    wrong: dict[str, list[object]] = {
        "account": ["", 1, None, ["x"], {"x": "y"}],
        "language": ["", 1, ["de"]],
        "kinds": [
            empty,
            "x",
            KINDS[0],
            [2],
            [[2, "02012"]],
            [{"iccs": "02012"}],
            [{"kind": 2}],
            [{"iccs": "", "kind": 2}],
            [{"iccs": 2012, "kind": 2}],
            [{"iccs": "02012", "kind": "2"}],
            [{**KINDS[0], "place": "x"}],
            [KINDS[0], None],
        ],
        "bias": [empty, 1, ["1"], [1, None], [[1]], [{"...": b64url(fixed("digest"))}]],
        "reported": ["4", True, [4], None],
        "reasons": [empty, 8, [True]],
        "safety": ["4", False, [4]],
        "needs": [empty, 1, ["x"]],
        "contact": ["", 1, True],
        "when": ["", 20270115, ["x"]],
        "where": ["", 1, {"lat": 1}],
        "danger": [0, 1, "true", None, [True]],
        "area": ["", 1, ["x"]],
        "name": ["", 1, ["x", "y"]],
        "email": ["", 1, ["x@example.org"]],
        "phone": ["", 5550123, ["x"]],
    }
    for claim, values in wrong.items():
        for number, value in enumerate(values):
            name = f"value-{claim}-{number}"
            why = f"{canonical(value).decode()} is no value of {claim}."
            scenario = topic.refuse(name, "wrong-type", why)
            given(scenario, written(consent(name, {claim: value})))


def _places(topic: Topic) -> None:
    def other(name: str, reason: str, why: str, **changes: object) -> None:
        given(topic.refuse(name, reason, why), written(consent(name, TWO, **changes)))

    bridge = world.OTHER_BRIDGE.public
    other("via-other", "wrong-bridge", "For another bridge.", via=bridge)
    elsewhere = View(world.NOW, bridge, VIEW.authorities)
    given(
        topic.refuse("via-first", "wrong-bridge", "What one bridge got another may not send."),
        written(consent("via-first")),
        elsewhere,
    )
    what = "unknown-authority"
    other(
        "aud-unknown",
        what,
        "The manifest does not name it for this bridge.",
        authority=world.COUNCIL,
    )
    other("aud-slash", what, "A slash more.", authority=world.POLICE + "/")
    other("aud-capitals", what, "Capitals.", authority=world.POLICE.replace("police", "Police"))
    other("aud-empty", what, "Nobody.", authority="")
    given(
        topic.refuse("aud-none", what, "The manifest names no authority any more."),
        written(consent("aud-none")),
        replace(VIEW, authorities={}),
    )
    what = "unknown-purpose"
    other("purpose-unknown", what, "A purpose that is not listed.", purpose="dpv:Marketing")
    other("purpose-short", what, "The term, not the short word.", purpose="help")
    other("purpose-capitals", what, "The term as it is.", purpose="DPV:RightsFulfilment")
    other("purpose-empty", what, "None.", purpose="")


def _times(topic: Topic) -> None:
    def at(
        name: str,
        reason: str,
        why: str,
        begins: int,
        ends: int,
        now: int = world.NOW,
        also: frozenset[str] = frozenset(),
    ) -> None:
        draft = Draft(consent(name))
        set_entry("binding", "iat", begins)(draft)
        set_entry("binding", "exp", ends)(draft)
        view = replace(VIEW, now=now)
        given(topic.refuse(name, reason, why), draft.written(), view, also)

    what, month, tomorrow = "out-of-range", 30 * DAY, TODAY + DAY
    at("iat-now", what, "Not its day's first second.", world.NOW, world.NOW + month)
    at("iat-second", what, "The day's second second.", TODAY + 1, TODAY + 1 + month)
    at("exp-half-day", what, "Not whole days.", TODAY, TODAY + month + DAY // 2)
    at("exp-second", what, "A second more than 30 days.", TODAY, TODAY + month + 1)
    at("exp-0-days", what, "No time at all.", tomorrow, tomorrow)
    over = frozenset(["expired"])
    at("exp-before-iat", what, "It ends before it begins.", TODAY, TODAY - DAY, also=over)
    at("exp-zero", what, "It ended in 1970.", TODAY, 0, also=over)
    what = "too-far-ahead"
    at("exp-91-days", what, "90 days are the longest.", TODAY, TODAY + 91 * DAY)
    last = (2**53 - 1) // DAY * DAY
    at("exp-never", what, "The last day there is a number for.", TODAY, last)
    what = "not-yet-valid"
    at("iat-two-days", what, "Two days ahead.", tomorrow + DAY, tomorrow + month)
    at("iat-never", what, "In 285 million years.", last - DAY, last)
    what = "expired"
    at("expired", what, "From exp on it holds no more.", TODAY - month, TODAY, TODAY)
    at("expired-long-ago", what, "Last year's.", TODAY - 365 * DAY, TODAY - 335 * DAY)


def _known(topic: Topic) -> None:
    one = consent("withdrawn")
    for name, openings in [
        ("withdrawn", [one.opening]),
        ("withdrawn-second", [bytes(16), one.opening]),
    ]:
        scenario = topic.refuse(name, "withdrawn", "Its commitment was opened before it came.")
        given(scenario, written(one), replace(VIEW, openings=openings))
    one = consent("withdrawn-known")
    scenario = topic.refuse("withdrawn-known", "withdrawn", "It was taken, then withdrawn.")
    given(scenario, written(one), replace(VIEW, openings=[one.opening], known=[written(one)]))
    one = consent("replayed")
    spaced = Draft(one)
    spaced.binding["later"] = 1
    for name, why, known in [
        ("fields", "The id of a consent to other fields.", written(replace(one, claims=OPEN))),
        ("authority", "To another authority.", written(replace(one, authority=world.CITY))),
        ("entry", "The same but for an entry that says nothing.", spaced.written()),
    ]:
        scenario = topic.refuse(f"replayed-{name}", "replayed", why)
        given(scenario, written(one), replace(VIEW, known=[known]))


def _public(topic: Topic) -> None:
    for claim in sorted(FREE_TEXT):
        one = consent(f"not-public-{claim}", {claim: FIELDS[claim]}, authority=world.CITY)
        why = "Free text to an authority that publishes, and the person did not say they know."
        given(topic.refuse(one.name, "not-public", why), written(one))
    draft = Draft(consent("public-in-payload", authority=world.CITY))
    draft.payload["public"] = True
    why = "It stands in the key-binding JWT or nowhere."
    given(topic.refuse("public-in-payload", "not-public", why), draft.written())
    told = sdjwt.verified_claims(draft.written(), world.CITY, b64url(draft.consent.id))
    assert told["public"] is True and TWO.items() <= told.items()
