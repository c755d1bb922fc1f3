"""guidance, third part: packs of which nothing may be shown."""

from .. import cbor
from ..scenario import Topic
from .guidance_packs import PACK, changed


def refused(topic: Topic) -> None:
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
