"""Checks of every fault, and of the path that sets them."""

import http.client
import socket
import time
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from faults import CALLS, KINDS
from trial import REPORT, Trial, check, eventually, expect, raises


@check
def refusals_strike_so_many_times(trial: Trial) -> None:
    for name in ("400", "403", "404", "429", "500", "502", "503"):
        before = trial.requests()
        trial.fault(name, times=2)
        trial.post().fails_with(int(name))
        trial.post(path="/requests.xml").fails_with(int(name))
        expect(trial.requests() == before and trial.post().status == 200, name)
        expect(trial.authority.lines("refused")[-1]["fault"] == name, name)


@check
def retry_after_is_sent_as_given(trial: Trial) -> None:
    for given in ("7", "Wed, 21 Oct 2099 07:28:00 GMT", "-1", "soon"):
        for name in ("429", "503"):
            trial.fault(name, times=1, retry_after=given)
            expect(trial.post().headers["Retry-After"] == given, given)


@check
def a_server_error_can_come_after_storing(trial: Trial) -> None:
    before = trial.requests()
    trial.fault("500", times=1, stored=True)
    trial.post().fails_with(500)
    expect(trial.requests() == before + 1, "it was not kept")


@check
def it_redirects(trial: Trial) -> None:
    before = trial.requests()
    trial.fault("redirect")
    answer = trial.post()
    expect((answer.status, answer.headers["Location"]) == (307, "http://elsewhere.invalid/requests.json"),
           answer.headers)
    trial.fault("redirect", to="http://127.0.0.1:9/x", code=302, on="requests")
    answer = trial.get("/requests.json")
    expect((answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:9/x"), answer.headers)
    expect(trial.requests() == before, "it was accepted")


@check
def it_hangs_up_before_and_after_storing(trial: Trial) -> None:
    for name, kept in (("hang-up-before", 0), ("hang-up-after", 1), ("hang-up-midway", 1)):
        for reset in (False, True):
            before, lines = trial.requests(), len(trial.authority.lines())
            trial.fault(name, times=1, reset=reset)
            with raises(ConnectionError, http.client.IncompleteRead, http.client.RemoteDisconnected):
                trial.post()
            expect(trial.requests() == before + kept, f"{name} kept another number")
            expect(len(trial.authority.lines()) == lines + kept, f"{name} wrote another number of lines")
            expect(trial.post().status == 200, name)


@check
def it_is_slow(trial: Trial) -> None:
    for where in ("before", "middle", "drip"):
        trial.fault("slow", times=1, seconds=0.3, where=where)
        began = time.monotonic()
        expect(trial.post().status == 200 and 0.25 < time.monotonic() - began < 3, where)
    trial.fault("slow", times=1, seconds=60)
    before = trial.requests()
    with raises(TimeoutError):
        trial.post(timeout=0.3)
    expect(trial.requests() == before + 1, "it waits before it keeps")


@check
def a_token_tells_late(trial: Trial) -> None:
    trial.fault("token", times=1, polls=2)
    token = trial.post().json[0]["token"]
    path = f"/tokens/{token}.json"
    expect([trial.get(path).json[0]["service_request_id"] is None for _ in range(3)] == [True, True, False], "polls")
    trial.fault("token", times=1, after=0.4, pending="404")
    given = trial.post(path="/requests.xml").xml.find("request")
    expect(given.find("service_request_id") is None, "both were given")
    path = f"/tokens/{given.find('token').text}.json"
    trial.get(path).fails_with(404)
    eventually(lambda: trial.get(path).status == 200)
    expect(isinstance(trial.get(path).json[0]["service_request_id"], int), "no identifier")


@check
def identifiers_are_odd(trial: Trial) -> None:
    trial.fault("id-control", times=2)
    odd = trial.post().json[0]["service_request_id"]
    expect("\x00" in odd and "\x1b[2J" in odd and "\r\n" in odd, odd)
    expect(trial.get(f"/requests/{quote(odd, safe='')}.json").json[0]["service_request_id"] == odd, "not found again")
    with raises(ElementTree.ParseError):
        trial.post(path="/requests.xml").xml
    trial.fault("id-long", times=1)
    long = trial.post().json[0]["service_request_id"]
    expect(len(long) == 10_240 and trial.get(f"/requests/{long}.json").status == 200, len(long))


@check
def types_and_charsets_are_wrong(trial: Trial) -> None:
    trial.fault("wrong-type", times=1)
    answer = trial.post()
    expect(answer.headers["Content-Type"] == "text/html" and answer.json, answer.headers)
    trial.fault("wrong-charset", times=1)
    answer = trial.post()
    expect(answer.headers["Content-Type"] == "application/json; charset=utf-8", answer.headers)
    with raises(UnicodeDecodeError):
        answer.body.decode("utf-8")
    trial.fault("wrong-charset", times=1, charset="iso-8859-1", declared="iso-8859-1")
    answer = trial.post(path="/requests.xml")
    expect(answer.headers["Content-Type"] == "text/xml; charset=iso-8859-1" and b"\xa7" in answer.body, answer.body)


@check
def bodies_are_broken(trial: Trial) -> None:
    for style in ("cut", "garbage", "empty", "deep", "shape", "entities"):
        trial.fault("broken", times=2, style=style)
        as_json, as_xml = trial.post(), trial.post(path="/requests.xml")
        expect(as_json.status == as_xml.status == 200, style)
        if style in ("cut", "garbage", "empty", "deep"):
            with raises(ValueError, RecursionError):
                as_json.json
            with raises(ElementTree.ParseError):
                as_xml.xml
        elif style == "shape":
            expect(as_json.json == {"ok": True} and as_xml.xml.tag == "html", style)
        else:
            expect(b"<!ENTITY" in as_xml.body and b"NaN" in as_json.body, style)


@check
def bodies_are_huge_or_endless(trial: Trial) -> None:
    trial.fault("huge", times=1, bytes=3_000_000)
    answer = trial.post()
    expect(len(answer.body) > 3_000_000 and answer.json[0]["service_request_id"], len(answer.body))
    for where in ("body", "headers"):
        trial.fault("endless", times=1, where=where)
        port = int(trial.authority.url.rsplit(":", 1)[1])
        form = urlencode(REPORT).encode()
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"POST /requests.json HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-"
                               b"urlencoded\r\nContent-Length: %d\r\n\r\n" % len(form) + form)
            heard = 0
            while heard < 1_000_000:
                more = len(connection.recv(65536))
                expect(more, f"the {where} ended after {heard} bytes")
                heard += more
    trial.fault("endless", times=1, seconds=0.2)
    with raises(http.client.IncompleteRead):
        trial.post()


@check
def lists_are_empty_and_a_status_is_odd(trial: Trial) -> None:
    number = trial.new()
    trial.authority.control(set={"id": number, "status": "FIXED"})
    for path in ("/requests.json", "/servicerequestupdates.json"):
        trial.fault("empty-list", times=1)
        expect(trial.get(path).json == [] and trial.get(path).json != [], path)
    trial.fault("odd-status", notes_characters=5000)
    for path in (f"/requests/{number}.json", f"/requests.json?service_request_id={number}"):
        shown = trial.get(path).json[0]
        expect(shown["status"] == "pending" and shown["unheard_of"], shown)
        expect(len(shown["status_notes"]) >= 5000 and "\x1b" in shown["status_notes"], shown)
    trial.fault("odd-status", status="Half open")
    shown = trial.get(f"/requests/{number}.xml").xml.find("request")
    expect(shown.find("status").text == "Half open" and shown.find("status_notes").text is None, "XML")


@check
def a_request_closes_later_and_opens_again(trial: Trial) -> None:
    trial.fault("close-after", times=1, seconds=0.3, status_notes="Sent on.", status="INTERNAL_REFERRAL",
                reopen_after=0.4)
    number = trial.new()
    seen = []

    def is_over() -> bool:
        shown = trial.get(f"/requests/{number}.json").json[0]
        if (shown["status"], shown["status_notes"]) not in seen:
            seen.append((shown["status"], shown["status_notes"]))
        return len(seen) == 3

    eventually(is_over)
    expect(seen == [("open", None), ("closed", "Sent on."), ("open", "Opened again.")], seen)


@check
def a_crash_ends_nothing(trial: Trial) -> None:
    trial.fault("crash", times=2)
    trial.post().fails_with(500)
    trial.post(path="/requests.xml").fails_with(500)
    expect(trial.post().status == 200 and trial.authority.state()["counts"]["crashes"] >= 2, "crashes")


@check
def faults_take_turns_or_combine(trial: Trial) -> None:
    trial.authority.control(faults=["503,times=2", {"fault": 500, "times": 1}, "slow,seconds=0.1,times=1"])
    expect([trial.post().status for _ in range(4)] == [503, 503, 500, 200], "turns")
    expect(trial.authority.state()["faults"] == [], "some are left")
    trial.authority.control(faults=["404,on=any"])
    trial.authority.control(fault="wrong-type,on=any")
    for path in ("/discovery.json", "/services.json", "/services/001.json", "/requests.json", "/requests/1.json",
                 "/tokens/1.json", "/servicerequestupdates.json"):
        answer = trial.get(path)
        expect((answer.status, answer.headers["Content-Type"]) == (404, "text/html"), path)
    trial.authority.control(faults=[])
    expect(trial.get("/services.json").status == 200, "they are not gone")


@check
def every_fault_has_struck(trial: Trial) -> None:
    struck = trial.authority.state()["counts"]
    expect(set(struck["struck"]) == set(KINDS), set(KINDS) - set(struck["struck"]))
    expect(set(struck["calls"]) == set(CALLS), set(CALLS) - set(struck["calls"]))


@check
def the_control_path_refuses_what_it_does_not_know(trial: Trial) -> None:
    for body in (b"", b"[]", b'{"x": 1}', b'{"fault": "999"}', b'{"fault": "503,retry=1"}',
                 b'{"fault": {"fault": "slow", "seconds": -1}}', b'{"fault": "token,on=services"}',
                 b'{"fault": "slow,seconds=1e9"}', b'{"set": {"id": "none"}}', b'{"settings": {"base": "/"}}',
                 b'{"faults": {}}', b'{"fault": {"fault": "503", "retry_after": "1\\r\\nX: y"}}',
                 b'{"faults": [' + b'"503",' * 40 + b'"503"]}'):
        answer = trial.get("/_control", body, Content_Type="application/json")
        expect(answer.status == 400 and answer.json["error"], (body, answer.body))
    expect(trial.get("/_control", b"{}").status == 400, "a form of another page was taken")
    expect(trial.get("/_control", Host="example.org").status == 403, "another name was taken")
    expect(trial.authority.state()["faults"] == [], "something was set")
