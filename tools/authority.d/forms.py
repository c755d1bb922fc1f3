"""Forms that were sent, and what GeoReport v2 demands of them."""

import re
from urllib.parse import parse_qsl

import limits
import moments
from problems import Problem, Refusal, invalid
from services import Service

FORM_TYPE = "application/x-www-form-urlencoded"
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]+)\](\[\])?")
# No XML could give them back.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
EXTENDED_STATUS = {  # of the updates that FixMyStreet added; by the status each of them is in the core
    "open": ("OPEN", "INVESTIGATING", "IN_PROGRESS", "ACTION_SCHEDULED", "FOR_TRIAGE", "REOPEN"),
    "closed": ("CLOSED", "FIXED", "DUPLICATE", "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION",
               "INTERNAL_REFERRAL", "CANCELLED"),
}


def core_status(extended: str) -> str | None:
    """`open` or `closed`, or None for what is no status."""
    for core, known in EXTENDED_STATUS.items():
        if extended.upper() in known:
            return core
    return None


class Form:
    """Names and values in the order they came. An empty value counts as not sent, as the specification says."""

    def __init__(self, pairs: list[tuple[str, str]]):
        self.pairs = pairs

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name and value]

    def get(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def split(self, name: str) -> list[str]:
        """Values sent several times, or with commas, or both."""
        return [part.strip() for value in self.all(name) for part in value.split(",") if part.strip()]


def read_query(text: str) -> Form:
    """Pairs of an encoded form or query. Raises `Refusal` unless all of it is UTF-8 without control characters."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=limits.FORM_FIELDS)
    except (UnicodeDecodeError, ValueError) as error:
        raise invalid(f"The form is not readable: {error}") from None
    for name, value in pairs:
        if CONTROL.search(name + value):
            raise invalid(f"{name[:60]!r} holds control characters")
    return Form(pairs)


def read_form(content_type: str, body: bytes) -> Form:
    kind, _, parameters = content_type.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if kind.strip().lower() != FORM_TYPE:
        raise invalid(f"The content type must be {FORM_TYPE}", 415)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise invalid("The form must be UTF-8", 415)
    try:
        return read_query(body.decode("ascii"))
    except UnicodeDecodeError:
        raise invalid("The form has bytes that are not encoded") from None


def check_key(form: Form, key: str) -> None:
    given = form.get("api_key")
    if given != key:
        fault = "Missing" if given is None else "Invalid"
        raise Refusal(Problem(403, f"{fault} api_key received -- can't proceed with create_request."))


def check_jurisdiction(form: Form, expected: str | None) -> None:
    given = form.get("jurisdiction_id")
    if expected is None:
        return  # only one is served, so it may be ignored
    if given is None:
        raise invalid("jurisdiction_id was not provided")
    if given != expected:
        raise Refusal(Problem(404, "jurisdiction_id provided was not found"))


def find_service(form: Form, services: dict[str, Service]) -> Service:
    code = form.get("service_code")
    if code is None:
        raise invalid("service_code was not provided")
    if code not in services:
        raise Refusal(Problem(404, "service_code provided was not found"))
    return services[code]


def check_request(form: Form, service: Service) -> None:
    """All that can be wrong with a request to this service is told at once."""
    wrong = _wrong_sizes(form) + _wrong_location(form, service) + _wrong_attributes(form, service)
    if wrong:
        raise Refusal(*(Problem(400, description) for description in wrong))


def check_update(form: Form) -> None:
    needed = ("service_request_id", "update_id", "status", "updated_datetime", "description")
    wrong = [f"{name} was not provided" for name in needed if form.get(name) is None]
    wrong += _wrong_sizes(form)
    if (status := form.get("status")) and core_status(status) is None:
        wrong.append("status is none of those known")
    if (moment := form.get("updated_datetime")) and not _is_time(moment):
        wrong.append("updated_datetime is not a time with its zone")
    if wrong:
        raise Refusal(*(Problem(400, description) for description in wrong))


def _wrong_sizes(form: Form) -> list[str]:
    wrong = []
    for name, value in form.pairs:
        limit = limits.DESCRIPTION_CHARACTERS if name == "description" else limits.FIELD_CHARACTERS
        if len(value) > limit:
            wrong.append(f"{name[:60]} has {len(value)} characters, {limit} are allowed")
    names = [name for name, value in form.pairs if value and not name.endswith("[]")]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return wrong + [f"{name[:60]} was sent more than once" for name in repeated]


def _wrong_location(form: Form, service: Service) -> list[str]:
    latitude, longitude = form.get("lat"), form.get("long")
    if (latitude is None) != (longitude is None):
        return ["lat and long must be sent together"]
    if latitude is not None:
        return [f"{name} is not a number from -{limit} to {limit}"
                for name, text, limit in (("lat", latitude, 90), ("long", longitude, 180))
                if not _is_number(text) or abs(float(text)) > limit]
    if service.needs_location and form.get("address_string") is None and form.get("address_id") is None:
        return ["A location is required: lat and long, or address_string, or address_id"]
    return []


def _wrong_attributes(form: Form, service: Service) -> list[str]:
    defined = {attribute["code"]: attribute for attribute in service.attributes if attribute["variable"]}
    given: dict[str, list[str]] = {}
    wrong = []
    for name, value in form.pairs:
        if not name.startswith("attribute"):
            continue
        match = ATTRIBUTE.fullmatch(name)
        if match is None or match[1] not in defined:
            wrong.append(f"{name[:60]} is not an attribute of service {service.code}")
        elif bool(match[2]) and defined[match[1]]["datatype"] != "multivaluelist":
            wrong.append(f"{name[:60]} takes a single value, without []")
        elif value:
            given.setdefault(match[1], []).append(value)
    for code, attribute in defined.items():
        if attribute["required"] and code not in given:
            wrong.append(f"attribute[{code}] is required")
        wrong += [f"attribute[{code}] has a value that does not fit {attribute['datatype']}"
                  for value in given.get(code, []) if not _fits(value, attribute)]
    return wrong


def _fits(value: str, attribute: dict) -> bool:
    match attribute["datatype"]:
        case "number":
            return _is_number(value)
        case "datetime":
            return _is_time(value)
        case "string":
            return "\n" not in value and "\r" not in value
        case "singlevaluelist" | "multivaluelist":
            return value in [str(choice["key"]) for choice in attribute.get("values", [])]
    return True


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", text, re.ASCII) is not None


def _is_time(text: str) -> bool:
    try:
        moments.read(text)
    except ValueError:
        return False
    return True
