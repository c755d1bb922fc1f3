import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOConcurrencyHelpers
import TestKit
import Testing

@testable import Web

@Suite struct HeadersTests {
    static let asked: [(String, HTTPRequest.Method)] = [
        ("/", .get), ("/", .head), ("/", .post), ("/page/page.css", .get), ("/nowhere", .get),
        ("/api/relay", .get), ("/api/relay", .delete), ("/api/records/x", .get),
        ("/api/records/\(Visiting.id)", .get), ("/api/weeks/\(Visiting.id)", .get),
        (Visiting.texts, .get), ("/api/manifest", .get), ("/api/submissions", .post),
        ("/api/submissions", .get), ("/api/retractions", .post), ("/api/handles", .post),
        ("/api/handles", .options),
    ]

    @Test(arguments: asked)
    func everyAnswerKeepsTheBrowserInItsPlace(
        _ path: String, _ method: HTTPRequest.Method
    ) async throws {
        let answer = try await Visiting().ask(path, method)
        let expected = [
            "cache-control": "no-store", "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cross-origin-embedder-policy": "require-corp", "x-frame-options": "DENY",
        ]
        for (name, value) in expected { #expect(answer.field(name) == value, "\(name)") }
        let policy = answer.field("content-security-policy") ?? ""
        for part in [
            "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "form-action 'none'",
            "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'",
            "trusted-types kith", "connect-src 'self'",
        ] {
            #expect(policy.contains(part), "\(part)")
        }
        #expect(!policy.contains("unsafe-inline") && !policy.contains("http"))
        #expect(answer.field("permissions-policy")?.contains("geolocation=()") == true)
        for name in [
            "server", "date", "etag", "last-modified", "set-cookie", "access-control-allow-origin",
            "x-powered-by",
        ] {
            #expect(answer.field(name) == nil, "\(name)")
        }
    }

    @Test(arguments: [HTTPRequest.Method.put, .delete, .patch, .options, .trace, .connect])
    func otherMethodsAreRefusedWithWhatIsAllowed(_ method: HTTPRequest.Method) async throws {
        let visiting = Visiting()
        let reading = try await visiting.ask("/api/relay", method)
        #expect(reading.status == .methodNotAllowed)
        #expect(reading.code == "badMethod")
        #expect(reading.field("allow") == "GET, HEAD")
        let writing = try await visiting.ask("/api/submissions", method)
        #expect(writing.field("allow") == "POST")
    }

    @Test func aHeadHasNoBody() async throws {
        let answer = try await Visiting().ask("/page/page.css", .head)
        #expect(answer.status == .ok)
        #expect(answer.bytes.isEmpty)
        #expect(answer.field("content-length") == "15")
    }
}
