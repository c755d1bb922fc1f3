"""The calls of GeoReport v2, from what was received to the answer, without a socket."""

import base64
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import limits
import moments
from documents import TYPES, Answer, refused
from faults import Faults
from forms import (Form, check_jurisdiction, check_key, check_request, check_update, core_status,
                   find_service, read_form, read_query)
from ledger import Ledger, Request
from problems import Problem, Refusal, invalid, not_found
from services import Service

NOTICE = "Read by an officer on weekdays, as § 12 of the trial rules says."
NASTY = "\x1b[31m\u202ered\r\n\x00"
AGENCY = "Office of the Trial Authority"


@dataclass
class Settings:
    """What the receiver was told to be; all but `data` and `base` can change while it runs."""

    api_key: str
    jurisdiction: str | None
    format: str  # json, xml or both
    update_endpoint: bool
    ids: str  # number or text
    base: str
    data: Path | None

    @property
    def formats(self) -> list[str]:
        return ["xml", "json"] if self.format == "both" else [self.format]

    def shown(self) -> dict:
        return asdict(self) | {"data": self.data and str(self.data)}


@dataclass(frozen=True)
class Received:
    """A request as it was read, with all of its headers in their order."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    origin: str  # our address, as http://127.0.0.1:8080

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def line(self) -> dict:
        """For the ledger: the form if it is one, else the bytes."""
        try:
            read = {"form": read_form(self.header("content-type"), self.body).pairs}
        except Refusal:
            read = {"form": None, "body": base64.b64encode(self.body).decode()}
        return {"target": self.target} | read | {"headers": self.headers}


@dataclass(frozen=True)
class Call:
    """Which of the methods is meant, the format of its answer, and the last part of its path."""

    name: str
    format: str
    argument: str
    query: Form


class HungUp(Exception):
    """The connection is to end without an answer."""

    def __init__(self, reset: bool):
        self.reset = reset


class Crash(Exception):
    """The one that was asked for."""


class Api:
    def __init__(self, settings: Settings, services: dict[str, Service], ledger: Ledger, faults: Faults):
        self.settings, self.services, self.ledger, self.faults = settings, services, ledger, faults
        self.started = moments.now()
        self.calls: dict[str, int] = {}

    def handle(self, received: Received) -> tuple[Answer, dict[str, dict]]:
        """The answer, and the faults that strike while it is sent. Raises `HungUp`."""
        taken: dict[str, dict] = {}
        try:
            call = self._route(received)
            self.calls[call.name] = self.calls.get(call.name, 0) + 1
            taken = self.faults.take(call.name)
            _strike(taken, received, is_done=False)
            answer = getattr(self, f"_{call.name}")(call, received, taken)
            _strike(taken, received, is_done=True)
            return answer, taken
        except Refusal as refusal:
            if received.method == "POST" and not refusal.is_kept:
                self.ledger.keep_refused(received.line(), refusal)
            return refused(self._format(received), refusal), taken

    def refuse(self, received: Received, refusal: Refusal) -> Answer:
        """For what was not even readable; nothing is kept."""
        return refused(self._format(received), refusal)

    def _route(self, received: Received) -> Call:
        path = urlsplit(received.target).path
        if not path.startswith(self.settings.base + "/"):
            raise not_found(f"There is nothing but what lies under {self.settings.base}/")
        *folders, last = path[len(self.settings.base) + 1:].split("/")
        stem, _, format = last.rpartition(".")
        calls = {
            (): {"discovery": ("discovery", None), "services": ("services", None),
                 "requests": ("requests", "post"), "servicerequestupdates": ("updates", "update")},
            ("services",): {stem: ("definition", None)}, ("requests",): {stem: ("request", None)},
            ("tokens",): {stem: ("token", None)},
        }.get(tuple(folders), {})
        if stem not in calls or stem == "servicerequestupdates" and not self.settings.update_endpoint:
            raise not_found("There is no such resource")
        if format not in (("xml", "json") if stem == "discovery" else self.settings.formats):
            raise not_found(f"The formats are {' and '.join(self.settings.formats)}")
        name = dict(zip(("GET", "POST"), calls[stem])).get(received.method)
        if name is None:
            raise invalid(f"{received.method} is not possible here", 405)
        return Call(name, format, unquote(stem), read_query(urlsplit(received.target).query))

    def _format(self, received: Received) -> str:
        asked = urlsplit(received.target).path.rpartition(".")[2]
        return asked if asked in self.settings.formats else self.settings.formats[0]

    # The calls. Each is given itself, what was received, and the faults that strike it.

    def _discovery(self, call: Call, received: Received, _: dict) -> Answer:
        changeset = moments.written(self.started)
        types = [TYPES[format].partition(";")[0] for format in self.settings.formats]
        return Answer(200, call.format, "discovery", {
            "changeset": changeset, "contact": "Nobody: this receiver is for trying.",
            "key_service": "The key is the one given with --api-key.",
            "endpoints": [{
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": received.origin + self.settings.base, "changeset": changeset, "type": "test",
                "formats": types}]})

    def _services(self, call: Call, _: Received, __: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        listed = [service.listed() for service in self.services.values()]
        return Answer(200, call.format, "services", listed)

    def _definition(self, call: Call, _: Received, __: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        service = self.services.get(call.argument)
        if service is None or not service.attributes:
            raise not_found("service_code provided was not found, or has no definition")
        return Answer(200, call.format, "service_definition", service.definition())

    def _post(self, call: Call, received: Received, taken: dict) -> Answer:
        form = self._read_keyed(received)
        service = find_service(form, self.services)
        check_request(form, service)
        request = self.ledger.keep_request(received.line(), form, self._marks(service, taken))
        given: dict[str, object] = {}
        if request.token is not None:
            given = {"token": request.token["value"]}
        elif service.kind != "blackbox":
            given = {"service_request_id": self._shown_id(request)}
        answer = given | {"service_notice": NOTICE, "account_id": None}
        return Answer(200, call.format, "service_requests", [answer])

    def _token(self, call: Call, _: Received, __: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        request = self.ledger.tokens.get(call.argument)
        if request is None:
            raise not_found("token was not found")
        request.polls += 1
        is_told = request.is_told(moments.now())
        if not is_told and request.token["pending"] == "404":
            raise not_found("token was not found")
        return Answer(200, call.format, "service_requests", [
            {"service_request_id": self._shown_id(request) if is_told else None, "token": call.argument}])

    def _request(self, call: Call, _: Received, taken: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        request = self.ledger.requests.get(call.argument)
        if request is None:
            raise not_found("service_request_id was not found")
        return Answer(200, call.format, "service_requests", [_oddly(self._shown(request, moments.now()), taken)])

    def _requests(self, call: Call, _: Received, taken: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        now, query = moments.now(), call.query
        if ids := query.split("service_request_id"):
            found = [request for id in ids if (request := self.ledger.requests.get(id))]
        else:
            start, end = _range(query, now)
            codes, statuses = query.split("service_code"), query.split("status")
            if set(statuses) - {"open", "closed"}:
                raise invalid("status is open or closed")
            found = [request for request in self.ledger.newest_first()
                     if start <= request.time.replace(microsecond=0) <= end
                     and (not codes or request.form.get("service_code") in codes)
                     and (not statuses or request.core_status(now) in statuses)]
        found = [] if "empty-list" in taken else found[:limits.LISTED_REQUESTS]
        shown = [_oddly(self._shown(request, now), taken) for request in found]
        return Answer(200, call.format, "service_requests", shown)

    def _update(self, call: Call, received: Received, _: dict) -> Answer:
        form = self._read_keyed(received)
        check_update(form)
        request = self.ledger.requests.get(form.get("service_request_id"))
        if request is None:
            raise not_found("service_request_id was not found")
        name = form.get("update_id")
        self.ledger.keep_update(received.line(), request, form.get("status"), form.get("description"), name)
        return Answer(200, call.format, "service_request_updates", [{"update_id": name}])

    def _updates(self, call: Call, _: Received, taken: dict) -> Answer:
        check_jurisdiction(call.query, self.settings.jurisdiction)
        now = moments.now()
        start, end = _range(call.query, now)
        found = [(event, request) for request in self.ledger.newest_first() for event in request.history(now)
                 if start <= event.due.replace(microsecond=0) <= end]
        found = [] if "empty-list" in taken else sorted(found, key=lambda pair: pair[0].due)
        return Answer(200, call.format, "service_request_updates", [
            {"update_id": event.name, "service_request_id": self._shown_id(request), "status": event.status,
             "updated_datetime": moments.written(event.due), "description": event.notes or "", "media_url": ""}
            for event, request in found[:limits.LISTED_REQUESTS]])

    # What they have in common.

    def _read_keyed(self, received: Received) -> Form:
        form = read_form(received.header("content-type"), received.body)
        check_key(form, self.settings.api_key)
        check_jurisdiction(form, self.settings.jurisdiction)
        return form

    def _marks(self, service: Service, taken: dict) -> dict:
        """What the kind of service and the faults make of a request that is about to be kept."""
        token = taken.get("token")
        if token is None and service.kind == "batch":
            token = {"after": 0, "polls": 0, "pending": "empty"}
        events = []
        if later := taken.get("close-after"):
            events.append((later["seconds"], later["status"], later["status_notes"]))
            if later["reopen_after"] is not None:
                events.append((later["seconds"] + later["reopen_after"], "REOPEN", "Opened again."))
        make_id = str if self.settings.ids == "number" else "AB-{:06}".format
        if "id-control" in taken:
            make_id = "{}\x00\x1b[2J\r\n\u202e".format
        elif "id-long" in taken:
            width = taken["id-long"]["bytes"]
            make_id = lambda number: f"{number}".ljust(width, "x")  # noqa: E731
        return {"token": token, "events": events, "make_id": make_id}

    def _shown_id(self, request: Request) -> int | str:
        """As a JSON number where it is one, as in the specification's examples."""
        return request.number if request.id == str(request.number) else request.id

    def _shown(self, request: Request, now: datetime) -> dict:
        form, state = request.form, request.state(now)
        code = form.get("service_code")
        return {
            "service_request_id": self._shown_id(request), "status": core_status(state.status),
            "status_notes": state.notes,
            "service_name": self.services[code].entry["service_name"] if code in self.services else None,
            "service_code": code, "description": form.get("description"), "agency_responsible": AGENCY,
            "service_notice": NOTICE, "requested_datetime": moments.written(request.time),
            "updated_datetime": moments.written(state.due), "expected_datetime": None,
            "address": form.get("address_string"), "address_id": form.get("address_id"), "zipcode": None,
            "lat": _decimal(form.get("lat")), "long": _decimal(form.get("long")),
            "media_url": form.get("media_url")}


def _oddly(shown: dict, taken: dict[str, dict]) -> dict:
    """A request as it is shown, unless its status is to be odd."""
    odd = taken.get("odd-status")
    if odd is None:
        return shown
    notes = NASTY * -(-odd["notes_characters"] // len(NASTY)) or shown["status_notes"]
    return shown | {"status": odd["status"], "status_notes": notes, "unheard_of": "1"}


REASONS = {
    "400": "General service error", "403": "Invalid api_key received -- can't proceed with create_request.",
    "404": "service_code provided was not found", "429": "Too many requests",
    "500": "Internal error", "502": "Bad gateway", "503": "Closed for maintenance"}


def _strike(taken: dict[str, dict], received: Received, is_done: bool) -> None:
    """Raises what a fault makes of the call, before it is done or after."""
    for name, options in taken.items():
        if name in REASONS and options["stored"] == is_done:
            headers = {"Retry-After": options["retry_after"]} if "retry_after" in options else {}
            raise Refusal(Problem(int(name), REASONS[name]), headers=headers, fault=name, is_kept=is_done)
        if name == "redirect" and not is_done:
            to = options["to"] or "http://elsewhere.invalid" + received.target
            raise Refusal(Problem(options["code"], "Moved"), headers={"Location": to}, fault=name)
        if name == "crash" and not is_done:
            raise Crash("as it was asked for")
        if name == ("hang-up-after" if is_done else "hang-up-before"):
            raise HungUp(options["reset"])


def _range(query: Form, now: datetime) -> tuple[datetime, datetime]:
    """From start_date to end_date, 90 days at most; the most recent 90 days unless they are given."""
    span = timedelta(days=limits.LISTED_DAYS)
    try:
        start, end = (moments.read(text) if (text := query.get(name)) else None
                      for name in ("start_date", "end_date"))
        end = end or (min(now, start + span) if start else now)
        start = start or end - span
    except (ValueError, OverflowError) as error:
        raise invalid(f"start_date or end_date: {error}") from None
    if end - start > span:
        raise invalid(f"start_date and end_date span more than {limits.LISTED_DAYS} days")
    return start, end


def _decimal(text: str | None) -> float | None:
    return None if text is None else float(text)
