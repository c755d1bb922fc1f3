"""Chapter 03: the records of a link; a flush of frames cut and padded, and lengths that may be."""

from basics import require, u16
from frames import Pad
from noise import TAG, Cipher

UNIT = 1024
LONGEST = 64512


def flush(frames: bytes) -> list[bytes]:
    """The plaintexts in which frames sent at once travel."""
    gap = -len(frames) % UNIT
    if gap:
        gap += UNIT if gap < 4 else 0
        frames += Pad(gap - 4).encode()
    return [frames[at : at + LONGEST] for at in range(0, len(frames), LONGEST)]


def seal(cipher: Cipher, plaintext: bytes) -> bytes:
    """The next record, with its length before it."""
    return u16(len(plaintext) + TAG) + cipher.encrypt(plaintext)


def check_length(length: int) -> None:
    """Refuses a length that no record has."""
    plaintext = length - TAG
    require(plaintext % UNIT == 0 and UNIT <= plaintext <= LONGEST, "bad-length")
