public import Model
public import Wire

/// Where an item stands in a store that is read in order.
public struct ItemPosition: Hashable, Comparable, Sendable {
    public var slot: Slot
    public var id: ItemID

    public init(slot: Slot, id: ItemID) {
        self.slot = slot
        self.id = id
    }

    public static func < (l: Self, r: Self) -> Bool {
        l.slot != r.slot ? l.slot < r.slot : l.id < r.id
    }
}

/// What a store holds under an id.
public enum Held: Sendable, Equatable {
    case envelope(Envelope)
    case retraction(Retraction)
    case nothing
}

/// Passes items on: pushes new ones along a tree, announces them beside it, asks for those that are
/// missing, answers who asks. Plumtree (Leitão, Pereira, Rodrigues 2007), one tree per node.
/// Source: protocol/08-spreading.md.
///
/// Each verb is an input and returns effects; nothing is pushed or announced before it is stored.
/// Every greeted link may ask, announce and push; the tree grows over neighbours only.
public struct Spreading: Sendable {
    public enum Effect: Sendable, Equatable {
        case send(LinkID, Frame)
        /// Answered by `missing(_:from:)`, for one link in the order of these effects.
        case findMissing([ItemID], from: LinkID)
        /// Answered by `fetched(_:for:)`.
        case fetch([ItemID], for: LinkID)
        /// A peer has an item of our own.
        case witnessed(ItemID, by: NodeID)
        /// The link can't keep up, or asks or sends more than it may.
        case close(LinkID)
    }

    /// How a held item came, to tell whether another way is shorter.
    struct Arrival: Sendable, Equatable {
        let hops: UInt8
        let link: LinkID?
    }

    /// Counts since the start, for those who watch.
    public struct Counters: Sendable, Equatable {
        public internal(set) var pushes = 0
        public internal(set) var announcedIDs = 0
        public internal(set) var grafts = 0
        /// Of these, grafts of items that the tree did not bring.
        public internal(set) var repairs = 0
        public internal(set) var prunes = 0
        public internal(set) var duplicates = 0
        /// Items that the tree brought first, and the links they had travelled, in sum.
        public internal(set) var arrivals = 0
        public internal(set) var links = 0
        public internal(set) var graftsHeard = 0
        public internal(set) var prunesHeard = 0
        /// Times a shorter way took the place of a longer one.
        public internal(set) var improvements = 0
    }

    /// Envelopes fetched at once for one peer: eight of the largest, on top of all that may be
    /// unsent before they are fetched, stay below what closes a link.
    static let fetchCount = 8
    /// Lookups under way for one peer. What is announced meanwhile waits, as many ids as may be
    /// asked of it; more are dropped and come with the next session.
    static let mostLookups = 64
    /// Own items of which it is remembered that a peer has them; what is said of one that was
    /// forgotten is written again.
    static let mostWitnessed = 4096
    /// Nodes whose conduct outlives their link.
    static let mostRemembered = 1024

    var peers: [LinkID: Peer] = [:]
    /// In the order they came, so that effects have one order.
    var order: [LinkID] = []
    var wants: [ItemID: Want] = [:]
    var timers = Timers<ItemID>()
    var recent = RecentSet(limit: Limits.recentIDs)
    var arrivals = RecentTable<ItemID, Arrival>(limit: Limits.arrivals)
    /// Own items whose spreading is counted.
    var own = RecentSet(limit: Limits.recentIDs)
    /// Conduct of nodes that left, so that a new link is no new name.
    var remembered = RecentTable<NodeID, Conduct>(limit: mostRemembered)
    var announceAt: Moment?
    /// Refused while announcements of them may wait.
    var unannounced: Set<ItemID> = []
    var sweepAt: Moment?
    var lastPromotion = Moment(milliseconds: 0)
    var improvableFrom = Moment(milliseconds: 0)
    public internal(set) var counters = Counters()

    private let eagerAtFirst: Int

    /// - Parameter eagerAtFirst: neighbours that are eager before anything has spread.
    public init(eagerAtFirst: Int = Limits.eagerAtFirst) { self.eagerAtFirst = eagerAtFirst }

    /// Nodes of all greeted links.
    public var linkedNodes: [NodeID] { order.compactMap { peers[$0]?.node } }

    /// Nodes of the links that the tree may use.
    public var neighbourNodes: [NodeID] {
        order.compactMap { peers[$0].flatMap { $0.place == .outside ? nil : $0.node } }
    }

    public var eagerLinks: [LinkID] { order.filter { peers[$0]?.place == .eager } }

    public var lazyLinks: [LinkID] { order.filter { peers[$0]?.place == .lazy } }

    public var wantedCount: Int { wants.count }

    public func unfulfilled(_ link: LinkID) -> Int { peers[link]?.unfulfilled ?? 0 }

    /// Entries in all tables: whatever comes, it stays below what the limits add up to.
    var entries: Int {
        let tables = recent.count + arrivals.count + own.count + remembered.count
        return peers.values.reduce(tables + wants.count + timers.count) { $0 + $1.entries }
    }

    public var deadline: Moment? {
        [timers.first?.due, announceAt, sweepAt].compactMap { $0 }.min()
    }

    /// Time has passed: announcements leave, what is missing is asked for, late answers are given up.
    public mutating func wake(_ now: Moment) -> [Effect] {
        announceDue(now) + askDue(now) + sweep(now)
    }

    // MARK: Links

    /// A link was greeted: it may ask, announce and push.
    public mutating func linked(_ link: LinkID, node: NodeID, now: Moment) {
        guard peers[link] == nil else { return }
        var peer = Peer(node: node)
        if let conduct = remembered[node] { peer.conduct = conduct }
        peer.lastAnswer = now
        peers[link] = peer
        order.append(link)
    }

    /// A link ended: all its state goes with it, and what was asked of it is asked of others.
    public mutating func unlinked(_ link: LinkID, now: Moment) -> [Effect] {
        guard let peer = peers.removeValue(forKey: link) else { return [] }
        order.removeAll { $0 == link }
        remembered[peer.node] = peer.conduct.points(now) > 0 ? peer.conduct : nil
        var effects: [Effect] = []
        let orphaned = wants.filter { $0.value.link == link }.keys.sorted()
        for id in orphaned { effects += leftAlone(id, by: link, now) }
        return effects + keepFloor(now)
    }

    /// A greeted link leads to a neighbour now: the tree may use it. Only the first few are eager
    /// before anything has spread: the first item would cross every link else.
    public mutating func up(_ link: LinkID, now: Moment) {
        guard peers[link]?.place == .outside else { return }
        if eagerCount < eagerAtFirst {
            promote(link, now)
        } else {
            peers[link]?.place = .lazy
        }
    }

    /// It does not any more; the link stays.
    public mutating func down(_ link: LinkID, now: Moment) -> [Effect] {
        guard let peer = peers[link], peer.place != .outside else { return [] }
        peers[link]?.place = .outside
        peers[link]?.announcing = []
        return keepFloor(now)
    }

    /// What a PING and its PONG took.
    public mutating func roundTrip(_ link: LinkID, milliseconds: UInt64) {
        peers[link]?.roundTrip = min(max(milliseconds, 1), Limits.mostRoundTripMilliseconds)
    }

    /// All that was given to a link has left it.
    public mutating func drained(_ link: LinkID) -> [Effect] {
        peers[link]?.unsentBytes = 0
        return serve(link)
    }

    /// Another machine gave a link a frame.
    public mutating func loaded(_ link: LinkID, with frame: Frame) -> [Effect] {
        guard let unsent = peers[link]?.unsentBytes else { return [] }
        peers[link]?.unsentBytes = unsent + frame.weight
        return unsent + frame.weight > Limits.unsentBytes ? [.close(link)] : []
    }

    /// A PING, whatever its value, is answered at once.
    public mutating func pinged(_ value: UInt64, by link: LinkID) -> [Effect] {
        send(link, .pong(value))
    }

    // MARK: Conduct

    /// A peer did what it should not.
    public mutating func misbehaved(
        _ link: LinkID, _ fault: Misconduct, now: Moment
    ) -> [Effect] {
        charge(link, fault, now: now)
    }

    mutating func charge(
        _ link: LinkID, _ fault: Misconduct, times: Int = 1, now: Moment
    ) -> [Effect] {
        guard peers[link]?.conduct.charge(fault, times: times, now: now) == true else { return [] }
        return [.close(link)]
    }

    // MARK: Sending

    mutating func send(_ link: LinkID, _ frame: Frame) -> [Effect] {
        guard let unsent = peers[link]?.unsentBytes else { return [] }
        let bytes = unsent + frame.weight
        peers[link]?.unsentBytes = bytes
        if bytes > Limits.unsentBytes { return [.close(link)] }
        switch frame {
        case .push, .retract: counters.pushes += 1
        case .announce(let items): counters.announcedIDs += items.count
        case .graft(let id, _):
            counters.grafts += 1
            if id != nil { counters.repairs += 1 }
        case .prune: counters.prunes += 1
        default: break
        }
        return [.send(link, frame)]
    }
}

extension Frame {
    /// Bytes the frame takes on a link, about.
    public var weight: Int {
        switch self {
        case .push(_, let envelope), .stem(.envelope(let envelope)): 5 + envelope.bytes.count
        case .announce(let items): 6 + 33 * items.count
        case .want(_, let ids), .gone(_, let ids): 9 + 32 * ids.count
        case .dontWant(let ids): 5 + 32 * ids.count
        case .graft: 37
        case .prune, .ping, .pong, .bye, .syncEnd: 16
        case .syncOpen(let open): 32 + 16 * open.topics.count + open.message.count
        case .syncMessage(_, let message): 8 + message.count
        case .membership(.shuffle(_, _, let records)), .membership(.shuffleReply(_, let records)):
            32 + 256 * records.count
        case .pad(let count): 4 + count
        case .hello, .membership, .stem, .retract, .receipt, .unknown: 256
        }
    }
}
