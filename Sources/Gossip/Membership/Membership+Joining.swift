import Model
import Wire

// How two nodes become neighbours, and cease to be. Source: protocol/20-membership.md, "Joining".

extension Membership {
    /// Asks to be neighbours: by JOIN while there is hardly one, so that others hear of us too.
    mutating func ask(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard let peer = peers[link], peer.phase != .closing, !peer.isUp else { return [] }
        if case .asked = peer.phase { return [] }
        peers[link]?.phase = .asked(until: now.adding(milliseconds: Limits.neighborMilliseconds))
        joinsSent.removeAll { $0.adding(milliseconds: Limits.joinMilliseconds) <= now }
        var effects: [Effect] = []
        if tally.hosts < 2, joinsSent.count < Limits.joinsSent {
            joinsSent.append(now)
            effects.append(.send(link, .join(own)))
        } else {
            effects.append(.send(link, .neighbor(isHighPriority: !hasNeighbour)))
        }
        // Who knows hardly anybody learns of others at once, whatever the answer will be.
        if passive.entries.count < chosen { effects += shuffle(over: link, ttl: 0, now) }
        return effects
    }

    // MARK: Being asked

    mutating func joined(
        _ record: PeerRecord, by link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        guard record.node == peer.node else { return [.misbehaved(link)] }
        if record.seq > peer.record.seq {
            guard settings.check(record, wall) else { return [.misbehaved(link)] }
            peers[link]?.record = record
        }
        guard now >= peer.nextJoin else { return askedBy(link, isHighPriority: true, now) }
        peers[link]?.nextJoin = now.adding(milliseconds: Limits.joinMilliseconds)
        var effects = askedBy(link, isHighPriority: true, now)
        guard let joiner = peers[link], !joiner.isLeaf, isOfUse(joiner.record), !settings.isLeaf,
            takeJoin(peer.group, now)
        else { return effects }
        if !joiner.isUp { remember(joiner, now) }
        let others = neighbours.filter { $0 != link && !(peers[$0]?.isLeaf ?? true) }
        for other in choices.some(Limits.joinWalks, of: others) {
            effects.append(
                .send(other, .forwardJoin(ttl: Limits.walkLength, joiner.record)))
        }
        return effects
    }

    /// One JOIN of a source group is passed on in a minute, and so many in all.
    private mutating func takeJoin(_ group: SourceGroup?, _ now: Moment) -> Bool {
        joins.removeAll { $0.until <= now }
        guard joins.count < Limits.joinsHeard else { return false }
        if let group, joins.contains(where: { $0.group == group }) { return false }
        joins.append((group, now.adding(milliseconds: Limits.joinMilliseconds)))
        return true
    }

    /// Somebody asks to be our neighbour; crossing requests are one.
    mutating func askedBy(_ link: LinkID, isHighPriority: Bool, _ now: Moment) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        switch peer.phase {
        case .up: return [.send(link, .neighborReply(isAccepted: true))]
        case .closing: return [.send(link, .neighborReply(isAccepted: false))]
        case .asked: return raise(link, now) + [.send(link, .neighborReply(isAccepted: true))]
        case .idle, .comparing:
            guard let room = makePlace(for: peer, isHighPriority: isHighPriority, now) else {
                return [.send(link, .neighborReply(isAccepted: false))]
            }
            return room + raise(link, now) + [.send(link, .neighborReply(isAccepted: true))]
        }
    }

    // MARK: Answers

    mutating func answered(_ isAccepted: Bool, by link: LinkID, _ now: Moment) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        switch (peer.phase, isAccepted) {
        case (.asked, true): return raise(link, now)
        case (.asked, false): return refused(link, now)
        case (.idle, true), (.comparing, true), (.closing, true):
            // It came too late, and the other side believes it holds.
            return leave(link, .notNeighbours, backoffSeconds: 0, now)
        case (.up, _), (.idle, false), (.comparing, false), (.closing, false): return []
        }
    }

    /// We are not wanted there for now, or get no answer: others are looked for.
    mutating func refused(_ link: LinkID, _ now: Moment) -> [Effect] {
        peers[link]?.phase = .idle
        peers[link]?.wasRefused = true
        rest(
            link,
            hasNeighbour ? Limits.refusedMilliseconds : Limits.refusedAloneMilliseconds, now)
        return peers[link]?.heals ?? false ? heal(link, now) : []
    }

    /// Leaves the node alone for as long as this, and up to a fifth longer.
    private mutating func rest(_ link: LinkID, _ milliseconds: UInt64, _ now: Moment) {
        guard let peer = peers[link] else { return }
        let more = UInt64(choices.below(Int(milliseconds / 5) + 1))
        let until = now.adding(milliseconds: milliseconds + more)
        peers[link]?.refusedUntil = until
        peers[link]?.lastUse = now
        passive.rest(peer.node, until: until)
        if !hasNeighbour { searchSoon(now) }
    }

    mutating func disconnected(
        by link: LinkID, reason: UInt8, backoffSeconds: UInt16, _ now: Moment
    ) -> [Effect] {
        guard let peer = peers[link], peer.phase != .closing else { return [] }
        var effects: [Effect] = []
        switch peer.phase {
        case .up: effects = lower(link, to: .idle, now)
        case .asked: peers[link]?.phase = .idle
        case .idle, .comparing, .closing: break
        }
        if reason == Leave.stopping.rawValue { passive.remove(peer.node) }
        let seconds = UInt64(min(backoffSeconds, Limits.backoffSeconds))
        rest(link, max(Limits.refusedAloneMilliseconds, seconds * 1000), now)
        return effects
    }

    // MARK: Walks

    /// A joiner's record on its way to somebody with room.
    mutating func walked(
        _ record: PeerRecord, ttl: UInt8, by link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link], peer.isUp, !settings.isLeaf, isOfUse(record),
            peers[link]?.walks.spend(now: now) ?? false
        else { return [] }
        guard holds(record, wall) else { return [] }
        let ttl = min(ttl, Limits.walkLength)
        let others = links.filter { other in
            guard let next = peers[other], next.isUp, !next.isLeaf else { return false }
            return other != link && next.node != record.node
        }
        guard ttl > 0, let next = choices.pick(others) else {
            return endWalk(record, by: peer.node, now, wall)
        }
        if ttl == Limits.walkPassive { learn(record, by: peer.node, now, wall) }
        return [.send(next, .forwardJoin(ttl: ttl - 1, record))]
    }

    /// A record that is known needs no second look.
    private func holds(_ record: PeerRecord, _ wall: WallTime) -> Bool {
        if let known = passive.entry(record.node), known.record == record { return true }
        return settings.check(record, wall)
    }

    private mutating func endWalk(
        _ record: PeerRecord, by introducer: NodeID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        if isLinked(record.node) { return [] }
        guard tally.placed + underWay < chosen else {
            learn(record, by: introducer, now, wall)
            return []
        }
        return dial(record, .walk, now)
    }
}
