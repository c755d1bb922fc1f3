import Model

// Parts of an index: what has expired, and what is about some topics.

extension RangeIndex {
    /// Removes envelopes of slots from `done` up to `envelopes`, and everything below `retractions`.
    ///
    /// - Parameter done: below it no envelopes are left from the time before.
    mutating func expire(envelopesBelow envelopes: Slot, done: Slot, retractionsBelow: Slot) {
        var gone: [ItemID] = []
        visit(rank(of: done)..<rank(of: envelopes)) { if !$0.isRetraction { gone.append($0.id) } }
        visit(0..<rank(of: retractionsBelow)) { gone.append($0.id) }
        // A whole leaf goes at no cost; of the one or two that stay, lanes are made anew.
        let areFew = gone.count < Self.fewEntries
        for id in gone {
            guard let slot = slot(of: id) else { continue }
            remove(at: place(of: ItemPosition(slot: slot, id: id)), keepingLanes: areFew)
        }
    }

    /// The newest items about these topics, from a slot up.
    ///
    /// Memory is bounded by `most`: if there are more, the oldest slots are left out, and `from`
    /// comes back higher. The result has no table: it finds nothing by id alone.
    func only(_ topics: [Topic], from: Slot, most: Int) -> (items: RangeIndex, from: Slot) {
        let numbers = Set(topics.compactMap { self.topics.number($0) })
        var found: [Entry] = []
        var start = from
        visit(rank(of: from)..<count) { if numbers.contains($0.topicNumber) { found.append($0) } }
        if found.count > most {
            start = Slot(found[found.count - most - 1].slot.number &+ 1)
            found.removeAll { $0.slot < start }
        }
        return (RangeIndex(ascending: found), start)
    }

    /// Without a table and topics.
    private init(ascending entries: [Entry]) {
        let leafSize = Self.leafEntries * 7 / 8
        let groupSize = leafSize * Self.groupLeaves * 7 / 8
        for start in stride(from: 0, to: entries.count, by: groupSize) {
            let end = min(start + groupSize, entries.count)
            let leaves = stride(from: start, to: end, by: leafSize).map {
                Leaf(entries: [Entry](entries[$0..<min($0 + leafSize, end)]))
            }
            groups.append(Group(leaves: leaves, count: end - start))
        }
        count = entries.count
    }

    private func visit(_ ranks: Range<Int>, _ body: (Entry) -> Void) {
        guard !ranks.isEmpty else { return }
        var place = place(at: ranks.lowerBound)
        var left = ranks.count
        while left > 0 {
            let leaves = groups[place.group].leaves
            while place.leaf < leaves.count, left > 0 {
                let entries = leaves[place.leaf].entries
                let end = min(entries.count, place.entry + left)
                for entry in entries[place.entry..<end] { body(entry) }
                left -= end - place.entry
                place = Place(group: place.group, leaf: place.leaf + 1, entry: 0)
            }
            place = Place(group: place.group + 1, leaf: 0, entry: 0)
        }
    }
}
