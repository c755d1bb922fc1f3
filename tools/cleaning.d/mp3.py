"""MP3: silence between tags of every kind."""

import struct

from planted import CAMERA, PROGRAM, WHEN, WHERE, WHO

FRAME = bytes([0xFF, 0xFB, 0x90, 0x64]) + bytes(413)


def synchsafe(value):
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(footer=False):
    frames = b""
    for name, text in [(b"TPE1", WHO), (b"COMM", WHERE), (b"TSSE", PROGRAM), (b"TDRC", WHEN)]:
        data = b"\3" + text
        frames += name + struct.pack(">I", len(data)) + b"\0\0" + data
    picture = b"\0image/jpeg\0\3\0" + FRAME * 3 + WHO
    frames += b"APIC" + struct.pack(">I", len(picture)) + b"\0\0" + picture
    head = b"\4\0" + (b"\x10" if footer else b"\0") + synchsafe(len(frames))
    return b"ID3" + head + frames + (b"3DI" + head if footer else b"")


def id3v1():
    return b"TAG" + WHO.ljust(30, b"\0") + WHERE.ljust(30, b"\0") + CAMERA.ljust(30, b"\0") \
        + b"2021" + PROGRAM.ljust(30, b"\0") + b"\x11"


def ape(with_header):
    item = struct.pack("<II", len(WHERE), 0) + b"Comment\0" + WHERE
    item += struct.pack("<II", len(WHO), 0) + b"Artist\0" + WHO
    flags = 0x80000000 if with_header else 0
    size = len(item) + 32

    def mark(flags):
        return b"APETAGEX" + struct.pack("<IIII", 2000, size, 2, flags) + bytes(8)

    return (mark(flags | 0x20000000) if with_header else b"") + item + mark(flags)


def lyrics():
    text = b"LYRICSBEGININD0000200LYR00014" + WHO
    return text + b"%06d" % len(text) + b"LYRICS200"


def mp3(ending=b"", frames=60):
    """Silence between tags of every kind; the first frame names the program that made it."""
    first = bytearray(FRAME)
    first[36:44] = b"Info\0\0\0\x0F"
    first[44 + 112:44 + 112 + len(PROGRAM)] = PROGRAM
    return id3() + id3(True) + bytes(first) + FRAME * frames + ending


def mp3s():
    return {
        "mp3, ID3v2 twice and ID3v1": mp3(id3v1()),
        "mp3, APEv2 with header, ID3v1": mp3(ape(True) + id3v1()),
        "mp3, APEv2 without header": mp3(ape(False)),
        "mp3, Lyrics3 and ID3v1": mp3(lyrics() + id3v1()),
        "mp3, ID3v2 at the end": mp3(id3(True)),
        "mp3, words between the frames": mp3(b"and " + WHERE + b" " + FRAME * 30),
    }
