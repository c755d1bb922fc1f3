"""The services on offer, with the attributes each of them asks for."""

import json
from dataclasses import dataclass
from pathlib import Path

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
LISTED = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
DEFINED = ("variable", "code", "datatype", "required", "datatype_description", "order", "description")


@dataclass(frozen=True)
class Service:
    """An entry of the file: the fields of GeoReport v2, `location` (required or optional), `attributes`."""

    entry: dict

    @property
    def code(self) -> str:
        return self.entry["service_code"]

    @property
    def kind(self) -> str:
        return self.entry["type"]

    @property
    def needs_location(self) -> bool:
        return self.entry.get("location", "required") == "required"

    @property
    def attributes(self) -> list[dict]:
        return self.entry.get("attributes", [])

    def listed(self) -> dict:
        entry = self.entry | {"metadata": bool(self.attributes)}
        return {name: entry[name] for name in LISTED}

    def definition(self) -> dict:
        attributes = []
        for attribute in self.attributes:
            values = {"values": attribute["values"]} if "values" in attribute else {}
            attributes.append({name: attribute[name] for name in DEFINED} | values)
        return {"service_code": self.code, "attributes": attributes}


def read_services(path: Path) -> dict[str, Service]:
    """The services of a JSON file, by their codes. Raises `ValueError` where a field is missing or odd."""
    services = {}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        try:
            service = Service(entry)
            service.listed(), service.definition()
            odd = [a["code"] for a in service.attributes if a["datatype"] not in DATATYPES]
        except (KeyError, TypeError, AttributeError) as missing:
            raise ValueError(f"a service lacks {missing}") from None
        if odd or service.kind not in ("realtime", "batch", "blackbox"):
            raise ValueError(f"service {service.code} has a type that does not exist {odd or service.kind}")
        services[service.code] = service
    return services
