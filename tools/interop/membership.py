"""What `peer.py` does for a member, whose keys stand in one line that `join` prints."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import content
from basics import Refused, require
from invites import Invite
from members import Epoch
from node import Peer
from records import Manifest
from returncodes import case_of
from supporter import Supporter
from telling import ACTS

COMMANDS = ("join", "inbox", "answer", "status")
KEY = 32
Line = Callable[[], str]
Send = Callable[[Peer, Iterable[Any]], Awaitable[bool]]


async def run(
    command: str, peer: Peer, invite: Invite, manifest: Manifest, line: Line, send: Send
) -> bool:
    """One command of a member; whether it was done."""
    if command == "join":
        if invite.secret is None:
            raise Refused("this invite is not for members")
        member = Supporter(peer.network.id, manifest, peer.store.work_base, line())
        if not await send(peer, member.join(peer.now(), invite.secret)):
            return False
        print((member.persona_seed + member.member_secret + member.tag_key).hex())
        return True
    member, epoch = _member(peer, manifest, line())
    items = list(peer.store.envelopes.values())
    if command == "inbox":
        for said in member.intake(items, epoch, content.REQUEST):
            print(f"{case_of(said.content[2]).hex()} request: {said.content[5].get(1, '')}")
        for said in member.intake(items, epoch, content.ACT):
            print(f"{said.content[1].hex()} act: {ACTS[said.content[2]]}")
        return True
    case = bytes.fromhex(line())
    if command == "answer":
        return await _answer(peer, member, epoch, case, line(), send)
    state, why = int(line()), line()
    keys = member.case_keys(items, epoch, case)
    require(bool(keys), "nobody answered this case yet")
    return await send(peer, member.tell(peer.now(), epoch, case, keys[0][1], state, why))


def _member(peer: Peer, manifest: Manifest, keys: str) -> tuple[Supporter, Epoch]:
    data = bytes.fromhex(keys)
    require(len(data) == 3 * KEY, "these are no member's keys")
    parts = (data[at : at + KEY] for at in range(0, len(data), KEY))
    member = Supporter(peer.network.id, manifest, peer.store.work_base, "", *parts)
    epochs = member.epochs(peer.store.envelopes.values())
    require(bool(epochs), "no epoch letter has come")
    return member, epochs[-1]


async def _answer(
    peer: Peer, member: Supporter, epoch: Epoch, case: bytes, text: str, send: Send
) -> bool:
    items, now = list(peer.store.envelopes.values()), peer.now()
    requests = member.requests(items, epoch, case)
    require(bool(requests), "no such case")
    keys = member.case_keys(items, epoch, case)
    if keys:
        return await send(peer, member.write(now, keys[0][1], text))
    others = [one.member_key for one in member.members(items, epoch)]
    deputies = [key for key in others if key != member.member_key]
    _, made = member.answer(now, epoch, requests[0], deputies, text)
    return await send(peer, made)
