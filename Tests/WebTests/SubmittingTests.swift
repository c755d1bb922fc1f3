import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Model
import NIOConcurrencyHelpers
import TestKit
import Testing
import Wire

@testable import Web

@Suite struct SubmittingTests {
    static let handle = FakeNode.handle(4)

    static func body(
        _ envelopes: [Envelope], urgent: UInt8 = 0, handle: Handle = handle
    ) -> [UInt8] {
        handle.bytes + [urgent] + envelopes.flatMap { $0.bytes }
    }

    @Test func envelopesAreStoredUnderTheirHandle() async throws {
        let visiting = Visiting()
        let envelopes = [FakeNode.envelope(1), FakeNode.envelope(2, size: 7)]
        let answer = try await visiting.ask(
            "/api/submissions", .post, Self.body(envelopes, urgent: 1))
        #expect(answer.status == .ok)
        #expect(answer.text == #"{"stored":2}"#)
        let stored = visiting.node.state.withLockedValue { $0.submitted }
        #expect(stored.count == 1)
        #expect(stored[0].handle == Self.handle)
        #expect(stored[0].isUrgent)
        #expect(stored[0].envelopes == envelopes)

        let handles = try await visiting.ask(
            "/api/handles", .post, Self.handle.bytes + FakeNode.handle(9).bytes)
        #expect(
            handles.text == """
                {"handles":[{"announced":2,"confirmed":0,"held":2,"items":2,"relays":3,"waiting":0}\
                ,{"announced":2,"confirmed":0,"held":0,"items":0,"relays":3,"waiting":0}]}
                """)
    }

    @Test func retractionsAreQueuedUnderTheirHandle() async throws {
        let visiting = Visiting()
        let retractions = [FakeNode.retraction(1), FakeNode.retraction(2)]
        let answer = try await visiting.ask(
            "/api/retractions", .post,
            Self.handle.bytes + retractions.flatMap { $0.encoded })
        #expect(answer.text == #"{"stored":2}"#)
        let queued = visiting.node.state.withLockedValue { $0.retracted }
        #expect(queued.map { $0.retractions } == [retractions])
    }

    static let bodies: [(String, [UInt8])] = [
        ("/api/submissions", []), ("/api/submissions", [1, 2, 3]),
        ("/api/submissions", Self.body([])),
        ("/api/submissions", Self.body([FakeNode.envelope(1)], urgent: 2)),
        ("/api/submissions", Self.body([FakeNode.envelope(1)]).dropLast()),
        ("/api/submissions", Self.body([FakeNode.envelope(1)]) + [0]),
        (
            "/api/submissions",
            Self.body([FakeNode.envelope(1)]) + FakeNode.envelope(2).header.encoded
        ),
        ("/api/submissions", [UInt8](repeating: 255, count: 4000)),
        ("/api/retractions", []), ("/api/retractions", Self.handle.bytes),
        ("/api/retractions", Self.handle.bytes + FakeNode.retraction(1).encoded.dropLast()),
        ("/api/retractions", Self.handle.bytes + [UInt8](repeating: 9, count: 112)),
        ("/api/handles", []), ("/api/handles", [UInt8](repeating: 1, count: 17)),
    ].map { ($0.0, [UInt8]($0.1)) }

    @Test(arguments: bodies)
    func aBodyOfAnotherShapeIsRefused(_ path: String, _ body: [UInt8]) async throws {
        let visiting = Visiting()
        let answer = try await visiting.ask(path, .post, body)
        #expect(answer.status == .badRequest)
        #expect(answer.code == "badShape")
        #expect(
            visiting.node.state.withLockedValue { $0.submitted.isEmpty && $0.retracted.isEmpty })
    }

    @Test(arguments: [
        (PageRefusal.clock, 422, "clock"), (.weakWork(least: 18), 422, "weakWork"),
        (.otherTopic, 422, "otherTopic"), (.notOpened, 422, "notOpened"),
        (.badShape, 400, "badShape"), (.erased, 409, "erased"), (.full, 507, "full"),
        (.busy, 503, "busy"), (.notReady, 503, "notReady"), (.failed, 503, "failed"),
    ])
    func aRefusalSaysWhy(_ why: PageRefusal, _ status: Int, _ code: String) async throws {
        let visiting = Visiting(FakeNode(refusing: why))
        let answer = try await visiting.ask(
            "/api/submissions", .post, Self.body([FakeNode.envelope(1)]))
        #expect(answer.status.code == status)
        #expect(answer.code == code)
        #expect((answer.json["message"] as? String)?.isEmpty == false)
        #expect((answer.json["hint"] as? String)?.isEmpty == false)
        if code == "weakWork" { #expect(answer.json["least"] as? Int == 18) }
        #expect((answer.field("retry-after") != nil) == (status == 503))
        #expect(visiting.node.state.withLockedValue { $0.submitted.isEmpty })
    }

    @Test func anotherTypeIsRefused() async throws {
        for type in ["text/plain", "application/json", "multipart/form-data", ""] {
            let answer = try await Visiting().ask(
                "/api/submissions", .post, Self.body([FakeNode.envelope(1)]),
                [.contentType: type])
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.code == "badType")
        }
    }

    @Test func tooManyAtOnceAreRefused() async throws {
        let visiting = Visiting()
        let most = (0..<128).map { FakeNode.envelope(UInt64($0), size: 0) }
        #expect(
            try await visiting.ask("/api/submissions", .post, Self.body(most)).status == .ok)
        let more = try await visiting.ask(
            "/api/submissions", .post, Self.body(most + [FakeNode.envelope(200, size: 0)]))
        #expect(more.status == .contentTooLarge)
        #expect(more.code == "tooMuch")
        let handles = try await visiting.ask(
            "/api/handles", .post, [UInt8](repeating: 1, count: 16 * 65))
        #expect(handles.status == .contentTooLarge)
    }

    @Test func theLargestSubmissionIsTaken() async throws {
        let visiting = Visiting()
        let most = (0..<128).map { FakeNode.envelope(UInt64($0), size: 7) }
        let answer = try await visiting.ask("/api/submissions", .post, Self.body(most))
        #expect(answer.text == #"{"stored":128}"#)
        #expect(visiting.server.routes.uploads.bytes == 0)
    }

    @Test func whoAsksTooOftenIsToldWhenToComeBack() async throws {
        var limits = PageLimits()
        limits.rates.submissions = .init(atOnce: 3, perSecond: 0)
        limits.turnsWaiting = 0
        let visiting = Visiting(limits: limits)
        let body = Self.body([FakeNode.envelope(1)])
        for _ in 0..<3 {
            #expect(try await visiting.ask("/api/submissions", .post, body).status == .ok)
        }
        let answer = try await visiting.ask("/api/submissions", .post, body)
        #expect(answer.status == .tooManyRequests)
        #expect(answer.code == "tooOften")
        #expect(answer.field("retry-after") == "1")
        // What is not worth anything uses up nobody's turn; other kinds have their own.
        #expect(try await visiting.ask("/api/relay").status == .ok)
    }

    @Test func whatIsRefusedUsesUpNobodysTurn() async throws {
        var limits = PageLimits()
        limits.rates.submissions = .init(atOnce: 1, perSecond: 0)
        limits.turnsWaiting = 0
        let visiting = Visiting(FakeNode(refusing: .weakWork(least: 18)), limits: limits)
        let body = Self.body([FakeNode.envelope(1)])
        for _ in 0..<9 {
            #expect(try await visiting.ask("/api/submissions", .post, body).code == "weakWork")
        }
        visiting.node.state.withLockedValue { $0.refusal = nil }
        #expect(try await visiting.ask("/api/submissions", .post, body).status == .ok)
    }
}
