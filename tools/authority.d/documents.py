"""Answers as documents: one value, written as XML or as JSON by the Spark convention.

Source: GeoReport v2, Format Support. In XML a list has a container with a name, and so has each of
its entries; in JSON the list stands alone.
"""

import json
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from problems import Refusal

ENTRIES = {
    "services": "service", "attributes": "attribute", "values": "value",
    "service_requests": "request", "service_request_updates": "request_update",
    "errors": "error", "endpoints": "endpoint", "formats": "format",
}
TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


@dataclass
class Answer:
    """What is to be sent, before anything goes wrong with it."""

    status: int
    format: str  # json or xml
    root: str
    value: object
    headers: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        if self.format == "json":
            return json.dumps(self.value, ensure_ascii=False)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + element(self.root, self.value)


def element(name: str, value: object) -> str:
    """Writes control characters as they are: who puts them there wants a document that is broken."""
    if value is None:
        return f"<{name}/>"
    if isinstance(value, list):
        inner = "".join(element(ENTRIES[name], entry) for entry in value)
    elif isinstance(value, dict):
        inner = "".join(element(key, part) for key, part in value.items())
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = escape(str(value), {"\r": "&#13;"})
    return f"<{name}>{inner}</{name}>"


def refused(format: str, refusal: Refusal) -> Answer:
    return Answer(refusal.status, format, "errors", refusal.entries(), refusal.headers)
