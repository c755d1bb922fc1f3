"""Reads the files of protocol/vectors: their grammar, and what a check expects of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor
import schema

VECTORS = schema.PROTOCOL / "vectors"


class Mismatch(Exception):
    """What is thrown when a result is not the one in the file."""


@dataclass
class Scenario:
    """One file: texts and bytes by their names."""

    path: Path
    texts: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return f"{self.topic}/{self.path.stem}"

    @property
    def accepted(self) -> bool:
        return self.texts["expect"] == "accept"

    @property
    def reason(self) -> str:
        return self.texts["expect"].removeprefix("refuse ")

    def number(self, key: str) -> int:
        """A decimal number."""
        return int(self.texts[key])

    def listed(self, name: str) -> Iterator[bytes]:
        """The bytes called `name 0`, `name 1`, and on."""
        index = 0
        while f"{name} {index}" in self.blobs:
            yield self.blobs[f"{name} {index}"]
            index += 1

    def told(self, name: str) -> list[str]:
        """The texts called `name 0`, `name 1`, and on."""
        listed: list[str] = []
        while (key := f"{name} {len(listed)}") in self.texts:
            listed.append(self.texts[key])
        return listed

    def expect(self, name: str, value: Any) -> None:
        """Compares a result with what the file says, if it says something."""
        if isinstance(value, bytes):
            wanted: Any = self.blobs.get(name)
        else:
            wanted = self.texts.get(name)
            value = str(value)
        if wanted is not None and wanted != value:
            raise Mismatch(f"{name} is {value!r}, not {wanted!r}")

    def check_rules(self) -> None:
        """Checks every pair of bytes and rule that the file names."""
        for key, rule in self.texts.items():
            if key == "cddl" or key.startswith("cddl of "):
                name = key.removeprefix("cddl of ") if key != "cddl" else "cbor"
                value = cbor.decode(self.blobs[name])
                schema.check(rule, value)
                self.expect(name, cbor.encode(value))


def read(path: Path) -> Scenario:
    """The scenario in a file."""
    scenario = Scenario(path)
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        colon, equals = line.find(":"), line.find(" =")
        if equals < 0 or 0 <= colon < equals:
            scenario.texts[line[:colon]] = line[colon + 1 :].removeprefix(" ")
        else:
            scenario.blobs[line[:equals]] = bytes.fromhex(line[equals + 2 :])
    return scenario


def all_of(topic: str) -> list[Scenario]:
    """The scenarios of a topic."""
    return [read(path) for path in sorted((VECTORS / topic).glob("*.txt"))]


def topics() -> list[str]:
    """The topics there are files of."""
    return sorted(path.name for path in VECTORS.iterdir() if path.is_dir())
