import GRDB
import GRDBSQLite
import Model

// Statements bound and stepped by hand: half the cost of a library call per row, and blobs come
// as byte arrays. Statements are cached by their text, so texts are constants.

enum SQLValue {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    static func number(_ value: some BinaryInteger) -> SQLValue {
        .integer(Int64(clamping: value))
    }

    static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    static func id<Kind>(_ id: Identifier32<Kind>?) -> SQLValue {
        id.map { .blob($0.bytes) } ?? .null
    }

    static func id<Kind>(_ id: Identifier16<Kind>) -> SQLValue { .blob(id.bytes) }
}

extension Database {
    /// Calls `visit` with each row until it returns false.
    func each(
        _ sql: String, _ values: [SQLValue] = [], _ visit: (SQLRow) throws -> Bool
    ) throws {
        let prepared = try cachedStatement(sql: sql)
        let statement = prepared.sqliteStatement
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() { try bind(value, Int32(index + 1), statement) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                guard try visit(SQLRow(statement: statement)) else { return }
            case SQLITE_DONE: return
            default: throw failure
            }
        }
    }

    /// Runs a statement without rows; gives the number of rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        try each(sql, values) { _ in true }
        return Int(sqlite3_changes(sqliteConnection))
    }

    /// The first row, read by `read`; nil if there is none.
    func first<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (SQLRow) throws -> Value
    ) throws -> Value? {
        var found: Value?
        try each(sql, values) { row in
            found = try read(row)
            return false
        }
        return found
    }

    /// All rows, read by `read`.
    func all<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (SQLRow) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        try each(sql, values) { row in
            found.append(try read(row))
            return true
        }
        return found
    }

    func exists(_ sql: String, _ values: [SQLValue]) throws -> Bool {
        try first(sql, values) { _ in true } ?? false
    }

    private var failure: SQLFailure {
        SQLFailure(code: sqlite3_extended_errcode(sqliteConnection))
    }

    private func bind(_ value: SQLValue, _ index: Int32, _ statement: OpaquePointer) throws {
        // SQLite copies: the caller's bytes need not outlive the call.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let value): sqlite3_bind_int64(statement, index, value)
            case .text(let text): sqlite3_bind_text(statement, index, text, -1, copied)
            case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(statement, index, 0)
            case .blob(let bytes):
                bytes.withUnsafeBytes {
                    sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), copied)
                }
            }
        guard code == SQLITE_OK else { throw SQLFailure(code: code) }
    }
}

/// A row that is being visited; of no use afterwards.
struct SQLRow {
    let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func integer<Value: FixedWidthInteger>(_ column: Int32, as: Value.Type) -> Value {
        Value(clamping: integer(column))
    }

    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
    }

    /// The first `limit` bytes of a blob.
    func blob(_ column: Int32, limit: Int64 = .max) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: min(count, Int(limit))))
    }

    func id<Kind>(_ column: Int32) throws -> Identifier32<Kind> {
        guard let id = Identifier32<Kind>(blob(column)) else {
            throw SQLFailure.damaged
        }
        return id
    }

    func id<Kind>(_ column: Int32) throws -> Identifier16<Kind> {
        guard let id = Identifier16<Kind>(blob(column)) else {
            throw SQLFailure.damaged
        }
        return id
    }
}
