"""Chapter 19: what an authority receives of a consent."""

import re
from typing import Any

import schema
from basics import h, require

LONGEST = 4000
PARTING = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
ROW = re.compile(r"^\| (?P<number>\d+) \| (?P<name>[^|]+?) \|", re.MULTILINE)
LABEL = re.compile(r"^\| (?P<claim>[a-z]+) \| (?P<label>[^|]+?) \|$", re.MULTILINE)
CODES = {
    "kinds": "Kinds of incident",
    "bias": "Bias motivations",
    "reported": "Reported to police",
    "reasons": "Reasons for not reporting",
    "safety": "Feeling of safety",
    "needs": "Needs",
}
ASIDE = {"name": "first_name", "email": "email", "phone": "phone"}


def _section(title: str) -> str:
    """What stands under a heading of the code lists, which are read as they are."""
    text = (schema.PROTOCOL / "schema" / "codes.md").read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def names(claim: str) -> dict[int, str]:
    """The names of a code list's numbers, as they stand there."""
    return {int(row["number"]): row["name"] for row in ROW.finditer(_section(CODES[claim]))}


LABELS = {row["claim"]: row["label"] for row in LABEL.finditer(_section("Labels of a report"))}
del LABELS["claim"]
NAMES = {
    claim: {number: name.replace("_", " ") for number, name in names(claim).items()}
    for claim in CODES
}


def mark(consent: bytes) -> str:
    """By what a report is known again, and its consent is not."""
    digits = h("kith1:mark", consent).hex().upper()[:16]
    return "-".join(["KITH", *(digits[at : at + 4] for at in range(0, 16, 4))])


def _value(claim: str, value: Any) -> str:
    if claim == "kinds":
        named = NAMES[claim]
        return ", ".join(f"{named.get(one['kind'], 'other')} (ICCS {one['iccs']})" for one in value)
    if claim in NAMES:
        numbers = value if isinstance(value, list) else [value]
        return ", ".join(NAMES[claim].get(number, "other") for number in numbers)
    if claim == "danger":
        return "yes" if value else "no"
    return value


def _clean(text: str) -> str:
    """Without the characters that part lines or turn their direction."""
    return PARTING.sub("", text)


def text(fields: dict[str, Any], consent: bytes) -> str:
    """A report as text."""
    lines = []
    for claim in LABELS:
        if claim in fields:
            shown = _clean(_value(claim, fields[claim])).replace("\n", "\n  ")
            lines.append(f"{LABELS[claim]}: {shown}")
    return "\n".join([*lines, f"Reference: {mark(consent)}"])


def form(fields: dict[str, Any], consent: bytes, configured: dict[str, Any]) -> dict[str, str]:
    """The parameters of an Open311 request."""
    services = configured.get("services", {})
    kinds = [str(one["kind"]) for one in fields.get("kinds", [])]
    service = next((services[kind] for kind in kinds if kind in services), services.get("*"))
    require(service is not None, "no-service")
    description = text(fields, consent)
    require(len(description) <= LONGEST, "too-long")
    made = {"service_code": service, "description": description}
    for name in ("api_key", "jurisdiction_id"):
        if name in configured:
            made[name] = configured[name]
    place = fields.get("where", fields.get("area"))
    if place is not None:
        made["address_string"] = _on_one_line(place)
    elif "address_string" in configured:
        made["address_string"] = configured["address_string"]
    for claim, parameter in ASIDE.items():
        if claim in fields:
            made[parameter] = _on_one_line(fields[claim])
    for code, value in configured.get("attributes", {}).get(service, {}).items():
        made[f"attribute[{code}]"] = value
    return made


def _on_one_line(value: str) -> str:
    return _clean(value).replace("\n", " ")
