"""Times as GeoReport v2 writes them: a subset of ISO 8601, always with a time zone."""

import re
from datetime import UTC, datetime

SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")


def now() -> datetime:
    return datetime.now(UTC)


def read(text: str) -> datetime:
    """Raises `ValueError` for what is no time, or has no zone."""
    if not SHAPE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a time as 2010-01-01T00:00:00Z")
    return datetime.fromisoformat(text).astimezone(UTC)


def written(moment: datetime, precision: str = "seconds") -> str:
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
