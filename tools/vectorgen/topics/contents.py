"""content, first half: the signed kinds."""

from dataclasses import dataclass

from .. import cbor, world
from ..crypto import Signer, fixed, h, prf
from ..scenario import Topic
from . import unsigned, withdrawals
from .people import CASE
from .unsigned import CASE_ID, CASE_KEY, WORDS, message, shown

NET, COMMUNITY, NOW = world.NETWORK, world.COMMUNITY, world.NOW
ANA, BEN, CHI = world.ANA, world.BEN, world.CHI


def context(identity: bytes, network: bytes = NET, community: bytes = COMMUNITY) -> bytes:
    return network + community + identity


def said(data: bytes, identity: bytes, signer: Signer) -> bytes:
    return cbor.signed_map(data, "kith1:said", context(identity), [signer])


@dataclass
class Signed:
    """A signed kind: its rule, its map and who must sign it."""

    name: str
    kind: int
    rule: str
    fields: dict[int, object]
    signer: Signer

    @property
    def map(self) -> bytes:
        return cbor.checked(self.rule, self.fields)

    def payload(self) -> bytes:
        return said(self.map, message(self.name), self.signer)


CERTIFICATE = ANA.certificate_value
CLAIM = {1: CASE_ID, 2: bytes(32), 3: NOW, 4: NOW + 72 * 3600, 5: CERTIFICATE}
CLAIM_ID = h("kith1:claim", cbor.encode(CLAIM))
KINDS = [
    Signed(
        "grant",
        0x03,
        "grant",
        {1: CASE_ID, 2: CASE_KEY, 3: 1, 4: CERTIFICATE, 5: WORDS},
        ANA.persona,
    ),
    Signed("act", 0x05, "act", {1: CASE_ID, 2: 4, 3: "only after 18.00", 4: 1}, CASE.persona),
    Signed("act-erase", 0x05, "act", {1: CASE_ID, 2: 1, 4: 2}, CASE.persona),
    Signed(
        "act-hand-over",
        0x05,
        "act",
        {1: CASE_ID, 2: 3, 3: world.OTHER_COMMUNITY, 4: 3},
        CASE.persona,
    ),
    Signed(
        "status",
        0x06,
        "status",
        {1: CASE_ID, 2: 2, 3: "Ana ist für Sie da.", 4: "de", 5: CERTIFICATE},
        ANA.persona,
    ),
    Signed("claim", 0x10, "claim", CLAIM, ANA.persona),
    Signed(
        "release",
        0x11,
        "release",
        {1: CASE_ID, 2: CLAIM_ID, 3: CERTIFICATE, 4: BEN.persona.public},
        ANA.persona,
    ),
    Signed(
        "epoch-letter",
        0x14,
        "epoch-letter",
        {1: 1, 2: world.GROUP_KEY, 3: CERTIFICATE, 4: world.WEEK, 5: world.INTAKE_SEED},
        world.ROSTER,
    ),
    Signed(
        "directory",
        0x19,
        "directory",
        {
            1: 1,
            2: [
                member.certificate_value
                for member in sorted([ANA, BEN, CHI], key=lambda one: one.persona.public)
            ],
        },
        world.ROSTER,
    ),
]


def contents() -> Topic:
    topic = Topic("content")
    for signed in KINDS:
        _signed(topic, signed)
    _certificates(topic)
    _directories(topic)
    return topic


def _signed(topic: Topic, one: Signed) -> None:
    identity = message(one.name)
    scenario = topic.accept(one.name, "Signed for this message by whom the chapter names.")
    shown(scenario, one.kind, one.payload(), identity, one.signer.public)
    scenario.text("cddl", one.rule).hex("cbor", one.map)
    if one.name == "claim":
        lease = h("kith1:lease", CASE_ID + bytes(32) + ANA.persona.public)
        scenario.hexes({"claim id": CLAIM_ID, "lease hash": lease})
    if one.name == "grant":
        scenario.hex("granter hash", h("kith1:granter", CASE_ID + ANA.persona.public))
    if one.name == "epoch-letter":
        key = world.intake_key(0)
        scenario.hexes({"week secret": key.secret, "week public": key.public})
        scenario.hex("next seed", prf(world.INTAKE_SEED, "kith1:next"))
        scenario.hex("group topic", world.GROUP_TOPIC)
    if one.name.startswith("act-"):
        return
    other = said(one.map, message("another"), one.signer)
    scenario = topic.refuse(
        f"{one.name}-other-message", "not-signed", "Its signature is for another message."
    )
    shown(scenario, one.kind, other, identity, one.signer.public)
    foreign = said(one.map, identity, world.STRANGER)
    scenario = topic.refuse(f"{one.name}-by-stranger", "not-signed", "Signed by somebody else.")
    shown(scenario, one.kind, foreign, identity, one.signer.public)


def _certificates(topic: Topic) -> None:
    identity = message("certificates")

    def refuse(name: str, reason: str, why: str, data: bytes, signer: Signer, kind: int) -> None:
        scenario = topic.refuse(name, reason, why)
        shown(scenario, kind, said(data, identity, signer), identity, signer.public)

    dan = world.FORGED
    status = cbor.checked("status", {1: CASE_ID, 2: 5, 5: dan.certificate_value})
    refuse(
        "status-forged-certificate",
        "certificate",
        "The certificate is not signed by the roster key.",
        status,
        dan.persona,
        0x06,
    )
    grant = cbor.checked("grant", {1: CASE_ID, 2: CASE_KEY, 3: 1, 4: dan.certificate_value})
    refuse(
        "grant-forged-certificate",
        "certificate",
        "The certificate is not signed by the roster key.",
        grant,
        dan.persona,
        0x03,
    )
    borrowed = cbor.checked("status", {1: CASE_ID, 2: 5, 5: CERTIFICATE})
    scenario = topic.refuse(
        "status-borrowed-certificate", "not-signed", "Ben signs with Ana's certificate."
    )
    shown(scenario, 0x06, said(borrowed, identity, BEN.persona), identity, ANA.persona.public)
    long = cbor.encode({1: ANA.persona.public, 2: ANA.key.public, 3: 2, 4: 1, 5: "x" * 65})
    signed = cbor.signed_map(long, "kith1:cert", COMMUNITY, [world.ROSTER])
    refuse(
        "status-long-name",
        "certificate",
        "A chosen name has at most 64 bytes.",
        cbor.encode({1: CASE_ID, 2: 5, 5: cbor.decode(signed)}),
        ANA.persona,
        0x06,
    )
    elsewhere = cbor.signed_map(
        ANA.certificate_map, "kith1:cert", world.OTHER_COMMUNITY, [world.ROSTER]
    )
    refuse(
        "status-other-community",
        "certificate",
        "A certificate of another community.",
        cbor.encode({1: CASE_ID, 2: 5, 5: cbor.decode(elsewhere)}),
        ANA.persona,
        0x06,
    )

    act = cbor.checked("act", {1: fixed("another case"), 2: 5, 4: 1})
    refuse("act-other-case", "wrong-case", "The case is not its signer's.", act, CASE.persona, 0x05)
    unknown = cbor.checked("act", {1: CASE_ID, 2: 6, 4: 1})
    refuse("act-unknown", "shape", "Act 6 has no meaning.", unknown, CASE.persona, 0x05)
    state = cbor.encode({1: CASE_ID, 2: 7, 5: CERTIFICATE})
    refuse("status-unknown-state", "shape", "State 7 has no meaning.", state, ANA.persona, 0x06)
    for name, why, end in [
        ("too-long", "A lease lasts at most 72 hours.", NOW + 72 * 3600 + 1),
        ("empty", "A lease ends after it begins.", NOW),
    ]:
        claim = cbor.checked("claim", {**CLAIM, 4: end})
        refuse(f"claim-{name}", "out-of-range", why, claim, ANA.persona, 0x10)
    letter = cbor.checked(
        "epoch-letter",
        {1: 2, 2: world.GROUP_KEY, 3: CERTIFICATE, 4: world.WEEK, 5: world.INTAKE_SEED},
    )
    refuse(
        "epoch-letter-other-epoch",
        "wrong-epoch",
        "Its certificate is of another epoch.",
        letter,
        world.ROSTER,
        0x14,
    )


def _directories(topic: Topic) -> None:
    identity = message("directories")
    ascending = sorted([ANA, BEN, CHI], key=lambda one: one.persona.public)
    late = world.Member("Ana", 3, epoch=2)
    for name, reason, why, members in [
        ("unsorted", "out-of-range", "Certificates ascend by persona.", ascending[::-1]),
        ("repeated", "out-of-range", "Each persona once.", [ascending[0], ascending[0]]),
        ("forged", "certificate", "A certificate is not signed by the roster key.", [world.FORGED]),
        ("other-epoch", "wrong-epoch", "A certificate is of another epoch.", [late]),
    ]:
        data = cbor.checked("directory", {1: 1, 2: [one.certificate_value for one in members]})
        scenario = topic.refuse(f"directory-{name}", reason, why)
        shown(scenario, 0x19, said(data, identity, world.ROSTER), identity, world.ROSTER.public)


def topics() -> list[Topic]:
    topic = contents()
    unsigned.add(topic)
    withdrawals.add(topic)
    return [topic]
