import Model

/// Bytes and rows that may be used, or are.
struct Room: Sendable, Equatable {
    var bytes: UInt64 = 0
    var rows: UInt64 = 0

    func fits(_ room: Room) -> Bool { bytes <= room.bytes && rows <= room.rows }

    mutating func add(bytes more: UInt64) {
        bytes += more
        rows += 1
    }

    /// Never below nothing: a wrong count costs room for as long as its period lasts, no more.
    mutating func drop(bytes less: UInt64, rows fewer: UInt64 = 1) {
        bytes -= min(bytes, less)
        rows -= min(rows, fewer)
    }

    /// `numerator` of `denominator` parts, rounded down.
    func part(_ numerator: UInt64, of denominator: UInt64) -> Room {
        Room(
            bytes: Self.part(bytes, numerator, denominator),
            rows: Self.part(rows, numerator, denominator))
    }

    private static func part(_ whole: UInt64, _ numerator: UInt64, _ denominator: UInt64) -> UInt64
    {
        guard denominator > 0 else { return 0 }
        let product = whole.multipliedFullWidth(by: numerator)
        guard product.high < denominator else { return .max }
        return denominator.dividingFullWidth(product).quotient
    }
}

/// Rows that are known by name and go at their time.
struct Shelf: Sendable {
    private struct Row: Sendable {
        var bytes: UInt64
        var until: WallTime
    }

    private var rows: [ItemID: Row] = [:]
    private(set) var used = Room()

    subscript(id: ItemID) -> UInt64? { rows[id]?.bytes }

    /// False if it does not fit; true if it is there already.
    mutating func add(_ id: ItemID, bytes: UInt64, until: WallTime, room: Room) -> Bool {
        guard rows[id] == nil else { return true }
        var after = used
        after.add(bytes: bytes)
        guard after.fits(room) else { return false }
        used = after
        rows[id] = Row(bytes: bytes, until: until)
        return true
    }

    /// Its bytes go and its row stays, until `until`: a retraction took its place.
    mutating func empty(_ id: ItemID, until: WallTime) {
        guard let row = rows[id] else { return }
        used.drop(bytes: row.bytes, rows: 0)
        rows[id] = Row(bytes: 0, until: until)
    }

    /// What `empty` took comes back: the retraction is not there after all.
    ///
    /// - Returns: whether there is such a row.
    mutating func refill(_ id: ItemID, bytes: UInt64) -> Bool {
        guard let row = rows[id] else { return false }
        used.drop(bytes: row.bytes, rows: 0)
        used.bytes += bytes
        rows[id] = Row(bytes: bytes, until: row.until)
        return true
    }

    mutating func remove(_ id: ItemID) {
        guard let row = rows.removeValue(forKey: id) else { return }
        used.drop(bytes: row.bytes)
    }

    mutating func expire(_ wall: WallTime) {
        for (id, row) in rows where row.until <= wall { remove(id) }
    }
}
