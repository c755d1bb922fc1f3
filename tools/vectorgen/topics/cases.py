"""claims: who holds a case."""

from __future__ import annotations

from dataclasses import dataclass

from .. import world
from ..crypto import ZERO32, fixed, h
from ..scenario import Topic
from .people import CASE

NOW, HOUR = world.NOW, 3600


@dataclass
class Lease:
    """A claim whose signature and certificate were found good."""

    name: str
    persona: str
    parent: str | None = None
    start: int = -1
    hours: int = 48
    released_by: str | None = None
    heir: str | None = None
    cosigner: str | None = None

    @property
    def not_before(self) -> int:
        return NOW + self.start * HOUR

    @property
    def expires(self) -> int:
        return self.not_before + self.hours * HOUR

    @property
    def id(self) -> bytes:
        return fixed(f"claim {self.name}")

    @property
    def parent_id(self) -> bytes:
        return fixed(f"claim {self.parent}") if self.parent else ZERO32

    @property
    def rank(self) -> tuple[bytes, bytes]:
        return h("kith1:lease", CASE.case + self.parent_id + key(self.persona)), self.id


def key(persona: str) -> bytes:
    return fixed(f"claimant {persona}")


def released(claim: Lease) -> bool:
    """Only the holder's own release counts."""
    return claim.released_by == claim.persona


def may_follow(child: Lease, parent: Lease) -> bool:
    signed = parent.persona in (child.persona, child.cosigner)
    return child.not_before >= parent.expires or released(parent) or signed


def valid(claim: Lease, claims: list[Lease]) -> bool:
    if claim.expires <= claim.not_before or claim.hours > 72:
        return False
    if claim.parent is None:
        return True
    parents = [other for other in claims if other.name == claim.parent and other is not claim]
    return bool(parents) and may_follow(claim, parents[0]) and valid(parents[0], claims)


def holder(claims: list[Lease]) -> Lease | None:
    good = [claim for claim in claims if valid(claim, claims)]

    def live(claim: Lease) -> bool:
        running = claim.not_before <= NOW < claim.expires and not released(claim)
        return running or any(live(child) for child in good if child.parent == claim.name)

    def descend(parent: str | None) -> Lease | None:
        candidates = [claim for claim in good if claim.parent == parent and live(claim)]
        if not candidates:
            return None
        best = min(candidates, key=lambda claim: claim.rank)
        return descend(best.name) or best

    return descend(None)


def claims() -> Topic:
    topic = Topic("claims")
    # Named so that the lowest lease hash under no parent is known.
    low, high = sorted(["Ana", "Ben"], key=lambda name: Lease("x", name).rank)

    def write(name: str, why: str, given: list[Lease], reason: str | None = None) -> None:
        scenario = topic.accept(name, why) if reason is None else topic.refuse(name, reason, why)
        scenario.text("now", NOW).hex("case", CASE.case)
        if reason is not None:
            scenario.text("judged", len(given) - 1)
            assert not valid(given[-1], given), name
        for number, claim in enumerate(given):
            scenario.hexes({f"claim {number}": claim.id, f"parent {number}": claim.parent_id})
            scenario.hex(f"persona {number}", key(claim.persona))
            scenario.texts(
                {f"notBefore {number}": claim.not_before, f"expires {number}": claim.expires}
            )
            if claim.released_by:
                scenario.hex(f"released by {number}", key(claim.released_by))
            if claim.cosigner:
                scenario.hex(f"co-signer {number}", key(claim.cosigner))
            if claim.heir:
                scenario.hex(f"heir {number}", key(claim.heir))
        winner = holder(given)
        scenario.text("winner", "none" if winner is None else given.index(winner))

    first = Lease("first", high)
    over = Lease("over", low, start=-50, hours=10)
    write("one", "A single live lease.", [first])
    write(
        "two-at-once", "Of two siblings the lowest lease hash wins.", [first, Lease("second", low)]
    )
    write("two-other-order", "The order of arrival does not matter.", [Lease("second", low), first])
    write(
        "live-before-low", "A live lease wins over an expired one with a lower hash.", [over, first]
    )
    write("none-live", "Nobody holds a case whose leases have ended.", [over])
    write("not-yet", "A lease that begins later is not live.", [Lease("later", low, start=2)])
    write(
        "renewed",
        "The holder renews before the end.",
        [first, Lease("renewal", high, "first", start=0)],
    )
    taken = Lease("taken", low, "over", start=-20)
    write("after-end", "Anybody may follow a lease that has ended.", [over, taken])
    freed = Lease("freed", high, released_by=high)
    write(
        "after-release",
        "Anybody may follow a released lease.",
        [freed, Lease("next", low, "freed", start=0)],
    )
    write("released", "A released lease is not live.", [freed])
    passed = Lease("passed", high, released_by=high, heir="Chi")
    write(
        "handed-over",
        "The persona a release names follows at once.",
        [passed, Lease("heir", "Chi", "passed", start=0)],
    )
    write(
        "heir-is-a-wish",
        "Whom a release names binds nobody.",
        [passed, Lease("other", low, "passed", start=0)],
    )
    write(
        "co-signed",
        "A lease that runs may be followed if its holder signs the claim too.",
        [first, Lease("co-signed", low, "first", start=0, cosigner=high)],
    )
    chain = [
        Lease("root low", low, start=-60, hours=10),
        Lease("live child", "Chi", "root low", start=-2),
        first,
    ]
    write("chain-live", "A chain with a live lease counts as live from its root on.", chain)
    twins = [Lease("twin a", high), Lease("twin b", high)]
    write("twins", "Two claims of one persona: the lowest claim id.", twins)
    write(
        "end-is-over", "At its expiry a lease has ended.", [Lease("ends", low, start=-48, hours=48)]
    )

    child = Lease("early", low, "first", start=0)
    write(
        "parent-runs",
        "A lease that runs cannot be followed by another persona.",
        [first, child],
        "parent-live",
    )
    write(
        "an-hour-early",
        "It ends at its expiry and not before.",
        [Lease("long", high, start=-40, hours=48), Lease("early", low, "long", start=7)],
        "parent-live",
    )
    stolen = Lease("stolen", high, released_by=low)
    write(
        "released-by-other",
        "Only the holder releases.",
        [stolen, Lease("thief", low, "stolen", start=0)],
        "parent-live",
    )
    write(
        "co-signed-by-other",
        "Another member's signature beside it is not the holder's.",
        [first, Lease("co-signed", low, "first", start=0, cosigner="Chi")],
        "parent-live",
    )
    twice = Lease("twice", low, "first", start=0, cosigner=low)
    write(
        "signed-twice",
        "The claimant's own signature is not the holder's.",
        [first, twice],
        "parent-live",
    )
    write(
        "parent-unknown",
        "A claim waits for its parent.",
        [Lease("orphan", low, "nobody")],
        "parent-unknown",
    )
    write(
        "parent-void",
        "A claim on a void claim is void.",
        [first, child, Lease("grandchild", low, "early", start=1)],
        "parent-unknown",
    )
    write(
        "too-long",
        "A lease lasts at most 72 hours.",
        [Lease("long", low, hours=73)],
        "out-of-range",
    )
    write("no-time", "A lease ends after it begins.", [Lease("none", low, hours=0)], "out-of-range")
    write(
        "two-parents-deep",
        "A claim follows its own parent, not the one before.",
        [
            Lease("old", low, start=-60, hours=10),
            Lease("mid", high, "old", start=-2),
            Lease("new", low, "mid", start=0),
        ],
        "parent-live",
    )
    write(
        "backwards", "A lease ends after it begins.", [Lease("back", low, hours=-1)], "out-of-range"
    )
    write(
        "child-released",
        "A release ends its own lease, not the one before.",
        [
            first,
            Lease("second", high, "first", start=0, released_by=high),
            Lease("third", low, "first", start=0),
        ],
        "parent-live",
    )
    write(
        "void-among-good",
        "A void claim disturbs nobody, whatever its hash.",
        [first, Lease("greedy", low, hours=100)],
        "out-of-range",
    )
    late = Lease("late child", "Chi", "over", start=-45)
    write("child-began-early", "What counts is when the child begins.", [over, late], "parent-live")
    write(
        "long-renewal",
        "A renewal too lasts at most 72 hours.",
        [first, Lease("renewal", high, "first", start=0, hours=80)],
        "out-of-range",
    )
    write(
        "own-parent", "No claim is its own parent.", [Lease("self", low, "self")], "parent-unknown"
    )
    return topic


def topics() -> list[Topic]:
    return [claims()]
