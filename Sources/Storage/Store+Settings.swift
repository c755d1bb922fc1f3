import GRDB
public import Model

extension Store {
    /// A small value kept under a name of the caller's; nil if there is none.
    public func setting(_ key: String) async throws(StoreError) -> [UInt8]? {
        try await read("read a setting") { db in
            try db.first("SELECT value FROM setting WHERE key = ?", [.text(key)]) { $0.blob(0) }
        }
    }

    /// Nil removes it.
    public func setSetting(_ key: String, _ value: [UInt8]?) async throws(StoreError) {
        try await write("save a setting", bytes: value?.count ?? 0) { transaction in
            transaction.erases = true  // among them is a closed network's pre-shared key
            guard let value else {
                try transaction.db.run("DELETE FROM setting WHERE key = ?", [.text(key)])
                return
            }
            try transaction.db.run(
                """
                INSERT INTO setting(key, value) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """, [.text(key), .blob(value)])
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
            transaction.erases = true
            try transaction.db.run("DELETE FROM community WHERE id = ?", [.id(id)])
        }
    }
}
