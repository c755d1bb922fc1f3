"""forward-log: leaves, the tree over a day's, and proofs."""

from dataclasses import dataclass, replace

from .. import cbor, world
from ..crypto import fixed, flip, h, u32
from ..presentation import DAY
from ..scenario import Scenario, Topic

DAY_OF_FORWARDS = world.NOW // DAY - 1  # it is over


@dataclass(frozen=True)
class Report:
    """What was forwarded: the opening of a leaf."""

    salt: bytes
    consent_id: bytes
    authority: str
    day: int = DAY_OF_FORWARDS

    @property
    def leaf(self) -> bytes:
        uri = h("kith1:authority", self.authority.encode())
        return h("kith1:fwd", self.salt + self.consent_id + uri + u32(self.day))


def node(left: bytes, right: bytes) -> bytes:
    return h("kith1:node", left + right)


@dataclass(frozen=True)
class Log:
    """A day's reports and the random leaves beside them."""

    reports: list[Report]
    fill: list[bytes]

    @property
    def leaves(self) -> list[bytes]:
        return sorted([report.leaf for report in self.reports] + self.fill)

    @property
    def levels(self) -> list[list[bytes]]:
        """From the leaves up to the top."""
        levels = [self.leaves]
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append([node(*below[at : at + 2]) for at in range(0, len(below), 2)])
        return levels

    @property
    def depth(self) -> int:
        return len(self.levels) - 1

    @property
    def top(self) -> bytes:
        return self.levels[-1][0]

    def proof(self, number: int) -> list[object]:
        """Index and siblings of a report's leaf."""
        index = self.leaves.index(self.reports[number].leaf)
        siblings = [level[(index >> up) ^ 1] for up, level in enumerate(self.levels[:-1])]
        return [index, siblings]


def forwarded(count: int) -> Log:
    """So many reports, to both authorities in turn."""
    uris = [world.POLICE, world.CITY]
    reports = [
        Report(fixed(f"leaf salt {n}"), fixed(f"consent id of forward {n}", 16), uris[n % 2])
        for n in range(count)
    ]
    width = 16
    while width < count:
        width *= 2
    return Log(reports, [fixed(f"random leaf {n}") for n in range(width - count)])


def proves(leaf: bytes, proof: list[object], depth: int, top: bytes) -> bool:
    """As anybody checks it."""
    index, siblings = proof
    assert isinstance(index, int) and isinstance(siblings, list)
    if len(siblings) != depth or index >> depth:
        return False
    for up, sibling in enumerate(siblings):
        leaf = node(sibling, leaf) if index >> up & 1 else node(leaf, sibling)
    return leaf == top


def _logs(topic: Topic) -> None:
    for name, why, count in [
        ("no-forwards", "A day without a forward is sixteen random leaves.", 0),
        ("three-forwards", "Thirteen random leaves beside them.", 3),
        ("sixteen-forwards", "They need none.", 16),
        ("seventeen-forwards", "One more needs fifteen, and a fifth level.", 17),
    ]:
        log = forwarded(count)
        scenario = topic.accept(name, why).texts({"check": "log", "day": DAY_OF_FORWARDS})
        for number, report in enumerate(log.reports):
            scenario.text(f"authority {number}", report.authority)
            scenario.hexes(
                {f"salt {number}": report.salt, f"consent id {number}": report.consent_id}
            )
        for number, leaf in enumerate(log.fill):
            scenario.hex(f"fill {number}", leaf)
        for number, report in enumerate(log.reports):
            proof = log.proof(number)
            assert proves(report.leaf, proof, log.depth, log.top)
            scenario.hex(f"leaf {number}", report.leaf)
            scenario.text(f"cddl of proof {number}", "proof")
            scenario.hex(f"proof {number}", cbor.checked("proof", proof))
        scenario.text("depth", log.depth).hex("top", log.top)


def _proof(
    scenario: Scenario, report: Report, proof: list[object], depth: int, top: bytes
) -> Scenario:
    assert proves(report.leaf, proof, depth, top) == (scenario.refuse is None), scenario.name
    scenario.texts({"check": "proof", "authority": report.authority, "day": report.day})
    scenario.hexes({"salt": report.salt, "consent id": report.consent_id})
    scenario.text("cddl of proof", "proof").hex("proof", cbor.checked("proof", proof))
    return scenario.text("depth", depth).hex("top", top)


def _proofs(topic: Topic) -> None:
    three, more = forwarded(3), forwarded(17)
    for name, why, log, number in [
        ("proof", "What a seeker checks.", three, 0),
        ("proof-second", "Another leaf of the same day.", three, 1),
        ("proof-of-seventeen", "Five siblings.", more, 16),
    ]:
        scenario = topic.accept(name, why)
        _proof(scenario, log.reports[number], log.proof(number), log.depth, log.top)

    one, top = three.reports[0], three.top
    good = three.proof(0)
    index, siblings = good
    assert isinstance(index, int) and isinstance(siblings, list)
    for name, why, report, proof, depth, above in [
        (
            "sibling",
            "One bit of a sibling.",
            one,
            [index, [flip(siblings[0]), *siblings[1:]]],
            4,
            top,
        ),
        (
            "last-sibling",
            "And of the last.",
            one,
            [index, [*siblings[:3], flip(siblings[3])]],
            4,
            top,
        ),
        ("siblings-swapped", "From the leaf up.", one, [index, siblings[::-1]], 4, top),
        ("index", "The neighbour's place.", one, [index ^ 1, siblings], 4, top),
        ("index-beyond", "Beyond the last leaf.", one, [index + 16, siblings], 4, top),
        ("index-giant", "An index of 64 bits.", one, [index + 2**63, siblings], 4, top),
        ("sibling-more", "One sibling too many.", one, [index, [*siblings, bytes(32)]], 4, top),
        ("depth", "Of another depth than the checkpoint's.", one, good, 5, top),
        ("top", "Of another day's top.", one, good, 4, more.top),
        ("of-another-leaf", "The proof of another leaf.", one, three.proof(1), 4, top),
        ("salt", "Another salt.", replace(one, salt=flip(one.salt)), good, 4, top),
        ("consent", "Another consent.", replace(one, consent_id=bytes(16)), good, 4, top),
        ("authority", "Another authority.", replace(one, authority=world.CITY), good, 4, top),
        ("day", "Another day.", replace(one, day=one.day + 1), good, 4, top),
    ]:
        _proof(topic.refuse(f"wrong-{name}", "wrong-proof", why), report, proof, depth, above)


def topics() -> list[Topic]:
    topic = Topic("forward-log")
    _logs(topic)
    _proofs(topic)
    return [topic]
