"""Chapter 11: return codes, and the keys of the cases they open."""

import secrets
from dataclasses import dataclass
from functools import cached_property

from nacl import bindings as sodium

from basics import Refused, h, h128, prf, public_of, require, signer_of

CASES = 8
# Of spaces, line ends, dashes and marks of direction the first and the last of each range.
SKIPPED = ((0x9, 0xD), (0x20, 0x20), (0x2D, 0x2D), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD),
           (0x61C, 0x61C), (0x1680, 0x1680), (0x2000, 0x2015), (0x2028, 0x202F), (0x205F, 0x2060),
           (0x2066, 0x2069), (0x2212, 0x2212), (0x3000, 0x3000), (0xFEFF, 0xFEFF))
ZEROS = (ord("0"), 0x0660, 0x06F0, 0x0966)


def check_digits(digits: str) -> str:
    """The two digits that follow the 26."""
    return f"{98 - 100 * int(digits) % 97:02}"


def make() -> str:
    """A new code, as it is shown."""
    digits = "".join(str(secrets.randbelow(10)) for _ in range(26))
    digits += check_digits(digits)
    return " ".join(digits[at : at + 4] for at in range(0, 28, 4))


def read(typed: str) -> str:
    """The 26 digits of a code as somebody typed it."""
    digits = ""
    for sign in typed:
        if any(first <= ord(sign) <= last for first, last in SKIPPED):
            continue
        zero = next((z for z in ZEROS if z <= ord(sign) < z + 10), None)
        if zero is None:
            raise Refused("mistyped")
        digits += str(ord(sign) - zero)
    require(len(digits) == 28 and check_digits(digits[:26]) == digits[26:], "mistyped")
    return digits[:26]


def stretch(digits: str) -> bytes:
    """s: what all keys of a code come from."""
    return sodium.crypto_pwhash_alg(
        32,
        digits.encode("ascii"),
        h128("kith1:code"),
        2,
        16 << 20,
        sodium.crypto_pwhash_ALG_ARGON2ID13,
    )


@dataclass(frozen=True)
class CaseKeys:
    """The keys that come from one case seed."""

    seed: bytes

    def key(self, label: str) -> bytes:
        """The key of a label."""
        return prf(self.seed, label)

    @cached_property
    def thread_secret(self) -> bytes:
        return self.key("kith1:thread")

    @cached_property
    def thread_public(self) -> bytes:
        return public_of(self.thread_secret)

    @cached_property
    def self_secret(self) -> bytes:
        return self.key("kith1:self")

    @cached_property
    def self_public(self) -> bytes:
        return public_of(self.self_secret)

    @cached_property
    def persona_seed(self) -> bytes:
        return self.key("kith1:persona")

    @cached_property
    def persona(self) -> bytes:
        return signer_of(self.persona_seed)

    @cached_property
    def grant_tag(self) -> bytes:
        return self.key("kith1:grant")

    @cached_property
    def self_tag(self) -> bytes:
        return self.key("kith1:selftag")

    @cached_property
    def erase_key(self) -> bytes:
        return self.key("kith1:erase")

    @cached_property
    def shard(self) -> int:
        return self.key("kith1:shard")[0] >> 2

    @cached_property
    def case(self) -> bytes:
        return case_of(self.persona)


def case_of(persona: bytes) -> bytes:
    """The name of a persona's case."""
    return h("kith1:caseid", persona)


def cases(stretched: bytes, community: bytes) -> list[CaseKeys]:
    """The eight cases of a code in a community."""
    return [
        CaseKeys(prf(stretched, "kith1:case", community, bytes([index]))) for index in range(CASES)
    ]
