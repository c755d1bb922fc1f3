"""All attacks by name, in the order in which they are played."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import connections
import floods
import items
import lengths
import papers
from foe import Attack


@dataclass(frozen=True)
class Entry:
    """An attack, and what is asked of the victim while it goes on."""

    play: Callable[[Attack], Awaitable[None]]
    asks: bool = False

    @property
    def purpose(self) -> str:
        return (self.play.__doc__ or "").splitlines()[0]


ATTACKS = {
    "record-lengths": Entry(lengths.records),
    "frame-lengths": Entry(lengths.frame_lengths),
    "counts": Entry(lengths.counts),
    "pad": Entry(floods.pads),
    "hello-again": Entry(floods.hellos),
    "ping-zero": Entry(floods.pings),
    "ping-unread": Entry(floods.pings_unread),
    "ping-values": Entry(floods.other_pings),
    "pong": Entry(floods.pongs),
    "bye": Entry(floods.byes),
    "unknown-types": Entry(floods.unknown_types),
    "ihave-unknown": Entry(floods.unknown_ids),
    "ihave-same": Entry(floods.one_id),
    "ihave-own": Entry(floods.known_ids, asks=True),
    "ihave-gone": Entry(floods.gone_asked),
    "want-unknown": Entry(floods.unknown_wants),
    "want-unread": Entry(floods.slow_reader),
    "want-large": Entry(floods.greedy_reader),
    "push-garbage": Entry(items.garbage),
    "push-no-work": Entry(items.no_work),
    "push-weak-nonce": Entry(items.weak_nonce),
    "push-wrong-slots": Entry(items.wrong_slots),
    "push-duplicates": Entry(items.duplicates),
    "push-own-back": Entry(items.own_back, asks=True),
    "push-good": Entry(items.good, asks=True),
    "retract-garbage": Entry(items.retract_garbage),
    "retract-opening": Entry(items.retract_opening),
    "retract-good": Entry(items.retract_good),
    "receipt-forged": Entry(floods.receipts),
    "gone-unasked": Entry(floods.gone_unasked),
    "bridge-records": Entry(papers.unknown_bridges),
    "bridge-records-40": Entry(papers.many_bridges),
    "manifests": Entry(papers.unknown_manifests),
    "outdated-records": Entry(papers.outdated_records),
    "charter-chains": Entry(papers.charter_chains),
    "cbor": Entry(papers.wrong_encodings),
    "stalls": Entry(connections.stalls),
    "trickles": Entry(connections.trickles),
    "unfinished-frames": Entry(connections.unfinished_frames),
    "half-open": Entry(connections.half_open),
    "held-connections": Entry(connections.held),
    "churn": Entry(connections.churn),
    "link-churn": Entry(connections.link_churn),
    "one-identity": Entry(connections.one_identity),
    "no-hello": Entry(floods.no_hello),
    "never-answers": Entry(floods.never_answers),
    "never-delivers": Entry(floods.never_delivers),
    "all-links": Entry(floods.all_links),
}
