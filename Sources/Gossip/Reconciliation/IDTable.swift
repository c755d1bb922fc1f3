import Model

/// Finds an item's slot by its id, in 8 bytes an item and what is free: half of the id's hash and
/// the slot stand in a table; who asks compares the id itself where the slot leads.
struct IDTable: Sendable {
    /// Hash above, slot below; 0 is free. Places follow from the hash, so entries move without ids.
    private var entries = [UInt64](repeating: 0, count: 16)
    private(set) var count = 0

    init() {}

    /// Slots under which the id may stand, mostly one or none, until `isFound` holds.
    func slot(of id: ItemID, where isFound: (Slot) -> Bool) -> Slot? {
        place(of: id, where: isFound).map { Slot(UInt32(truncatingIfNeeded: entries[$0])) }
    }

    /// - Precondition: it does not stand there yet.
    mutating func insert(_ id: ItemID, _ slot: Slot) {
        if (count + 1) * 5 > entries.count * 4 { grow() }
        put(UInt64(Self.tag(id)) << 32 | UInt64(slot.number))
        count += 1
    }

    mutating func remove(_ id: ItemID, _ slot: Slot) {
        let entry = UInt64(Self.tag(id)) << 32 | UInt64(slot.number)
        var place = home(entry)
        while entries[place] != entry {
            if entries[place] == 0 { return }
            place = after(place)
        }
        count -= 1
        close(place)
    }

    private func place(of id: ItemID, where isFound: (Slot) -> Bool) -> Int? {
        let tag = UInt64(Self.tag(id))
        var place = home(tag << 32)
        while entries[place] != 0 {
            let slot = Slot(UInt32(truncatingIfNeeded: entries[place]))
            if entries[place] >> 32 == tag, isFound(slot) { return place }
            place = after(place)
        }
        return nil
    }

    /// Never 0. Seeded by the process, so that nobody can choose ids which crowd together; nothing
    /// that leaves the table depends on it.
    private static func tag(_ id: ItemID) -> UInt32 {
        max(1, UInt32(truncatingIfNeeded: id.hashValue))
    }

    /// The hash as a fraction of the table, so that its size need not be a power of two.
    private func home(_ entry: UInt64) -> Int {
        Int(((entry >> 32) * UInt64(entries.count)) >> 32)
    }

    private func after(_ place: Int) -> Int { place + 1 == entries.count ? 0 : place + 1 }

    /// Steps from one place to another, round the end.
    private func distance(_ from: Int, _ to: Int) -> Int {
        to >= from ? to - from : to + entries.count - from
    }

    private mutating func put(_ entry: UInt64) {
        var place = home(entry)
        while entries[place] != 0 { place = after(place) }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: 0, count: old.count + old.count / 4)
        for entry in old where entry != 0 { put(entry) }
    }

    /// Moves later entries up, so that none stands behind a gap before its home.
    private mutating func close(_ gap: Int) {
        var gap = gap
        var place = after(gap)
        while entries[place] != 0 {
            if distance(home(entries[place]), place) >= distance(gap, place) {
                entries[gap] = entries[place]
                gap = place
            }
            place = after(place)
        }
        entries[gap] = 0
    }
}
