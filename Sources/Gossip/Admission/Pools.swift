public import Model
public import Wire

/// What decides about an envelope's room: facts of its header, and its name.
public struct PoolRow: Sendable, Equatable {
    public let id: ItemID
    public let isPublic: Bool
    public let ttlClass: TTLClass
    /// The envelope has 2^(9 + size) bytes.
    public let size: UInt8
    public let workBits: UInt8
    public let slot: Slot
    public let topic: Topic

    public init(id: ItemID, _ header: EnvelopeHeader) {
        self.id = id
        isPublic = header.suite == Suite.publicRecord.rawValue
        ttlClass = header.ttlClass
        size = header.size
        workBits = header.workBits
        slot = header.slot
        topic = header.topic
    }

    public init(
        id: ItemID, isPublic: Bool, ttlClass: TTLClass, size: UInt8, workBits: UInt8, slot: Slot,
        topic: Topic
    ) {
        self.id = id
        self.isPublic = isPublic
        self.ttlClass = ttlClass
        self.size = size
        self.workBits = workBits
        self.slot = slot
        self.topic = topic
    }

    var bytes: UInt64 { 512 << UInt64(size & 7) }

    var expiry: WallTime { slot.start.adding(seconds: ttlClass.seconds) }
}

/// Decides what is kept and what must go, so that every relay with as much room decides alike
/// whatever the order in which items come. Source: protocol/06-store.md.
///
/// Only numbers: it knows no bytes and no disk. Who asks has checked the item before, and does not
/// hold it in the open.
public struct Pools: Sendable {
    public enum Reason: Error, Sendable, Equatable {
        /// A combination of topic, size and ttl class that nobody holds.
        case notHeld
        /// Here already.
        case duplicate
        /// Its period is full of items that rank higher, or was once.
        case belowFloor
        /// No room that it may use.
        case noRoom
        /// Its neighbour has brought as much as one may.
        case linkShare
        /// What people submitted here fills the reserve.
        case reserveFull
    }

    /// What is displaced must go whatever becomes of the newcomer: one that is too large to stay
    /// still shows that those ranked below it are beyond the end. Of what was submitted here only
    /// its place in the open goes; see `isReserved`.
    public enum Decision: Sendable, Equatable {
        case admit(displacing: [ItemID])
        /// Its pool has no place for it, as that of no other relay has; what was submitted here
        /// stays in the reserve, and unknown to others: who showed it would show whose it is.
        case keep(Reason, displacing: [ItemID])
        case refuse(Reason, displacing: [ItemID] = [])
    }

    /// Names one period of one pool.
    struct Key: Hashable, Comparable, Sendable {
        let pool: Pool
        let period: UInt32

        static func < (l: Self, r: Self) -> Bool {
            l.pool != r.pool ? l.pool < r.pool : l.period < r.period
        }
    }

    let reserve: Room
    let records: Room
    let looseRows: UInt64
    var plan: Plan
    var periods: [Key: Period] = [:]
    /// What was submitted here, with what it takes until when.
    var own = Shelf()
    /// Public records.
    var published = Shelf()
    /// Retractions whose target is in no period, by the hour they may go.
    var loose: [UInt64: UInt64] = [:]
    var looseCount: UInt64 = 0

    /// - Parameters:
    ///   - bytes: of envelopes, as the operator chose.
    ///   - rows: of envelopes and retractions.
    public init(bytes: UInt64 = Limits.storeBytes, rows: UInt64 = Limits.storeRows) {
        looseRows = rows / 10
        let sixteenth = Room(bytes: bytes / 16, rows: (rows - rows / 10) / 16)
        reserve = sixteenth
        records = sixteenth
        plan = Plan(sixteenth: sixteenth)
    }

    /// Whether there is room for a submission: asked before anything is acknowledged.
    public func hasReserve(for rows: [PoolRow]) -> Bool {
        var used = own.used
        for row in rows where own[row.id] == nil { used.add(bytes: row.bytes) }
        return used.fits(reserve)
    }

    // MARK: Envelopes

    /// Decides about an envelope.
    ///
    /// On the path `own` it takes a place in the reserve and no other: what is on its stem must
    /// displace nothing. Seen in the open it asks again on another path; from then on it competes
    /// in its pool as it does at every relay, and stays in the reserve whatever comes of that. A
    /// public record is in the open with the reserve's room too, for it takes no stem.
    ///
    /// - Parameter link: who brought it, so as to bound what one neighbour fills; nil for what
    ///   reconciliation brought. A number that outlives a connection keeps its meaning best.
    public mutating func admit(
        _ row: PoolRow, path: Path, link: UInt64?, wall: WallTime
    ) -> Decision {
        if path == .own {
            let isIn = own.add(row.id, bytes: row.bytes, until: row.expiry, room: reserve)
            return isIn ? .admit(displacing: []) : .refuse(.reserveFull)
        }
        if row.isPublic { return admitRecord(row) }
        guard let pool = plan.pool(of: row) else { return refusal(of: row, .notHeld) }
        let room = plan.room(of: pool)
        guard Room(bytes: row.bytes, rows: 1).fits(room) else { return refusal(of: row, .noRoom) }
        let key = Key(pool: pool, period: pool.period(of: row.slot))
        var period = periods.removeValue(forKey: key) ?? Period()
        if !pool.isOpen(key.period, wall) { period.close() }
        let entry = Period.Entry(row, source: link)
        let outcome = period.admit(entry, room: room)
        periods[key] = period
        switch outcome {
        case .success(let out):
            let until = key.pool.end(key.period) + Limits.retractionExtraSeconds
            let gone = displaced(out, until: WallTime(seconds: until))
            return out.contains(entry)
                ? refusal(of: row, .belowFloor, displacing: gone) : .admit(displacing: gone)
        case .failure(let reason): return refusal(of: row, reason)
        }
    }

    /// What is in the reserve stays, whatever its pool says.
    private func refusal(
        of row: PoolRow, _ reason: Reason, displacing gone: [ItemID] = []
    ) -> Decision {
        let others = gone.filter { $0 != row.id }
        guard own[row.id] != nil, reason != .duplicate else {
            return .refuse(reason, displacing: others)
        }
        return row.isPublic ? .admit(displacing: others) : .keep(reason, displacing: others)
    }

    private mutating func admitRecord(_ row: PoolRow) -> Decision {
        guard published[row.id] == nil else { return .refuse(.duplicate) }
        let isIn = published.add(row.id, bytes: row.bytes, until: row.expiry, room: records)
        return isIn ? .admit(displacing: []) : refusal(of: row, .noRoom)
    }
}
