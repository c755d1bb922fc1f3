"""Chapters 02 and 13: charters and roots, each a chain that leads from a name to what holds now."""

from dataclasses import dataclass
from typing import Any

import schema
import signed
from basics import h, require

CHARTER, ROOT = "kith1:net", "kith1:root"
MOST_ROOTS = 64
LEAST_WORK_BASE = 14


@dataclass(frozen=True)
class Link:
    """A member of a chain: its own hash, what it names, and who must sign what follows it."""

    map: signed.SignedMap
    hash: bytes

    @property
    def seq(self) -> int:
        return self.map.content[1]

    @property
    def parents(self) -> list[bytes]:
        return self.map.content.get(2, [])

    @property
    def keys(self) -> list[bytes]:
        return self.map.content[3]

    @property
    def threshold(self) -> int:
        return self.map.content[4]


def _link(value: Any, rule: str, label: str) -> Link:
    """One member of a chain, whose own rules hold."""
    item = signed.from_value(value)
    schema.check(rule, item.content)
    link = Link(item, h(label, item.map))
    require(all(a < b for a, b in zip(link.keys, link.keys[1:])), "out-of-range")
    require(1 <= link.threshold <= len(link.keys), "out-of-range")
    item.require_threshold(link.keys, link.threshold, label)
    return link


def _first(link: Link, subject: bytes) -> None:
    require(link.hash == subject, "wrong-subject")
    require(link.seq == 0 and 2 not in link.map.content, "wrong-parent")


@dataclass(frozen=True)
class Charters:
    """A network's charters from its first to the newest."""

    links: tuple[Link, ...]

    @property
    def newest(self) -> Link:
        return self.links[-1]

    @property
    def work_base(self) -> int:
        return self.newest.map.content[5]

    @property
    def communities(self) -> list[bytes]:
        return [community for community, _ in self.newest.map.content[6]]

    @property
    def name(self) -> str:
        return self.newest.map.content[10]


def charters(values: list[Any], network: bytes) -> Charters:
    """Charters that lead from the networkId, one after the other."""
    links: list[Link] = []
    for value in values:
        link = _link(value, "charter", CHARTER)
        content = link.map.content
        require(content[5] >= LEAST_WORK_BASE or content.get(9) is True, "out-of-range")
        if links:
            before = links[-1]
            require(link.seq == before.seq + 1, "wrong-parent")
            require(link.parents == [before.hash], "wrong-parent")
            link.map.require_threshold(before.keys, before.threshold, CHARTER)
        else:
            _first(link, network)
        links.append(link)
    require(bool(links), "shape")
    return Charters(tuple(links))


@dataclass(frozen=True)
class Roots:
    """A community's roots, every parent before its child."""

    links: tuple[Link, ...]

    @property
    def newest(self) -> Link:
        return self.links[-1]

    @property
    def operations_key(self) -> bytes:
        return self.newest.map.content[5]

    @property
    def roster_keys(self) -> set[bytes]:
        return {link.map.content[6] for link in self.links}

    @property
    def name(self) -> str:
        return self.newest.map.content[8]


def roots(values: list[Any], community: bytes) -> Roots:
    """Roots that lead from the community's name to the newest."""
    require(0 < len(values) <= MOST_ROOTS, "shape")
    links: dict[bytes, Link] = {}
    for value in values:
        link = _link(value, "root", ROOT)
        if links:
            require(bool(link.parents), "wrong-parent")
            for name in link.parents:
                require(name in links, "wrong-parent")
                parent = links[name]
                require(link.seq > parent.seq, "wrong-parent")
                link.map.require_threshold(parent.keys, parent.threshold, ROOT)
        else:
            _first(link, community)
        links[link.hash] = link
    return Roots(tuple(links.values()))
