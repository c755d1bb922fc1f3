public import Gossip
public import Model

extension RelayNode {
    /// How the machines stand: counts, and nothing that names an item or tells its way.
    public struct Standing: Sendable, Equatable {
        public let neighbours: Int
        /// Of these, to whom items are pushed; the others hear their ids.
        public let eager: Int
        /// Links that items on their stem leave by in this epoch.
        public let stems: Int
        /// Items on their stem here, own and others'.
        public let onStem: Int
        /// Records of other nodes kept in case neighbours are lost.
        public let passive: Int
        /// Items held in the open.
        public let held: Int
        /// Ids asked for or hoped for.
        public let wanted: Int
        /// Sessions of comparing under way, this node's and others'.
        public let sessions: Int
        public let counters: Spreading.Counters
        /// Periods with no room for more work of the least worth.
        public let full: [Pools.FullPeriod]
    }

    public func standing(_ wall: WallTime) -> Standing {
        Standing(
            neighbours: membership.neighbours.count, eager: spreading.eagerLinks.count,
            stems: stem.stems.count { $0 != nil }, onStem: stem.count,
            passive: membership.passiveRecords.count, held: sync.count,
            wanted: spreading.wantedCount, sessions: sync.sessions, counters: spreading.counters,
            full: pools.fullPeriods(wall))
    }
}
