"""files: attachments, their index and their chunks."""

from dataclasses import dataclass, replace

from .. import cbor, world
from ..crypto import Agreement, fixed, flip, h, prf
from ..scenario import Scenario, Topic
from ..wire import Header, body_hash, envelope_id, finished, plaintext
from .seals import shared_seal
from .people import CASE

NET, COMMUNITY = world.NETWORK, world.COMMUNITY
CHUNK = 65370
ROOM = (512 << 7) - 64 - 80
KEY = fixed("file key")
KIND = 0x08


@dataclass
class Chunk:
    """One sealed chunk."""

    header: Header
    body: bytes
    enc: Agreement
    message: bytes

    @property
    def pair(self) -> list[bytes]:
        return [self.header.encoded, body_hash(self.body)]

    @property
    def envelope(self) -> bytes:
        return self.header.encoded + self.body

    @property
    def id(self) -> bytes:
        return envelope_id(NET, self.header, body_hash(self.body))


def sealed(name: str, payload: bytes, kind: int = KIND, parts: int = 1) -> Chunk:
    """A chunk of a file, its work done."""
    header = Header(
        slot=world.SLOT,
        topic=world.files_topic(),
        size=7,
        ttl=3,
        bits=world.BASE + 3,
        mailbox=fixed(f"mailbox of {name}", 16),
    ).committed(CASE.erase)
    enc, message = Agreement(f"enc of {name}"), fixed(f"message {name}", 16)
    text = plaintext(kind, message, payload, ROOM, 0, parts)
    _, _, body = shared_seal(KEY, enc.public, header.covered, text)
    whole = finished(NET, header, body)
    return Chunk(replace(header, nonce=int.from_bytes(whole[56:64], "big")), body, enc, message)


def index(
    data: bytes, chunks: list[Chunk], media: str = "image/jpeg", role: int = 0
) -> dict[int, object]:
    return {
        1: len(data),
        2: h("kith1:file", data),
        3: media,
        4: role,
        5: KEY,
        6: [chunk.pair for chunk in chunks],
    }


def content(size: int) -> bytes:
    """Bytes of a file that nothing repeats in."""
    out = b"".join(fixed(f"file {number}") for number in range(size // 32 + 1))
    return out[:size]


SMALL = content(43)
LARGE = content(CHUNK + 10)
ONE = sealed("small chunk", SMALL)
TWO = [sealed("first chunk", LARGE[:CHUNK]), sealed("second chunk", LARGE[CHUNK:])]
SAMPLE = index(SMALL, [ONE])


def example() -> object:
    """An attachment for other topics."""
    return SAMPLE


def files() -> Topic:
    topic = Topic("files")
    _indexes(topic)
    _files(topic)
    return topic


def _indexes(topic: Topic) -> None:
    def shown(scenario: Scenario, data: bytes) -> Scenario:
        scenario.text("check", "index")
        scenario.hexes({"network": NET, "community": COMMUNITY, "index": data})
        return scenario

    for name, why, fields, chunks in [
        ("index", "A photo that was cleaned, in one chunk.", SAMPLE, [ONE]),
        (
            "index-original",
            "An original in two chunks.",
            index(LARGE, TWO, "application/vnd.oasis.opendocument.text", 1),
            TWO,
        ),
        (
            "index-longest-type",
            "A media type of 64 bytes.",
            index(SMALL, [ONE], "a/" + "b" * 62),
            [ONE],
        ),
    ]:
        data = cbor.checked("attachment", fields)
        scenario = shown(topic.accept(name, why), data).text("cddl of index", "attachment")
        scenario.texts({"size": fields[1], "type": fields[3], "role": fields[4]})
        scenario.hexes({"digest": fields[2], "file key": KEY})  # type: ignore[dict-item]
        for number, chunk in enumerate(chunks):
            scenario.hex(f"id {number}", chunk.id)

    head = ONE.header
    refused = [
        ("size-zero", "An empty file.", {1: 0}),
        ("size-too-large", "More than 16 MiB.", {1: (16 << 20) + 1}),
        ("digest-short", "A digest has 32 bytes.", {2: bytes(31)}),
        ("type-without-subtype", "A media type has two parts.", {3: "image"}),
        ("type-capital", "Small letters only.", {3: "image/JPEG"}),
        ("type-parameter", "No parameters.", {3: "text/plain;charset=utf-8"}),
        ("type-too-long", "A media type of 65 bytes.", {3: "a/" + "b" * 63}),
        ("type-path", "Nothing that could be a path.", {3: "image/../x"}),
        ("role-2", "A role without a meaning.", {4: 2}),
        ("key-short", "A key has 32 bytes.", {5: bytes(31)}),
        ("no-chunks", "A file has a chunk.", {6: []}),
        ("chunk-too-many", "One chunk more than the size asks for.", {6: [ONE.pair] * 2}),
        ("header-short", "A header has 64 bytes.", {6: [[ONE.pair[0][:63], ONE.pair[1]]]}),
        (
            "header-size-class-3",
            "Chunks have size class 7.",
            {6: [[replace(head, size=3).encoded, ONE.pair[1]]]},
        ),
        (
            "header-suite-0",
            "Chunks are sealed.",
            {6: [[replace(head, suite=0).encoded, ONE.pair[1]]]},
        ),
        (
            "header-version-2",
            "A header of another version.",
            {6: [[replace(head, version=2).encoded, ONE.pair[1]]]},
        ),
    ]
    for name, why, changed in refused:
        scenario = topic.refuse(f"index-{name}", "shape", why)
        shown(scenario, cbor.encode({**SAMPLE, **changed}))
    without = {key: value for key, value in SAMPLE.items() if key != 5}
    shown(topic.refuse("index-no-key", "shape", "The key is missing."), cbor.encode(without))


def _files(topic: Topic) -> None:
    def shown(scenario: Scenario, data: dict[int, object], chunks: list[Chunk]) -> Scenario:
        scenario.text("check", "file")
        scenario.hexes({"network": NET, "community": COMMUNITY, "index": cbor.encode(data)})
        for number, chunk in enumerate(chunks):
            scenario.hex(f"envelope {number}", chunk.envelope)
        return scenario

    scenario = topic.accept("two-chunks", "A full chunk, and what is left in a second one.")
    shown(scenario, index(LARGE, TWO), TWO)
    scenario.hexes({"file": LARGE, "digest": h("kith1:file", LARGE), "erase key": CASE.erase})
    for number, chunk in enumerate(TWO):
        scenario.hex(f"enc secret {number}", chunk.enc.secret)
        scenario.hex(f"message id {number}", chunk.message)
        scenario.hex(f"opening {number}", chunk.header.opening(CASE.erase))

    other_key = {**SAMPLE, 5: fixed("another file key")}
    cut = sealed("cut chunk", SMALL[:-1])
    words = sealed("words chunk", SMALL, 0x04)
    parted = sealed("parted chunk", SMALL, KIND, 2)
    flipped = replace_body(ONE, flip(ONE.body, 900))
    for name, reason, why, data, chunks in [
        ("other-digest", "wrong-digest", "Not the file described.", {**SAMPLE, 2: bytes(32)}, [ONE]),
        ("other-key", "wrong-commit", "Another file's key.", other_key, [ONE]),
        ("changed", "cannot-open", "One bit of the body; the index names it so.",
         index(SMALL, [flipped]), [flipped]),
        ("not-named", "wrong-digest", "Not the envelope that the index names.",
         SAMPLE, [sealed("another chunk", SMALL)]),
        ("cut", "bad-length", "A chunk with a byte too few.", index(SMALL, [cut]), [cut]),
        ("other-kind", "unknown-type", "Words are no chunk.", index(SMALL, [words]), [words]),
        ("parted", "bad-part", "A chunk is whole.", index(SMALL, [parted]), [parted]),
    ]:
        shown(topic.refuse(f"file-{name}", reason, why), data, chunks)
    scenario = topic.refuse("file-incomplete", "incomplete", "The second chunk is missing.")
    shown(scenario, index(LARGE, TWO), TWO[:1])


def replace_body(chunk: Chunk, body: bytes) -> Chunk:
    return Chunk(chunk.header, body, chunk.enc, chunk.message)


def topics() -> list[Topic]:
    return [files()]
