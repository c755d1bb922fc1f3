import Bridging
import Model
import Testing
import Wire

@testable import Authorities

/// What becomes of a report after it was taken: tokens, states, withdrawals.
@Suite struct FollowingTests {
    static let tokens: [(TestAuthority.Act, TokenOutcome)] = [
        (.reply(200, #"[{"token":"T 1","service_request_id":"A-1"}]"#), .resolved(id: "A-1")),
        (.reply(200, #"{"service_request_id":5}"#), .resolved(id: "5")),
        (
            .reply(
                200, type: "application/xml",
                "<service_requests><request><service_request_id/><token>T 1</token></request>"
                    + "</service_requests>"), .pending
        ), (.reply(200, #"[{"token":"T 1","service_request_id":null}]"#), .pending),
        (.reply(200, "[]"), .unknown("the authority's answer is empty")),
        (
            .reply(200, #"[{"token":"T-2","service_request_id":"A-1"}]"#),
            .unknown("the authority answered for another token")
        ),
        (
            .reply(200, #"[{"service_request_id":"A\n1"}]"#),
            .unknown("the authority's id is too long or has odd characters")
        ),
        (
            .reply(404, #"[{"code":404,"description":"token not found"}]"#),
            .unknown("HTTP 404: token not found")
        ), (.hangUp, .unknown("the authority closed the connection")),
    ]

    @Test(arguments: tokens)
    func aTokenLeadsToAnIdOrNotYet(_ act: TestAuthority.Act, _ expected: TokenOutcome) async throws
    {
        try await withAuthority(.always(act)) { adapter, authority in
            #expect(await adapter.resolve(token: "T 1") == expected)
            #expect(
                authority.requests.first?.uri
                    == "/v2/tokens/T%201.json?jurisdiction_id=city.example")
        }
    }

    private static func known(_ isClosed: Bool, _ notes: Text?) -> StatusOutcome {
        .known(AuthorityStatus(isClosed: isClosed, notes: notes))
    }

    static let states: [(TestAuthority.Act, StatusOutcome)] = [
        (.reply(200, #"[{"service_request_id":"A/1","status":"open"}]"#), known(false, nil)),
        (
            .reply(200, #"[{"status":"CLOSED","status_notes":"Done.\n\u0007Thanks"}]"#),
            known(true, "Done. Thanks")
        ),
        (
            .reply(200, #"[{"status":"FIXED","status_notes":"Repaired"}]"#),
            known(false, "FIXED: Repaired")
        ), (.reply(200, #"[{"status":"for_triage"}]"#), known(false, "for_triage")),
        (
            .reply(
                200, type: "text/xml",
                "<service_requests><request><status>closed</status><status_notes/></request>"
                    + "</service_requests>"), known(true, nil)
        ), (.reply(200, #"{"requests":[{"status":"open"}]}"#), known(false, nil)),
        (.reply(200, #"[{"lat":46.9}]"#), .unknown("the authority gave no status")),
        (
            .reply(200, #"[{"service_request_id":"A-2","status":"open"}]"#),
            .unknown("the authority answered for another id")
        ), (.reply(200, "[]"), .unknown("the authority's answer is empty")),
        (.reply(404, ""), .unknown("HTTP 404")), (.reply(500, "[]"), .unknown("HTTP 500")),
    ]

    @Test(arguments: states)
    func aStateIsOpenOrClosedAndAnythingElseIsText(
        _ act: TestAuthority.Act, _ expected: StatusOutcome
    ) async throws {
        try await withAuthority(.always(act)) { adapter, authority in
            #expect(await adapter.status(of: "A/1") == expected)
            #expect(
                authority.requests.first?.uri
                    == "/v2/requests/A%2F1.json?jurisdiction_id=city.example")
        }
    }

    @Test func notesAreCutAtTwoThousandCharacters() async throws {
        let long = String(repeating: "n", count: 5000)
        let reply = TestAuthority.Act.reply(
            200, "[{\"status\":\"open\",\"status_notes\":\"\(long)\"}]")
        try await withAuthority(.always(reply)) { adapter, _ in
            #expect(
                await adapter.status(of: "A")
                    == Self.known(false, Text(String(long.prefix(2000)))))
        }
    }

    static let tellings: [(TestAuthority.Act, TellOutcome)] = [
        (.reply(200, #"[{"update_id":"5"}]"#), .told),
        (
            .reply(
                200, type: "text/xml",
                "<service_request_updates><request_update><update_id>5</update_id>"
                    + "</request_update></service_request_updates>"), .told
        ),
        (
            .reply(200, #"[{"code":400,"description":"status"}]"#),
            .failed("HTTP 200: 400: status")
        ), (.reply(404, type: "text/html", ""), .failed("HTTP 404")),
        (
            .reply(200, type: "text/html", "<html/>"),
            .failed("the authority's answer lacks what it should have")
        ), (.hangUp, .failed("the authority closed the connection")),
    ]

    @Test(arguments: tellings)
    func aWithdrawalIsToldWhereTheAnswerSaysSo(
        _ act: TestAuthority.Act, _ expected: TellOutcome
    ) async throws {
        try await withAuthority(.always(act)) { adapter, _ in
            let now = WallTime(seconds: 1_788_739_200)
            #expect(await adapter.tellWithdrawal(of: "A-1", now: now) == expected)
        }
    }

    @Test func aWithdrawalSaysNoMoreThanThatItIsOne() async throws {
        try await withAuthority(.always(.hangUp)) { adapter, authority in
            _ = await adapter.tellWithdrawal(of: "A-1", now: WallTime(seconds: 1_788_739_200))
            let request = try #require(authority.requests.first)
            #expect(request.uri == "/v2/servicerequestupdates.json")
            #expect(
                request.body
                    == "api_key=key-of-the-bridge&jurisdiction_id=city.example"
                    + "&service_request_id=A-1&update_id=A-1-withdrawn"
                    + "&updated_datetime=2026-09-07T00%3A00%3A00Z&status=CANCELLED"
                    + "&description=Consent+withdrawn+by+the+person+concerned."
                    + "+Erase+what+was+received%3A+GDPR+articles+17+and+19.")
        }
    }

    @Test func whereNobodyCanBeToldNothingIsSent() async throws {
        try await withAuthority(tellsWithdrawals: false, .always(.hangUp)) { adapter, authority in
            let now = WallTime(seconds: 1_788_739_200)
            #expect(await adapter.tellWithdrawal(of: "A-1", now: now) == .impossible)
            #expect(authority.requests.isEmpty)
        }
    }
}
