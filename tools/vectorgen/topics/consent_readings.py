"""consent: presentations that this chapter's writer does not write and a reader takes."""

import json
from collections.abc import Callable

from .. import world
from ..presentation import Draft, digest_of
from ..scenario import Topic
from .consent_cases import consent, read


def _ed25519(draft: Draft) -> None:
    draft.header["alg"] = draft.binding_header["alg"] = "Ed25519"


def _mixed(draft: Draft) -> None:
    draft.binding_header["alg"] = "Ed25519"


def _unknown_entries(draft: Draft) -> None:
    """Also a key in the wrong place, which counts for nothing."""
    foreign = draft.jwk(world.STRANGER.public)
    draft.header |= {"kid": "1", "later": [{"a": None}]}
    draft.payload |= {"iss": "https://stranger.example", "vct": "x", "later": {"exp": 0}}
    draft.binding_header |= {"jwk": foreign, "kid": "2"}
    draft.binding |= {"later": True, "cnf": {"jwk": foreign}}


def _jwk_entries(draft: Draft) -> None:
    draft.header["jwk"] = {**draft.jwk(), "use": "sig", "kid": "1"}


def _spaced(draft: Draft) -> None:
    """Members in another order, white space, and escapes where none are needed."""

    def text(value: object) -> bytes:
        if isinstance(value, dict):
            value = dict(reversed(value.items()))
        return f" {json.dumps(value, indent=1)}\r\n".replace("typ", "\\u0074yp").encode()

    draft.text = text


def _reversed(draft: Draft) -> None:
    draft.disclosures.reverse()
    draft.digests.reverse()


def _spaced_disclosure(draft: Draft) -> None:
    disclosures = [json.dumps(told, indent=1).encode() for told in draft.consent.disclosed]
    draft.rewrite(disclosures)


ROWS: list[tuple[str, str, Callable[[Draft], None]]] = [
    ("alg-ed25519", "The name of RFC 9864.", _ed25519),
    ("alg-mixed", "Each JWT names its own.", _mixed),
    ("unknown-entries", "Unknown entries of the four objects are ignored.", _unknown_entries),
    ("jwk-entries", "Unknown entries of a key too.", _jwk_entries),
    ("white-space", "A reader takes any order and white space.", _spaced),
    ("white-space-disclosures", "Also in disclosures.", _spaced_disclosure),
    ("other-order", "The order of disclosures and digests says nothing.", _reversed),
]


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    for name, why, change in ROWS:
        draft = Draft(consent(name))
        change(draft)
        read(topic.accept(name, why), draft.written())
    more = Draft(consent("digests-32", digests=32))
    assert len(more.digests) == 32
    read(topic.accept("digests-32", "A second multiple of 16."), more.written())
    longest = long_presentation(60000)
    read(topic.accept("longest", "60000 bytes."), longest)


def long_presentation(length: int) -> str:
    """Of exactly so many bytes."""

    def made(letters: int, filler: str) -> str:
        draft = Draft(consent("longest", {"account": "a" * letters}))
        draft.binding["filler"] = filler
        return draft.written()

    letters = (length - len(made(0, ""))) * 3 // 4
    tries = (made(letters - fewer, "x" * more) for more in range(4) for fewer in range(8))
    return next(text for text in tries if len(text) == length)


def digest_at(draft: Draft, disclosure: int) -> int:
    """Where the digest of a disclosure stands."""
    return draft.digests.index(digest_of(draft.disclosures[disclosure]))
