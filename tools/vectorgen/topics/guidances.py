"""records, fourth part: guidance; and guidance, the packs in it and what they choose."""

import copy
import datetime
import json
from collections.abc import Callable
from typing import Any

from .. import cbor, world
from ..crypto import Signer, h
from ..presentation import DAY
from ..scenario import Scenario, Topic
from .bridges import content_of, signed_twice_by

COMMUNITY, NOW = world.COMMUNITY, world.NOW
Map = dict[int, Any]
REVIEWED = 20_800

KINDS = {"stalking": 4, "sexual violence": 5, "fraud": 15}
NEEDS = {"someone_to_talk_to": 1, "safe_place": 3, "legal_advice": 6}

# Of kinds and needs alike one that has more than one word.
CODED = [[1, [5, 4]], [2, [3, 6]]]

PACK: Map = {
    1: "Help in Test city",
    2: REVIEWED,
    3: "ES",
    4: "Test city and around",
    5: [
        {1: "rights", 2: "Your rights", 3: ["You have rights.", {2: ["Be heard.", "Understand."]}]},
        {1: "traces", 2: "A watched phone", 3: [{1: ["Use another phone.", "Then call."]}]},
        {1: "money", 2: "Fraud", 3: ["Call your bank."]},
    ],
    6: [
        {1: "emergency", 2: "Emergency", 4: ["112"], 9: True, 11: True},
        {
            1: "helpline",
            2: "Victims' helpline",
            3: "They listen and tell you what help there is.",
            4: ["116 006", "+34 600 000 000"],
            5: "https://help.example/for-victims?l=en",
            6: "Every day, 9 to 21",
            7: ["en", "es", "pt-br"],
            8: [1, 6],
            9: True,
            10: "They do not see your number.",
        },
        {1: "lawyers", 2: "Lawyers", 5: "https://law.example", 9: False},
    ],
    7: [
        {
            1: "safe",
            2: "Are you safe right now?",
            3: [{1: "yes", 2: "Yes"}, {1: "no", 2: "No"}, {1: "unsure", 2: "I am not sure"}],
        },
        {
            1: "watched",
            2: "May somebody see your phone?",
            3: [{1: "yes", 2: "Yes"}, {1: "no", 2: "No"}],
            4: "A partner, for example.",
        },
    ],
    8: [
        {
            1: "urgent",
            2: 1,
            3: [
                {1: [["safe", ["no"]]], 2: ["helpline", "rights"]},
                {1: [["safe", ["unsure", None]]], 3: ["helpline"], 4: ["rights"]},
                {4: ["rights"]},
            ],
        },
        {
            1: "more",
            2: 2,
            3: [
                {1: [["watched", ["yes"]]], 2: ["traces"]},
                {1: [[1, [15]]], 3: ["money"]},
                {1: [[2, [6, 1]], ["safe", ["yes", "no", "unsure"]]], 3: ["lawyers", "helpline"]},
            ],
        },
    ],
}


# --- records -------------------------------------------------------------------------------------


def add_records(topic: Topic, record: Callable[..., bytes]) -> None:
    """Guidance as relays take it."""
    manifest = record()
    junk = Signer("junk")

    def guidance(language: object = "en", pack: object = PACK, **how: Any) -> bytes:
        content = {1: language, 2: pack}
        kept = {key: value for key, value in content.items() if value is not None}
        by = how.pop("by", world.OPERATIONS)
        return record(2, how.pop("content", kept), by, **how)

    def given(scenario: Scenario, signed: bytes, now: int) -> Scenario:
        scenario.texts({"check": "guidance", "now": now})
        return scenario.hexes({"subject": COMMUNITY, "manifest": manifest, "record": signed})

    longest = guidance(not_before=NOW - 5 * DAY, not_after=NOW + 395 * DAY)
    tag = "de-" + "-".join(["abcdefgh"] * 3) + "-12345"
    for name, why, signed in [
        ("", "One language, signed by the operations key.", guidance()),
        ("-400-days", "The longest validity.", longest),
        ("-early", "20 minutes ahead is clock difference.", guidance(not_before=NOW + 1200)),
        ("-tag", "The longest tag.", guidance(tag)),
        (
            "-taken-back",
            "No pack: there is no guidance in this language any more.",
            guidance(pack=None),
        ),
        (
            "-odd-pack",
            "A relay looks at no pack, so that it keeps those of later versions.",
            guidance(pack={1: 7}),
        ),
        (
            "-unknown-key",
            "Readers ignore keys they do not know.",
            guidance(content={1: "en", 9: 1}),
        ),
    ]:
        scenario = given(topic.accept(f"guidance{name}", why), signed, NOW)
        content = content_of(signed)
        scenario.text("cddl of content", "guidance")
        scenario.hex("content", cbor.checked("guidance", content))
        scenario.hex("record hash", h("kith1:record", signed)).text("language", content[1])
    long = guidance(not_before=NOW, not_after=NOW + 400 * DAY + 1)
    elsewhere = guidance(subject=world.OTHER_COMMUNITY, context=world.OTHER_COMMUNITY)
    for name, reason, why, signed in [
        ("400-days-1-s", "validity-too-long", "One second over 400 days.", long),
        (
            "not-yet",
            "not-yet-valid",
            "More than 20 minutes ahead.",
            guidance(not_before=NOW + 1201),
        ),
        ("expired", "expired", "From notAfter on it holds no more.", guidance(not_after=NOW)),
        ("by-roster", "not-signed", "The roster key signs no guidance.", guidance(by=world.ROSTER)),
        ("by-stranger", "not-signed", "A stranger signed.", guidance(by=world.STRANGER)),
        ("other-context", "not-signed", "Signed for another.", guidance(context=world.NETWORK)),
        ("other-subject", "wrong-subject", "About another community.", elsewhere),
        ("no-language", "shape", "A required entry is missing.", guidance(None)),
        ("language-bytes", "shape", "A text.", guidance(b"en")),
        ("language-capital", "out-of-range", "One spelling for one language.", guidance("pt-BR")),
        ("language-long", "out-of-range", "36 bytes.", guidance(tag + "6")),
        ("language-one-letter", "out-of-range", "Two or three letters first.", guidance("e")),
        ("language-four-letters", "out-of-range", "Two or three letters first.", guidance("engl")),
        ("language-digit", "out-of-range", "Letters first.", guidance("e1")),
        ("language-hyphen", "out-of-range", "Nothing after the hyphen.", guidance("en-")),
        ("language-underscore", "out-of-range", "A hyphen joins parts.", guidance("en_gb")),
        ("language-empty", "out-of-range", "No language.", guidance("")),
        ("pack-list", "shape", "A map.", guidance(pack=[])),
        ("not-a-map", "shape", "A list.", guidance(content=["en"])),
        (
            "two-signatures",
            "signature-list",
            "One signature: a second would make another hash.",
            signed_twice_by(guidance(), world.OPERATIONS, junk),
        ),
    ]:
        given(topic.refuse(f"guidance-{name}", reason, why), signed, NOW)


# --- packs ---------------------------------------------------------------------------------------


def source(language: str, pack: Map) -> str:
    """The form people write, without white space and sorted."""

    def codes(numbers: list[int], names: dict[str, int]) -> list[object]:
        known = {number: name for name, number in names.items()}
        return [known[number] for number in numbers]

    def entries(item: Map, names: dict[int, str]) -> dict[str, Any]:
        return {names[key]: value for key, value in item.items() if key in names}

    def contact(item: Map) -> dict[str, Any]:
        names = "id name about phones web hours languages needs free records emergency"
        out = entries(item, dict(enumerate(names.split(), 1)))
        if "needs" in out:
            out["needs"] = codes(out["needs"], NEEDS)
        return out

    def question(item: Map) -> dict[str, Any]:
        out = entries(item, {1: "id", 2: "text", 3: "answers", 4: "about"})
        out["answers"] = [entries(answer, {1: "id", 2: "text"}) for answer in item[3]]
        return out

    def block(item: Any) -> Any:
        return entries(item, {1: "steps", 2: "list"}) if isinstance(item, dict) else item

    def row(item: Map) -> dict[str, Any]:
        out = entries(item, {2: "now", 3: "soon", 4: "later"})
        for subject, values in item.get(1, []):
            name = {1: "incident.kinds", 2: "incident.needs"}.get(subject, subject)
            names = {1: KINDS, 2: NEEDS}.get(subject)
            out.setdefault("when", {})[name] = codes(values, names) if names else values
        return out

    def table(item: Map) -> dict[str, Any]:
        mode = {1: "first", 2: "all"}[item[2]]
        return {"id": item[1], "mode": mode, "rows": [row(one) for one in item[3]]}

    head = entries(pack, {1: "title", 3: "country", 4: "area"})
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=pack[2])
    out = {"language": language, "reviewed": day.isoformat(), **head}
    for key, name, make in [
        (5, "sections", lambda s: {"id": s[1], "heading": s[2], "body": list(map(block, s[3]))}),
        (6, "contacts", contact),
        (7, "questions", question),
        (8, "tables", table),
    ]:
        if key in pack:
            out[name] = [make(item) for item in pack[key]]
    return json.dumps(out, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def advice(
    pack: Map, answers: dict[str, str], kinds: list[int], needs: list[int]
) -> tuple[list[str], list[str]]:
    """What the pack chooses, "id urgency", contacts and sections; written from the chapter."""
    contacts = [contact[1] for contact in pack[6]]
    emergency = [contact[1] for contact in pack[6] if contact.get(11)]
    best: dict[str, int] = {}

    def holds(condition: list[Any]) -> bool:
        subject, values = condition
        if subject in (1, 2):
            return bool(set(values) & set(kinds if subject == 1 else needs))
        return answers.get(subject) in values

    for table in pack.get(8, []):
        fitting = [row for row in table[3] if all(map(holds, row.get(1, [])))]
        for row in fitting[:1] if table[2] == 1 else fitting:
            for urgency, key in enumerate((2, 3, 4), 1):
                for name in row.get(key, []):
                    best[name] = min(urgency, best.get(name, 3))
    # Sorting is stable, and a dictionary keeps the order of first naming.
    order = emergency + sorted((n for n in best if n not in emergency), key=lambda n: best[n])
    urgencies = {**best, **{name: 1 for name in emergency}}
    lines = {name: f"{name} {['now', 'soon', 'later'][urgencies[name] - 1]}" for name in order}
    return (
        [line for name, line in lines.items() if name in contacts],
        [line for name, line in lines.items() if name not in contacts],
    )


def changed(*path_and_value: Any) -> Map:
    """The pack with the value at a path put in, or taken out where it is None."""
    *path, last, value = path_and_value
    pack = copy.deepcopy(PACK)
    place: Any = pack
    for step in path:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return pack


def _accepted(topic: Topic) -> None:
    small = {1: "T", 2: 0, 4: "Everywhere", 6: [{1: "e", 2: "Emergency", 4: ["112"], 11: True}]}
    most = copy.deepcopy(PACK)
    most[7] = [{**PACK[7][0], 1: f"q{n}"} for n in range(14)] + PACK[7]
    later = changed(5, 0, 77, "of a later version")
    for name, why, pack in [
        ("whole", "Every entry there is.", PACK),
        ("smallest", "Somebody for emergencies is the least.", small),
        ("sixteen-questions", "The most questions.", most),
        ("long-paragraph", "2000 bytes.", changed(5, 2, 3, ["é" * 1000])),
        ("long-line", "400 bytes.", changed(1, "T" * 400)),
        ("long-phone", "15 digits.", changed(6, 1, 4, ["+123 456 789 012 345"])),
        ("names", "Kinds in plain words, needs by names.", changed(8, 1, 3, 1, 1, CODED)),
    ]:
        content = {1: "en", 2: pack}
        scenario = topic.accept(f"pack-{name}", why).text("check", "pack")
        scenario.text("cddl", "guidance").hex("cbor", cbor.checked("guidance", content))
        cbor.checked("guidance-pack", pack)
        scenario.text("json", source("en", pack))
    scenario = topic.accept("pack-unknown-key", "Readers ignore keys they do not know.")
    scenario.text("check", "pack").text("cddl", "guidance")
    scenario.hex("cbor", cbor.checked("guidance", {1: "en", 2: later}))
    scenario.text("json", source("en", PACK))


def _advice(topic: Topic) -> None:
    for name, why, answers, kinds, needs in [
        ("silent", "Nobody has to answer.", {}, [], []),
        ("unsafe", "The first row that fits.", {"safe": "no"}, [], []),
        ("safe", "The last row fits always.", {"safe": "yes"}, [], []),
        ("unsure", "One of several, or no answer.", {"safe": "unsure"}, [], []),
        ("watched", "Two tables.", {"safe": "no", "watched": "yes"}, [], []),
        ("incident", "Kinds and needs of the incident.", {"safe": "yes"}, [4, 15], [6]),
        ("highest", "The highest urgency counts.", {"safe": "unsure"}, [], [1]),
        ("unknown-codes", "Numbers no row names change nothing.", {}, [99], [99]),
        ("no-answer-no-need", "A row that wants an answer.", {}, [], [1, 6]),
    ]:
        scenario = topic.accept(f"advice-{name}", why)
        _asked(scenario, answers, kinds, needs)
        contacts, sections = advice(PACK, answers, kinds, needs)
        for number, line in enumerate(contacts):
            scenario.text(f"contact {number}", line)
        for number, line in enumerate(sections):
            scenario.text(f"section {number}", line)
    for name, why, answers in [
        ("other-question", "A question the pack does not have.", {"sure": "yes"}),
        ("other-answer", "An answer the question does not have.", {"watched": "unsure"}),
    ]:
        _asked(topic.refuse(f"advice-{name}", "unknown-id", why), answers, [], [])


def _asked(
    scenario: Scenario, answers: dict[str, str], kinds: list[int], needs: list[int]
) -> None:
    scenario.text("check", "advice").hex("cbor", cbor.encode({1: "en", 2: PACK}))
    for number, (question, answer) in enumerate(answers.items()):
        scenario.text(f"answer {number}", f"{question} {answer}")
    for number, kind in enumerate(kinds):
        scenario.text(f"kind {number}", kind)
    for number, need in enumerate(needs):
        scenario.text(f"need {number}", need)


def _refused(topic: Topic) -> None:
    many = [{**PACK[7][0], 1: f"q{n}"} for n in range(17)]
    rows = PACK[8][0][3]
    for name, reason, why, pack in [
        ("no-title", "shape", "A required entry is missing.", changed(1, None)),
        ("no-day", "shape", "A required entry is missing.", changed(2, None)),
        ("day-text", "shape", "A number.", changed(2, "2026-11-01")),
        ("title-bytes", "shape", "A text.", changed(1, b"T")),
        ("title-empty", "out-of-range", "Something must show.", changed(1, " ")),
        ("title-long", "too-long", "401 bytes.", changed(1, "T" * 401)),
        ("paragraph-long", "too-long", "2001 bytes.", changed(5, 2, 3, ["T" * 2001])),
        ("country-small", "out-of-range", "Capital letters.", changed(3, "es")),
        (
            "nowhere",
            "out-of-range",
            "It holds somewhere.",
            {k: v for k, v in PACK.items() if k not in (3, 4)},
        ),
        ("line-feed", "out-of-range", "A control character.", changed(5, 0, 2, "Your\nrights")),
        ("reversed", "out-of-range", "A character that reverses text.", changed(1, "\u202eT")),
        ("isolated", "out-of-range", "A character that isolates text.", changed(1, "\u2067T")),
        ("c1", "out-of-range", "A control character.", changed(1, "T\u0085")),
        (
            "address-in-text",
            "out-of-range",
            "Addresses stand in `web`.",
            changed(5, 2, 3, ["See http://bank.example"]),
        ),
        ("web-http", "out-of-range", "https alone.", changed(6, 2, 5, "http://law.example")),
        ("web-script", "out-of-range", "https alone.", changed(6, 2, 5, "javascript:alert(1)")),
        (
            "web-user",
            "out-of-range",
            "No user name.",
            changed(6, 2, 5, "https://law.example@evil.example/"),
        ),
        ("web-port", "out-of-range", "No port.", changed(6, 2, 5, "https://law.example:8443/")),
        (
            "web-number",
            "out-of-range",
            "A name, not a number.",
            changed(6, 2, 5, "https://192.0.2.1/"),
        ),
        (
            "web-quote",
            "out-of-range",
            "No such character.",
            changed(6, 2, 5, "https://law.example/\""),
        ),
        ("web-accent", "out-of-range", "ASCII alone.", changed(6, 2, 5, "https://làw.example/")),
        (
            "web-long",
            "out-of-range",
            "257 bytes.",
            changed(6, 2, 5, "https://law.example/".ljust(257, "a")),
        ),
        ("phone-letters", "out-of-range", "Digits.", changed(6, 0, 4, ["112x"])),
        ("phone-hyphens", "out-of-range", "Spaces between digits.", changed(6, 0, 4, ["116-006"])),
        ("phone-spaces", "out-of-range", "Single spaces.", changed(6, 0, 4, ["116  006"])),
        (
            "phone-star",
            "out-of-range",
            "No codes for the phone itself.",
            changed(6, 0, 4, ["*21*112#"]),
        ),
        ("phone-short", "out-of-range", "Two digits at least.", changed(6, 0, 4, ["1"])),
        (
            "phone-16-digits",
            "out-of-range",
            "15 digits at most.",
            changed(6, 0, 4, ["1234567890123456"]),
        ),
        ("five-phones", "out-of-range", "Four phones at most.", changed(6, 0, 4, ["112"] * 5)),
        ("no-way", "out-of-range", "A phone or an address.", changed(6, 2, 5, None)),
        ("no-emergency", "out-of-range", "Somebody for emergencies.", changed(6, 0, 11, None)),
        ("id-capital", "out-of-range", "Small letters.", changed(7, 0, 1, "Safe")),
        ("id-long", "out-of-range", "33 bytes.", changed(5, 2, 1, "m" * 33)),
        ("id-empty", "out-of-range", "One character at least.", changed(5, 2, 1, "")),
        (
            "contact-as-section",
            "repeated",
            "Sections and contacts share ids.",
            changed(6, [*PACK[6], {**PACK[6][2], 1: "money"}]),
        ),
        ("question-twice", "repeated", "Each question once.", changed(7, [*PACK[7], PACK[7][0]])),
        ("answer-twice", "repeated", "Each answer once.", changed(7, 1, 3, 1, 1, "yes")),
        ("table-twice", "repeated", "Each table once.", changed(8, 1, 1, "urgent")),
        (
            "condition-twice",
            "repeated",
            "One condition for a question.",
            changed(8, 0, 3, 0, 1, [["safe", ["no"]], ["safe", ["yes"]]]),
        ),
        ("result-twice", "repeated", "Each once in a row.", changed(8, 0, 3, 0, 3, ["rights"])),
        ("seventeen-questions", "out-of-range", "16 at most.", changed(7, many + PACK[7])),
        ("no-answers", "out-of-range", "A question has answers.", changed(7, 1, 3, [])),
        ("no-rows", "out-of-range", "A table has rows.", changed(8, 0, 3, [])),
        (
            "no-results",
            "out-of-range",
            "A row shows something.",
            changed(8, 0, 3, rows + [{1: [["safe", ["no"]]]}]),
        ),
        (
            "no-values",
            "out-of-range",
            "A condition has values.",
            changed(8, 0, 3, 0, 1, [["safe", []]]),
        ),
        ("empty-section", "out-of-range", "A section says something.", changed(5, 0, 3, [])),
        ("65-rows", "out-of-range", "64 at most.", changed(8, 0, 3, rows * 22)),
        ("mode-3", "shape", "Modes are 1 and 2.", changed(8, 0, 2, 3)),
        ("subject-3", "shape", "Lists are 1 and 2.", changed(8, 1, 3, 1, 1, [[3, [1]]])),
        ("condition-flat", "shape", "A list of values.", changed(8, 0, 3, 0, 1, [["safe", "no"]])),
        ("block-list", "shape", "Lists stand in maps.", changed(5, 0, 3, [["a"]])),
        ("block-twice", "shape", "Steps or a list.", changed(5, 0, 3, [{1: ["a"], 2: ["b"]}])),
        ("block-neither", "shape", "Steps or a list.", changed(5, 0, 3, [{}])),
        ("block-number", "shape", "A text, a list or steps.", changed(5, 0, 3, [1])),
        ("free-number", "shape", "True or false.", changed(6, 0, 9, 1)),
        (
            "result-unknown",
            "unknown-id",
            "Neither section nor contact.",
            changed(8, 0, 3, 2, 4, ["right"]),
        ),
        (
            "condition-unknown",
            "unknown-id",
            "No such question.",
            changed(8, 0, 3, 0, 1, [["sure", ["no"]]]),
        ),
        (
            "value-unknown",
            "unknown-id",
            "No such answer.",
            changed(8, 0, 3, 0, 1, [["safe", ["maybe"]]]),
        ),
        (
            "long",
            "too-long",
            "65000 bytes are the most.",
            changed(5, 2, 3, ["T" * 1990] * 17 + [{2: ["T" * 1990] * 17}]),
        ),
    ]:
        scenario = topic.refuse(f"pack-{name}", reason, why).text("check", "pack")
        scenario.hex("cbor", cbor.encode({1: "en", 2: pack}))


def topics() -> list[Topic]:
    topic = Topic("guidance")
    _accepted(topic)
    _advice(topic)
    _refused(topic)
    return [topic]
