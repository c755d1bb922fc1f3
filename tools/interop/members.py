"""Chapters 12 and 13: a member of a community, and what they read."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import cbor
import content
import sealing
from basics import Refused, prf, public_of, signer_of, week_of
from claims import Claim, Leases
from content import Certificate, Community, Said
from envelopes import Envelope, intake_topic, tag_key_of
from records import Manifest
from returncodes import case_of
from sealing import Part


@dataclass(frozen=True)
class Epoch:
    """What an epoch letter brings."""

    number: int
    group_key: bytes
    certificate: list[Any]
    week: int
    seed: bytes

    def intake_secret(self, slot: int) -> bytes:
        """The secret that opens the intake of a slot's week."""
        seed = self.seed
        for _ in range(week_of(slot) - self.week):
            seed = prf(seed, "kith1:next")
        return prf(seed, "kith1:week")


@dataclass
class Member:
    """One member, with the keys they made themselves."""

    network: bytes
    manifest: Manifest
    work_base: int
    name: str
    persona_seed: bytes = field(default_factory=lambda: os.urandom(32))
    member_secret: bytes = field(default_factory=lambda: os.urandom(32))
    tag_key: bytes = field(default_factory=lambda: os.urandom(32))

    def __post_init__(self) -> None:
        roster = frozenset(self.manifest.roots.roster_keys)
        self.community = Community(self.network, self.manifest.community, roster)
        self.persona = signer_of(self.persona_seed)
        self.member_key = public_of(self.member_secret)

    def _whole(self, parts: Iterable[Part]) -> list[Said]:
        """What the messages say whose parts are all there and that keep their rules."""
        grouped: dict[tuple[int, bytes, int], list[Part]] = defaultdict(list)
        for part in parts:
            grouped[part.kind, part.message_id, part.parts].append(part)
        said = []
        for found in grouped.values():
            try:
                whole = sealing.join(found)
                if whole.kind in content.RULES:
                    said.append(
                        content.read(self.community, whole.kind, whole.message_id, whole.payload)
                    )
            except Refused:
                continue
        return said

    def _opened(self, item: Envelope, secret: bytes) -> Part | None:
        try:
            return Part.read(sealing.open_with_key(secret, self.community.name, item))
        except Refused:
            return None

    def _opened_under(self, item: Envelope, key: bytes) -> Part | None:
        try:
            return Part.read(sealing.open_shared(key, item))
        except Refused:
            return None

    def epochs(self, envelopes: Iterable[Envelope]) -> list[Epoch]:
        """The epochs of the letters that came for this member, newest last."""
        mine = (item for item in envelopes if item.header.is_for(self.tag_key))
        parts = (self._opened(item, self.member_secret) for item in mine)
        found = []
        for said in self._whole(part for part in parts if part):
            own = said.certificate and said.certificate.member_key == self.member_key
            if said.kind == content.EPOCH_LETTER and own:
                found.append(Epoch(*(said.content[key] for key in range(1, 6))))
        return sorted(found, key=lambda epoch: epoch.number)

    def said_under(self, envelopes: Iterable[Envelope], key: bytes, kind: int) -> list[Said]:
        """Messages of a kind under a shared key."""
        tag_key = tag_key_of(key)
        items = (item for item in envelopes if item.header.is_for(tag_key))
        parts = (self._opened_under(item, key) for item in items)
        return [said for said in self._whole(part for part in parts if part) if said.kind == kind]

    def intake(self, envelopes: Iterable[Envelope], epoch: Epoch, kind: int) -> list[Said]:
        """Messages of a kind that were sealed to intake."""
        parts = []
        for item in envelopes:
            slot = item.header.slot
            known = week_of(slot) >= epoch.week
            if known and item.header.topic == intake_topic(self.community.name, slot):
                parts.append(self._opened(item, epoch.intake_secret(slot)))
        return [said for said in self._whole(part for part in parts if part) if said.kind == kind]

    def requests(
        self, envelopes: Iterable[Envelope], epoch: Epoch, case: bytes
    ) -> list[dict[int, Any]]:
        """The requests of a case."""
        found = self.intake(envelopes, epoch, content.REQUEST)
        return [said.content for said in found if case_of(said.content[2]) == case]

    def members(self, envelopes: Iterable[Envelope], epoch: Epoch) -> list[Certificate]:
        """The members in the longest directory of an epoch."""
        directories = self.said_under(envelopes, epoch.group_key, content.DIRECTORY)
        listed = [said.content[2] for said in directories if said.content[1] == epoch.number]
        longest: list[Any] = max(listed, key=len, default=[])
        return [self.community.certificate(value) for value in longest]

    def case_keys(
        self, envelopes: Iterable[Envelope], epoch: Epoch, case: bytes
    ) -> list[dict[int, bytes]]:
        """The keys that case letters bring this member for a case."""
        found = []
        for said in self.said_under(envelopes, epoch.group_key, content.CASE_LETTER):
            if said.content[1] == case:
                name, secret = self.community.name, self.member_secret
                try:
                    opened = content.open_letter(name, said.content, self.member_key, secret)
                except Refused:
                    continue
                found.append(cbor.decode(opened))
        return found

    def holder(
        self, now: int, envelopes: list[Envelope], epoch: Epoch, case: bytes
    ) -> Claim | None:
        """The claim that holds a case."""
        key = epoch.group_key
        released = {
            (said.content[2], said.certificate.persona)
            for said in self.said_under(envelopes, key, content.RELEASE)
            if said.certificate
        }
        claims = []
        for said in self.said_under(envelopes, key, content.CLAIM):
            if said.content[1] == case and said.certificate:
                id, persona = content.claim_id(said.map), said.certificate.persona
                parent, begins, ends = (said.content[entry] for entry in (2, 3, 4))
                done = (id, persona) in released
                claims.append(Claim(id, parent, persona, begins, ends, said.signers, done))
        return Leases(case, claims).holder(now)
