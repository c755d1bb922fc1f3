public import Model
public import Wire

// The active view: which links lead to neighbours, and how many places there are.
// Source: protocol/20-membership.md, "Places".

extension Membership {
    /// Links to neighbours, in the order they came.
    public var neighbours: [LinkID] { links.filter { isNeighbour($0) } }

    public func isNeighbour(_ link: LinkID) -> Bool { peers[link]?.isUp ?? false }

    /// Nodes that could become neighbours.
    public var passiveRecords: [PeerRecord] { passive.entries.map { $0.record } }

    var hasNeighbour: Bool { tally.up > 0 }

    func link(to node: NodeID) -> LinkID? { links.first { peers[$0]?.node == node } }

    func isLinked(_ node: NodeID) -> Bool { link(to: node) != nil }

    /// Counts anew, after any change of who is up or pinned.
    mutating func count() {
        tally = Tally()
        for link in links {
            guard let peer = peers[link], peer.isUp else { continue }
            tally.up += 1
            if peer.isOutbound { tally.dialled += 1 }
            if !peer.isGuest { tally.hosts += 1 }
            if peer.isPinned { continue }
            if peer.isGuest { tally.guests += 1 } else { tally.placed += 1 }
        }
    }

    /// How many more neighbours are looked for.
    var missing: Int {
        max(0, sought - tally.hosts, settings.outbound - tally.dialled)
    }

    /// With fewer neighbours others are looked for at once.
    var sought: Int {
        isHidden ? min(settings.sought, Limits.neighboursSoughtHidden) : settings.sought
    }

    /// How many neighbours there are by our own choice.
    var chosen: Int {
        isHidden ? min(settings.chosen, Limits.neighboursSoughtHidden) : settings.chosen
    }

    /// Nobody can dial us: all our neighbours take us as a guest.
    private var isHidden: Bool { own.addressClass == nil }

    /// Takes links with NEIGHBOR sent, and dials that will send it, into account.
    var underWay: Int {
        dials.lazy.filter { $0.purpose != .healing }.count
            + links.lazy.filter { if case .asked = peers[$0]?.phase { true } else { false } }.count
    }

    // MARK: Up and down

    mutating func raise(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard let peer = peers[link], !peer.isUp else { return [] }
        peers[link]?.phase = .up
        peers[link]?.refusedUntil = nil
        peers[link]?.restsUntil = nil
        count()
        passive.remove(peer.node)
        searchWait = Limits.searchMilliseconds
        shuffleSoon(now)
        if peer.isOutbound { keepAnchor(peer.record, now) }
        return [.up(link)]
    }

    /// The neighbour is kept in mind: it was one, and may be again.
    mutating func lower(_ link: LinkID, to phase: Peer.Phase, _ now: Moment) -> [Effect] {
        guard let peer = peers[link], peer.isUp else { return [] }
        peers[link]?.phase = phase
        peers[link]?.lastUse = now
        count()
        peers[link].map { remember($0, now) }
        searchWait = Limits.searchMilliseconds
        searchSoon(now)
        return [.down(link)]
    }

    mutating func remember(_ peer: Peer, _ now: Moment) {
        guard isOfUse(peer.record), !peer.isLeaf else { return }
        let rests = max(now, peer.refusedUntil ?? now)
        passive.insert(peer.record, by: peer.node, rests: rests, &choices)
    }

    /// Takes leave of a neighbour, or of one that thinks it is one.
    mutating func leave(
        _ link: LinkID, _ why: Leave, backoffSeconds: UInt16, _ now: Moment
    ) -> [Effect] {
        let until = now.adding(milliseconds: UInt64(backoffSeconds) * 1000)
        if backoffSeconds > 0 {
            peers[link]?.restsUntil = until
            peers[link]?.refusedUntil = until
        }
        let down = lower(link, to: .idle, now)
        return down
            + [.send(link, .disconnect(reason: why.rawValue, backoffSeconds: backoffSeconds))]
    }

    /// The node stops: everyone is told, and forgets it.
    public mutating func stop(now: Moment) -> [Effect] {
        neighbours.flatMap { leave($0, .stopping, backoffSeconds: 0, now) }
    }

    // MARK: Places

    /// Makes a place for whoever asks, at another's cost if it must be.
    ///
    /// - Returns: nil if there is none, else what was done for it.
    mutating func makePlace(
        for peer: Peer, isHighPriority: Bool, _ now: Moment
    ) -> [Effect]? {
        if peer.isPinned { return [] }
        let isFree = hasPlace(for: peer)
        if let until = peer.restsUntil, until > now, !(isFree && isHighPriority) { return nil }
        if isFree { return [] }
        guard isHighPriority, now >= nextDisplacement, let victim = victim(for: peer) else {
            return nil
        }
        nextDisplacement = now.adding(milliseconds: Limits.displacementMilliseconds)
        return leave(
            victim, .displaced, backoffSeconds: Limits.displacedSeconds, now)
    }

    func hasPlace(for peer: Peer) -> Bool {
        peer.isGuest ? tally.guests < settings.guests : tally.placed < settings.most
    }

    /// The neighbour whose place goes to `peer`: never one of the two oldest that we dialled nor a
    /// pinned one, rather one that dialled us, and of the source group that has most places.
    private mutating func victim(for peer: Peer) -> LinkID? {
        let up = links.filter { peers[$0]?.isUp ?? false }
        let protected = up.filter { peers[$0]?.isOutbound ?? false }
            .prefix(Limits.neighboursProtected)
        let open = up.filter { link in
            guard let other = peers[link], !other.isPinned else { return false }
            return other.isGuest == peer.isGuest && !protected.contains(link)
        }
        let inbound = open.filter { !(peers[$0]?.isOutbound ?? false) }
        return choices.pick(crowd(of: inbound.isEmpty ? open : inbound))
    }

    /// Those of the group that has most of `links`; all, if no group has two.
    private func crowd(of links: [LinkID]) -> [LinkID] {
        var largest: [LinkID] = []
        for link in links {
            guard let group = peers[link]?.group else { continue }
            let members = links.filter { peers[$0]?.group == group }
            if members.count > max(1, largest.count) { largest = members }
        }
        return largest.isEmpty ? links : largest
    }

    // MARK: Records

    /// Whether a record names somebody who can be dialled from here and may be.
    func isOfUse(_ record: PeerRecord) -> Bool {
        guard record.node != settings.node, !blocked.contains(record.node),
            let addressClass = record.addressClass
        else { return false }
        return settings.classes.contains(addressClass)
    }

    /// Takes a record into the passive view, unless it is known already or does not hold.
    mutating func learn(
        _ record: PeerRecord, by introducer: NodeID, _ now: Moment, _ wall: WallTime
    ) {
        guard isOfUse(record) else { return }
        if let known = passive.entry(record.node) {
            guard record.seq > known.record.seq else { return }
        }
        if let link = link(to: record.node), let peer = peers[link] {
            // A neighbour's own HELLO is newer than what is told of it, nearly always.
            guard record.seq > peer.record.seq, settings.check(record, wall) else { return }
            peers[link]?.record = record
            if !peer.isUp { passive.insert(record, by: introducer, rests: now, &choices) }
            return
        }
        guard settings.check(record, wall) else { return }
        passive.insert(record, by: introducer, rests: now, &choices)
    }
}
