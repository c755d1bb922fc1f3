"""Chapter 21: items on their stem at one peer, until they are seen in the open.

A peer lives for less than an epoch, so it is one: whether it fluffs is drawn once.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Protocol

from envelopes import Envelope, Retraction
from link import Link
from store import Store
from treeframes import Stem

FLUFFS = 0.2
EMBARGO_SECONDS, OWN_EMBARGO_SECONDS = 39, 117
MOST_TIMES = 2
Item = Envelope | Retraction


class Owner(Protocol):
    """What stems need of the peer they belong to."""

    store: Store

    def now(self) -> int: ...
    def changed(self) -> None: ...
    def neighbour_links(self) -> list[Link]: ...
    async def publish(self, item: Item) -> None: ...


@dataclass
class _Waiting:
    item: Item
    times: int = 1
    embargo: asyncio.Task[None] | None = None


@dataclass
class Stems:
    """What came by STEM; `holds` keeps it here and sends nothing on, for who looks on."""

    owner: Owner
    holds: bool = False
    fluffs: bool = field(default_factory=lambda: random.random() < FLUFFS)
    came: list[tuple[bytes, Item]] = field(default_factory=list)
    _pool: dict[bytes, _Waiting] = field(default_factory=dict)
    _ways: dict[Link | None, Link] = field(default_factory=dict)

    def __contains__(self, id: bytes) -> bool:
        return id in self._pool

    async def hear(self, link: Link, item: Item) -> None:
        """Passes an item on, or publishes it."""
        store = self.owner.store
        item.check(store.network, store.work_base, self.owner.now(), True)
        id = item.id(store.network)
        self.came.append((id, item))
        self.owner.changed()
        if self.holds or store.settles(id):
            return
        way = self._way(link)
        if self.fluffs or way is None:
            self._drop(id)
            await self.owner.publish(item)
            return
        waiting = self._pool.get(id)
        if waiting is None:
            self._keep(id, item, EMBARGO_SECONDS)
        elif waiting.times == MOST_TIMES:
            return
        else:
            waiting.times += 1
        await way.send(Stem(item))

    async def send(self, item: Item) -> None:
        """Lets an own item go."""
        way = self._way(None)
        if way is None:
            await self.owner.publish(item)
            return
        self._keep(item.id(self.owner.store.network), item, OWN_EMBARGO_SECONDS)
        await way.send(Stem(item))

    def seen(self, id: bytes) -> None:
        """An item came in the open."""
        self._drop(id)

    def close(self) -> None:
        """Ends all embargoes."""
        for id in list(self._pool):
            self._drop(id)

    def _keep(self, id: bytes, item: Item, mean: float) -> None:
        wait = random.expovariate(1 / mean)
        self._pool[id] = _Waiting(item, embargo=asyncio.create_task(self._after(id, item, wait)))

    async def _after(self, id: bytes, item: Item, wait: float) -> None:
        await asyncio.sleep(wait)
        del self._pool[id]
        await self.owner.publish(item)

    def _drop(self, id: bytes) -> None:
        waiting = self._pool.pop(id, None)
        if waiting and waiting.embargo:
            waiting.embargo.cancel()

    def _way(self, link: Link | None) -> Link | None:
        """Where all goes that comes by a link; never back."""
        others = [other for other in self.owner.neighbour_links() if other is not link]
        if self._ways.get(link) not in others:
            dialled = [other for other in others if other.dialled]
            choice = dialled or others
            if not choice:
                return None
            self._ways[link] = random.choice(choice)
        return self._ways[link]
