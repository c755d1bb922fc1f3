"""What the steps of the page have in common where the program is at every other hand."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import cbor
import records
from basics import SLOT
from page import Page, text
from pagestage import PURPOSE
from stage import expect
from steps_consents import WORKING_SECONDS, Consents


def as_hex(id: str) -> str:
    """An id that the page shows, as the program shows it."""
    return base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).hex()


class PageAndNode(Consents):
    """Goes on where the steps of a node with a bridge end; the peer only carries."""

    def __init__(self, before: Consents) -> None:
        self.__dict__ |= before.__dict__
        self.page = Page()
        self.consent = ""

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.peer.now()

    @property
    def slot(self) -> int:
        """The current slot."""
        return self.now // SLOT

    async def follow(self) -> Any:
        """A visit that has looked at the records which the node gave the peer."""
        store, community = self.peer.store, self.stage.invite.community
        [charters] = store.records_about(records.CHARTERS, store.network)
        [manifest] = store.records_about(records.MANIFEST, community)
        cards = store.records_about(records.CARD, community)
        of = store.network, cbor.encode(charters.content), manifest, cards
        return await self.page.follow(*of, self.now)

    def texts(self) -> list[Any]:
        """What a page reads of the weeks that live."""
        topics = self.seeker.topics(self.now)
        items = self.peer.store.envelopes.values()
        return [item for item in items if item.header.topic in topics]

    async def returns(self, code: str) -> list[dict[str, Any]]:
        """What another visit finds by the code alone."""
        await self.follow()
        await self.page.call("enterCode", text=code)
        await self.page.scan(self.texts())
        return await self.page.cases(self.now)

    async def until_shown(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Looks again until the page shows something of the first case."""
        until = self.now + WORKING_SECONDS
        while not (shown := await self.returns(self.code)) or not holds(shown[0]):
            expect(self.now < until, f"the page shows {shown}")
            await asyncio.sleep(0.3)
        return shown[0]

    async def own(self) -> dict[str, Any]:
        """What kith open finds by the same code."""
        [opened] = await self.stage.node.command("open", typed=self.code)
        return opened

    async def give(self, **more: Any) -> str:
        """Consents at the page; the consent's id."""
        wish = {"case": 0, "bridge": text(self.key), "authority": self.url, "now": self.now}
        wish |= {"fields": ["kinds", "where"], "purpose": PURPOSE, "days": 14}
        wish |= {"extra": {"area": "Harbour"}}
        shown = await self.page.call("preview", **(wish | more))
        await self.send(list(await self.page.compose("give", slot=self.slot)))
        return shown["id"]

    async def answered(self, id: str, *states: str) -> dict[str, Any]:
        """The latest answer that the page shows of a consent, once it is one of these."""

        def latest(case: dict[str, Any]) -> dict[str, Any]:
            own = next(one for one in case["consents"] if one["id"] == id)
            return own["answers"][-1] if own["answers"] else {"state": ""}

        return latest(await self.until_shown(lambda case: latest(case)["state"] in states))

    async def wait_for(self, name: str) -> None:
        """Waits until a consent stands in the bridge's queue."""
        async with asyncio.timeout(WORKING_SECONDS):
            queue = "bridge", "queue", "--all", "--passphrase-stdin"
            while name not in str(await self.stage.node.command(*queue)):
                await asyncio.sleep(0.3)
