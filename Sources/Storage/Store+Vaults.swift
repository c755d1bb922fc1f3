import GRDB
public import Model

extension Store {
    /// Nil if there is none of this name.
    public func vault(_ name: String) async throws(StoreError) -> Vault? {
        try await read("read a vault") { db in try db.vault(name) }
    }

    /// In order.
    public func vaultNames() async throws(StoreError) -> [String] {
        try await read("list vaults") { db in
            try db.all("SELECT name FROM vault ORDER BY name") { $0.text(0) }
        }
    }

    /// Saves a vault; what it held before leaves the disk.
    ///
    /// - Returns: the new version.
    /// - Throws: `.conflict` if the version is not the expected one.
    @discardableResult
    public func saveVault(_ update: VaultUpdate) async throws(StoreError) -> Int64 {
        try await write("save a vault", bytes: update.blob.count) { transaction in
            try transaction.save(update)
        }
    }

    /// Removes a vault with all it has opened. False if there was none.
    @discardableResult
    public func deleteVault(_ name: String) async throws(StoreError) -> Bool {
        try await write("delete a vault") { transaction in
            try transaction.deleteVault(name)
        }
    }

    // MARK: What was opened

    /// What `vault` has opened, in the order it was added.
    ///
    /// - Parameters:
    ///   - after: `OpenedPage.next` of the page before; 0 to begin.
    ///   - bytesLimit: most bytes of blobs; the first is given whatever its size.
    public func opened(
        vault: String, after: Int64 = 0, limit: Int, bytesLimit: Int
    ) async throws(StoreError) -> OpenedPage {
        try await read("read a vault") { db in
            try db.opened(vault: vault, after: after, limit: limit, bytesLimit: bytesLimit)
        }
    }

    /// Adds or replaces opened items, and moves a vault's cursors, in one transaction: so no item
    /// is passed over and none is opened twice.
    ///
    /// - Parameter expectedLast: where the vault's last opened item must stand, for a caller who
    ///   decided by what it had read so far; nil to add whatever was added meanwhile.
    /// - Throws: `.noVault`, `.conflict`; then nothing is kept.
    public func addOpened(
        _ items: [OpenedItem], vault: String, cursors: [ScanCursor] = [],
        expectedLast: Int64? = nil
    ) async throws(StoreError) {
        let bytes = items.reduce(0) { $0 + $1.blob.count }
        try await write("save opened items", items: items.count, bytes: bytes) { transaction in
            if let expectedLast {
                try transaction.checkLastOpened(vault: vault, is: expectedLast)
            }
            for item in items { try transaction.add(item) }
            for cursor in cursors { try transaction.set(cursor, vault: vault) }
        }
    }

    /// Removes opened items; returns how many there were.
    @discardableResult
    public func deleteOpened(
        vault: String, items: [ItemID]
    ) async throws(StoreError) -> Int {
        try await write("delete opened items", items: items.count) { transaction in
            try items.filter { try transaction.deleteOpened(vault: vault, item: $0) }.count
        }
    }

    // MARK: Cursors

    /// The last `TopicItem.seq` that `vault` has scanned of `topic`; 0 if it never did.
    public func scanned(vault: String, topic: Topic) async throws(StoreError) -> Int64 {
        try await read("read a vault") { db in
            let sql = "SELECT seq FROM scanned WHERE vault = ? AND topic = ?"
            return try db.first(sql, [.text(vault), .id(topic)]) { $0.integer(0) } ?? 0
        }
    }

    /// - Throws: `.noVault`.
    public func setScanned(vault: String, topic: Topic, seq: Int64) async throws(StoreError) {
        try await write("save a cursor") { transaction in
            try transaction.set(ScanCursor(topic: topic, seq: seq), vault: vault)
        }
    }
}

extension Transaction {
    mutating func save(_ update: VaultUpdate) throws -> Int64 {
        let sql = "SELECT body, length, version FROM vault WHERE name = ?"
        let old = try db.first(sql, [.text(update.name)]) { row in
            (body: KeptBody(row, at: 0), version: row.integer(2))
        }
        let found = old?.version ?? 0
        guard found == update.expectedVersion else {
            throw StoreError.conflict(
                vault: update.name, expected: update.expectedVersion, found: found)
        }
        if let old { try discard(old.body) }
        try db.run(
            """
            INSERT INTO vault(name, version, body, length) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                version = excluded.version, body = excluded.body, length = excluded.length
            """,
            [
                .text(update.name), .integer(found + 1), .integer(try keep(update.blob)),
                .number(update.blob.count),
            ])
        return found + 1
    }

    mutating func add(_ item: OpenedItem) throws {
        try requireVault(item.vault)
        if let old = try openedBody(vault: item.vault, item: item.item) { try discard(old) }
        try db.run(
            """
            INSERT INTO opened(vault, item, topic, body, length) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                topic = excluded.topic, body = excluded.body, length = excluded.length
            """,
            [
                .text(item.vault), .id(item.item), .id(item.topic), .integer(try keep(item.blob)),
                .number(item.blob.count),
            ])
    }

    fileprivate func checkLastOpened(vault: String, is expected: Int64) throws {
        let sql = "SELECT max(seq) FROM opened WHERE vault = ?"
        let found = try db.first(sql, [.text(vault)]) { $0.integer(0) } ?? 0
        guard found == expected else {
            throw StoreError.conflict(vault: vault, expected: expected, found: found)
        }
    }

    fileprivate mutating func deleteOpened(vault: String, item: ItemID) throws -> Bool {
        guard let body = try openedBody(vault: vault, item: item) else { return false }
        try discard(body)
        let sql = "DELETE FROM opened WHERE vault = ? AND item = ?"
        return try db.run(sql, [.text(vault), .id(item)]) == 1
    }

    /// False if there was none. What refers to it goes with it.
    fileprivate mutating func deleteVault(_ name: String) throws -> Bool {
        let bodies = try db.all(
            """
            SELECT body, length FROM opened WHERE vault = ?1
            UNION ALL SELECT body, length FROM vault WHERE name = ?1
            """, [.text(name)]
        ) { KeptBody($0, at: 0) }
        for body in bodies { try discard(body) }
        return try db.run("DELETE FROM vault WHERE name = ?", [.text(name)]) == 1
    }

    private func openedBody(vault: String, item: ItemID) throws -> KeptBody? {
        try db.first(
            "SELECT body, length FROM opened WHERE vault = ? AND item = ?",
            [.text(vault), .id(item)]
        ) { KeptBody($0, at: 0) }
    }

    fileprivate func set(_ cursor: ScanCursor, vault: String) throws {
        try requireVault(vault)
        try db.run(
            """
            INSERT INTO scanned(vault, topic, seq) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET seq = excluded.seq
            """,
            [.text(vault), .id(cursor.topic), .number(cursor.seq)])
    }

    private func requireVault(_ name: String) throws {
        guard try db.exists("SELECT 1 FROM vault WHERE name = ?", [.text(name)]) else {
            throw StoreError.noVault(name)
        }
    }
}

extension Database {
    fileprivate func vault(_ name: String) throws -> Vault? {
        let sql = "SELECT version, length, bytes FROM vault JOIN body ON number = body"
        return try first(sql + " WHERE name = ?", [.text(name)]) { row in
            Vault(version: row.integer(0), blob: row.blob(2, limit: row.integer(1)))
        }
    }

    fileprivate func opened(
        vault: String, after: Int64, limit: Int, bytesLimit: Int
    ) throws -> OpenedPage {
        var page = OpenedPage(items: [], next: nil, last: after)
        var bytes = 0
        try each(
            """
            SELECT seq, item, topic, length, bytes
            FROM opened INDEXED BY opened_vault JOIN body ON number = body
            WHERE vault = ? AND seq > ? ORDER BY seq
            """, [.text(vault), .number(after)]
        ) { row in
            bytes += Int(row.integer(3))
            if page.items.count == limit || (!page.items.isEmpty && bytes > bytesLimit) {
                page.next = page.last
                return false
            }
            page.last = row.integer(0)
            page.items.append(
                OpenedItem(
                    vault: vault, item: try row.id(1), topic: try row.id(2),
                    blob: row.blob(4, limit: row.integer(3))))
            return true
        }
        return page
    }
}
