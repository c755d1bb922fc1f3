"""Checks of the bounds, and of starting, being killed and ending."""

import fcntl
import http.client
import signal
import socket
import subprocess
import sys
from pathlib import Path

import limits
from child import PROGRAM, Authority
from trial import Failure, Trial, check, eventually, expect, raises


@check
def oversized_and_malformed_http_is_refused(trial: Trial) -> None:
    trial.get("/requests.json", b"a=" + b"b" * limits.BODY_BYTES,
              Content_Type="application/x-www-form-urlencoded").fails_with(400, 413)
    trial.get("/services.json?" + "a" * limits.TARGET_BYTES).fails_with(400, 414)
    trial.get("/services.json", X_Large="a" * limits.HEADER_BYTES).fails_with(400, 431)
    head = b"POST /requests.json HTTP/1.1\r\nHost: a\r\n"
    for tail in (b"\r\n", b"Content-Length: -1\r\n\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
                 b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n"):
        heard = trial.raw(head + tail)
        expect(heard.startswith(b"HTTP/1.1 400 ") and b"Connection: close" in heard, (tail, heard))
    for nonsense in (b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"BREW /services.json HTTP/1.1\r\n\r\n"):
        expect(b"<errors>" in trial.raw(nonsense), nonsense)


@check
def connections_are_bounded_and_come_free_again(trial: Trial) -> None:
    port = int(trial.authority.url.rsplit(":", 1)[1])
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(limits.CONNECTIONS + 5)]
    try:
        with raises(Failure):
            eventually(lambda: trial.raw(b"GET /services.json HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200"), 0.2)
    finally:
        for one in held:
            one.close()

    def is_served() -> bool:
        try:
            return trial.get("/services.json").status == 200
        except OSError:
            return False

    eventually(is_served)
    expect(trial.authority.state()["counts"]["turned_away"] >= 5, "none was turned away")


@check
def a_connection_carries_several_requests(trial: Trial) -> None:
    connection = http.client.HTTPConnection(trial.authority.url.removeprefix("http://"), timeout=5)
    for path, status in (("/services.json", 200), ("/nothing.json", 404), ("/discovery.xml", 200)):
        connection.request("GET", path)
        answer = connection.getresponse()
        expect(answer.status == status and answer.read() and not answer.will_close, path)
    connection.close()


@check
def it_goes_on_after_a_kill(trial: Trial) -> None:
    data = Path(trial.authority.data).with_name("killed.jsonl")
    with Authority(data=data, update_endpoint=True) as authority:
        other = Trial(authority)
        other.fault("token", times=1)
        token = other.post().json[0]["token"]
        other.fault("close-after", times=1, seconds=0)
        number = other.new()
        authority.control(set={"id": "1", "status": "FIXED", "status_notes": "Mended."})
        authority.kill()
        with open(data, "ab") as file:
            file.write(b'{"kind": "request", "number": 3, "id')  # as a kill in the middle would leave it
        with raises(RuntimeError), open(data, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            authority.start()
        authority.start()
        expect(str(other.get(f"/tokens/{token}.json").json[0]["service_request_id"]) == "1", "the token is lost")
        shown = [other.get(f"/requests/{one}.json").json[0]["status_notes"] for one in ("1", number)]
        expect(shown == ["Mended.", "Closed after review."], shown)
        expect(other.new() == "3" and len(authority.lines("request")) == 3, "the numbers do not go on")
        expect(data.stat().st_mode & 0o777 == 0o600, "others can read it")
        authority.kill()
        data.write_bytes(b"nonsense\n" + data.read_bytes())
        with raises(RuntimeError):
            authority.start()


@check
def a_jurisdiction_is_asked_for(trial: Trial) -> None:
    with Authority(jurisdiction="city.example", base="/open311/v2", ids="text") as authority:
        other, base = Trial(authority), "/open311/v2"
        for path in ("/services.json", "/services/001.json", "/requests.json", "/requests/1.json", "/tokens/1.json"):
            other.get(base + path).fails_with(400)
            other.get(f"{base}{path}?jurisdiction_id=town.example").fails_with(404)
        expect(other.get(f"{base}/services.json?jurisdiction_id=city.example").status == 200, "the right one")
        post = base + "/requests.json"
        other.post(path=post).fails_with(400)
        other.post(path=post, jurisdiction_id="town.example").fails_with(404)
        answer = other.post(path=post, jurisdiction_id="city.example")
        expect(answer.json[0]["service_request_id"] == "AB-000001", answer.body)
        expect(other.get(base + "/discovery.json").json["endpoints"][0]["url"] == authority.url + base, "base")
        other.get("/services.json").fails_with(404)
        other.post(path=base + "/servicerequestupdates.json").fails_with(404)


@check
def only_the_format_on_offer_is_served(trial: Trial) -> None:
    with Authority(format="xml") as authority:
        other = Trial(authority)
        answer = other.post()
        answer.fails_with(404)
        expect(answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.headers)
        expect(other.post(path="/requests.xml").status == 200, "XML")
        expect(other.get("/discovery.json").json["endpoints"][0]["formats"] == ["text/xml"], "discovery")


@check
def switches_set_faults(trial: Trial) -> None:
    with Authority(slow=0.1, token_after=30, close_after=0, status_notes="Sent on.", times=1, api_key="k",
                   fault=["503,times=1,retry_after=9", {"fault": "redirect", "times": 1}]) as authority:
        other = Trial(authority)
        expect([other.post(api_key="k").status for _ in range(2)] == [503, 307], "faults")
        faults = authority.state()["faults"]
        expect(faults == [], f"--times did not end them: {faults}")
        authority.control(settings={"api_key": "other"})
        other.post(api_key="k").fails_with(403)
    with Authority(token_polls=1, close_after=0, status_notes="Sent on.", times=1) as authority:
        other = Trial(authority)
        path = f"/tokens/{other.post().json[0]['token']}.json"
        expect([other.get(path).json[0]["service_request_id"] for _ in range(2)] == [None, 1], "token")
        expect(other.get("/requests/1.json").json[0]["status_notes"] == "Sent on.", "notes")


@check
def it_does_not_begin_with_wrong_switches(trial: Trial) -> None:
    port = trial.authority.url.rsplit(":", 1)[1]
    wrong = (["--host", "0.0.0.0"], ["--host", "::"], ["--host", "192.0.2.1"], ["--host", "example.org"],
             ["--port", port], ["--port", "70000"], ["--data", "/nowhere/at/all"], ["--fault", "none"],
             ["--services", "/nowhere"], ["--base", "v2"], ["--data", str(trial.authority.data)])
    begun = [subprocess.Popen([sys.executable, PROGRAM, *words], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) for words in wrong]
    said = [process.communicate(timeout=15) for process in begun]
    for words, process, (printed, complaint) in zip(wrong, begun, said):
        expect(process.returncode == 2 and "authority: hint: " in complaint and not printed, (words, complaint))


@check
def it_ends_when_asked_to(trial: Trial) -> None:
    authority = Authority(host="::1")
    authority.start()
    expect(authority.url.startswith("http://[::1]:"), authority.url)
    expect(authority.state()["counts"]["requests"] == 0, "state")
    authority.process.send_signal(signal.SIGTERM)
    expect(authority.process.wait(5) == 0, "status after SIGTERM")
    authority.start()
    authority.process.stdin.close()
    expect(authority.process.wait(5) == 0, "status after the end of its input")
