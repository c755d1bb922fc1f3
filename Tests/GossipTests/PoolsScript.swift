import Gossip
import Model
import TestKit
import Wire

/// What scripts of the pools share: a store whose week of texts of no community has room for so
/// much a day, and the names a disk would hold.
protocol PoolsScript {}

extension PoolsScript {
    func id(_ number: UInt64) -> ItemID {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: number)
        return ItemID(bytes + [UInt8](repeating: 0xCD, count: 24)) ?? .zero
    }

    func row(
        _ number: UInt64, work: UInt8 = 8, size: UInt8 = 1, ttl: TTLClass = .week,
        slot: Slot = testStart.slot, topic: Topic = .zero, suite: Suite = .sealed
    ) -> PoolRow {
        PoolRow(
            id: id(number),
            EnvelopeHeader(
                suite: suite.rawValue, ttlClass: ttl, size: size, workBits: work, slot: slot,
                topic: topic, mailbox: .zero, commitment: .zero))
    }

    /// A day has room for `kib` KiB and `rows` rows.
    func small(kib: UInt64, rows: UInt64) -> Shelves {
        var pools = Pools(bytes: 16 * 9 * 1024 * kib, rows: (16 * 9 * rows * 10 + 8) / 9)
        _ = pools.use([], shares: [0, 0, 1, 0, 0, 0, 0], wall: testStart)
        return Shelves(pools: pools)
    }
}

/// The pools, and what is held if their decisions are carried out.
struct Shelves {
    var pools: Pools
    var held: Set<ItemID> = []
    /// In the order they came.
    var rows: [PoolRow] = []
    /// More was to go than was there.
    var mistakes = 0

    /// Whether it was taken, and why not.
    @discardableResult
    mutating func take(
        _ row: PoolRow, path: Path = .solicited, link: UInt64? = nil,
        wall: WallTime = testStart
    ) -> Pools.Reason? {
        switch pools.admit(row, path: path, link: link, wall: wall) {
        case .admit(let gone):
            drop(gone)
            if held.insert(row.id).inserted { rows.append(row) }
            return nil
        case .keep(_, let gone):
            drop(gone)
            return nil
        case .refuse(let reason, let gone):
            drop(gone)
            return reason
        }
    }

    /// Own ones stay on disk.
    mutating func drop(_ displaced: [ItemID]) {
        let gone = displaced.filter { !pools.isReserved($0) }
        for id in gone where held.remove(id) == nil { mistakes += 1 }
        let left = Set(gone)
        rows.removeAll { left.contains($0.id) }
    }

    var count: Int { held.count }
}
