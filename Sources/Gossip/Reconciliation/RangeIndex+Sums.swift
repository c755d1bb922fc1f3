import Model
public import Sodium

// Sums of lanes, and what keeps them ready.

extension RangeIndex {
    /// The fingerprint of these ranks under a link's key.
    public mutating func fingerprint(_ ranks: Range<Int>, key: Secret) -> [UInt8] {
        work += 2
        return sum(ranks).fingerprint(count: ranks.count, key: key)
    }

    /// Whether some group's lanes are not known. A fingerprint over it takes long, once.
    public var isCold: Bool { groups.contains { $0.lanes == nil } }

    /// Whether a fingerprint may take longer than a session should hold up all else.
    var needsWarming: Bool { count > Self.soonWarmed && isCold }

    /// Items whose lanes are made in some milliseconds. Measured.
    private static let soonWarmed = 4096

    /// Makes the lanes of one group, a hundredth of a second's work; there may be more.
    public mutating func warm() {
        guard let cold = groups.firstIndex(where: { $0.lanes == nil }) else { return }
        _ = lanes(ofGroup: cold)
    }

    private mutating func sum(_ ranks: Range<Int>) -> Lanes {
        guard !ranks.isEmpty else { return Lanes() }
        let from = place(at: ranks.lowerBound)
        let to = place(at: ranks.upperBound)
        if from.group == to.group, from.leaf == to.leaf { return sum(from, within: to.entry) }
        var sum = tail(from)
        if from.group == to.group {
            add(&sum, leaves: from.leaf + 1..<to.leaf, of: from.group)
        } else {
            add(&sum, leaves: from.leaf + 1..<groups[from.group].leaves.count, of: from.group)
            for group in from.group + 1..<to.group { sum.add(lanes(ofGroup: group)) }
            add(&sum, leaves: 0..<to.leaf, of: to.group)
            work += (to.group - from.group) / Self.sumsPerWork
        }
        sum.add(head(to))
        return sum
    }

    /// Additions of lanes that take about as long as making one item's.
    private static let sumsPerWork = 8

    private mutating func add(_ sum: inout Lanes, leaves: Range<Int>, of group: Int) {
        for leaf in leaves { sum.add(lanes(ofLeaf: leaf, group)) }
        work += leaves.count / Self.sumsPerWork
    }

    /// Entries of one leaf, from a place up to but not with another.
    private mutating func sum(_ from: Place, within end: Int) -> Lanes {
        let count = groups[from.group].leaves[from.leaf].entries.count
        if from.entry == 0, 2 * end > count {
            return head(Place(group: from.group, leaf: from.leaf, entry: end))
        }
        if end == count { return tail(from) }
        return make(from, end)
    }

    /// The leaf's entries before a place, made from whichever side is shorter.
    private mutating func head(_ place: Place) -> Lanes {
        let entries = groups[place.group].leaves[place.leaf].entries.count
        if place.entry == 0 { return Lanes() }
        if place.entry == entries { return lanes(ofLeaf: place.leaf, place.group) }
        if let boundary, boundary.place == place { return boundary.lanes }
        let lanes: Lanes
        if 2 * place.entry <= entries {
            lanes = make(Place(group: place.group, leaf: place.leaf, entry: 0), place.entry)
        } else {
            var whole = self.lanes(ofLeaf: place.leaf, place.group)
            whole.subtract(make(place, entries))
            lanes = whole
        }
        boundary = (place, lanes)
        return lanes
    }

    /// The leaf's entries from a place on.
    private mutating func tail(_ place: Place) -> Lanes {
        let entries = groups[place.group].leaves[place.leaf].entries.count
        let isKnown = boundary.map { $0.place == place } ?? false
        if !isKnown, 2 * place.entry > entries { return make(place, entries) }
        var whole = lanes(ofLeaf: place.leaf, place.group)
        whole.subtract(head(place))
        return whole
    }

    /// The sum of some entries of a leaf, from their ids.
    private mutating func make(_ from: Place, _ end: Int) -> Lanes {
        let entries = groups[from.group].leaves[from.leaf].entries[from.entry..<end]
        work += entries.count
        return Lanes(entries.lazy.map { $0.id }, scratch: &scratch)
    }

    private mutating func lanes(ofLeaf leaf: Int, _ group: Int) -> Lanes {
        if let known = groups[group].leaves[leaf].lanes { return known }
        let ids = groups[group].leaves[leaf].entries.lazy.map { $0.id }
        let made = Lanes(ids, scratch: &scratch)
        groups[group].leaves[leaf].lanes = made
        return made
    }

    private mutating func lanes(ofGroup group: Int) -> Lanes {
        if let known = groups[group].lanes { return known }
        var sum = Lanes()
        for leaf in groups[group].leaves.indices { sum.add(lanes(ofLeaf: leaf, group)) }
        groups[group].lanes = sum
        return sum
    }
}
