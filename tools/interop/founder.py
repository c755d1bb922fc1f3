"""Chapters 02, 13 and 24: a network and a community of one's own, from their first papers on."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import chains
import content
import papers
import records
import signed
from basics import SLOT, signer_of, week_of
from content import Community, Said
from envelopes import Envelope, erase_key_of, group_topic, intake_topic, tag_key_of
from members import Epoch, Member
from records import Authority, Manifest
from sealing import Sealer
from supporter import Supporter

INTAKE_AND_SUPPORT = 3
EPOCH = 1


def _seed() -> bytes:
    return os.urandom(32)


@dataclass
class Founder:
    """Holds every key of a community with one epoch, and of the network that carries it."""

    name: str
    now: int
    work_base: int
    seeds: list[Any] = field(default_factory=list)
    steward: bytes = field(default_factory=_seed)
    operations: bytes = field(default_factory=_seed)
    roster: bytes = field(default_factory=_seed)
    group_key: bytes = field(default_factory=_seed)
    intake_seed: bytes = field(default_factory=_seed)
    bridges: dict[bytes, list[Authority]] = field(default_factory=dict)
    certificates: dict[bytes, list[Any]] = field(default_factory=dict)
    seq: int = 0

    def __post_init__(self) -> None:
        keys = [signer_of(seed) for seed in (self.operations, self.roster, _seed())]
        self.root = papers.root(self.steward, signer_of(self.steward), keys, self.name)
        self.id = papers.name_of(self.root, chains.ROOT)
        of = self.steward, signer_of(self.steward), self.id, self.seeds
        self.charter = papers.charter(*of, self.work_base, f"{self.name}, network")
        self.network = papers.name_of(self.charter, chains.CHARTER)
        self.community = Community(self.network, self.id, frozenset({keys[1]}))

    # Records

    def charters(self) -> bytes:
        """The record that holds the charter."""
        made = [self.charter]
        return papers.record(records.CHARTERS, self.network, 0, self.now, made, self.steward)

    def manifest(self) -> bytes:
        """The manifest as it stands now."""
        self.seq += 1
        slot = self.now // SLOT
        bridges = [
            [key, [[one.uri, one.name, one.is_publishing] for one in authorities]]
            for key, authorities in self.bridges.items()
        ]
        entries = {1: EPOCH, 2: slot, 3: [self.root], 4: week_of(slot)}
        entries |= {5: papers.weekly(self.intake_seed), 6: [group_topic(self.group_key)], 7: []}
        entries |= {8: bridges, 9: [], 10: {1: ["en"]}}
        return self._signed(records.MANIFEST, self.seq, entries)

    def guidance(self, language: str, pack: dict[int, Any] | None) -> bytes:
        """A pack of guidance, or its taking back."""
        self.seq += 1
        entries: dict[int, Any] = {1: language} | ({2: pack} if pack else {})
        return self._signed(records.GUIDANCE, self.seq, entries)

    def _signed(self, type: int, seq: int, entries: dict[int, Any]) -> bytes:
        return papers.record(type, self.id, seq, self.now, entries, self.operations)

    def read_manifest(self) -> Manifest:
        """The manifest as others read it."""
        return Manifest.of(records.read(self.manifest(), self.now))

    def post(self, raw: bytes) -> Envelope:
        """A record in its envelope."""
        subject = signed.read(raw).content[2]
        return papers.post(raw, subject, self.now, self.network, self.work_base)

    # Members

    def certificate(self, persona: bytes, member_key: bytes, name: str | None) -> list[Any]:
        """Vouches for somebody."""
        entries: dict[int, Any] = {1: persona, 2: member_key, 3: INTAKE_AND_SUPPORT, 4: EPOCH}
        if name is not None:
            entries[5] = name
        made = signed.read(signed.make(entries, [self.roster], "kith1:cert", self.id))
        value = [made.map, [list(pair) for pair in made.signatures]]
        self.certificates[persona] = value
        return value

    def admit(self, manifest: Manifest, name: str) -> tuple[Supporter, Epoch]:
        """A member whose keys are made here too."""
        member = Supporter(self.network, manifest, self.work_base, name)
        certificate = self.certificate(member.persona, member.member_key, name)
        week = week_of(self.now // SLOT)
        return member, Epoch(EPOCH, self.group_key, certificate, week, self.intake_seed)

    def _sealer(self, **how: Any) -> Sealer:
        slot = self.now // SLOT
        how = {"topic": intake_topic(self.id, slot)} | how
        return Sealer(
            network=self.network,
            community=self.id,
            slot=slot,
            work_base=self.work_base,
            **how,
        )

    def joins(self, envelopes: Iterable[Envelope], secret: bytes) -> list[Said]:
        """Who asks to be let in, and proves that they hold an invite's one-time secret."""
        epoch = Epoch(EPOCH, self.group_key, [], week_of(self.now // SLOT), self.intake_seed)
        reader = Member(self.network, self.read_manifest(), self.work_base, "")
        asked = reader.intake(envelopes, epoch, content.JOIN)
        proof = content.join_proof
        return [
            said for said in asked if said.content[4] == proof(self.community, secret, said.content)
        ]

    def letter(self, joined: Said) -> list[Envelope]:
        """Lets somebody in: an epoch letter, to them alone."""
        persona, member_key, tag_key = (joined.content[key] for key in (1, 2, 3))
        certificate = self.certificate(persona, member_key, joined.content.get(5))
        entries = {1: EPOCH, 2: self.group_key, 3: certificate}
        entries |= {4: week_of(self.now // SLOT), 5: self.intake_seed}
        sealer = self._sealer(tag_key=tag_key, erase_key=None, recipient=member_key)
        return self._say(sealer, content.EPOCH_LETTER, entries)

    def directory(self) -> list[Envelope]:
        """Who is a member, for members."""
        listed = [self.certificates[persona] for persona in sorted(self.certificates)]
        key = self.group_key
        keys = {"tag_key": tag_key_of(key), "erase_key": erase_key_of(key), "shared": key}
        sealer = self._sealer(topic=group_topic(key), **keys)
        return self._say(sealer, content.DIRECTORY, {1: EPOCH, 2: listed})

    def _say(self, sealer: Sealer, kind: int, entries: dict[int, Any]) -> list[Envelope]:
        message_id = os.urandom(16)
        payload = content.say(self.community, message_id, entries, [self.roster])
        return sealer.seal(kind, message_id, payload)
