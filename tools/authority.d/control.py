"""The control path: what a test changes while the receiver runs, and what it sees of it."""

import ipaddress
import json

import moments
from api import Api, Received
from faults import Faults, Wrong, read_any, seconds, status, text
from ledger import Ledger

PATH = "/_control"
SHOWN_REQUESTS = 200


class Control:
    def __init__(self, api: Api, counts: dict):
        self.api, self.counts = api, counts
        self.ledger: Ledger = api.ledger
        self.faults: Faults = api.faults

    def handle(self, received: Received, peer: str) -> tuple[int, dict]:
        """A status, and JSON: the state, or an `error`."""
        if not (_is_local(peer) and _is_local(received.header("host"))):
            return 403, {"error": "only from this computer, and by its address"}
        if received.method == "GET":
            return 200, self.state()
        if received.method != "POST" or received.header("content-type").partition(";")[0] != "application/json":
            return 400, {"error": "GET, or POST with a body of application/json"}
        try:
            self._change(json.loads(received.body))
        except (Wrong, ValueError, OSError) as error:
            return 400, {"error": str(error)}
        return 200, self.state()

    def state(self) -> dict:
        now = moments.now()
        requests = self.ledger.newest_first()
        return {
            "faults": self.faults.shown(),
            "counts": self.counts | {"calls": self.api.calls, "struck": self.faults.struck,
                                     "requests": len(requests)},
            "requests": [{"id": request.id, "number": request.number, "status": request.core_status(now),
                          "extended": request.state(now).status, "token": request.token}
                         for request in requests[:SHOWN_REQUESTS]],
            "settings": self.api.settings.shown()}

    def _change(self, given: object) -> None:
        """All of it is checked before any of it is done."""
        known = {"faults", "fault", "set", "settings"}
        if not isinstance(given, dict) or set(given) - known:
            raise Wrong(f"the body is an object of {', '.join(sorted(known))}")
        if not isinstance(given.get("faults", []), list):
            raise Wrong("faults is a list")
        faults = [read_any(one) for one in given.get("faults", [])]
        fault = [read_any(given["fault"])] if given.get("fault") else []
        settings = self._read_settings(given.get("settings") or {})
        event = self._read_event(given["set"]) if given.get("set") else None
        self.faults.replace(faults + fault, keep="faults" not in given)
        for name, value in settings.items():
            setattr(self.api.settings, name, value)
        if event is not None:
            self.ledger.keep_event(*event)

    def _read_event(self, given: object) -> tuple:
        known = {"id", "status", "status_notes", "after"}
        if not isinstance(given, dict) or set(given) - known or "id" not in given:
            raise Wrong(f"set takes an id, and {', '.join(sorted(known - {'id'}))}")
        request = self.ledger.requests.get(str(given["id"]))
        if request is None:
            raise Wrong(f"there is no request {given['id']!r}")
        notes = given.get("status_notes")
        return (request, status(given.get("status", "CLOSED")), notes and text(notes),
                seconds(given.get("after", 0)))

    def _read_settings(self, given: object) -> dict:
        checks = {
            "api_key": lambda value: isinstance(value, str) and value != "",
            "jurisdiction": lambda value: value is None or isinstance(value, str) and value != "",
            "format": lambda value: value in ("json", "xml", "both"),
            "update_endpoint": lambda value: isinstance(value, bool),
            "ids": lambda value: value in ("number", "text")}
        if not isinstance(given, dict):
            raise Wrong("settings is an object")
        for name, value in given.items():
            if name not in checks or not checks[name](value):
                raise Wrong(f"settings cannot have {name} = {value!r}; there are {', '.join(checks)}")
        return given


def _is_local(address: str) -> bool:
    """`address` may have a port, and brackets."""
    host = address.rpartition(":")[0] if address.count(":") == 1 else address
    host = host.partition("]")[0].lstrip("[")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
