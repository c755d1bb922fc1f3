import Model

/// Finds an item's slot by its id, in 8 bytes an item and what is free: half of the id's hash and
/// the slot stand in a table; who asks compares the id itself where the slot leads.
struct IDTable: Sendable {
    /// Hash above, slot below; 0 is free. Places follow from the hash, so entries move without ids.
    private var entries = [UInt64](repeating: 0, count: 16)
    private(set) var count = 0

    private var mask: Int { entries.count - 1 }

    init() {}

    /// Slots under which the id may stand, mostly one or none, until `isFound` holds.
    func slot(of id: ItemID, where isFound: (Slot) -> Bool) -> Slot? {
        place(of: id, where: isFound).map { Slot(UInt32(truncatingIfNeeded: entries[$0])) }
    }

    /// - Precondition: it does not stand there yet.
    mutating func insert(_ id: ItemID, _ slot: Slot) {
        if (count + 1) * 4 > entries.count * 3 { grow() }
        put(UInt64(Self.tag(id)) << 32 | UInt64(slot.number))
        count += 1
    }

    mutating func remove(_ id: ItemID, _ slot: Slot) {
        let entry = UInt64(Self.tag(id)) << 32 | UInt64(slot.number)
        var place = home(entry)
        while entries[place] != entry {
            if entries[place] == 0 { return }
            place = (place + 1) & mask
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
            place = (place + 1) & mask
        }
        return nil
    }

    /// Never 0. Seeded by the process, so that nobody can choose ids which crowd together; nothing
    /// that leaves the table depends on it.
    private static func tag(_ id: ItemID) -> UInt32 {
        max(1, UInt32(truncatingIfNeeded: id.hashValue))
    }

    private func home(_ entry: UInt64) -> Int { Int(entry >> 32) & mask }

    private mutating func put(_ entry: UInt64) {
        var place = home(entry)
        while entries[place] != 0 { place = (place + 1) & mask }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: 0, count: 2 * old.count)
        for entry in old where entry != 0 { put(entry) }
    }

    /// Moves later entries up, so that none stands behind a gap before its home.
    private mutating func close(_ gap: Int) {
        var gap = gap
        var place = (gap + 1) & mask
        while entries[place] != 0 {
            let distance = (place - home(entries[place])) & mask
            if distance >= (place - gap) & mask {
                entries[gap] = entries[place]
                gap = place
            }
            place = (place + 1) & mask
        }
        entries[gap] = 0
    }
}
