"""What the steps of the page have in common: a browser, and a community all of whose hands are here."""

from collections.abc import Iterable
from typing import Any

import attachments
import cbor
import records
from basics import SLOT
from bridge import Bridge, Taken
from casefiles import TOLD, Case
from envelopes import Envelope, Retraction
from founder import Founder
from members import Epoch
from page import Page, text
from records import Authority, Manifest
from seeker import Seeker
from supporter import Supporter

NAME, BRIDGE = "Lantern Row", "Row bridge"
POLICE, COUNCIL = "https://police.example/reports", "https://council.example/open311"
PURPOSE = "dpv:RightsFulfilment"
WORK_BASE = 4
MINA = "Mina"
INCIDENT: dict[str, Any] = {
    **{"account": "They broke my door. 🚪 \"quoted\"\nالباب", "language": "ar"},
    **{"kinds": [{"kind": 14, "iccs": "0504"}], "bias": [1, 3], "reported": 4, "reasons": [10]},
    **{"safety": 4, "needs": [1, 6], "contact": "only after 18:00", "when": "on Sunday"},
    **{"where": "at home", "danger": False},
}
NUMBERS = {name: key for key, name in TOLD.items()}
NOTE, THANKS = "For me alone. 見て", "Thank you. " * 500
ANSWER, RULES = "We are here.\nCall us.", "Write, never call."
WAITING_FOR_YOU = 3


def numbered(told: dict[str, Any]) -> dict[int, Any]:
    """An incident by the keys of the schema, where the page has names."""
    told = dict(told)
    if "kinds" in told:
        told["kinds"] = [[one["kind"], one["iccs"]] for one in told["kinds"]]
    return {NUMBERS[name]: value for name, value in told.items()}


class PageStage:
    """One browser, and a community whose every other hand is the peer's."""

    def __init__(self, page: Page, now: int) -> None:
        self.page, self.now = page, now
        self.founder = founder = Founder(NAME, now, WORK_BASE)
        self.bridge = Bridge(founder.community, WORK_BASE, BRIDGE, now)
        police, council = (POLICE, "Police", False), (COUNCIL, "Council", True)
        founder.bridges[self.bridge.key] = [Authority(*police), Authority(*council)]
        self.manifest_record = founder.manifest()
        self.manifest = Manifest.of(records.read(self.manifest_record, now))
        self.card = records.read(self.bridge.card(60), now, lambda _: self.manifest)
        self.member: Supporter
        self.epoch: Epoch
        self.member, self.epoch = founder.admit(self.manifest, MINA)
        self.items: dict[bytes, Envelope] = {}
        self.code = ""
        self.seeker: Seeker

    # What is in the network, here a dictionary

    def keep(self, made: Iterable[Envelope], slot: int = 0) -> list[Envelope]:
        """What a node would take: every check of chapter 05 is passed."""
        kept, now = list(made), max(self.now, slot * SLOT)
        for item in kept:
            item.check(self.founder.network, WORK_BASE, now, pushed=True)
            self.items[item.id(self.founder.network)] = item
        return kept

    def take_back(self, retractions: list[Retraction]) -> int:
        """How many retractions found what they take back."""
        network, found = self.founder.network, 0
        for one in retractions:
            one.check(network, WORK_BASE, self.now)
            found += self.items.pop(one.target(network), None) is not None
        return found

    @property
    def texts(self) -> list[Envelope]:
        topics = self.seeker.topics(self.now)
        return [item for item in self.items.values() if item.header.topic in topics]

    def look(self, index: int = 0, later: int = 0) -> Case:
        return self.seeker.look(self.now + later, self.items.values())[index]

    def seeker_of(self, code: str) -> Seeker:
        return Seeker(code, self.founder.network, self.manifest, WORK_BASE)

    def file(self, file: attachments.Attachment) -> bytes:
        return attachments.fetch(file, self.founder.network, self.items)

    @property
    def slot(self) -> int:
        return self.now // SLOT

    async def follow(self) -> Any:
        """A visit that has looked at this community's records."""
        charters = cbor.encode([self.founder.charter])
        manifest = records.read(self.manifest_record, self.now)
        of = self.founder.network, charters, manifest, [self.card], self.now
        return await self.page.follow(*of)

    async def returns(self, code: str) -> list[dict[str, Any]]:
        """What another visit finds by the code alone."""
        await self.follow()
        await self.page.call("enterCode", text=code)
        await self.page.scan(self.texts)
        return await self.page.cases(self.now)

    def live(self) -> dict[str, Taken]:
        taken = self.bridge.consents(list(self.items.values()), self.manifest)
        return {text(one.shown.terms.id): one for one in taken}
