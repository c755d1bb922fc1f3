"""records, third part: what a bridge publishes, cards and checkpoints."""

from collections.abc import Callable
from typing import Any

from .. import cbor, world
from ..crypto import Signer, flip, h
from ..presentation import DAY
from ..scenario import Scenario, Topic
from . import bridge_lists
from .forwards import DAY_OF_FORWARDS, forwarded

COMMUNITY, NOW, BRIDGE = world.COMMUNITY, world.NOW, world.BRIDGE
TODAY = NOW // DAY
CARD: dict[int, object] = {1: world.WEEK, 2: world.BRIDGE_KEYS, 3: "Open Door, forwarding", 4: 3600}
Fields = dict[int, object]


class Papers:
    """Makes scenarios about records of one manifest's bridges."""

    def __init__(self, topic: Topic, fields: Callable[..., Fields], record: Callable[..., bytes]):
        self.topic, self.record = topic, record
        entries = [bridge_lists.ENTRY, [world.OTHER_BRIDGE.public, []], [world.STRANGER.public]]
        self.manifest = record(content=fields(_8=entries))

    def card(self, changes: Fields | None = None, by: Signer = BRIDGE, **how: object) -> bytes:
        content = {key: v for key, v in {**CARD, **(changes or {})}.items() if v is not None}
        return self.record(3, content, by, **how)

    def checkpoint(
        self,
        day: int,
        before: bytes = b"",
        by: Signer = BRIDGE,
        changes: Fields | None = None,
        **how: object,
    ) -> bytes:
        log = forwarded(3 if day == DAY_OF_FORWARDS else 0)
        content: Fields = {1: day, 3: log.depth, 4: log.top, **(changes or {})}
        content = {key: value for key, value in content.items() if value is not None}
        if before:
            content[2] = h("kith1:record", before)
        times = {"not_before": (day + 1) * DAY, "not_after": (day + 500) * DAY}
        return self.record(4, content, by, **{"seq": day, **times, **how})

    def given(self, scenario: Scenario, signed: bytes, now: int = NOW, before: bytes = b"") -> None:
        check = scenario.name.split("-")[0].replace("bridge", "bridge-card")
        scenario.texts({"check": check, "now": now})
        scenario.hexes({"subject": COMMUNITY, "manifest": self.manifest, "record": signed})
        if before:
            scenario.hex("before", before)

    def accept(
        self, name: str, why: str, signed: bytes, now: int = NOW, before: bytes = b""
    ) -> Scenario:
        scenario = self.topic.accept(name, why)
        self.given(scenario, signed, now, before)
        content = content_of(signed)
        rule = "checkpoint" if name.startswith("checkpoint") else "bridge-card"
        scenario.text("cddl of content", rule).hex("content", cbor.checked(rule, content))
        scenario.hex("record hash", h("kith1:record", signed))
        return scenario.hex("bridge key", cbor.decode(signed)[1][0][0])  # type: ignore[index]

    def refuse(
        self, name: str, reason: str, why: str, signed: bytes, now: int = NOW, before: bytes = b""
    ) -> None:
        self.given(self.topic.refuse(name, reason, why), signed, now, before)


def content_of(signed: bytes) -> Fields:
    content = cbor.decode(cbor.decode(signed)[0])[6]  # type: ignore[index]
    assert isinstance(content, dict)
    return content


def signed_twice(signed: bytes, other: Signer) -> bytes:
    """With a signature more."""
    return signed_twice_by(signed, BRIDGE, other)


def signed_twice_by(signed: bytes, signer: Signer, other: Signer) -> bytes:
    data = cbor.decode(signed)[0]  # type: ignore[index]
    return cbor.signed_map(data, "kith1:record", COMMUNITY, [signer, other])


def add(topic: Topic, fields: Callable[..., Fields], record: Callable[..., bytes]) -> None:
    """Adds its scenarios to the topic."""
    papers = Papers(topic, fields, record)
    _cards(papers)
    _checkpoints(papers)
    _chains(papers)


def _cards(papers: Papers) -> None:
    card = papers.card
    longest = card(not_before=NOW - 5 * DAY, not_after=NOW + 40 * DAY)
    for name, why, signed, now in [
        ("", "Eight weekly keys, from a seed as intake's are.", card(), NOW),
        ("-45-days", "The longest validity.", longest, NOW),
        ("-early", "20 minutes ahead is clock difference.", card(not_before=NOW + 1200), NOW),
        ("-unknown-key", "Readers ignore keys they do not know.", card({99: "later"}), NOW),
        ("-other-bridge", "Another bridge of the manifest.", card(by=world.OTHER_BRIDGE), NOW),
    ]:
        scenario = papers.accept(f"bridge-card{name}", why, signed, now)
        scenario.texts({"first week": CARD[1], "name": CARD[3], "cooling-off": CARD[4]})
        scenario.hex("bridge seed", world.BRIDGE_SEED)
        for number, key in enumerate(world.BRIDGE_KEYS):
            scenario.hex(f"week key {number}", key)
    keys = world.BRIDGE_KEYS
    long = card(not_before=NOW, not_after=NOW + 46 * DAY)
    second = card(not_before=NOW, not_after=NOW + 45 * DAY + 1)
    backwards = card(not_before=NOW - 10, not_after=NOW - 20)
    elsewhere = card(subject=world.OTHER_COMMUNITY, context=world.OTHER_COMMUNITY)
    for name, reason, why, signed, now in [
        ("46-days", "validity-too-long", "45 days are the longest.", long, NOW),
        ("45-days-1-s", "validity-too-long", "One second over 45 days.", second, NOW),
        (
            "not-yet",
            "not-yet-valid",
            "More than 20 minutes ahead.",
            card(not_before=NOW + 1201),
            NOW,
        ),
        ("expired", "expired", "From notAfter on it holds no more.", card(not_after=NOW), NOW),
        ("backwards", "out-of-range", "It would end before it begins.", backwards, NOW - 25),
        ("unnamed", "not-signed", "No bridge of the manifest.", card(by=Signer("bridge 3")), NOW),
        ("misnamed", "not-signed", "Its entry is broken.", card(by=world.STRANGER), NOW),
        ("by-operations", "not-signed", "Operations has no card.", card(by=world.OPERATIONS), NOW),
        ("other-subject", "wrong-subject", "About another community.", elsewhere, NOW),
        ("other-context", "not-signed", "Signed for another.", card(context=world.NETWORK), NOW),
        ("seven-keys", "out-of-range", "Eight keys.", card({2: keys[:7]}), NOW),
        ("nine-keys", "out-of-range", "No more.", card({2: [*keys, keys[0]]}), NOW),
        ("short-key", "shape", "Of 32 bytes.", card({2: [*keys[:7], keys[7][:31]]}), NOW),
        ("no-name", "shape", "A required entry is missing.", card({3: None}), NOW),
        ("cooling-off-text", "shape", "Seconds.", card({4: "1 h"}), NOW),
        ("not-a-map", "shape", "A list.", papers.record(3, [1, 2], BRIDGE), NOW),
    ]:
        papers.refuse(f"bridge-card-{name}", reason, why, signed, now)
    why = "One signature, the bridge's: a second would make another hash."
    for name, other in [("by-two-bridges", world.OTHER_BRIDGE), ("two-signatures", Signer("junk"))]:
        papers.refuse(f"bridge-card-{name}", "signature-list", why, signed_twice(card(), other))


def _checkpoints(papers: Papers) -> None:
    def shown(name: str, why: str, signed: bytes, before: bytes = b"") -> None:
        scenario = papers.accept(f"checkpoint-{name}", why, signed, NOW, before)
        content = content_of(signed)
        scenario.texts({"day": content[1], "depth": content[3]})
        scenario.hex("top", content[4])  # type: ignore[arg-type]

    checkpoint, day = papers.checkpoint, DAY_OF_FORWARDS
    first = checkpoint(day - 1)
    shown("first", "A bridge's first day, without a forward.", first)
    shown("second", "It names the one before.", checkpoint(day, first), first)
    shown("alone", "Taken also where the one before is not known.", checkpoint(day, first))
    times: dict[str, Any] = {"not_before": NOW, "not_after": NOW + DAY}
    shown("tomorrow", "A day ahead is clock difference.", checkpoint(TODAY + 1, first, **times))
    shown("400-days", "The oldest.", checkpoint(TODAY - 400))
    shown("depth-16", "65536 forwards.", checkpoint(day, changes={3: 16}))
    for name, reason, why, signed in [
        ("other-seq", "out-of-range", "The seq is the day.", checkpoint(day, seq=day + 1)),
        ("seq-7", "out-of-range", "Not a count.", checkpoint(day, seq=7)),
        ("depth-3", "out-of-range", "At least 16 leaves.", checkpoint(day, changes={3: 3})),
        ("depth-17", "out-of-range", "At most 65536.", checkpoint(day, changes={3: 17})),
        ("two-days", "not-yet-valid", "Two days ahead.", checkpoint(TODAY + 2, **times)),
        ("401-days", "too-old", "More than 400 days behind.", checkpoint(TODAY - 401)),
        ("expired", "expired", "Its record ended.", checkpoint(day, not_after=NOW)),
        ("not-yet", "not-yet-valid", "Its record begins.", checkpoint(day, not_before=NOW + 1201)),
        ("unnamed", "not-signed", "No bridge of the manifest.", checkpoint(day, by=Signer("b"))),
        ("by-operations", "not-signed", "Not a bridge.", checkpoint(day, by=world.OPERATIONS)),
        ("no-top", "shape", "A required entry is missing.", checkpoint(day, changes={4: None})),
        ("short-top", "shape", "32 bytes.", checkpoint(day, changes={4: bytes(31)})),
        ("short-hash", "shape", "32 bytes.", checkpoint(day, changes={2: bytes(16)})),
        ("day-text", "shape", "A number.", checkpoint(day, changes={1: str(day)})),
        (
            "two-signatures",
            "signature-list",
            "A second signature would make another hash, and so a bridge lie that does not.",
            signed_twice(checkpoint(day), Signer("junk")),
        ),
    ]:
        papers.refuse(f"checkpoint-{name}", reason, why, signed)


def _chains(papers: Papers) -> None:
    """`before` is the checkpoint of the day before, as it was received."""
    checkpoint, day = papers.checkpoint, DAY_OF_FORWARDS
    first = checkpoint(day - 1)
    other = checkpoint(day - 1, by=world.OTHER_BRIDGE)
    changed: Fields = {2: flip(h("kith1:record", first))}
    for name, why, signed, before in [
        (
            "other-before",
            "Another hash than that of the one before.",
            checkpoint(day, other),
            first,
        ),
        ("flipped-before", "One bit of it.", checkpoint(day, changes=changed), first),
        ("nameless", "Only the first names none.", checkpoint(day), first),
        (
            "day-left-out",
            "Days follow each other.",
            checkpoint(day + 1, first, not_before=NOW),
            first,
        ),
        ("day-again", "Not the same day again.", checkpoint(day - 1, first), first),
        ("day-back", "Nor an earlier one.", checkpoint(day - 2, first), first),
        ("of-other-bridge", "Each bridge has its own chain.", checkpoint(day, other), other),
    ]:
        papers.refuse(f"checkpoint-{name}", "wrong-parent", why, signed, before=before)
