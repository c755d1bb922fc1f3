import Model
import Wire

/// Nodes that could become neighbours: a bounded sample that no introducer and no source group
/// fills as long as others are known. Source: protocol/20-membership.md.
struct PassiveView: Sendable {
    struct Entry: Sendable {
        var record: PeerRecord
        /// Who told of it.
        let introducer: NodeID
        var group: SourceGroup?
        /// Dials in a row that failed.
        var failures = 0
        /// It is left alone until then.
        var rests: Moment
    }

    private(set) var entries: [Entry] = []
    private let limit: Int
    private let introducedLimit: Int

    init(limit: Int, introducedLimit: Int) {
        self.limit = limit
        self.introducedLimit = introducedLimit
    }

    func entry(_ node: NodeID) -> Entry? { entries.first { $0.record.node == node } }

    /// Takes a checked record in, or a newer one of a node known; something else may have to go.
    mutating func insert(
        _ record: PeerRecord, by introducer: NodeID, rests: Moment, _ choices: inout Choices
    ) {
        let group = SourceGroup(record: record)
        if let index = entries.firstIndex(where: { $0.record.node == record.node }) {
            entries[index].rests = max(entries[index].rests, rests)
            guard record.seq > entries[index].record.seq else { return }
            entries[index].record = record
            entries[index].group = group
            return
        }
        guard limit > 0 else { return }
        let introduced = entries.indices.filter { entries[$0].introducer == introducer }
        if introduced.count >= introducedLimit {
            evict(introduced, &choices)
        } else if entries.count >= limit {
            evict(crowd(joinedBy: group), &choices)
        }
        entries.append(
            Entry(record: record, introducer: introducer, group: group, rests: rests))
    }

    /// A newer record of a node that is known.
    mutating func update(_ record: PeerRecord) {
        guard let index = entries.firstIndex(where: { $0.record.node == record.node }),
            record.seq > entries[index].record.seq
        else { return }
        entries[index].record = record
        entries[index].group = SourceGroup(record: record)
    }

    mutating func remove(_ node: NodeID) { entries.removeAll { $0.record.node == node } }

    /// A dial failed. One that failed twice goes, unless it may well be we who are cut off.
    mutating func failed(_ node: NodeID, isCutOff: Bool, now: Moment) {
        guard let index = entries.firstIndex(where: { $0.record.node == node }) else { return }
        entries[index].failures = min(entries[index].failures + 1, 6)
        if !isCutOff, entries[index].failures >= 2 {
            entries.remove(at: index)
        } else {
            let wait = Limits.passiveRestMilliseconds << UInt64(entries[index].failures - 1)
            entries[index].rests = now.adding(milliseconds: wait)
        }
    }

    /// It answered: whatever failed before is forgotten.
    mutating func reached(_ node: NodeID) {
        guard let index = entries.firstIndex(where: { $0.record.node == node }) else { return }
        entries[index].failures = 0
    }

    mutating func rest(_ node: NodeID, until moment: Moment) {
        guard let index = entries.firstIndex(where: { $0.record.node == node }) else { return }
        entries[index].rests = max(entries[index].rests, moment)
    }

    mutating func dropExpired(_ wall: WallTime) {
        entries.removeAll { UInt64($0.record.notAfter) <= wall.seconds }
    }

    /// One of `indices` goes, one that did not answer if there is any.
    private mutating func evict(_ indices: [Int], _ choices: inout Choices) {
        let failed = indices.filter { entries[$0].failures > 0 }
        if let index = choices.pick(failed.isEmpty ? indices : failed) { entries.remove(at: index) }
    }

    /// The entries of the largest group once `group` has one more; all, if no group has two.
    private func crowd(joinedBy group: SourceGroup?) -> [Int] {
        var largest: [Int] = []
        for entry in entries {
            guard let candidate = entry.group else { continue }
            let members = entries.indices.filter { entries[$0].group == candidate }
            let size = members.count + (candidate == group ? 1 : 0)
            if size > max(1, largest.count) { largest = members }
        }
        return largest.isEmpty ? [Int](entries.indices) : largest
    }
}
