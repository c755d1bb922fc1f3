"""records, fourth part: guidance."""

from collections.abc import Callable
from typing import Any

from .. import cbor, world
from ..crypto import Signer, h
from ..presentation import DAY
from ..scenario import Scenario, Topic
from .bridges import content_of, signed_twice_by
from .guidance_packs import PACK

COMMUNITY, NOW = world.COMMUNITY, world.NOW


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
