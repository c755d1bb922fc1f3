import GRDB
public import Model

extension Store {
    /// All known addresses: given ones first, then the latest success, then the fewest failures.
    public func addresses() async throws(StoreError) -> [KnownAddress] {
        try await read("list addresses") { db in try db.addresses() }
    }

    /// Remembers an address; one that is known keeps its history, and takes a new node id.
    ///
    /// At most `Limits.knownAddresses` are kept. A learned one beyond that displaces the learned
    /// one with most failures, if any has failed: no flood of addresses can push out those that
    /// answer. A given one displaces any learned one.
    ///
    /// - Returns: whether it is known now.
    @discardableResult
    public func addAddress(
        _ address: String, node: NodeID? = nil, source: AddressSource
    ) async throws(StoreError) -> Bool {
        try await write("save an address") { transaction in
            try transaction.db.addAddress(address, node: node, source: source)
        }
    }

    /// Notes how dialling a known address went. `node`: who answered.
    public func noteDial(
        _ address: String, success: Bool, node: NodeID? = nil, now: UInt64
    ) async throws(StoreError) {
        try await write("note a dial") { transaction in
            guard success else {
                let sql = "UPDATE address SET failures = failures + 1 WHERE host_port = ?"
                _ = try transaction.db.run(sql, [.text(address)])
                return
            }
            try transaction.db.run(
                """
                UPDATE address SET last_success = ?, failures = 0, node = coalesce(?, node)
                WHERE host_port = ?
                """, [.number(now), .id(node), .text(address)])
        }
    }

    public func removeAddress(_ address: String) async throws(StoreError) {
        try await write("remove an address") { transaction in
            _ = try transaction.db.run(
                "DELETE FROM address WHERE host_port = ?", [.text(address)])
        }
    }

    // MARK: Marks, which only the operator makes

    /// Sets what is not nil; a node with neither mark is forgotten.
    public func mark(
        _ node: NodeID, pinned: Bool? = nil, blocked: Bool? = nil
    ) async throws(StoreError) {
        try await write("mark a node") { transaction in
            let db = transaction.db
            try db.run("INSERT OR IGNORE INTO mark VALUES (?, 0, 0)", [.id(node)])
            try db.run(
                """
                UPDATE mark SET pinned = coalesce(?, pinned), blocked = coalesce(?, blocked)
                WHERE node = ?
                """,
                [
                    pinned.map { .flag($0) } ?? .null, blocked.map { .flag($0) } ?? .null,
                    .id(node),
                ])
            try db.run("DELETE FROM mark WHERE pinned = 0 AND blocked = 0")
        }
    }

    public func marks() async throws(StoreError) -> [NodeMark] {
        try await read("list marks") { db in
            try db.all("SELECT node, pinned, blocked FROM mark ORDER BY node") { row in
                NodeMark(node: try row.id(0), pinned: row.flag(1), blocked: row.flag(2))
            }
        }
    }
}

extension Database {
    fileprivate func addresses() throws -> [KnownAddress] {
        try all(
            """
            SELECT host_port, node, source, last_success, failures FROM address
            ORDER BY source, last_success DESC, failures, host_port
            """
        ) { row in
            guard let source = AddressSource(rawValue: row.text(2)) else {
                throw SQLFailure.damaged
            }
            return KnownAddress(
                address: row.text(0), node: row.isNull(1) ? nil : try row.id(1), source: source,
                lastSuccess: row.isNull(3) ? nil : row.integer(3, as: UInt64.self),
                failures: Int(row.integer(4)))
        }
    }

    fileprivate func addAddress(
        _ address: String, node: NodeID?, source: AddressSource
    ) throws -> Bool {
        let known = try run(
            """
            UPDATE address SET node = coalesce(?, node), source = min(source, ?)
            WHERE host_port = ?
            """, [.id(node), .text(source.rawValue), .text(address)])
        if known == 1 { return true }
        let count = try first("SELECT count(*) FROM address") { $0.integer(0) } ?? 0
        if count >= Limits.knownAddresses {
            let worst = try run(
                """
                DELETE FROM address WHERE host_port = (
                    SELECT host_port FROM address WHERE source = 'learned' AND failures >= ?
                    ORDER BY failures DESC, last_success LIMIT 1)
                """, [.number(source == .learned ? 1 : 0)])
            if worst == 0 { return false }
        }
        try run(
            "INSERT INTO address VALUES (?, ?, ?, NULL, 0)",
            [.text(address), .id(node), .text(source.rawValue)])
        return true
    }
}
