import GRDB
public import Model

// What was acknowledged under a handle, and who has been seen to have it. Rows go when their
// items expire.

extension Store {
    /// Stores all items of a submission, what a vault has opened of them, and the vault's new
    /// version: all in one transaction, or nothing.
    ///
    /// Repeating a submission under its handle is harmless: the outcomes are `.duplicate`.
    ///
    /// - Returns: an outcome for each item, never `.noRoom`.
    /// - Throws: `.noRoom` if one item does not fit; `.conflict`, `.noVault`; and as `put` does.
    public func submit(
        _ handle: Handle, items: [Item], opened: [OpenedItem] = [], vault: VaultUpdate? = nil
    ) async throws(StoreError) -> [PutOutcome] {
        let bytes =
            items.reduce(0) { $0 + $1.bytes.count } + opened.reduce(0) { $0 + $1.blob.count }
            + (vault?.blob.count ?? 0)
        return try await write("store a submission", items: items.count, bytes: bytes) {
            transaction in
            let outcomes = try items.map { try transaction.put($0) }
            if outcomes.contains(.noRoom) { throw StoreError.noRoom }
            for item in items { try transaction.note(item, handle) }
            if let vault { _ = try transaction.save(vault) }
            for item in opened { try transaction.add(item) }
            return outcomes
        }
    }

    /// Counts items that others sent under a handle too; they stay others'.
    public func note(_ items: [Item], _ handle: Handle) async throws(StoreError) {
        try await write("note a submission", items: items.count) { transaction in
            for item in items { try transaction.note(item, handle) }
        }
    }

    /// The items of a submission in the order they were submitted; empty for an unknown handle, and
    /// without those that are counted under as many others as there may be.
    public func submission(_ handle: Handle) async throws(StoreError) -> [SubmissionItem] {
        try await read("read a submission") { db in try db.submission(handle) }
    }

    /// Remembers that `node` has these items; those of no submission are passed over.
    ///
    /// - Parameter completion: called once it is on disk; there may be nothing to do.
    public func witness(
        _ items: [ItemID], node: NodeID, kind: WitnessKind,
        _ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        write(
            "note a witness", items: items.count, bytes: items.count * 32,
            { transaction in
                for item in items { try transaction.witness(item, node: node, kind: kind) }
            }, completion)
    }

    public func witness(
        _ items: [ItemID], node: NodeID, kind: WitnessKind
    ) async throws(StoreError) {
        try await result { completion in witness(items, node: node, kind: kind, completion) }
    }

    // MARK: Retractions to be released later

    /// Keeps retractions back until they are due; they become part of their submissions.
    ///
    /// - Throws: `.noRoom` if the queue or the disk is full: none is kept then.
    /// - Precondition: every item has a target.
    public func pend(
        _ retractions: [PendingRetraction]
    ) async throws(StoreError) -> [PutOutcome] {
        try await write("queue retractions", items: retractions.count) { transaction in
            let waiting = try transaction.db.first("SELECT count(*) FROM pending") { $0.integer(0) }
            guard (waiting ?? 0) + Int64(retractions.count) <= Bounds.pendingRetractions,
                !transaction.diskIsLow
            else { throw StoreError.noRoom }
            return try retractions.map { try transaction.pend($0) }
        }
    }

    /// Retractions due by `now` (Unix seconds), the longest due first.
    public func duePending(
        now: UInt64, limit: Int
    ) async throws(StoreError) -> [PendingRetraction] {
        try await read("read queued retractions") { db in
            try db.pending("WHERE due <= ? ORDER BY due, seq LIMIT ?", now, limit)
        }
    }

    /// When the next retraction is due, Unix seconds; nil if none waits.
    public func nextDue() async throws(StoreError) -> UInt64? {
        try await read("read queued retractions") { db in
            let sql = "SELECT due FROM pending ORDER BY due LIMIT 1"
            return try db.first(sql) { $0.integer(0, as: UInt64.self) }
        }
    }

    /// Stores retractions that were pending and takes them off the queue, in one transaction.
    ///
    /// - Returns: an outcome for each; nil for one that was not pending. One with `.noRoom` stays
    ///   in the queue.
    public func release(_ ids: [ItemID]) async throws(StoreError) -> [PutOutcome?] {
        try await write("release retractions", items: ids.count) { transaction in
            try ids.map { try transaction.release($0) }
        }
    }
}

extension Transaction {
    fileprivate func note(_ item: Item, _ handle: Handle) throws {
        let handles = try db.first("SELECT count(*) FROM submission WHERE item = ?", [.id(item.id)])
        { $0.integer(0) }
        guard (handles ?? 0) < Bounds.handlesPerItem else { return }
        try db.run(
            "INSERT OR IGNORE INTO submission(handle, item, kind, expiry) VALUES (?, ?, ?, ?)",
            [.id(handle), .id(item.id), .number(item.kind.rawValue), .number(item.expiry)])
    }

    fileprivate func witness(_ item: ItemID, node: NodeID, kind: WitnessKind) throws {
        guard try db.exists("SELECT 1 FROM submission WHERE item = ?", [.id(item)]) else { return }
        let kind = SQLValue.number(kind.rawValue)
        let known = try db.first(
            "SELECT count(*) FROM witness WHERE item = ? AND kind = ?", [.id(item), kind]
        ) { $0.integer(0) }
        guard (known ?? 0) < Bounds.witnesses else { return }
        try db.run(
            "INSERT OR IGNORE INTO witness(item, kind, node) VALUES (?, ?, ?)",
            [.id(item), kind, .id(node)])
    }

    fileprivate func pend(_ retraction: PendingRetraction) throws -> PutOutcome {
        let item = retraction.item
        precondition(item.target != nil, "only retractions are queued")
        try note(item, retraction.handle)
        if try holds(item.id) { return .duplicate }
        let changed = try db.run(
            """
            INSERT OR IGNORE INTO pending(
                id, handle, due, slot, ttl_class, expiry, topic, target, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(item.id), .id(retraction.handle), .number(retraction.due),
                .number(item.slot), .number(item.ttlClass), .number(item.expiry),
                .id(item.topic), .id(item.target), .blob(item.bytes),
            ])
        return changed == 1 ? .stored(removedTarget: false) : .duplicate
    }

    fileprivate mutating func release(_ id: ItemID) throws -> PutOutcome? {
        guard let pending = try db.pending(id) else { return nil }
        let outcome = try put(pending.item)
        if outcome == .noRoom { return outcome }
        try db.run("DELETE FROM pending WHERE id = ?", [.id(id)])
        return outcome
    }

    /// Removes submission rows by expiry, and the witnesses of items that no row names any more.
    func expireSubmissions(_ bounds: [SQLValue]) throws -> Int {
        let rows = try db.all(
            "SELECT seq, item FROM submission WHERE expiry <= ? ORDER BY expiry LIMIT ?", bounds
        ) { row in (seq: row.integer(0), item: row.blob(1)) }
        for row in rows {
            try db.run("DELETE FROM submission WHERE seq = ?", [.number(row.seq)])
            let item = SQLValue.blob(row.item)
            if try !db.exists("SELECT 1 FROM submission WHERE item = ?", [item]) {
                try db.run("DELETE FROM witness WHERE item = ?", [item])
            }
        }
        return rows.count
    }
}

extension Database {
    fileprivate func submission(_ handle: Handle) throws -> [SubmissionItem] {
        try all(
            """
            SELECT item, kind,
                EXISTS (SELECT 1 FROM item WHERE id = submission.item),
                EXISTS (SELECT 1 FROM pending WHERE id = submission.item),
                (SELECT count(*) FROM witness WHERE item = submission.item AND kind = 0),
                (SELECT count(*) FROM witness WHERE item = submission.item AND kind = 1)
            FROM submission WHERE handle = ? ORDER BY seq
            """, [.id(handle)]
        ) { row in
            SubmissionItem(
                id: try row.id(0), kind: row.flag(1) ? .retraction : .envelope,
                isHeld: row.flag(2), isPending: row.flag(3), announced: Int(row.integer(4)),
                receipts: Int(row.integer(5)))
        }
    }

    fileprivate func pending(_ id: ItemID) throws -> PendingRetraction? {
        try pending("WHERE id = ?", [.id(id)]).first
    }

    fileprivate func pending(
        _ filter: String, _ now: UInt64, _ limit: Int
    ) throws -> [PendingRetraction] {
        try pending(filter, [.number(now), .number(limit)])
    }

    private func pending(_ filter: String, _ values: [SQLValue]) throws -> [PendingRetraction] {
        let columns = "id, slot, ttl_class, expiry, topic, target, bytes, handle, due"
        return try all("SELECT \(columns) FROM pending \(filter)", values) { row in
            let item = Item(
                id: try row.id(0), slot: row.integer(1, as: UInt32.self),
                ttlClass: row.integer(2, as: UInt8.self), expiry: row.integer(3, as: UInt64.self),
                topic: try row.id(4), own: true, target: try row.id(5), bytes: row.blob(6))
            return PendingRetraction(
                item: item, handle: try row.id(7), due: row.integer(8, as: UInt64.self))
        }
    }
}
