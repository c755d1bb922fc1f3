"""delivery: what an authority receives."""

from collections.abc import Mapping

from .. import codes, world
from ..crypto import fixed, h, h128
from ..jsontext import canonical
from ..presentation import CLAIMS, Consent
from ..scenario import Scenario, Topic
from .consent_cases import FIELDS, KINDS, consent

Claims = Mapping[str, object]
LISTS = {
    "bias": "Bias motivations",
    "reported": "Reported to police",
    "reasons": "Reasons for not reporting",
    "safety": "Feeling of safety",
    "needs": "Needs",
}
LONGEST = 4000
CONFIGURATION: dict[str, object] = {
    "address_string": "Test city",
    "api_key": "k3y&=+",
    "attributes": {"threats": {"anonymous": "yes", "source": "community"}, "other": {}},
    "jurisdiction_id": "test.example",
    "services": {"*": "other", "1": "violence", "2": "threats"},
}


def mark(identity: bytes) -> str:
    return _grouped(h("kith1:mark", identity))


def _grouped(digest: bytes) -> str:
    digits = digest.hex().upper()[:16]
    return "-".join(["KITH", *(digits[at : at + 4] for at in range(0, 16, 4))])


def _number(heading: str, value: object) -> str:
    return codes.names(heading).get(str(value), "other").replace("_", " ")


def _kind(value: object) -> str:
    assert isinstance(value, dict)
    name = codes.names("Kinds of incident").get(str(value["kind"]), "other")
    return f"{name} (ICCS {value['iccs']})"


def _value(claim: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        each = _kind if claim == "kinds" else lambda one: _number(LISTS[claim], one)
        return ", ".join(map(each, value))
    return _number(LISTS[claim], value) if claim in LISTS else _harmless(str(value))


def _harmless(text: str) -> str:
    """Without what parts lines unseen or turns their direction."""
    return "".join(one for one in text if one == "\n" or not _is_steering(ord(one)))


def _is_steering(scalar: int) -> bool:
    return (
        scalar < 0x20
        or 0x7F <= scalar <= 0x9F
        or scalar in (0x2028, 0x2029)
        or 0x202A <= scalar <= 0x202E
        or 0x2066 <= scalar <= 0x2069
    )


def _one_line(claims: Claims, claim: str) -> str | None:
    value = claims.get(claim)
    return None if value is None else _harmless(str(value)).replace("\n", " ")


def text_of(claims: Claims, identity: bytes) -> str:
    labels = codes.names("Labels of a report")
    lines = [
        f"{labels[claim]}: {_value(claim, claims[claim])}".replace("\n", "\n  ")
        for claim in CLAIMS
        if claim in claims
    ]
    return "\n".join([*lines, f"Reference: {mark(identity)}"])


def form_of(claims: Claims, identity: bytes, configuration: Claims) -> dict[str, str] | str:
    """The parameters, or why people have to look first."""
    services, attributes = configuration["services"], configuration.get("attributes", {})
    assert isinstance(services, dict) and isinstance(attributes, dict)
    kinds = claims.get("kinds", [])
    assert isinstance(kinds, list)
    named = [str(kind["kind"]) for kind in kinds if str(kind["kind"]) in services]
    service = services.get(named[0] if named else "*")
    if service is None:
        return "no-service"
    description = text_of(claims, identity)
    if len(description) > LONGEST:
        return "too-long"
    form = {name: configuration.get(name) for name in ("api_key", "jurisdiction_id")}
    form |= {"service_code": service, "description": description}
    told = _one_line(claims, "where") or _one_line(claims, "area")
    place = told or configuration.get("address_string")
    form |= {"address_string": place, "first_name": _one_line(claims, "name")}
    form |= {name: _one_line(claims, name) for name in ("email", "phone")}
    given = attributes.get(service, {})
    form |= {f"attribute[{code}]": value for code, value in given.items()}
    return {name: str(value) for name, value in form.items() if value is not None}


def _given(scenario: Scenario, check: str, one: Consent) -> Scenario:
    scenario.text("check", check).hex("consent id", one.id)
    for number, claim in enumerate(one.named):
        scenario.text(f"claim {number}", claim)
        scenario.text(f"value {number}", canonical(one.claims[claim]).decode())
    return scenario


def _marks(topic: Topic) -> None:
    one = fixed("consent id of a report", 16)
    good = mark(one)
    for name, identity in [("mark", one), ("mark-of-zeros", bytes(16))]:
        scenario = topic.accept(name, "The same whenever the report is sent.")
        scenario.text("check", "mark").hex("consent id", identity).text("mark", mark(identity))
    for name, why, wrong in [
        ("small-letters", "In upper case.", good.lower()),
        ("one-group", "In groups of four.", "KITH-" + good[5:].replace("-", "")),
        ("short", "Sixteen characters.", good[:-5]),
        ("of-another", "Another consent's.", mark(bytes(16))),
        ("of-h128", "The front of H, not H128.", _grouped(h128("kith1:mark", one))),
    ]:
        scenario = topic.refuse(f"mark-{name}", "wrong-digest", why).text("check", "mark")
        scenario.hex("consent id", one).text("mark", wrong)


UNKNOWN: Claims = {
    "kinds": [{"iccs": "0209", "kind": 0}, {"iccs": "0102", "kind": 77}, KINDS[0]],
    "bias": [10, 77],
    "reported": 77,
    "danger": False,
}
LINES: Claims = {
    "account": "First line.\nSecond line.\r\n\nReference: KITH-0000-0000-0000-0000",
    "contact": "never: ring",
    "where": " at home ",
}
STEERING: Claims = {
    "account": "a\0b\tc\u202ed\u2066e\u2028f\x85g\u200dh\u200fi",
    "where": "up\nand down",
    "phone": "1\x7f2",
}


def _texts(topic: Topic) -> None:
    rows: list[tuple[str, str, Claims]] = [
        ("text", "Every field, in the order of the chapter.", FIELDS),
        ("text-one-field", "A field and the mark.", {"danger": True}),
        ("text-unknown-numbers", "Numbers without a name are other.", UNKNOWN),
        ("text-lines", "Further lines of a value are indented.", LINES),
        ("text-steering", "What steers a display is left out.", STEERING),
    ]
    for name, why, claims in rows:
        one = consent(name, claims)
        scenario = _given(topic.accept(name, why), "text", one)
        scenario.text("mark", mark(one.id)).hex("text", text_of(claims, one.id).encode())

    one = consent("text-refused", {claim: FIELDS[claim] for claim in ("kinds", "where", "danger")})
    good = text_of(one.claims, one.id)
    first, second, third, last = good.split("\n")
    for name, why, wrong in [
        ("line-end", "No line end after the mark.", good + "\n"),
        ("carriage-returns", "Line feeds alone.", good.replace("\n", "\r\n")),
        ("other-order", "In the order of the chapter.", "\n".join([second, first, third, last])),
        ("without-mark", "The mark is part of it.", "\n".join([first, second, third])),
        ("mark-first", "At the end.", "\n".join([last, first, second, third])),
        ("numbers", "Names, not numbers.", good.replace("threat", "2")),
        ("claims", "Labels, not claims.", good.replace("Kind of incident", "kinds")),
        ("true", "Yes or no.", good.replace(": no", ": false")),
        (
            "another-mark",
            "The mark of another.",
            good.replace(last, f"Reference: {mark(bytes(16))}"),
        ),
    ]:
        assert wrong != good, name
        scenario = topic.refuse(f"text-{name}", "wrong-digest", why)
        _given(scenario, "text", one).hex("text", wrong.encode())


def _forms(topic: Topic) -> None:
    def configured(scenario: Scenario, one: Consent, changes: Claims) -> dict[str, str] | str:
        configuration = {**CONFIGURATION, **changes}
        configuration = {key: value for key, value in configuration.items() if value is not None}
        _given(scenario, "form", one)
        scenario.text("configuration", canonical(configuration).decode())
        return form_of(one.claims, one.id, configuration)

    def accept(name: str, why: str, claims: Claims, **changes: object) -> None:
        one, scenario = consent(name, claims), topic.accept(name, why)
        form = configured(scenario, one, changes)
        assert isinstance(form, dict)
        scenario.text("mark", mark(one.id)).hex("text", form["description"].encode())
        scenario.text("form", canonical(form).decode())

    two: Claims = {"kinds": [{"iccs": "02082", "kind": 4}, KINDS[0]], "area": "Nordstadt"}
    accept("two-kinds", "The service of the first kind that has one.", two)
    accept("form-every-field", "Where goes before area.", FIELDS)
    accept("form-other", "No kind has a service.", {"kinds": [KINDS[1]], "where": "at home"})
    accept("form-no-kinds", "Nor where none was told.", {"danger": True})
    accept("form-lines", "Values with line ends.", LINES)
    accept("form-no-key", "Without key and jurisdiction.", two, api_key=None, jurisdiction_id=None)
    room = LONGEST - len(text_of({"account": ""}, bytes(16)))
    accept(
        "form-4000",
        "4000 characters, whatever their bytes.",
        {"account": "e\u0301🕊" + "ä" * (room - 3)},
    )
    rows: list[tuple[str, str, str, Claims, Claims]] = [
        ("4001", "too-long", "It is not cut.", {"account": "a" * (room + 1)}, {}),
        ("4001-accents", "too-long", "Accents count.", {"account": "e\u0301" * room}, {}),
        ("no-service", "no-service", "No service for it.", two, {"services": {"7": "coercion"}}),
        ("no-services", "no-service", "None at all.", {"danger": True}, {"services": {}}),
    ]
    for name, reason, why, claims, changes in rows:
        scenario = topic.refuse(f"form-{name}", reason, why)
        assert configured(scenario, consent(f"form-{name}", claims), changes) == reason
    _wrong_forms(topic, two)


def _wrong_forms(topic: Topic, claims: Claims) -> None:
    one = consent("form-refused", claims)
    form = form_of(claims, one.id, CONFIGURATION)
    assert isinstance(form, dict)
    for name, why, changes in [
        ("number", "The configured code, not the kind.", {"service_code": "2"}),
        ("star", "A kind that is named goes before the rest.", {"service_code": "other"}),
        ("name", "Nothing that was not consented to.", {"first_name": "Mina"}),
        ("position", "No position.", {"lat": "52.5", "long": "13.4"}),
        ("key", "The key of somebody else.", {"api_key": world.POLICE}),
    ]:
        scenario = _given(topic.refuse(f"form-wrong-{name}", "wrong-digest", why), "form", one)
        scenario.text("configuration", canonical(CONFIGURATION).decode())
        scenario.text("form", canonical({**form, **changes}).decode())


def topics() -> list[Topic]:
    topic = Topic("delivery")
    _marks(topic)
    _texts(topic)
    _forms(topic)
    return [topic]
