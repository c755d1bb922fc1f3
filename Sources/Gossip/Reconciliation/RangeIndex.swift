public import Model

/// The items of one ttl class that a node holds, ordered by slot and id, with sums of their lanes
/// kept ready for leaves and groups of leaves. Source: protocol/22-reconciliation.md, "The index".
///
/// Two levels of arrays: an item costs a move within its leaf, a place a count over the groups.
/// Lanes are unknown until a fingerprint asks for them and kept up to date from then on.
public struct RangeIndex: Sendable {
    struct Entry: Sendable, Equatable {
        let id: ItemID
        let slot: Slot
        /// Its topic's number, and in the lowest bit whether it is a retraction.
        let tag: UInt32

        var position: ItemPosition { ItemPosition(slot: slot, id: id) }

        var isRetraction: Bool { tag & 1 == 1 }

        var topicNumber: UInt32 { tag >> 1 }
    }

    struct Leaf: Sendable {
        var entries: [Entry] = []
        var lanes: Lanes?
    }

    struct Group: Sendable {
        /// None is empty.
        var leaves: [Leaf] = []
        var count = 0
        var lanes: Lanes?
    }

    /// Where an entry stands, or would.
    struct Place: Equatable {
        var group: Int
        var leaf: Int
        var entry: Int
    }

    /// Measured: with 128 a boundary within a leaf costs up to 64 items' lanes, and a leaf's own
    /// lanes come to 23 bytes an item at the usual filling.
    static let leafEntries = 128
    static let groupLeaves = 64
    /// Below these, neighbours are joined if they fit with room to spare.
    static let fewEntries = 32
    static let fewLeaves = 16

    public internal(set) var count = 0
    /// Items whose lanes were made and not kept, and what else fingerprints cost, in about as much
    /// time. What is kept is not counted: it is made once, whoever asks.
    public internal(set) var work = 0
    /// None is empty.
    var groups: [Group] = []
    var scratch = Lanes.scratch
    /// The lanes of the leaf's entries below the boundary looked at last; the next range often
    /// begins there. Void after any change.
    var boundary: (place: Place, lanes: Lanes)?
    private var table = IDTable()
    private(set) var topics = TopicNumbers()

    public init() {}

    // MARK: Items

    /// Whether it was not held.
    @discardableResult
    public mutating func insert(
        _ position: ItemPosition, isRetraction: Bool = false, topic: Topic = .zero
    ) -> Bool {
        guard slot(of: position.id) == nil else { return false }
        let tag = topics.take(topic) << 1 | (isRetraction ? 1 : 0)
        insert(Entry(id: position.id, slot: position.slot, tag: tag))
        return true
    }

    /// Whether it was held.
    @discardableResult
    public mutating func remove(_ id: ItemID) -> Bool {
        guard let slot = slot(of: id) else { return false }
        let position = ItemPosition(slot: slot, id: id)
        remove(at: place(of: position), keepingLanes: true)
        return true
    }

    public func contains(_ id: ItemID) -> Bool { slot(of: id) != nil }

    public func slot(of id: ItemID) -> Slot? {
        table.slot(of: id) { holds(ItemPosition(slot: $0, id: id)) }
    }

    /// The topic of an item held.
    public func topic(of id: ItemID) -> Topic? {
        guard let slot = slot(of: id) else { return nil }
        let place = place(of: ItemPosition(slot: slot, id: id))
        return topics.topic(groups[place.group].leaves[place.leaf].entries[place.entry].topicNumber)
    }

    private func holds(_ position: ItemPosition) -> Bool {
        guard count > 0 else { return false }
        let place = place(of: position)
        let entries = groups[place.group].leaves[place.leaf].entries
        return place.entry < entries.count && entries[place.entry].position == position
    }

    // MARK: Changing

    private mutating func insert(_ entry: Entry) {
        boundary = nil
        table.insert(entry.id, entry.slot)
        count += 1
        if groups.isEmpty {
            groups = [Group(leaves: [Leaf(entries: [entry])], count: 1)]
            return
        }
        var place = place(of: entry.position)
        if groups[place.group].leaves[place.leaf].entries.count >= Self.leafEntries {
            split(place)
            place = self.place(of: entry.position)
        }
        groups[place.group].add(entry, at: place, scratch: &scratch)
    }

    /// Before its leaf is too full, so that no array grows beyond its need.
    private mutating func split(_ place: Place) {
        let isLast =
            place.group == groups.count - 1
            && place.leaf == groups[place.group].leaves.count - 1
        groups[place.group].splitLeaf(place.leaf, isLast: isLast)
        if groups[place.group].leaves.count > Self.groupLeaves { splitGroup(place.group) }
    }

    private mutating func splitGroup(_ index: Int) {
        let isLast = index == groups.count - 1
        // Items mostly come at the end; then the left part is full and stays so.
        let half = isLast ? Self.groupLeaves * 7 / 8 : Self.groupLeaves / 2
        let moved = [Leaf](groups[index].leaves[half...])
        groups[index].leaves.removeSubrange(half...)
        groups[index].lanes = nil
        let movedCount = moved.reduce(0) { $0 + $1.entries.count }
        groups[index].count -= movedCount
        groups.insert(Group(leaves: moved, count: movedCount), at: index + 1)
    }

    /// - Parameter keepingLanes: sums stay known, at the cost of the item's lanes; else they are
    ///   forgotten, as is cheaper where many items of a leaf go.
    mutating func remove(at place: Place, keepingLanes: Bool) {
        boundary = nil
        let entry = groups[place.group].leaves[place.leaf].entries[place.entry]
        table.remove(entry.id, entry.slot)
        topics.release(entry.topicNumber)
        count -= 1
        groups[place.group].remove(at: place, keepingLanes: keepingLanes, scratch: &scratch)
        if groups[place.group].leaves.isEmpty {
            groups.remove(at: place.group)
        } else if groups[place.group].leaves.count < Self.fewLeaves {
            joinGroup(place.group)
        }
    }

    private mutating func joinGroup(_ index: Int) {
        for left in [index - 1, index] where left >= 0 && left + 1 < groups.count {
            let both = groups[left].leaves.count + groups[left + 1].leaves.count
            guard both <= Self.groupLeaves * 3 / 4 else { continue }
            let right = groups.remove(at: left + 1)
            groups[left].join(right)
            return
        }
    }
}

extension RangeIndex.Group {
    mutating func add(_ entry: RangeIndex.Entry, at place: RangeIndex.Place, scratch: inout [UInt8])
    {
        leaves[place.leaf].entries.insert(entry, at: place.entry)
        count += 1
        guard lanes != nil || leaves[place.leaf].lanes != nil else { return }
        let own = Lanes([entry.id], scratch: &scratch)
        lanes?.add(own)
        leaves[place.leaf].lanes?.add(own)
    }

    mutating func remove(
        at place: RangeIndex.Place, keepingLanes: Bool, scratch: inout [UInt8]
    ) {
        let entry = leaves[place.leaf].entries.remove(at: place.entry)
        count -= 1
        if !keepingLanes {
            lanes = nil
            leaves[place.leaf].lanes = nil
        } else if lanes != nil || leaves[place.leaf].lanes != nil {
            let own = Lanes([entry.id], scratch: &scratch)
            lanes?.subtract(own)
            leaves[place.leaf].lanes?.subtract(own)
        }
        if leaves[place.leaf].entries.isEmpty {
            leaves.remove(at: place.leaf)
        } else if leaves[place.leaf].entries.count < RangeIndex.fewEntries {
            joinLeaf(place.leaf)
        }
    }

    /// The sum of the group stays what it was.
    mutating func splitLeaf(_ index: Int, isLast: Bool) {
        let count = leaves[index].entries.count
        let half = isLast ? count * 7 / 8 : count / 2
        let moved = [RangeIndex.Entry](leaves[index].entries[half...])
        leaves[index] = RangeIndex.Leaf(
            entries: [RangeIndex.Entry](leaves[index].entries[..<half]))
        leaves.insert(RangeIndex.Leaf(entries: moved), at: index + 1)
    }

    private mutating func joinLeaf(_ index: Int) {
        for left in [index - 1, index] where left >= 0 && left + 1 < leaves.count {
            let both = leaves[left].entries.count + leaves[left + 1].entries.count
            guard both <= RangeIndex.leafEntries * 3 / 4 else { continue }
            let right = leaves.remove(at: left + 1)
            leaves[left].entries += right.entries
            if let more = right.lanes, leaves[left].lanes != nil {
                leaves[left].lanes?.add(more)
            } else {
                leaves[left].lanes = nil
            }
            return
        }
    }

    mutating func join(_ right: RangeIndex.Group) {
        leaves += right.leaves
        count += right.count
        if let more = right.lanes, lanes != nil { lanes?.add(more) } else { lanes = nil }
    }
}
