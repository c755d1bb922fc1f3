"""hash, cbor, topics, mailbox."""

from dataclasses import replace

from .. import cbor, world
from ..crypto import (
    SMALL_ORDER,
    ZERO32,
    Signer,
    above_order,
    fixed,
    flip,
    h,
    h128,
    padded,
    prf,
    prf128,
    verified,
)
from ..scenario import Topic
from ..wire import Header, tag_key

HASHES = {"H": h, "H128": h128, "PRF": prf, "PRF128": prf128}


def hashes() -> Topic:
    topic = Topic("hash")
    _digests(topic)
    _signatures(topic)
    return topic


def _digests(topic: Topic) -> None:
    key, text = fixed("hash key"), b"a community helps"
    accepted = [
        ("h-empty", "The check value printed in the conventions.", "H", "kith1:env", None, b""),
        ("h-text", "H of a short text.", "H", "kith1:body", None, text),
        (
            "h-long",
            "H of more than one block of the hash.",
            "H",
            "kith1:body",
            None,
            fixed("l", 1000),
        ),
        ("h128-empty", "A digest length of 16, not a truncation.", "H128", "kith1:code", None, b""),
        ("prf-text", "The key is BLAKE2b's own key, not a prefix.", "PRF", "kith1:msg", key, text),
        (
            "prf128-empty",
            "The check value printed in the conventions.",
            "PRF128",
            "kith1:tag",
            ZERO32,
            b"",
        ),
        ("label-16-bytes", "A label may fill all 16 bytes.", "H", "kith1:sixteen-by", None, text),
    ]
    for name, why, function, label, key_used, data in accepted:
        made = HASHES[function]
        digest = made(label, data) if key_used is None else made(key_used, label, data)
        scenario = topic.accept(name, why).texts({"function": function, "label": label})
        if key_used is not None:
            scenario.hex("key", key_used)
        scenario.hex("input", data).hex("digest", digest)
    refused = [
        ("h128-truncated", "H128 is not the front of H.", "H128", None, h("kith1:body", text)[:16]),
        ("h-unlabelled", "Without personalisation it is another hash.", "H", None, h("", text)),
        (
            "h-label-prefixed",
            "The label is the personalisation, not a prefix.",
            "H",
            None,
            h("", padded("kith1:body") + text),
        ),
        (
            "prf-key-prefixed",
            "The key does not go before the input.",
            "PRF",
            key,
            h("kith1:body", key + text),
        ),
    ]
    for name, why, function, key_used, digest in refused:
        scenario = topic.refuse(name, "wrong-digest", why)
        scenario.texts({"function": function, "label": "kith1:body"})
        if key_used is not None:
            scenario.hex("key", key_used)
        scenario.hex("input", text).hex("digest", digest)


def _signatures(topic: Topic) -> None:
    signer, text = Signer("signature"), b"a signed line"
    good = signer.sign("kith1:said", text)
    cases = [
        (
            "sig",
            None,
            "An Ed25519 signature over the padded label and the input.",
            signer.public,
            good,
        ),
        ("sig-flipped", "x", "One bit of the signature changed.", signer.public, flip(good, 3)),
        (
            "sig-other-label",
            "x",
            "A signature counts under its own label only.",
            signer.public,
            signer.sign("kith1:cert", text),
        ),
        (
            "sig-unpadded",
            "x",
            "The label is padded to 16 bytes before signing.",
            signer.public,
            signer.bare(b"kith1:said" + text),
        ),
        (
            "sig-not-reduced",
            "x",
            "The same signature with its scalar above the group order.",
            signer.public,
            above_order(good),
        ),
        (
            "sig-small-order",
            "x",
            "A key of small order has no owner.",
            SMALL_ORDER,
            SMALL_ORDER + bytes(32),
        ),
    ]
    for name, refused, why, public, signature in cases:
        assert verified(public, "kith1:said", text, signature) == (refused is None), name
        if refused is None:
            scenario = topic.accept(name, why)
        else:
            scenario = topic.refuse(name, "bad-signature", why)
        scenario.texts({"function": "SIG", "label": "kith1:said"})
        if refused is None:
            scenario.hex("seed", signer.seed)
        scenario.hexes({"public": public, "input": text, "signature": signature})


def codings() -> Topic:
    topic = Topic("cbor")
    accepted = [
        (
            "integers",
            "Each length of integer head, at its ends.",
            [0, 1, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1],
        ),
        ("negatives", "Negative integers may be values.", [-1, -24, -25, -256, -257, -(2**64)]),
        (
            "strings",
            "Byte and text strings, empty, short and with a longer head.",
            [b"", b"\0" * 24, "", "Hilfe – كومك – 帮助 – 🕊", fixed("s", 300)],
        ),
        ("simple", "False, true and null are the only simple values.", [False, True, None]),
        (
            "map",
            "Unsigned keys ascending; values of any kind.",
            {0: 1, 1: b"x", 23: [], 24: {}, 255: "y", 256: {1: 2}, 2**32: None},
        ),
        ("empty-map", "A map without entries.", {}),
    ]
    for name, why, value in accepted:
        topic.accept(name, why).hex("cbor", cbor.encode(value))
    topic.accept("depth-16", "Sixteen arrays inside one another.").hex(
        "cbor", b"\x81" * 15 + b"\x80"
    )
    for name, reason, why, data in _bad_codings():
        topic.refuse(name, reason, why).hex("cbor", bytes.fromhex(data))
    return topic


def _bad_codings() -> list[tuple[str, str, str, str]]:
    order, unsupported, cut = "not-deterministic", "unsupported", "truncated"
    return [
        ("integer-not-minimal", order, "23 fits the initial byte.", "1817"),
        ("integer-16-not-minimal", order, "255 fits one byte.", "1900ff"),
        ("integer-32-not-minimal", order, "65535 fits two bytes.", "1a0000ffff"),
        ("integer-64-not-minimal", order, "2^32 - 1 fits four bytes.", "1b00000000ffffffff"),
        ("length-not-minimal", order, "A string's length is an integer too.", "580161"),
        ("keys-unsorted", order, "Key 2 before key 1.", "a202000100"),
        ("keys-repeated", order, "Key 1 twice.", "a201000101"),
        ("indefinite-bytes", order, "A byte string of indefinite length.", "5f4161ff"),
        ("indefinite-array", order, "An array of indefinite length.", "9f01ff"),
        ("indefinite-map", order, "A map of indefinite length.", "bf0100ff"),
        ("reserved-length", order, "Additional information 28 has no meaning.", "1c"),
        ("float-16", unsupported, "No floats, however short.", "f93c00"),
        ("float-64", unsupported, "No floats.", "fb3ff0000000000000"),
        ("tag", unsupported, "No tags.", "c11a5bfee380"),
        ("undefined", unsupported, "Undefined is no value here.", "f7"),
        ("simple-value", unsupported, "No other simple values.", "f0"),
        ("lone-break", unsupported, "A break belongs to no string or list here.", "ff"),
        ("text-key", "key-not-unsigned", "A text string as key.", "a1616100"),
        ("negative-key", "key-not-unsigned", "A negative integer as key.", "a12000"),
        ("bytes-key", "key-not-unsigned", "A byte string as key.", "a1416100"),
        ("depth-17", "too-deep", "Seventeen arrays inside one another.", "81" * 16 + "80"),
        (
            "depth-17-by-item",
            "too-deep",
            "A number inside sixteen arrays is the seventeenth level.",
            "81" * 16 + "00",
        ),
        ("depth-of-maps", "too-deep", "Maps nest as arrays do.", "a100" * 16 + "a0"),
        ("trailing-bytes", "trailing-bytes", "Another item after the first.", "0000"),
        ("empty", cut, "No bytes are no value.", ""),
        ("truncated-head", cut, "The integer's second byte is missing.", "19ff"),
        ("truncated-string", cut, "Three bytes are claimed, two follow.", "436161"),
        ("truncated-array", cut, "Two items are claimed, one follows.", "8201"),
        ("truncated-map", cut, "The value of the key is missing.", "a101"),
        ("giant-bytes", cut, "A length claim allocates nothing.", "5bffffffffffffffff"),
        ("giant-array", cut, "Nor does a count of items.", "9bffffffffffffffff"),
        ("giant-map", cut, "Nor does a count of entries.", "bb7fffffffffffffff00"),
        ("utf8-lone-byte", "not-utf8", "A continuation byte alone.", "6180"),
        ("utf8-overlong", "not-utf8", "A slash in two bytes.", "62c0af"),
        ("utf8-surrogate", "not-utf8", "Half of a surrogate pair.", "63eda080"),
        ("utf8-too-high", "not-utf8", "Beyond the last code point.", "64f4908080"),
        ("utf8-cut", "not-utf8", "The last character lacks its last byte.", "62e282"),
    ]


def tags() -> Topic:
    """Topic tags."""
    topic = Topic("topics")
    community, last = world.COMMUNITY, (world.WEEK + 1) * 1008 - 1
    rows = [
        ("intake", "intake", world.SLOT, community, world.intake_topic()),
        ("intake-last-slot", "intake", last, community, world.intake_topic()),
        (
            "intake-next-week",
            "intake",
            last + 1,
            community,
            world.intake_topic(week=world.WEEK + 1),
        ),
        ("intake-no-community", "intake", world.SLOT, ZERO32, world.intake_topic(ZERO32)),
        ("files", "files", world.SLOT, community, world.files_topic()),
    ]
    assert last * 600 // 604800 == world.WEEK and (last + 1) * 600 // 604800 == world.WEEK + 1
    for name, function, slot, subject, tag in rows:
        scenario = topic.accept(name, "The week is that of the slot, and changes with it.")
        scenario.texts({"function": function, "slot": slot}).hexes(
            {"subject": subject, "topic": tag}
        )
    for name, subject in [("public-community", community), ("public-network", world.NETWORK)]:
        scenario = topic.accept(name, "Records about a subject share one topic for ever.")
        scenario.text("function", "public")
        scenario.hexes({"subject": subject, "topic": world.public_topic(subject)})
    scenario = topic.accept("group", "A group's topic is known to holders of its key alone.")
    scenario.text("function", "group")
    scenario.hexes({"subject": world.GROUP_KEY, "topic": world.GROUP_TOPIC})
    wrong = [
        ("intake-of-last-week", "intake", community, world.intake_topic(week=world.WEEK - 1)),
        (
            "intake-of-other-community",
            "intake",
            community,
            world.intake_topic(world.OTHER_COMMUNITY),
        ),
        ("intake-by-slot", "intake", community, world.intake_topic(week=world.SLOT)),
        ("intake-as-files", "intake", community, world.files_topic()),
        ("files-as-intake", "files", community, world.intake_topic()),
        ("public-with-week", "public", community, h128("kith1:public", community + bytes(4))),
        ("public-as-intake", "public", community, world.intake_topic()),
        ("group-unkeyed", "group", world.GROUP_KEY, h128("kith1:topic", world.GROUP_KEY)),
    ]
    for name, function, subject, tag in wrong:
        scenario = topic.refuse(
            name, "wrong-topic", "Another week, subject or label gives another tag."
        )
        scenario.texts({"function": function, "slot": world.SLOT})
        scenario.hexes({"subject": subject, "topic": tag})
    return topic


def mailboxes() -> Topic:
    topic = Topic("mailbox")
    key, other = tag_key(fixed("case key")), tag_key(fixed("other case key"))
    header = Header(slot=world.SLOT, topic=world.intake_topic(), size=1).tagged(key, fixed("r", 8))
    again = replace(header, size=3, ttl=2).tagged(key, fixed("another r", 8))
    zero = header.tagged(key, bytes(8))
    for name, why, found in [
        ("match", "The hint is for this tag key.", header),
        ("match-other-size", "The hint covers size, classes, slot and topic.", again),
        ("match-zero-r", "r is any 8 bytes.", zero),
    ]:
        topic.accept(name, why).hexes({"tag key": key, "header": found.encoded})
    refused = [
        ("other-key", "A hint for another key.", other, header),
        (
            "random",
            "A random mailbox is nobody's.",
            key,
            replace(header, mailbox=fixed("random", 16)),
        ),
        (
            "other-slot",
            "The hint is copied to another slot.",
            key,
            replace(header, slot=world.SLOT + 1),
        ),
        (
            "other-topic",
            "The hint is copied to another topic.",
            key,
            replace(header, topic=world.files_topic()),
        ),
        (
            "r-changed",
            "r is inside what is hashed.",
            key,
            replace(header, mailbox=flip(header.mailbox, 0)),
        ),
        (
            "last-byte",
            "All eight bytes of the hint are compared.",
            key,
            replace(header, mailbox=flip(header.mailbox)),
        ),
    ]
    for name, why, used, found in refused:
        topic.refuse(name, "no-match", why).hexes({"tag key": used, "header": found.encoded})
    return topic


def topics() -> list[Topic]:
    return [hashes(), codings(), tags(), mailboxes()]
