"""M4A: silence in boxes, with notes in every box that has room for some."""

import struct

from planted import CAMERA, PACKET, PROGRAM, WHERE, WHO

AAC = bytes.fromhex("211004608c1c")  # a frame of silence, two channels


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def descriptor(tag, body):
    return bytes([tag, 0x80, 0x80, 0x80, len(body)]) + body


def dates(name, rest, version=0):
    when = 3_700_000_000
    made = struct.pack(">II" if version == 0 else ">QQ", when, when)
    return box(name, bytes([version, 0, 0, 0]), made, rest)


def track(kind, chunks, size, places, wide, samples_of):
    """A track of frames, each `size` bytes, whose chunks lie at `places`."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    count = sum(samples_of)
    length = count * 1024
    config = descriptor(5, bytes.fromhex("1210"))
    decoder = descriptor(4, bytes([0x40, 0x15, 0, 0, 0]) + struct.pack(">II", 0, 0) + config)
    esds = box(b"esds", bytes(4), descriptor(3, bytes([0, 1, 0]) + decoder + descriptor(6, b"\2")))
    numbers = bytes(6) + struct.pack(">H", 1) + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, 44100 << 16)
    if kind == b"soun":
        entry = box(b"mp4a", numbers, esds, box(b"uuid", bytes(16), WHERE))
    else:
        entry = box(b"text", bytes(6), struct.pack(">H", 1))
    runs, last = [], None
    for number, samples in enumerate(samples_of, 1):
        if samples != last:
            runs.append((number, samples, 1))
            last = samples
    table = box(b"co64", bytes(4), struct.pack(">I", chunks),
                b"".join(struct.pack(">Q", place) for place in places)) if wide else \
        box(b"stco", bytes(4), struct.pack(">I", chunks),
            b"".join(struct.pack(">I", place) for place in places))
    stbl = box(b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
               box(b"stts", bytes(4), struct.pack(">III", 1, count, 1024)),
               box(b"stsc", bytes(4), struct.pack(">I", len(runs)),
                   b"".join(struct.pack(">III", *run) for run in runs)),
               box(b"stsz", bytes(4), struct.pack(">II", size, count)), table)
    dinf = box(b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1),
                            box(b"url ", b"\0\0\0\0", b"file:///" + WHO)))
    head = box(b"smhd", bytes(8)) if kind == b"soun" else box(b"nmhd", bytes(4))
    mdia = box(b"mdia", dates(b"mdhd", struct.pack(">IIHH", 44100, length, 0x15C7, 0)),
               box(b"hdlr", bytes(8), kind, bytes(12), PROGRAM + b"\0"),
               box(b"minf", head, dinf, stbl))
    tkhd = dates(b"tkhd", struct.pack(">III", 1, 0, length) + bytes(8) + struct.pack(">HHHH", 0, 0, 256, 0)
                 + matrix + struct.pack(">II", 0, 0))
    return box(b"trak", tkhd, box(b"meta", bytes(4), WHERE), mdia, box(b"udta", box(b"name", CAMERA)))


def m4a(wide=False, index_last=True, chapters=False, samples_of=(4, 4, 3)):
    """Silence in two sizes of chunks, with notes in every box that has room for some."""
    sound = [AAC * count for count in samples_of]
    words = WHO + WHERE
    ftyp = box(b"ftyp", b"M4A \0\0\2\0M4A mp42isom")
    # What lies between the chunks is nobody's.
    payload = b"between " + CAMERA + sound[0] + words + sound[1] + sound[2]
    moov = b""
    for _ in range(2):  # the second time its own length is known
        start = len(ftyp) + 8 + (0 if index_last else len(moov))
        places = [start + 8 + len(CAMERA)]
        other = places[0] + len(sound[0])
        places += [other + len(words), other + len(words) + len(sound[1])]
        tracks = [track(b"soun", 3, len(AAC), places, wide, samples_of)]
        if chapters:
            tracks.append(track(b"text", 1, len(words), [other], wide, [1]))
        mvhd = dates(b"mvhd", struct.pack(">II", 1000, 250) + struct.pack(">IH", 0x10000, 256) + bytes(10)
                     + struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000) + bytes(24)
                     + struct.pack(">I", 3))
        ilst = box(b"ilst", box(b"\xa9ART", box(b"data", bytes(8), WHO)),
                   box(b"\xa9too", box(b"data", bytes(8), PROGRAM)))
        udta = box(b"udta", box(b"meta", bytes(4), box(b"hdlr", bytes(25)), ilst),
                   box(b"\xa9xyz", struct.pack(">HH", len(WHERE), 0x15C7), WHERE))
        moov = box(b"moov", mvhd, *tracks, udta, box(b"uuid", bytes(16), PACKET))
    mdat, free = box(b"mdat", payload), box(b"free", CAMERA)
    return ftyp + (mdat + moov + free if index_last else moov + mdat + free)


def film():
    """The same with a track of pictures: no sound alone."""
    return m4a().replace(b"soun", b"vide")


def m4as():
    return {"m4a, index at the end": m4a(), "m4a, index at the front": m4a(index_last=False),
            "m4a, wide places": m4a(wide=True), "m4a, chapters": m4a(chapters=True)}
