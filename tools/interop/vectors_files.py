"""Vectors of files: indexes, and the files they lead to."""

import attachments
import cbor
import sealing
from basics import public_of, require
from envelopes import Envelope, opening
from scenarios import Scenario


def files(s: Scenario) -> None:
    """An index, or a whole file."""
    value = cbor.decode(s.blobs["index"])
    attachment = attachments.read(value)
    require(cbor.encode(value) == s.blobs["index"], "shape")
    s.expect("size", attachment.size)
    s.expect("type", attachment.media_type)
    s.expect("role", attachment.role)
    s.expect("digest", attachment.digest)
    s.expect("file key", attachment.key)
    for index, id in enumerate(attachment.ids(s.blobs["network"])):
        s.expect(f"id {index}", id)
    if s.texts["check"] == "index":
        return
    envelopes = [Envelope.read(data) for data in s.listed("envelope")]
    data = attachments.open_chunks(attachment, envelopes)
    s.expect("file", data)
    for index, envelope in enumerate(envelopes):
        if f"enc secret {index}" not in s.blobs:
            continue
        enc = public_of(s.blobs[f"enc secret {index}"])
        piece = data[index * attachments.CHUNK : (index + 1) * attachments.CHUNK]
        message = s.blobs[f"message id {index}"]
        part = sealing.Part(attachments.KIND, 0, 1, message, piece)
        text = part.plaintext(attachments.PLAINTEXT)
        body = sealing.seal_shared(attachment.key, envelope.header.raw, text, enc)
        s.expect(f"envelope {index}", envelope.header.raw + body)
        s.expect(f"opening {index}", opening(s.blobs["erase key"], envelope.header.raw))
