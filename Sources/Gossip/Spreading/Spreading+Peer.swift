import Model
import Wire

extension Spreading {
    /// Where a linked peer stands in the tree.
    public enum Place: Sendable, Equatable {
        /// Linked, and no neighbour: answered, and told of nothing new.
        case outside
        /// New items are pushed to it.
        case eager
        /// New items are announced to it.
        case lazy
    }

    /// Something a peer asked for.
    struct Wish: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            case want(session: UInt32)
            case graft
        }
        let id: ItemID
        let kind: Kind
    }

    /// Something a peer was asked for and has not answered.
    struct Debt: Sendable, Equatable {
        let since: Moment
        let isGraft: Bool
    }

    /// All that is kept for one link; dropped whole when it ends.
    struct Peer: Sendable {
        let node: NodeID
        var place = Place.outside
        var roundTrip = Limits.presumedRoundTripMilliseconds
        /// Bytes given to the link since it last ran empty.
        var unsentBytes = 0

        // What it asks.

        var wishes = Line<Wish>()
        /// What the store is looking for on its behalf.
        var fetching: [Wish] = []
        /// How often an id was pushed because it grafted it.
        var replies = RecentTable<ItemID, Int>(limit: Limits.graftedIDs)

        // What it is asked.

        /// Wants that are its turn now.
        var turns = 0
        var debts: [ItemID: Debt] = [:]
        var lastAnswer = Moment(milliseconds: 0)
        /// Asked ids it did not deliver in time, or said were gone.
        var unfulfilled = 0
        /// Something it told was dropped or never came since the last session with it began.
        var isLossy = false

        // What it tells.

        /// Announcements whose ids the store is looking for, in the order it was asked.
        var lookups = Line<[Announcement]>()
        var lookedUp = 0
        var unlooked = Line<Announcement>()
        /// It has these, or does not want them: neither pushed nor announced to it.
        var has = RecentSet(limit: Limits.knownIDsPerPeer)
        /// It pushed these.
        var pushed = RecentSet(limit: Limits.knownIDsPerPeer)
        /// Own items it was counted as having, and their receipts: each is a write once and not
        /// every time it is said.
        var witnessed = RecentSet(limit: Spreading.mostWitnessed)
        var receipted = RecentSet(limit: Spreading.mostWitnessed)

        // What it is told.

        var announcing: [Announcement] = []

        // The tree.

        /// When it was last told to stop pushing.
        var prunedAt: Moment?
        /// It asked not to be grafted before.
        var graftableFrom = Moment(milliseconds: 0)
        /// It said that it needs us, and is not pruned before.
        var keptUntil = Moment(milliseconds: 0)

        // What it may.

        var conduct = Conduct()
        var idBudget = Budget(Spreading.announcedIDs)
        var graftBudget = Budget(Spreading.grafts)
        var pruneBudget = Budget(Spreading.prunes)
        var dontWantBudget = Budget(Spreading.unwantedIDs)

        init(node: NodeID) { self.node = node }

        var mayBeServed: Bool {
            fetching.isEmpty && !wishes.isEmpty && unsentBytes <= Limits.payloadUnsentBytes
        }

        func mayLookUp(_ count: Int) -> Bool {
            lookups.count < Spreading.mostLookups && lookedUp + count <= Limits.missingPerPeer
        }

        /// Entries in all tables, for those who check that they are bounded.
        var entries: Int {
            let asked = wishes.count + fetching.count + replies.count + debts.count
            let told = lookedUp + unlooked.count + has.count + pushed.count + announcing.count
            return asked + told + witnessed.count + receipted.count
        }
    }

    /// What a link may send. Honest ones stay far below: each line says what they send at most.

    /// 20000 differences of a session at once, and what a busy network announces.
    static let announcedIDs = Allowance(burst: 65536, perSecond: 2048)
    /// As many as may be asked of us at once.
    static let grafts = Allowance(burst: 4096, perSecond: 64)
    /// One for a round trip, of which a second is the least.
    static let prunes = Allowance(burst: 64, perSecond: 2)
    /// One for each large envelope: 8 MiB a second.
    static let unwantedIDs = Allowance(burst: 4096, perSecond: 128)
}
