"""records, first half: signed maps, charters and roots."""

from .. import cbor, world
from ..crypto import Signer, fixed, flip, h
from ..scenario import Scenario, Topic

NET, COMMUNITY, NOW = world.NETWORK, world.COMMUNITY, world.NOW
DAY = 86400


def signed_charter(fields: dict[int, object], signers: list[Signer]) -> bytes:
    return cbor.signed_map(cbor.checked("charter", fields), "kith1:net", b"", signers)


def signed_root(fields: dict[int, object], signers: list[Signer]) -> bytes:
    return cbor.signed_map(cbor.checked("root", fields), "kith1:root", b"", signers)


def map_of(signed: bytes) -> bytes:
    return cbor.decode(signed)[0]


CHARTER = signed_charter(world.CHARTER_FIELDS, world.SIGNERS[:2])
ROOT = signed_root(world.ROOT_FIELDS, world.STEWARDS[:2])
NEXT_CHARTER_FIELDS = {
    **world.CHARTER_FIELDS,
    1: 1,
    2: [NET],
    3: world.keys(world.SIGNERS[1:]),
    4: 1,
    5: 6,
}
NEXT_ROOT_FIELDS = {
    **world.ROOT_FIELDS,
    1: 1,
    2: [COMMUNITY],
    3: world.keys(world.STEWARDS[1:] + [Signer("steward 3")]),
}
NEXT_ROOT = signed_root(NEXT_ROOT_FIELDS, world.STEWARDS[1:])


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    _signed_maps(topic)
    _chains(topic, "charter")
    _chains(topic, "root")
    _charter_limits(topic)


def _signed_maps(topic: Topic) -> None:
    data = cbor.encode({1: "a map"})
    context = fixed("context", 32)
    signers = sorted(world.STEWARDS, key=lambda signer: signer.public)
    pairs = cbor.signatures(data, "kith1:cert", context, signers)

    def shown(scenario: Scenario, signed: bytes) -> None:
        scenario.texts({"check": "signed-map", "label": "kith1:cert", "threshold": 2})
        scenario.hexes({"context": context, "signed": signed})
        for number, signer in enumerate(signers):
            scenario.hex(f"key {number}", signer.public)

    foreign = cbor.signatures(data, "kith1:cert", context, [*signers[:2], world.STRANGER])
    broken = [pairs[0], pairs[1], (pairs[2][0], flip(pairs[2][1]))]
    for name, why, signatures in [
        ("signed-map-all", "All three keys signed; two are needed.", pairs),
        ("signed-map-two", "Two of three keys signed.", pairs[1:]),
        (
            "signed-map-foreign",
            "A signature by somebody else counts for nothing and spoils nothing.",
            foreign,
        ),
        ("signed-map-broken-third", "A signature that does not hold counts for nothing.", broken),
    ]:
        shown(topic.accept(name, why), cbor.with_signatures(data, signatures))
    other = cbor.signatures(data, "kith1:record", context, signers[:2])
    elsewhere = cbor.signatures(data, "kith1:cert", fixed("other context"), signers[:2])
    for name, reason, why, signed in [
        (
            "signed-map-one",
            "not-signed",
            "One signature where two are needed.",
            cbor.with_signatures(data, pairs[:1]),
        ),
        (
            "signed-map-broken",
            "not-signed",
            "One of the two does not hold.",
            cbor.with_signatures(data, [pairs[0], (pairs[1][0], flip(pairs[1][1]))]),
        ),
        (
            "signed-map-other-label",
            "not-signed",
            "Signed under another label.",
            cbor.with_signatures(data, other),
        ),
        (
            "signed-map-other-context",
            "not-signed",
            "Signed in another context.",
            cbor.with_signatures(data, elsewhere),
        ),
        (
            "signed-map-changed",
            "not-signed",
            "Another map under the same signatures.",
            cbor.with_signatures(cbor.encode({1: "b map"}), pairs),
        ),
        (
            "signed-map-unsorted",
            "signature-list",
            "Signatures ascend by key.",
            cbor.with_signatures(data, pairs[::-1]),
        ),
        (
            "signed-map-repeated",
            "signature-list",
            "One key counts once.",
            cbor.with_signatures(data, [pairs[0], pairs[0]]),
        ),
        (
            "signed-map-short-signature",
            "signature-list",
            "A signature has 64 bytes.",
            cbor.with_signatures(data, [pairs[0], (pairs[1][0], pairs[1][1][:63])]),
        ),
        (
            "signed-map-33",
            "signature-list",
            "More than 32 signatures.",
            cbor.with_signatures(data, sorted((fixed(f"key {n}"), bytes(64)) for n in range(33))),
        ),
        (
            "signed-map-inner-order",
            "shape",
            "The map inside is deterministic CBOR too.",
            cbor.signed_map(b"\xa2\x02\x00\x01\x00", "kith1:cert", context, signers),
        ),
        (
            "signed-map-not-a-map",
            "shape",
            "The byte string holds no map.",
            cbor.signed_map(b"\x01", "kith1:cert", context, signers),
        ),
    ]:
        shown(topic.refuse(name, reason, why), signed)


def _chains(topic: Topic, kind: str) -> None:
    """Successors of a charter or a root: the same rules twice."""
    if kind == "charter":
        first, label, make, people = CHARTER, "kith1:net", signed_charter, world.SIGNERS
        start, fields, subject = world.CHARTER_FIELDS, NEXT_CHARTER_FIELDS, NET
        extra: list[Signer] = []
    else:
        first, label, make, people = ROOT, "kith1:root", signed_root, world.STEWARDS
        start, fields, subject = world.ROOT_FIELDS, NEXT_ROOT_FIELDS, COMMUNITY
        extra = [Signer("steward 3")]
    good = make(fields, people[1:])

    def shown(scenario: Scenario, chain: list[bytes], expected: bytes = subject) -> Scenario:
        scenario.text("check", f"{kind}-chain").hex("subject", expected)
        for number, signed in enumerate(chain):
            scenario.text(f"cddl of map {number}", kind)
            scenario.hexes({f"signed {number}": signed, f"map {number}": map_of(signed)})
        return scenario

    def accept(name: str, why: str, chain: list[bytes]) -> None:
        scenario = shown(topic.accept(f"{kind}-{name}", why), chain)
        scenario.text("newestSeq", cbor.decode(map_of(chain[-1]))[1])
        scenario.hex("newest hash", h(label, map_of(chain[-1])))

    accept("first", "The first is named by the hash of its map.", [first])
    accept("successor", "Signed by its parent's threshold and its own.", [first, good])
    third = {**fields, 1: 2, 2: [h(label, map_of(good))], 4: 2}
    accept("third", "A chain of three.", [first, good, make(third, people[1:])])
    accept(
        "unknown-key",
        "Readers ignore keys they do not know.",
        [first, make({**fields, 99: "later"}, people[1:])],
    )

    def refuse(name: str, reason: str, why: str, chain: list[bytes], of: bytes = subject) -> None:
        shown(topic.refuse(f"{kind}-{name}", reason, why), chain, of)

    refuse(
        "other-subject",
        "wrong-subject",
        "The first map has another hash.",
        [first],
        world.OTHER_NETWORK,
    )
    refuse("without-first", "wrong-subject", "A chain begins with the first.", [good])
    refuse(
        "parent-below",
        "not-signed",
        "One of the parent's signers where two are needed.",
        [first, make(fields, people[2:] + extra)],
    )
    own = {**fields, 3: world.keys(people[:2] + [world.STRANGER]), 4: 3}
    refuse(
        "own-below",
        "not-signed",
        "The parent's threshold signed, its own did not.",
        [first, make(own, people[:2])],
    )
    refuse(
        "first-below",
        "not-signed",
        "The first is signed by its own threshold.",
        [make(start, people[:1])],
    )
    refuse(
        "wrong-parent",
        "wrong-parent",
        "The parent named is another.",
        [first, make({**fields, 2: [fixed("another parent")]}, people[1:])],
    )
    orphan = {key: value for key, value in fields.items() if key != 2}
    refuse(
        "no-parent",
        "wrong-parent",
        "A successor names its parent.",
        [first, make(orphan, people[1:])],
    )
    refuse(
        "same-seq", "wrong-parent", "The seq rises.", [first, make({**fields, 1: 0}, people[1:])]
    )
    for name, why, changed in [
        ("threshold-zero", "A threshold of nobody.", {4: 0}),
        ("threshold-high", "A threshold above the number of keys.", {4: 9}),
        ("keys-unsorted", "Keys ascend.", {3: world.keys(people)[::-1]}),
    ]:
        bad = make({**start, **changed}, people)
        refuse(name, "out-of-range", why, [bad], h(label, map_of(bad)))
    without = {key: value for key, value in start.items() if key != 4}
    bad = cbor.signed_map(cbor.encode(without), label, b"", people)
    scenario = topic.refuse(f"{kind}-no-threshold", "shape", "A required entry is missing.")
    scenario.text("check", f"{kind}-chain").hexes(
        {"subject": h(label, map_of(bad)), "signed 0": bad}
    )


def _charter_limits(topic: Topic) -> None:
    def single(scenario: Scenario, changes: dict[int, object]) -> None:
        fields = {**world.CHARTER_FIELDS, **changes}
        signed = signed_charter(
            {key: v for key, v in fields.items() if v is not None}, world.SIGNERS
        )
        scenario.text("check", "charter-chain").hex("subject", h("kith1:net", map_of(signed)))
        scenario.text("cddl of map 0", "charter")
        scenario.hexes({"signed 0": signed, "map 0": map_of(signed)})
        if scenario.refuse is None:
            scenario.text("newestSeq", 0).hex("newest hash", h("kith1:net", map_of(signed)))

    single(
        topic.accept("charter-base-14", "14 bits are the least of a real network."),
        {5: 14, 9: None},
    )
    single(topic.accept("charter-test-base-0", "A test network may ask no work."), {5: 0})
    single(topic.accept("charter-pool-shares", "Shares are carried."), {8: [32, 1, 4, 2, 1, 23, 1]})
    single(
        topic.refuse(
            "charter-base-13", "out-of-range", "Under 14 bits only if marked as test network."
        ),
        {5: 13, 9: None},
    )
