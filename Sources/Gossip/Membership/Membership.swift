public import Model
public import Wire

/// Decides whom a node dials, and which of its links lead to neighbours: HyParView (Leitão, Pereira,
/// Rodrigues 2007) with the departures of protocol/20-membership.md.
///
/// A link is told here once its HELLO was checked, and until it ends. Every `.dial` is answered by
/// `linked` or `dialFailed`: by the latter too if the link ended before its HELLO.
public struct Membership: Sendable {
    public enum Effect: Sendable, Equatable {
        case send(LinkID, MembershipFrame)
        /// The node, where it is known, is the one the address ought to lead to.
        case dial(Text, NodeID?)
        /// Of no further use.
        case close(LinkID)
        /// Leads to a neighbour now.
        case up(LinkID)
        /// Leads to a neighbour no longer, though it may last.
        case down(LinkID)
        /// Leads beyond the neighbours: to be reconciled with, then told by `compared`.
        case compare(LinkID)
        /// To be kept over restarts, in place of those told before.
        case anchors([PeerRecord])
        /// Broke a rule that no honest node breaks.
        case misbehaved(LinkID)
    }

    let settings: Settings
    /// Our own signed record, as handed to others.
    public private(set) var own: PeerRecord
    var choices: Choices
    var peers: [LinkID: Peer] = [:]
    /// In the order they came.
    var links: [LinkID] = []
    var tally = Tally()
    var passive: PassiveView
    public internal(set) var dialling = Dialling()
    var dials: [Dial] = []
    /// Nodes we dialled that were neighbours, the latest first.
    var anchors: [Anchor] = []
    var anchorsAreNew = false
    var pinned: [NodeID] = []
    var blocked: [NodeID] = []

    /// Who joined lately, by source group: a JOIN a minute each.
    var joins: [(group: SourceGroup?, until: Moment)] = []
    /// When JOINs were sent lately.
    var joinsSent: [Moment] = []
    /// SHUFFLEs under way: where their replies go.
    var walks: [Walk] = []

    var nextSearch: Moment
    var searchWait = Limits.searchMilliseconds
    var nextShuffle: Moment
    var shuffleWait = Limits.shuffleFirstMilliseconds
    var nextHealing: Moment
    /// Dials left in this turn of healing.
    var healingTries = 0
    var nextDisplacement: Moment
    var nextAnchors: Moment

    public init(_ settings: Settings, own: PeerRecord, choices: Choices, now: Moment) {
        self.settings = settings
        self.own = own
        self.choices = choices
        passive = PassiveView(
            limit: settings.passive, introducedLimit: Limits.passiveIntroduced)
        nextSearch = now
        nextShuffle = now
        nextDisplacement = now
        nextAnchors = now
        nextHealing = now
        nextHealing = now.adding(
            milliseconds: self.choices.jittered(Limits.healingMilliseconds))
    }

    /// Our record was signed anew. Its seq should stay for an hour or so: others check each once.
    public mutating func renew(_ own: PeerRecord) { self.own = own }

    // MARK: Links

    /// A link's HELLO was checked.
    ///
    /// - Parameters:
    ///   - record: as in HELLO, checked.
    ///   - dialled: the address as `.dial` gave it, if we dialled.
    ///   - group: that of the remote address as seen; nil where that says nothing.
    public mutating func linked(
        _ link: LinkID, record: PeerRecord, isLeaf: Bool = false, dialled: Text?,
        group: SourceGroup?, now: Moment, wall: WallTime
    ) -> [Effect] {
        guard peers[link] == nil else { return [] }
        guard links.count < Limits.links else { return [.close(link)] }
        let node = record.node
        // Two links to one node: the one that came later is the one that stays.
        var effects = self.link(to: node).map { unlinked($0, now: now) } ?? []
        let dial = dialled.flatMap { takeDial($0) }
        var peer = Peer(
            record: record, isLeaf: isLeaf, dialled: dialled,
            group: group ?? dialled.flatMap { _ in SourceGroup(record: record) }, now: now)
        if let dialled {
            dialling.greeted(dialled, node: node)
            if dialling.entry(dialled)?.kind == .pinned { pin(node) }
        }
        peer.isPinned = pinned.contains(node)
        peers[link] = peer
        links.append(link)
        passive.reached(node)
        passive.update(record)
        if peer.isOutbound || peer.isPinned {
            effects += met(link, dial, now, wall)
        }
        return effects
    }

    /// A link ended.
    public mutating func unlinked(_ link: LinkID, now: Moment) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        var effects: [Effect] = []
        if peer.isUp { effects += lower(link, to: .closing, now) }
        peers[link] = nil
        links.removeAll { $0 == link }
        walks.removeAll { $0.from == link || $0.to == link }
        if let dialled = peer.dialled {
            dialling.ended(
                dialled, now: now, jitter: choices.next(), before: peer.refusedUntil,
                most: redialMost)
        }
        if !hasNeighbour { searchSoon(now) }
        return effects
    }

    /// Something other than membership was done over the link: it is of use a while longer.
    public mutating func used(_ link: LinkID, now: Moment) { peers[link]?.lastUse = now }

    public mutating func heard(
        _ frame: MembershipFrame, by link: LinkID, now: Moment, wall: WallTime
    ) -> [Effect] {
        guard peers[link] != nil else { return [] }
        switch frame {
        case .join(let record): return joined(record, by: link, now, wall)
        case .forwardJoin(let ttl, let record):
            return walked(record, ttl: ttl, by: link, now, wall)
        case .neighbor(let isHighPriority):
            return askedBy(link, isHighPriority: isHighPriority, now)
        case .neighborReply(let isAccepted): return answered(isAccepted, by: link, now)
        case .disconnect(let reason, let backoff):
            return disconnected(by: link, reason: reason, backoffSeconds: backoff, now)
        case .shuffle(let nonce, let ttl, let records):
            return shuffled(nonce, ttl: ttl, records, by: link, now, wall)
        case .shuffleReply(let nonce, let records):
            return shuffleAnswered(nonce, records, by: link, now, wall)
        }
    }

    // MARK: Time

    public var deadline: Moment? {
        var next = min(nextHealing, hasNeighbour ? nextShuffle : nextHealing)
        if missing > 0 { next = min(next, nextSearch) }
        if anchorsAreNew { next = min(next, nextAnchors) }
        for link in links { if let due = peers[link]?.deadline { next = min(next, due) } }
        for dial in dials { next = min(next, dial.until) }
        if let due = dialling.deadline(seeds: false) { next = min(next, due) }
        return next
    }

    public mutating func wake(now: Moment, wall: WallTime) -> [Effect] {
        var effects: [Effect] = []
        for dial in dials where dial.until <= now {
            effects += dialFailed(dial.address, now: now)
        }
        for link in links { effects += expire(link, now) }
        joins.removeAll { $0.until <= now }
        walks.removeAll { $0.until <= now }
        effects += dialPinned(now)
        if missing > 0, nextSearch <= now { effects += search(now, wall) }
        if hasNeighbour, nextShuffle <= now { effects += shuffle(now) }
        if nextHealing <= now { effects += beginHealing(now, wall) }
        if anchorsAreNew, nextAnchors <= now { effects += tellAnchors(now) }
        return effects
    }

    /// What time alone does to a link.
    private mutating func expire(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard let peer = peers[link], let due = peer.deadline, due <= now else { return [] }
        switch peer.phase {
        case .asked: return refused(link, now)
        case .comparing: return compared(link, differed: false, now: now)
        case .idle where peer.isPinned: return ask(link, now)
        case .idle:
            peers[link]?.phase = .closing
            return [.close(link)]
        case .up, .closing: return []
        }
    }
}
