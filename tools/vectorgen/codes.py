"""The code lists of protocol/schema/codes.md."""

import re
from pathlib import Path

_lists: dict[str, list[list[str]]] = {}


def use(path: Path) -> None:
    """Reads the table under each heading."""
    for section in path.read_text().split("\n## ")[1:]:
        rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
        heading = section.split("\n", 1)[0]
        _lists[heading] = [[cell.strip() for cell in row.split(" | ")] for row in rows[1:]]


def names(heading: str) -> dict[str, str]:
    """From the first column to the second."""
    return {row[0]: row[1] for row in _lists[heading]}
