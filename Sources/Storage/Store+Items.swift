import GRDB
public import Model

// Reads come twice: to be awaited, and with a completion for event loops, called on a reader's
// thread. Either sees everything whose write was reported before the call.

extension Store {
    // MARK: Writing

    /// Stores a batch in order; the outcomes are in the same order and hold after a power cut.
    ///
    /// - Parameter completion: gets `.busy`, `.closed`, `.diskFull`, `.corrupt` or `.failed` if
    ///   nothing of the batch was kept. Called once, on the writer's thread or before `put`
    ///   returns.
    public func put(
        _ batch: [Item],
        _ completion: @escaping @Sendable (Result<[PutOutcome], StoreError>) -> Void
    ) {
        let bytes = batch.reduce(0) { $0 + $1.bytes.count }
        write(
            "store items", items: batch.count, bytes: bytes,
            { transaction in try batch.map { try transaction.put($0) } }, completion)
    }

    public func put(_ batch: [Item]) async throws(StoreError) -> [PutOutcome] {
        try await result { completion in put(batch, completion) }
    }

    /// Removes what has expired by `now` (Unix seconds), at most `limit` rows of each kind: items,
    /// submissions, pending retractions. What vaults have opened stays until they delete it.
    ///
    /// - Returns: how many rows went; call again while it is not 0.
    public func expire(now: UInt64, limit: Int) async throws(StoreError) -> Int {
        try await write("remove what expired", items: limit) { transaction in
            try transaction.expire(now: now, limit: limit)
        }
    }

    // MARK: Reading

    /// Those of `ids` that are neither held nor retracted, in the order given. What is hidden counts
    /// as not held, here and in `fetch`.
    public func missing(
        among ids: [ItemID],
        _ completion: @escaping @Sendable (Result<[ItemID], StoreError>) -> Void
    ) {
        read("look up items", { db in try ids.filter { try !db.knows($0) } }, completion)
    }

    public func missing(among ids: [ItemID]) async throws(StoreError) -> [ItemID] {
        try await result { completion in missing(among: ids, completion) }
    }

    /// What is held under each of `ids`, in the order given. The caller bounds their number.
    public func fetch(
        _ ids: [ItemID],
        _ completion: @escaping @Sendable (Result<[Fetched], StoreError>) -> Void
    ) {
        read("read items", { db in try ids.map { try db.fetch($0) } }, completion)
    }

    public func fetch(_ ids: [ItemID]) async throws(StoreError) -> [Fetched] {
        try await result { completion in fetch(ids, completion) }
    }

    /// Everything held in the order it came, from after `seq` (0 for all).
    public func rows(after seq: Int64, limit: Int) async throws(StoreError) -> [ItemRow] {
        try await read("list items") { db in try db.rows(after: seq, limit: limit) }
    }

    /// Envelopes that were submitted here and not seen in the open yet, oldest first; those for
    /// which the open has no place are left out.
    public func hidden(limit: Int) async throws(StoreError) -> [[UInt8]] {
        try await read("list hidden items") { db in
            try db.all(
                """
                SELECT length, bytes FROM item INDEXED BY item_hidden JOIN body ON number = body
                WHERE hidden = 1 ORDER BY seq LIMIT ?
                """, [.number(limit)]
            ) { row in row.blob(1, limit: row.integer(0)) }
        }
    }

    /// Envelopes of one topic in the order they came, from after `seq` (0 for all).
    ///
    /// - Parameters:
    ///   - limit: most envelopes given.
    ///   - bytesLimit: most bytes of them; the first is given whatever its size.
    public func items(
        topic: Topic, after seq: Int64, limit: Int, bytesLimit: Int
    ) async throws(StoreError) -> [TopicItem] {
        try await read("read a topic") { db in
            try db.items(topic: topic, after: seq, limit: limit, bytesLimit: bytesLimit)
        }
    }

    public func totals() async throws(StoreError) -> StoreTotals {
        try await read("count items") { db in
            let total = try db.total()
            return StoreTotals(
                rows: UInt64(clamping: total.rows), bytes: UInt64(clamping: total.bytes),
                retractions: UInt64(clamping: total.retractions),
                oldestSlot: try db.slot("SELECT slot FROM item ORDER BY slot LIMIT 1"),
                newestSlot: try db.slot("SELECT slot FROM item ORDER BY slot DESC LIMIT 1"))
        }
    }
}

extension Transaction {
    fileprivate mutating func expire(now: UInt64, limit: Int) throws -> Int {
        let bounds: [SQLValue] = [.number(now), .number(limit)]
        let expired = try db.all(
            """
            SELECT seq, kind, body, length, loose FROM item WHERE expiry <= ?
            ORDER BY expiry LIMIT ?
            """, bounds
        ) { row in
            (
                seq: row.integer(0), kind: ItemKind(rawValue: row.integer(1, as: UInt8.self)),
                body: KeptBody(row, at: 2), loose: row.flag(4)
            )
        }
        for row in expired {
            guard let kind = row.kind else { throw SQLFailure.damaged }
            try remove(row.seq, kind, row.body, loose: row.loose)
        }
        let submissions = try expireSubmissions(bounds)
        let pending = try db.run(
            "DELETE FROM pending WHERE seq IN (SELECT seq FROM pending WHERE expiry <= ? LIMIT ?)",
            bounds)
        return expired.count + submissions + pending
    }
}

extension Database {
    fileprivate func knows(_ id: ItemID) throws -> Bool {
        try exists("SELECT 1 FROM item WHERE id = ? AND hidden = 0", [.id(id)])
            || exists("SELECT 1 FROM item WHERE target = ?", [.id(id)])
    }

    fileprivate func fetch(_ id: ItemID) throws -> Fetched {
        let select = "SELECT kind, length, bytes FROM item JOIN body ON number = body"
        func read(_ row: SQLRow) -> Fetched {
            let bytes = row.blob(2, limit: row.integer(1))
            return row.flag(0) ? .retraction(bytes) : .envelope(bytes)
        }
        return try first(select + " WHERE id = ? AND hidden = 0", [.id(id)], read)
            ?? first(select + " WHERE target = ?", [.id(id)], read) ?? .unknown
    }

    fileprivate func rows(after seq: Int64, limit: Int) throws -> [ItemRow] {
        try all(
            """
            SELECT seq, id, kind, slot, ttl_class, topic, own, hidden, loose, work, size, target
            FROM item WHERE seq > ? ORDER BY seq LIMIT ?
            """, [.number(seq), .number(limit)]
        ) { row in
            guard let kind = ItemKind(rawValue: row.integer(2, as: UInt8.self)) else {
                throw SQLFailure.damaged
            }
            return ItemRow(
                seq: row.integer(0), id: try row.id(1), kind: kind,
                slot: row.integer(3, as: UInt32.self), ttlClass: row.integer(4, as: UInt8.self),
                topic: try row.id(5), own: row.flag(6), hidden: row.flag(7),
                displaced: row.integer(7) == 2,
                loose: row.flag(8), work: row.integer(9, as: UInt8.self),
                size: row.integer(10, as: UInt8.self),
                target: row.isNull(11) ? nil : try row.id(11))
        }
    }

    fileprivate func slot(_ sql: String) throws -> UInt32? {
        try first(sql) { $0.integer(0, as: UInt32.self) }
    }

    fileprivate func items(
        topic: Topic, after seq: Int64, limit: Int, bytesLimit: Int
    ) throws -> [TopicItem] {
        var items: [TopicItem] = []
        var bytes = 0
        try each(
            """
            SELECT seq, id, length, bytes
            FROM item INDEXED BY item_topic JOIN body ON number = body
            WHERE topic = ? AND kind = 0 AND seq > ? ORDER BY seq LIMIT ?
            """, [.id(topic), .number(seq), .number(limit)]
        ) { row in
            bytes += Int(row.integer(2))
            guard items.isEmpty || bytes <= bytesLimit else { return false }
            items.append(
                TopicItem(
                    seq: row.integer(0), id: try row.id(1),
                    bytes: row.blob(3, limit: row.integer(2))))
            return bytes < bytesLimit
        }
        return items
    }
}
