import Foundation
public import Model
public import Sealing

/// A bridge's forward log as anybody can check it: its published days.
/// Source: protocol/18-bridges.md, "Forward log".
public struct BridgeLog: Sendable {
    /// Something that does not fit.
    public enum Flaw: Sendable, Equatable {
        /// Days without a checkpoint between two others.
        case missing(from: UInt32, to: UInt32)
        /// A day that names another checkpoint before it than the one published.
        case brokenChain(day: UInt32)
    }

    /// By day.
    public let days: [UInt32: Checkpoint]
    public let flaws: [Flaw]

    public var firstDay: UInt32? { days.keys.min() }
    public var lastDay: UInt32? { days.keys.max() }

    /// Reads what the node has of a bridge, and checks signatures, order and chain.
    public static func read(
        _ bridge: [UInt8], _ community: CommunityID, _ access: any NodeAccess
    ) async throws(Problem) -> BridgeLog {
        let request = ControlRequest.checkpoints(
            community: Data(community.bytes), bridge: Data(bridge))
        let published = try await access.expect(request) {
            if case .checkpoints(let records) = $0 { records } else { nil }
        }
        var known: [(checkpoint: Checkpoint, hash: [UInt8])] = []
        for bytes in published {
            guard let record = try? Record(decoding: [UInt8](bytes)),
                record.subject == community.bytes,
                let checkpoint = try? record.checkpoint(of: bridge)
            else {
                throw Problem(
                    .badData, "the node's records do not check out",
                    hint: "restart the node; if it stays so, move its kith.sqlite aside")
            }
            known.append((checkpoint, record.hash))
        }
        known.sort { $0.checkpoint.day < $1.checkpoint.day }
        return BridgeLog(known)
    }

    private init(_ known: [(checkpoint: Checkpoint, hash: [UInt8])]) {
        var flaws: [Flaw] = []
        for (before, after) in zip(known, known.dropFirst()) {
            let (last, next) = (before.checkpoint.day, after.checkpoint.day)
            if next != last + 1 {
                flaws.append(.missing(from: last + 1, to: next - 1))
            } else if after.checkpoint.previous != before.hash {
                flaws.append(.brokenChain(day: next))
            }
        }
        self.flaws = flaws
        days = [UInt32: Checkpoint](
            known.map { ($0.checkpoint.day, $0.checkpoint) }, uniquingKeysWith: { one, _ in one })
    }
}
