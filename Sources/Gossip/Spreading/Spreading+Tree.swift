public import Model
import Wire

// Who stands where in the tree: GRAFT and PRUNE, the least number of eager peers, shorter ways.

extension Spreading {
    /// As few eager peers as there may be now. In a small view, and while the tree still changes,
    /// one more than a tree needs: else a burst prunes it to pieces (iroh-gossip 6cb0844).
    func eagerFloor(_ now: Moment) -> Int {
        let view = peers.values.count { $0.place != .outside }
        let isSettled = now >= lastPromotion.adding(milliseconds: Limits.settledMilliseconds)
        return min(view, view > Limits.smallView && isSettled ? 1 : 2)
    }

    var eagerCount: Int { peers.values.count { $0.place == .eager } }

    /// - Precondition: it is a neighbour, or becomes one.
    mutating func promote(_ link: LinkID, _ now: Moment) {
        guard let place = peers[link]?.place, place != .eager else { return }
        peers[link]?.place = .eager
        lastPromotion = now
    }

    /// A neighbour belongs into the tree, but not if it said so before it read our PRUNE: it takes us
    /// for lazy once it has, and one would push and the other not.
    @discardableResult
    mutating func welcome(_ link: LinkID, _ now: Moment) -> Bool {
        guard let peer = peers[link], peer.place != .outside else { return false }
        if peer.place == .lazy, let told = peer.prunedAt,
            now < told.adding(milliseconds: peer.roundTrip)
        {
            return false
        }
        promote(link, now)
        return true
    }

    /// It pushed what was here already: told to stop, if enough others are left.
    mutating func prune(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        switch peer.place {
        case .outside: return []
        case .eager:
            guard now >= peer.keptUntil, eagerCount > eagerFloor(now) else { return [] }
            return sendPrune(link, now)
        case .lazy:
            // Told already: what was under way may still come, and one PRUNE may have crossed a
            // GRAFT.
            let grace = max(Limits.settledMilliseconds, 2 * peer.roundTrip)
            guard let told = peer.prunedAt else { return sendPrune(link, now) }
            guard now >= told.adding(milliseconds: grace) else { return [] }
            return charge(link, .deaf, now: now) + sendPrune(link, now)
        }
    }

    private mutating func sendPrune(_ link: LinkID, _ now: Moment) -> [Effect] {
        peers[link]?.place = .lazy
        peers[link]?.prunedAt = now
        return send(link, .prune(backoffSeconds: Limits.pruneBackoffSeconds))
    }

    private mutating func sendGraft(
        _ link: LinkID, hops: UInt8 = Announcement.offTree, _ now: Moment
    ) -> [Effect] {
        promote(link, now)
        return send(link, .graft(nil, hops: hops))
    }

    /// A peer wants a place in our tree, and the item it names.
    public mutating func grafted(
        _ id: ItemID?, by link: LinkID, now: Moment
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        guard peers[link]?.graftBudget.spend(now: now) == true else {
            return charge(link, .beyondAllowance, now: now)
        }
        counters.graftsHeard += 1
        if welcome(link, now) {
            // Without an id it says that too few are left to it: pruned again soon, it would turn
            // to the next, and that one prune it too, for ever.
            let kept = id == nil ? Limits.keptMilliseconds : Limits.settledMilliseconds
            let until = now.adding(milliseconds: kept)
            peers[link]?.keptUntil = max(peer.keptUntil, until)
        }
        guard let id else { return [] }
        let replies = peers[link]?.replies[id] ?? 0
        guard replies < Limits.graftReplies else { return send(link, .gone(session: 0, [id])) }
        peers[link]?.replies[id] = replies + 1
        return wish([Wish(id: id, kind: .graft)], by: link)
    }

    /// A peer wants no more pushes from here.
    public mutating func pruned(
        backoffSeconds: UInt16, by link: LinkID, now: Moment
    ) -> [Effect] {
        guard peers[link] != nil else { return [] }
        guard peers[link]?.pruneBudget.spend(now: now) == true else {
            return charge(link, .beyondAllowance, now: now)
        }
        counters.prunesHeard += 1
        guard peers[link]?.place != .outside else { return [] }
        let backoff = UInt64(min(backoffSeconds, Limits.pruneSeconds)) * 1000
        peers[link]?.graftableFrom = now.adding(milliseconds: backoff)
        peers[link]?.place = .lazy
        return keepFloor(now, except: link)
    }

    /// Grafts the nearest lazy peers until there are enough eager ones.
    mutating func keepFloor(_ now: Moment, except pruner: LinkID? = nil) -> [Effect] {
        var effects: [Effect] = []
        // Taken once: a graft is a promotion, after which one more is wanted to stay.
        let floor = eagerFloor(now)
        while eagerCount < floor {
            guard let link = nearestLazy(now, except: pruner) else { break }
            effects += sendGraft(link, now)
        }
        return effects
    }

    /// The lazy peer with the shortest round trip, the oldest of several; one that asked to be left
    /// alone only if there is no other, and who pruned us last of all.
    private func nearestLazy(_ now: Moment, except pruner: LinkID?) -> LinkID? {
        func rank(_ link: LinkID, _ peer: Peer) -> UInt64 {
            if link == pruner { return 2 }
            return now < peer.graftableFrom ? 1 : 0
        }
        var best: (link: LinkID, rank: UInt64, roundTrip: UInt64)?
        for link in order {
            guard let peer = peers[link], peer.place == .lazy else { continue }
            let next = (link: link, rank: rank(link, peer), roundTrip: peer.roundTrip)
            if let best, (best.rank, best.roundTrip) <= (next.rank, next.roundTrip) { continue }
            best = next
        }
        return best?.link
    }

    /// A lazy peer had an item much nearer to its origin than who pushed it: they change places.
    /// Hops are a hint that anybody can forge, so this happens seldom, and never for a peer that
    /// something counts against.
    mutating func improve(
        _ id: ItemID, _ announcer: Announcer, _ now: Moment
    ) -> [Effect] {
        guard let arrival = arrivals[id], let source = arrival.link, source != announcer.link,
            arrival.hops < Announcement.offTree, announcer.hops < Announcement.offTree,
            Int(arrival.hops) - Int(announcer.hops) >= Limits.improvementHops,
            now >= improvableFrom, let pusher = peers[source], pusher.place == .eager,
            now >= pusher.keptUntil, let peer = peers[announcer.link], peer.place == .lazy,
            now >= peer.graftableFrom,
            peer.conduct.points(now) == 0
        else { return [] }
        improvableFrom = now.adding(milliseconds: Limits.improvementMilliseconds)
        counters.improvements += 1
        return sendGraft(announcer.link, hops: announcer.hops, now) + sendPrune(source, now)
    }
}
