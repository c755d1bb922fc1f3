"""Chapters 17 and 18: a bridge, which opens what seekers consent to, and answers them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import cbor
import content
import forwardlog
import papers
import presentations
import records
import reports
import sealing
from basics import DAY, SLOT, Refused, prf, signer_of, week_of
from content import Community
from envelopes import Envelope, erase_key_of, intake_topic, tag_key_of
from presentations import Presentation
from reading import messages
from records import Manifest
from sealing import Sealer


@dataclass(frozen=True)
class Taken:
    """A consent that holds, and the key under which it is answered."""

    shown: Presentation
    reply: bytes


@dataclass
class Bridge:
    """One bridge with the keys it made itself."""

    community: Community
    work_base: int
    name: str
    now: int
    seed: bytes = field(default_factory=lambda: os.urandom(32))
    week_seed: bytes = field(default_factory=lambda: os.urandom(32))
    counters: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = signer_of(self.seed)
        self.week = week_of(self.now // SLOT)

    # Records

    def card(self, cooling_off: int) -> bytes:
        """How it is reached."""
        entries = {1: self.week, 2: papers.weekly(self.week_seed), 3: self.name, 4: cooling_off}
        of = self.community.name, 1, self.now
        return papers.record(records.CARD, *of, entries, self.seed)

    def checkpoint(self, day: int, whole: forwardlog.Day, before: bytes | None = None) -> bytes:
        """What it shows everybody of a day's log."""
        entries = {1: day, 3: whole.depth, 4: whole.top} | ({2: before} if before else {})
        of = self.community.name, day, self.now
        return papers.record(records.CHECKPOINT, *of, entries, self.seed)

    # Reading

    def _secret(self, slot: int) -> bytes:
        seed = self.week_seed
        for _ in range(week_of(slot) - self.week):
            seed = prf(seed, "kith1:next")
        return prf(seed, "kith1:week")

    def _opened(self, envelopes: Iterable[Envelope], kind: int) -> list[dict[int, Any]]:
        """What was sealed to the bridge, of a kind."""
        name = self.community.name
        intake = [
            item
            for item in envelopes
            if item.header.topic == intake_topic(name, item.header.slot)
            and week_of(item.header.slot) >= self.week
        ]
        found = messages(
            intake,
            lambda item: sealing.open_with_key(self._secret(item.header.slot), name, item),
        )
        said = []
        for _, message in found:
            if message.kind == kind:
                try:
                    read = content.read(self.community, kind, message.message_id, message.payload)
                except Refused:
                    continue
                said.append(read.content)
        return said

    def openings(self, envelopes: Iterable[Envelope]) -> frozenset[bytes]:
        """What takes consents back."""
        return frozenset(said[1] for said in self._opened(envelopes, content.WITHDRAWAL))

    def consents(self, envelopes: list[Envelope], manifest: Manifest) -> list[Taken]:
        """The consents that hold by all ten checks."""
        publishing = {one.uri: one.is_publishing for one in manifest.bridges[self.key]}
        taken: list[Taken] = []
        for said in self._opened(envelopes, content.CONSENT):
            known = tuple(one.shown for one in taken)
            opened = self.openings(envelopes)
            judge = presentations.Bridge(self.key, publishing, opened, known)
            try:
                shown = presentations.read(said[1])
                judge.check(shown, self.now)
            except Refused:
                continue
            if not judge.has(shown):
                taken.append(Taken(shown, said[2]))
        return taken

    # Writing

    def answer(
        self,
        taken: Taken,
        state: int,
        text: str | None = None,
        reference: str | None = None,
        forwards: list[dict[int, Any]] | None = None,
    ) -> list[Envelope]:
        """What became of a consent, for its seeker alone."""
        id, key, slot = taken.shown.terms.id, taken.reply, self.now // SLOT
        self.counters[id] = self.counters.get(id, 0) + 1
        entries: dict[int, Any] = {1: id, 2: self.counters[id], 3: state}
        more = {4: text, 5: reference, 6: forwards}
        entries |= {entry: value for entry, value in more.items() if value}
        sealer = Sealer(
            network=self.community.network,
            community=self.community.name,
            topic=intake_topic(self.community.name, slot),
            slot=slot,
            work_base=self.work_base,
            tag_key=tag_key_of(key),
            erase_key=erase_key_of(key),
            shared=key,
        )
        return sealer.seal(content.ANSWER, os.urandom(16), cbor.encode(entries))

    def forward(self, taken: Taken, salt: bytes, day: int, **more: Any) -> dict[int, Any]:
        """What an answer tells of a report that was sent."""
        entries: dict[int, Any] = {1: taken.shown.terms.audience, 2: day, 3: salt}
        named = {"reference": 4, "proof": 5, "perhaps_twice": 6}
        return entries | {named[name]: value for name, value in more.items()}

    def report(self, taken: Taken) -> str:
        """What the authority reads."""
        return reports.text(taken.shown.fields, taken.shown.terms.id)

    @property
    def day(self) -> int:
        """Today."""
        return self.now // DAY
