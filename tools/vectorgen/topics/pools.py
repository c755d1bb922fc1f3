"""pools: protocol/06-store.md. A store of a few envelopes, what came to it, and what it holds."""

from dataclasses import dataclass, field

from .. import world
from ..crypto import fixed, h128, u32
from ..scenario import Scenario, Topic
from ..wire import TTL_SECONDS, Header, retraction_id

SLOT, NOW = world.SLOT, world.NOW
SHARES = [32, 1, 4, 2, 1, 23, 1]
# ttl class, whether files, slots of a period, periods that live at once
POOLS = [
    (4, False, 144, 92),
    (3, False, 144, 32),
    (2, False, 144, 9),
    (1, False, 6, 26),
    (0, False, 6, 3),
    (3, True, 144, 32),
    (2, True, 144, 9),
]
WEEK_TEXT = [0, 0, 1, 0, 0, 0, 0]
OTHER_TOPIC = fixed("a topic nobody lists", 16)
SECOND = fixed("second community")


def item(number: int, first: int = 0x80) -> bytes:
    """An id; `first` is its first byte, which decides between equals."""
    return bytes([first]) + fixed(f"item {number}", 31)


@dataclass
class Arrival:
    """What came, when, and how: `link N`, `sync`, `own`, or a `retraction` of the envelope."""

    id: bytes
    header: Header
    way: str = "sync"
    now: int = NOW


@dataclass
class Period:
    """All that ever ranked, in no order, so that every decision is made anew from the start."""

    ranked: list[Arrival] = field(default_factory=list)
    late: list[Arrival] = field(default_factory=list)
    retracted: set[bytes] = field(default_factory=set)

    def size(self, arrival: Arrival) -> int:
        return 0 if arrival.id in self.retracted else 512 << arrival.header.size

    def run(self, room: tuple[int, int]) -> list[Arrival]:
        """The longest run from the best that fits. A retraction frees bytes for newcomers, but
        what was beyond the end before does not come back."""
        return self._run(sorted(self.ranked, key=_rank), room)

    def _run(self, ranked: list[Arrival], room: tuple[int, int]) -> list[Arrival]:
        kept: list[Arrival] = []
        for arrival in ranked:
            if sum(map(self.size, kept)) + self.size(arrival) > room[0] or len(kept) == room[1]:
                break
            kept.append(arrival)
        return kept

    def held(self, room: tuple[int, int]) -> list[Arrival]:
        return self.run(room) + self.late


def _rank(arrival: Arrival) -> tuple[int, bytes]:
    return (arrival.header.size - arrival.header.bits, arrival.id)


@dataclass
class Store:
    """A store as the chapter tells it, without any thought of speed."""

    bytes: int
    rows: int
    shares: list[int] = field(default_factory=lambda: SHARES)
    weights: dict[bytes, int] = field(default_factory=dict)
    groups: dict[bytes, list[bytes]] = field(default_factory=dict)
    periods: dict[tuple[bytes | None, int, int], Period] = field(default_factory=dict)
    floors: dict[tuple[bytes | None, int, int], tuple[int, bytes]] = field(default_factory=dict)
    own: dict[bytes, int] = field(default_factory=dict)
    records: dict[bytes, int] = field(default_factory=dict)
    loose: set[bytes] = field(default_factory=set)

    def sixteenth(self) -> tuple[int, int]:
        return self.bytes // 16, (self.rows - self.rows // 10) // 16

    def pool(self, header: Header) -> tuple[bytes | None, int] | None:
        """Community, or None for the others, and the pool's number."""
        week = header.slot * 600 // 604800
        community, files = None, header.size > 3
        for name in self.weights:
            intake, kept = (h128(f"kith1:{k}", name + u32(week)) for k in ("intake", "files"))
            if header.size in (1, 3) and header.topic in [intake, *self.groups.get(name, [])]:
                community, files = name, False
            if header.size == 7 and header.topic == kept:
                community, files = name, True
        for number, (ttl, is_files, _, _) in enumerate(POOLS):
            if (ttl, is_files) == (header.ttl, files):
                return community, number
        return None

    def room(self, community: bytes | None, number: int) -> tuple[int, int]:
        parts = []
        shares = self.shares if len(self.shares) == 7 and any(self.shares) else SHARES
        for whole in self.sixteenth():
            if community is not None:
                whole = 13 * whole * self.weights[community] // sum(self.weights.values())
            parts.append(whole * shares[number] // sum(shares) // POOLS[number][3])
        return parts[0], parts[1]

    def take(self, arrival: Arrival) -> str | None:
        """The reason why it is not taken, or None."""
        header, size = arrival.header, 512 << arrival.header.size
        if arrival.way == "retraction":
            return self._retract(arrival)
        if arrival.way == "own":
            if not _fits(self.own, size, self.sixteenth()):
                return "reserve-full"
            self.own[arrival.id] = size
            return None
        if header.suite == 0:
            if not _fits(self.records, size, self.sixteenth()):
                return "no-room"
            self.records[arrival.id] = size
            return None
        pool = self.pool(header)
        if pool is None:
            return self._unless_own(arrival, "no-pool")
        room = self.room(*pool)
        if size > room[0] or room[1] == 0:
            return self._unless_own(arrival, "no-room")
        return self._unless_own(arrival, self._compete(arrival, pool, room))

    def _unless_own(self, arrival: Arrival, reason: str | None) -> str | None:
        return None if arrival.id in self.own else reason

    def _compete(
        self, arrival: Arrival, pool: tuple[bytes | None, int], room: tuple[int, int]
    ) -> str | None:
        size, slots = 512 << arrival.header.size, POOLS[pool[1]][2]
        key = (*pool, arrival.header.slot // slots)
        period = self.periods.setdefault(key, Period())
        if key in self.floors and _rank(arrival) >= self.floors[key]:
            return "below-floor"
        held = period.held(room)
        used = sum(map(period.size, held)), len(held)
        if arrival.now >= (key[2] + 1) * slots * 600 + 86400:
            if used[0] + size > room[0] or used[1] == room[1]:
                return "no-room"
            period.late.append(arrival)
            return None
        if arrival.way.startswith("link") and (2 * used[0] >= room[0] or 2 * used[1] >= room[1]):
            brought = [other for other in held if other.way == arrival.way]
            total = sum(map(period.size, brought)) + size
            if total > room[0] // 4 or len(brought) + 1 > room[1] // 4:
                return "link-share"
        period.ranked.append(arrival)
        kept = period.run(room)
        gone = [other for other in period.ranked if other not in kept]
        period.ranked = kept
        for other in sorted(gone, key=_rank, reverse=True):
            self.floors[key] = min(_rank(other), self.floors.get(key, _rank(other)))
            if other.id in period.retracted and len(self.loose) < self.rows // 10:
                self.loose.add(other.id)
        return None if arrival in kept else "below-floor"

    def _retract(self, arrival: Arrival) -> str | None:
        if arrival.id in self.own:
            self.own[arrival.id] = 0
        for period in self.periods.values():
            if any(other.id == arrival.id for other in [*period.ranked, *period.late]):
                period.retracted.add(arrival.id)
                return None
        if arrival.id not in self.own:
            if len(self.loose) >= self.rows // 10:
                return "no-room"
            self.loose.add(arrival.id)
        return None

    def names(self, retracted: set[bytes]) -> list[bytes]:
        """Ids of all that is held: envelopes, and retractions under their own."""
        held = {*self.own, *self.records, *self.loose}
        for period in self.periods.values():
            held |= {arrival.id for arrival in [*period.ranked, *period.late]}
        return sorted(retraction_id(name) if name in retracted else name for name in held)


def _fits(rows: dict[bytes, int], size: int, room: tuple[int, int]) -> bool:
    return sum(rows.values()) + size <= room[0] and len(rows) + 1 <= room[1]


def small(kib: int, rows: int, **changes: object) -> Store:
    """A store whose week of other texts has room for so much a day."""
    return Store(16 * 9 * 1024 * kib, -(-16 * 9 * rows * 10 // 9), WEEK_TEXT, **changes)  # type: ignore[arg-type]


def text(
    bits: int = 8,
    size: int = 1,
    slot: int = SLOT,
    topic: bytes = OTHER_TOPIC,
    ttl: int = 2,
    suite: int = 1,
) -> Header:
    return Header(slot=slot, topic=topic, size=size, ttl=ttl, bits=bits, suite=suite)


def shown(topic: Topic, name: str, why: str, store: Store, arrivals: list[Arrival]) -> Scenario:
    """Plays the arrivals; whether the last is taken makes the scenario accept or refuse."""
    verdicts = []
    for arrival in arrivals:
        assert arrival.header.expiry > arrival.now + 1200 and len(TTL_SECONDS) == 5
        verdicts.append(store.take(arrival))
    scenario = (
        topic.accept(name, why) if verdicts[-1] is None else topic.refuse(name, verdicts[-1], why)
    )
    scenario.texts({"bytes": store.bytes, "rows": store.rows})
    if store.shares != SHARES:
        scenario.text("shares", " ".join(map(str, store.shares)))
    for number, (community, weight) in enumerate(store.weights.items()):
        scenario.hex(f"community {number}", community).text(f"weight {number}", weight)
        if community in store.groups:
            scenario.hex(f"groups {number}", b"".join(store.groups[community]))
    for number, arrival in enumerate(arrivals):
        scenario.texts({f"now {number}": arrival.now, f"way {number}": arrival.way})
        scenario.hexes({f"id {number}": arrival.id, f"header {number}": arrival.header.encoded})
    retracted = {arrival.id for arrival in arrivals if arrival.way == "retraction"}
    for number, name_held in enumerate(store.names(retracted)):
        scenario.hex(f"held {number}", name_held)
    return scenario


def several(*headers: Header, way: str = "sync", first: int = 0) -> list[Arrival]:
    return [Arrival(item(first + n), header, way) for n, header in enumerate(headers)]


def topics() -> list[Topic]:
    topic = Topic("pools")
    _order(topic)
    _links(topic)
    _time(topic)
    _shares(topic)
    _apart(topic)
    _retractions(topic)
    return [topic]


def _order(topic: Topic) -> None:
    full = several(*[text(8)] * 4)
    shown(topic, "room", "What fits is taken.", small(4, 8), several(text(8), text(9), text(8)))
    shown(
        topic,
        "more-work",
        "More work displaces less; of equals the last id goes.",
        small(4, 8),
        full + [Arrival(item(9), text(9))],
    )
    shown(
        topic,
        "lower-id",
        "Of equal work the lower ids stay.",
        small(4, 8),
        full + [Arrival(item(9, 0x10), text(8))],
    )
    shown(
        topic,
        "higher-id",
        "Of equal work the higher id is turned away.",
        small(4, 8),
        full + [Arrival(item(9, 0xF0), text(8))],
    )
    shown(
        topic,
        "less-work",
        "Less work displaces nothing.",
        small(4, 8),
        full + [Arrival(item(9), text(7))],
    )
    shown(
        topic,
        "smaller-with-less-work",
        "What counts is work less size: 8 - 1 beats 9 - 3.",
        small(8, 8),
        several(text(9, 3), text(9, 3)) + [Arrival(item(9), text(8, 1))],
    )
    shown(
        topic,
        "larger-with-more-work",
        "9 - 3 does not beat 8 - 1.",
        small(4, 8),
        full + [Arrival(item(9), text(9, 3))],
    )
    shown(
        topic,
        "large-displaces-several",
        "One of 4 KiB takes the place of several.",
        small(5, 8),
        full + [Arrival(item(9), text(12, 3))],
    )
    shown(
        topic,
        "turned-away-and-displacing",
        "It does not fit, and those ranked below it are beyond the end with it.",
        small(5, 8),
        several(text(10), text(10), text(8), text(8)) + [Arrival(item(9), text(11, 3))],
    )
    shown(
        topic,
        "below-what-was-turned-away",
        "Nothing below the floor enters, though it would fit.",
        small(5, 8),
        several(text(10), text(10), text(11, 3), text(8)),
    )
    shown(
        topic,
        "displaced-comes-again",
        "What was displaced does not come back.",
        small(4, 8),
        [*full, Arrival(item(9), text(9)), max(full, key=_rank)],
    )
    shown(
        topic,
        "turned-away-comes-again",
        "Nor does what was turned away.",
        small(4, 8),
        [*full, Arrival(item(9), text(7)), Arrival(item(9), text(7))],
    )
    shown(
        topic,
        "rows-full",
        "Rows are counted as bytes are.",
        small(64, 3),
        several(*[text(8, 0)] * 3) + [Arrival(item(9), text(7, 0))],
    )
    shown(
        topic,
        "rows-full-more-work",
        "A row displaces a row.",
        small(64, 3),
        several(*[text(8, 0)] * 3) + [Arrival(item(9), text(9, 0))],
    )
    shown(
        topic,
        "larger-than-a-period",
        "What never fits is refused and raises no floor.",
        small(2, 8),
        several(text(40, 3)),
    )
    shown(
        topic,
        "after-larger-than-a-period",
        "So that what comes next has its place.",
        small(2, 8),
        several(text(40, 3), text(8)),
    )


def _links(topic: Topic) -> None:
    half = several(*[text(8)] * 8, way="link 1")
    shown(topic, "half-by-one-link", "One link may fill the first half.", small(16, 32), half)
    shown(
        topic,
        "ninth-of-a-link",
        "Of a half-full period one link fills at most a quarter.",
        small(16, 32),
        half + several(text(8), way="link 1", first=20),
    )
    shown(
        topic,
        "ninth-with-more-work",
        "Whatever its work.",
        small(16, 32),
        half + several(text(30), way="link 1", first=20),
    )
    shown(
        topic,
        "fourth-of-another-link",
        "Another link has a quarter of its own.",
        small(16, 32),
        half + several(*[text(8)] * 4, way="link 2", first=20),
    )
    shown(
        topic,
        "fifth-of-another-link",
        "And no more.",
        small(16, 32),
        half + several(*[text(8)] * 5, way="link 2", first=20),
    )
    shown(
        topic,
        "quarter-by-bytes",
        "A quarter of the bytes, be they few rows.",
        small(16, 32),
        half + several(text(8), text(20, 3), way="link 2", first=20),
    )
    shown(
        topic,
        "quarter-by-rows",
        "A quarter of the rows, be they few bytes.",
        small(64, 8),
        several(*[text(8, 0)] * 4, way="link 1")
        + several(*[text(8, 0)] * 3, way="link 2", first=20),
    )
    shown(
        topic,
        "sync-fills-all",
        "What reconciliation brings is not bounded so.",
        small(16, 32),
        half + several(*[text(8)] * 8, way="sync", first=20),
    )
    shown(
        topic,
        "dropped-raises-no-floor",
        "What a link brought too much leaves no trace.",
        small(16, 32),
        half + several(text(30), way="link 1", first=20) + several(text(7), way="link 2", first=30),
    )


def _time(topic: Topic) -> None:
    end = (SLOT // 144 + 1) * 144 * 600
    full = several(*[text(8)] * 4)
    shown(
        topic,
        "open-for-a-day-more",
        "The last second in which a better one displaces.",
        small(4, 8),
        full + [Arrival(item(9), text(9), now=end + 86399)],
    )
    shown(
        topic,
        "closed",
        "A day after its end nothing of a period is displaced.",
        small(4, 8),
        full + [Arrival(item(9), text(9), now=end + 86400)],
    )
    shown(
        topic,
        "closed-with-room",
        "Latecomers take free room.",
        small(4, 8),
        full[:3] + [Arrival(item(9), text(7), now=end + 86400)],
    )
    shown(
        topic,
        "closed-rows-full",
        "Room is bytes and rows.",
        small(64, 4),
        full + [Arrival(item(9), text(9), now=end + 86400)],
    )
    shown(
        topic,
        "closed-retraction",
        "A retraction keeps its row there, too.",
        small(64, 4),
        [
            *full,
            Arrival(full[0].id, text(8), "retraction", end + 86400),
            Arrival(item(9), text(9), now=end + 86400),
        ],
    )
    shown(
        topic,
        "closed-below-the-floor",
        "But not below the floor.",
        small(5, 8),
        several(text(10), text(10), text(11, 3)) + [Arrival(item(9), text(8), now=end + 86400)],
    )
    shown(
        topic,
        "next-day",
        "Another day has its own room.",
        small(4, 8),
        full + [Arrival(item(9), text(8, slot=SLOT - 144))],
    )
    hours = Store(16 * 3 * 1024 * 2, 2000, [0, 0, 0, 0, 1, 0, 0])
    shown(
        topic,
        "next-hour",
        "Envelopes that live for an hour are counted by the hour.",
        hours,
        several(*[text(8, 0, ttl=0)] * 4, text(7, 0, SLOT - 3, ttl=0)),
    )
    hours = Store(16 * 3 * 1024 * 2, 2000, [0, 0, 0, 0, 1, 0, 0])
    shown(
        topic,
        "same-hour",
        "Nothing is lent from hour to hour.",
        hours,
        several(*[text(8, 0, ttl=0)] * 4, text(7, 0, ttl=0)),
    )


def _shares(topic: Topic) -> None:
    intake, kept = world.intake_topic(), world.files_topic()
    two = {world.COMMUNITY: 3, SECOND: 1}
    second = h128("kith1:intake", SECOND + u32(world.WEEK))
    store = {"weights": two}
    # 13 sixteenths are 13 x 9 KiB: a quarter of that, less what is rounded, is 3 KiB a day.
    fill = several(*[text(8, topic=second)] * 3)
    shown(topic, "by-weight", "A community has its part by weight.", small(1, 64, **store), fill)
    shown(
        topic,
        "beyond-its-weight",
        "And no more.",
        small(1, 64, **store),
        fill + [Arrival(item(9), text(7, topic=second))],
    )
    shown(
        topic,
        "beside-a-full-community",
        "Another's is not touched by that.",
        small(1, 64, **store),
        fill + [Arrival(item(9), text(7, topic=intake))],
    )
    shown(
        topic,
        "no-weight",
        "A community of weight 0 has no room.",
        small(1, 64, weights={world.COMMUNITY: 1, SECOND: 0}),
        several(text(8, topic=second)),
    )
    group = {"groups": {world.COMMUNITY: [world.GROUP_TOPIC]}, "weights": {world.COMMUNITY: 1}}
    shown(
        topic,
        "group-tag",
        "A listed group tag counts for its community.",
        small(1, 64, **group),
        several(*[text(8, topic=world.GROUP_TOPIC)] * 13),
    )
    shown(
        topic,
        "unlisted-group-tag",
        "Another counts as other.",
        small(1, 64, **group),
        several(text(8), text(7)),
    )
    shown(
        topic,
        "size-of-no-message",
        "On a topic but of another size counts as other.",
        small(1, 64, **group),
        several(text(8, 0, topic=intake), text(8, 0, topic=intake), text(7, 0, topic=intake)),
    )
    shown(
        topic,
        "last-weeks-topic",
        "A topic holds for the week of the slot.",
        small(1, 64, **group),
        several(
            text(8, topic=world.intake_topic(week=world.WEEK - 1)),
            text(7, topic=world.intake_topic(week=world.WEEK - 1)),
        ),
    )
    by_default = Store(1 << 40, 1 << 30, weights={world.COMMUNITY: 1})
    shown(
        topic,
        "files",
        "Files of a community live for a month.",
        by_default,
        several(text(8, 7, topic=kept, ttl=3)),
    )
    by_default = Store(1 << 40, 1 << 30, weights={world.COMMUNITY: 1})
    shown(
        topic,
        "files-too-long",
        "Nobody keeps files for ninety days.",
        by_default,
        several(text(8, 7, topic=kept, ttl=4)),
    )
    shown(
        topic,
        "other-files-too-short",
        "Nor for a day.",
        Store(1 << 40, 1 << 30),
        several(text(8, 4, ttl=1)),
    )
    shown(
        topic,
        "other-files-full",
        "Others' files have a pool of their own.",
        Store(16 * 9 * 16384, 2000, [0, 0, 0, 0, 0, 0, 1]),
        several(text(8, 4), text(8, 4), text(7, 4)),
    )
    shown(
        topic,
        "eight-shares",
        "Other than seven shares count as the default ones.",
        Store(16 * 9 * 16384, 20000, [0, 0, 1, 0, 0, 0, 0, 0]),
        several(text(8), text(7)),
    )
    shown(
        topic,
        "charters-shares",
        "A pool whose share is 0 holds nothing.",
        Store(1 << 40, 1 << 30, [1, 1, 0, 1, 1, 1, 1]),
        several(text(8)),
    )


def _apart(topic: Topic) -> None:
    full = several(*[text(8)] * 4)
    # The reserve is a sixteenth: nine days of this pool.
    own = several(*[text(8, 3)] * 9, way="own", first=20)
    shown(
        topic,
        "own-beside-a-full-pool",
        "What was submitted here has the reserve.",
        small(4, 64),
        full + own,
    )
    shown(
        topic,
        "reserve-full",
        "A full reserve takes no more.",
        small(4, 64),
        own + several(text(30), way="own", first=40),
    )
    shown(
        topic,
        "reserve-rows-full",
        "Nor when its rows are full.",
        small(64, 1),
        several(*[text(8)] * 10, way="own"),
    )
    shown(
        topic,
        "own-displaces-nothing",
        "On its stem it displaces nothing.",
        small(4, 64),
        full + several(text(9), way="own", first=20),
    )
    shown(
        topic,
        "own-in-the-open",
        "Seen in the open it displaces as any other.",
        small(4, 64),
        full + several(text(9), way="own", first=20) + several(text(9), first=20),
    )
    shown(
        topic,
        "own-below-the-floor",
        "Displaced it stays in the reserve.",
        small(4, 64),
        several(text(7), way="own", first=20)
        + several(text(7), first=20)
        + [Arrival(item(n), text(8)) for n in range(4)],
    )
    record = text(8, 3, topic=world.public_topic(), ttl=4, suite=0)
    shown(
        topic,
        "record-beside-a-full-pool",
        "Public records have a sixteenth.",
        small(4, 64),
        full + several(record, first=20),
    )
    shown(
        topic, "records-full", "Which may be full.", small(4, 64), several(*[record] * 10, first=20)
    )
    shown(
        topic,
        "records-rows-full",
        "In rows as well.",
        small(64, 1),
        several(*[record] * 10, first=20),
    )


def _retractions(topic: Topic) -> None:
    def taken_back(number: int, header: Header) -> Arrival:
        return Arrival(item(number), header, "retraction")

    full = several(*[text(8)] * 4)
    shown(
        topic,
        "retraction-of-a-held-one",
        "It takes its target's place.",
        small(4, 4),
        [*full, taken_back(0, text(8))],
    )
    shown(
        topic,
        "retraction-keeps-the-row",
        "Its row is not free.",
        small(4, 4),
        [*full, taken_back(0, text(8)), Arrival(item(9), text(7))],
    )
    shown(
        topic,
        "retraction-frees-bytes",
        "Its bytes are.",
        small(4, 8),
        [*full, taken_back(0, text(8)), Arrival(item(9), text(8, 0))],
    )
    shown(
        topic,
        "retraction-displaced",
        "It is displaced as its target could have been, and goes among the loose ones.",
        small(4, 4),
        [*full, *(taken_back(n, text(8)) for n in range(4)), Arrival(item(9), text(9))],
    )
    shown(
        topic,
        "retraction-without-target",
        "A tenth of the rows is for these.",
        small(4, 4),
        [taken_back(0, text(8))],
    )
    few = Store(16 * 9 * 1024, 29, WEEK_TEXT)
    shown(
        topic,
        "too-many-without-target",
        "No more than that.",
        few,
        [taken_back(n, text(8)) for n in range(3)],
    )
