"""Vectors of chapter 22: fingerprints, and messages that compare."""

from fingerprints import fingerprint
from negentropy import Comparison
from scenarios import Mismatch, Scenario


def reconciliation(s: Scenario) -> None:
    """A fingerprint, the first message, or the answer to one."""
    key, ids = s.blobs["key"], list(s.listed("id"))
    if s.texts["check"] == "fingerprint":
        s.expect("fingerprint", fingerprint(key, ids))
        return
    items = sorted((s.number(f"slot {index}"), id) for index, id in enumerate(ids))
    opens = s.texts["check"] == "opening"
    side = Comparison(key, items, opens or s.texts["role"] == "initiator")
    if opens:
        s.expect("answer", side.opening())
        return
    side.limit = s.number("limit")
    s.expect("answer", side.answer(s.blobs["message"]))
    for name, found in (("have", side.have), ("need", side.need)):
        if found != list(s.listed(name)):
            raise Mismatch(f"{name} is {[id.hex() for id in found]}")
