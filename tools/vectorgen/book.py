"""Gathers all topics, checks them as a whole, and writes them."""

import re
from pathlib import Path

from . import cbor, codes
from .scenario import Topic


def gather() -> list[Topic]:
    from .topics import (
        basics,
        cases,
        consents,
        contents,
        deliveries,
        envelopes,
        files,
        forwards,
        guidances,
        jsons,
        links,
        manifests,
        people,
        pools,
        reconciliations,
        reportables,
        seals,
        withdrawals,
    )

    modules = [basics, envelopes, seals, people, manifests, contents, cases, links]
    modules += [jsons, consents, withdrawals, forwards, deliveries, pools]
    modules += [reconciliations, guidances, files, reportables]
    return [topic for module in modules for topic in module.topics()]


def check(topics: list[Topic], readme: Path) -> None:
    """Every topic refuses as much as it accepts, for reasons the README lists."""
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", readme.read_text(), re.MULTILINE))
    used = {s.refuse for topic in topics for s in topic.scenarios if s.refuse}
    assert used <= listed, f"reasons not in the README: {sorted(used - listed)}"
    for topic in topics:
        refusals = sum(1 for scenario in topic.scenarios if scenario.refuse)
        assert refusals * 2 >= len(topic.scenarios), f"{topic.name} accepts more than it refuses"
        assert topic.name in listed, f"{topic.name} is not in the README"


def write(protocol: Path, folder: Path) -> str:
    """Writes every scenario under `folder`, removing those of earlier runs; says how many."""
    cbor.use_schema(protocol / "schema" / "kith.cddl")
    codes.use(protocol / "schema" / "codes.md")
    topics = gather()
    check(topics, protocol / "vectors" / "README.md")
    for topic in topics:
        (folder / topic.name).mkdir(parents=True, exist_ok=True)
        wanted = {f"{scenario.name}.txt" for scenario in topic.scenarios}
        for old in (folder / topic.name).glob("*.txt"):
            if old.name not in wanted:
                old.unlink()
        for scenario in topic.scenarios:
            (folder / scenario.path).write_text(str(scenario), encoding="utf-8")
    count = sum(len(topic.scenarios) for topic in topics)
    return f"vectors: {count} scenarios in {len(topics)} topics"
