public import Model
public import Sealing
public import Sodium
import Wire

/// A bridge's log of forwards: open days that grow, and closed ones that nobody can change.
/// Source: protocol/18-bridges.md, "Forward log".
public struct ForwardLog: Sendable {
    /// A day that was closed.
    public struct Closed: Sendable {
        public let day: UInt32
        public let record: Record
        /// Nil where some of the day's forwards were forgotten.
        let tree: LogTree?
    }

    let firstDay: UInt32
    /// Leaves of days not closed yet.
    private var open: [UInt32: [[UInt8]]] = [:]
    /// Ascending by day.
    public private(set) var closed: [Closed] = []

    init(firstDay: UInt32) { self.firstDay = firstDay }

    /// The first day that is not closed.
    var nextDay: UInt32 { closed.last.map { $0.day + 1 } ?? firstDay }

    /// Days that are over at `now` and not closed.
    public func due(_ now: WallTime) -> [UInt32] {
        guard nextDay < now.day else { return [] }
        return [UInt32]((nextDay..<now.day).suffix(Int(Limits.checkpointDays)))
    }

    /// Adds a forward; gives the day it counts for: never one that is closed.
    mutating func add(
        _ id: ConsentID, _ authority: Text, salt: [UInt8], at: WallTime
    ) -> UInt32 {
        var day = max(at.day, nextDay)
        while day < .max, open[day]?.count ?? 0 >= LogTree.mostLeaves { day += 1 }
        let leaf = LogTree.leaf(salt: salt, consent: id, authority: authority, day: day)
        open[day, default: []].append(leaf)
        return day
    }

    /// Closes a day with random leaves beside the day's own.
    ///
    /// - Parameter random: 32 bytes for each leaf that fills the tree.
    /// - Returns: nil for a day that is closed already.
    public func checkpoint(
        _ day: UInt32, community: CommunityID, now: WallTime, by key: SigningKey,
        random: RandomSource
    ) -> BridgeEvent? {
        let leaves = open[day] ?? []
        guard day >= nextDay, let count = LogTree.fill(leaves.count) else { return nil }
        let fill = (0..<count).map { _ in random(32) }
        let tree = LogTree(leaves: leaves + fill)
        let content = Checkpoint(
            day: day, previous: closed.last?.record.hash, depth: UInt64(tree.depth), top: tree.top)
        let record = Record(
            .checkpoint, subject: community.bytes, seq: UInt64(day), notBefore: now,
            notAfter: now.adding(seconds: Limits.checkpointSeconds),
            content: content.cbor, by: key)
        return .checkpointed(day: day, fill: fill, record: record.encoded)
    }

    mutating func close(_ day: UInt32, _ fill: [[UInt8]], _ record: [UInt8]) {
        guard day >= nextDay, day < .max, let record = try? Record(decoding: record) else {
            return
        }
        let leaves = (open.removeValue(forKey: day) ?? []) + fill
        // Closed in any case: a second checkpoint of one day would be a proof that we lie.
        let isWhole = LogTree.fill(leaves.count) == 0
        closed.append(
            Closed(day: day, record: record, tree: isWhole ? LogTree(leaves: leaves) : nil))
    }

    /// That a forward stands in its day's tree; nil while the day is open.
    func proof(
        _ id: ConsentID, _ authority: Text, salt: [UInt8], day: UInt32
    ) -> LogProof? {
        guard let closed = closed.last(where: { $0.day == day }) else { return nil }
        return closed.tree?.proof(
            of: LogTree.leaf(salt: salt, consent: id, authority: authority, day: day))
    }
}
