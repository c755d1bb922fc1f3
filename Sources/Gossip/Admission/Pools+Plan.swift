public import Model
import Sealing
import Wire

// Which pool an envelope belongs to, and how much room a period of it has.

extension Pools {
    /// A community whose envelopes are carried.
    public struct Community: Sendable, Equatable {
        public let id: CommunityID
        public let weight: UInt64
        /// The group tags that its manifest lists.
        public let groupTopics: [Topic]

        public init(id: CommunityID, weight: UInt64, groupTopics: [Topic]) {
            self.id = id
            self.weight = weight
            self.groupTopics = groupTopics
        }
    }

    /// One kind of envelope, of one community or of all others.
    struct Pool: Hashable, Comparable, Sendable {
        /// Nil for all that no carried community counts for.
        let community: CommunityID?
        let kind: Kind

        static func < (l: Self, r: Self) -> Bool {
            guard l.community == r.community else {
                guard let left = l.community, let right = r.community else {
                    return l.community == nil
                }
                return left < right
            }
            return l.kind.rawValue < r.kind.rawValue
        }

        func period(of slot: Slot) -> UInt32 { slot.number / kind.slots }

        /// A period is open until a day after its end, and before it begins.
        func isOpen(_ period: UInt32, _ wall: WallTime) -> Bool {
            let end = (UInt64(period) + 1) * UInt64(kind.slots) * 600
            return wall.seconds < end + Pools.openSeconds
        }

        /// When nothing of a period lives any more.
        func end(_ period: UInt32) -> UInt64 {
            let last = (UInt64(period) + 1) * UInt64(kind.slots) - 1
            return last * 600 + kind.ttlClass.seconds
        }
    }

    /// The pools in the order of the charter's shares.
    enum Kind: Int, CaseIterable, Sendable {
        case textQuarter, textMonth, textWeek, textDay, textHour, filesMonth, filesWeek

        init?(isFile: Bool, _ ttlClass: TTLClass) {
            switch (isFile, ttlClass) {
            case (false, .quarter): self = .textQuarter
            case (false, .month): self = .textMonth
            case (false, .week): self = .textWeek
            case (false, .day): self = .textDay
            case (false, .hour): self = .textHour
            case (true, .month): self = .filesMonth
            case (true, .week): self = .filesWeek
            case (true, .quarter), (true, .day), (true, .hour): return nil
            }
        }

        var isFile: Bool { self == .filesMonth || self == .filesWeek }

        var ttlClass: TTLClass {
            switch self {
            case .textQuarter: .quarter
            case .textMonth, .filesMonth: .month
            case .textWeek, .filesWeek: .week
            case .textDay: .day
            case .textHour: .hour
            }
        }

        /// How long a period is: an hour or a day.
        var slots: UInt32 {
            switch self {
            case .textDay, .textHour: 6
            case .textQuarter, .textMonth, .textWeek, .filesMonth, .filesWeek: 144
            }
        }

        /// Periods that live at the same time.
        var count: UInt64 {
            switch self {
            case .textQuarter: 92
            case .textMonth, .filesMonth: 32
            case .textWeek, .filesWeek: 9
            case .textDay: 26
            case .textHour: 3
            }
        }
    }

    static let openSeconds: UInt64 = 86400
    static let defaultShares: [UInt64] = [32, 1, 4, 2, 1, 23, 1]
    /// Communities carried; more find their envelopes among the others. One charter can't name so
    /// many.
    static let mostCommunities = 2048
    /// Group tags of all communities.
    static let mostGroupTopics = 65536
    /// Larger weights and shares count as this, so that sums fit.
    static let mostWeight = UInt64(UInt32.max)

    struct Plan: Sendable {
        private struct Named: Sendable {
            let community: CommunityID
            let isFile: Bool
        }

        /// Weeks whose topics are remembered: all that can be alive.
        private static let mostWeeks = 16

        private let sixteenth: Room
        private var communities: [Community] = []
        private var weights: [CommunityID: UInt64] = [:]
        private var totalWeight: UInt64 = 0
        private var shares = Pools.defaultShares
        private var groups: [Topic: CommunityID] = [:]
        /// Topics of the weeks that were asked for.
        private var weeks: [Week: [Topic: Named]] = [:]

        init(sixteenth: Room) { self.sixteenth = sixteenth }

        /// - Parameter shares: of the charter; the default ones unless there are seven.
        init(sixteenth: Room, _ given: [Community], shares: [UInt64]) {
            self.init(sixteenth: sixteenth)
            // Of two that claim a topic the weightier has it: it was carried for longer, or by more.
            let sorted = given.sorted {
                $0.weight != $1.weight ? $0.weight > $1.weight : $0.id < $1.id
            }
            for community in sorted.prefix(Pools.mostCommunities)
            where weights[community.id] == nil {
                communities.append(community)
                weights[community.id] = min(community.weight, Pools.mostWeight)
                totalWeight += min(community.weight, Pools.mostWeight)
                for topic in community.groupTopics
                where groups[topic] == nil && groups.count < Pools.mostGroupTopics {
                    groups[topic] = community.id
                }
            }
            let capped = shares.map { min($0, Pools.mostWeight) }
            if capped.count == Kind.allCases.count, capped.contains(where: { $0 > 0 }) {
                self.shares = capped
            }
        }

        /// Nil for what nobody holds.
        mutating func pool(of row: PoolRow) -> Pool? {
            let named = name(row)
            let isFile = named?.isFile ?? (row.size > 3)
            return Kind(isFile: isFile, row.ttlClass).map {
                Pool(community: named?.community, kind: $0)
            }
        }

        private mutating func name(_ row: PoolRow) -> Named? {
            let isText = row.size == 1 || row.size == 3
            guard isText || row.size == 7 else { return nil }
            if let named = topics(of: row.slot.week)[row.topic] {
                return named.isFile != isText ? named : nil
            }
            return isText
                ? groups[row.topic].map { Named(community: $0, isFile: false) } : nil
        }

        private mutating func topics(of week: Week) -> [Topic: Named] {
            if let known = weeks[week] { return known }
            if weeks.count >= Self.mostWeeks { weeks = [:] }
            var topics: [Topic: Named] = [:]
            for community in communities {
                topics[Topics.intake(community.id, week)] =
                    Named(community: community.id, isFile: false)
                topics[Topics.files(community.id, week)] =
                    Named(community: community.id, isFile: true)
            }
            weeks[week] = topics
            return topics
        }

        /// What one period of a pool has, never lent to another.
        func room(of pool: Pool) -> Room {
            let part =
                pool.community.map { id in
                    Room(bytes: 13 * sixteenth.bytes, rows: 13 * sixteenth.rows)
                        .part(weights[id] ?? 0, of: totalWeight)
                } ?? sixteenth
            let all = part.part(shares[pool.kind.rawValue], of: shares.reduce(0, +))
            return all.part(1, of: pool.kind.count)
        }

        /// Forgets topics of weeks of which nothing can come any more.
        mutating func expire(_ wall: WallTime) {
            let least = wall.slot.week.number - min(wall.slot.week.number, 14)
            weeks = weeks.filter {
                $0.key.number >= least && $0.key.number <= wall.slot.week.number + 1
            }
        }
    }
}
