import Bridging
import Sealing
import Testing
import Wire

@testable import Authorities

/// What comes of sending one report, over real connections.
@Suite struct DeliveryTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let act: TestAuthority.Act
        let expected: DeliveryOutcome

        init(_ name: String, _ act: TestAuthority.Act, _ expected: DeliveryOutcome) {
            self.name = name
            self.act = act
            self.expected = expected
        }

        var testDescription: String { name }
    }

    static let html = "<html><body>Sorry</body></html>"
    static let unreadable: DeliveryOutcome =
        .unclear("the answer is neither JSON nor XML that can be read")
    static let lacking: DeliveryOutcome = .unclear(
        "the authority's answer lacks what it should have")
    static let oddID: DeliveryOutcome = .unclear(
        "the authority's id is too long or has odd characters")

    static let answers = [
        Fault(
            "an id and a notice",
            .reply(200, #"[{"service_request_id":"A-1","service_notice":"In 3\ndays","x":1}]"#),
            .accepted(id: "A-1", notice: "In 3 days")),
        Fault(
            "a number as an id", .reply(201, #"[{"service_request_id":293944,"account_id":null}]"#),
            .accepted(id: "293944", notice: nil)),
        Fault(
            "XML",
            .reply(
                200, type: "text/xml; charset=utf-8",
                "<service_requests><request><service_request_id>A-1</service_request_id>"
                    + "</request></service_requests>"), .accepted(id: "A-1", notice: nil)),
        Fault("a token", .reply(200, #"[{"token":"T-1"}]"#), .token("T-1")),
        Fault(
            "an empty id beside a token",
            .reply(200, #"[{"service_request_id":"","token":"T-1"}]"#), .token("T-1")),
        Fault("no type", .reply(200, type: nil, #"[{"token":"T-1"}]"#), .token("T-1")),
        Fault("a page for people", .reply(200, type: "text/html", html), unreadable),
        Fault(
            "JSON called a page", .reply(200, type: "text/html", #"[{"token":"T-1"}]"#), unreadable),
        Fault("broken JSON", .reply(200, #"[{"service_request_id":"A-1""#), unreadable),
        Fault(
            "broken XML", .reply(200, type: "text/xml", "<service_requests><request>"), unreadable),
        Fault("an empty body", .reply(200, ""), unreadable),
        Fault("an empty list", .reply(200, "[]"), lacking),
        Fault("a list of something else", .reply(200, #"["A-1"]"#), lacking),
        Fault("neither id nor token", .reply(200, #"[{"service_notice":"x"}]"#), lacking),
        Fault(
            "an error called a success", .reply(200, #"[{"code":403,"description":"No key"}]"#),
            .unclear("HTTP 200: 403: No key")),
        Fault(
            "an id with a control character",
            .reply(200, #"[{"service_request_id":"A\u001b[1m"}]"#), oddID),
        Fault(
            "an id that is too long",
            .reply(200, "[{\"service_request_id\":\"\(String(repeating: "1", count: 129))\"}]"),
            oddID),
    ]

    static let statuses = [
        Fault(
            "400", .reply(400, #"[{"code":"400","description":"address_string missing"}]"#),
            .refused("HTTP 400: address_string missing")),
        Fault(
            "403 in XML",
            .reply(
                403, type: "text/xml",
                "<errors><error><code>403</code><description>Invalid api_key</description>"
                    + "</error></errors>"), .refused("HTTP 403: Invalid api_key")),
        Fault(
            "404 with a code of its own and two errors",
            .reply(
                404, #"[{"code":4041,"description":"no such"},{"code":404,"description":"code"}]"#),
            .refused("HTTP 404: 4041: no such; code")),
        Fault("404 as a page", .reply(404, type: "text/html", html), .refused("HTTP 404")),
        Fault("405", .reply(405, "[]"), .refused("HTTP 405")),
        Fault(
            "408", .reply(408, type: nil, ""), .unreachable("HTTP 408", after: nil)),
        Fault(
            "429", .reply(429, headers: ["retry-after: 5"], "[]"),
            .unreachable("HTTP 429", after: 5)),
        Fault("500", .reply(500, type: "text/html", html), .unclear("HTTP 500")),
        Fault(
            "503 with a wait", .reply(503, headers: ["Retry-After: 120"], ""),
            .unreachable("HTTP 503", after: 120)),
        Fault(
            "503 with a date",
            .reply(503, headers: ["Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"], ""),
            .unreachable("HTTP 503", after: nil)),
        Fault(
            "a moved endpoint", .reply(308, headers: ["location: /v2/elsewhere"], ""),
            .refused("HTTP 308: points elsewhere")),
        Fault(
            "a page after a form", .reply(303, headers: ["location: /v2/done"], ""),
            .unclear("HTTP 303")),
        Fault("304", .reply(304, type: nil, ""), .unclear("HTTP 304")),
    ]

    @Test(arguments: answers + statuses)
    func everyAnswerHasOneMeaning(_ fault: Fault) async throws {
        try await withAuthority(.always(fault.act)) { adapter, authority in
            #expect(await adapter.deliver(report()) == fault.expected)
            #expect(authority.requests.count == 1)
        }
    }

    @Test func whatIsSentIsTheFormAndNothingThatTellsMore() async throws {
        try await withAuthority(.always(.reply(200, #"[{"token":"T"}]"#))) { adapter, authority in
            _ = await adapter.deliver(report())
            let request = try #require(authority.requests.first)
            #expect(request.method == "POST" && request.uri == "/v2/requests.json")
            #expect(request.body == (try Form(report(), adapter.mapping).encoded))
            #expect(request.header("user-agent") == "kith")
            #expect(request.header("content-length") == "\(request.body.utf8.count)")
            #expect(
                request.header("content-type")
                    == "application/x-www-form-urlencoded; charset=utf-8")
            #expect(
                Set(request.headers.map(\.name)) == [
                    "host", "user-agent", "accept", "connection", "content-type",
                    "content-length",
                ])
        }
    }

    @Test func cookiesAreNeitherKeptNorSent() async throws {
        let reply = TestAuthority.Act.reply(
            200, headers: ["set-cookie: id=1"], #"[{"token":"T"}]"#)
        try await withAuthority(.always(reply)) { adapter, authority in
            _ = await adapter.deliver(report())
            _ = await adapter.deliver(report())
            #expect(authority.requests.count == 2)
            #expect(authority.requests.allSatisfy { $0.header("cookie") == nil })
        }
    }

    @Test func reportsGoOneAtATime() async throws {
        try await withAuthority(.always(.later(#"[{"token":"T"}]"#))) { adapter, authority in
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { _ = await adapter.deliver(report()) } }
            }
            #expect(authority.requests.count == 4)
            #expect(authority.mostAtOnce == 1)
        }
    }

    @Test func whatCannotBePutIntoTheFormIsNotSent() async throws {
        let long = report([.account(Text(String(repeating: "x", count: 4000)))])
        try await withAuthority(.always(.hangUp)) { adapter, authority in
            guard case .refused(let why) = await adapter.deliver(long) else {
                Issue.record("a description that is too long was not refused")
                return
            }
            #expect(why.string.hasSuffix("characters, the authority takes 4000"))
            #expect(authority.requests.isEmpty)
        }
    }

    @Test func anErrorThatEchoesTheReportIsPassedOnWithoutIt() async throws {
        let script = TestAuthority.Script { request in
            let words = "cannot take 'They shouted at me near the station.', key key-of-the-bridge"
            return .reply(400, "[{\"code\":400,\"description\":\"\(words)\"}]")
        }
        try await withAuthority(script) { adapter, _ in
            #expect(
                await adapter.deliver(report()) == .refused("HTTP 400: cannot take '…', key …"))
        }
    }
}
