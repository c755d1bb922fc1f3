import Model

extension Pools {
    /// One period of one pool: in order while it is open, numbers once it is closed.
    struct Period: Sendable {
        struct Entry: Sendable, Equatable {
            /// The envelope's, also where its retraction took its place.
            let id: ItemID
            /// Work bits less size class: what the work was worth.
            let worth: Int
            var bytes: UInt64
            /// Who brought it.
            let source: UInt64?
            var isRetraction = false

            init(_ row: PoolRow, source: UInt64?) {
                id = row.id
                worth = Int(row.workBits) - Int(row.size)
                bytes = row.bytes
                self.source = source
            }

            var rank: Rank { Rank(worth: worth, id: id) }
        }

        /// A place in the order: the lower, the earlier it goes.
        struct Rank: Sendable, Comparable {
            let worth: Int
            let id: ItemID

            static func < (l: Self, r: Self) -> Bool {
                l.worth != r.worth ? l.worth < r.worth : l.id > r.id
            }
        }

        private(set) var used = Room()
        /// Retractions among the rows.
        private(set) var retractions: UInt64 = 0
        /// The best that was displaced or turned away: nothing below it enters any more.
        private(set) var floor: Rank?
        private(set) var isClosed = false
        private var entries: [ItemID: Entry] = [:]
        /// The lowest first; some may be gone from `entries`.
        private var lowest = Heap()
        private var bySource: [UInt64: Room] = [:]

        /// How many things it remembers one by one.
        var remembered: Int { max(entries.count, lowest.count) }

        /// Takes an entry and gives those beyond the end of what fits, which may be the new one.
        mutating func admit(_ entry: Entry, room: Room) -> Result<[Entry], Reason> {
            guard entries[entry.id] == nil else { return .failure(.duplicate) }
            if let floor, entry.rank <= floor { return .failure(.belowFloor) }
            guard !isClosed else {
                var after = used
                after.add(bytes: entry.bytes)
                guard after.fits(room) else { return .failure(.noRoom) }
                used = after
                return .success([])
            }
            guard mayBring(entry, room) else { return .failure(.linkShare) }
            insert(entry)
            return .success(trim(to: room))
        }

        /// Of a period that is half full one neighbour fills at most a quarter.
        private func mayBring(_ entry: Entry, _ room: Room) -> Bool {
            guard let source = entry.source,
                used.bytes >= room.bytes - room.bytes / 2 || used.rows >= room.rows - room.rows / 2
            else { return true }
            var brought = bySource[source] ?? Room()
            brought.add(bytes: entry.bytes)
            return brought.fits(room.part(1, of: 4))
        }

        mutating func insert(_ entry: Entry) {
            entries[entry.id] = entry
            lowest.push(entry.rank)
            used.add(bytes: entry.bytes)
            if entry.isRetraction { retractions += 1 }
            if let source = entry.source {
                bySource[source, default: Room()].add(bytes: entry.bytes)
            }
        }

        /// Keeps the longest run from the top that fits.
        mutating func trim(to room: Room) -> [Entry] {
            var out: [Entry] = []
            while !used.fits(room), let rank = lowest.pop() {
                guard let entry = take(rank.id) else { continue }
                raiseFloor(to: rank)
                out.append(entry)
            }
            return out
        }

        mutating func raiseFloor(to rank: Rank) { floor = max(floor ?? rank, rank) }

        private mutating func take(_ id: ItemID) -> Entry? {
            guard let entry = entries.removeValue(forKey: id) else { return nil }
            used.drop(bytes: entry.bytes)
            if entry.isRetraction { retractions -= 1 }
            credit(entry, rows: 1)
            return entry
        }

        private mutating func credit(_ entry: Entry, rows: UInt64) {
            guard let source = entry.source, var brought = bySource[source] else { return }
            brought.drop(bytes: entry.bytes, rows: rows)
            bySource[source] = brought == Room() ? nil : brought
        }

        /// An envelope went, neither displaced nor expired.
        mutating func remove(_ id: ItemID, bytes: UInt64) {
            guard !isClosed else { return used.drop(bytes: bytes) }
            guard take(id) != nil, lowest.count > 2 * entries.count + 64 else { return }
            lowest = Heap()
            for entry in entries.values { lowest.push(entry.rank) }
        }

        /// An envelope's retraction takes its place: its row and rank, without its bytes.
        ///
        /// - Returns: whether the envelope had a place here.
        mutating func retract(_ id: ItemID, bytes: UInt64) -> Bool {
            if isClosed {
                guard used.rows > retractions else { return false }
                used.drop(bytes: bytes, rows: 0)
            } else {
                guard var entry = entries[id], !entry.isRetraction else { return false }
                used.drop(bytes: entry.bytes, rows: 0)
                credit(entry, rows: 0)
                entry.bytes = 0
                entry.isRetraction = true
                entries[id] = entry
            }
            retractions += 1
            return true
        }

        /// The envelope has its place again: its retraction could not be stored.
        ///
        /// - Returns: whether a retraction had it.
        mutating func restore(_ id: ItemID, bytes: UInt64) -> Bool {
            if isClosed {
                guard retractions > 0 else { return false }
            } else {
                guard var entry = entries[id], entry.isRetraction else { return false }
                entry.bytes = bytes
                entry.isRetraction = false
                entries[id] = entry
                if let source = entry.source { bySource[source]?.bytes += bytes }
            }
            used.bytes += bytes
            retractions -= 1
            return true
        }

        /// A row of an earlier run in a closed period.
        mutating func count(bytes: UInt64, isRetraction: Bool) {
            used.add(bytes: bytes)
            if isRetraction { retractions += 1 }
        }

        /// From now on nothing is displaced, and only numbers are kept.
        mutating func close() {
            guard !isClosed else { return }
            isClosed = true
            entries = [:]
            lowest = Heap()
            bySource = [:]
        }
    }

    /// A binary heap, the lowest rank on top.
    struct Heap: Sendable {
        private var ranks: [Period.Rank] = []

        var count: Int { ranks.count }

        mutating func push(_ rank: Period.Rank) {
            ranks.append(rank)
            var child = ranks.count - 1
            while child > 0, ranks[child] < ranks[(child - 1) / 2] {
                ranks.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func pop() -> Period.Rank? {
            guard let top = ranks.first, let last = ranks.popLast() else { return nil }
            guard !ranks.isEmpty else { return top }
            ranks[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < ranks.count && ranks[child] < ranks[least] {
                    least = child
                }
                guard least != parent else { return top }
                ranks.swapAt(parent, least)
                parent = least
            }
        }
    }
}
