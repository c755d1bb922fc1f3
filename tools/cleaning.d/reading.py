"""Reads what came out, as a stranger would who looks for more than the picture or the sound."""

import struct

from ogg import crc


def jpeg_segments(data):
    """Markers before the picture's own bytes; the file must end where the picture does."""
    assert data[:2] == b"\xFF\xD8" and data[-2:] == b"\xFF\xD9", "no whole JPEG"
    found, at = [], 2
    while data[at + 1] != 0xDA:
        assert data[at] == 0xFF, "no marker"
        found.append((data[at + 1], data[at + 4:at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]]))
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    return found


def png_chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    found, at = [], 8
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        found.append(data[at + 4:at + 8])
        at += 12 + size
    assert at == len(data) and found[-1] == b"IEND", "a tail"
    return found


def boxes(data, at=0, end=None, path=""):
    """Paths of all boxes with their bodies."""
    end = len(data) if end is None else end
    inside = ("moov", "trak", "mdia", "minf", "dinf", "stbl", "edts")
    out = []
    while at < end:
        size = struct.unpack(">I", data[at:at + 4])[0]
        assert size >= 8 and at + size <= end, "a box that does not fit"
        name = data[at + 4:at + 8].decode("latin-1")
        out.append((path + name, data[at + 8:at + size]))
        if name in inside:
            out += boxes(data, at + 8, at + size, f"{path}{name}/")
        at += size
    return out


def m4a_samples(data):
    """The sound, by the tables of the first track."""
    found = dict(reversed(boxes(data)))
    base = "moov/trak/mdia/minf/stbl/"
    size, count = struct.unpack(">II", found[base + "stsz"][4:12])
    runs = struct.unpack(f">{(len(found[base + 'stsc']) - 8) // 4}I", found[base + "stsc"][8:])
    places = struct.unpack(f">{(len(found[base + 'stco']) - 8) // 4}I", found[base + "stco"][8:])
    out, samples = [], 0
    for number, place in enumerate(places, 1):
        run = [runs[at + 1] for at in range(0, len(runs), 3) if runs[at] <= number][-1]
        out.append(data[place:place + run * size])
        samples += run
    assert samples == count, "samples are missing"
    return b"".join(out)


def ogg_pages(data):
    """[(flags, granule, serial, number, table, body)], their checksums tried."""
    pages, at = [], 0
    while at < len(data):
        flags, granule, serial, number, told, count = struct.unpack("<BqIIIB", data[at + 5:at + 27])
        table = data[at + 27:at + 27 + count]
        end = at + 27 + count + sum(table)
        whole = data[at:end]
        assert crc(whole[:22] + bytes(4) + whole[26:]) == told, f"page {number}: checksum"
        pages.append((flags, granule, serial, number, table, data[at + 27 + count:end]))
        at = end
    return pages


def ogg_packets(pages):
    packets, open_part = [], b""
    for _, _, _, _, table, body in pages:
        at = 0
        for lace in table:
            open_part += body[at:at + lace]
            at += lace
            if lace < 255:
                packets.append(open_part)
                open_part = b""
    return packets
