"""Chapter 04: what a node looks at in HELLO."""

from basics import require
from frames import Hello
from peerrecords import PeerRecord

VERSION = 1
FULL, LEAF = 1, 2
TTL_CLASSES = 0x1F00


def check_hello(hello: Hello, network: bytes, now: int) -> PeerRecord:
    """The peer record of a HELLO that holds; whose it must be the link knows."""
    record = PeerRecord.read(hello.record)
    require(hello.least <= VERSION <= hello.most, "no-common-version")
    record.check(network, now)
    return record
