"""Steps: a member of the community who uses the peer, beside one who uses the program."""

import os
from typing import Any

import cbor
import content
import invites
from basics import NOBODY
from claims import LONGEST
from envelopes import group_topic
from kinds import KITH, PEER, shows
from members import Epoch
from node import Peer
from stage import Report, Stage, expect
from steps_sharing import Sharing
from supporter import Supporter

NAME = "Mina"
ACCOUNT = "They follow me home. " * 300
ANSWER = "You are not alone. Call whenever you like. " * 120
IN_PROGRESS, RESOLVED, UNKNOWN_STATE = 2, 5, 7
ERASE_SECONDS = 60


class Membership:
    """One member from the invite on; the seeker uses the program."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.peer: Peer
        self.member: Supporter
        self.epoch: Epoch
        self.code = ""
        self.request: dict[int, Any] = {}
        self.case = b""
        self.case_key = b""

    async def play(self, report: Report) -> None:
        """All steps of this part, which build on each other."""
        await report.step("a member joins with an invite: epoch letter, directory", self.joins)
        await report.step("the member reads what kith ask sent to intake", self.reads)
        await report.step("the member claims, answers, tells where it stands", self.answers)
        await report.step("kith open finds the member's grant, words and status", self.is_found)
        await report.step("statuses and claims that break a rule count for nothing", self.forges)
        await report.step("kith reply and the member share the case's keys", self.shares)
        await report.step("a lease released here is taken by kith claim", self.releases)
        await report.step("kith erase: the act and the retractions come", self.sees_erased)
        await Sharing(self.stage, self.peer, self.member, self.epoch).play(report)
        await self.stage.leave()

    def _items(self) -> list[Any]:
        return list(self.peer.store.envelopes.values())

    async def _send(self, items: list[Any]) -> None:
        await self.peer.submit(*items)
        ids = [item.id(self.stage.invite.network) for item in items]
        kept = await self.peer.until(lambda: all(self.peer.announced[id] for id in ids))
        expect(kept, "the node does not acknowledge")

    async def joins(self) -> None:
        node = self.stage.node
        [made] = await node.command("community", "invite")
        self.peer, _ = await self.stage.linked()
        invite = invites.read(made["invite"], self.peer.now())
        expect(invite.secret and invite.expiry, "no one-time secret, or no expiry")
        manifest = self.peer.store.manifest(invite.community)
        assert manifest is not None and invite.secret is not None
        base = self.peer.store.work_base
        self.member = Supporter(invite.network, manifest, base, NAME)
        await self._send(self.member.join(self.peer.now(), invite.secret))
        await node.command("community", "members", "--approve", NAME)
        expect(await self.peer.until(lambda: self.member.epochs(self._items())), "no epoch letter")
        self.epoch = self.member.epochs(self._items())[-1]

        def names() -> set[str | None]:
            return {found.name for found in self.member.members(self._items(), self.epoch)}

        expect(await self.peer.until(lambda: names() == {"Ada", NAME}), f"members: {names()}")
        shows(PEER, KITH, "join")
        shows(KITH, PEER, "epoch letter", "directory")

    async def reads(self) -> str:
        path = self.stage.folder / "account"
        path.write_text(ACCOUNT)
        self.code, sent = await self.stage.node.ask("ask", "--file", str(path))
        self.case = bytes.fromhex(sent["case"])

        def requests() -> list[dict[int, Any]]:
            return self.member.requests(self._items(), self.epoch, self.case)

        expect(await self.peer.until(requests), "the request does not open")
        self.request = requests()[0]
        expect(self.request[5][1].strip() == ACCOUNT.strip(), "another account")
        shows(KITH, PEER, "request")
        return f"{sent['envelopes']} envelopes"

    async def answers(self) -> None:
        now, member, epoch = self.peer.now(), self.member, self.epoch
        await self._send(member.claim(now, epoch, self.case))
        deputies = [
            found.member_key
            for found in member.members(self._items(), epoch)
            if found.persona != member.persona
        ]
        self.case_key, made = member.answer(now, epoch, self.request, deputies, ANSWER)
        await self._send(made)
        told = member.tell(now, epoch, self.case, self.case_key, IN_PROGRESS, "I look for a room")
        await self._send(told)
        [inbox] = await self.stage.node.command("inbox")
        shown = next(one for one in inbox["cases"] if one["case"] == self.case.hex())
        expect(shown["claimedBy"] == NAME, f"claimed by {shown['claimedBy']}")
        expect(shown["state"] == "in_progress", f"state {shown['state']}")
        shows(PEER, KITH, "claim", "case letter")

    async def is_found(self) -> None:
        [opened] = await self.stage.node.command("open", typed=self.code)
        [case] = opened["cases"]
        said = [(message["from"], message["text"].strip()) for message in case["messages"]]
        expect(said == [("supporter", ANSWER.strip())], f"messages {said}")
        expect(case["helpers"] == [NAME], f"helpers {case['helpers']}")
        expect(case["status"]["explanation"] == "I look for a room", f"{case['status']}")
        shows(PEER, KITH, "grant", "words of a supporter", "status")

    async def forges(self) -> None:
        now, member, epoch = self.peer.now(), self.member, self.epoch
        before = await self._state()
        listed = member.said_under(self._items(), epoch.group_key, content.DIRECTORY)
        borrowed = next(
            value
            for said in listed
            for value in said.content[2]
            if member.community.certificate(value).persona != member.persona
        )
        sealer = member.under(now, self.case_key)
        status: dict[int, Any] = {1: self.case, 2: RESOLVED, 5: epoch.certificate}
        made = member.say(sealer, content.STATUS, status | {5: borrowed})
        made += member.say(sealer, content.STATUS, status | {2: UNKNOWN_STATE})
        other = content.say(member.community, os.urandom(16), status, [member.persona_seed])
        made += sealer.seal(content.STATUS, os.urandom(16), other)
        made += sealer.seal(content.WORDS, os.urandom(16), cbor.encode({1: b"no text"}))
        claim = {1: self.case, 2: NOBODY, 3: now - 1, 4: now + LONGEST, 5: borrowed}
        group = member.under(now, epoch.group_key, group_topic(epoch.group_key))
        made += member.say(group, content.CLAIM, claim)
        made += member.say(group, content.CLAIM, claim | {5: epoch.certificate})
        await self._send(made)
        after = await self._state()
        expect(after == before, f"{after}, not {before}")

    async def _state(self) -> tuple[Any, ...]:
        """What the program shows of the case, to supporters and to the seeker."""
        [shown] = await self.stage.node.command("show", self.case.hex())
        [opened] = await self.stage.node.command("open", typed=self.code)
        summary, case = shown["summary"], opened["cases"][0]
        seen = case["status"]["state"], len(case["messages"])
        return summary["state"], summary["claimedBy"], len(shown["statuses"]), *seen

    async def shares(self) -> None:
        path = self.stage.folder / "more"
        path.write_text("And I can drive you.")
        node, member = self.stage.node, self.member
        await node.command("reply", self.case.hex(), "--file", str(path))

        def texts() -> set[str]:
            keys = member.case_keys(self._items(), self.epoch, self.case)
            under = {one[1] for one in keys}
            said = [
                words
                for key in under
                for words in member.said_under(self._items(), key, content.WORDS)
            ]
            return {words.content[1].strip() for words in said}

        expect(await self.peer.until(lambda: "And I can drive you." in texts()), f"{texts()}")
        path.write_text("Thank you both.")
        await node.command("open", "--say", str(path), typed=self.code)
        expect(await self.peer.until(lambda: "Thank you both." in texts()), f"{texts()}")
        [shown] = await node.command("show", self.case.hex())
        said = [message["from"] for message in shown["messages"]]
        expect(sorted(said) == ["seeker", "supporter", "supporter"], f"kith show: {said}")

    async def releases(self) -> None:
        member, node = self.member, self.stage.node
        held = member.holder(self.peer.now(), self._items(), self.epoch, self.case)
        expect(held and held.persona == member.persona, "the lease is not the member's")
        assert held is not None
        await self._send(member.release(self.peer.now(), self.epoch, self.case, held.id))
        await node.command("claim", self.case.hex(), "--hours", "2")

        def holder() -> Any:
            return member.holder(self.peer.now(), self._items(), self.epoch, self.case)

        taken = await self.peer.until(lambda: holder() and holder().persona != member.persona)
        expect(taken, "kith claim does not hold the case here")
        [inbox] = await node.command("inbox")
        shown = next(one for one in inbox["cases"] if one["case"] == self.case.hex())
        expect(shown["claimedBy"] == "Ada", f"claimed by {shown['claimedBy']}")
        shows(PEER, KITH, "release")
        shows(KITH, PEER, "claim")

    async def sees_erased(self) -> str:
        before = len(self.peer.store.retractions)
        said = await self.stage.node.command("erase", typed=f"{self.code}\nerase")
        count = said[-1]["retractions"]

        def acts() -> list[Any]:
            found = self.member.intake(self._items(), self.epoch, content.ACT)
            return [said.content[2] for said in found if said.content[1] == self.case]

        expect(await self.peer.until(lambda: content.ERASE in acts()), f"acts {acts()}")
        came = await self.peer.until(
            lambda: len(self.peer.store.retractions) - before >= count, ERASE_SECONDS
        )
        expect(came, f"{len(self.peer.store.retractions) - before} of {count} retractions")
        left = self.member.requests(self._items(), self.epoch, self.case)
        expect(not left, "the request is not taken back")
        shows(KITH, PEER, "act: erase", "retraction")
        return f"{count} retractions"
