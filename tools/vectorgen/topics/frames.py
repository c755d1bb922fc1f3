"""frames: protocol/04-frames.md."""

from .. import world
from ..crypto import Signer, fixed, flip, u16, u32, u64
from ..scenario import Scenario, Topic
from ..wire import (
    Header,
    body_hash,
    envelope_id,
    finished,
    frame,
    hello,
    ipv4,
    ipv6,
    named,
    onion,
    peer_record,
    retraction,
    retraction_id,
    worked,
)

NET, NOW, NODE = world.NETWORK, world.NOW, world.NODE_A
WEEK = 7 * 86400
END = NOW + WEEK


def shown(scenario: Scenario, data: bytes) -> Scenario:
    return scenario.text("now", NOW).hex("network", NET).hex("frames", data)


def frames() -> Topic:
    topic = Topic("frames")
    _accepted(topic)
    _hellos(topic)
    _memberships(topic)
    _spreading(topic)
    _syncs(topic)
    _refused(topic)
    _refused_hellos(topic)
    _refused_gossip(topic)
    return topic


def ids(count: int) -> list[bytes]:
    return [fixed(f"id {number}") for number in range(count)]


def announced(items: list[bytes], hops: int = 255) -> bytes:
    return frame(0x21, u16(len(items)) + b"".join(item + bytes([hops]) for item in items))


def asked(kind: int, items: list[bytes], session: int = 0) -> bytes:
    return frame(kind, u32(session) + bytes([len(items)]) + b"".join(items))


def envelope(size: int = 0) -> bytes:
    header = Header(slot=world.SLOT, topic=world.intake_topic(), size=size)
    return finished(NET, header, fixed("body", header.body_bytes))


def _accepted(topic: Topic) -> None:
    def good(name: str, why: str, data: bytes, **texts: object) -> Scenario:
        return shown(topic.accept(name, why), data).texts(texts)

    good("pad", "Zeros.", frame(0x00, bytes(20)), type="00", bytes=20)
    good("pad-empty", "A PAD may be empty.", frame(0x00, b""), type="00", bytes=0)
    good("ping", "A number.", frame(0x02, u64(2**64 - 2)), type="02", value=2**64 - 2)
    good("pong", "The same number back.", frame(0x03, u64(7)), type="03", value=7)
    good("bye", "A reason.", frame(0x04, b"\x02"), type="04", reason=2)
    good("push", "Hops and an envelope.", frame(0x20, b"\x01" + envelope()), type="20", hops=1).hex(
        "envelope", envelope()
    )
    large = envelope(7)
    good(
        "push-largest",
        "The largest envelope there is.",
        frame(0x20, b"\xff" + large),
        type="20",
        hops=255,
    ).hex("envelope", large)
    good("ihave", "Three ids.", announced(ids(3), 4), type="21", count=3, hops=4).hexes(
        {f"id {number}": item for number, item in enumerate(ids(3))}
    )
    good("ihave-empty", "No ids.", announced([]), type="21", count=0)
    good("ihave-1024", "The most ids.", announced(ids(1024)), type="21", count=1024, hops=255)
    key = fixed("erase key")
    header = Header(slot=world.SLOT, topic=world.intake_topic(), size=1).committed(key)
    hashed = body_hash(fixed("body", header.body_bytes))
    done = worked(NET, header, hashed)
    target = envelope_id(NET, done, hashed)
    good(
        "retract",
        "Header, body hash and opening.",
        frame(0x29, retraction(done, hashed, done.opening(key))),
        type="29",
    ).hexes({"header": done.encoded, "body hash": hashed, "opening": done.opening(key)})
    signature = NODE.sign("kith1:gone", NET + retraction_id(target) + u32(world.SLOT))
    good(
        "receipt",
        "The word of a relay that it applied a retraction.",
        frame(0x2A, retraction_id(target) + u32(world.SLOT) + signature),
        type="2a",
        slot=world.SLOT,
    ).hexes({"retraction id": retraction_id(target), "node": NODE.public})
    good("want", "Two ids.", asked(0x33, ids(2)), type="33", session=0, count=2).hexes(
        {f"id {number}": item for number, item in enumerate(ids(2))}
    )
    good("want-64", "The most ids.", asked(0x33, ids(64)), type="33", session=0, count=64)
    good("gone", "One id.", asked(0x34, ids(1), 9), type="34", session=9, count=1).hex(
        "id 0", ids(1)[0]
    )
    good(
        "unknown-type",
        "Types from 80 on are skipped; the PING after it is read.",
        frame(0x80, fixed("later", 30)) + frame(0x02, u64(5)),
        type="02",
        skipped=1,
        value=5,
    )
    good(
        "unknown-type-ff",
        "So is the last type.",
        frame(0xFF, b"") + frame(0x03, u64(5)),
        type="03",
        skipped=1,
        value=5,
    )


def _hello(topic: Topic, name: str, why: str, addresses: list[bytes], **how: object) -> None:
    not_after = how.pop("not_after", END)
    record = peer_record(NET, NODE, 12, not_after, addresses)  # type: ignore[arg-type]
    scenario = shown(topic.accept(name, why), hello(record, NOW, **how))  # type: ignore[arg-type]
    scenario.texts(
        {"type": "01", "minVer": 1, "maxVer": 1, "caps": how.get("caps", 1), "clock": NOW}
    )
    scenario.texts({"charterSeq": how.get("charter_seq", 0), "seq": 12, "notAfter": not_after})
    scenario.text("addresses", len(addresses)).hexes({"node": NODE.public, "record": record})


def _hellos(topic: Topic) -> None:
    full = [
        ipv4("192.0.2.7", 4747),
        ipv6(fixed("ipv6", 16), 4747),
        named("relay-a.example", 443),
        ipv4("198.51.100.3", 80),
    ]
    _hello(topic, "hello", "Four addresses are the most.", full, charter_seq=1)
    _hello(topic, "hello-leaf", "Leaves list no address.", [], caps=2)
    _hello(topic, "hello-onion", "Onion addresses stand alone.", [onion(fixed("onion"), 4747)])
    _hello(
        topic,
        "hello-clocks-differ",
        "Seven days and 20 minutes ahead is clock difference.",
        full[:1],
        not_after=END + 1200,
    )


def _refused(topic: Topic) -> None:
    malformed = "malformed"
    item = envelope()
    weak = flip(item, 0, 3)
    for name, reason, why, data in [
        (
            "too-long",
            "too-long",
            "66561 bytes are claimed; none is waited for.",
            b"\x20\x01\x04\x01",
        ),
        ("too-long-most", "too-long", "The largest length.", b"\x80\xff\xff\xff"),
        ("unknown-type-05", "unknown-type", "A type below 80 without meaning.", frame(0x05, b"")),
        ("unknown-type-7f", "unknown-type", "The last type below 80.", frame(0x7F, b"")),
        ("pad-not-zero", malformed, "PAD holds zeros only.", frame(0x00, b"\0\0\1")),
        ("ping-short", malformed, "Seven bytes.", frame(0x02, bytes(7))),
        ("ping-long", malformed, "Nine bytes.", frame(0x02, bytes(9))),
        ("bye-empty", malformed, "No reason.", frame(0x04, b"")),
        ("push-empty", malformed, "No hops.", frame(0x20, b"")),
        ("push-no-envelope", "bad-envelope", "No envelope.", frame(0x20, b"\x01")),
        (
            "push-short",
            "bad-envelope",
            "One byte of the envelope is missing.",
            frame(0x20, b"\x01" + item[:-1]),
        ),
        (
            "push-long",
            "bad-envelope",
            "One byte after the envelope.",
            frame(0x20, b"\x01" + item + b"\0"),
        ),
        (
            "push-version-2",
            "bad-envelope",
            "An envelope of another version.",
            frame(0x20, b"\x01" + weak),
        ),
        (
            "ihave-more-claimed",
            malformed,
            "Three are claimed, two follow.",
            frame(0x21, u16(3) + announced(ids(2))[6:]),
        ),
        (
            "ihave-fewer-claimed",
            malformed,
            "One is claimed, two follow.",
            frame(0x21, u16(1) + announced(ids(2))[6:]),
        ),
        ("ihave-1025", malformed, "More than 1024 ids.", announced(ids(1025))),
        ("ihave-short", malformed, "Half a count.", frame(0x21, b"\0")),
        ("retract-short", malformed, "One byte is missing.", frame(0x29, bytes([1]) + bytes(110))),
        ("receipt-short", malformed, "One byte is missing.", frame(0x2A, bytes(99))),
        ("want-65", malformed, "More than 64 ids.", asked(0x33, ids(65))),
        (
            "want-more-claimed",
            malformed,
            "Two are claimed, one follows.",
            frame(0x33, u32(0) + b"\x02" + ids(1)[0]),
        ),
        ("gone-65", malformed, "More than 64 ids.", asked(0x34, ids(65))),
        ("gone-short", malformed, "No count.", frame(0x34, u32(0))),
    ]:
        shown(topic.refuse(name, reason, why), data)
    retracted, slot = fixed("retraction id"), u32(world.SLOT)
    forged = world.STRANGER.sign("kith1:gone", NET + retracted + slot)
    scenario = topic.refuse(
        "receipt-forged", "bad-signature", "Another node's signature; receipts come first hand."
    )
    shown(scenario, frame(0x2A, retracted + slot + forged)).hex("node", NODE.public)


def _refused_hellos(topic: Topic) -> None:
    four = [ipv4("192.0.2.7", 4747 + number) for number in range(4)]

    def record(
        addresses: list[bytes], not_after: int = END, network: bytes = NET, node: Signer = NODE
    ) -> bytes:
        return peer_record(network, node, 12, not_after, addresses)

    good = record(four[:1])
    whole = hello(good, NOW)
    cut = frame(0x01, whole[4:-1])
    for name, reason, why, data in [
        ("cut", "malformed", "The last byte is missing.", cut),
        ("long", "malformed", "A byte after the record.", frame(0x01, whole[4:] + b"\0")),
        ("head-only", "malformed", "No peer record.", frame(0x01, whole[4:18])),
        (
            "five-addresses",
            "malformed",
            "Four addresses are the most.",
            hello(record([*four, named("x.example", 1)]), NOW),
        ),
        (
            "mixed-addresses",
            "malformed",
            "An onion address beside another gives the service away.",
            hello(record([onion(fixed("onion"), 1), four[0]]), NOW),
        ),
        (
            "address-kind-5",
            "malformed",
            "An address kind without meaning.",
            hello(record([b"\x05" + bytes(6)]), NOW),
        ),
        (
            "empty-name",
            "malformed",
            "A name of no bytes.",
            hello(record([b"\x04\x00" + u16(80)]), NOW),
        ),
        ("signature", "bad-signature", "One bit of the signature.", hello(flip(good), NOW)),
        (
            "address-changed",
            "bad-signature",
            "Another port than was signed.",
            hello(good[:50] + flip(good[50:52]) + good[52:], NOW),
        ),
        (
            "other-network",
            "bad-signature",
            "Signed for another network.",
            hello(record(four[:1], network=world.OTHER_NETWORK), NOW),
        ),
        (
            "expired",
            "expired",
            "From notAfter on it holds no more.",
            hello(record(four[:1], NOW), NOW),
        ),
        (
            "too-far-ahead",
            "too-far-ahead",
            "More than seven days and 20 minutes.",
            hello(record(four[:1], END + 1201), NOW),
        ),
        (
            "versions",
            "no-common-version",
            "Only version 2 is spoken.",
            hello(good, NOW, versions=b"\x02\x02"),
        ),
    ]:
        shown(topic.refuse(f"hello-{name}", reason, why), data)


def _records(count: int) -> list[bytes]:
    return [
        peer_record(NET, NODE, 12 + number, END, [ipv4("192.0.2.7", 4747 + number)])
        for number in range(count)
    ]


def shuffled(records: list[bytes], nonce: int = 2**63 + 5, ttl: int = 6) -> bytes:
    return frame(0x15, u64(nonce) + bytes([ttl, len(records)]) + b"".join(records))


def _memberships(topic: Topic) -> None:
    record = _records(1)[0]
    for name, why, data, texts in [
        ("join", "A newcomer's record.", frame(0x10, record), {"type": "10"}),
        (
            "forward-join",
            "The record walks on, six links more at the most.",
            frame(0x11, b"\x06" + record),
            {"type": "11", "ttl": 6},
        ),
        ("neighbor-low", "Low priority.", frame(0x12, b"\0"), {"type": "12", "priority": 0}),
        ("neighbor-high", "High priority.", frame(0x12, b"\1"), {"type": "12", "priority": 1}),
        ("neighbor-reply-no", "Not accepted.", frame(0x13, b"\0"), {"type": "13", "accept": 0}),
        ("neighbor-reply-yes", "Accepted.", frame(0x13, b"\1"), {"type": "13", "accept": 1}),
        (
            "disconnect",
            "A reason and seconds to wait.",
            frame(0x14, b"\1" + u16(65535)),
            {"type": "14", "reason": 1, "backoff": 65535},
        ),
        (
            "shuffle",
            "Two records.",
            shuffled(_records(2)),
            {"type": "15", "nonce": 2**63 + 5, "ttl": 6, "count": 2},
        ),
        (
            "shuffle-8",
            "The most records.",
            shuffled(_records(8)),
            {"type": "15", "nonce": 2**63 + 5, "ttl": 6, "count": 8},
        ),
        (
            "shuffle-reply-empty",
            "A reply may be empty.",
            frame(0x16, u64(7) + b"\0"),
            {"type": "16", "nonce": 7, "count": 0},
        ),
    ]:
        scenario = shown(topic.accept(name, why), data).texts(texts)
        if name in ("join", "forward-join"):
            scenario.hex("record", record)


def _spreading(topic: Topic) -> None:
    item = envelope(1)
    key = fixed("erase key")
    header = Header(slot=world.SLOT, topic=world.intake_topic(), size=1).committed(key)
    hashed = body_hash(fixed("body", header.body_bytes))
    gone = retraction(worked(NET, header, hashed), hashed, header.opening(key))
    one = ids(1)[0]
    for name, why, data, texts in [
        ("graft", "An id.", frame(0x22, one + b"\3"), {"type": "22", "hops": 3, "count": 1}),
        (
            "graft-none",
            "Zeros: a place in the tree and no item.",
            frame(0x22, bytes(33)),
            {"type": "22", "hops": 0, "count": 0},
        ),
        (
            "prune-longest",
            "The longest backoff.",
            frame(0x23, u16(3600)),
            {"type": "23", "backoff": 3600},
        ),
        (
            "dont-want",
            "An id.",
            frame(0x24, b"\1" + one),
            {"type": "24", "count": 1},
        ),
        (
            "dont-want-64",
            "The most ids.",
            frame(0x24, b"\x40" + b"".join(ids(64))),
            {"type": "24", "count": 64},
        ),
        ("stem", "Kind 0: an envelope.", frame(0x28, b"\0" + item), {"type": "28", "kind": 0}),
        (
            "stem-retraction",
            "Kind 1: what RETRACT carries.",
            frame(0x28, b"\1" + gone),
            {"type": "28", "kind": 1},
        ),
    ]:
        scenario = shown(topic.accept(name, why), data).texts(texts)
        if name in ("graft", "dont-want"):
            scenario.hex("id 0", one)
        if name == "stem":
            scenario.hex("envelope", item)


def opened(ttl_class: int, topics: list[bytes], message: bytes) -> bytes:
    head = u32(3) + bytes([ttl_class]) + u32(world.SLOT) + bytes([len(topics)])
    return frame(0x30, head + b"".join(topics) + message)


def _syncs(topic: Topic) -> None:
    message = b"\x61\0\0\0"
    topics = [fixed(f"topic {number}", 16) for number in range(32)]
    for name, why, data, texts, count in [
        (
            "sync-open",
            "All topics.",
            opened(4, [], message),
            {"type": "30", "session": 3, "class": 4, "slotFrom": world.SLOT},
            0,
        ),
        (
            "sync-open-32",
            "The most topics.",
            opened(0, topics, message),
            {"type": "30", "session": 3, "class": 0, "slotFrom": world.SLOT},
            32,
        ),
    ]:
        scenario = shown(topic.accept(name, why), data).texts(texts).text("topics", count)
        scenario.hexes({f"topic {number}": topics[number] for number in range(count)})
        scenario.hex("message", message)
    data = frame(0x31, u32(2**32 - 1) + message)
    scenario = shown(topic.accept("sync-message", "The message is the rest."), data)
    scenario.texts({"type": "31", "session": 2**32 - 1}).hex("message", message)
    data = frame(0x32, u32(3) + b"\1" + u32(world.SLOT))
    scenario = shown(topic.accept("sync-end", "A reason and a number."), data)
    scenario.texts({"type": "32", "session": 3, "reason": 1, "value": world.SLOT})


def _refused_gossip(topic: Topic) -> None:
    malformed = "malformed"
    record = _records(1)[0]
    for name, reason, why, data in [
        ("join-long", malformed, "A byte after the record.", frame(0x10, record + b"\0")),
        ("forward-join-short", malformed, "No record.", frame(0x11, b"\6")),
        ("neighbor-2", malformed, "Priority is 0 or 1.", frame(0x12, b"\2")),
        ("neighbor-reply-2", malformed, "Accept is 0 or 1.", frame(0x13, b"\2")),
        ("disconnect-short", malformed, "One byte is missing.", frame(0x14, bytes(2))),
        ("shuffle-9", malformed, "More than 8 records.", shuffled(_records(9))),
        (
            "shuffle-more-claimed",
            malformed,
            "Two are claimed, one follows.",
            frame(0x15, u64(1) + b"\6\2" + record),
        ),
        (
            "shuffle-reply-long",
            malformed,
            "None is claimed, one follows.",
            frame(0x16, u64(1) + b"\0" + record),
        ),
        ("graft-short", malformed, "One byte is missing.", frame(0x22, bytes(32))),
        ("prune-3601", malformed, "More than an hour.", frame(0x23, u16(3601))),
        (
            "dont-want-65",
            malformed,
            "More than 64 ids.",
            frame(0x24, b"\x41" + b"".join(ids(65))),
        ),
        ("stem-kind-2", malformed, "A kind without meaning.", frame(0x28, b"\2" + envelope())),
        ("stem-empty", malformed, "No kind.", frame(0x28, b"")),
        ("stem-short", "bad-envelope", "A byte is missing.", frame(0x28, b"\0" + envelope()[:-1])),
        ("stem-retraction-short", malformed, "A byte is missing.", frame(0x28, b"\1" + bytes(111))),
        ("sync-open-33", malformed, "More than 32 topics.", opened(4, [bytes(16)] * 33, b"\x61")),
        ("sync-open-class-5", malformed, "A class without meaning.", opened(5, [], b"\x61")),
        ("sync-open-short", malformed, "Half a topic.", frame(0x30, u32(1) + b"\4" + u32(1) + b"\1" + bytes(8))),
        ("sync-message-short", malformed, "No session.", frame(0x31, bytes(3))),
        ("sync-end-long", malformed, "A byte after the number.", frame(0x32, bytes(10))),
    ]:
        shown(topic.refuse(name, reason, why), data)
