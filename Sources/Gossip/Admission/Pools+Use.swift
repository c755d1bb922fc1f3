public import Model
public import Wire

// What the pools are told beside items: whom the network carries, what was held before; and what
// they tell of themselves.

extension Pools {
    /// Follows a charter, and the manifests of its communities.
    ///
    /// Rows that are held stay where they were counted; each period is over in its time.
    ///
    /// - Parameter shares: of the charter; the default ones unless there are seven.
    /// - Returns: what must go since its period has less room now.
    public mutating func use(
        _ communities: [Community], shares: [UInt64], wall: WallTime
    ) -> [ItemID] {
        plan = Plan(sixteenth: reserve, communities, shares: shares)
        var gone: [ItemID] = []
        for key in periods.keys.sorted() where key.pool.isOpen(key.period, wall) {
            gone += trim(key)
        }
        return gone
    }

    private mutating func trim(_ key: Key) -> [ItemID] {
        guard let out = periods[key]?.trim(to: plan.room(of: key.pool)) else { return [] }
        let until = key.pool.end(key.period) + Limits.retractionExtraSeconds
        return displaced(out, until: WallTime(seconds: until))
    }

    // MARK: Earlier runs

    /// How a row of an earlier run was held.
    public enum Standing: Sendable, Equatable {
        case envelope
        /// Submitted here, and the open has no place for it: it was displaced or turned away.
        case displaced
        /// In place of its target, whose facts the row tells.
        case retraction
        /// Without a target.
        case looseRetraction
    }

    /// Counts a row of an earlier run, after `use` and before anything else. Floors are not known
    /// any more: what others sent and was displaced may come once more and goes again. What was
    /// submitted here and displaced still tells its own: no other relay has it, so that one which
    /// took it back into the open would show where it began.
    ///
    /// - Parameter isOnStem: submitted here and not seen in the open.
    /// - Returns: what must go, since the operator gives less room than before.
    public mutating func recall(
        _ row: PoolRow, _ standing: Standing, isOwn: Bool, isOnStem: Bool, wall: WallTime
    ) -> [ItemID] {
        let isRetraction = standing == .retraction || standing == .looseRetraction
        let until =
            isRetraction
            ? row.expiry.adding(seconds: Limits.retractionExtraSeconds) : row.expiry
        guard until > wall else { return [] }
        let bytes = isRetraction ? 0 : row.bytes
        let all = Room(bytes: .max, rows: .max)
        if isOwn { _ = own.add(row.id, bytes: bytes, until: until, room: all) }
        if standing == .displaced { raiseFloor(row, wall) }
        if isOnStem || standing == .displaced { return [] }
        if row.isPublic {
            _ = published.add(row.id, bytes: bytes, until: until, room: all)
            return []
        }
        guard standing != .looseRetraction, let pool = plan.pool(of: row),
            wall.seconds < pool.end(pool.period(of: row.slot))
        else {
            if isRetraction, !isOwn { _ = addLoose(until: until, always: true) }
            return []
        }
        let key = Key(pool: pool, period: pool.period(of: row.slot))
        guard pool.isOpen(key.period, wall) else {
            var period = periods[key] ?? Period()
            period.close()
            period.count(bytes: bytes, isRetraction: isRetraction)
            periods[key] = period
            return []
        }
        var entry = Period.Entry(row, source: nil)
        entry.bytes = bytes
        entry.isRetraction = isRetraction
        periods[key, default: Period()].insert(entry)
        return trim(key)
    }

    private mutating func raiseFloor(_ row: PoolRow, _ wall: WallTime) {
        guard !row.isPublic, let pool = plan.pool(of: row),
            wall.seconds < pool.end(pool.period(of: row.slot)),
            Room(bytes: row.bytes, rows: 1).fits(plan.room(of: pool))
        else { return }
        let key = Key(pool: pool, period: pool.period(of: row.slot))
        periods[key, default: Period()].raiseFloor(to: Period.Entry(row, source: nil).rank)
    }

    // MARK: Reports

    /// An open period with no room for more work of the least worth.
    public struct FullPeriod: Sendable, Equatable {
        /// Nil for what no carried community counts for.
        public let community: CommunityID?
        public let isFile: Bool
        public let ttlClass: TTLClass
        public let first: Slot
        /// Work bits less size class of the best that was displaced or turned away: whoever does
        /// one bit more has room.
        public let floor: Int
    }

    /// What a page may be told, so that people can do more work.
    public func fullPeriods(_ wall: WallTime) -> [FullPeriod] {
        periods.keys.sorted().compactMap { key in
            guard key.pool.isOpen(key.period, wall), let floor = periods[key]?.floor else {
                return nil
            }
            let kind = key.pool.kind
            return FullPeriod(
                community: key.pool.community, isFile: kind.isFile, ttlClass: kind.ttlClass,
                first: Slot(key.period * kind.slots), floor: floor.worth)
        }
    }

    /// Bytes and rows counted, and how many rows are remembered one by one.
    public var usage: (bytes: UInt64, rows: UInt64, remembered: Int) {
        var bytes = own.used.bytes + published.used.bytes
        var rows = own.used.rows + published.used.rows + looseCount
        var remembered = Int(own.used.rows + published.used.rows)
        for period in periods.values {
            bytes += period.used.bytes
            rows += period.used.rows
            remembered += period.remembered
        }
        return (bytes, rows, remembered)
    }
}
