"""reconciliation: fingerprints, and messages that compare what two nodes hold."""

from ..crypto import ZERO32, fixed
from ..ranges import INFINITY, Item, Side, Writer, fingerprint, number
from ..scenario import Scenario, Topic
from ..world import SLOT

KEY = fixed("link of two nodes")
END = (INFINITY, b"")
LIMIT = 60000


def item(count: int, slot: int | None = None) -> Item:
    """Some seven items a slot."""
    return (SLOT + count // 7 if slot is None else slot, fixed(f"reconciled item {count}"))


def items(*ranges: range) -> list[Item]:
    return [item(count) for one in ranges for count in one]


def close(count: int) -> list[Item]:
    """Items of one slot whose ids begin alike."""
    front = fixed("front of close ids", 20)
    return [(SLOT, front + fixed(f"close id {place}", 12)) for place in range(count)]


def _held(scenario: Scenario, held: list[Item]) -> Scenario:
    scenario.hex("key", KEY)
    for place, (slot, identity) in enumerate(sorted(held)):
        scenario.text(f"slot {place}", slot).hex(f"id {place}", identity)
    return scenario


def _fingerprints(topic: Topic) -> None:
    ones = b"\x01" * 32
    for name, why, key, ids in [
        ("fingerprint-none", "No items, and a key of zeros.", ZERO32, []),
        ("fingerprint-two", "Two items, and a key of zeros.", ZERO32, [ZERO32, ones]),
        ("fingerprint-other-order", "The order does not matter.", ZERO32, [ones, ZERO32]),
        ("fingerprint-key", "Each link has a key of its own.", KEY, [ZERO32, ones]),
        ("fingerprint-many", "Lanes overflow.", KEY, [one for _, one in items(range(40))]),
    ]:
        scenario = topic.accept(name, why).text("check", "fingerprint").hex("key", key)
        for place, identity in enumerate(ids):
            scenario.hex(f"id {place}", identity)
        scenario.hex("fingerprint", fingerprint(key, ids))
    assert fingerprint(ZERO32, []).hex() == "5311fec8dd95b6894295024657d376ef"
    assert fingerprint(ZERO32, [ZERO32, ones]).hex() == "a485138df0294cc42bbd6e97078efabd"


def _openings(topic: Topic) -> None:
    for name, why, held in [
        ("opening-none", "A list of no ids.", []),
        ("opening-31", "Below 32 items all ids are listed.", items(range(31))),
        ("opening-32", "Else 16 fingerprints, here of two items each.", items(range(32))),
        ("opening-33", "The first part has an item more.", items(range(33))),
        ("opening-close", "Ids of one slot that differ late: longer bounds.", close(40)),
    ]:
        scenario = topic.accept(name, why).text("check", "opening")
        _held(scenario, held).hex("answer", Side(KEY, held).opening())


def _answer(
    topic: Topic, name: str, why: str, role: str, held: list[Item], message: bytes,
    limit: int = LIMIT,
) -> None:
    scenario = topic.accept(name, why).text("check", "message").text("role", role)
    _held(scenario.text("limit", limit), held).hex("message", message)
    answer, have, need = Side(KEY, held).answer(message, role == "initiator", limit)
    scenario.hex("answer", answer)
    for label, ids in [("have", have), ("need", need)]:
        for place, identity in enumerate(ids):
            scenario.hex(f"{label} {place}", identity)


def _answers(topic: Topic) -> None:
    all_of_it, most = items(range(200)), items(range(97), range(98, 200))
    opening = Side(KEY, all_of_it).opening()
    list_of_none = Writer().list(END, []).bytes
    for name, why, held, message, limit in [
        ("responder-equal", "All fingerprints are the same.", all_of_it, opening, LIMIT),
        ("responder-less", "One item is missing: its part is listed.", most, opening, LIMIT),
        ("responder-none", "Nothing is held.", [], opening, LIMIT),
        ("responder-lists", "A list is answered by ours.", items(range(9)), list_of_none, LIMIT),
        ("responder-cut", "A list that ends at the limit, and one fingerprint.", all_of_it,
         list_of_none, 4096),
        ("responder-other-version", "Another version is answered with ours.", all_of_it,
         b"\x62\x00\x01", LIMIT),
        ("responder-infinity-twice", "Equal bounds are no descent.", items(range(3)),
         Writer().list(END, []).print(END, fingerprint(KEY, [])).bytes, LIMIT),
    ]:
        _answer(topic, name, why, "responder", held, message, limit)
    reply = Side(KEY, most).answer(opening, False, LIMIT)[0]
    strange = Writer().list(END, [item(900)[1], item(5)[1]]).bytes
    twice = [item(number)[1] for number in (900, 5, 901, 900, 5)]
    wide = items(range(640))
    wrong = Writer().print(END, bytes(16)).bytes
    fine = Side(KEY, wide).answer(wrong, False, LIMIT)[0]
    for name, why, held, message in [
        ("initiator-has", "The other side lacks one.", all_of_it, reply),
        ("initiator-needs", "Each has what the other lacks.", items(range(4, 7)), strange),
        ("initiator-named-twice", "What is named twice is needed once.", items(range(4, 7)),
         Writer().list(END, twice).bytes),
        ("initiator-done", "Nothing is left to compare.", all_of_it, b"\x61"),
        ("initiator-splits", "Parts that differ are split again.", items(range(0, 640, 2)), fine),
    ]:
        _answer(topic, name, why, "initiator", held, message)


def _refusals(topic: Topic) -> None:
    def bound(step: int, prefix: bytes = b"") -> bytes:
        return number(step) + number(len(prefix)) + prefix

    good = bound(SLOT + 1) + b"\x02" + number(1) + item(3)[1]
    for name, reason, why, message in [
        ("empty", "truncated", "Not even a version.", b""),
        ("version-zero", "bad-version", "No version of this protocol.", b"\x00" + good),
        ("version-after", "bad-version", "Nor is the next after those.", b"\x70" + good),
        ("bound-cut", "truncated", "A bound without its length.", b"\x61\x05"),
        ("prefix-cut", "truncated", "A bound with half an id.", b"\x61\x05\x20" + bytes(16)),
        ("prefix-33", "too-long", "An id has 32 bytes.", b"\x61\x05\x21" + bytes(34)),
        ("mode-missing", "truncated", "A bound without a claim.", b"\x61\x05\x00"),
        ("mode-3", "unknown-type", "A claim of unknown kind.", b"\x61\x05\x00\x03"),
        ("fingerprint-cut", "truncated", "15 bytes of 16.", b"\x61\x05\x00\x01" + bytes(15)),
        ("list-cut", "length-beyond-end", "31 bytes of 32.", b"\x61\x05\x00\x02\x01" + bytes(31)),
        ("list-huge", "length-beyond-end", "2^32 − 1 ids, and no bytes.",
         b"\x61\x00\x00\x02" + number(2**32 - 1)),
        ("list-hugest", "length-beyond-end", "2^64 − 1 ids, and no bytes.",
         b"\x61\x00\x00\x02" + number(2**64 - 1)),
        ("list-one-too-few", "length-beyond-end", "Two ids named, one there.",
         b"\x61\x00\x00\x02\x02" + bytes(32)),
        ("number-padded", "not-deterministic", "A number with a zero in front.",
         b"\x61\x80\x05\x00\x00"),
        ("list-count-padded", "not-deterministic", "A count with a zero in front.",
         b"\x61\x00\x00\x02\x80\x01" + bytes(32)),
        ("number-11-bytes", "not-deterministic", "Zeros in front, eleven bytes of them.",
         b"\x61" + b"\x80" * 9 + b"\x01\x00\x02\x00"),
        ("number-over-64-bits", "out-of-range", "2^64.", b"\x61" + number(2**64) + b"\x00\x00"),
        ("number-endless", "out-of-range", "A number that does not end.", b"\x61" + b"\xff" * 99),
        ("descending-id", "descending", "A lower id in the same slot.",
         b"\x61" + bound(5, b"\x09") + b"\x00" + bound(1, b"\x08") + b"\x00"),
        ("descending-to-slot", "descending", "Back to the start of the slot.",
         b"\x61" + bound(5, b"\x09") + b"\x00" + bound(1) + b"\x00"),
        ("second-cut", "truncated", "Nothing of it counts, however good the first claim.",
         b"\x61" + good + b"\x00\x00\x01"),
    ]:
        scenario = topic.refuse(name, reason, why).text("check", "message")
        scenario.text("role", "responder").text("limit", LIMIT)
        _held(scenario, items(range(3))).hex("message", message)
    scenario = topic.refuse("initiator-other-version", "bad-version", "Nobody asked in it.")
    scenario.text("check", "message").text("role", "initiator").text("limit", LIMIT)
    _held(scenario, items(range(3))).hex("message", b"\x62")


def topics() -> list[Topic]:
    topic = Topic("reconciliation")
    _fingerprints(topic)
    _openings(topic)
    _answers(topic)
    _refusals(topic)
    return [topic]
