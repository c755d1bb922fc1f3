"""The table of README.md: what is sealed by whom and opened by whom, and what of it was shown."""

import environment

README = environment.HERE / "README.md"
KITH, PEER, PAGE = "kith", "peer", "page"
COLUMNS = ((KITH, PEER), (PEER, KITH), (PAGE, PEER), (PEER, PAGE), (PAGE, KITH), (KITH, PAGE))
YES = "✓"
Cell = tuple[str, str, str]
_shown: set[Cell] = set()


def wanted() -> set[Cell]:
    """The cells that the table says are shown."""
    cells = set()
    for line in README.read_text(encoding="utf-8").splitlines():
        row = [part.strip() for part in line.strip("|").split("|")]
        if not line.startswith("|") or len(row) != len(COLUMNS) + 2:
            continue
        for (sealer, opener), cell in zip(COLUMNS, row[2:]):
            if cell == YES:
                cells.add((row[1], sealer, opener))
    return cells


def shows(sealer: str, opener: str, *rows: str) -> None:
    """One side sealed these and another opened them and found the same: call it once that is so."""
    _shown.update((row, sealer, opener) for row in rows)


def faults(with_page: bool) -> list[str]:
    """What the table says and this run did not show, and the other way round."""
    table = {cell for cell in wanted() if with_page or PAGE not in cell}
    missing = [f"{row}, {a} to {b}: not shown" for row, a, b in sorted(table - _shown)]
    return missing + [f"{row}, {a} to {b}: not in the table" for row, a, b in sorted(_shown - table)]


def count() -> int:
    """How many cells were shown."""
    return len(_shown)
