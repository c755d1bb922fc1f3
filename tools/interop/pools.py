"""Chapter 06: room divided into parts, pools and periods, and who stays in a period."""

from dataclasses import dataclass, field
from typing import NamedTuple

from basics import DAY, SLOT, h, require
from envelopes import PUBLIC, Header, files_topic, intake_topic

TEXT, FILE = "text", "file"
DEFAULT_SHARES = (32, 1, 4, 2, 1, 23, 1)
POOLS = ((TEXT, 4), (TEXT, 3), (TEXT, 2), (TEXT, 1), (TEXT, 0), (FILE, 3), (FILE, 2))
PERIODS = (92, 32, 9, 26, 3, 32, 9)
HOUR_SLOTS, DAY_SLOTS = 6, 144
MOST_NUMBER = (1 << 32) - 1
OTHERS = "others"
Rank = tuple[int, bytes]


class Community(NamedTuple):
    """A carried community, its part, and the group tags its manifest lists."""

    id: bytes
    weight: int
    groups: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What is held in a period: an envelope, or a retraction in its target's place."""

    target: bytes
    rank: Rank
    size: int
    retraction: bytes | None = None
    link: int | None = None

    @property
    def name(self) -> bytes:
        """The id under which it is held."""
        return self.retraction or self.target


@dataclass
class Period:
    """One day or hour of one pool."""

    room: int
    rows: int
    ends: int
    entries: dict[bytes, Entry] = field(default_factory=dict)
    floor: Rank | None = None

    @property
    def used(self) -> int:
        return sum(entry.size for entry in self.entries.values())

    def insert(self, entry: Entry, now: int) -> list[Entry]:
        """Takes an entry in; what was displaced for it."""
        require(entry.size <= self.room and self.rows > 0, "no-room")
        require(self.floor is None or entry.rank < self.floor, "below-floor")
        if now >= self.ends + DAY:
            fits = self.used + entry.size <= self.room and len(self.entries) < self.rows
            require(fits, "no-room")
            self.entries[entry.target] = entry
            return []
        require(not self._is_too_much(entry), "link-share")
        gone = self._cut([*self.entries.values(), entry])
        require(entry not in gone, "below-floor")
        return gone

    def _cut(self, entries: list[Entry]) -> list[Entry]:
        """Keeps the longest run from the best that fits; the others."""
        entries.sort(key=lambda entry: entry.rank)
        kept = used = 0
        for entry in entries[: self.rows]:
            used += entry.size
            if used > self.room:
                break
            kept += 1
        gone = entries[kept:]
        self.entries = {entry.target: entry for entry in entries[:kept]}
        if gone:
            self.floor = min(gone[0].rank, self.floor or gone[0].rank)
        return gone

    def _is_too_much(self, entry: Entry) -> bool:
        """Whether a link fills more than a quarter of what is half used."""
        if entry.link is None:
            return False
        half = 2 * self.used >= self.room or 2 * len(self.entries) >= self.rows
        own = [other for other in self.entries.values() if other.link == entry.link]
        size = sum(other.size for other in own) + entry.size
        return half and (4 * size > self.room or 4 * (len(own) + 1) > self.rows)


@dataclass
class Flat:
    """A part that is not divided: names and sizes."""

    room: int
    rows: int
    sizes: dict[bytes, int] = field(default_factory=dict)

    def put(self, name: bytes, size: int, reason: str) -> None:
        """Takes something in, or refuses it for a reason."""
        fits = sum(self.sizes.values()) + size <= self.room and len(self.sizes) < self.rows
        require(fits, reason)
        self.sizes[name] = size


class Pools:
    """A store of some bytes and rows, told of one arrival after the other."""

    def __init__(
        self, room: int, rows: int, shares: list[int], communities: list[Community]
    ) -> None:
        counts = len(shares) == len(DEFAULT_SHARES) and any(shares)
        listed = shares if counts else DEFAULT_SHARES
        self._shares = [min(share, MOST_NUMBER) for share in listed]
        self._communities = communities
        tenth = rows // 10
        self._sixteenth = room // 16, (rows - tenth) // 16
        self._periods: dict[tuple[str, int, int], Period] = {}
        self._loose = Flat(0, tenth)
        self._records = Flat(*self._sixteenth)
        self._reserve = Flat(*self._sixteenth)

    def held(self) -> list[bytes]:
        """The names of all that is held, ascending."""
        periods = self._periods.values()
        names = {entry.name for period in periods for entry in period.entries.values()}
        for part in (self._loose, self._records, self._reserve):
            names |= part.sizes.keys()
        return sorted(names)

    def submit(self, id: bytes, header: Header) -> None:
        """What is submitted here, and on its stem."""
        self._reserve.put(id, _size(header), "reserve-full")

    def arrive(self, id: bytes, header: Header, now: int, link: int | None = None) -> None:
        """An envelope that came: unsolicited by a link, or by reconciliation."""
        if header.suite == PUBLIC:
            self._records.put(id, _size(header), "no-room")
            return
        period = self._period(header)
        rank = header.size_class - header.work_bits, id
        self._let_go(period.insert(Entry(id, rank, _size(header), link=link), now))

    def retract(self, id: bytes, header: Header) -> None:
        """The retraction of an envelope, held or not."""
        name = h("kith1:retr", id)
        held = [period for period in self._periods.values() if id in period.entries]
        if held:
            entry = held[0].entries[id]
            held[0].entries[id] = Entry(id, entry.rank, 0, name, entry.link)
        else:
            self._loose.put(name, 0, "no-room")

    def _let_go(self, entries: list[Entry]) -> None:
        """Retractions that were displaced move where those without a target are."""
        for entry in entries:
            if entry.retraction and len(self._loose.sizes) < self._loose.rows:
                self._loose.sizes[entry.retraction] = 0

    def _period(self, header: Header) -> Period:
        owner, kind = self._owner(header)
        require((kind, header.ttl_class) in POOLS, "no-pool")
        pool = POOLS.index((kind, header.ttl_class))
        slots = HOUR_SLOTS if header.ttl_class < 2 else DAY_SLOTS
        period = header.slot // slots
        key = str(owner), pool, period
        if key not in self._periods:
            room, rows = (self._room(part, owner, pool) for part in self._sixteenth)
            self._periods[key] = Period(room, rows, (period + 1) * slots * SLOT)
        return self._periods[key]

    def _room(self, sixteenth: int, owner: int | str, pool: int) -> int:
        if isinstance(owner, int):
            weights = [min(one.weight, MOST_NUMBER) for one in self._communities]
            sixteenth = 13 * sixteenth * weights[owner] // max(sum(weights), 1)
        return sixteenth * self._shares[pool] // sum(self._shares) // PERIODS[pool]

    def _owner(self, header: Header) -> tuple[int | str, str]:
        """Whose part an envelope counts in, and as what."""
        size, topic, slot = header.size_class, header.topic, header.slot
        best: list[tuple[int, bytes, int, str]] = []
        for index, one in enumerate(self._communities):
            text = size in (1, 3) and (topic in one.groups or topic == intake_topic(one.id, slot))
            file = size == 7 and topic == files_topic(one.id, slot)
            if text or file:
                best.append((-one.weight, one.id, index, TEXT if text else FILE))
        if best:
            return min(best)[2:]
        return OTHERS, TEXT if size <= 3 else FILE


def _size(header: Header) -> int:
    return 512 << header.size_class
