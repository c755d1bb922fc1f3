"""Chapters 11, 12 and 17: how a client that comes back with a code finds everything again."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import attachments
import cbor
import content
import presentations
import schema
import sealing
from basics import Refused
from casefiles import SEEKER, SUPPORTER, Case, Consented, Granted, OwnCopy, Words
from content import Community, Said
from envelopes import Envelope, erase_key_of, tag_key_of
from presenting import ConsentKeys
from returncodes import CaseKeys
from sealing import Message, Part

COPIED = (
    content.REQUEST,
    content.ACT,
    content.INCIDENT_NOTE,
    content.CONSENT,
    content.WITHDRAWAL,
)
Opened = tuple[Envelope, Message]


def messages(items: Iterable[Envelope], opens: Callable[[Envelope], bytes]) -> list[Opened]:
    """The whole messages in envelopes that open, each with one of its envelopes."""
    parts: dict[tuple[int, bytes, int], list[tuple[Envelope, Part]]] = defaultdict(list)
    for item in items:
        try:
            part = Part.read(opens(item))
        except Refused:
            continue
        parts[part.kind, part.message_id, part.parts].append((item, part))
    found = []
    for pieces in parts.values():
        try:
            found.append((pieces[0][0], sealing.join(part for _, part in pieces)))
        except Refused:
            continue
    return found


def under(items: Iterable[Envelope], key: bytes) -> list[Opened]:
    """The whole messages under a shared key."""
    tag_key = tag_key_of(key)
    mine = (item for item in items if item.header.is_for(tag_key))
    return messages(mine, lambda item: sealing.open_shared(key, item))


class Reading:
    """What is found of one case in the envelopes of the intake topics, those of old slots first."""

    def __init__(self, community: Community, keys: CaseKeys, intake: list[Envelope]) -> None:
        self.community = community
        self.intake = intake
        self.case = Case(keys)
        self.consents = ConsentKeys(keys.key("kith1:consent"))

    def whole(self) -> Case:
        """The case."""
        case, keys = self.case, self.case.keys
        for item, message in self._to(keys.self_tag, keys.self_secret):
            if message.kind == content.SELF_COPY:
                self._take_copy(item, message.payload)
        case.copies.sort(key=lambda copy: copy.slot)
        for item, message in self._to(keys.grant_tag, keys.thread_secret):
            if message.kind == content.GRANT:
                self._take_grant(item, message)
        for key in {granted.key for granted in case.grants}:
            for item, message in under(self.intake, key):
                self._take_shared(item, message, key)
        for copy in case.copies:
            if copy.kind == content.ACT:
                self._take_act(copy.message_id, copy.payload)
        case.words.sort(key=lambda words: words.slot)
        replies = self._take_consents()
        shared = [granted.key for granted in case.grants] + replies
        for erase_key in [keys.erase_key, *map(erase_key_of, shared)]:
            taken = [item for item in self.intake if item.header.is_opened_by(erase_key)]
            case.erasable += [(item, erase_key) for item in taken]
        return case

    def _to(self, tag_key: bytes, secret: bytes) -> list[Opened]:
        mine = [item for item in self.intake if item.header.is_for(tag_key)]
        name = self.community.name
        return messages(mine, lambda item: sealing.open_with_key(secret, name, item))

    def _said(self, message: Message) -> Said | None:
        """What a message says, if it keeps the rule of its kind."""
        if message.kind not in content.RULES:
            return None
        try:
            return content.read(self.community, message.kind, message.message_id, message.payload)
        except Refused:
            return None

    def _take_copy(self, item: Envelope, payload: bytes) -> None:
        """Of copies of one message the first time counts, and the last end."""
        try:
            copy = cbor.decode(payload)
            schema.check("self-copy", copy)
            if copy[1] == content.INCIDENT_NOTE:
                schema.check("note-body", cbor.decode(copy[2]))
            elif copy[1] == content.REQUEST:
                schema.check("request", cbor.decode(copy[2]))
        except Refused:
            return
        if copy[1] not in COPIED:
            return
        slot = min(item.header.slot, copy.get(4, item.header.slot))
        own = OwnCopy(copy[1], copy[2], copy[3], slot, item.header.expiry)
        for place, known in enumerate(self.case.copies):
            if (known.kind, known.message_id) == (own.kind, own.message_id):
                first, last = min(known.slot, slot), max(known.expiry, own.expiry)
                self.case.copies[place] = replace(known, slot=first, expiry=last)
                return
        self.case.copies.append(own)

    def _take_grant(self, item: Envelope, message: Message) -> None:
        said = self._said(message)
        if said is None or said.content[1] != self.case.keys.case or said.certificate is None:
            return
        generation, persona = said.content[3], said.certificate.persona
        tie = content.granter_hash(self.case.keys.case, persona)
        rank = -said.certificate.epoch, -generation, tie
        self.case.grants.append(Granted(said.content[2], rank))
        self._helped_by(said)
        if 5 in said.content:
            self._take_words(SUPPORTER, said.content[5], item.header.slot)

    def _helped_by(self, said: Said) -> None:
        name = (said.certificate.name if said.certificate else None) or ""
        if name not in self.case.helpers:
            self.case.helpers.append(name)

    def _take_words(self, author: str, words: dict[int, object], slot: int) -> None:
        text, language = words[1], words.get(2)
        assert isinstance(text, str) and (language is None or isinstance(language, str))
        files = tuple(attachments.listed(words.get(3)))
        self.case.words.append(Words(author, text, slot, files, language))

    def _take_shared(self, item: Envelope, message: Message, key: bytes) -> None:
        """Words, statuses and acts under a case key."""
        said = self._said(message)
        if said is None:
            return
        if said.kind == content.WORDS:
            by_supporter = item.header.is_opened_by(erase_key_of(key))
            author = SUPPORTER if by_supporter else SEEKER
            self._take_words(author, said.content, item.header.slot)
        elif said.kind == content.STATUS and said.content[1] == self.case.keys.case:
            self.case.states.append((said.content[2], said.content.get(3)))
            self._helped_by(said)
        elif said.kind == content.ACT:
            self._take_act(message.message_id, message.payload)

    def _take_act(self, message_id: bytes, payload: bytes) -> None:
        """Acts come as a copy and under the case key: each counts once."""
        persona = self.case.keys.persona
        try:
            said = content.read(self.community, content.ACT, message_id, payload, persona)
        except Refused:
            return
        if said.content not in self.case.acts:
            self.case.acts.append(said.content)

    def _take_consents(self) -> list[bytes]:
        """Consents with what came of them; the keys under which their answers lie."""
        replies, taken_back = [], set()
        for copy in self.case.copies:
            if copy.kind == content.WITHDRAWAL:
                opening = cbor.decode(copy.payload).get(1)
                taken_back.add(presentations.commitment(opening))
        for copy in self.case.copies:
            if copy.kind != content.CONSENT:
                continue
            try:
                payload = cbor.decode(copy.payload)
                schema.check("consent", payload)
                shown = presentations.read(payload[1])
            except Refused:
                continue
            reply = self.consents.reply(shown.terms.id)
            replies.append(reply)
            answers = self._answers(shown.terms.id, reply)
            withdrawn = shown.terms.revoke in taken_back
            self.case.consents.append(Consented(shown, copy.slot, withdrawn, answers))
        return replies

    def _answers(self, id: bytes, reply: bytes) -> tuple[dict[int, object], ...]:
        """A bridge's answers on a consent, those of a low counter first."""
        read = [self._said(message) for _, message in under(self.intake, reply)]
        of = [said.content for said in read if said and said.kind == content.ANSWER]
        return tuple(sorted((one for one in of if one[1] == id), key=lambda one: one[2]))
