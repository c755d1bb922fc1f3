"""What was received, kept as JSON lines: appended, on the disk before it is answered, read again at the start."""

import fcntl
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import limits
import moments
from forms import Form, core_status
from problems import Refusal


class Unusable(Exception):
    """The file cannot be used, for the reason it gives."""


@dataclass(frozen=True)
class Event:
    """A change of status that holds from `due` on."""

    due: datetime
    status: str  # one of the extended ones
    notes: str | None
    name: str  # the update_id

    def line(self) -> dict:
        return {"due": moments.written(self.due, "milliseconds"), "status": self.status,
                "status_notes": self.notes, "update_id": self.name}

    @staticmethod
    def read(line: dict) -> "Event":
        return Event(moments.read(line["due"]), line["status"], line["status_notes"], line["update_id"])


@dataclass
class Request:
    """A service request. `token` holds its value, and how long it gives no identifier."""

    number: int
    id: str
    time: datetime
    form: Form
    token: dict | None
    events: list[Event] = field(default_factory=list)
    polls: int = 0

    def history(self, now: datetime) -> list[Event]:
        return sorted((event for event in self.events if event.due <= now), key=lambda event: event.due)

    def state(self, now: datetime) -> Event:
        """The last change, or its receipt."""
        return next(reversed(self.history(now)), Event(self.time, "OPEN", None, ""))

    def core_status(self, now: datetime) -> str:
        return core_status(self.state(now).status) or "open"

    def is_told(self, now: datetime) -> bool:
        """Whether the token gives the identifier by now."""
        return (now >= self.time + timedelta(seconds=self.token["after"])
                and self.polls > self.token["polls"])


class Ledger:
    """Thread safe. Without a path everything is forgotten at the end."""

    def __init__(self, path: Path | None):
        self.lock = threading.RLock()
        self.requests: dict[str, Request] = {}
        self.tokens: dict[str, Request] = {}
        self.number = 0
        self.bytes = 0
        self.file = None
        if path is not None:
            self._open(path)

    def keep_request(self, received: dict, form: Form, marks: dict) -> Request:
        """Gives it a number and an identifier made of it.

        `marks` are what faults and the kind of service ask for: `make_id`, `token`, `events`.
        """
        with self.lock:
            number, time = self.number + 1, moments.now()
            token = marks["token"] and {"value": secrets.token_hex(8)} | marks["token"]
            events = [Event(time + timedelta(seconds=seconds), status, notes, f"{number}-{index}")
                      for index, (seconds, status, notes) in enumerate(marks["events"], 1)]
            request = Request(number, marks["make_id"](number), time, form, token, events)
            self._append({"kind": "request", "number": number, "id": request.id} | self._stamp(time) | received
                         | {"token": token, "events": [event.line() for event in events]})
            self._enter(request)
            return request

    def keep_refused(self, received: dict, refusal: Refusal) -> None:
        """What came is kept although it was not accepted: it shows what was sent to us."""
        with self.lock:
            self._append({"kind": "refused"} | self._stamp(moments.now()) | received
                         | {"status": refusal.status, "errors": refusal.entries(), "fault": refusal.fault})

    def keep_update(self, received: dict, request: Request, status: str, notes: str | None, name: str) -> None:
        """An update that was sent to us; it counts from now on."""
        self._keep_event("update", received, request, Event(moments.now(), status.upper(), notes, name))

    def keep_event(self, request: Request, status: str, notes: str | None, seconds: float) -> None:
        """A change of our own, after so many seconds."""
        due = moments.now() + timedelta(seconds=seconds)
        name = f"{request.number}-{len(request.events) + 1}"
        self._keep_event("event", {}, request, Event(due, status.upper(), notes, name))

    def newest_first(self) -> list[Request]:
        with self.lock:
            return list(reversed(self.requests.values()))

    def close(self) -> None:
        with self.lock:
            if self.file is not None:
                self.file.close()

    def _keep_event(self, kind: str, received: dict, request: Request, event: Event) -> None:
        with self.lock:
            if len(request.events) >= limits.EVENTS_PER_REQUEST:
                raise OSError(f"request {request.number} has had {len(request.events)} changes, that is enough")
            self._append({"kind": kind, "id": request.id} | self._stamp(moments.now()) | received | event.line())
            request.events.append(event)

    @staticmethod
    def _stamp(time: datetime) -> dict:
        return {"time": moments.written(time, "milliseconds")}

    def _enter(self, request: Request) -> None:
        self.requests[request.id] = request
        self.number = request.number
        if request.token is not None:
            self.tokens[request.token["value"]] = request

    def _append(self, line: dict) -> None:
        """Raises `OSError`; what was not kept whole is cut off again."""
        written = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        if self.bytes + len(written) > limits.LEDGER_BYTES:
            raise OSError("the ledger is full")
        if self.file is not None:
            try:
                if self.file.write(written) < len(written):
                    raise OSError("no space is left for the ledger")
                os.fsync(self.file.fileno())
            except OSError:
                self.file.truncate(self.bytes)
                raise
        self.bytes += len(written)

    def _open(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            self.file = os.fdopen(handle, "r+b", buffering=0)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
            if os.fstat(handle).st_size > limits.LEDGER_BYTES:
                raise Unusable(f"{path} is larger than {limits.LEDGER_BYTES} bytes")
            kept = self.file.read()
        except BlockingIOError:
            raise Unusable(f"{path} is in use by another receiver") from None
        except OSError as error:
            raise Unusable(f"cannot open {path}: {error.strerror}") from None
        whole = kept[:kept.rfind(b"\n") + 1]
        if len(whole) < len(kept):
            self.file.truncate(len(whole))  # cut short by a kill, so never answered
        self.bytes = len(whole)
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                self._replay(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Unusable(f"line {number} of {path} is not readable: {error!r}") from None

    def _replay(self, line: dict) -> None:
        match line["kind"]:
            case "request":
                form = Form([(name, value) for name, value in line["form"]])
                events = [Event.read(event) for event in line["events"]]
                self._enter(Request(line["number"], line["id"], moments.read(line["time"]), form,
                                    line["token"], events))
            case "update" | "event":
                self.requests[line["id"]].events.append(Event.read(line))
