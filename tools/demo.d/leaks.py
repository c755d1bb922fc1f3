"""Looks for what nobody may read: in files, on the wire, and around the processes."""

import base64
import json
import secrets
import shutil
from pathlib import Path

from steps import Failed, expect


def forms(text):
    """The bytes by which a text could lie there in the open, by the names of the writings."""
    plain = text.encode()
    found = {
        "plain": plain,
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "UTF-16 LE": text.encode("utf-16-le"),
        "UTF-16 BE": text.encode("utf-16-be"),
    }
    for shift in range(3):
        # Only the characters that depend on nothing before or behind the text.
        padded = base64.b64encode(bytes(shift) + plain + bytes(2))
        end = (shift + len(plain)) * 8 // 6
        middle = padded[-(-shift * 8 // 6):end]
        found[f"base64 at {shift}"] = middle
        found[f"base64url at {shift}"] = middle.translate(bytes.maketrans(b"+/", b"-_"))
    if not text.isascii():
        found["escaped"] = json.dumps(text)[1:-1].encode()
    if text.replace(" ", "").isdigit():
        found["digits as numbers"] = bytes(int(digit) for digit in text.replace(" ", ""))
    return found


def spellings(code):
    """A return code as it may be written; its first 26 digits are all that is secret of it."""
    digits = code.replace(" ", "")
    return [code, code.replace(" ", "-"), digits, digits[:26]]


class Search:
    """What is looked for: texts in all forms, and identifiers given in hexadecimal as bytes too."""

    def __init__(self, texts, identifiers=()):
        self.patterns = [(text, form, pattern) for text in dict.fromkeys([*texts, *identifiers])
                         for form, pattern in forms(text).items()]
        self.patterns += [(text, "bytes", bytes.fromhex(text)) for text in identifiers]

    def __len__(self):
        return len(self.patterns)

    def expect_absent(self, content, where):
        for text, form, pattern in self.patterns:
            expect(pattern not in content, f"{where} holds {text} ({form}) in the open")


def expect_able_to_find(search, folder):
    """A search that finds nothing proves something only if it would have found it."""
    planted = folder / "planted"
    planted.mkdir()
    capture = planted / "link.bin"

    def expect_found(content, what):
        capture.write_bytes(content)
        try:
            expect_silent_wire(planted, search)
        except Failed:
            return
        raise Failed(f"the search does not find {what} where it was planted")

    # 17 shares no divisor with the number of forms: a sample of texts, and each form of writing.
    for _, form, pattern in search.patterns[::17]:
        expect_found(secrets.token_bytes(500) + pattern + secrets.token_bytes(301), form)
    for shift in range(3):
        # As another program would write it, and not as we did.
        before = secrets.token_bytes(30 + shift)
        text = search.patterns[0][0].encode()
        expect_found(base64.b64encode(before + text + b"tail"), f"base64 behind {shift} bytes")
    capture.write_bytes(secrets.token_bytes(100_000))
    expect_silent_wire(planted, search)
    shutil.rmtree(planted)


def files_of(relay):
    """Its database with side files, key, lock and log: all that outlives it."""
    for path in [relay.log, *sorted(relay.data.rglob("*"))]:
        try:
            if path.is_file():
                yield path, path.read_bytes()
        except FileNotFoundError:
            continue  # a side file of the database, gone since


def surroundings_of(relay):
    """What other programs see of its process, where the system shows it."""
    folder = Path(f"/proc/{relay.process.pid}")
    for name in ("environ", "cmdline", "comm"):
        if folder.is_dir():
            yield folder / name, (folder / name).read_bytes()


def expect_silent(relay, search):
    for path, content in [*files_of(relay), *surroundings_of(relay)]:
        search.expect_absent(content, path)


def expect_silent_wire(captures, search):
    """Gives how many bytes were looked through."""
    total = 0
    for path in sorted(captures.glob("*.bin")):
        content = path.read_bytes()
        search.expect_absent(content, path)
        total += len(content)
    return total
