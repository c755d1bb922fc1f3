import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Gossip

/// The scenarios of protocol/vectors/reconciliation.
@Suite struct ReconciliationVectorTests {
    @Test(arguments: try VectorFile.accepted("reconciliation"))
    func whatIsAcceptedAgrees(_ vector: VectorFile) throws {
        switch vector.text("check") {
        case "fingerprint":
            var index = RangeIndex()
            let ids = try vector.bytesList("id").map { try #require(ItemID($0)) }
            for id in ids { index.insert(ItemPosition(slot: Slot(1), id: id)) }
            let found = index.fingerprint(
                0..<ids.count, key: Secret(try vector.bytes("key")))
            #expect(found == (try vector.bytes("fingerprint")))
        case "opening":
            var held = try held(vector)
            let opening = RangeComparison.opening(&held)
            #expect(opening == (try vector.bytes("answer")))
        case "message":
            let answer = try answer(vector)
            #expect(answer.message == (try vector.bytes("answer")))
            #expect(answer.have.map { $0.bytes } == (try vector.bytesList("have")))
            #expect(answer.need.map { $0.bytes } == (try vector.bytesList("need")))
        case let check: Issue.record("no such check: \(check ?? "none")")
        }
    }

    @Test(arguments: try VectorFile.refused("reconciliation"))
    func whatIsRefusedIsRefusedForItsReason(_ vector: VectorFile) throws {
        do {
            _ = try answer(vector)
            Issue.record("\(vector.name) was accepted")
        } catch let error as RangeMessageError {
            #expect(vector.refusal == Self.reason(error))
        }
    }

    private func held(_ vector: VectorFile) throws -> IndexView {
        var index = RangeIndex()
        for (number, id) in try vector.bytesList("id").enumerated() {
            let slot = Slot(UInt32(try vector.number("slot \(number)")))
            index.insert(ItemPosition(slot: slot, id: try #require(ItemID(id))))
        }
        return IndexView(
            index, of: nil, from: Slot(0), key: Secret(try vector.bytes("key")))
    }

    private func answer(_ vector: VectorFile) throws -> RangeComparison.Answer {
        var held = try held(vector)
        let role: RangeComparison.Role =
            try vector.words("role") == "initiator" ? .initiator : .responder
        return try RangeComparison.answer(
            try vector.bytes("message"), as: role,
            within: .init(messageBytes: Int(try vector.number("limit"))), &held)
    }

    private static func reason(_ error: RangeMessageError) -> String {
        switch error {
        case .empty, .truncated: "truncated"
        case .tooLong, .boundTooLong: "too-long"
        case .version: "bad-version"
        case .notMinimal: "not-deterministic"
        case .numberTooLarge: "out-of-range"
        case .descending: "descending"
        case .mode: "unknown-type"
        case .count: "length-beyond-end"
        }
    }
}
