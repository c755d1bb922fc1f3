public import Model

// Where items stand: ranks, places and positions.

extension RangeIndex {
    /// The lowest and the highest position held.
    public var first: ItemPosition? { groups.first?.leaves.first?.entries.first?.position }
    public var last: ItemPosition? { groups.last?.leaves.last?.entries.last?.position }

    /// How many items are below `position`.
    public func rank(of position: ItemPosition) -> Int {
        guard count > 0 else { return 0 }
        return rank(at: place(of: position))
    }

    /// How many items have a lower slot.
    public func rank(of slot: Slot) -> Int { rank(of: ItemPosition(slot: slot, id: .zero)) }

    /// How many items are below `bound`.
    public func rank(of bound: RangeBound) -> Int {
        guard let slot = UInt32(exactly: bound.time) else { return count }
        return rank(of: ItemPosition(slot: Slot(slot), id: bound.id))
    }

    /// The position with `rank` smaller ones.
    /// - Precondition: rank < count
    public func position(at rank: Int) -> ItemPosition { entry(at: rank).position }

    func entry(at rank: Int) -> Entry {
        let place = place(at: rank)
        return groups[place.group].leaves[place.leaf].entries[place.entry]
    }

    /// The ids of these ranks, ascending.
    public func ids(_ ranks: Range<Int>) -> [ItemID] {
        var ids: [ItemID] = []
        ids.reserveCapacity(ranks.count)
        guard !ranks.isEmpty else { return ids }
        var place = place(at: ranks.lowerBound)
        while ids.count < ranks.count {
            let leaves = groups[place.group].leaves
            while place.leaf < leaves.count, ids.count < ranks.count {
                let entries = leaves[place.leaf].entries
                let end = min(entries.count, place.entry + ranks.count - ids.count)
                for entry in entries[place.entry..<end] { ids.append(entry.id) }
                place = Place(group: place.group, leaf: place.leaf + 1, entry: 0)
            }
            place = Place(group: place.group + 1, leaf: 0, entry: 0)
        }
        return ids
    }

    /// The place of the first entry not below `position`, which is past the end of its leaf if that
    /// is where the position belongs.
    ///
    /// - Precondition: the index is not empty.
    func place(of position: ItemPosition) -> Place {
        let group = Self.last(groups.count) { groups[$0].leaves[0].entries[0].position <= position }
        let leaves = groups[group].leaves
        let leaf = Self.last(leaves.count) { leaves[$0].entries[0].position <= position }
        let entries = leaves[leaf].entries
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return Place(group: group, leaf: leaf, entry: low)
    }

    /// The place of the entry with this rank; one past the last entry for `count`.
    func place(at rank: Int) -> Place {
        precondition(rank <= count && count > 0, "rank \(rank) of \(count)")
        var rest = rank
        var group = 0
        while group < groups.count - 1, rest >= groups[group].count {
            rest -= groups[group].count
            group += 1
        }
        let leaves = groups[group].leaves
        var leaf = 0
        while leaf < leaves.count - 1, rest >= leaves[leaf].entries.count {
            rest -= leaves[leaf].entries.count
            leaf += 1
        }
        return Place(group: group, leaf: leaf, entry: rest)
    }

    private func rank(at place: Place) -> Int {
        var rank = place.entry
        for group in 0..<place.group { rank += groups[group].count }
        let leaves = groups[place.group].leaves
        for leaf in 0..<place.leaf { rank += leaves[leaf].entries.count }
        return rank
    }

    /// The last index for which `isBelow` holds, if it holds for a front of them; else 0.
    private static func last(_ count: Int, where isBelow: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
