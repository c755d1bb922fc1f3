"""Checks of every call, as GeoReport v2 has it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from trial import REPORT, Answered, Trial, check, eventually, expect


@check
def discovery_names_the_endpoint_and_its_formats(trial: Trial) -> None:
    endpoint = trial.get("/discovery.json").json["endpoints"][0]
    expect(endpoint["url"] == trial.authority.url and endpoint["type"] == "test", endpoint)
    expect(endpoint["formats"] == ["text/xml", "application/json"], endpoint)
    answer = trial.get("/discovery.xml")
    expect(answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.headers)
    expect([one.text for one in answer.xml.find("endpoints/endpoint/formats")] == endpoint["formats"], answer.body)


@check
def services_are_listed(trial: Trial) -> None:
    listed = trial.get("/services.json").json
    expect([one["service_code"] for one in listed] == ["001", "002", "003", "004", "005"], listed)
    expect(listed[0]["metadata"] is True and listed[1]["metadata"] is False, listed)
    expect(trial.get("/services.xml").xml.find("service/type").text == "realtime", "no type in XML")


@check
def definitions_have_attributes(trial: Trial) -> None:
    attributes = trial.get("/services/001.json").json["attributes"]
    required = [one["code"] for one in attributes if one["required"]]
    expect(required == ["place"] and attributes[1]["values"][0] == {"key": "home", "name": "At home"}, attributes)
    place = trial.get("/services/001.xml").xml.findall("attributes/attribute")[1]
    expect(place.find("values/value/key").text == "home" and place.find("required").text == "true", "XML")
    for code in ("002", "999"):
        trial.get(f"/services/{code}.json").fails_with(404)


@check
def a_request_is_accepted_and_kept_as_it_came(trial: Trial) -> None:
    pairs = [*REPORT.items(), ("extra", ""), ("x", "1")]
    answer = trial.post(pairs)
    expect(answer.status == 200 and answer.headers["Content-Type"] == "application/json; charset=utf-8",
           answer.body)
    given = answer.json[0]
    line = trial.authority.lines("request")[-1]
    expect(line["form"] == [list(pair) for pair in pairs], line)
    expect(line["id"] == str(given["service_request_id"]) and isinstance(given["service_request_id"], int), line)
    expect("token" not in given and given["account_id"] is None, given)
    expect({"Host", "User-Agent", "Content-Type"} <= {name.title() for name, _ in line["headers"]}, line)
    expect(line["target"] == "/requests.json", line)


@check
def a_request_is_accepted_as_xml(trial: Trial) -> None:
    answer = trial.post(path="/requests.xml")
    expect(answer.body.startswith(b'<?xml version="1.0" encoding="utf-8"?>'), answer.body)
    number = answer.xml.find("request/service_request_id").text
    expect(trial.authority.lines("request")[-1]["id"] == number, number)
    shown = trial.get(f"/requests/{number}.xml").xml.find("request")
    expect(shown.find("description").text == REPORT["description"], "the description changed")


@check
def a_body_may_come_in_chunks(trial: Trial) -> None:
    form = urlencode(REPORT).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (form[:7], form[7:])) + b"0\r\n\r\n"
    heard = trial.raw(b"POST /requests.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/"
                      b"x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    expect(heard.startswith(b"HTTP/1.1 200 "), heard)


@check
def the_key_is_asked_for(trial: Trial) -> None:
    before = trial.requests()
    for key in (None, "", "wrong", "Trial"):
        trial.post(api_key=key).fails_with(403)
    trial.post(path="/requests.xml", api_key="wrong").fails_with(403)
    expect(trial.requests() == before, "something was accepted")
    expect(trial.authority.lines("refused")[-1]["status"] == 403, "the refused one is not kept")


@check
def a_service_must_be_named_and_known(trial: Trial) -> None:
    trial.post(service_code=None).fails_with(400)
    trial.post(service_code="2").fails_with(404)


@check
def a_location_is_required_where_the_service_says_so(trial: Trial) -> None:
    nowhere = {"lat": None, "long": None, "address_string": None}
    trial.post(nowhere).fails_with(400)
    trial.post(nowhere, lat="52.5").fails_with(400)
    trial.post(lat="52,5").fails_with(400)
    trial.post(lat="90.5").fails_with(400)
    trial.post(long="nan").fails_with(400)
    for place in ({"lat": "-90", "long": "180.0"}, {"address_string": "x"}, {"address_id": "7"},
                  {"service_code": "003"}):
        expect(trial.post(nowhere | place).status == 200, place)


@check
def a_description_has_4000_characters_at_most(trial: Trial) -> None:
    expect(trial.post(description="ü" * 4000).status == 200, "4000 were refused")
    trial.post(description="ü" * 4001).fails_with(400)


@check
def attributes_must_fit_their_definition(trial: Trial) -> None:
    def post(*attributes: tuple[str, str]) -> Answered:
        return trial.post([*(REPORT | {"service_code": "001"}).items(), *attributes])

    place = ("attribute[place]", "home")
    good = post(place, ("attribute[motive][]", "origin"), ("attribute[motive][]", "gender"),
                ("attribute[when]", "2026-01-31T18:30:00+01:00"), ("attribute[people]", "3"),
                ("attribute[wishes]", "a\nb"), ("attribute[reference]", ""))
    expect(good.status == 200, good.body)
    for wrong in [(), (("attribute[place]", ""),), (("attribute[place]", "moon"),), (("attribute[place][]", "home"),),
                  (place, place), (place, ("attribute[unknown]", "1")), (place, ("attribute[urgent]", "1")),
                  (place, ("attribute[when]", "yesterday")), (place, ("attribute[when]", "2026-01-31T18:30:00")),
                  (place, ("attribute[people]", "some")), (place, ("attribute[motive][]", "weather")),
                  (place, ("attribute[reference]", "a\nb")), (place, ("attribute", "x"))]:
        post(*wrong).fails_with(400)
    expect(len(post(("attribute[people]", "x")).json) == 2, "not all that is wrong was told")


@check
def what_is_no_form_is_refused(trial: Trial) -> None:
    for kind, body, code in [("application/json", b"{}", 415), ("application/x-www-form-urlencoded", b"a=\xff", 400),
                             ("application/x-www-form-urlencoded", b"a=%ff", 400),
                             ("application/x-www-form-urlencoded", b"a=%00", 400),
                             ("application/x-www-form-urlencoded; charset=iso-8859-1", b"a=1", 415),
                             ("application/x-www-form-urlencoded", b"a=1&" * 300, 400)]:
        trial.get("/requests.json", body, Content_Type=kind).fails_with(400, code)
    expect(trial.authority.lines("refused")[-1]["form"] is None, "what was no form is kept as one")
    trial.post([*REPORT.items(), ("lat", "1")]).fails_with(400)


@check
def a_request_is_shown(trial: Trial) -> None:
    number = trial.new(media_url="http://example.org/a.jpg", address_id="9")
    shown = trial.get(f"/requests/{number}.json").json[0]
    expect((shown["status"], shown["lat"], shown["long"]) == ("open", 52.52, 13.405), shown)
    expect(shown["description"] == REPORT["description"] and shown["address"] == "Main Street 1", shown)
    expect(shown["requested_datetime"] == shown["updated_datetime"] and shown["requested_datetime"][-1] == "Z", shown)
    expect(list(shown) == ["service_request_id", "status", "status_notes", "service_name", "service_code",
                           "description", "agency_responsible", "service_notice", "requested_datetime",
                           "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat",
                           "long", "media_url"], list(shown))
    trial.get("/requests/999999.json").fails_with(404)
    trial.get("/requests/999999.xml").fails_with(404)


@check
def requests_are_filtered(trial: Trial) -> None:
    first, second = trial.new(), trial.new(service_code="003")
    trial.authority.control(set={"id": first, "status": "FIXED", "status_notes": "Repaired."})

    def found(**query: str) -> list[str]:
        answer = trial.get("/requests.json?" + urlencode(query))
        expect(answer.status == 200, answer.body)
        return [str(one["service_request_id"]) for one in answer.json]

    def written(days: float) -> str:
        return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    expect(found(service_request_id=f"{second},{first},77777", status="open") == [second, first], "by ids")
    expect(found(status="closed")[0] == first and second not in found(status="closed"), "by status")
    expect({first, second} <= set(found(status="open,closed")), "by both")
    expect(second in found(service_code="003,004") and first not in found(service_code="003,004"), "by service")
    expect({first, second} <= set(found(start_date=written(-1), end_date=written(1))), "by dates")
    expect(found(end_date=written(-1)) == [] and found(start_date=written(1)) == [], "other dates")
    expect(found()[:2] == [second, first], "newest first")
    for query in ("start_date=2010-01-01", "end_date=2010-01-01T00:00:00", "status=lost",
                  "start_date=2010-01-01T00:00:00Z&end_date=2010-05-01T00:00:00Z"):
        trial.get("/requests.json?" + query).fails_with(400)
    expect(trial.get(f"/requests.xml?service_request_id={first}").xml.find("request/status").text == "closed", "XML")


@check
def resources_that_do_not_exist_are_not_found(trial: Trial) -> None:
    for path in ("/", "/requests", "/requests.csv", "/nothing.json", "/services/1/2.json", "/tokens/abc.json",
                 "/servicerequestupdates/1.json", "/requests.json/"):
        trial.get(path).fails_with(404)
    trial.get("/services.json", b"a=1").fails_with(400, 405)


@check
def batch_gives_tokens_and_blackbox_nothing(trial: Trial) -> None:
    given = trial.post(service_code="004").json[0]
    expect("service_request_id" not in given, given)
    told = trial.get(f"/tokens/{given['token']}.xml").xml.find("request")
    expect(told.find("token").text == given["token"], "another token")
    number = told.find("service_request_id").text
    expect(trial.get(f"/requests/{number}.json").json[0]["service_code"] == "004", number)
    given = trial.post(service_code="005").json[0]
    expect("service_request_id" not in given and "token" not in given, given)


@check
def a_status_is_set_and_opened_again(trial: Trial) -> None:
    number = trial.new()
    steps = (("NO_FURTHER_ACTION", "Nothing to be done.", "closed"), ("REOPEN", None, "open"),
             ("in_progress", "Looked at.", "open"), ("CLOSED", "Done.", "closed"))
    for status, notes, core in steps:
        trial.authority.control(set={"id": number, "status": status, "status_notes": notes})
        shown = trial.get(f"/requests/{number}.json").json[0]
        expect((shown["status"], shown["status_notes"]) == (core, notes), shown)
    trial.authority.control(set={"id": number, "status": "REOPEN", "after": 0.3})
    expect(trial.get(f"/requests/{number}.json").json[0]["status"] == "closed", "it opened too early")
    eventually(lambda: trial.get(f"/requests/{number}.json").json[0]["status"] == "open")


@check
def updates_are_taken_and_listed(trial: Trial) -> None:
    number = trial.new()
    update = {"api_key": "trial", "service_request_id": number, "update_id": "u-1", "status": "CANCELLED",
              "updated_datetime": "2026-01-31T18:30:00Z", "description": "Consent withdrawn."}
    path = "/servicerequestupdates.json"
    answer = trial.post(list(update.items()), path)
    expect(answer.json == [{"update_id": "u-1"}], answer.body)
    line = trial.authority.lines("update")[-1]
    expect(dict(line["form"]) == update and line["id"] == number, line)
    expect(trial.get(f"/requests/{number}.json").json[0]["status"] == "closed", "it is still open")
    listed = [one for one in trial.get(path).json if str(one["service_request_id"]) == number]
    expect([(one["update_id"], one["status"], one["description"]) for one in listed]
           == [("u-1", "CANCELLED", "Consent withdrawn.")], listed)
    found = trial.get("/servicerequestupdates.xml?start_date=2020-01-01T00:00:00Z").xml
    expect(found.tag == "service_request_updates" and len(found) == 0, "the dates are ignored")
    for change, status in (({"api_key": "x"}, 403), ({"service_request_id": "9999"}, 404), ({"status": "GONE"}, 400),
                           ({"updated_datetime": "now"}, 400), ({"update_id": ""}, 400)):
        trial.post(list((update | change).items()), path).fails_with(status)
    trial.authority.control(settings={"update_endpoint": False})
    trial.post(list(update.items()), path).fails_with(404)
    trial.authority.control(settings={"update_endpoint": True})
