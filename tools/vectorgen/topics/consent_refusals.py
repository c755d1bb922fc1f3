"""consent: the first two checks, of shape, algorithms and signatures."""

import base64
import hmac
from collections.abc import Callable

from .. import sdjwt, world
from ..crypto import SMALL_ORDER, Signer, above_order, fixed, flip
from ..jsontext import canonical
from ..presentation import DROP, Draft, b64url, digest_of, pair_seed
from ..scenario import Topic
from .consent_cases import consent, given
from .people import CASE

Change = Callable[[Draft], object]
ENTRIES = {
    "header": ("alg", "jwk", "typ"),
    "payload": ("_sd", "_sd_alg", "cnf"),
    "binding_header": ("alg", "typ"),
    "binding": ("aud", "exp", "iat", "nonce", "purpose", "revoke", "sd_hash", "via"),
}
WORDS = {
    "header": "issuer",
    "payload": "payload",
    "binding_header": "binding",
    "binding": "binding",
}


def set_entry(part: str, name: str, value: object) -> Change:
    """Changes an entry of one of the four objects before it is signed."""
    return lambda draft: getattr(draft, part).__setitem__(name, value)


def set_jwk(**changes: object) -> Change:
    """Changes both keys alike."""

    def change(draft: Draft) -> None:
        draft.header["jwk"] = draft.jwk() | changes
        draft.payload["cnf"] = {"jwk": draft.jwk() | changes}

    return change


def _replace_json(part: str, made: Callable[[bytes], bytes]) -> Change:
    """Changes the JSON text of one of the four objects."""

    def change(draft: Draft) -> None:
        signed = getattr(draft, part)
        last = "via" if part == "binding" else None

        def text(value: object) -> bytes:
            same = value is signed or (
                last is not None and isinstance(value, dict) and last in value
            )
            return made(canonical(value)) if same else canonical(value)

        draft.text = text

    return change


def _signatures() -> list[tuple[str, str, Change]]:
    stranger, second = world.STRANGER, Signer("", pair_seed(CASE.consent, world.POLICE, bytes(16)))

    def sign(sides: str, made: Callable[[Draft], Callable[[bytes], bytes]]) -> Change:
        def change(draft: Draft) -> None:
            for side in sides.split():
                setattr(draft, side, made(draft))

        return change

    def by(signer: Signer) -> Callable[[Draft], Callable[[bytes], bytes]]:
        return lambda _: signer.bare

    def flipped(draft: Draft) -> Callable[[bytes], bytes]:
        return lambda data: flip(draft.consent.pair.bare(data), 5)

    def larger(draft: Draft) -> Callable[[bytes], bytes]:
        return lambda data: above_order(draft.consent.pair.bare(data))

    def labelled(draft: Draft) -> Callable[[bytes], bytes]:
        return lambda data: draft.consent.pair.sign("kith1:said", data)

    def hashed(draft: Draft) -> Callable[[bytes], bytes]:
        return lambda data: draft.consent.pair.bare(digest_of(data.decode()).encode())

    def own_key(draft: Draft) -> None:
        draft.binding_header["jwk"] = draft.jwk(stranger.public)
        draft.holder = stranger.bare

    return [
        ("issuer-forged", "A stranger signed the issuer JWT.", sign("issuer", by(stranger))),
        ("issuer-second-pair", "The case's next pair signed it.", sign("issuer", by(second))),
        ("issuer-flipped", "One bit of the issuer's signature.", sign("issuer", flipped)),
        ("issuer-labelled", "A JWS is signed without a label.", sign("issuer", labelled)),
        ("issuer-hashed", "And as it is, not its hash.", sign("issuer", hashed)),
        ("issuer-not-reduced", "A scalar above the group order.", sign("issuer", larger)),
        ("binding-forged", "A stranger signed the binding.", sign("holder", by(stranger))),
        ("binding-second-pair", "The case's next pair signed it.", sign("holder", by(second))),
        ("binding-flipped", "One bit of the holder's signature.", sign("holder", flipped)),
        ("binding-not-reduced", "A scalar above the group order.", sign("holder", larger)),
        ("binding-own-key", "A key in the binding's header counts for nothing.", own_key),
        ("both-forged", "A stranger signed both.", sign("issuer holder", by(stranger))),
    ]


def _small_order(draft: Draft) -> None:
    set_jwk(x=b64url(SMALL_ORDER))(draft)
    draft.issuer = draft.holder = lambda _: SMALL_ORDER + bytes(32)


def _confirmed(draft: Draft) -> None:
    draft.payload["cnf"] = {"jwk": draft.jwk(world.STRANGER.public)}


def _confirmed_and_signed(draft: Draft) -> None:
    _confirmed(draft)
    draft.holder = world.STRANGER.bare


def _algorithms() -> list[tuple[str, str, Change]]:
    def unsigned(part: str, side: str) -> Change:
        def change(draft: Draft) -> None:
            getattr(draft, part)["alg"] = "none"
            setattr(draft, side, lambda _: b"")

        return change

    def hashed(draft: Draft) -> None:
        draft.header["alg"] = "HS256"
        draft.issuer = lambda data: hmac.digest(draft.consent.pair.public, data, "sha256")

    rows: list[tuple[str, str, Change]] = [
        ("none-unsigned", "An issuer JWT that nobody signed.", unsigned("header", "issuer")),
        ("binding-none-unsigned", "A binding nobody signed.", unsigned("binding_header", "holder")),
        ("hs256", "The public key used as a shared one.", hashed),
        ("jwk-x25519", "An X25519 key signs nothing.", set_jwk(crv="X25519")),
        ("jwk-ed448", "Another curve.", set_jwk(crv="Ed448")),
        ("jwk-ec", "Another type of key.", set_jwk(kty="EC")),
        ("sha-512", "Another hash for digests.", set_entry("payload", "_sd_alg", "sha-512")),
        ("sha-capitals", "Names are exact.", set_entry("payload", "_sd_alg", "SHA-256")),
    ]
    for alg in ("none", "ES256", "RS256", "Ed448", "eddsa", ""):
        word = alg.lower() if alg != "eddsa" else "small-letters"
        why = "Only EdDSA and Ed25519 are named."
        for part in ("header", "binding_header"):
            name = f"{'binding-' if part != 'header' else ''}{word or 'empty'}"
            rows.append((name, why, set_entry(part, "alg", alg)))
    return rows


def _types() -> list[tuple[str, str, Change]]:
    return [
        ("jwt", "Another type of JWT.", set_entry("header", "typ", "JWT")),
        ("credential", "A credential is no report.", set_entry("header", "typ", "dc+sd-jwt")),
        (
            "long-name",
            "The type is compared as it is.",
            set_entry("header", "typ", "application/kith-report+sd-jwt"),
        ),
        ("binding-jwt", "Another type of JWT.", set_entry("binding_header", "typ", "JWT")),
        ("capitals", "Small letters.", set_entry("binding_header", "typ", "KB+JWT")),
    ]


def _critical() -> list[tuple[str, str, Change]]:
    def plain(draft: Draft) -> None:
        draft.binding_header |= {"b64": False, "crit": ["b64"]}

    why = "What a header calls critical is not known."
    return [
        ("issuer", why, set_entry("header", "crit", ["exp"])),
        ("binding", why, plain),
        ("empty", "Not even an empty list.", set_entry("header", "crit", [])),
    ]


def _wrong_shapes() -> list[tuple[str, str, Change]]:
    rows: list[tuple[str, str, Change]] = []
    for part, names in ENTRIES.items():
        for name in names:
            word = f"{WORDS[part]}-{name.strip('_').replace('_', '-')}"
            change = set_entry(part, name, DROP)
            if part != "binding":

                def change(draft: Draft, part: str = part, name: str = name) -> None:
                    del getattr(draft, part)[name]

            rows.append((f"no-{word}", f"{name} is missing.", change))
    for part, name, value, word in [
        ("header", "alg", None, "alg-null"),
        ("header", "jwk", "x", "jwk-text"),
        ("header", "jwk", {"crv": "Ed25519", "kty": "OKP"}, "jwk-without-x"),
        ("payload", "_sd", {}, "digests-object"),
        ("payload", "_sd", [1] * 16, "digests-numbers"),
        ("payload", "cnf", {}, "cnf-empty"),
        ("payload", "cnf", {"kid": "1"}, "cnf-kid"),
        ("binding", "aud", [world.POLICE], "aud-list"),
        ("binding", "aud", 1, "aud-number"),
        ("binding", "exp", str(world.NOW), "exp-text"),
        ("binding", "iat", True, "iat-true"),
        ("binding", "nonce", 1, "nonce-number"),
        ("binding", "purpose", ["dpv:RightsFulfilment"], "purpose-list"),
        ("binding", "public", False, "public-false"),
        ("binding", "public", "true", "public-text"),
        ("binding", "public", None, "public-null"),
        ("binding", "renews", None, "renews-null"),
    ]:
        rows.append((word, "Another type.", set_entry(part, name, value)))
    return rows


def _lengths() -> list[tuple[str, str, Change]]:
    def signature(draft: Draft) -> None:
        draft.issuer = lambda data: draft.consent.pair.bare(data) + b"\0"

    def digest(draft: Draft) -> None:
        draft.digests[0] = b64url(bytes(31))

    rows: list[tuple[str, str, Change]] = [
        ("key", "A key has 32 bytes.", set_jwk(x=b64url(bytes(31)))),
        ("signature", "A signature has 64 bytes.", signature),
        ("digest", "A digest has 32 bytes, also a decoy's.", digest),
    ]
    for name, size in [("nonce", 15), ("nonce", 32), ("revoke", 32), ("via", 31), ("renews", 0)]:
        change = set_entry("binding", name, b64url(fixed("short", size)))
        rows.append((f"{name}-{size}", f"{size} bytes.", change))
    rows.append(("nonce-hex", "Not base64url.", set_entry("binding", "nonce", "00" * 16)))
    return rows


def _base64() -> list[tuple[str, str, Change]]:
    def coded(made: Callable[[str], str]) -> Change:
        def change(draft: Draft) -> None:
            old = draft.disclosures[0]
            at = draft.digests.index(digest_of(old))
            draft.disclosures[0] = made(old)
            draft.digests[at] = digest_of(draft.disclosures[0])
            draft.digests.sort(key=str)

        return change

    def standard(text: str) -> str:
        told = canonical([b64url(fixed("salt", 16)), "area", "~~~~~~"])
        out = base64.b64encode(told).decode().rstrip("=")
        assert "+" in out and text
        return out

    def left_over(text: str) -> str:
        assert len(text) % 4 in (2, 3) and text[-1] not in "-_"
        return text[:-1] + chr(ord(text[-1]) + 1)

    def nonce(draft: Draft) -> None:
        draft.binding["nonce"] = left_over(b64url(draft.consent.id))

    return [
        ("padded", "Padding is not used.", coded(lambda text: text + "=" * (-len(text) % 4))),
        ("standard-alphabet", "The URL alphabet is used.", coded(standard)),
        ("bits-left-over", "The last character's unused bits are zero.", coded(left_over)),
        ("space", "White space inside.", coded(lambda text: f"{text[:8]} {text[8:]}")),
        ("one-character-more", "No bytes have that length.", coded(lambda text: text[:-2] + "A")),
        ("nonce-bits-left-over", "The same holds for bytes inside JSON.", nonce),
    ]


def _json_faults() -> list[tuple[str, str, str, Change]]:
    twice = _replace_json("binding", lambda text: b'{"aud":"https://x.example",' + text[1:])
    alg = _replace_json("header", lambda text: b'{"alg":"none",' + text[1:])
    deep = {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}
    return [
        ("aud-twice", "repeated", "A name stands once in an object.", twice),
        ("alg-twice", "repeated", "Also in a header.", alg),
        ("trailing", "trailing-bytes", "Bytes after the value.", _replace_json("payload", _more)),
        ("latin-1", "not-utf8", "An unknown entry is read too.", _replace_json("header", _latin)),
        (
            "deep",
            "too-deep",
            "Depth is that of the whole text.",
            set_entry("header", "later", deep),
        ),
        ("array", "shape", "A list for an object.", _replace_json("payload", lambda _: b"[]")),
        ("fraction", "out-of-range", "Whole numbers.", _replace_json("binding", _fraction)),
        ("negative", "out-of-range", "Not below zero.", _replace_json("binding", _negative)),
    ]


def _more(text: bytes) -> bytes:
    return text + b"\0"


def _latin(text: bytes) -> bytes:
    return b'{"x":"\xe9",' + text[1:]


def _fraction(text: bytes) -> bytes:
    return text.replace(b',"nonce"', b'.0,"nonce"')


def _negative(text: bytes) -> bytes:
    return text.replace(b'"iat":', b'"iat":-')


def add(topic: Topic) -> None:
    """Adds its scenarios to the topic."""
    for prefix, reason, rows in [
        ("signature", "bad-signature", _signatures()),
        ("alg", "unsupported-algorithm", _algorithms()),
        ("typ", "unknown-type", _types()),
        ("crit", "unsupported", _critical()),
        ("shape", "shape", _wrong_shapes()),
        ("length", "bad-length", _lengths()),
        ("base64", "not-base64", _base64()),
    ]:
        for name, why, change in rows:
            _spoilt(topic, f"{prefix}-{name}", reason, why, change)
    for name, reason, why, change in _json_faults():
        _spoilt(topic, f"json-{name}", reason, why, change)
    _spoilt(topic, "key-small-order", "bad-signature", "A key without an owner.", _small_order)
    why = "The confirmed key is another."
    _spoilt(topic, "cnf-other", "wrong-key", why, _confirmed)
    why = "A stranger takes the presentation over: cnf and binding are theirs."
    also = frozenset(["bad-signature"])
    _spoilt(topic, "cnf-and-binding", "wrong-key", why, _confirmed_and_signed, also)


def _spoilt(
    topic: Topic,
    name: str,
    reason: str,
    why: str,
    change: Change,
    also: frozenset[str] = frozenset(),
) -> None:
    draft = Draft(consent(name))
    change(draft)
    text = draft.written()
    given(topic.refuse(name, reason, why), text, also=also)
    if reason == "bad-signature" and name != "key-small-order":
        _refused_by_library(draft, text)


def _refused_by_library(draft: Draft, text: str) -> None:
    try:
        sdjwt.verified_claims(text, draft.consent.authority, b64url(draft.consent.id))
    except Exception:  # noqa: BLE001, any failure is a refusal
        return
    raise AssertionError(f"{draft.consent.name}: sd-jwt verifies it")
