"""Chapters 10, 12 and 13: the payloads of messages, each read by the rule of its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cbor
import claims
import schema
import signed
from basics import Refused, h, padded, prf, require, u64
from returncodes import case_of
from sealing import hpke_open

REQUEST, SELF_COPY, GRANT, WORDS, ACT, STATUS, INCIDENT_NOTE = 1, 2, 3, 4, 5, 6, 9
CLAIM, RELEASE, CASE_LETTER, NOTE, EPOCH_LETTER, JOIN = range(0x10, 0x16)
DIRECTORY, CONSENT, WITHDRAWAL, ANSWER = 0x19, 0x20, 0x21, 0x22
RULES = {
    REQUEST: "request",
    SELF_COPY: "self-copy",
    GRANT: "grant",
    WORDS: "words",
    ACT: "act",
    STATUS: "status",
    CLAIM: "claim",
    RELEASE: "release",
    CASE_LETTER: "case-letter",
    NOTE: "words",
    EPOCH_LETTER: "epoch-letter",
    JOIN: "join",
    DIRECTORY: "directory",
    CONSENT: "consent",
    WITHDRAWAL: "withdrawal",
    ANSWER: "answer",
}
SIGNED = {GRANT, ACT, STATUS, CLAIM, RELEASE, EPOCH_LETTER, DIRECTORY}
CERTIFICATE_ENTRY = {GRANT: 4, STATUS: 5, CLAIM: 5, RELEASE: 3}
SAID = "kith1:said"
ERASE, WITHDRAW, HAND_OVER, CONTACT_RULES, REOPEN = range(1, 6)
ACTS = range(1, 6)
STATES = range(1, 7)
LONGEST_NAME = 64


@dataclass(frozen=True)
class Certificate:
    """A member, as the community's roster key vouches for them."""

    persona: bytes
    member_key: bytes
    roles: int
    epoch: int
    name: str | None


@dataclass(frozen=True)
class Community:
    """What is needed to read what a community's people say."""

    network: bytes
    name: bytes
    roster_keys: frozenset[bytes]

    def context(self, message_id: bytes) -> bytes:
        """What signatures inside a message bind it to."""
        return self.network + self.name + message_id

    def certificate(self, value: Any) -> Certificate:
        """The certificate in a decoded signed map, which a roster key must have signed."""
        try:
            item = signed.from_value(value)
            schema.check("certificate", item.content)
            _check_name(item.content.get(5))
        except Refused:
            raise Refused("certificate") from None
        vouched = item.signers("kith1:cert", self.name) & self.roster_keys
        require(bool(vouched), "certificate")
        persona, member_key, roles, epoch = (item.content[key] for key in range(1, 5))
        return Certificate(persona, member_key, roles, epoch, item.content.get(5))


@dataclass(frozen=True)
class Said:
    """A payload that holds: its map, and where it is signed the bytes, and who speaks."""

    kind: int
    content: dict[int, Any]
    map: bytes
    certificate: Certificate | None = None
    signers: frozenset[bytes] = frozenset()


def _check_name(name: str | None) -> None:
    require(name is None or len(name.encode()) <= LONGEST_NAME, "shape")


def read(
    community: Community,
    kind: int,
    message_id: bytes,
    payload: bytes,
    speaker: bytes | None = None,
) -> Said:
    """What a message says, if its payload keeps the rule of its kind.

    `speaker` is who must have signed, where the reader knows.
    """
    if kind not in SIGNED:
        content = cbor.decode(payload)
        schema.check(RULES[kind], content)
        return Said(kind, content, payload, _own_rules(community, kind, content))
    item = signed.read(payload)
    schema.check(RULES[kind], item.content)
    certificate = _own_rules(community, kind, item.content)
    signers = item.signers(SAID, community.context(message_id))
    require(speaker is None or speaker in signers, "not-signed")
    if kind in (EPOCH_LETTER, DIRECTORY):
        require(bool(signers & community.roster_keys), "not-signed")
    elif kind == ACT:
        require(bool(signers), "not-signed")
        require(item.content[1] in map(case_of, signers), "wrong-case")
    else:
        assert certificate is not None
        require(certificate.persona in signers, "not-signed")
    return Said(kind, item.content, item.map, certificate, frozenset(signers))


def _own_rules(community: Community, kind: int, content: dict[int, Any]) -> Certificate | None:
    """What the schema cannot say of a kind; returns the certificate inside, if there is one."""
    if kind == ACT:
        require(content[2] in ACTS, "shape")
    elif kind == STATUS:
        require(content[2] in STATES, "shape")
    elif kind == CLAIM:
        require(content[3] < content[4] <= content[3] + claims.LONGEST, "out-of-range")
    elif kind == JOIN:
        _check_name(content.get(5))
    elif kind == CASE_LETTER:
        return community.certificate(content[4])
    elif kind == EPOCH_LETTER:
        certificate = community.certificate(content[3])
        require(certificate.epoch == content[1], "wrong-epoch")
        return certificate
    elif kind == DIRECTORY:
        members = [community.certificate(value) for value in content[2]]
        require(all(member.epoch == content[1] for member in members), "wrong-epoch")
        personas = [member.persona for member in members]
        require(all(a < b for a, b in zip(personas, personas[1:])), "out-of-range")
    if kind in CERTIFICATE_ENTRY:
        return community.certificate(content[CERTIFICATE_ENTRY[kind]])
    return None


def say(
    community: Community, message_id: bytes, content: dict[int, Any], seeds: list[bytes]
) -> bytes:
    """A signed payload."""
    return signed.make(content, seeds, SAID, community.context(message_id))


def words(text: str, language: str | None, files: Iterable[Any] = ()) -> bytes:
    """The payload of words, with the indexes of files beside them."""
    entries: dict[int, Any] = {1: text, 2: language, 3: list(files)}
    return cbor.encode({key: value for key, value in entries.items() if value})


def claim_id(map: bytes) -> bytes:
    """The name of a claim."""
    return h("kith1:claim", map)


def granter_hash(case: bytes, persona: bytes) -> bytes:
    """What settles which of two supporters' keys is written under."""
    return h("kith1:granter", case, persona)


def letter_info(community: bytes) -> bytes:
    """HPKE's info for a piece of a case letter."""
    return padded("kith1:letter") + community


def letter_aad(content: dict[int, Any]) -> bytes:
    """HPKE's associated data for a piece of a case letter."""
    return content[1] + u64(content[2])


def open_letter(community: bytes, content: dict[int, Any], member: bytes, secret: bytes) -> bytes:
    """The keys in a case letter's piece for a member, as encoded bytes that keep their rule."""
    piece = next((piece for piece in content[3] if piece[0] == member), None)
    if piece is None:
        raise Refused("cannot-open")
    info, aad = letter_info(community), letter_aad(content)
    plaintext = hpke_open(secret, info, aad, piece[1], piece[2])
    keys = cbor.decode(plaintext)
    schema.check("case-keys", keys)
    require(case_of(keys[4]) == content[1], "wrong-case")
    return plaintext


def join_proof(community: Community, secret: bytes, content: dict[int, Any]) -> bytes:
    """What a holder of an invite's one-time secret proves with their keys."""
    keys = content[1] + content[2] + content[3]
    return prf(secret, "kith1:join", community.network + community.name + keys)
