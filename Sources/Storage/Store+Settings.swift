import GRDB
public import Model

extension Store {
    /// A small value kept under a name of the caller's; nil if there is none.
    public func setting(_ key: String) async throws(StoreError) -> [UInt8]? {
        try await read("read a setting") { db in
            let sql = "SELECT length, bytes FROM setting JOIN body ON number = body"
            return try db.first(sql + " WHERE key = ?", [.text(key)]) { row in
                row.blob(1, limit: row.integer(0))
            }
        }
    }

    /// Nil removes it; what it was before leaves the disk, as it may be a key.
    public func setSetting(_ key: String, _ value: [UInt8]?) async throws(StoreError) {
        try await write("save a setting", bytes: value?.count ?? 0) { transaction in
            try transaction.set(key, value)
        }
    }

    /// What is known of each community, by id ascending.
    public func communities() async throws(StoreError) -> [(id: CommunityID, data: [UInt8])] {
        try await read("list communities") { db in
            try db.all("SELECT id, data FROM community ORDER BY id") { row in
                (id: try row.id(0), data: row.blob(1))
            }
        }
    }

    public func saveCommunity(_ id: CommunityID, data: [UInt8]) async throws(StoreError) {
        try await write("save a community", bytes: data.count) { transaction in
            _ = try transaction.db.run(
                """
                INSERT INTO community(id, data) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET data = excluded.data
                """, [.id(id), .blob(data)])
        }
    }

    public func removeCommunity(_ id: CommunityID) async throws(StoreError) {
        try await write("remove a community") { transaction in
            _ = try transaction.db.run("DELETE FROM community WHERE id = ?", [.id(id)])
        }
    }
}

extension Transaction {
    fileprivate mutating func set(_ key: String, _ value: [UInt8]?) throws {
        let old = try db.first(
            "SELECT body, length FROM setting WHERE key = ?", [.text(key)]
        ) { KeptBody($0, at: 0) }
        if let old {
            try discard(old)
            try db.run("DELETE FROM setting WHERE key = ?", [.text(key)])
        }
        guard let value else { return }
        try db.run(
            "INSERT INTO setting(key, body, length) VALUES (?, ?, ?)",
            [.text(key), .integer(try keep(value)), .number(value.count)])
    }
}
