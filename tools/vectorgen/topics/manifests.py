"""records, second half: manifests and the envelopes that records travel in."""

from .. import cbor, world
from ..crypto import ZERO16, Signer, fixed, h, u32
from ..scenario import Scenario, Topic
from ..wire import Header, body_hash, envelope_id, finished
from . import bridge_lists, bridges, guidance_records, papers
from .papers import CHARTER, NEXT_ROOT, NEXT_ROOT_FIELDS, ROOT, signed_root

NET, COMMUNITY, NOW = world.NETWORK, world.COMMUNITY, world.NOW
DAY = 86400


def manifest_fields(**changes: object) -> dict[int, object]:
    fields: dict[int, object] = {
        1: 1,
        2: world.SLOT - 100,
        3: [cbor.decode(ROOT)],
        4: world.WEEK,
        5: world.INTAKE_KEYS,
        6: [world.GROUP_TOPIC],
        7: [world.NODE_A.public, world.NODE_B.public],
        8: [],
        9: [],
        10: {1: ["de", "en"]},
    }
    return {**fields, **{int(key[1:]): value for key, value in changes.items()}}


def record(
    kind: int = 1,
    content: object | None = None,
    by: Signer = world.OPERATIONS,
    subject: bytes = COMMUNITY,
    not_before: int = NOW - DAY,
    not_after: int = NOW + 30 * DAY,
    context: bytes | None = None,
    seq: int = 7,
) -> bytes:
    fields = {
        1: kind,
        2: subject,
        3: seq,
        4: not_before,
        5: not_after,
        6: manifest_fields() if content is None else content,
    }
    data = cbor.checked("record", fields)
    return cbor.signed_map(data, "kith1:record", subject if context is None else context, [by])


def _manifests(topic: Topic) -> None:
    def shown(scenario: Scenario, signed: bytes, now: int = NOW) -> Scenario:
        scenario.texts({"check": "manifest", "now": now})
        return scenario.hexes({"subject": COMMUNITY, "record": signed})

    def good(
        name: str, why: str, content: dict[int, object], now: int = NOW, **how: object
    ) -> None:
        signed = record(content=content, **how)
        data = cbor.checked("manifest", content)
        scenario = shown(topic.accept(f"manifest-{name}", why), signed, now)
        scenario.text("cddl of content", "manifest").hex("content", data)
        scenario.hexes({"record hash": h("kith1:record", signed), "intake seed": world.INTAKE_SEED})
        for number in range(8):
            scenario.hex(f"intake key {number}", world.INTAKE_KEYS[number])
        bridge_lists.shown(scenario, content[8])

    both = [cbor.decode(ROOT), cbor.decode(NEXT_ROOT)]
    good("one-root", "Signed by the operations key of the only root.", manifest_fields())
    good("two-roots", "The newest root's operations key signs.", manifest_fields(_3=both))
    good(
        "45-days",
        "The longest validity.",
        manifest_fields(),
        not_before=NOW - 5 * DAY,
        not_after=NOW + 40 * DAY,
    )
    good(
        "early",
        "A start up to 20 minutes ahead is clock difference.",
        manifest_fields(),
        not_before=NOW + 1200,
    )
    bridge = [[fixed("bridge key"), [["https://city.example/open311", "City", True]]]]
    good(
        "bridges-and-shards",
        "Bridges and shard bits are listed.",
        manifest_fields(_8=bridge, _9=[[world.WEEK + 8, 2]]),
    )
    for name, why, entries in bridge_lists.rows():
        good(name, why, manifest_fields(_8=entries))

    seven, nine = world.INTAKE_KEYS[:7], [*world.INTAKE_KEYS, world.INTAKE_KEYS[0]]
    strange = {**world.ROOT_FIELDS, 3: world.keys([world.STRANGER]), 4: 1}
    foreign = [cbor.decode(signed_root(strange, [world.STRANGER]))]
    weak = [both[0], cbor.decode(signed_root(NEXT_ROOT_FIELDS, world.STEWARDS[2:]))]
    for name, reason, why, signed, now in [
        (
            "46-days",
            "validity-too-long",
            "One second over 45 days.",
            record(not_before=NOW, not_after=NOW + 45 * DAY + 1),
            NOW,
        ),
        (
            "not-yet",
            "not-yet-valid",
            "More than 20 minutes ahead.",
            record(not_before=NOW + 1201),
            NOW,
        ),
        ("expired", "expired", "From notAfter on it holds no more.", record(not_after=NOW), NOW),
        ("signed-by-stranger", "not-signed", "A stranger signed.", record(by=world.STRANGER), NOW),
        (
            "signed-by-roster",
            "not-signed",
            "The roster key signs no manifest.",
            record(by=world.ROSTER),
            NOW,
        ),
        (
            "other-context",
            "not-signed",
            "Signed for another subject.",
            record(context=world.OTHER_COMMUNITY),
            NOW,
        ),
        (
            "foreign-roots",
            "wrong-subject",
            "The roots lead to another community.",
            record(content=manifest_fields(_3=foreign)),
            NOW,
        ),
        (
            "weak-root",
            "not-signed",
            "The second root lacks its parent's threshold.",
            record(content=manifest_fields(_3=weak)),
            NOW,
        ),
        (
            "backwards",
            "out-of-range",
            "It would end before it begins.",
            record(not_before=NOW - 10, not_after=NOW - 20),
            NOW - 25,
        ),
    ]:
        shown(topic.refuse(f"manifest-{name}", reason, why), signed, now)
    for name, keys in [("seven", seven), ("nine", nine), ("no", [])]:
        shown(
            topic.refuse(
                f"manifest-{name}-keys", "out-of-range", "Eight intake keys, no more, no fewer."
            ),
            record(content=manifest_fields(_5=keys)),
        )


def _bodies(topic: Topic) -> None:
    signed = record()

    def body(data: bytes, size: int, length: int | None = None, tail: bytes = b"") -> bytes:
        room = (512 << size) - 64
        out = u32(len(data) if length is None else length) + data
        return (out + bytes(room - len(out) - len(tail)) + tail)[:room]

    def shown(scenario: Scenario, data: bytes, size: int, tag: bytes = b"") -> bytes:
        header = Header(
            slot=world.SLOT,
            topic=tag or world.public_topic(),
            size=size,
            ttl=4,
            suite=0,
            mailbox=ZERO16,
            commitment=ZERO16,
        )
        envelope = finished(NET, header, data)
        scenario.texts({"check": "record-body", "now": NOW, "workBase": world.BASE})
        scenario.hexes({"network": NET, "envelope": envelope})
        return envelope_id(NET, header, body_hash(data))

    size = 0
    while (512 << size) < 68 + len(signed):
        size += 1
    charters = record(0, [cbor.decode(CHARTER)], world.SIGNERS[0], NET)
    scenario = topic.accept("body-manifest", "Length, record, zeros, in the smallest size.")
    name = shown(scenario, body(signed, size), size)
    scenario.hexes({"record": signed, "record hash": h("kith1:record", signed), "id": name})
    small = 0
    while (512 << small) < 68 + len(charters):
        small += 1
    scenario = topic.accept(
        "body-charters", "A network's charters, signed by one of their signers."
    )
    name = shown(scenario, body(charters, small), small, world.public_topic(NET))
    scenario.hexes({"record": charters, "record hash": h("kith1:record", charters), "id": name})

    text = cbor.encode([b"\xa0", []])
    unknown = record(9, {1: "?"})
    other = record(0, [cbor.decode(CHARTER)], world.STRANGER, NET)
    for name, reason, why, data, used, tag in [
        (
            "too-large-envelope",
            "public-size",
            "Not the smallest size that fits.",
            body(signed, size + 1),
            size + 1,
            b"",
        ),
        (
            "padding",
            "padding-not-zero",
            "The last byte is 1.",
            body(signed, size, tail=b"\1"),
            size,
            b"",
        ),
        (
            "length-short",
            "padding-not-zero",
            "The record goes on after its length.",
            body(signed, size, len(signed) - 1),
            size,
            b"",
        ),
        (
            "length-long",
            "shape",
            "A zero after the record.",
            body(signed, size, len(signed) + 1),
            size,
            b"",
        ),
        (
            "length-beyond",
            "too-long",
            "The length goes beyond the body.",
            body(signed, size, 512 << size),
            size,
            b"",
        ),
        (
            "length-giant",
            "too-long",
            "The largest length.",
            body(signed, size, 2**32 - 1),
            size,
            b"",
        ),
        (
            "not-a-record",
            "shape",
            "A signed map without what a record holds.",
            body(text, 0),
            0,
            b"",
        ),
        ("unknown-type", "unknown-type", "Type 9 has no meaning.", body(unknown, 0), 0, b""),
        (
            "other-topic",
            "wrong-subject",
            "The topic is the subject's.",
            body(signed, size),
            size,
            world.public_topic(NET),
        ),
        (
            "charters-by-stranger",
            "not-signed",
            "No signer of the charters signed the record.",
            body(other, small),
            small,
            world.public_topic(NET),
        ),
    ]:
        shown(topic.refuse(f"body-{name}", reason, why), data, used, tag)


def topics() -> list[Topic]:
    topic = Topic("records")
    papers.add(topic)
    _manifests(topic)
    bridges.add(topic, manifest_fields, record)
    guidance_records.add_records(topic, record)
    _bodies(topic)
    return [topic]
