import Model
import NIOConcurrencyHelpers
import TestKit
import Wire

@testable import Web

/// A relay that keeps in memory what it is given, and refuses what it is told to refuse.
final class FakeNode: PageNode {
    struct State {
        var texts: [(place: Int64, envelope: Envelope)] = []
        var files: [(place: Int64, envelope: Envelope)] = []
        var submitted: [(handle: Handle, isUrgent: Bool, envelopes: [Envelope])] = []
        var retracted: [(handle: Handle, retractions: [Retraction])] = []
        var refusal: PageRefusal?
        var pieces = 0
    }

    let state = NIOLockedValueBox(State())

    static let community: CommunityID = identifier(7)
    static let week = Week(2900)
    static let texts = Partition.texts(community, week)

    static func identifier<Kind>(_ number: UInt8) -> Identifier32<Kind> {
        Identifier32([UInt8](repeating: number, count: 32)) ?? .zero
    }

    static func handle(_ number: UInt8) -> Handle {
        Handle([UInt8](repeating: number, count: 16)) ?? .zero
    }

    static func envelope(_ number: UInt64, size: UInt8 = 1) -> Envelope {
        let header = EnvelopeHeader(
            suite: 1, ttlClass: .quarter, size: size, workBits: 18, slot: Slot(2_923_200),
            topic: .zero, mailbox: .zero, commitment: .zero, nonce: number)
        return Envelope(
            header: header,
            body: [UInt8](
                repeating: UInt8(truncatingIfNeeded: number), count: header.envelopeBytes - 64))
    }

    static func retraction(_ number: UInt64) -> Retraction {
        Retraction(
            header: envelope(number).header, bodyHash: [UInt8](repeating: 1, count: 32),
            opening: [UInt8](repeating: 2, count: 16))
    }

    /// Texts at places 10, 20, 30 and so on.
    init(texts: Int = 0, size: UInt8 = 1, refusing: PageRefusal? = nil) {
        state.withLockedValue { state in
            state.refusal = refusing
            state.texts = (0..<texts).map { index in
                (Int64(index + 1) * 10, Self.envelope(UInt64(index), size: size))
            }
        }
    }

    private func refuse() throws(PageRefusal) {
        if let refusal = state.withLockedValue({ $0.refusal }) { throw refusal }
    }

    // MARK: PageNode

    func relay() async -> RelayFacts {
        RelayFacts(
            network: Self.identifier(1), now: WallTime(seconds: 1_753_920_605), version: "1.2",
            networkName: "Net", isTest: true, workBase: 8, relays: 3,
            communities: [.init(id: Self.community, name: "Harbour \"Street\"")],
            fullPeriods: [
                .init(
                    community: Self.community, isFile: false, ttlClass: .quarter,
                    firstSlot: Slot(9), floor: -3)
            ])
    }

    func records(_ community: CommunityID) async throws(PageRefusal) -> CommunityRecords {
        try refuse()
        guard community == Self.community else { throw .unknownCommunity }
        return CommunityRecords(
            charters: [1, 2, 3], manifest: [4], cards: [[5], [6]], guidance: [])
    }

    func weeks(_ community: CommunityID) async throws(PageRefusal) -> [WeekTotals] {
        try refuse()
        let (texts, files) = state.withLockedValue { ($0.texts, $0.files) }
        return [
            WeekTotals(
                week: Self.week, envelopes: texts.count,
                bytes: texts.reduce(0) { $0 + $1.envelope.bytes.count }, files: files.count)
        ]
    }

    private func rows(
        _ partition: Partition, after: Int64, through: Int64 = .max
    ) -> [(place: Int64, envelope: Envelope)] {
        state.withLockedValue { state in
            switch partition {
            case .texts: state.texts
            case .files: state.files
            }
        }.filter { $0.place > after && $0.place <= through }
    }

    private func some(
        _ rows: [(place: Int64, envelope: Envelope)], _ limit: Int
    ) -> [(place: Int64, envelope: Envelope)] {
        var bytes = 0
        return Array(
            rows.prefix { row in
                defer { bytes += row.envelope.bytes.count }
                return bytes == 0 || bytes + row.envelope.bytes.count <= limit
            })
    }

    func span(
        _ partition: Partition, after: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartSpan {
        try refuse()
        let all = rows(partition, after: after)
        let part = some(all, bytesLimit)
        return PartSpan(last: part.last?.place ?? after, isMore: part.count < all.count)
    }

    func piece(
        _ partition: Partition, after: Int64, through: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartPiece {
        state.withLockedValue { $0.pieces += 1 }
        let part = some(rows(partition, after: after, through: through), bytesLimit)
        return PartPiece(bytes: part.flatMap { $0.envelope.bytes }, last: part.last?.place)
    }

    func check(_ envelopes: [Envelope]) async throws(PageRefusal) { try refuse() }

    func check(_ retractions: [Retraction]) async throws(PageRefusal) { try refuse() }

    func submit(
        _ handle: Handle, isUrgent: Bool, _ envelopes: [Envelope]
    ) async throws(PageRefusal) -> Int {
        state.withLockedValue { $0.submitted.append((handle, isUrgent, envelopes)) }
        return envelopes.count
    }

    func retract(
        _ handle: Handle, _ retractions: [Retraction]
    ) async throws(PageRefusal) -> Int {
        state.withLockedValue { $0.retracted.append((handle, retractions)) }
        return retractions.count
    }

    func progress(_ handles: [Handle]) async throws(PageRefusal) -> [SubmissionProgress] {
        handles.map { handle in
            let count = state.withLockedValue { state in
                state.submitted.filter { $0.handle == handle }.flatMap { $0.envelopes }.count
            }
            return SubmissionProgress(
                items: count, held: count, waiting: 0, announced: 2, confirmed: 0, relays: 3)
        }
    }
}
