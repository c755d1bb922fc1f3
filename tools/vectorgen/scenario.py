"""One scenario is one file; its grammar is in protocol/vectors/README.md."""

from dataclasses import dataclass, field

REASONS: dict[str, set[str]] = {}


@dataclass
class Scenario:
    """The lines of one file, in the order they are given."""

    topic: str
    name: str
    why: str
    refuse: str | None = None
    _lines: list[str] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def text(self, key: str, value: object) -> "Scenario":
        """A line `key: value`."""
        self._add(key)
        assert ":" not in key and "=" not in key and "\n" not in str(value)
        self._lines.append(f"{key}: {value}".rstrip())
        return self

    def hex(self, name: str, value: bytes) -> "Scenario":
        """A line `name = hex`."""
        self._add(name)
        assert ":" not in name and "=" not in name
        self._lines.append(f"{name} = {value.hex()}".rstrip())
        return self

    def hexes(self, values: dict[str, bytes]) -> "Scenario":
        for name, value in values.items():
            self.hex(name, value)
        return self

    def texts(self, values: dict[str, object]) -> "Scenario":
        for key, value in values.items():
            self.text(key, value)
        return self

    def _add(self, name: str) -> None:
        assert name not in self._names, f"{self.name}: {name} twice"
        self._names.add(name)

    @property
    def path(self) -> str:
        return f"{self.topic}/{self.name}.txt"

    def __str__(self) -> str:
        expect = "accept" if self.refuse is None else f"refuse {self.refuse}"
        assert self.why.endswith(".")
        return "\n".join([f"why: {self.why}", f"expect: {expect}", "", *self._lines]) + "\n"


class Topic:
    """Collects the scenarios of one folder."""

    def __init__(self, name: str):
        self.name = name
        self.scenarios: list[Scenario] = []

    def accept(self, name: str, why: str) -> Scenario:
        return self._add(Scenario(self.name, name, why))

    def refuse(self, name: str, reason: str, why: str) -> Scenario:
        return self._add(Scenario(self.name, name, why, reason))

    def _add(self, scenario: Scenario) -> Scenario:
        assert all(other.name != scenario.name for other in self.scenarios), scenario.name
        self.scenarios.append(scenario)
        return scenario
