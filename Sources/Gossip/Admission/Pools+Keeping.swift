public import Model
import Sealing

// What happens to rows that are held: they are retracted, removed, recalled, or expire.

extension Pools {
    // MARK: Retractions

    /// Decides about the retraction of the envelope `row`.
    ///
    /// That of a held target always fits: it takes the target's place in the order, so that it can
    /// be displaced as its target could have been, and then moves among the loose ones if there is
    /// room. Below the floor its target can't return, whether the retraction stays or not.
    ///
    /// - Parameters:
    ///   - path: `own` if it was submitted here: then the reserve takes it when nothing else does.
    ///   - isHeld: the target is in the open here.
    public mutating func admit(
        retractionOf row: PoolRow, isHeld: Bool, path: Path, wall: WallTime
    ) -> Decision {
        let until = row.expiry.adding(seconds: Limits.retractionExtraSeconds)
        let isOwn = own[row.id] != nil
        own.empty(row.id, until: until)
        if isHeld {
            guard !row.isPublic, let pool = plan.pool(of: row) else {
                return .admit(displacing: [])
            }
            let key = Key(pool: pool, period: pool.period(of: row.slot))
            if !pool.isOpen(key.period, wall) { periods[key]?.close() }
            if periods[key]?.retract(row.id, bytes: row.bytes) == true {
                return .admit(displacing: [])
            }
        }
        if isOwn || addLoose(until: until, always: isHeld) { return .admit(displacing: []) }
        guard path == .own else { return .refuse(.noRoom) }
        return own.add(row.id, bytes: 0, until: until, room: reserve)
            ? .admit(displacing: []) : .refuse(.reserveFull)
    }

    mutating func addLoose(until: WallTime, always: Bool = false) -> Bool {
        guard always || looseCount < looseRows else { return false }
        countLoose(until: until.seconds, 1)
        return true
    }

    private mutating func countLoose(until: UInt64, _ count: UInt64) {
        looseCount += count
        loose[until / 3600 + 1, default: 0] += count
    }

    private mutating func uncountLoose(until: UInt64) {
        guard let count = loose[until / 3600 + 1], count > 0, looseCount > 0 else { return }
        looseCount -= 1
        loose[until / 3600 + 1] = count - 1
    }

    /// Names of rows that leave the open; retractions move if they can, and own ones have the
    /// reserve's place.
    mutating func displaced(_ entries: [Period.Entry], until: WallTime) -> [ItemID] {
        var gone: [ItemID] = []
        for entry in entries {
            guard entry.isRetraction else {
                gone.append(entry.id)
                continue
            }
            if own[entry.id] == nil, !addLoose(until: until) {
                gone.append(Naming.retractionID(of: entry.id))
            }
        }
        return gone
    }

    // MARK: Removal

    /// An envelope was dropped for another reason than the pools': it was moderated, or the disk
    /// failed.
    public mutating func removed(_ row: PoolRow) {
        own.remove(row.id)
        notStored(row)
    }

    /// An envelope could not be stored: its room is free again. The reserve keeps what it has, for
    /// the same envelope may be on disk on its stem.
    public mutating func notStored(_ row: PoolRow) {
        published.remove(row.id)
        guard !row.isPublic, let pool = plan.pool(of: row) else { return }
        let key = Key(pool: pool, period: pool.period(of: row.slot))
        periods[key]?.remove(row.id, bytes: row.bytes)
    }

    /// A retraction could not be stored: its target stays as it was.
    ///
    /// - Parameter isHeld: as it was told when the retraction was given room.
    public mutating func notStored(retractionOf row: PoolRow, isHeld: Bool) {
        let isOwn = own.refill(row.id, bytes: row.bytes)
        if isHeld {
            guard !row.isPublic, let pool = plan.pool(of: row) else { return }
            let key = Key(pool: pool, period: pool.period(of: row.slot))
            if periods[key]?.restore(row.id, bytes: row.bytes) == true { return }
        }
        guard !isOwn else { return }
        let until = row.expiry.adding(seconds: Limits.retractionExtraSeconds)
        uncountLoose(until: until.seconds)
    }

    /// Whether something submitted here has a place in the reserve.
    public func isReserved(_ id: ItemID) -> Bool { own[id] != nil }

    /// A submission could not be stored.
    public mutating func unreserve(_ id: ItemID) { own.remove(id) }

    /// A public record was replaced.
    public mutating func removed(record id: ItemID) {
        own.remove(id)
        published.remove(id)
    }

    // MARK: Time

    /// Closes and forgets what is over; to be called every minute or so.
    public mutating func expire(_ wall: WallTime) {
        own.expire(wall)
        published.expire(wall)
        plan.expire(wall)
        for key in periods.keys.sorted() {
            let end = key.pool.end(key.period)
            if wall.seconds >= end {
                // Retractions stay a day longer, and count among the loose ones meanwhile.
                let retractions = periods.removeValue(forKey: key)?.retractions ?? 0
                let until = end + Limits.retractionExtraSeconds
                if retractions > 0, wall.seconds < until { countLoose(until: until, retractions) }
            } else if !key.pool.isOpen(key.period, wall) {
                periods[key]?.close()
            }
        }
        for hour in loose.keys.sorted() where hour <= wall.seconds / 3600 {
            looseCount -= min(looseCount, loose.removeValue(forKey: hour) ?? 0)
        }
    }
}
