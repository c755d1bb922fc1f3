import Bridging
import Foundation
import NIOSSL
import TestKit
import Testing
import Wire

@testable import Authorities

/// Connections that fail at every stage: before anything can have left the report was certainly
/// not taken, after that nobody knows.
@Suite struct BrokenConnectionTests {
    private func deliver(to endpoint: String, client: AuthorityClient) async -> DeliveryOutcome {
        let outcome = await Open311Adapter(mapping(endpoint: endpoint), client: client)
            .deliver(report())
        await client.shutdown()
        return outcome
    }

    // MARK: Certainly not sent

    @Test func aRefusedConnectionTookNothing() async throws {
        try await TestAuthority.withDeadPort { port in
            let outcome = await deliver(
                to: "http://127.0.0.1:\(port)", client: AuthorityClient())
            #expect(outcome == .unreachable("the connection was refused", after: nil))
        }
    }

    @Test func aHostThatHangsUpBeforeTLSTookNothing() async throws {
        try await withAuthority(hangsUpAtOnce: true, .always(.hangUp)) { _, authority in
            let outcome = await deliver(
                to: "https://127.0.0.1:\(authority.port)", client: AuthorityClient())
            guard case .unreachable(_, after: nil) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func aHostWithoutAnAddressTookNothing() async {
        #expect(
            await deliver(to: "https://authority.invalid/v2", client: AuthorityClient())
                == .unreachable("the host was not found", after: nil))
    }

    @Test func aHostThatSpeaksNoTLSTookNothing() async throws {
        try await withAuthority(.always(.hangUp)) { _, authority in
            let outcome = await deliver(
                to: "https://127.0.0.1:\(authority.port)", client: AuthorityClient())
            guard case .unreachable(_, after: nil) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(authority.requests.isEmpty)
        }
    }

    @Test func aHostThatNeverFinishesTLSTookNothing() async throws {
        // Reads the first bytes as HTTP and waits for more of it.
        try await withAuthority(.always(.stall(""))) { _, authority in
            let endpoint = "https://127.0.0.1:\(authority.port)"
            let outcome = await deliver(
                to: endpoint, client: AuthorityClient(timeout: .milliseconds(300)))
            guard case .unreachable(_, after: nil) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func aCertificateThatNobodyVouchesForGetsNothing() async throws {
        let authority = try await TestAuthority(tls: try .test, .always(.hangUp))
        #expect(
            await deliver(to: "https://localhost:\(authority.port)", client: AuthorityClient())
                == .unreachable("the authority's certificate is not trusted", after: nil))
        #expect(authority.requests.isEmpty)
        await authority.stop()
    }

    @Test func aCertificateOfAnotherHostGetsNothing() async throws {
        let authority = try await TestAuthority(tls: try .test, .always(.hangUp))
        let client = AuthorityClient(timeout: .seconds(20 * patience), trust: [try .test()])
        #expect(
            await deliver(to: "https://127.0.0.1:\(authority.port)", client: client)
                == .unreachable("the certificate is for another host", after: nil))
        #expect(authority.requests.isEmpty)
        await authority.stop()
    }

    @Test func aTrustedCertificateIsSentTo() async throws {
        let authority = try await TestAuthority(
            tls: try .test, .always(.reply(200, #"[{"service_request_id":"A-1"}]"#)))
        let client = AuthorityClient(timeout: .seconds(20 * patience), trust: [try .test()])
        #expect(
            await deliver(to: "https://localhost:\(authority.port)", client: client)
                == .accepted(id: "A-1", notice: nil))
        await authority.stop()
    }

    // MARK: Nobody knows

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let act: TestAuthority.Act

        init(_ name: String, _ act: TestAuthority.Act) {
            self.name = name
            self.act = act
        }

        var testDescription: String { name }
    }

    private static let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

    static let cuts = [
        Fault("hangs up after reading", .hangUp),
        Fault("hangs up within the head", .raw("HTTP/1.1 200 O")),
        Fault(
            "hangs up within a body of known length", .raw(head + "content-length: 99\r\n\r\n[{")),
        Fault(
            "hangs up within a body in pieces",
            .raw(head + "transfer-encoding: chunked\r\n\r\n2\r\n[]\r\n")),
        Fault("speaks no HTTP", .raw("SSH-2.0-server\r\n")),
        Fault("an answer without end", .endless),
        Fault("a head without end", .raw(head + String(repeating: "x: y\r\n", count: 600_000))),
    ]

    @Test(arguments: cuts)
    func afterTheReportLeftACutIsUnclear(_ fault: Fault) async throws {
        try await withAuthority(.always(fault.act)) { adapter, authority in
            let outcome = await adapter.deliver(report())
            guard case .unclear(let why) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(!why.utf8.isEmpty && !why.string.contains("shouted"))
            #expect(authority.requests.count == 1)
        }
    }

    static let stalls = [
        Fault("no answer", .stall("")), Fault("half a head", .stall("HTTP/1.1 200 OK\r\n")),
        Fault("half a body", .stall(head + "content-length: 99\r\n\r\n[{")),
    ]

    /// Tries with more and more time until the outcome is the expected one: on a busy computer
    /// the time may be over before the authority was even reached.
    private func outcome(
        of act: TestAuthority.Act, until isExpected: (DeliveryOutcome) -> Bool
    ) async throws -> DeliveryOutcome {
        var outcome = DeliveryOutcome.unclear("never tried")
        for milliseconds in [300, 2000, 10000] {
            let timeout = Duration.milliseconds(milliseconds)
            outcome = try await withAuthority(timeout: timeout, .always(act)) { adapter, _ in
                // Without its own end it would wait here for ever.
                await adapter.deliver(report())
            }
            if isExpected(outcome) { break }
        }
        return outcome
    }

    @Test(arguments: stalls)
    func anAuthorityThatIsTooSlowIsUnclear(_ fault: Fault) async throws {
        func isUnclear(_ outcome: DeliveryOutcome) -> Bool {
            if case .unclear = outcome { return true }
            return false
        }
        #expect(isUnclear(try await outcome(of: fault.act, until: isUnclear)))
    }

    @Test func aRefusalCountsEvenIfItsBodyNeverEnds() async throws {
        let expected = DeliveryOutcome.unreachable("HTTP 503", after: 9)
        let stall = TestAuthority.Act.stall("HTTP/1.1 503 Busy\r\nretry-after: 9\r\n\r\n")
        #expect(try await outcome(of: stall) { $0 == expected } == expected)
    }

    @Test func aHangUpBeforeReadingIsNeverTakenForARefusal() async throws {
        try await withAuthority(hangsUpAtOnce: true, .always(.hangUp)) { adapter, _ in
            switch await adapter.deliver(report()) {
            // Which one depends on who was faster.
            case .unclear, .unreachable: break
            case .accepted, .refused, .token: Issue.record("took a hang-up for an answer")
            }
        }
    }

    @Test func givingUpWhileWaitingIsUnclear() async throws {
        try await withAuthority(.always(.stall(""))) { adapter, authority in
            let delivery = Task { await adapter.deliver(report()) }
            while authority.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            delivery.cancel()
            #expect(await delivery.value == .unclear("given up"))
        }
    }

    @Test func givingUpWithinTheAnswerIsUnclear() async throws {
        let stall = TestAuthority.Act.stall(Self.head + "\r\n[{\"token\":\"T\"}]")
        try await withAuthority(.always(stall)) { adapter, authority in
            let delivery = Task { await adapter.deliver(report()) }
            while authority.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(100))
            delivery.cancel()
            guard case .unclear = await delivery.value else {
                Issue.record("half an answer was taken for a whole one")
                return
            }
        }
    }
}
