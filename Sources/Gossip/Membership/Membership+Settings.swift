public import Model
public import Wire

extension Membership {
    /// Who a node is, and how many others it wants. Source: protocol/20-membership.md.
    public struct Settings: Sendable {
        public var node: NodeID
        /// Carries its own topics only: dials, and passes no walk on.
        public var isLeaf = false
        /// Which addresses can be dialled at all.
        public var classes: [AddressClass] = [.clear]
        /// Fewer neighbours than this, and others are looked for at once.
        public var sought = Limits.neighboursSought
        /// So many at the most by our own choice.
        public var chosen = Limits.neighboursChosen
        /// So many if others ask.
        public var most = Limits.neighboursMost
        /// So many of them are to be such as we dialled.
        public var outbound = Limits.neighboursDialled
        /// Neighbours that list no address, so that nobody can ask them: beside the others.
        public var guests = Limits.guests
        public var passive = Limits.passiveRecords
        /// Whether a record holds: its signature and its time.
        public var check: @Sendable (PeerRecord, WallTime) -> Bool

        public init(node: NodeID, check: @escaping @Sendable (PeerRecord, WallTime) -> Bool) {
            self.node = node
            self.check = check
        }
    }

    /// Why a node takes leave of a neighbour. Source: protocol/schema/codes.md.
    enum Leave: UInt8 {
        /// Another needed the place more.
        case displaced = 1
        /// It was none of ours, though it thought so.
        case notNeighbours = 2
        /// The node stops.
        case stopping = 3
    }

    /// What is known of a greeted link; dropped whole when it ends.
    struct Peer: Sendable {
        enum Phase: Sendable, Equatable {
            case idle  // next: asked, up, comparing, closing
            case asked(until: Moment)  // next: up, idle
            case up  // next: idle
            case comparing(until: Moment)  // next: asked, up, closing
            case closing  // final: `close` was ordered
        }

        let node: NodeID
        var record: PeerRecord
        let isLeaf: Bool
        let dialled: Text?
        let group: SourceGroup?
        var isPinned = false
        /// Was dialled to look beyond the neighbours, and was asked first.
        var heals = false
        var phase = Phase.idle
        var lastUse: Moment
        /// It is not asked again before.
        var refusedUntil: Moment?
        /// It did not want us: there is little to wait for.
        var wasRefused = false
        /// It was told not to ask again before.
        var restsUntil: Moment?
        var nextJoin: Moment
        var walks: Budget
        var shuffles: Budget

        init(
            record: PeerRecord, isLeaf: Bool, dialled: Text?, group: SourceGroup?, now: Moment
        ) {
            node = record.node
            self.record = record
            self.isLeaf = isLeaf
            self.dialled = dialled
            self.group = group
            isGuest = dialled == nil && (isLeaf || record.addressClass == nil)
            lastUse = now
            nextJoin = now
            walks = Budget(Allowance(burst: Limits.walksAtOnce, perSecond: Limits.walksPerSecond))
            shuffles = Budget(
                Allowance(burst: Limits.shufflesAtOnce, perSecond: Limits.shufflesPerSecond))
        }

        var isOutbound: Bool { dialled != nil }
        var isUp: Bool { phase == .up }
        /// Came by itself and cannot be dialled.
        let isGuest: Bool

        /// When time alone changes its phase.
        var deadline: Moment? {
            switch phase {
            case .asked(let until), .comparing(let until): return until
            case .up, .closing: return nil
            case .idle:
                if isPinned { return refusedUntil ?? lastUse }
                guard isOutbound else {
                    return lastUse.adding(milliseconds: Limits.idleInboundMilliseconds)
                }
                return lastUse.adding(
                    milliseconds: wasRefused
                        ? Limits.idleRefusedMilliseconds : Limits.idleMilliseconds)
            }
        }
    }

    /// How many neighbours there are.
    struct Tally: Sendable {
        var up = 0
        var dialled = 0
        /// Such as others can ask too.
        var hosts = 0
        /// Of these, but for pinned ones: those that take up places.
        var placed = 0
        /// The others, but for pinned ones.
        var guests = 0
    }

    /// An address being dialled.
    struct Dial: Sendable {
        enum Purpose: Sendable, Equatable {
            /// To be asked if neighbours are wanted.
            case neighbour
            /// The end of a walk: to be asked while there is room.
            case walk
            /// To look beyond the neighbours.
            case healing
        }

        let address: Text
        let node: NodeID?
        let group: SourceGroup?
        let purpose: Purpose
        let until: Moment
    }

    struct Anchor: Sendable {
        var record: PeerRecord
        var rests: Moment
    }

    /// A SHUFFLE that passed here, or began here if `from` is nil.
    struct Walk: Sendable {
        let nonce: UInt64
        let from: LinkID?
        let to: LinkID
        let until: Moment
    }
}
