import GRDB
import Model

/// The sums that decide about room, as the table `total` holds them.
struct Total: Equatable {
    var rows: Int64
    /// Bytes of envelopes.
    var bytes: Int64
    var retractions: Int64
    /// Retractions that came without their target being held.
    var loose: Int64
    var lastSeq: Int64
    var lastBody: Int64
}

/// What a write may do while its transaction is open: the database, the sums, and the rules of
/// room, which hold from one item to the next.
struct Transaction {
    let db: Database
    let limits: StoreLimits
    let diskIsLow: Bool
    var total: Total
    /// Something was removed that must not linger in the write-ahead log.
    var erases = false

    private let before: Total

    init(_ db: Database, limits: StoreLimits, diskIsLow: Bool) throws {
        self.db = db
        self.limits = limits
        self.diskIsLow = diskIsLow
        total = try db.total()
        before = total
    }

    /// Writes the sums back; the last thing before the commit.
    func finish() throws {
        guard total != before else { return }
        try db.run(
            """
            UPDATE total SET rows = ?, bytes = ?, retractions = ?, loose = ?, last_seq = ?,
                last_body = ?
            """,
            [
                .integer(total.rows), .integer(total.bytes), .integer(total.retractions),
                .integer(total.loose), .integer(total.lastSeq), .integer(total.lastBody),
            ])
    }

    mutating func put(_ item: Item) throws -> PutOutcome {
        if let target = item.target { return try putRetraction(item, of: target) }
        if total.retractions > 0, try isRetracted(item.id) { return .retracted }
        if !item.hidden, try reveal(item.id) { return .stored(removedTarget: false) }
        guard hasRoom(for: item) else { return try isTaken(item) ? .duplicate : .noRoom }
        return try insert(item, loose: false) || !isTaken(item)
            ? .stored(removedTarget: false) : .duplicate
    }

    /// Whether it is held; what people submit here is theirs though it came from others before.
    private func isTaken(_ item: Item) throws -> Bool {
        guard item.own else { return try holds(item.id) }
        return try db.run("UPDATE item SET own = 1 WHERE id = ?", [.id(item.id)]) > 0
    }

    /// Takes the target's place if it is held: that always fits, and needs no free disk to speak
    /// of. Else it needs a row among those kept for retractions.
    private mutating func putRetraction(_ item: Item, of target: ItemID) throws -> PutOutcome {
        if try holds(item.id) || isRetracted(target) { return .duplicate }
        let held = try db.first(
            "SELECT seq, body, length FROM item WHERE id = ? AND kind = 0", [.id(target)]
        ) { row in (seq: row.integer(0), body: KeptBody(row, at: 1)) }
        guard let held else {
            guard hasLooseRoom(for: item) else { return .noRoom }
            return try insert(item, loose: true) ? .stored(removedTarget: false) : .duplicate
        }
        try remove(held.seq, .envelope, held.body, loose: false)
        return try insert(item, loose: false) ? .stored(removedTarget: true) : .duplicate
    }

    mutating func remove(_ seq: Int64, _ kind: ItemKind, _ body: KeptBody, loose: Bool) throws {
        try db.run("DELETE FROM item WHERE seq = ?", [.integer(seq)])
        try discard(body)
        total.rows -= 1
        switch kind {
        case .envelope: total.bytes -= Int64(body.count)
        case .retraction:
            total.retractions -= 1
            if loose { total.loose -= 1 }
        }
    }

    /// A hidden item was seen in the open; false, changing nothing, if it was not hidden. It takes
    /// its place among what arrives then: an earlier one would tell everybody who reads in order of
    /// arrival that it was here before, and whoever read that far would miss it.
    private mutating func reveal(_ id: ItemID) throws -> Bool {
        let sql = "UPDATE item SET hidden = 0, seq = ? WHERE id = ? AND hidden <> 0"
        let changed = try db.run(sql, [.integer(total.lastSeq + 1), .id(id)]) > 0
        if changed { total.lastSeq += 1 }
        return changed
    }

    func holds(_ id: ItemID) throws -> Bool {
        try db.exists("SELECT 1 FROM item WHERE id = ?", [.id(id)])
    }

    private func isRetracted(_ id: ItemID) throws -> Bool {
        try db.exists("SELECT 1 FROM item WHERE target = ?", [.id(id)])
    }

    private func hasRoom(for item: Item) -> Bool {
        guard !diskIsLow else { return false }
        let rows = UInt64(clamping: total.rows - total.loose)
        let bytes = UInt64(clamping: total.bytes)
        return rows < limits.rows(own: item.own)
            && bytes + UInt64(item.bytes.count) <= limits.bytes(own: item.own)
    }

    private func hasLooseRoom(for item: Item) -> Bool {
        guard !diskIsLow else { return false }
        if item.own { return UInt64(clamping: total.rows) < limits.rows }
        return UInt64(clamping: total.loose) < limits.looseRows
    }

    /// False, changing nothing, if the id is held.
    private mutating func insert(_ item: Item, loose: Bool) throws -> Bool {
        if try holds(item.id) { return false }
        let body = try keep(item.bytes)
        try db.run(
            """
            INSERT INTO item(
                seq, id, kind, slot, ttl_class, expiry, topic, own, loose, target, body, length,
                hidden, work, size)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(total.lastSeq + 1), .id(item.id), .number(item.kind.rawValue),
                .number(item.slot), .number(item.ttlClass), .number(item.expiry),
                .id(item.topic), .flag(item.own), .flag(loose), .id(item.target),
                .integer(body), .number(item.bytes.count), .flag(item.hidden), .number(item.work),
                .number(item.size),
            ])
        total.lastSeq += 1
        total.rows += 1
        switch item.kind {
        case .envelope: total.bytes += Int64(item.bytes.count)
        case .retraction:
            total.retractions += 1
            if loose { total.loose += 1 }
        }
        return true
    }
}

extension Database {
    func total() throws -> Total {
        let sql = "SELECT rows, bytes, retractions, loose, last_seq, last_body FROM total"
        let total = try first(sql) { row in
            Total(
                rows: row.integer(0), bytes: row.integer(1), retractions: row.integer(2),
                loose: row.integer(3), lastSeq: row.integer(4), lastBody: row.integer(5))
        }
        guard let total else { throw SQLFailure.damaged }
        return total
    }
}
