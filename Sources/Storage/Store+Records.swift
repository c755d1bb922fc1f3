import GRDB
public import Model

// What a node's records and its own envelopes need beside the rest.

extension Store {
    /// Drops items that another took the place of; ids not held are passed over.
    public func remove(_ ids: [ItemID]) async throws(StoreError) {
        try await write("remove items", items: ids.count) { transaction in
            for id in ids { try transaction.remove(id) }
        }
    }

    /// Makes items that were submitted here unknown to others for good: the open has no place for
    /// them.
    public func hide(_ ids: [ItemID]) async throws(StoreError) {
        try await write("hide items", items: ids.count) { transaction in
            for id in ids {
                try transaction.db.run(
                    "UPDATE item SET hidden = 2 WHERE id = ? AND own = 1 AND kind = 0", [.id(id)])
            }
        }
    }

    /// Ids of items submitted here whose spreading is still counted, newest first.
    public func ownItems(limit: Int) async throws(StoreError) -> [ItemID] {
        try await read("list own items") { db in
            try db.all(
                "SELECT id FROM item WHERE own = 1 ORDER BY seq DESC LIMIT ?", [.number(limit)]
            ) { try $0.id(0) }
        }
    }
}

extension Transaction {
    fileprivate mutating func remove(_ id: ItemID) throws {
        let held = try db.first(
            "SELECT seq, kind, body, length, loose FROM item WHERE id = ?", [.id(id)]
        ) { row in
            (
                seq: row.integer(0), kind: ItemKind(rawValue: row.integer(1, as: UInt8.self)),
                body: KeptBody(row, at: 2), loose: row.flag(4)
            )
        }
        guard let held, let kind = held.kind else { return }
        try remove(held.seq, kind, held.body, loose: held.loose)
    }
}
