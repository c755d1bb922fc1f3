"""Chapters 06, 07 and 14: what a peer keeps, here in memory, and what it takes in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import records
from basics import Refused, require
from chains import Charters
from envelopes import PUBLIC, Envelope, Retraction
from records import Manifest, Record

FAULTS = {
    "future-slot",
    "public-ttl-class",
    "public-mailbox",
    "public-commitment",
    "public-size",
    "public-record",
    "padding-not-zero",
    "shape",
    "not-signed",
    "work-below-base",
    "work-over-64",
    "work-too-weak",
}
MOST_WAITING = 64
MOST_LANGUAGES = 16
MOST_CHECKPOINTS = 400
Kind = tuple[int, bytes, bytes]


@dataclass
class Store:
    """The items of one network, each once, in the order they came."""

    network: bytes
    chosen: set[bytes] = field(default_factory=set)
    envelopes: dict[bytes, Envelope] = field(default_factory=dict)
    retractions: dict[bytes, Retraction] = field(default_factory=dict)
    records: dict[Kind, tuple[bytes, Record]] = field(default_factory=dict)
    _retracted: dict[bytes, bytes] = field(default_factory=dict)
    _waiting: list[Envelope] = field(default_factory=list)

    def copy(self) -> "Store":
        """Another store that holds the same."""
        return replace(
            self,
            envelopes=dict(self.envelopes),
            retractions=dict(self.retractions),
            records=dict(self.records),
            _retracted=dict(self._retracted),
        )

    @property
    def charters(self) -> Charters | None:
        """The network's charters, once they are known."""
        found = self.records.get((records.CHARTERS, self.network, b""))
        if found is None:
            return None
        assert isinstance(found[1].chain, Charters)
        return found[1].chain

    @property
    def work_base(self) -> int:
        """The least work of the network."""
        charters = self.charters
        if charters is None:
            raise Refused("network-unknown")
        return charters.work_base

    def manifest(self, community: bytes) -> Manifest | None:
        """The manifest of a community, once it is known."""
        found = self.records.get((records.MANIFEST, community, b""))
        return Manifest.of(found[1]) if found else None

    def records_about(self, type: int, subject: bytes) -> list[Record]:
        """The records of a type about a subject, those of the lowest seq first."""
        found = [record for _, record in self.records.values()]
        about = [record for record in found if (record.type, record.subject) == (type, subject)]
        return sorted(about, key=lambda record: (record.seq, record.hash))

    def settles(self, id: bytes) -> bool:
        """Whether an item is held or refused, so that nobody is asked for it."""
        return id in self.envelopes or id in self.retractions or id in self._retracted

    def public_ids(self) -> list[bytes]:
        """The ids of the current public records that are told first on a link."""
        return [id for id, record in self.records.values() if record.type != records.GUIDANCE]

    def items_of(
        self, ttl_class: int, slot: int, topics: tuple[bytes, ...] = ()
    ) -> list[tuple[int, bytes]]:
        """Slot and id of all items of a class from a slot on, ascending."""
        return sorted(
            (item.header.slot, id)
            for id, item in self._items()
            if item.header.ttl_class == ttl_class
            and item.header.slot >= slot
            and (not topics or item.header.topic in topics)
        )

    def listed(self) -> list[bytes]:
        """The ids of all items."""
        return [id for id, _ in self._items()]

    def _items(self) -> Iterator[tuple[bytes, Envelope | Retraction]]:
        yield from self.envelopes.items()
        yield from self.retractions.items()

    def answer(self, id: bytes) -> Envelope | Retraction | None:
        """What a WANT for an id is answered with; None is GONE."""
        found = self.envelopes.get(id) or self.retractions.get(id)
        return found or self.retractions.get(self._retracted.get(id, b""))

    def keep(self, item: Envelope | Retraction, now: int, pushed: bool) -> bool:
        """Keeps an item that passes the checks; whether it is new."""
        if isinstance(item, Retraction):
            return self.retract(item, now)
        return self.take(item, now, pushed)

    def take(self, envelope: Envelope, now: int, pushed: bool) -> bool:
        """Keeps an envelope that passes the checks; whether it is new."""
        id = envelope.id(self.network)
        if self.settles(id):
            return False
        if envelope.header.suite == PUBLIC:
            return self._take_record(id, envelope, now, pushed)
        envelope.check(self.network, self.work_base, now, pushed)
        self.envelopes[id] = envelope
        return True

    def _take_record(self, id: bytes, envelope: Envelope, now: int, pushed: bool) -> bool:
        try:
            record = records.in_envelope(envelope, now, self.manifest)
        except Refused as refused:
            # What comes before the manifest that names its signer is heard again later.
            if refused.reason == "not-signed" and records.type_of(envelope) in records.ONE_SIGNER:
                return False
            raise
        if record.type == records.CHARTERS:
            require(record.subject == self.network, "wrong-subject")
            assert isinstance(record.chain, Charters)
            envelope.check(self.network, record.chain.work_base, now, pushed)
        elif self.charters is None:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(envelope)
            return False
        else:
            envelope.check(self.network, self.work_base, now, pushed)
            wanted = self.chosen | set(self.charters.communities)
            require(record.subject in wanted, "wrong-subject")
        if not self._replace(id, envelope, record, now):
            return False
        waiting, self._waiting = self._waiting, []
        for other in waiting:
            self.take(other, now, pushed=False)
        return True

    def _replace(self, id: bytes, envelope: Envelope, record: Record, now: int) -> bool:
        """Puts a record in the place of the one it replaces; whether it counts."""
        key = record.kind
        if key in self.records:
            old_id, old = self.records[key]
            same = record.hash == old.hash
            later = envelope.header.slot > self.envelopes[old_id].header.slot
            if not (later if same else record.counts_before(old)):
                return False
            require(_goes_on(old, record), "wrong-parent")
            del self.envelopes[old_id]
        self.records[key] = id, record
        self.envelopes[id] = envelope
        self._drop_surplus(record, now)
        return id in self.envelopes

    def _drop_surplus(self, new: Record, now: int) -> None:
        """Drops what a new manifest's signers did not sign, and what is beyond the most kept."""
        about = [record for _, record in self.records.values() if record.subject == new.subject]
        drop: list[Record] = []
        if new.type == records.MANIFEST:
            manifest = Manifest.of(new)
            ours = [record for record in about if record.type in records.ONE_SIGNER]
            drop = [one for one in ours if one.signer not in manifest.may_sign(one.type)]
        elif new.type == records.GUIDANCE:
            live = [r for r in about if r.type == new.type and r.ends > now]
            drop = sorted(live, key=lambda r: (-r.seq, r.hash))[MOST_LANGUAGES:]
        elif new.type == records.CHECKPOINT:
            own = [r for r in about if (r.type, r.signer) == (new.type, new.signer)]
            drop = sorted(own, key=lambda r: -r.seq)[MOST_CHECKPOINTS:]
        for record in drop:
            id, _ = self.records.pop(record.kind)
            del self.envelopes[id]

    def retract(self, retraction: Retraction, now: int) -> bool:
        """Takes an envelope back, seen or not; whether that is new."""
        id, target = retraction.id(self.network), retraction.target(self.network)
        if id in self.retractions:
            return False
        retraction.check(self.network, self.work_base, now)
        self.envelopes.pop(target, None)
        self.retractions[id] = retraction
        self._retracted[target] = id
        return True


def _goes_on(old: Record, new: Record) -> bool:
    """Whether a record's chain begins with the chain that is followed."""
    if old.chain is None or new.chain is None:
        return True
    followed = [link.hash for link in old.chain.links]
    return [link.hash for link in new.chain.links][: len(followed)] == followed
