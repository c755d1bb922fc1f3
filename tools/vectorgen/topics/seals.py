"""hpke-seal, shared-seal, plaintext and vault."""

from dataclasses import replace

from .. import world
from ..crypto import (
    ZERO32,
    Agreement,
    argon2id,
    fixed,
    flip,
    hpke_open,
    hpke_seal,
    padded,
    prf,
    xchacha_open,
    xchacha_seal,
)
from ..scenario import Scenario, Topic
from ..wire import Header, erase_key, plaintext, tag_key

MESSAGE = fixed("message id", 16)
PAYLOAD = "Ich weiß nicht, an wen ich mich wenden soll.".encode()


def info(community: bytes, suite: int = 1) -> bytes:
    return padded("kith1:seal") + bytes([suite]) + community


def hpke_seals() -> Topic:
    topic = Topic("hpke-seal")
    key, ephemeral = Agreement("recipient"), Agreement("ephemeral")
    header = Header(slot=world.SLOT, topic=world.intake_topic(), size=1)

    def sealed(head: Header, community: bytes, aad: bytes | None = None) -> tuple[bytes, bytes]:
        text = plaintext(0x01, MESSAGE, PAYLOAD, head.body_bytes - 48)
        covered = head.covered if aad is None else aad
        enc, ciphertext = hpke_seal(key.public, ephemeral, info(community), covered, text)
        return text, enc + ciphertext

    for name, why, head, community in [
        ("small", "A message in an envelope of 1 KiB.", header, world.COMMUNITY),
        ("smallest", "The smallest envelope.", replace(header, size=0), world.COMMUNITY),
        ("larger", "A part of a long message in 4 KiB.", replace(header, size=3), world.COMMUNITY),
        ("no-community", "A note without community is sealed with zeros.", header, ZERO32),
    ]:
        text, body = sealed(head, community)
        assert hpke_open(key, body[:32], info(community), head.covered, body[32:]) == text
        scenario = topic.accept(name, why)
        scenario.hexes({"recipient secret": key.secret, "recipient public": key.public})
        scenario.hexes({"ephemeral secret": ephemeral.secret, "community": community})
        scenario.hexes({"header": head.encoded, "info": info(community), "aad": head.covered})
        scenario.hexes({"plaintext": text, "body": body})

    _, body = sealed(header, world.COMMUNITY)
    _, unbound = sealed(header, world.COMMUNITY, b"")
    other = Agreement("another recipient")
    late = replace(header, slot=world.SLOT + 1)
    bad = "cannot-open"
    refused = [
        ("ciphertext-flipped", bad, "One bit of the ciphertext.", key, header, flip(body, 400)),
        ("tag-flipped", bad, "One bit of the authentication tag.", key, header, flip(body)),
        ("enc-flipped", bad, "One bit of the encapsulated key.", key, header, flip(body, 0)),
        ("enc-zero", bad, "An encapsulated key of small order.", key, header, ZERO32 + body[32:]),
        ("header-changed", bad, "The body moved to another slot.", key, late, body),
        (
            "header-unbound",
            bad,
            "Sealed without the header as associated data.",
            key,
            header,
            unbound,
        ),
        ("other-key", bad, "Another key than it was sealed to.", other, header, body),
        (
            "suite-2",
            "unknown-suite",
            "A suite without a meaning yet.",
            key,
            replace(header, suite=2),
            body,
        ),
    ]
    for name, reason, why, opener, head, data in refused:
        scenario = topic.refuse(name, reason, why)
        assert hpke_open(opener, data[:32], info(world.COMMUNITY), head.covered, data[32:]) is None
        _hpke_attempt(scenario, opener, head, world.COMMUNITY, data)
    scenario = topic.refuse("other-community", bad, "Another community in the info.")
    _hpke_attempt(scenario, key, header, world.OTHER_COMMUNITY, body)
    return topic


def _hpke_attempt(
    scenario: Scenario, key: Agreement, header: Header, community: bytes, body: bytes
) -> None:
    scenario.hexes({"recipient secret": key.secret, "community": community})
    scenario.hexes({"header": header.encoded, "body": body})


def shared_seal(shared: bytes, enc: bytes, aad: bytes, text: bytes) -> tuple[bytes, bytes, bytes]:
    """Message key, commitment and body."""
    key = prf(shared, "kith1:msg", enc)
    commit = prf(key, "kith1:commit")
    return key, commit, enc + commit + xchacha_seal(key, bytes(24), aad, text)


def shared_seals() -> Topic:
    topic = Topic("shared-seal")
    shared, ephemeral = fixed("case key"), Agreement("shared ephemeral")
    plain = Header(slot=world.SLOT, topic=world.intake_topic(), size=1)
    header = plain.tagged(tag_key(shared), fixed("r", 8)).committed(erase_key(shared))

    for name, why, head, kind in [
        ("words", "Words under a case key, in 1 KiB.", header, 0x04),
        ("smallest", "The smallest envelope.", replace(header, size=0), 0x06),
        ("larger", "A part of a long message in 4 KiB.", replace(header, size=3), 0x04),
    ]:
        if head is not header:
            head = head.tagged(tag_key(shared), fixed("r", 8)).committed(erase_key(shared))
        text = plaintext(kind, MESSAGE, PAYLOAD, head.body_bytes - 80)
        key, commit, body = shared_seal(shared, ephemeral.public, head.covered, text)
        scenario = topic.accept(name, why).hexes({"shared key": shared})
        scenario.hexes({"enc secret": ephemeral.secret, "header": head.encoded})
        scenario.hexes({"message key": key, "commit": commit, "plaintext": text, "body": body})
        scenario.hexes({"tag key": tag_key(shared), "erase key": erase_key(shared)})

    text = plaintext(0x04, MESSAGE, PAYLOAD, header.body_bytes - 80)
    _, _, body = shared_seal(shared, ephemeral.public, header.covered, text)
    _, commit, _ = shared_seal(fixed("x"), ephemeral.public, header.covered, text)
    swapped = body[:32] + commit + body[64:]
    wrong, bad = "wrong-commit", "cannot-open"
    late = replace(header, slot=world.SLOT + 1)
    refused = [
        (
            "other-key",
            wrong,
            "Another key than it was sealed under.",
            fixed("other case key"),
            header,
            body,
        ),
        ("commit-flipped", wrong, "One bit of the commitment.", shared, header, flip(body, 40)),
        ("commit-of-another", wrong, "The commitment to another key.", shared, header, swapped),
        (
            "enc-flipped",
            wrong,
            "Another enc is another message key.",
            shared,
            header,
            flip(body, 0),
        ),
        ("ciphertext-flipped", bad, "One bit of the ciphertext.", shared, header, flip(body, 300)),
        ("tag-flipped", bad, "One bit of the authentication tag.", shared, header, flip(body)),
        ("header-changed", bad, "The body moved to another slot.", shared, late, body),
    ]
    for name, reason, why, used, head, data in refused:
        key = prf(used, "kith1:msg", data[:32])
        fits = data[32:64] == prf(key, "kith1:commit")
        assert fits == (reason == bad), name
        assert xchacha_open(key, bytes(24), head.covered, data[64:]) is None or name.startswith(
            "commit"
        )
        scenario = topic.refuse(name, reason, why).hexes({"shared key": used})
        scenario.hexes({"header": head.encoded, "body": data})
    return topic


def plaintexts() -> Topic:
    topic = Topic("plaintext")
    room = 960 - 80
    long = fixed("a long payload", 2000)
    pieces = [long[:850], long[850:1700], long[1700:]]
    parts = [plaintext(4, MESSAGE, piece, room, number, 3) for number, piece in enumerate(pieces)]

    def given(scenario: Scenario, texts: list[bytes]) -> Scenario:
        for number, text in enumerate(texts):
            scenario.hex(f"plaintext {number}", text)
        return scenario

    def good(name: str, why: str, texts: list[bytes], kind: int, payload: bytes) -> None:
        scenario = given(topic.accept(name, why), texts).text("kind", f"{kind:02x}")
        scenario.text("parts", texts[0][2]).hexes({"message id": MESSAGE, "payload": payload})

    one = plaintext(1, MESSAGE, PAYLOAD, room)
    good("one-part", "Part 0 of 1.", [one], 1, PAYLOAD)
    good("empty-payload", "A payload may be empty.", [plaintext(5, MESSAGE, b"", 400)], 5, b"")
    full = fixed("full", room - 22)
    good("no-padding", "A payload may fill the room.", [plaintext(4, MESSAGE, full, room)], 4, full)
    good("three-parts", "Parts in order.", parts, 4, long)
    good("three-parts-reversed", "Parts in any order.", parts[::-1], 4, long)
    repeated = [parts[0], plaintext(4, MESSAGE, b"something else", room, 0, 3), parts[1], parts[2]]
    good("repeat-ignored", "Of two parts with one number the first counts.", repeated, 4, long)
    small = [plaintext(4, MESSAGE, bytes([65 + n]), 64, n, 16) for n in range(16)]
    good("sixteen-parts", "Sixteen parts are the most.", small, 4, b"ABCDEFGHIJKLMNOP")

    def bad(name: str, reason: str, why: str, *texts: bytes) -> None:
        given(topic.refuse(name, reason, why), list(texts))

    bad(
        "part-beyond",
        "bad-part",
        "Parts count from 0, so part 1 of 1 does not exist.",
        plaintext(1, MESSAGE, PAYLOAD, room, 1, 1),
    )
    bad(
        "part-far-beyond",
        "bad-part",
        "Part 255 of 2.",
        plaintext(1, MESSAGE, PAYLOAD, room, 255, 2),
    )
    bad(
        "parts-0",
        "bad-part",
        "A message has at least one part.",
        plaintext(1, MESSAGE, PAYLOAD, room, 0, 0),
    )
    bad(
        "parts-17",
        "bad-part",
        "A message has at most 16 parts.",
        plaintext(1, MESSAGE, PAYLOAD, room, 0, 17),
    )
    bad("reserved", "reserved-not-zero", "The fourth byte is zero.", flip(one, 3))
    beyond = one[:4] + (room - 21).to_bytes(2, "big") + one[6:]
    bad("length-beyond", "length-beyond-end", "The payload would end one byte outside.", beyond)
    bad("length-65535", "length-beyond-end", "The largest length.", one[:4] + b"\xff\xff" + one[6:])
    bad("padding", "padding-not-zero", "The last padding byte is 1.", flip(one))
    bad(
        "padding-first",
        "padding-not-zero",
        "The first padding byte is 1.",
        flip(one, 22 + len(PAYLOAD)),
    )
    bad("cut", "truncated", "The message id's last byte is missing.", one[:21])
    bad(
        "part-missing",
        "incomplete",
        "Nothing is read until all parts are there.",
        parts[0],
        parts[2],
    )
    return topic


def vaults() -> Topic:
    topic = Topic("vault")
    phrase, salt, nonce = "drei Vögel am Fenster".encode(), fixed("salt", 16), fixed("nonce", 24)
    key = argon2id(phrase, salt, 3, 64)

    def blob(text: bytes, aad: bytes = b"kith1:vault") -> bytes:
        return salt + nonce + xchacha_seal(key, nonce, aad, text)

    good = blob(b"a kept note")
    for name, why, text in [
        ("text", "A short text.", b"a kept note"),
        ("empty", "Nothing at all.", b""),
        ("long", "A longer text.", fixed("long text", 3000)),
    ]:
        scenario = topic.accept(name, why).hexes({"passphrase": phrase, "salt": salt})
        scenario.hexes({"nonce": nonce, "key": key, "plaintext": text, "blob": blob(text)})
    refused = [
        ("other-passphrase", "cannot-open", "Another passphrase.", b"drei Voegel", good),
        ("ciphertext-flipped", "cannot-open", "One bit of the ciphertext.", phrase, flip(good, 42)),
        ("tag-flipped", "cannot-open", "One bit of the authentication tag.", phrase, flip(good)),
        ("nonce-flipped", "cannot-open", "One bit of the nonce.", phrase, flip(good, 20)),
        (
            "unbound",
            "cannot-open",
            "Sealed without associated data.",
            phrase,
            blob(b"a kept note", b""),
        ),
        ("cut", "truncated", "Shorter than salt, nonce and tag.", phrase, good[:55]),
    ]
    for name, reason, why, used, data in refused:
        topic.refuse(name, reason, why).hexes({"passphrase": used, "blob": data})
    return topic


def topics() -> list[Topic]:
    return [hpke_seals(), shared_seals(), plaintexts(), vaults()]
