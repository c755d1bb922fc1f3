"""Chapter 18: the log in which a bridge shows what it forwarded, and to nobody for whom."""

import os
from dataclasses import dataclass
from typing import Any

from basics import h, require, u32

LEAST_DEEP, MOST_DEEP = 4, 16


def leaf(salt: bytes, consent: bytes, authority: str, day: int) -> bytes:
    """What stands in a day's tree for a report that was forwarded."""
    named = h("kith1:authority", authority.encode())
    return h("kith1:fwd", salt, consent, named, u32(day))


@dataclass(frozen=True)
class Day:
    """A day that is over: its leaves, sorted and filled up."""

    leaves: tuple[bytes, ...]

    @classmethod
    def of(cls, leaves: list[bytes], fill: list[bytes] | None = None) -> "Day":
        """Of the leaves of reports; what fills them up is random where it is not told."""
        depth = max(LEAST_DEEP, (len(leaves) - 1).bit_length() if leaves else 0)
        require(depth <= MOST_DEEP, "too-deep")
        if fill is None:
            fill = [os.urandom(32) for _ in range((1 << depth) - len(leaves))]
        return cls(tuple(sorted([*leaves, *fill])))

    @property
    def depth(self) -> int:
        """How many siblings a proof has."""
        return len(self.leaves).bit_length() - 1

    def _levels(self) -> list[tuple[bytes, ...]]:
        levels = [self.leaves]
        while len(levels[-1]) > 1:
            below = levels[-1]
            pairs = zip(below[::2], below[1::2])
            levels.append(tuple(h("kith1:node", left, right) for left, right in pairs))
        return levels

    @property
    def top(self) -> bytes:
        """The last node."""
        return self._levels()[-1][0]

    def proof(self, of: bytes) -> list[Any]:
        """What shows that a leaf stands under the top."""
        index = self.leaves.index(of)
        levels = self._levels()[:-1]
        return [index, [level[index >> height ^ 1] for height, level in enumerate(levels)]]


def check(proof: list[Any], of: bytes, depth: int, top: bytes) -> None:
    """Refuses a proof that does not lead from a leaf to the top of a day."""
    index, siblings = proof
    require(len(siblings) == depth and index >> depth == 0, "wrong-proof")
    node = of
    for height, sibling in enumerate(siblings):
        is_left = index >> height & 1
        node = h("kith1:node", *((sibling, node) if is_left else (node, sibling)))
    require(node == top, "wrong-proof")
