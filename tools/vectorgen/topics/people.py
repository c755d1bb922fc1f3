"""code and invite."""

import base64
from itertools import zip_longest

from .. import cbor, world
from ..crypto import ZERO32, Agreement, Signer, argon2id, fixed, flip, h, h128, prf
from ..scenario import Scenario, Topic

DIRECTIONS = ["\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F))]
DIRECTIONS += map(chr, range(0x2066, 0x206A))
# Line ends would end the line of the scenario.
SPACES = ["\t", "\u00a0", "\u00ad", "\u1680", *map(chr, range(0x2000, 0x200E)), "\u202f", "\u205f"]
SPACES += ["\u2060", "\u3000", "\ufeff", *map(chr, range(0x2010, 0x2016)), "\u2212"]


def check_digits(digits: str) -> str:
    """ISO 7064 MOD 97-10."""
    return f"{98 - 100 * int(digits) % 97:02d}"


def grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def stretched(digits: str) -> bytes:
    return argon2id(digits.encode(), h128("kith1:code", b""), 2, 16)


def case_seed(s: bytes, community: bytes, number: int) -> bytes:
    return prf(s, "kith1:case", community + bytes([number]))


class SeekerCase:
    """All keys of one case."""

    def __init__(self, seed: bytes):
        self.seed = seed
        self.thread = Agreement("", prf(seed, "kith1:thread"))
        self.self_key = Agreement("", prf(seed, "kith1:self"))
        self.persona = Signer("", prf(seed, "kith1:persona"))
        self.grant_tag = prf(seed, "kith1:grant")
        self.self_tag = prf(seed, "kith1:selftag")
        self.erase = prf(seed, "kith1:erase")
        self.consent = prf(seed, "kith1:consent")
        self.keep = prf(seed, "kith1:keep")
        self.shard = prf(seed, "kith1:shard")[0] >> 2
        self.case = h("kith1:caseid", self.persona.public)

    def written(self, scenario: Scenario, number: int) -> None:
        scenario.hexes(
            {
                f"seed {number}": self.seed,
                f"thread secret {number}": self.thread.secret,
                f"thread public {number}": self.thread.public,
                f"self secret {number}": self.self_key.secret,
                f"self public {number}": self.self_key.public,
                f"persona seed {number}": self.persona.seed,
                f"persona public {number}": self.persona.public,
                f"grant tag {number}": self.grant_tag,
                f"self tag {number}": self.self_tag,
                f"erase key {number}": self.erase,
                f"consent key {number}": self.consent,
                f"keep key {number}": self.keep,
                f"case {number}": self.case,
            }
        )
        scenario.text(f"shard {number}", self.shard)


STRETCHED = stretched(world.CODE_DIGITS)
CASE = SeekerCase(case_seed(STRETCHED, world.COMMUNITY, 0))


def codes() -> Topic:
    topic = Topic("code")
    digits = world.CODE_DIGITS
    whole = digits + check_digits(digits)
    assert grouped(whole) == "1234 5678 9012 3456 7890 1234 5627"
    other = "00000000000000000000000007"

    def good(name: str, why: str, code: str, digits: str) -> Scenario:
        scenario = topic.accept(name, why).texts({"code": code, "digits": digits})
        return scenario.text("checkDigits", check_digits(digits)).hex("s", stretched(digits))

    def cases(scenario: Scenario, s: bytes, community: bytes) -> None:
        scenario.hex("community", community)
        for number in range(8):
            SeekerCase(case_seed(s, community, number)).written(scenario, number)

    cases(
        good(
            "check-value",
            "The code of the chapter, with its eight cases in a community.",
            grouped(whole),
            digits,
        ),
        STRETCHED,
        world.COMMUNITY,
    )
    cases(
        good(
            "no-community", "Notes without a community come from 32 zeros.", grouped(whole), digits
        ),
        STRETCHED,
        ZERO32,
    )
    good(
        "leading-zeros",
        "Zeros at the front are digits as others.",
        grouped(other + check_digits(other)),
        other,
    )
    good("without-spaces", "Spaces are for people.", whole, digits)
    good(
        "dashes-and-spaces",
        "Dashes, no-break spaces and spaces at the ends are skipped.",
        "1234-5678\u20139012\u00a03456 7890--1234 5627",
        digits,
    )
    arabic = whole.translate({48 + number: 0x660 + number for number in range(10)})
    good("arabic-digits", "Digits as people write them in Arabic.", grouped(arabic), digits)
    for name, why, marks in [
        ("direction-marks", "Marks of direction, as keyboards put them in.", DIRECTIONS),
        ("spaces-and-dashes-of-all-kinds", "As programs for notes make them.", SPACES),
    ]:
        code = "".join(map("".join, zip_longest(arabic, marks, fillvalue="")))
        good(name, why, code, digits)
    for name, why, sign in [
        ("arabic-comma", "A comma is no space.", "\u060c"),
        ("low-line", "An underline is no dash.", "_"),
        ("deprecated-mark", "Just beyond the marks of direction.", "\u206a"),
        ("superscript", "Just beyond the spaces and dashes.", "\u2070"),
    ]:
        topic.refuse(name, "mistyped", why).text("code", whole[:4] + sign + whole[4:])

    swapped = whole[:8] + whole[9] + whole[8] + whole[10:]
    assert swapped != whole
    for name, why, code in [
        ("digit-changed", "One digit changed.", grouped(whole[:5] + "7" + whole[6:])),
        ("last-digit-changed", "A check digit changed.", grouped(whole[:-1] + "8")),
        ("neighbours-swapped", "Two neighbours swapped.", grouped(swapped)),
        ("groups-swapped", "Two groups swapped.", grouped(whole[4:8] + whole[:4] + whole[8:])),
        ("too-short", "27 digits.", grouped(whole[:-1])),
        ("too-long", "29 digits.", grouped(whole + "0")),
        ("empty", "Nothing typed.", ""),
        ("letters", "The letter O for a zero.", grouped(whole).replace("0", "O")),
        ("without-check-digits", "26 digits.", grouped(digits)),
    ]:
        topic.refuse(name, "mistyped", why).text("code", code)
    return topic


def invite_text(data: bytes, check: bytes | None = None) -> str:
    whole = data + (h("kith1:invite", data)[:4] if check is None else check)
    return "kith1:" + base64.urlsafe_b64encode(whole).decode().rstrip("=")


def invites() -> Topic:
    topic = Topic("invite")
    seeds = world.CHARTER_FIELDS[7]
    fields = {1: world.NETWORK, 2: seeds, 3: world.COMMUNITY}
    secret, psk = fixed("one-time secret"), fixed("pre-shared key")
    member = {**fields, 5: secret, 6: world.NOW + 1}

    def good(name: str, why: str, content: dict[int, object], shape: str | None = None) -> None:
        data = cbor.checked("invite", content)
        text = invite_text(data) if shape is None else shape
        scenario = topic.accept(name, why).texts({"invite": text, "now": world.NOW})
        scenario.text("cddl", "invite").hex("cbor", data)
        scenario.hexes({"network": world.NETWORK, "community": world.COMMUNITY})
        for key, label in [(4, "pre-shared key"), (5, "one-time secret")]:
            if key in content:
                scenario.hex(label, content[key])  # type: ignore[arg-type]
        if 6 in content:
            scenario.text("expiry", content[6])

    good("seeker", "Network, seeds and community.", fields)
    good("member", "With a one-time secret, a second before it expires.", member)
    good("closed-network", "With the pre-shared key of a closed network.", {**member, 4: psk})
    good("no-seeds", "Seeds may be found otherwise.", {**fields, 2: []})
    good("unknown-key", "Readers ignore keys they do not know.", {**fields, 30: 1})
    text = invite_text(cbor.encode(fields))
    good(
        "spaces",
        "White space from a mail is skipped.",
        fields,
        f"{text[:40]}  {text[40:90]} {text[90:]}",
    )

    data = cbor.encode(fields)
    check = h("kith1:invite", data)[:4]
    leftover = text[:-1] + chr(ord(text[-1]) + 1)
    cut = {key: value for key, value in fields.items() if key != 3}
    for name, reason, why, bad in [
        ("truncated", "damaged", "The last characters are missing.", text[:-8]),
        ("prefix-only", "damaged", "Nothing after the prefix.", "kith1:"),
        ("check-changed", "damaged", "One bit of the check bytes.", invite_text(data, flip(check))),
        ("content-changed", "damaged", "One bit of the map.", invite_text(flip(data, 10), check)),
        ("no-check", "damaged", "Without check bytes.", invite_text(data, b"")),
        ("padded", "damaged", "Base64 padding is not used.", text + "="),
        ("standard-alphabet", "damaged", "The URL alphabet is used.", text[:-1] + "+"),
        (
            "community-missing",
            "damaged",
            "A required entry is missing.",
            invite_text(cbor.encode(cut)),
        ),
        (
            "text-key",
            "damaged",
            "Not deterministic CBOR with unsigned keys.",
            invite_text(cbor.encode({"network": world.NETWORK})),
        ),
        ("wrong-prefix", "not-an-invite", "Another version.", "kith2:" + text[6:]),
        ("capital-prefix", "not-an-invite", "The prefix is in small letters.", "KITH1:" + text[6:]),
        ("no-prefix", "not-an-invite", "Without the prefix.", text[6:]),
        (
            "expired",
            "expired",
            "From its expiry on it is void.",
            invite_text(cbor.encode({**member, 6: world.NOW})),
        ),
    ]:
        assert bad != text
        topic.refuse(name, reason, why).texts({"invite": bad, "now": world.NOW})
    leftover_bits = len(text[6:]) % 4
    if leftover_bits in (2, 3):
        topic.refuse(
            "bits-left-over", "damaged", "The last character's unused bits are zero."
        ).texts({"invite": leftover, "now": world.NOW})
    return topic


def topics() -> list[Topic]:
    return [codes(), invites()]
