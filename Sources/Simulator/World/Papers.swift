import Gossip
import Model
import Wire

/// Checks of nodes' records, each signature's once in a world: ten thousand relays would check the
/// same ones over and over. Times are checked every time.
///
/// Unchecked, since one thread runs a world and all its relays.
final class Papers: @unchecked Sendable {
    private static let most = 200_000
    private var known: [[UInt8]: Bool] = [:]

    func check(_ record: PeerRecord, network: NetworkID, now: WallTime) -> Bool {
        guard UInt64(record.notAfter) > now.seconds else { return false }
        let bytes = record.encoded
        if let isGood = known[bytes] { return isGood }
        let isGood = (try? record.check(network: network, now: now)) != nil
        // Made-up records have no end.
        if known.count >= Self.most { known = [:] }
        known[bytes] = isGood
        return isGood
    }
}
