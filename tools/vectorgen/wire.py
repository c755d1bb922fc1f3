"""Envelopes, ids and frames: protocol/04-frames.md to 08-spreading.md."""

from dataclasses import dataclass, field, replace

from .crypto import Signer, fixed, h, h128, prf, prf128, u16, u32, u64

TTL_SECONDS = [3600, 86400, 7 * 86400, 30 * 86400, 90 * 86400]


@dataclass(frozen=True)
class Header:
    """An envelope's first 64 bytes."""

    slot: int
    topic: bytes
    size: int = 0
    ttl: int = 4
    suite: int = 1
    version: int = 1
    bits: int = 8
    mailbox: bytes = field(default_factory=lambda: fixed("mailbox", 16))
    commitment: bytes = field(default_factory=lambda: fixed("commitment", 16))
    nonce: int = 0

    @property
    def covered(self) -> bytes:
        """All but the nonce: what id and encryption cover."""
        classes = self.ttl << 4 | self.size
        head = bytes([self.version, self.suite, classes, self.bits]) + u32(self.slot)
        return head + self.topic + self.mailbox + self.commitment

    @property
    def encoded(self) -> bytes:
        return self.covered + u64(self.nonce)

    @property
    def body_bytes(self) -> int:
        return (512 << self.size) - 64

    @property
    def expiry(self) -> int:
        return self.slot * 600 + TTL_SECONDS[self.ttl]

    def tagged(self, tag_key: bytes, r: bytes) -> "Header":
        """With the mailbox hint that holders of the tag key recognise."""
        hint = prf128(tag_key, "kith1:tag", self.covered[:24] + r)
        return replace(self, mailbox=r + hint[:8])

    def opening(self, erase_key: bytes) -> bytes:
        return prf128(erase_key, "kith1:open", self.covered[:40])

    def committed(self, erase_key: bytes) -> "Header":
        """With the commitment that the erase key opens; the mailbox must be set before."""
        return replace(self, commitment=h128("kith1:retract", self.opening(erase_key)))


def body_hash(body: bytes) -> bytes:
    return h("kith1:body", body)


def envelope_id(network: bytes, header: Header, hashed: bytes) -> bytes:
    return h("kith1:env", network + header.covered + hashed)


def retraction_id(target: bytes) -> bytes:
    return h("kith1:retr", target)


def zero_bits(digest: bytes) -> int:
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def work_of(item: bytes, nonce: int) -> int:
    return zero_bits(h("kith1:pow", item + u64(nonce)))


def worked(network: bytes, header: Header, hashed: bytes) -> Header:
    """With the first nonce whose work has the bits the header names."""
    item = envelope_id(network, header, hashed)
    nonce = 0
    while work_of(item, nonce) < header.bits:
        nonce += 1
    return replace(header, nonce=nonce)


def spoilt(network: bytes, header: Header, hashed: bytes) -> Header:
    """With the first nonce whose work is too weak."""
    item = envelope_id(network, header, hashed)
    nonce = 0
    while work_of(item, nonce) >= header.bits:
        nonce += 1
    return replace(header, nonce=nonce)


def finished(network: bytes, header: Header, body: bytes) -> bytes:
    """The envelope, its work done."""
    assert len(body) == header.body_bytes
    return worked(network, header, body_hash(body)).encoded + body


def tag_key(shared: bytes) -> bytes:
    return prf(shared, "kith1:tagkey")


def erase_key(shared: bytes) -> bytes:
    return prf(shared, "kith1:erase")


def plaintext(
    kind: int, message: bytes, payload: bytes, room: int, part: int = 0, parts: int = 1
) -> bytes:
    """One part of a message, padded to `room` bytes."""
    out = bytes([kind, part, parts, 0]) + u16(len(payload)) + message + payload
    assert len(out) <= room
    return out.ljust(room, b"\0")


def frame(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def ipv4(octets: str, port: int) -> bytes:
    return b"\x01" + bytes(map(int, octets.split("."))) + u16(port)


def ipv6(address: bytes, port: int) -> bytes:
    return b"\x02" + address + u16(port)


def onion(key: bytes, port: int) -> bytes:
    return b"\x03" + key + u16(port)


def named(host: str, port: int) -> bytes:
    return b"\x04" + bytes([len(host)]) + host.encode() + u16(port)


def peer_record(
    network: bytes, node: Signer, seq: int, not_after: int, addresses: list[bytes]
) -> bytes:
    unsigned = node.public + u64(seq) + u32(not_after) + bytes([len(addresses)])
    unsigned += b"".join(addresses)
    return unsigned + node.sign("kith1:peer", network + unsigned)


def hello(
    record: bytes, clock: int, caps: int = 1, charter_seq: int = 0, versions: bytes = b"\x01\x01"
) -> bytes:
    return frame(0x01, versions + u32(caps) + u32(clock) + u32(charter_seq) + record)


def retraction(header: Header, hashed: bytes, opening: bytes) -> bytes:
    return header.encoded + hashed + opening
