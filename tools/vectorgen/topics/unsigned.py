"""content, second half: what only its sealing protects."""

from .. import cbor, world
from ..crypto import Agreement, fixed, flip, hpke_open, hpke_seal, padded, prf, u64
from ..scenario import Scenario, Topic
from . import files
from .people import CASE

NET, COMMUNITY = world.NETWORK, world.COMMUNITY
ANA, BEN, CHI = world.ANA, world.BEN, world.CHI
CASE_ID = CASE.case
CASE_KEY, TEAM_KEY = fixed("case key"), fixed("team key")
SECRET = fixed("one-time secret")
WORDS = {1: "Wir glauben Ihnen. Sind Sie gerade sicher?", 2: "de"}
INCIDENT = {
    1: "Er hat mich vor der Tür bedroht.",
    2: "de",
    3: [[2, "02012"], [4, "02082"]],
    4: [1, 7],
    5: 4,
    6: [8, 16],
    7: 4,
    8: [1, 3],
    9: "only after 18.00",
    10: "last Tuesday",
    11: "at home",
    12: False,
}


def message(name: str) -> bytes:
    return fixed(f"message {name}", 16)


def shown(
    scenario: Scenario, kind: int, payload: bytes, identity: bytes, signer: bytes = b""
) -> Scenario:
    scenario.text("kind", f"{kind:02x}")
    scenario.hexes({"network": NET, "community": COMMUNITY, "message id": identity})
    scenario.hexes({"payload": payload, "roster key": world.ROSTER.public})
    if signer:
        scenario.hex("signer", signer)
    return scenario


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    _plain(topic)
    _join(topic)
    _letter(topic)


def _plain(topic: Topic) -> None:
    """Kinds that only their sealing protects."""
    request = {
        1: CASE.thread.public,
        2: CASE.persona.public,
        3: CASE.grant_tag,
        4: CASE.shard,
        5: INCIDENT,
    }
    request_map = cbor.checked("request", request)
    copy = {1: 0x01, 2: request_map, 3: message("request")}
    note = {1: 0x09, 2: cbor.checked("note-body", INCIDENT), 3: message("note")}
    attached = {**INCIDENT, 13: [files.example()]}
    with_words = {**WORDS, 3: [files.example(), files.example()]}
    for name, kind, rule, fields in [
        ("request", 0x01, "request", request),
        ("request-with-attachment", 0x01, "request", {**request, 5: attached}),
        ("words-with-attachments", 0x04, "words", with_words),
        ("request-empty-body", 0x01, "request", {**request, 5: {}}),
        ("self-copy-of-request", 0x02, "self-copy", copy),
        ("self-copy-of-note", 0x02, "self-copy", note),
        ("self-copy-anew", 0x02, "self-copy", {**note, 4: world.SLOT - 80 * 144}),
        ("words", 0x04, "words", WORDS),
    ]:
        data = cbor.checked(rule, fields)
        scenario = topic.accept(name, "Every entry that does not apply is absent.")
        shown(scenario, kind, data, message(name)).text("cddl", rule).hex("cbor", data)
        if kind == 0x01:
            scenario.hex("case id", CASE_ID)
        if fields.get(1) == 0x09:
            scenario.text("cddl of copied", "note-body").hex("copied", fields[2])  # type: ignore[arg-type]
    short = {**request, 1: CASE.thread.public[:31]}
    without = {key: value for key, value in request.items() if key != 3}
    for name, kind, why, fields in [
        ("request-shard-64", 0x01, "Shards end at 63.", {**request, 4: 64}),
        ("request-short-key", 0x01, "Keys have 32 bytes.", short),
        ("request-no-tag-key", 0x01, "A required entry is missing.", without),
        ("request-text-for-number", 0x01, "A number is expected.", {**request, 5: {5: "no"}}),
        ("words-bytes", 0x04, "Text is expected, not bytes.", {1: b"text"}),
        ("words-empty", 0x04, "Words have a text.", {}),
        ("self-copy-short-id", 0x02, "A message id has 16 bytes.", {**copy, 3: bytes(15)}),
        ("self-copy-slot-text", 0x02, "A slot is a number.", {**note, 4: "first"}),
        ("self-copy-slot-beyond", 0x02, "Slots have 32 bits.", {**note, 4: 1 << 32}),
    ]:
        data = cbor.encode(fields)
        assert not cbor.fits({1: "request", 2: "self-copy", 4: "words"}[kind], data), name
        shown(topic.refuse(name, "shape", why), kind, data, message(name))


def _join(topic: Topic) -> None:
    def proof(secret: bytes, community: bytes = COMMUNITY, key: bytes = BEN.key.public) -> bytes:
        joined = NET + community + BEN.persona.public + key + BEN.tag_key
        return prf(secret, "kith1:join", joined)

    fields = {1: BEN.persona.public, 2: BEN.key.public, 3: BEN.tag_key, 4: proof(SECRET), 5: "Ben"}
    data = cbor.checked("join", fields)
    scenario = topic.accept("join", "The proof is made with the invite's one-time secret.")
    shown(scenario, 0x15, data, message("join")).text("cddl", "join").hex("cbor", data)
    scenario.hex("one-time secret", SECRET)
    for name, reason, why, changed in [
        ("other-secret", "wrong-proof", "The proof of another secret.", {4: proof(fixed("guess"))}),
        (
            "other-community",
            "wrong-proof",
            "The proof for another community.",
            {4: proof(SECRET, world.OTHER_COMMUNITY)},
        ),
        ("other-key", "wrong-proof", "The member key is not the one proved.", {2: CHI.key.public}),
        ("long-name", "shape", "A chosen name has at most 64 bytes.", {5: "ö" * 33}),
    ]:
        scenario = topic.refuse(f"join-{name}", reason, why)
        shown(scenario, 0x15, cbor.encode({**fields, **changed}), message("join"))
        scenario.hex("one-time secret", SECRET)


def _letter(topic: Topic) -> None:
    keys = {1: CASE_KEY, 2: TEAM_KEY, 3: CASE.thread.public, 4: CASE.persona.public}
    plain = cbor.checked("case-keys", keys)
    ephemeral = Agreement("letter ephemeral")
    info = padded("kith1:letter") + COMMUNITY
    aad = CASE_ID + u64(3)
    enc, sealed = hpke_seal(BEN.key.public, ephemeral, info, aad, plain)

    def letter(
        generation: int = 3,
        ciphertext: bytes = sealed,
        member: bytes = BEN.key.public,
        granter: world.Member = ANA,
    ) -> bytes:
        pieces = [[member, enc, ciphertext]]
        fields = {1: CASE_ID, 2: generation, 3: pieces, 4: granter.certificate_value}
        return cbor.checked("case-letter", fields)

    def given(scenario: Scenario, data: bytes, member: Agreement = BEN.key) -> Scenario:
        return shown(scenario, 0x12, data, message("letter")).hex("member secret", member.secret)

    assert hpke_open(BEN.key, enc, info, aad, sealed) == plain
    scenario = given(
        topic.accept("case-letter", "The deputy's piece opens with the member key."), letter()
    )
    scenario.texts({"cddl": "case-letter", "cddl of plaintext": "case-keys"})
    scenario.hexes({"cbor": letter(), "ephemeral secret": ephemeral.secret})
    scenario.hexes({"info": info, "aad": aad, "plaintext": plain})
    for name, why, data, member in [
        ("other-generation", "The generation is associated data.", letter(4), BEN.key),
        ("flipped", "One bit of the ciphertext.", letter(ciphertext=flip(sealed)), BEN.key),
        ("not-addressed", "No piece for this member.", letter(), CHI.key),
        (
            "readdressed",
            "The piece names another member than it was sealed to.",
            letter(member=CHI.key.public),
            CHI.key,
        ),
    ]:
        given(topic.refuse(f"case-letter-{name}", "cannot-open", why), data, member)
    scenario = topic.refuse(
        "case-letter-forged-certificate",
        "certificate",
        "The granter's certificate is not signed by the roster key.",
    )
    given(scenario, letter(granter=world.FORGED))
