import Bridging
import Foundation
import Model
import Testing
import Wire

@testable import Authorities

/// Looking for a report that may have arrived.
@Suite struct FindTests {
    /// 2026-09-07 10:00 and 14:00 UTC.
    static let since = WallTime(seconds: 1_788_739_200 + 10 * 3600)
    static let now = WallTime(seconds: 1_788_739_200 + 14 * 3600)

    static let ours =
        #"{"service_request_id":"A-1","description":"x\nReference: KITH-0123-4567-89AB-CDEF"}"#
    static let others = #"{"service_request_id":"A-2","description":"Reference: KITH-0000"}"#
    static let bare = #"{"service_request_id":"A-3","description":null}"#

    struct List: Sendable, CustomTestStringConvertible {
        let name: String
        let act: TestAuthority.Act
        let expected: FindOutcome

        init(_ name: String, _ act: TestAuthority.Act, _ expected: FindOutcome) {
            self.name = name
            self.act = act
            self.expected = expected
        }

        var testDescription: String { name }
    }

    static let lists = [
        List("ours among others", .reply(200, "[\(others),\(bare),\(ours)]"), .found(id: "A-1")),
        List("ours twice", .reply(200, "[\(ours),\(ours)]"), .found(id: "A-1")),
        List(
            "ours in XML",
            .reply(
                200, type: "text/xml",
                "<service_requests><request><service_request_id>7</service_request_id>"
                    + "<description>x\nReference: KITH-0123-4567-89AB-CDEF</description>"
                    + "<lat>46.9</lat></request></service_requests>"), .found(id: "7")),
        List("others alone", .reply(200, "[\(others),\(bare)]"), .absent),
        List(
            "no descriptions", .reply(200, "[\(bare),{\"service_request_id\":\"A-4\"}]"),
            .unknown("the authority's list has no descriptions")),
        List("nothing", .reply(200, "[]"), .unknown("the authority's list is empty")),
        List(
            "ours without an id",
            .reply(200, #"[{"description":"Reference: KITH-0123-4567-89AB-CDEF"}]"#),
            .unknown("the report is listed, but without an id that can be used")),
        List(
            "ours with a bad id",
            .reply(
                200,
                #"[{"service_request_id":"\u0007","description":"Reference: KITH-0123-4567-89AB-CDEF"}]"#
            ),
            .unknown("the report is listed, but without an id that can be used")),
        List(
            "ours with other line ends",
            .reply(
                200,
                #"[{"service_request_id":"5","description":"x\r\nReference: KITH-0123-4567-89AB-CDEF \r\n"}]"#
            ), .found(id: "5")),
        List(
            "ours in somebody's words",
            .reply(
                200,
                #"[{"service_request_id":"5","description":"x\n  Reference: KITH-0123-4567-89AB-CDEF\nReference: KITH-1"}]"#
            ), .unknown("the mark stands in the list, but not where a report has it")),
        List(
            "a thousand",
            .reply(
                200, "[\(Array(repeating: others, count: 1000).joined(separator: ","))]"),
            .unknown("the authority's list is cut off")),
        List(
            "ours as the last of a thousand",
            .reply(
                200, "[\(Array(repeating: others, count: 999).joined(separator: ",")),\(ours)]"),
            .found(id: "A-1")),
        List(
            "a list of texts", .reply(200, #"["A-1"]"#),
            .unknown("the authority's answer lacks what it should have")),
        List(
            "a page", .reply(200, type: "text/html", "<html/>"),
            .unknown("the answer is neither JSON nor XML that can be read")),
        List("not for us", .reply(404, "[]"), .unknown("HTTP 404")),
        List(
            "elsewhere", .reply(302, headers: ["location: /v2/requests.json"], "[]"),
            .unknown("HTTP 302")),
        List("too long", .endless, .unknown("the answer is longer than 1048576 bytes")),
        List("hangs up", .hangUp, .unknown("the authority closed the connection")),
    ]

    @Test(arguments: lists)
    func aListIsEvidenceOnlyIfTheReportCouldStandInIt(_ list: List) async throws {
        try await withAuthority(services: [:], .always(list.act)) { adapter, _ in
            let outcome = await adapter.find(testMark, since: Self.since, now: Self.now)
            #expect(outcome == list.expected)
        }
    }

    @Test func asksForTheDaysAndOneServiceAtATimeWithoutTheKey() async throws {
        let reply = TestAuthority.Act.reply(200, "[\(Self.others)]")
        try await withAuthority(.always(reply)) { adapter, authority in
            #expect(
                await adapter.find(testMark, since: Self.since, now: Self.now) == .absent)
            let window =
                "start_date=2026-09-07T00%3A00%3A00Z&end_date=2026-09-08T00%3A00%3A00Z"
            #expect(
                authority.requests.map(\.uri)
                    == ["harassment", "other"].map {
                        "/v2/requests.json?jurisdiction_id=city.example&service_code=\($0)&\(window)"
                    })
            #expect(authority.requests.allSatisfy { $0.method == "GET" && $0.body.isEmpty })
        }
    }

    @Test func goesOnAfterAListThatSaysNothingAndEndsWhenFound() async throws {
        let script = TestAuthority.Script { request in
            request.uri.contains("service_code=a&")
                ? .reply(500, "") : .reply(200, "[\(Self.ours)]")
        }
        let services: [UInt64: String] = [1: "a", 2: "b", 3: "c"]
        try await withAuthority(services: services, script) { adapter, authority in
            #expect(
                await adapter.find(testMark, since: Self.since, now: Self.now)
                    == .found(id: "A-1"))
            #expect(authority.requests.count == 2)
        }
    }

    @Test func oneListThatSaysNothingMakesAllUnknown() async throws {
        let script = TestAuthority.Script { request in
            request.uri.contains("=other&") ? .reply(500, "") : .reply(200, "[\(Self.others)]")
        }
        try await withAuthority(script) { adapter, _ in
            #expect(
                await adapter.find(testMark, since: Self.since, now: Self.now)
                    == .unknown("HTTP 500"))
        }
    }

    @Test func anAuthorityThatDoesNotAnswerIsNotAskedForEveryService() async throws {
        try await withAuthority(.always(.hangUp)) { adapter, authority in
            _ = await adapter.find(testMark, since: Self.since, now: Self.now)
            #expect(authority.requests.count == 1)
        }
    }

    static let day: UInt64 = 86400
    static let windows: [(UInt64, UInt64, [UInt64]?)] = [
        // An hour before midnight and after it, the neighbouring day is asked for too.
        (10 * day + 3600, 10 * day + 82799, [10 * day, 11 * day]),
        (10 * day + 3599, 10 * day + 82800, [9 * day, 12 * day]),
        (0, 0, [0, day]),
        (day, 90 * day, nil),
        (day + 3600, 90 * day, [day, 91 * day]),
        (9 * day, 5 * day, nil), (0, UInt64.max, nil),
    ]

    @Test(arguments: windows)
    func theWindowIsWholeDaysAndNoMoreThanNinety(
        _ since: UInt64, _ now: UInt64, _ expected: [UInt64]?
    ) {
        let window = Open311Adapter.window(
            since: WallTime(seconds: since), now: WallTime(seconds: now))
        #expect(window.map { [$0.start.seconds, $0.end.seconds] } == expected)
    }
}
