"""Steps: a case among several members, and what its seeker sees of it."""

import os
from typing import Any

import content
from envelopes import Retraction, erase_key_of, opening
from kinds import KITH, PEER, shows
from members import Epoch
from node import Peer
from seeker import Seeker
from stage import Report, Stage, expect
from supporter import Supporter

ACCOUNT = "They wait at the bus stop."
ANSWER = "We read this together."
GREETING = "This stands in the grant itself."
FORM_WORDS = "Fill this in, please."
TEAM_WORDS = "Only for the team: call the lawyer."
CLOSED = 6


class Sharing:
    """The second case of a member who uses the peer; Ada and the seeker use the program."""

    def __init__(self, stage: Stage, peer: Peer, member: Supporter, epoch: Epoch) -> None:
        self.stage, self.peer, self.member, self.epoch = stage, peer, member, epoch
        self.code = ""
        self.case = b""
        self.keys: dict[int, bytes] = {}

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        await report.step("the letter of kith reply brings the member a case's keys", self.opens)
        await report.step("kith open --reopen: the act comes to both", self.sees_reopened)
        await report.step("kith open saves a file that the member sealed", self.attaches)
        await report.step("kith handover: the release names the member as heir", self.is_heir)
        await report.step("handed back here, kith inbox shows for whom", self.hands_back)
        await report.step("words among the team reach neither seeker nor program", self.confers)
        await report.step("kith open shows words that stand in the grant", self.greets)
        await report.step("what the member takes back kith open shows no more", self.takes_back)

    def _items(self) -> list[Any]:
        return list(self.peer.store.envelopes.values())

    async def _send(self, items: list[Any]) -> None:
        await self.peer.submit(*items)
        ids = [item.id(self.stage.invite.network) for item in items]
        kept = await self.peer.until(lambda: all(self.peer.announced[id] for id in ids))
        expect(kept, "the node does not acknowledge")

    async def _opened(self) -> dict[str, Any]:
        [opened] = await self.stage.node.command("open", typed=self.code)
        return opened

    async def _asks(self) -> tuple[str, bytes]:
        path = self.stage.folder / "account"
        path.write_text(ACCOUNT)
        code, sent = await self.stage.node.ask("ask", "--file", str(path))
        return code, bytes.fromhex(sent["case"])

    async def opens(self) -> None:
        self.code, self.case = await self._asks()
        path = self.stage.folder / "answer"
        path.write_text(ANSWER)
        await self.stage.node.command("reply", self.case.hex(), "--file", str(path))

        def keys() -> list[dict[int, bytes]]:
            return self.member.case_keys(self._items(), self.epoch, self.case)

        def said() -> list[str]:
            found = [self.member.said_under(self._items(), k[1], content.WORDS) for k in keys()]
            return [words.content[1].strip() for under in found for words in under]

        expect(await self.peer.until(lambda: said() == [ANSWER]), f"words {said()}")
        [self.keys] = keys()
        shows(KITH, PEER, "case letter")

    async def sees_reopened(self) -> None:
        now, member, node = self.peer.now(), self.member, self.stage.node
        made = member.tell(now, self.epoch, self.case, self.keys[1], CLOSED, "All is well.")
        await self._send(made)
        [case] = (await self._opened())["cases"]
        expect(case["status"]["state"] == "closed", f"{case['status']}")
        await node.command("open", "--reopen", typed=self.code)

        def acts() -> list[list[int]]:
            intake = member.intake(self._items(), self.epoch, content.ACT)
            under = member.said_under(self._items(), self.keys[1], content.ACT)
            at_intake = [said.content for said in intake if said.content[1] == self.case]
            return [[act[2] for act in acts] for acts in (at_intake, [s.content for s in under])]

        both = [[content.REOPEN], [content.REOPEN]]
        expect(await self.peer.until(lambda: acts() == both), f"acts {acts()}")
        network = self.stage.invite.network
        seeker = Seeker(self.code, network, member.manifest, member.work_base)
        own = seeker.look(now, self._items())[0].copies
        expect(sorted(one.kind for one in own) == [content.REQUEST, content.ACT], f"{own}")
        shows(KITH, PEER, "act: reopen", "copy of an act")

    async def attaches(self) -> str:
        now, form = self.peer.now(), os.urandom(70_000)
        index, chunks = self.member.attach(now, self.keys[1], form, "application/pdf")
        words = self.member.write(now, self.keys[1], FORM_WORDS, [index])
        await self._send([*words, *chunks])
        [file] = (await self._opened())["files"]
        told = file["from"], file["kept"], file["original"], file["type"]
        expect(told == ("supporter", False, False, "application/pdf"), f"{file}")
        place = self.stage.folder / os.urandom(4).hex()
        save = "open", "--save-file", "1", "--to", str(place)
        await self.stage.node.command(*save, typed=self.code)
        expect(place.read_bytes() == form, "another file")
        shows(PEER, KITH, "chunk of a supporter")
        return f"{len(chunks)} chunks"

    async def is_heir(self) -> None:
        node, case = self.stage.node, self.case.hex()
        await node.command("claim", case)
        await node.command("handover", case, "--to", self.member.name)

        def heirs() -> list[bytes | None]:
            key = self.epoch.group_key
            found = self.member.said_under(self._items(), key, content.RELEASE)
            return [said.content.get(4) for said in found if said.content[1] == self.case]

        expect(await self.peer.until(lambda: heirs() == [self.member.persona]), f"heirs {heirs()}")
        shows(KITH, PEER, "release with an heir")

    async def hands_back(self) -> None:
        now, member, epoch = self.peer.now(), self.member, self.epoch
        listed = member.members(self._items(), epoch)
        ada = next(found for found in listed if found.persona != member.persona)
        await self._send(member.claim(now, epoch, self.case))
        held = member.holder(now, self._items(), epoch, self.case)
        expect(held and held.persona == member.persona, "the lease is not the member's")
        assert held is not None
        letter = member.letter(now, epoch, self.case, dict(self.keys), [ada.member_key])
        await self._send(letter + member.release(now, epoch, self.case, held.id, ada.persona))
        [inbox] = await self.stage.node.command("inbox")
        shown = next(one for one in inbox["cases"] if one["case"] == self.case.hex())
        told = shown["claimedBy"], shown["handedTo"]
        expect(told == (None, "Ada"), f"claimed by, handed to: {told}")
        shows(PEER, KITH, "release with an heir")

    async def confers(self) -> None:
        """Kind 13 is no use to the program yet: it passes it over, and to seekers it is sealed."""
        note = self.member.note(self.peer.now(), self.keys[2], TEAM_WORDS)
        [shown] = await self.stage.node.command("show", self.case.hex())
        before = shown, await self._opened()
        await self._send(note)
        [shown] = await self.stage.node.command("show", self.case.hex())
        expect((shown, await self._opened()) == before, "something else is shown")
        read = self.member.said_under(self._items(), self.keys[2], content.NOTE)
        expect([said.content[1] for said in read] == [TEAM_WORDS], f"{read}")

    async def greets(self) -> None:
        """A grant may hold words; of two grants the seeker reads under both keys."""
        now, member, epoch = self.peer.now(), self.member, self.epoch
        [request] = member.requests(self._items(), epoch, self.case)
        words = {1: GREETING, 2: "en"}
        _, made = member.grant(now, epoch, request, [], words)
        await self._send(made)
        [case] = (await self._opened())["cases"]
        said = {message["text"].strip() for message in case["messages"]}
        expect({ANSWER, GREETING, FORM_WORDS} <= said, f"messages {said}")
        expect(set(case["helpers"]) == {"Ada", member.name}, f"helpers {case['helpers']}")
        shows(PEER, KITH, "grant with words")

    async def takes_back(self) -> str:
        """Whoever holds a case key takes back what supporters wrote under it."""
        key = erase_key_of(self.keys[1])
        mine = [item for item in self._items() if item.header.is_opened_by(key)]
        await self._send(
            [Retraction(i.header, i.body_hash, opening(key, i.header.raw)) for i in mine]
        )
        [case] = (await self._opened())["cases"]
        said = {message["text"].strip() for message in case["messages"]}
        expect(said == {GREETING}, f"messages {said}")
        return f"{len(mine)} retractions"
