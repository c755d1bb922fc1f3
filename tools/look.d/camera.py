"""What a camera reads of the codes that the page draws, by a reader that knows nothing of it."""

import base64
import struct
import zlib

import zxingcpp

DRAWN = """
const [texts, done] = arguments;
import(new URL('page/qr.js', location.href).href).then(
    ({ qrModules }) => done(texts.map((text) => qrModules(text).map(
        (row) => row.map((isDark) => (isDark ? '1' : '0')).join('')))),
    (problem) => done(String(problem)));
"""
QUIET, SCALE = 4, 3  # modules of margin, points of a module


def seen_by_camera(chromium, selector):
    """The texts of the codes in a picture of this part of the screen."""
    box = chromium.js("const box = document.querySelector(arguments[0]).getBoundingClientRect();"
                      "return [box.x + scrollX, box.y + scrollY, box.width, box.height]", selector)
    clip = dict(zip(("x", "y", "width", "height"), box), scale=1)
    shot = chromium.tell("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
    return read(*grey(base64.b64decode(shot["data"])))


def drawn(chromium, texts):
    """What is read of the codes that the page draws for these texts."""
    found = []
    for rows in chromium.wait_js(DRAWN, texts):
        side = (len(rows) + 2 * QUIET) * SCALE
        margin = [b"\xff" * side] * (QUIET * SCALE)
        lines = [b"\xff" * QUIET * SCALE
                 + b"".join((b"\0" if one == "1" else b"\xff") * SCALE for one in row)
                 + b"\xff" * QUIET * SCALE for row in rows]
        points = b"".join([*margin, *(line for line in lines for _ in range(SCALE)), *margin])
        found.append(read(side, side, points))
    return found


def read(width, height, points):
    """Of grey points the texts of all codes in them."""
    image = memoryview(points).cast("B", (height, width))
    return [code.text for code in zxingcpp.read_barcodes(image)]


def grey(png):
    """Width, height and grey points of a PNG with eight bits a channel, as Chromium writes them."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    channels = {0: 1, 2: 3, 6: 4}[kind]
    at, packed = 8, b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        if name == b"IDAT":
            packed += png[at + 8:at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * channels
    before, points = bytes(stride), bytearray()
    for row in range(height):
        start = row * (stride + 1)
        before = unfiltered(raw[start], raw[start + 1:start + 1 + stride], before, channels)
        points += before[1 % channels::channels]  # green stands for grey
    return width, height, bytes(points)


def unfiltered(how, line, above, channels):
    """One line of a PNG, by RFC 2083 section 6."""
    out = bytearray(line)
    for at, value in enumerate(line):
        left = out[at - channels] if at >= channels else 0
        corner = above[at - channels] if at >= channels else 0
        up = above[at]
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda one: abs(guess - one))
        add = (0, left, up, (left + up) // 2, nearest)[how]
        out[at] = (value + add) & 255
    return bytes(out)
