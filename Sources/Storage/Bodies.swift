import GRDB

// Where bodies lie, so that what is removed is gone from the file.
//
// `secure_delete` overwrites a removed row, but SQLite moves rows between pages when it joins
// half-empty ones, and then leaves copies of living rows in the unused middle of a page, where a
// later removal does not reach (seen here: once in some 7000 removals). So bodies have a table to
// themselves in which rows never move: they are only appended and written over in place by others
// of the same size, never deleted. Sizes are powers of two, as envelopes' are.

extension Transaction {
    /// Keeps `bytes`, in the place of a removed body where there is one; gives their number.
    mutating func keep(_ bytes: [UInt8]) throws -> Int64 {
        let capacity = Self.capacity(for: bytes.count)
        let padding = [UInt8](repeating: 0, count: capacity - bytes.count)
        let padded = SQLValue.blob(padding.isEmpty ? bytes : bytes + padding)
        let hole = try db.first(
            "SELECT body FROM hole WHERE capacity = ? LIMIT 1", [.number(capacity)]
        ) { $0.integer(0) }
        guard let hole else {
            total.lastBody += 1
            try db.run("INSERT INTO body VALUES (?, ?)", [.integer(total.lastBody), padded])
            return total.lastBody
        }
        try db.run(
            "DELETE FROM hole WHERE capacity = ? AND body = ?",
            [.number(capacity), .integer(hole)])
        try db.run("UPDATE body SET bytes = ? WHERE number = ?", [padded, .integer(hole)])
        return hole
    }

    /// Overwrites a body with zeros; the log is to be emptied soon.
    mutating func discard(_ kept: KeptBody) throws {
        let capacity = SQLValue.number(Self.capacity(for: kept.count))
        let number = SQLValue.integer(kept.number)
        try db.run("UPDATE body SET bytes = zeroblob(?) WHERE number = ?", [capacity, number])
        try db.run("INSERT INTO hole VALUES (?, ?)", [capacity, number])
        erases = true
    }

    private static func capacity(for count: Int) -> Int {
        var capacity = 128
        while capacity < count { capacity *= 2 }
        return capacity
    }
}

/// A body as the row that owns it names it.
struct KeptBody {
    let number: Int64
    /// Bytes without padding.
    let count: Int

    /// From the columns `body` and `length`, side by side from `column`.
    init(_ row: SQLRow, at column: Int32) {
        number = row.integer(column)
        count = Int(row.integer(column + 1))
    }
}
