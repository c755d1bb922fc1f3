"""Chapters 12 and 13: a member of a community, from their invite to answering a case."""

import os
from collections.abc import Iterable
from typing import Any

import attachments
import cbor
import content
import sealing
from basics import NOBODY, SLOT
from envelopes import Envelope, erase_key_of, group_topic, intake_topic, tag_key_of
from members import Epoch, Member
from returncodes import case_of
from sealing import Sealer

LEASE_SECONDS = 24 * 3600


class Supporter(Member):
    """What a member writes."""

    def _sealer(self, now: int, topic: bytes, **how: bytes | None) -> Sealer:
        return Sealer(
            network=self.network,
            community=self.community.name,
            topic=topic,
            slot=now // SLOT,
            work_base=self.work_base,
            **how,
        )

    def _intake(self, now: int) -> bytes:
        return intake_topic(self.community.name, now // SLOT)

    def under(self, now: int, key: bytes, topic: bytes | None = None) -> Sealer:
        """What seals under a shared key, by default to the intake topic."""
        keys = {"tag_key": tag_key_of(key), "erase_key": erase_key_of(key), "shared": key}
        return self._sealer(now, topic or self._intake(now), **keys)

    def join(self, now: int, secret: bytes) -> list[Envelope]:
        """Asks to be let in with an invite's one-time secret."""
        entries: dict[int, Any] = {1: self.persona, 2: self.member_key, 3: self.tag_key}
        entries[4] = content.join_proof(self.community, secret, entries)
        entries[5] = self.name
        recipient = self.manifest.intake_key(now // SLOT)
        keys = {"tag_key": self.tag_key, "erase_key": None, "recipient": recipient}
        sealer = self._sealer(now, self._intake(now), **keys)
        return sealer.seal(content.JOIN, os.urandom(16), cbor.encode(entries))

    def say(self, sealer: Sealer, kind: int, entries: dict[int, Any]) -> list[Envelope]:
        """A message signed by the member."""
        message_id = os.urandom(16)
        payload = content.say(self.community, message_id, entries, [self.persona_seed])
        return sealer.seal(kind, message_id, payload)

    def answer(
        self,
        now: int,
        epoch: Epoch,
        request: dict[int, Any],
        deputies: list[bytes],
        text: str,
        files: Iterable[Any] = (),
    ) -> tuple[bytes, list[Envelope]]:
        """A grant, the case letter that goes with it, and words; and the case key they bring."""
        case_key, made = self.grant(now, epoch, request, deputies)
        return case_key, made + self.write(now, case_key, text, files)

    def grant(
        self,
        now: int,
        epoch: Epoch,
        request: dict[int, Any],
        deputies: list[bytes],
        words: dict[int, Any] | None = None,
        case_key: bytes | None = None,
    ) -> tuple[bytes, list[Envelope]]:
        """A grant, with words in it or without, and the case letter that goes with it."""
        case, case_key = case_of(request[2]), case_key or os.urandom(32)
        grant = self._sealer(
            now,
            self._intake(now),
            tag_key=request[3],
            erase_key=erase_key_of(case_key),
            recipient=request[1],
        )
        entries: dict[int, Any] = {1: case, 2: case_key, 3: 1, 4: epoch.certificate}
        made = self.say(grant, content.GRANT, entries | ({5: words} if words else {}))
        keys = {1: case_key, 2: os.urandom(32), 3: request[1], 4: request[2]}
        return case_key, made + self.letter(now, epoch, case, keys, [self.member_key, *deputies])

    def letter(
        self, now: int, epoch: Epoch, case: bytes, keys: dict[int, Any], members: list[bytes]
    ) -> list[Envelope]:
        """The keys of a case, for some members."""
        letter: dict[int, Any] = {1: case, 2: 1, 4: epoch.certificate}
        info, aad = content.letter_info(self.community.name), content.letter_aad(letter)
        plaintext = cbor.encode(keys)
        letter[3] = [
            [member, *sealing.hpke_seal(member, info, aad, plaintext, os.urandom(32))]
            for member in members
        ]
        sealer = self.under(now, epoch.group_key, group_topic(epoch.group_key))
        return sealer.seal(content.CASE_LETTER, os.urandom(16), cbor.encode(letter))

    def write(
        self, now: int, case_key: bytes, text: str, files: Iterable[Any] = ()
    ) -> list[Envelope]:
        """Words to the seeker."""
        payload = content.words(text, "en", files)
        return self.under(now, case_key).seal(content.WORDS, os.urandom(16), payload)

    def attach(
        self, now: int, case_key: bytes, data: bytes, media_type: str
    ) -> tuple[dict[int, Any], list[Envelope]]:
        """A file for the seeker: its index, and its chunks."""
        return attachments.seal(
            data,
            media_type,
            attachments.CLEANED,
            self.network,
            self.community.name,
            now // SLOT,
            self.work_base,
            erase_key_of(case_key),
        )

    def note(self, now: int, team_key: bytes, text: str) -> list[Envelope]:
        """Words among those who have a case's letter, never for the seeker."""
        payload = content.words(text, "en")
        return self.under(now, team_key).seal(content.NOTE, os.urandom(16), payload)

    def tell(
        self, now: int, epoch: Epoch, case: bytes, case_key: bytes, state: int, why: str
    ) -> list[Envelope]:
        """A status."""
        entries = {1: case, 2: state, 3: why, 4: "en", 5: epoch.certificate}
        return self.say(self.under(now, case_key), content.STATUS, entries)

    def claim(
        self, now: int, epoch: Epoch, case: bytes, parent: bytes = NOBODY
    ) -> list[Envelope]:
        """A lease on a case, the first or one that goes on from another."""
        entries = {1: case, 2: parent, 3: now, 4: now + LEASE_SECONDS, 5: epoch.certificate}
        sealer = self.under(now, epoch.group_key, group_topic(epoch.group_key))
        return self.say(sealer, content.CLAIM, entries)

    def release(
        self, now: int, epoch: Epoch, case: bytes, claim: bytes, heir: bytes | None = None
    ) -> list[Envelope]:
        """Ends a lease of one's own; heir: whose persona is wished to go on."""
        entries: dict[int, Any] = {1: case, 2: claim, 3: epoch.certificate}
        if heir is not None:
            entries[4] = heir
        sealer = self.under(now, epoch.group_key, group_topic(epoch.group_key))
        return self.say(sealer, content.RELEASE, entries)
