"""Chapter 12: who holds a case, from the claims and releases that were found good."""

from dataclasses import dataclass

from basics import NOBODY, Refused, h, require

LONGEST = 72 * 3600


@dataclass(frozen=True)
class Claim:
    """A lease on a case; `signers` and `released` come from the signatures and releases seen."""

    id: bytes
    parent: bytes
    persona: bytes
    not_before: int
    expires: int
    signers: frozenset[bytes] = frozenset()
    released: bool = False

    def check_times(self) -> None:
        """Refuses a lease that lasts no time, or too long."""
        require(self.not_before < self.expires <= self.not_before + LONGEST, "out-of-range")

    def is_live(self, now: int) -> bool:
        """Whether the lease runs."""
        return self.not_before <= now < self.expires and not self.released


class Leases:
    """The claims on one case, each judged."""

    def __init__(self, case: bytes, claims: list[Claim]) -> None:
        self.case = case
        self.claims = {claim.id: claim for claim in claims}
        self._faults: dict[bytes, str | None] = {}
        for claim in claims:
            for ancestor in reversed(self._line(claim)):
                if ancestor.id not in self._faults:
                    self._faults[ancestor.id] = self._judge(ancestor)

    def _line(self, claim: Claim) -> list[Claim]:
        """The claim, its parent, and so on; a ring ends where it began."""
        line = [claim]
        seen = {claim.id}
        while (parent := self.claims.get(line[-1].parent)) and parent.id not in seen:
            line.append(parent)
            seen.add(parent.id)
        return line

    def _judge(self, claim: Claim) -> str | None:
        try:
            claim.check_times()
        except Refused as refused:
            return refused.reason
        if claim.parent == NOBODY:
            return None
        parent = self.claims.get(claim.parent)
        if parent is None or self._faults.get(parent.id, "parent-unknown"):
            return "parent-unknown"
        ended = parent.expires <= claim.not_before or parent.released
        agreed = parent.persona in claim.signers | {claim.persona}
        return None if ended or agreed else "parent-live"

    def check(self, claim: Claim) -> None:
        """Refuses a claim that is void."""
        fault = self._faults[claim.id]
        if fault:
            raise Refused(fault)

    def _rank(self, claim: Claim) -> tuple[bytes, bytes]:
        return h("kith1:lease", self.case, claim.parent, claim.persona), claim.id

    def holder(self, now: int) -> Claim | None:
        """The claim that holds the case, or none."""
        valid = [claim for claim in self.claims.values() if self._faults[claim.id] is None]
        running = {above.id for claim in valid if claim.is_live(now) for above in self._line(claim)}
        held: Claim | None = None
        at = NOBODY
        while siblings := [c for c in valid if c.parent == at and c.id in running]:
            chosen = min(siblings, key=self._rank)
            held = chosen if chosen.is_live(now) else held
            at = chosen.id
        return held
