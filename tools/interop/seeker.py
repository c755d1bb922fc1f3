"""Chapters 11, 12 and 17: a seeker, who has a return code and nothing else."""

import os
from collections.abc import Iterable
from typing import Any

import attachments
import cbor
import content
import presenting
import records
import returncodes
import schema
from attachments import Attachment
from basics import DAY, SLOT, WEEK, require
from casefiles import Case
from content import Community
from envelopes import Envelope, Retraction, intake_topic, opening, tag_key_of
from presentations import Presentation, Terms, commitment
from presenting import ConsentKeys
from reading import Reading
from records import Manifest, Record
from returncodes import CaseKeys
from sealing import Sealer

WEEKS_BACK, WEEKS_AHEAD = 14, 1
USUAL_DAYS = 30


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

    def copy(
        self,
        slot: int,
        case: CaseKeys,
        kind: int,
        payload: bytes,
        message_id: bytes,
        first: int | None = None,
    ) -> list[Envelope]:
        """A self copy; one that is sealed anew tells the slot of the first."""
        entries: dict[int, Any] = {1: kind, 2: payload, 3: message_id}
        if first is not None:
            entries[4] = first
        sealer = self._sealer(slot, case, recipient=case.self_public)
        return sealer.seal(content.SELF_COPY, os.urandom(16), cbor.encode(entries))

    def ask(self, now: int, index: int, incident: dict[int, Any]) -> list[Envelope]:
        """A request, and its self copy."""
        slot, case = now // SLOT, self.cases[index]
        schema.check("incident", incident)
        keys = {1: case.thread_public, 2: case.persona, 3: case.grant_tag, 4: case.shard}
        payload = cbor.encode({**keys, 5: incident})
        message_id = os.urandom(16)
        made = self._to_intake(slot, case).seal(content.REQUEST, message_id, payload)
        return made + self.copy(slot, case, content.REQUEST, payload, message_id)

    def write(
        self, now: int, case: Case, text: str, language: str, files: Iterable[Any] = ()
    ) -> list[Envelope]:
        """Words under the case key."""
        sealer = self._sealer(now // SLOT, case.keys, shared=case.case_key)
        payload = content.words(text, language, files)
        return sealer.seal(content.WORDS, os.urandom(16), payload)

    def act(self, now: int, case: Case, act: int, value: Any = None) -> list[Envelope]:
        """An act: to intake, under the case key once there is one, and as a copy."""
        slot, message_id = now // SLOT, os.urandom(16)
        entries = {1: case.keys.case, 2: act, 4: case.counter + 1}
        if value is not None:
            entries[3] = value
        payload = content.say(self.community, message_id, entries, [case.keys.persona_seed])
        made = self._to_intake(slot, case.keys).seal(content.ACT, message_id, payload)
        if case.grants:
            sealer = self._sealer(slot, case.keys, shared=case.case_key)
            made += sealer.seal(content.ACT, message_id, payload)
        return made + self.copy(slot, case.keys, content.ACT, payload, message_id)

    def erase(self, case: Case) -> list[Retraction]:
        """Retractions of everything the seeker can take back, grants and answers too."""
        return [
            Retraction(item.header, item.body_hash, opening(key, item.header.raw))
            for item, key in case.erasable
        ]

    def attach(
        self,
        now: int,
        index: int,
        data: bytes,
        media_type: str,
        role: int = attachments.CLEANED,
    ) -> tuple[dict[int, Any], list[Envelope]]:
        """A file for a case: its index, and its chunks."""
        return attachments.seal(
            data,
            media_type,
            role,
            self.community.network,
            self.community.name,
            now // SLOT,
            self.work_base,
            self.cases[index].erase_key,
        )

    def erase_files(self, case: Case) -> list[Retraction]:
        """Retractions of the chunks of own files, made of their indexes alone."""
        own = [file for words in case.words if words.author == "seeker" for file in words.files]
        return _retracted(case.own_files + own, case.keys.erase_key)

    def note(self, now: int, index: int, incident: dict[int, Any]) -> list[Envelope]:
        """A note kept for oneself: a self copy alone."""
        schema.check("incident", incident)
        slot, case = now // SLOT, self.cases[index]
        payload = cbor.encode(incident)
        return self.copy(slot, case, content.INCIDENT_NOTE, payload, os.urandom(16))

    def renew(self, now: int, case: Case) -> list[Envelope]:
        """Own copies sealed anew, for another ninety days."""
        made: list[Envelope] = []
        for one in case.copies:
            old = one.kind, one.payload, one.message_id, one.slot
            made += self.copy(now // SLOT, case.keys, *old)
        return made

    # Consents

    def consent(
        self,
        now: int,
        case: Case,
        card: Record,
        authority: str,
        purpose: str,
        shared: Iterable[str],
        told: dict[str, Any] | None = None,
        days: int = USUAL_DAYS,
        is_public: bool = False,
        renews: bytes | None = None,
    ) -> tuple[Presentation, list[Envelope]]:
        """A consent to fields of a case, and what is told for it alone; and its self copy."""
        keys, id, begins = self._consent_keys(case), os.urandom(16), now // DAY * DAY
        terms = Terms(
            audience=authority,
            begins=begins,
            ends=begins + days * DAY,
            id=id,
            purpose=purpose,
            revoke=commitment(keys.opening(id)),
            bridge=card.signer,
            is_public=is_public,
            renews=renews,
        )
        fields = {name: value for name, value in case.fields.items() if name in set(shared)}
        shown = presenting.make(keys, terms, fields | (told or {}))
        payload = cbor.encode({1: shown.text, 2: keys.reply(id)})
        return shown, self.to_bridge(now, case, card, content.CONSENT, payload)

    def withdraw(self, now: int, case: Case, card: Record, id: bytes) -> list[Envelope]:
        """What takes a consent back, and its self copy."""
        require(any(one.shown.terms.id == id for one in case.consents), "unknown-id")
        payload = cbor.encode({1: self._consent_keys(case).opening(id)})
        return self.to_bridge(now, case, card, content.WITHDRAWAL, payload)

    def _consent_keys(self, case: Case) -> ConsentKeys:
        return ConsentKeys(case.keys.key("kith1:consent"))

    def to_bridge(
        self, now: int, case: Case, card: Record, kind: int, payload: bytes
    ) -> list[Envelope]:
        """What is sealed to a bridge, and its self copy."""
        slot, message_id = now // SLOT, os.urandom(16)
        sealer = self._sealer(slot, case.keys, recipient=records.bridge_key(card, slot))
        made = sealer.seal(kind, message_id, payload)
        return made + self.copy(slot, case.keys, kind, payload, message_id)

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
        return [Reading(self.community, keys, intake).whole() for keys in self.cases]


def _retracted(files: list[Attachment], erase_key: bytes) -> list[Retraction]:
    return [
        Retraction(header, hashed, opening(erase_key, header.raw))
        for file in files
        for header, hashed in file.chunks
    ]
