"""Chapters 11, 12 and 17: what a return code finds of one case."""

from dataclasses import dataclass, field
from typing import Any

import attachments
import cbor
import content
from attachments import Attachment
from basics import require
from envelopes import Envelope
from presentations import Presentation
from returncodes import CaseKeys

SEEKER, SUPPORTER = "seeker", "supporter"
TOLD = {
    **{1: "account", 2: "language", 3: "kinds", 4: "bias", 5: "reported", 6: "reasons"},
    **{7: "safety", 8: "needs", 9: "contact", 10: "when", 11: "where", 12: "danger"},
}


@dataclass(frozen=True)
class Words:
    """Something that was written, and by which side."""

    author: str
    text: str
    slot: int
    files: tuple[Attachment, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class Granted:
    """A case key that the seeker was given."""

    key: bytes
    rank: tuple[int, int, bytes]


@dataclass(frozen=True)
class OwnCopy:
    """A message of the seeker's own, as the copy beside it keeps it; slot is that of the first."""

    kind: int
    payload: bytes
    message_id: bytes
    slot: int
    expiry: int


@dataclass(frozen=True)
class Consented:
    """A consent that was given, and what its bridge said of it, latest last."""

    shown: Presentation
    slot: int
    is_withdrawn: bool = False
    answers: tuple[dict[int, Any], ...] = ()


@dataclass
class Case:
    """What a code finds of one case."""

    keys: CaseKeys
    grants: list[Granted] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    copies: list[OwnCopy] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    states: list[tuple[int, str | None]] = field(default_factory=list)
    acts: list[dict[int, Any]] = field(default_factory=list)
    consents: list[Consented] = field(default_factory=list)
    erasable: list[tuple[Envelope, bytes]] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        """Whether nothing was ever written with these keys."""
        return not (self.grants or self.copies or self.erasable)

    @property
    def case_key(self) -> bytes:
        """The key that is written under."""
        require(bool(self.grants), "incomplete")
        return min(self.grants, key=lambda granted: granted.rank).key

    @property
    def requests(self) -> list[dict[int, Any]]:
        """The bodies of requests, the first one first."""
        return [cbor.decode(one.payload)[5] for one in self.copies if one.kind == content.REQUEST]

    @property
    def notes(self) -> list[dict[int, Any]]:
        """What is kept for oneself, the first one first."""
        kind = content.INCIDENT_NOTE
        return [cbor.decode(one.payload) for one in self.copies if one.kind == kind]

    @property
    def counter(self) -> int:
        """That of the latest act."""
        return max((act[4] for act in self.acts), default=0)

    @property
    def own_files(self) -> list[Attachment]:
        """What the seeker attached to requests and keeps in notes."""
        bodies = self.requests + self.notes
        return [file for body in bodies for file in attachments.listed(body.get(13))]

    @property
    def state(self) -> tuple[int, str | None] | None:
        """The state that counts, with its explanation."""
        return self.states[-1] if self.states else None

    @property
    def fields(self) -> dict[str, Any]:
        """What a consent may show of what was told: of accounts all, of the others the last."""
        bodies = self.requests or self.notes
        shown: dict[str, Any] = {}
        for body in bodies:
            shown |= {name: body[key] for key, name in TOLD.items() if key in body}
        if "kinds" in shown:
            shown["kinds"] = [{"iccs": iccs, "kind": kind} for kind, iccs in shown["kinds"]]
        accounts = [body[1] for body in bodies if 1 in body]
        return shown | ({"account": "\n\n".join(accounts)} if accounts else {})
