import Gossip
import Model
import Wire

/// What has a place when room is short, reckoned anew from chapter 06 and from all that was
/// submitted: relays find it out piece by piece, with pools of their own.
///
/// The simulated charter carries one community, and all items are under its intake topic.
struct Rooms: Sendable {
    /// One period of one pool.
    struct Period: Hashable, Sendable {
        fileprivate let isNamed: Bool
        fileprivate let pool: Pool
        fileprivate let number: UInt32
    }

    /// A line of the chapter's table.
    fileprivate struct Pool: Hashable, Sendable {
        let isFile: Bool
        let ttlClass: TTLClass
        let share: UInt64
        let slots: UInt32
        let count: UInt64
    }

    private static let pools = [
        Pool(isFile: false, ttlClass: .quarter, share: 32, slots: 144, count: 92),
        Pool(isFile: false, ttlClass: .month, share: 1, slots: 144, count: 32),
        Pool(isFile: false, ttlClass: .week, share: 4, slots: 144, count: 9),
        Pool(isFile: false, ttlClass: .day, share: 2, slots: 6, count: 26),
        Pool(isFile: false, ttlClass: .hour, share: 1, slots: 6, count: 3),
        Pool(isFile: true, ttlClass: .month, share: 23, slots: 144, count: 32),
        Pool(isFile: true, ttlClass: .week, share: 1, slots: 144, count: 9),
    ]

    /// What a host gives, bytes.
    let store: UInt64

    /// Nil for what nobody holds.
    func period(of header: EnvelopeHeader) -> Period? {
        let isNamed = header.size == 1 || header.size == 3
        let pool = Self.pools.first {
            $0.isFile == (header.size > 3) && $0.ttlClass == header.ttlClass
        }
        return pool.map {
            Period(isNamed: isNamed, pool: $0, number: header.slot.number / $0.slots)
        }
    }

    /// Bytes and rows that one period has.
    func room(of period: Period) -> (bytes: UInt64, rows: UInt64) {
        func part(_ whole: UInt64) -> UInt64 {
            (period.isNamed ? 13 * (whole / 16) : whole / 16) * period.pool.share
                / Self.pools.reduce(0) { $0 + $1.share } / period.pool.count
        }
        return (part(store), part(Limits.storeRows - Limits.storeRows / 10))
    }

    func isOverfull(_ items: [(id: ItemID, header: EnvelopeHeader)], _ period: Period) -> Bool {
        let room = room(of: period)
        return UInt64(items.count) > room.rows || Self.bytes(items) > room.bytes
    }

    /// Of all that a period was ever given: the longest run from the best that fits.
    func run(of items: [(id: ItemID, header: EnvelopeHeader)], in period: Period) -> Set<ItemID> {
        var left = room(of: period)
        var run: Set<ItemID> = []
        for item in items.sorted(by: { Self.isBetter($0, $1) }) {
            let bytes = UInt64(item.header.envelopeBytes)
            guard bytes <= left.bytes, left.rows > 0 else { break }
            left.bytes -= bytes
            left.rows -= 1
            run.insert(item.id)
        }
        return run
    }

    static func bytes(_ items: [(id: ItemID, header: EnvelopeHeader)]) -> UInt64 {
        items.reduce(0) { $0 + UInt64($1.header.envelopeBytes) }
    }

    static func isBetter(
        _ one: (id: ItemID, header: EnvelopeHeader), _ other: (id: ItemID, header: EnvelopeHeader)
    ) -> Bool {
        let (left, right) = (worth(one.header), worth(other.header))
        return left != right ? left > right : one.id < other.id
    }

    private static func worth(_ header: EnvelopeHeader) -> Int {
        Int(header.workBits) - Int(header.size)
    }
}
