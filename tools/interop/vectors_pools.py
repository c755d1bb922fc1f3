"""Vectors of chapter 06: what comes to a store, and what it holds then."""

import contextlib

from basics import Refused
from envelopes import Header
from pools import Community, Pools
from scenarios import Mismatch, Scenario


def pools(s: Scenario) -> None:
    """The arrivals one by one; the last is taken or refused."""
    store = Pools(
        s.number("bytes"),
        s.number("rows"),
        [int(share) for share in s.texts.get("shares", "").split()],
        [_community(s, index) for index, _ in enumerate(s.listed("community"))],
    )
    last = len(list(s.listed("id"))) - 1
    for index in range(last):
        with contextlib.suppress(Refused):
            _arrive(s, store, index)
    try:
        _arrive(s, store, last)
    finally:
        if store.held() != list(s.listed("held")):
            raise Mismatch(f"{len(store.held())} are held")


def _community(s: Scenario, index: int) -> Community:
    tags = s.blobs.get(f"groups {index}", b"")
    groups = tuple(tags[at : at + 16] for at in range(0, len(tags), 16))
    return Community(s.blobs[f"community {index}"], s.number(f"weight {index}"), groups)


def _arrive(s: Scenario, store: Pools, index: int) -> None:
    id, header = s.blobs[f"id {index}"], Header(s.blobs[f"header {index}"])
    way, _, link = s.texts[f"way {index}"].partition(" ")
    if way == "own":
        store.submit(id, header)
    elif way == "retraction":
        store.retract(id, header)
    else:
        store.arrive(id, header, s.number(f"now {index}"), int(link) if link else None)
