"""Chapters 11 and 12: a seeker, who has a return code and nothing else."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import attachments
import cbor
import content
import returncodes
import schema
import sealing
from basics import SLOT, WEEK, Refused, require
from attachments import Attachment
from content import Community
from envelopes import Envelope, Retraction, erase_key_of, intake_topic, opening, tag_key_of
from records import Manifest
from returncodes import CaseKeys
from sealing import Part, Sealer

WEEKS_BACK, WEEKS_AHEAD = 14, 1
SEEKER, SUPPORTER = "seeker", "supporter"


@dataclass(frozen=True)
class Words:
    """Something that was written, and by which side."""

    author: str
    text: str
    slot: int
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Granted:
    """A case key that the seeker was given."""

    key: bytes
    rank: tuple[int, int, bytes]


@dataclass
class Case:
    """What a code finds of one case."""

    keys: CaseKeys
    grants: list[Granted] = field(default_factory=list)
    copies: list[dict[int, Any]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    states: list[tuple[int, str | None]] = field(default_factory=list)
    erasable: list[tuple[Envelope, bytes]] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        """Whether nothing was ever written with these keys."""
        return not (self.grants or self.copies or self.erasable)

    @property
    def case_key(self) -> bytes:
        """The key that is written under."""
        require(bool(self.grants), "incomplete")
        return min(self.grants, key=lambda granted: granted.rank).key

    @property
    def acts(self) -> list[dict[int, Any]]:
        """The copies of the seeker's acts."""
        return [copy for copy in self.copies if copy[1] == content.ACT]

    @property
    def own_files(self) -> list[Attachment]:
        """What the seeker attached to requests and keeps in notes."""
        found = []
        for copy in self.copies:
            if copy[1] not in (content.REQUEST, content.INCIDENT_NOTE):
                continue
            body = cbor.decode(copy[2])
            incident = body[5] if copy[1] == content.REQUEST else body
            found += attachments.listed(incident.get(13))
        return found

    @property
    def state(self) -> tuple[int, str | None] | None:
        """The state that counts, with its explanation."""
        return self.states[-1] if self.states else None


class Seeker:
    """Reads and writes the cases of a code in one community of a network."""

    def __init__(self, code: str, network: bytes, manifest: Manifest, work_base: int) -> None:
        roster = frozenset(manifest.roots.roster_keys)
        self.community = Community(network, manifest.community, roster)
        self.manifest = manifest
        self.work_base = work_base
        stretched = returncodes.stretch(returncodes.read(code))
        self.cases = returncodes.cases(stretched, manifest.community)

    # Writing

    def _sealer(self, slot: int, case: CaseKeys, **target: bytes) -> Sealer:
        shared = target.get("shared")
        return Sealer(
            network=self.community.network,
            community=self.community.name,
            topic=intake_topic(self.community.name, slot),
            slot=slot,
            work_base=self.work_base,
            tag_key=case.self_tag if shared is None else tag_key_of(shared),
            erase_key=case.erase_key,
            **target,
        )

    def _to_intake(self, slot: int, case: CaseKeys) -> Sealer:
        return self._sealer(slot, case, recipient=self.manifest.intake_key(slot))

    def _copy(
        self, slot: int, case: CaseKeys, kind: int, payload: bytes, message_id: bytes
    ) -> list[Envelope]:
        copy = cbor.encode({1: kind, 2: payload, 3: message_id})
        sealer = self._sealer(slot, case, recipient=case.self_public)
        return sealer.seal(content.SELF_COPY, os.urandom(16), copy)

    def ask(self, now: int, index: int, incident: dict[int, Any]) -> list[Envelope]:
        """A request, and its self copy."""
        slot, case = now // SLOT, self.cases[index]
        schema.check("incident", incident)
        keys = {1: case.thread_public, 2: case.persona, 3: case.grant_tag, 4: case.shard}
        payload = cbor.encode({**keys, 5: incident})
        message_id = os.urandom(16)
        made = self._to_intake(slot, case).seal(content.REQUEST, message_id, payload)
        return made + self._copy(slot, case, content.REQUEST, payload, message_id)

    def write(self, now: int, case: Case, text: str, language: str) -> list[Envelope]:
        """Words under the case key."""
        sealer = self._sealer(now // SLOT, case.keys, shared=case.case_key)
        payload = cbor.encode({1: text, 2: language})
        return sealer.seal(content.WORDS, os.urandom(16), payload)

    def act(self, now: int, case: Case, act: int, value: Any = None) -> list[Envelope]:
        """An act: to intake, under the case key once there is one, and as a copy."""
        slot, message_id = now // SLOT, os.urandom(16)
        entries = {1: case.keys.case, 2: act, 4: len(case.acts) + 1}
        if value is not None:
            entries[3] = value
        payload = content.say(self.community, message_id, entries, [case.keys.persona_seed])
        made = self._to_intake(slot, case.keys).seal(content.ACT, message_id, payload)
        if case.grants:
            sealer = self._sealer(slot, case.keys, shared=case.case_key)
            made += sealer.seal(content.ACT, message_id, payload)
        return made + self._copy(slot, case.keys, content.ACT, payload, message_id)

    def erase(self, case: Case) -> list[Retraction]:
        """Retractions of everything the seeker can take back, grants and answers too."""
        return [
            Retraction(item.header, item.body_hash, opening(key, item.header.raw))
            for item, key in case.erasable
        ]

    def attach(
        self, now: int, index: int, data: bytes, media_type: str
    ) -> tuple[dict[int, Any], list[Envelope]]:
        """A cleaned file for a case: its index, and its chunks."""
        return attachments.seal(
            data,
            media_type,
            attachments.CLEANED,
            self.community.network,
            self.community.name,
            now // SLOT,
            self.work_base,
            self.cases[index].erase_key,
        )

    def erase_files(self, case: Case) -> list[Retraction]:
        """Retractions of the chunks of own files, made of their indexes alone."""
        key = case.keys.erase_key
        return [
            Retraction(header, hashed, opening(key, header.raw))
            for file in case.own_files
            for header, hashed in file.chunks
        ]

    def note(self, now: int, index: int, incident: dict[int, Any]) -> list[Envelope]:
        """A note kept for oneself: a self copy alone."""
        schema.check("incident", incident)
        slot, case = now // SLOT, self.cases[index]
        payload = cbor.encode(incident)
        return self._copy(slot, case, content.INCIDENT_NOTE, payload, os.urandom(16))

    # Reading

    def topics(self, now: int) -> set[bytes]:
        """The intake topics of the weeks that still live."""
        weeks = range(-WEEKS_BACK, WEEKS_AHEAD + 1)
        slots = (now // SLOT + week * WEEK // SLOT for week in weeks)
        return {intake_topic(self.community.name, slot) for slot in slots}

    def look(self, now: int, envelopes: Iterable[Envelope]) -> list[Case]:
        """The eight cases, with what is found of each."""
        topics = self.topics(now)
        intake = [item for item in envelopes if item.header.topic in topics]
        intake.sort(key=lambda item: item.header.slot)
        return [self._read(keys, intake) for keys in self.cases]

    def _read(self, keys: CaseKeys, intake: list[Envelope]) -> Case:
        case = Case(keys)
        own = [item for item in intake if item.header.is_for(keys.self_tag)]
        for _, kind, _, payload in self._messages(own, keys.self_secret):
            if kind == content.SELF_COPY:
                self._take_copy(case, payload)
        granted = [item for item in intake if item.header.is_for(keys.grant_tag)]
        for item, kind, message_id, payload in self._messages(granted, keys.thread_secret):
            if kind == content.GRANT:
                self._take_grant(case, item, message_id, payload)
        for key in {granted.key for granted in case.grants}:
            self._read_under(case, key, intake)
        case.words.sort(key=lambda words: words.slot)
        for key in [keys.erase_key, *(erase_key_of(granted.key) for granted in case.grants)]:
            case.erasable += [(item, key) for item in intake if item.header.is_opened_by(key)]
        return case

    def _read_under(self, case: Case, key: bytes, intake: list[Envelope]) -> None:
        tag_key = tag_key_of(key)
        items = [item for item in intake if item.header.is_for(tag_key)]
        for item, kind, message_id, payload in self._messages(items, None, key):
            try:
                said = content.read(self.community, kind, message_id, payload)
            except (Refused, KeyError):
                continue
            if kind == content.WORDS:
                by_supporter = item.header.is_opened_by(erase_key_of(key))
                author = SUPPORTER if by_supporter else SEEKER
                files = tuple(attachments.listed(said.content.get(3)))
                case.words.append(Words(author, said.content[1], item.header.slot, files))
            elif kind == content.STATUS and said.content[1] == case.keys.case:
                case.states.append((said.content[2], said.content.get(3)))

    def _messages(
        self, items: list[Envelope], secret: bytes | None, shared: bytes | None = None
    ) -> list[tuple[Envelope, int, bytes, bytes]]:
        """The whole messages in envelopes that open: one of their envelopes, kind, id, payload."""
        parts: dict[tuple[int, bytes, int], list[tuple[Envelope, Part]]] = defaultdict(list)
        for item in items:
            try:
                if shared is not None:
                    part = Part.read(sealing.open_shared(shared, item))
                else:
                    assert secret is not None
                    opened = sealing.open_with_key(secret, self.community.name, item)
                    part = Part.read(opened)
            except Refused:
                continue
            parts[part.kind, part.message_id, part.parts].append((item, part))
        messages = []
        for found in parts.values():
            try:
                message = sealing.join(part for _, part in found)
            except Refused:
                continue
            messages.append((found[0][0], message.kind, message.message_id, message.payload))
        return messages

    def _take_copy(self, case: Case, payload: bytes) -> None:
        try:
            copy = cbor.decode(payload)
            schema.check("self-copy", copy)
        except Refused:
            return
        if copy[1] in (content.REQUEST, content.ACT, content.INCIDENT_NOTE):
            case.copies.append(copy)

    def _take_grant(self, case: Case, item: Envelope, message_id: bytes, payload: bytes) -> None:
        try:
            said = content.read(self.community, content.GRANT, message_id, payload)
        except Refused:
            return
        if said.content[1] != case.keys.case or said.certificate is None:
            return
        generation, persona = said.content[3], said.certificate.persona
        tie = content.granter_hash(case.keys.case, persona)
        rank = -said.certificate.epoch, -generation, tie
        case.grants.append(Granted(said.content[2], rank))
        if 5 in said.content:
            case.words.append(Words(SUPPORTER, said.content[5][1], item.header.slot))
