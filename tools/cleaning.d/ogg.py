"""Ogg: silence of Opus, and Vorbis as it is laced, with comments."""

import struct

from planted import PROGRAM, WHEN, WHERE, WHO


def crc(data):
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def page(number, flags, granule, packets, serial=0x4B495448):
    """A page of whole packets."""
    table = b"".join(b"\xFF" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    head = b"OggS\0" + bytes([flags]) + struct.pack("<qIII", granule, serial, number, 0)
    whole = head + bytes([len(table)]) + table + b"".join(packets)
    return whole[:22] + struct.pack("<I", crc(whole)) + whole[26:]


def comments(start, end=b""):
    out = start + struct.pack("<I", len(PROGRAM)) + PROGRAM + struct.pack("<I", 3)
    for name, text in [(b"ARTIST", WHO), (b"LOCATION", WHERE), (b"DATE", WHEN)]:
        one = name + b"=" + text
        out += struct.pack("<I", len(one)) + one
    return out + end


def opus(count=10):
    """Silence of twenty milliseconds a packet, ten packets a page."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48000, 0, 0)
    pages = page(0, 2, 0, [head]) + page(1, 0, 0, [comments(b"OpusTags")])
    for number in range(count):
        packets = [b"\xFC\xFF\xFE"] * 10
        last = 4 if number == count - 1 else 0
        pages += page(2 + number, last, 960 * 10 * (number + 1), packets)
    return pages


def vorbis(setup=9000):
    """Its headers as they are laced; the sound is none that plays."""
    head = b"\1vorbis" + struct.pack("<IBIiiiBB", 0, 2, 44100, 0, 128000, 0, 0xB8, 1)
    notes, books = comments(b"\3vorbis", b"\1"), b"\5vorbis" + bytes(range(256)) * (setup // 256)
    pages = page(0, 2, 0, [head]) + page(1, 0, 0, [notes, books])
    return pages + page(2, 0, 1024, [b"\0" * 40] * 8) + page(3, 4, 2048, [b"\0" * 510, b"\1"])


def chained():
    """A second stream behind the first."""
    return opus() + page(0, 2, 0, [b"OpusHead" + bytes(11)], serial=5)


def damaged(data, at, byte):
    return data[:at] + bytes([byte]) + data[at + 1:]


def spread(setup):
    """Vorbis headers over as many pages as they need."""
    head = page(0, 2, 0, [b"\1vorbis" + bytes(23)])
    packets = [comments(b"\3vorbis", b"\1"), b"\5vorbis" + bytes(range(256)) * (setup // 256)]
    body = b"".join(packets)
    table = b"".join(b"\xFF" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    pages, at = [], 0
    for number, lace in enumerate(range(0, len(table), 255), 1):
        part = table[lace:lace + 255]
        goes_on = 1 if lace and table[lace - 1] == 255 else 0
        granule = 0 if any(one < 255 for one in part) else -1
        start = b"OggS\0" + bytes([goes_on]) + struct.pack("<qIII", granule, 7, number, 0)
        whole = start + bytes([len(part)]) + part + body[at:at + sum(part)]
        pages.append(whole[:22] + struct.pack("<I", crc(whole)) + whole[26:])
        at += sum(part)
    head = head[:14] + struct.pack("<I", 7) + head[18:22] + bytes(4) + head[26:]
    head = head[:22] + struct.pack("<I", crc(head)) + head[26:]
    sound = page(len(pages) + 1, 4, 1024, [bytes(40)] * 8, serial=7)
    return head + b"".join(pages) + sound
