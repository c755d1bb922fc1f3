"""guidance, first part: packs, in the form people write as well."""

import copy
import datetime
import json
from typing import Any

from .. import cbor
from ..scenario import Topic

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


def accepted(topic: Topic) -> None:
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
