"""A picture's pixels, as far as PNG files of the browser need."""

import struct
import zlib


def colours(png):
    """All colours of a picture with eight bits a channel."""
    width, height, depth, kind, _, _, interlaced = struct.unpack(">2I5B", png[16:29])
    if depth != 8 or kind not in (2, 6) or interlaced:
        raise ValueError(f"a picture of {depth} bits and kind {kind}")
    step = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(packed(png)))
    above = bytearray(width * step)
    found = set()
    for row in range(height):
        start = row * (width * step + 1)
        line = unfiltered(data[start], bytearray(data[start + 1:start + 1 + width * step]), above, step)
        if line == line[:step] * width:
            found.add(bytes(line[:step]))
        else:
            found.update(bytes(line[at:at + step]) for at in range(0, len(line), step))
        above = line
    return found


def packed(png):
    at = 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        if name == b"IDAT":
            yield png[at + 8:at + 8 + length]
        at += 12 + length


def unfiltered(kind, line, above, step):
    """A row as it is, out of one that tells differences (PNG, 9.2)."""
    if kind == 0:
        return line
    if kind == 2 and not any(line):
        return above
    if kind == 1 and not any(line[step:]):
        return line[:step] * (len(line) // step)
    for at in range(len(line)):
        left = line[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        line[at] = (line[at] + (0, left, above[at], (left + above[at]) // 2,
                                nearest(left, above[at], corner))[kind]) & 255
    return line


def nearest(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
