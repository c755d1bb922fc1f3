import GRDB
public import Model

// What may be told to anybody: envelopes in the open, read topic by topic in order of arrival.
// What is hidden is as if it were not there.

/// How much of a topic is in the open.
public struct TopicTotals: Sendable, Equatable {
    public var envelopes: Int
    public var bytes: Int
}

/// How far a part of a topic goes.
public struct TopicSpan: Sendable, Equatable {
    /// The place of its last envelope; nil where there is none.
    public var last: Int64?
    public var isMore: Bool
}

/// Those of a topic whose ids begin with these bits; all of them for none.
public struct IDPrefix: Sendable, Equatable {
    let low: ItemID
    /// Nil for no bound.
    let high: ItemID?

    public static let none = IDPrefix(low: .zero, high: nil)

    private init(low: ItemID, high: ItemID?) {
        self.low = low
        self.high = high
    }

    /// - Precondition: `bits` is 0 to 32, and `prefix` fits them.
    public init(bits: Int, prefix: UInt32) {
        precondition((0...32).contains(bits) && UInt64(prefix) < 1 << UInt64(bits), "\(bits)")
        func id(_ value: UInt64) -> ItemID? {
            var bytes: [UInt8] = []
            bytes.append(bigEndian: UInt32(truncatingIfNeeded: value << UInt64(32 - bits)))
            return ItemID(bytes + [UInt8](repeating: 0, count: 28))
        }
        let next = UInt64(prefix) + 1
        self.init(low: id(UInt64(prefix)) ?? .zero, high: next < 1 << UInt64(bits) ? id(next) : nil)
    }
}

extension Store {
    /// What each of `topics` has in the open, in their order.
    public func openTotals(topics: [Topic]) async throws(StoreError) -> [TopicTotals] {
        try await read("count a topic") { db in
            try topics.map { topic in
                let sql = """
                    SELECT count(*), total(length) FROM item INDEXED BY item_topic
                    WHERE topic = ? AND kind = 0 AND hidden = 0
                    """
                return try db.first(sql, [.id(topic)]) { row in
                    TopicTotals(envelopes: Int(row.integer(0)), bytes: Int(row.integer(1)))
                } ?? TopicTotals(envelopes: 0, bytes: 0)
            }
        }
    }

    /// How far a part of a topic's open envelopes goes: from after `seq`, one or more up to about
    /// `bytesLimit` bytes.
    public func openSpan(
        topic: Topic, ids: IDPrefix = .none, after seq: Int64, bytesLimit: Int
    ) async throws(StoreError) -> TopicSpan {
        try await read("read a topic") { db in
            var span = TopicSpan(last: nil, isMore: false)
            var bytes: Int64 = 0
            try db.eachOpen(topic, ids, after: seq, through: .max, "0") { row in
                bytes += row.integer(1)
                guard span.last == nil || bytes <= bytesLimit else {
                    span.isMore = true
                    return false
                }
                span.last = row.integer(0)
                return true
            }
            return span
        }
    }

    /// Open envelopes of a topic from after `seq` up to `last`, in order of arrival: one or more
    /// up to about `bytesLimit` bytes.
    public func openItems(
        topic: Topic, ids: IDPrefix = .none, after seq: Int64, through last: Int64,
        bytesLimit: Int
    ) async throws(StoreError) -> [TopicItem] {
        try await read("read a topic") { db in
            var items: [TopicItem] = []
            var bytes: Int64 = 0
            let body = "(SELECT bytes FROM body WHERE number = item.body)"
            try db.eachOpen(topic, ids, after: seq, through: last, body) { row in
                bytes += row.integer(1)
                guard items.isEmpty || bytes <= bytesLimit else { return false }
                items.append(
                    TopicItem(
                        seq: row.integer(0), id: try row.id(2),
                        bytes: row.blob(3, limit: row.integer(1))))
                return bytes < bytesLimit
            }
            return items
        }
    }
}

extension Database {
    /// Visits seq, length, id and `column` of open envelopes until `visit` returns false.
    fileprivate func eachOpen(
        _ topic: Topic, _ ids: IDPrefix, after seq: Int64, through last: Int64, _ column: String,
        _ visit: (SQLRow) throws -> Bool
    ) throws {
        let upper = ids.high == nil ? "" : "AND id < ?5"
        try each(
            """
            SELECT seq, length, id, \(column) FROM item INDEXED BY item_topic
            WHERE topic = ?1 AND kind = 0 AND hidden = 0 AND seq > ?2 AND seq <= ?3 AND id >= ?4
                \(upper) ORDER BY seq
            """,
            [.id(topic), .number(seq), .number(last), .id(ids.low)]
                + (ids.high.map { [.id($0)] } ?? []), visit)
    }
}
