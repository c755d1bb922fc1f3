"""The people, keys and papers all scenarios share: one network with one community."""

from . import cbor
from .crypto import Agreement, Signer, fixed, h, h128, prf, prf128, u32

NOW = 1_800_000_300
SLOT = NOW // 600
WEEK = SLOT * 600 // 604800
BASE = 4  # the charter's work base: this network is a test network

SIGNERS = [Signer(f"network signer {number}") for number in range(3)]
STEWARDS = [Signer(f"steward {number}") for number in range(3)]
OPERATIONS = Signer("operations")
ROSTER = Signer("roster")
MODERATION = Signer("moderation")
STRANGER = Signer("stranger")
NODE_A = Signer("node a")
NODE_B = Signer("node b")


def keys(signers: list[Signer]) -> list[bytes]:
    return sorted(signer.public for signer in signers)


ROOT_FIELDS = {
    1: 0,
    3: keys(STEWARDS),
    4: 2,
    5: OPERATIONS.public,
    6: ROSTER.public,
    7: MODERATION.public,
    8: "Open Door",
}
ROOT = cbor.encode(ROOT_FIELDS)
COMMUNITY = h("kith1:root", ROOT)

CHARTER_FIELDS = {
    1: 0,
    3: keys(SIGNERS),
    4: 2,
    5: BASE,
    6: [[COMMUNITY, 1]],
    7: [[NODE_A.public, "relay-a.example:4747"], [NODE_B.public, "192.0.2.7:4747"]],
    9: True,
    10: "Test city",
}
CHARTER = cbor.encode(CHARTER_FIELDS)
NETWORK = h("kith1:net", CHARTER)
OTHER_COMMUNITY = h("kith1:root", b"another community")
OTHER_NETWORK = h("kith1:net", b"another network")


def intake_topic(community: bytes = COMMUNITY, week: int = WEEK) -> bytes:
    return h128("kith1:intake", community + u32(week))


def files_topic(community: bytes = COMMUNITY, week: int = WEEK) -> bytes:
    return h128("kith1:files", community + u32(week))


def public_topic(subject: bytes = COMMUNITY) -> bytes:
    return h128("kith1:public", subject)


GROUP_KEY = fixed("group key of epoch 1")
GROUP_TOPIC = prf128(GROUP_KEY, "kith1:topic")
INTAKE_SEED = fixed("intake seed of the first week")


def intake_key(weeks: int, seed: bytes = INTAKE_SEED) -> Agreement:
    """The intake key `weeks` after the week of the seed; a bridge's come from its own alike."""
    for _ in range(weeks):
        seed = prf(seed, "kith1:next")
    return Agreement("", prf(seed, "kith1:week"))


INTAKE_KEYS = [intake_key(weeks).public for weeks in range(8)]


class Member:
    """A supporter: persona, member key, tag key and certificate of epoch 1."""

    def __init__(self, name: str, roles: int, roster: Signer = ROSTER, epoch: int = 1):
        self.name = name
        self.persona = Signer(f"persona of {name}")
        self.key = Agreement(f"member key of {name}")
        self.tag_key = fixed(f"tag key of {name}")
        fields = {1: self.persona.public, 2: self.key.public, 3: roles, 4: epoch, 5: name}
        self.certificate_map = cbor.encode(fields)
        signed = cbor.signatures(self.certificate_map, "kith1:cert", COMMUNITY, [roster])
        self.certificate = cbor.with_signatures(self.certificate_map, signed)

    @property
    def certificate_value(self) -> object:
        return cbor.decode(self.certificate)


ANA = Member("Ana", 1 + 2)
BEN = Member("Ben", 2)
CHI = Member("Chi", 1 + 2 + 8)
FORGED = Member("Dan", 2, roster=STRANGER)

BRIDGE = Signer("bridge")
OTHER_BRIDGE = Signer("other bridge")
BRIDGE_SEED = fixed("bridge seed of the first week")
BRIDGE_KEYS = [intake_key(weeks, BRIDGE_SEED).public for weeks in range(8)]
POLICE = "https://police.example/reports"
CITY = "https://city.example/open311/v2"
COUNCIL = "https://council.example/open311"
AUTHORITIES = [[POLICE, "Police", False], [CITY, "City of Test", True]]  # of BRIDGE

CODE_DIGITS = "12345678901234567890123456"
