"""What a visit leaves behind: the browser's profile folder, read back after the browser ended."""

import gzip
import re
import sqlite3
import zlib

from leaks import spellings
from loopback import Neutral
from steps import expect

# Where an address may stand: the browser keeps what was visited, and no page can hinder it.
STORES = ("Local Storage", "Session Storage", "IndexedDB", "databases", "Service Worker", "Cache",
          "Code Cache", "File System", "blob_storage", "WebStorage", "Shared Dictionary")

MOST_STAMP = 400  # bytes of an address with a time


def needles(texts):
    """Bytes of each text as browsers store them: UTF-8, UTF-16, and escaped for JSON or an address."""
    found = {}
    for text in texts:
        escaped = "".join(f"\\u{ord(one):04x}" if ord(one) > 127 else one for one in text)
        percent = "".join(f"%{byte:02X}" if byte > 127 else chr(byte) for byte in text.encode())
        for form in (text.encode(), text.encode("utf-16-le"), escaped.encode(), percent.encode()):
            found[form] = text
    return found


def unpacked(data):
    """The bytes, and what is packed in them by gzip."""
    yield data
    for start in re.finditer(rb"\x1f\x8b\x08", data):
        try:
            yield zlib.decompressobj(31).decompress(data[start.start():], 1 << 22)
        except (zlib.error, gzip.BadGzipFile):
            continue


def search(profile, texts, skip=()):
    """[(file, text)] of everything found in the files of a profile, names of files included."""
    wanted = needles(texts)
    anything = re.compile(b"|".join(re.escape(one) for one in sorted(wanted)))
    found = set()
    for file in sorted(profile.rglob("*")):
        name = str(file.relative_to(profile))
        if file.is_symlink() or not file.is_file() or name in skip:
            continue
        for data in (name.encode(), *unpacked(file.read_bytes())):
            found.update((name, wanted[hit]) for hit in anything.findall(data))
    return sorted(found)


def stored(profile, origin):
    """Files below a store of the browser that mention the page's origin, and those of mere stamps.

    Chromium notes when it last read each program of a page, by its address, whatever the page says;
    the programs are the same for everybody and all are read in every visit. No header hinders it,
    and what it would keep next, the compiled program, it does not keep of what has no-store.
    """
    host = origin.split("//")[1].rstrip("/")
    forms = (host.encode(), host.replace(":", "_").encode(), host.encode("utf-16-le"))
    found, stamps = [], []
    for file in sorted(profile.rglob("*")):
        name = str(file.relative_to(profile))
        if not file.is_file() or not any(store in name for store in STORES):
            continue
        data = name.encode() + b"\0" + file.read_bytes()
        if not any(form in data for form in forms):
            continue
        if "Code Cache/js" in name and len(data) < MOST_STAMP:
            stamps.append(file)
        else:
            found.append(file)
    return found, stamps


def cookies(profile):
    """Hosts of all cookies in the profile."""
    hosts = []
    for file in profile.rglob("Cookies"):
        with sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True) as base:
            hosts += [host for (host,) in base.execute("select host_key from cookies")]
    return hosts


def history(profile):
    """[(address, title)] of what the browser remembers as visited."""
    rows = []
    for file in profile.rglob("History"):
        with sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True) as base:
            rows += base.execute("select url, title from urls order by id").fetchall()
    return rows


def expect_nothing_kept(profile, origin, canaries, codes, link, remarks):
    """No word, no code in any spelling, no store, no cookie; the history holds addresses alone.

    The link among them, with the group's id: the browser writes it down before any script runs, and
    the safety page says so.
    """
    telling = [*canaries, *(form for code in codes for form in spellings(code))]
    # The search must be able to find: the address itself has to be there.
    expect(search(profile, [origin]), "the search does not even find the address in the history")
    found = search(profile, telling, skip=("traffic.json",))
    expect(not found, f"the profile holds {found[:3]}")
    kept, stamps = stored(profile, origin)
    expect(not kept, f"something of the page is stored: {[one.name for one in kept[:3]]}")
    cooked = cookies(profile)
    expect(not cooked, f"cookies are kept: {cooked}")
    rows = [row for row in history(profile) if row[0].startswith(origin)]
    for address, title in rows:
        expect(address in (origin, link), f"the history holds {address}")
        expect(title in ("Notes", "", Neutral.title), f"the history holds the title {title!r}")
    remarks.append("history: " + ", ".join(
        sorted({"the address" if address == origin else "the link" for address, _ in rows})))
    remarks.append(f"{len(stamps)} addresses of its programs with a time")
