"""consent: faults between and around the JWTs, and what somebody changed who has no key."""

from .. import world
from ..jsontext import canonical
from ..presentation import Draft, b64url, digest_of, written
from ..scenario import Topic
from .consent_cases import OPEN, consent, given
from .consent_readings import long_presentation


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    _texts(topic)
    _tampered(topic)
    _cut(topic)


def _texts(topic: Topic) -> None:
    """Faults between and around the JWTs."""
    draft = Draft(consent("texts"))
    front, good = draft.front(), draft.written()
    issued = front.split("~")[0]
    bound = good[len(front) :]
    none = Draft(consent("no-disclosures", {}, digests=16))
    rows = [
        ("no-binding", "shape", "The key-binding JWT is missing.", front),
        ("no-issuer", "shape", "The issuer JWT is missing.", good[len(issued) :]),
        ("issuer-alone", "shape", "Nothing but the issuer JWT.", issued),
        ("binding-without-tilde", "shape", "Nothing parts the JWTs.", f"{issued}{bound}"),
        ("no-disclosure", "shape", "A consent to nothing.", none.written()),
        ("empty-disclosure", "shape", "Nothing between two tildes.", draft.bound(front + "~")),
        ("tilde-after", "shape", "A tilde after the key-binding JWT.", good + "~"),
        ("fourth-part", "shape", "A JWT has three parts.", good + ".AAAA"),
        ("two-parts", "shape", "Not two.", good[: good.rindex(".")]),
        ("letters-after", "bad-length", "Text after the key-binding JWT.", good + "AA"),
        ("line-end-after", "not-base64", "A line end, escaped as in an address.", good + "%0A"),
        ("not-ascii", "shape", "Not a character of ASCII.", good + "é"),
        ("empty", "shape", "Nothing.", ""),
        ("too-long", "too-long", "60001 bytes.", long_presentation(60001)),
    ]
    for name, reason, why, text in rows:
        given(topic.refuse(f"text-{name}", reason, why), text)


def _tampered(topic: Topic) -> None:
    """Changed by somebody on the way, who has no key."""

    def tampered(name: str, why: str, jwt: int, part: str, changes: dict[str, object]) -> None:
        draft = Draft(consent(name, OPEN))
        parts = written(draft.consent).split("~")
        pieces = parts[jwt].split(".")
        binding = {"sd_hash": digest_of(draft.front()), **draft.binding}
        old = binding if part == "binding" else getattr(draft, part)
        pieces[0 if part.endswith("header") else 1] = b64url(canonical({**old, **changes}))
        parts[jwt] = ".".join(pieces)
        given(topic.refuse(name, "bad-signature", why), "~".join(parts))

    why = "Sent to another authority by somebody on the way."
    tampered("tampered-aud", why, -1, "binding", {"aud": world.CITY})
    tampered("tampered-public", "Made public on the way.", -1, "binding", {"public": True})
    later = {"exp": Draft(consent("x", days=60)).binding["exp"]}
    tampered("tampered-exp", "Made longer on the way.", -1, "binding", later)
    tampered("tampered-header", "A header changed.", -1, "binding_header", {"kid": "1"})


def _cut(topic: Topic) -> None:
    """By somebody on the way, who has no key."""
    text = written(consent("cut"))
    issued, first, second, bound = text.split("~")
    for name, why, parts in [
        ("dropped", "A field dropped on the way.", [issued, first, bound]),
        ("swapped", "Fields in another order.", [issued, second, first, bound]),
    ]:
        given(topic.refuse(f"disclosure-{name}", "wrong-digest", why), "~".join(parts))
