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

/// Passes items on: new ones to every neighbour at once, old ones by announcing their ids, missing
/// ones by asking. Source: protocol/08-spreading.md.
///
/// Each verb is an input and returns effects; nothing is announced before it is stored.
public struct Spreading: Sendable {
    public enum Effect: Sendable, Equatable {
        case send(LinkID, Frame)
        /// Answered by `missing(_:from:)`.
        case findMissing([ItemID], from: LinkID)
        /// Answered by `fetched(_:for:)`.
        case fetch([ItemID], for: LinkID)
        /// Answered by `page(_:for:)`.
        case list(after: ItemPosition?, for: LinkID)
        /// A neighbour has an item of our own.
        case witnessed(ItemID, by: NodeID)
        /// The link can't keep up.
        case close(LinkID)
    }

    /// How far one neighbour has been told of all ids held.
    enum Announcing: Sendable, Equatable {
        case idle
        case listing  // next: asked, idle
        case asked(ping: UInt64, after: ItemPosition?)  // next: serving
        case serving(after: ItemPosition?)  // next: listing, idle
    }

    struct Neighbour: Sendable {
        let node: NodeID
        /// Bytes given to the link since it last ran empty.
        var unsentBytes = 0
        /// Ids it asked for, in order, waiting to be fetched.
        var wanted: [ItemID] = []
        var isFetching = false
        /// Ids asked of it and not answered.
        var asked = 0
        /// Asked ids it did not deliver in time, or said were gone.
        var unfulfilled = 0
        var lookups = 0
        /// Announced ids that wait for a lookup to end.
        var unlooked: [ItemID] = []
        var heldPongs: [UInt64] = []
        /// Ids in the last announcement heard.
        var lastAnnounced = 0
        /// The page whose PONG is due is the last of all ids.
        var isLastPage = false
        /// Nothing of the pages since the last telling of all ids was missed.
        var isWhole = true
        /// It has told all ids it holds since the link began, and nothing was missed.
        var hasToldAll = false
        var announcing = Announcing.idle
        var nextPing: UInt64 = 1
        /// Own items it was counted as having, and their receipts: each is a write once and not
        /// every time it is said.
        var witnessed = RecentSet(limit: Spreading.mostWitnessed)
        var receipted = RecentSet(limit: Spreading.mostWitnessed)
    }

    struct Want: Sendable {
        var link: LinkID
        var until: Moment
        var alternatives: [LinkID] = []
    }

    /// Envelopes fetched at once for one neighbour: eight of the largest, on top of all that may be
    /// unsent before they are fetched, stay below what closes a link.
    static let fetchCount = 8
    /// Lookups under way for one neighbour. What is announced meanwhile waits, as many ids as may be
    /// asked of it; more are dropped and come with the next announcement of all.
    static let mostLookups = 64
    /// Own items of which it is remembered that a neighbour has them; what is said of one that was
    /// forgotten is written again.
    static let mostWitnessed = 4096

    var neighbours: [LinkID: Neighbour] = [:]
    /// In the order they came, so that effects have one order.
    var order: [LinkID] = []
    var wants: [ItemID: Want] = [:]
    private(set) var wantQueue: [(until: Moment, id: ItemID)] = []
    var recent = RecentSet(limit: Limits.recentIDs)
    /// Own items whose spreading is counted.
    var own = RecentSet(limit: Limits.recentIDs)
    var nextAnnouncement: Moment?
    var announceTurn = 0

    public init() {}

    public var neighbourNodes: [NodeID] { order.compactMap { neighbours[$0]?.node } }

    public var wantedCount: Int { wants.count }

    /// Whether a neighbour has told all it holds since the link began, and nothing of that is
    /// outstanding, of whomever it was asked. Source: protocol/08-spreading.md, "Catching up".
    public func isInSync(_ link: LinkID) -> Bool {
        guard let neighbour = neighbours[link], neighbour.hasToldAll, neighbour.lookups == 0,
            neighbour.unlooked.isEmpty
        else { return false }
        return !wants.values.contains { $0.link == link || $0.alternatives.contains(link) }
    }

    public func unfulfilled(_ link: LinkID) -> Int { neighbours[link]?.unfulfilled ?? 0 }

    public var deadline: Moment? {
        let want = wantQueue.first?.until
        guard let announcement = nextAnnouncement else { return want }
        return want.map { min($0, announcement) } ?? announcement
    }

    // MARK: Neighbours

    /// A neighbour said HELLO: it is told of all ids held.
    public mutating func joined(_ link: LinkID, node: NodeID, now: Moment) -> [Effect] {
        neighbours[link] = Neighbour(node: node)
        order.append(link)
        if nextAnnouncement == nil {
            nextAnnouncement = now.adding(milliseconds: Limits.announceMilliseconds)
        }
        neighbours[link]?.announcing = .listing
        return [.list(after: nil, for: link)]
    }

    /// A link ended: all its state goes with it, and what was asked of it is asked of others.
    public mutating func left(_ link: LinkID, now: Moment) -> [Effect] {
        guard neighbours.removeValue(forKey: link) != nil else { return [] }
        order.removeAll { $0 == link }
        var effects: [Effect] = []
        let orphaned = wants.filter { $0.value.link == link }.keys.sorted()
        for id in orphaned { effects += askElsewhere(id, now: now) }
        return effects
    }

    /// All that was given to a link has left it.
    public mutating func drained(_ link: LinkID) -> [Effect] {
        neighbours[link]?.unsentBytes = 0
        return serve(link)
    }

    // MARK: Items

    /// Whether an item is known to be held or refused without asking the store.
    public func isRecent(_ id: ItemID) -> Bool { recent.contains(id) }

    /// Whether a receipt is the first that a neighbour gives for an own item. No other is looked
    /// at, good or not, for each costs a signature's check.
    public mutating func isFirstReceipt(_ id: ItemID, from link: LinkID) -> Bool {
        guard own.contains(id) else { return false }
        return neighbours[link]?.receipted.insert(id) == true
    }

    /// Whether an item was asked for.
    public func isWanted(_ id: ItemID) -> Bool { wants[id] != nil }

    /// An item arrived from `link`, whatever comes of it: it need not be asked for any more.
    public mutating func arrived(_ id: ItemID, from link: LinkID) -> [Effect] {
        settle(id)
        return own.contains(id) ? witness(id, link) : []
    }

    /// An item was refused and is not to be asked for again.
    public mutating func refused(_ id: ItemID) {
        settle(id)
        recent.insert(id)
    }

    /// Own items of earlier runs, whose spreading is still counted.
    public mutating func recall(own ids: [ItemID]) {
        for id in ids { own.insert(id) }
    }

    /// An item is stored: passes it on. `source` is nil for our own.
    public mutating func stored(
        _ id: ItemID, _ item: Held, hops: UInt8, from source: LinkID?, now: WallTime
    ) -> [Effect] {
        settle(id)
        recent.insert(id)
        if source == nil { own.insert(id) }
        var effects: [Effect] = []
        for link in order {
            if link == source {
                // The acknowledgement: now we have it too.
                effects += send(link, .announce([Announcement(id: id, hops: hops)]))
            } else {
                effects += pass(item, id, hops, to: link, now)
            }
        }
        return effects
    }

    /// An item turned out to be held already.
    public mutating func duplicate(_ id: ItemID) {
        settle(id)
        recent.insert(id)
    }

    /// An item is gone from the store.
    public mutating func dropped(_ id: ItemID) { recent.remove(id) }

    mutating func pass(
        _ item: Held, _ id: ItemID, _ hops: UInt8, to link: LinkID, _ now: WallTime
    ) -> [Effect] {
        switch item {
        case .nothing: return []
        case .retraction(let retraction): return send(link, .retract(retraction))
        case .envelope(let envelope):
            let isFresh = envelope.header.slot.number + Limits.unsolicitedSlots >= now.slot.number
            let onward = hops < Announcement.offTree - 1 ? hops + 1 : hops
            guard isFresh else {
                return send(link, .announce([Announcement(id: id, hops: Announcement.offTree)]))
            }
            let unsent = neighbours[link]?.unsentBytes ?? 0
            guard unsent <= Limits.payloadUnsentBytes else {
                return send(link, .announce([Announcement(id: id, hops: onward)]))
            }
            return send(link, .push(hops: onward, envelope))
        }
    }

    /// Time has passed: late answers are given up, and one neighbour hears all ids again.
    public mutating func wake(_ now: Moment) -> [Effect] {
        var effects: [Effect] = []
        var late = 0
        while late < wantQueue.count {
            let (until, id) = wantQueue[late]
            let isOpen = wants[id]?.until == until
            // Answered ones are dropped from the front at once, so that the queue stays short.
            if isOpen, until > now { break }
            if isOpen, let want = wants[id] {
                neighbours[want.link]?.unfulfilled += 1
                missed(want.link)
                effects += askElsewhere(id, now: now)
            }
            late += 1
        }
        wantQueue.removeFirst(late)
        if let due = nextAnnouncement, due <= now, !order.isEmpty {
            nextAnnouncement = now.adding(milliseconds: Limits.announceMilliseconds)
            let link = order[announceTurn % order.count]
            announceTurn += 1
            if neighbours[link]?.announcing == .idle {
                neighbours[link]?.announcing = .listing
                effects.append(.list(after: nil, for: link))
            }
        }
        if order.isEmpty { nextAnnouncement = nil }
        return effects
    }

    // MARK: Private

    /// Goes on with what a neighbour asked for, and with announcing, as far as its link has room.
    mutating func serve(_ link: LinkID) -> [Effect] {
        guard let neighbour = neighbours[link], !neighbour.isFetching,
            neighbour.unsentBytes <= Limits.payloadUnsentBytes
        else { return [] }
        if !neighbour.wanted.isEmpty {
            let ids = [ItemID](neighbour.wanted.prefix(Self.fetchCount))
            neighbours[link]?.wanted.removeFirst(ids.count)
            neighbours[link]?.isFetching = true
            return [.fetch(ids, for: link)]
        }
        guard case .serving(let after) = neighbour.announcing else { return [] }
        guard let after else {
            neighbours[link]?.announcing = .idle
            return []
        }
        neighbours[link]?.announcing = .listing
        return [.list(after: after, for: link)]
    }

    mutating func want(_ id: ItemID, of link: LinkID, _ now: Moment) {
        let until = now.adding(milliseconds: Limits.wantMilliseconds)
        wants[id] = Want(link: link, until: until, alternatives: wants[id]?.alternatives ?? [])
        // Ids that are asked for and answered over and over leave no more than twice the open ones.
        if wantQueue.count > 2 * Limits.missing {
            wantQueue.removeAll { wants[$0.id]?.until != $0.until }
        }
        wantQueue.append((until, id))
        neighbours[link]?.asked += 1
    }

    mutating func settle(_ id: ItemID) {
        guard let want = wants.removeValue(forKey: id) else { return }
        neighbours[want.link]?.asked -= 1
    }

    /// Asks the next neighbour that announced the id; forgets it when there is none.
    mutating func askElsewhere(_ id: ItemID, now: Moment) -> [Effect] {
        guard var want = wants[id] else { return [] }
        settle(id)
        while !want.alternatives.isEmpty {
            let link = want.alternatives.removeFirst()
            guard neighbours[link] != nil else { continue }
            self.want(id, of: link, now)
            wants[id]?.alternatives = want.alternatives
            return askFrames([id], link)
        }
        return []
    }

    mutating func askFrames(_ ids: [ItemID], _ link: LinkID) -> [Effect] {
        var effects: [Effect] = []
        var rest = ids[...]
        while !rest.isEmpty {
            effects += send(
                link, .want(session: 0, [ItemID](rest.prefix(Limits.wantedIDs))))
            rest = rest.dropFirst(Limits.wantedIDs)
        }
        return effects
    }

    mutating func witness(_ id: ItemID, _ link: LinkID) -> [Effect] {
        guard neighbours[link]?.witnessed.insert(id) == true, let node = neighbours[link]?.node
        else { return [] }
        return [.witnessed(id, by: node)]
    }

    mutating func send(_ link: LinkID, _ frame: Frame) -> [Effect] {
        guard let unsent = neighbours[link]?.unsentBytes else { return [] }
        let bytes = unsent + frame.weight
        neighbours[link]?.unsentBytes = bytes
        if bytes > Limits.unsentBytes { return [.close(link)] }
        return [.send(link, frame)]
    }
}

extension Frame {
    /// Bytes the frame takes on a link, about.
    public var weight: Int {
        switch self {
        case .push(_, let envelope): 5 + envelope.bytes.count
        case .announce(let items): 6 + 33 * items.count
        case .want(_, let ids), .gone(_, let ids): 9 + 32 * ids.count
        case .pad(let count): 4 + count
        default: 256
        }
    }
}
