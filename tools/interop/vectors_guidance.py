"""Vectors of guidance: packs, and what they choose."""

import cbor
import guidance
import jsontext
import packfiles
from basics import Refused
from scenarios import Mismatch, Scenario


def guidance_(s: Scenario) -> None:
    """A pack in both forms, or its advice."""
    read = guidance.Guidance.of(cbor.decode(s.blobs["cbor"]))
    if read is None:
        raise Refused("shape")
    if s.texts["check"] == "pack":
        s.expect("json", jsontext.write(packfiles.as_file(read)))
        return
    answers = dict(text.split(" ") for text in s.told("answer"))
    kinds = [int(text) for text in s.told("kind")]
    needs = [int(text) for text in s.told("need")]
    contacts, sections = read.advise(answers, kinds, needs)
    for name, chosen in (("contact", contacts), ("section", sections)):
        if [f"{id} {urgency}" for id, urgency in chosen] != s.told(name):
            raise Mismatch(f"{name}s are {chosen}")
