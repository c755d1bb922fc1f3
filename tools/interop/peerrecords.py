"""Chapter 04: peer records, a node's signed word on where it is reached."""

from dataclasses import dataclass

from basics import DAY, is_signed, number, require, sign, signer_of, u16, u32, u64

IPV4, IPV6, ONION, NAME = 1, 2, 3, 4
SIZES = {IPV4: 4, IPV6: 16, ONION: 32}
MOST_ADDRESSES = 4
MOST_AHEAD = 7 * DAY + 1200
SIGNED_FOR = 6 * DAY


@dataclass(frozen=True)
class Address:
    """Where a node is reached: the bytes of a kind, and a port."""

    kind: int
    host: bytes
    port: int

    def encode(self) -> bytes:
        """The address as it stands in a peer record."""
        length = bytes([len(self.host)]) if self.kind == NAME else b""
        return bytes([self.kind]) + length + self.host + u16(self.port)


@dataclass(frozen=True)
class PeerRecord:
    """A node's signed word on where it is reached."""

    node: bytes
    seq: int
    not_after: int
    addresses: tuple[Address, ...]
    signature: bytes

    def unsigned(self) -> bytes:
        """All before the signature."""
        listed = b"".join(address.encode() for address in self.addresses)
        head = self.node + u64(self.seq) + u32(self.not_after)
        return head + bytes([len(self.addresses)]) + listed

    def encode(self) -> bytes:
        """The record as it travels."""
        return self.unsigned() + self.signature

    @classmethod
    def read(cls, data: bytes) -> "PeerRecord":
        """The parts of a record; one that has not the shape is malformed."""
        record, end = cls.front_of(data, 0)
        require(len(data) == end, "malformed")
        return record

    @classmethod
    def front_of(cls, data: bytes, at: int) -> tuple["PeerRecord", int]:
        """The record that begins somewhere in longer bytes, and where it ends."""
        require(len(data) >= at + 45 + 64, "malformed")
        node, seq = data[at : at + 32], number(data[at + 32 : at + 40])
        not_after, count = number(data[at + 40 : at + 44]), data[at + 44]
        require(count <= MOST_ADDRESSES, "malformed")
        at, addresses = at + 45, []
        for _ in range(count):
            address, at = _address(data, at)
            addresses.append(address)
        require(len(data) >= at + 64, "malformed")
        onions = {address.kind == ONION for address in addresses}
        require(len(onions) <= 1, "malformed")
        record = cls(node, seq, not_after, tuple(addresses), data[at : at + 64])
        return record, at + 64

    def check(self, network: bytes, now: int) -> None:
        """Refuses a record that does not hold in a network at a time."""
        signed = is_signed(self.node, self.signature, "kith1:peer", network, self.unsigned())
        require(signed, "bad-signature")
        require(self.not_after > now, "expired")
        require(self.not_after <= now + MOST_AHEAD, "too-far-ahead")


def _address(data: bytes, at: int) -> tuple[Address, int]:
    require(at < len(data), "malformed")
    kind, at = data[at], at + 1
    require(kind in SIZES or kind == NAME, "malformed")
    if kind == NAME:
        require(at < len(data), "malformed")
        size, at = data[at], at + 1
    else:
        size = SIZES[kind]
    end = at + size
    require(size > 0 and end + 2 <= len(data), "malformed")
    host = data[at:end]
    require(kind != NAME or host.isascii(), "malformed")
    return Address(kind, host, number(data[end : end + 2])), end + 2


def make_record(
    node_seed: bytes, network: bytes, seq: int, not_after: int, addresses: tuple[Address, ...]
) -> PeerRecord:
    """A record signed by the node itself."""
    record = PeerRecord(signer_of(node_seed), seq, not_after, addresses, b"")
    signature = sign(node_seed, "kith1:peer", network, record.unsigned())
    return PeerRecord(record.node, seq, not_after, addresses, signature)
