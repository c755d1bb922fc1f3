"""Pictures with notes: the browser's own, or a few pixels made here, nothing of others'."""

import struct
import zlib

from planted import CAMERA, PACKET, PROGRAM, WHEN, WHERE, WHO


def exif():
    """TIFF with a camera, a time and a place."""
    def entry(tag, kind, count, value):
        return struct.pack("<HHI", tag, kind, count) + value

    camera, when, place = CAMERA + b"\0", WHEN + b"\0", WHERE + b"\0"
    base = 8 + 2 + 3 * 12 + 4
    at_when, at_place = base + len(camera), base + len(camera) + len(when)
    gps = at_place + len(place)
    first = struct.pack("<H", 3)
    first += entry(0x010F, 2, len(camera), struct.pack("<I", base))
    first += entry(0x0132, 2, len(when), struct.pack("<I", at_when))
    first += entry(0x8825, 4, 1, struct.pack("<I", gps)) + struct.pack("<I", 0)
    degrees = struct.pack("<6I", 41, 1, 23, 1, 5, 1)
    second = struct.pack("<H", 3) + entry(1, 2, 2, b"N\0\0\0")
    second += entry(2, 5, 3, struct.pack("<I", gps + 2 + 36 + 4))
    second += entry(0x1B, 2, len(place), struct.pack("<I", at_place)) + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8) + first + camera + when + place + second + degrees


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(plain):
    """With EXIF, XMP, a profile, Photoshop's notes, a comment, and a tail."""
    notes = segment(0xE1, b"Exif\0\0" + exif())
    notes += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + PACKET + b"</x:xmpmeta>")
    notes += segment(0xE2, b"ICC_PROFILE\0\1\1" + PROGRAM * 20)
    notes += segment(0xED, b"Photoshop 3.0\0008BIM" + WHO)
    notes += segment(0xFE, WHO + b" was here")
    return plain[:2] + notes + plain[2:] + b"tail " + WHERE


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(plain):
    notes = chunk(b"tEXt", b"Author\0" + WHO) + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(WHERE))
    notes += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET) + chunk(b"eXIf", exif())
    notes += chunk(b"tIME", struct.pack(">H5B", 2021, 3, 4, 5, 6, 7))
    end = plain.index(b"IEND") - 4
    return plain[:33] + notes + plain[33:end] + chunk(b"prIv", CAMERA) + plain[end:] + b"tail " + WHO


def webp(plain, size):
    """An extended file with EXIF and XMP around the browser's own picture."""
    def part(name, data):
        return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    body = plain[12:]
    if body[:4] == b"VP8X":
        body = body[18:]
    head = bytes([0x0C, 0, 0, 0]) + b"".join(struct.pack("<I", side - 1)[:3] for side in size)
    parts = part(b"VP8X", head) + body + part(b"EXIF", exif()) + part(b"XMP ", PACKET)
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts


def gif():
    """Two pixels, a comment and an application's block."""
    comment = b"\x21\xFE" + bytes([len(WHO)]) + WHO + b"\0"
    own = b"\x21\xFF\x0BXMP DataXMP" + bytes([len(PACKET)]) + PACKET + b"\0"
    image = b"\x2C\0\0\0\0\2\0\1\0\0" + b"\x02\x02\x44\x0A\0"
    return b"GIF89a\2\0\1\0\x80\0\0\xFF\0\0\0\0\xFF" + comment + own + image + b"\x3B"


def bmp():
    """Two by two pixels and a tail."""
    rows = b"\0\0\xFF\0\xFF\0\0\0" + b"\xFF\0\0\xFF\xFF\xFF\0\0"
    head = b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54)
    info = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return head + info + rows + b"tail " + WHERE
