import Model
import Wire

// How nodes hear of others: each sends a few records for a walk and gets as many back.
// Source: protocol/20-membership.md, "Shuffling".

extension Membership {
    /// Sends a SHUFFLE to a neighbour, and sets the time of the next.
    mutating func shuffle(_ now: Moment) -> [Effect] {
        nextShuffle = now.adding(milliseconds: choices.jittered(shuffleWait))
        shuffleWait =
            passive.entries.count < chosen
            ? min(2 * shuffleWait, Limits.shuffleMilliseconds) : Limits.shuffleMilliseconds
        let others = neighbours.filter { !(peers[$0]?.isLeaf ?? true) }
        guard let link = choices.pick(others) else { return [] }
        return shuffle(over: link, ttl: Limits.walkLength, now)
    }

    /// A neighbour is there: who knows hardly anybody asks soon.
    mutating func shuffleSoon(_ now: Moment) {
        guard passive.entries.count < chosen else { return }
        if tally.up <= 1 { shuffleWait = Limits.shuffleFirstMilliseconds }
        let soon = now.adding(milliseconds: choices.jittered(shuffleWait))
        nextShuffle = min(nextShuffle, soon)
    }

    /// - Parameter ttl: 0 is answered by whoever the link leads to.
    mutating func shuffle(over link: LinkID, ttl: UInt8, _ now: Moment) -> [Effect] {
        let nonce = choices.next()
        guard let peer = peers[link], noteWalk(nonce, from: nil, to: link, now) else { return [] }
        return [
            .send(link, .shuffle(nonce: nonce, ttl: ttl, sample(leaving: [peer.node])))
        ]
    }

    mutating func shuffled(
        _ nonce: UInt64, ttl: UInt8, _ records: [PeerRecord], by link: LinkID, _ now: Moment,
        _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link], peers[link]?.shuffles.spend(now: now) ?? false else {
            return []
        }
        let ttl = min(ttl, Limits.walkLength)
        let origin = records.first?.node
        let others = links.filter { other in
            guard let next = peers[other], next.isUp, !next.isLeaf else { return false }
            return other != link && next.node != origin
        }
        if peer.isUp, ttl > 0, !settings.isLeaf, let next = choices.pick(others),
            noteWalk(nonce, from: link, to: next, now)
        {
            return [.send(next, .shuffle(nonce: nonce, ttl: ttl - 1, records))]
        }
        let reply = sample(leaving: records.map { $0.node } + [peer.node])
        for record in records { learn(record, by: peer.node, now, wall) }
        let answer = Effect.send(link, .shuffleReply(nonce: nonce, reply))
        // Only a neighbour lets one walk on: it does not know that it is none.
        guard ttl > 0, peer.phase == .idle else { return [answer] }
        return [answer] + leave(link, .notNeighbours, backoffSeconds: 0, now)
    }

    mutating func shuffleAnswered(
        _ nonce: UInt64, _ records: [PeerRecord], by link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link],
            let index = walks.firstIndex(where: { $0.nonce == nonce && $0.to == link })
        else { return [] }
        let walk = walks.remove(at: index)
        if let from = walk.from {
            return walk.until > now ? [.send(from, .shuffleReply(nonce: nonce, records))] : []
        }
        let known = passive.entries.count
        for record in records { learn(record, by: peer.node, now, wall) }
        if known < chosen, passive.entries.count > known { searchSoon(now) }
        return []
    }

    /// Ourselves, up to three neighbours and four others; none of `nodes`.
    private mutating func sample(leaving nodes: [NodeID]) -> [PeerRecord] {
        let active = links.compactMap { link -> PeerRecord? in
            guard let peer = peers[link], peer.isUp, !peer.isLeaf, isOfUse(peer.record),
                !nodes.contains(peer.node)
            else { return nil }
            return peer.record
        }
        let others = passive.entries.map { $0.record }.filter { !nodes.contains($0.node) }
        return (settings.isLeaf || own.addressClass == nil ? [] : [own])
            + choices.some(Limits.shuffledActive, of: active)
            + choices.some(Limits.shuffledPassive, of: others)
    }

    /// False if too many are under way, or one with this nonce is.
    private mutating func noteWalk(
        _ nonce: UInt64, from: LinkID?, to: LinkID, _ now: Moment
    ) -> Bool {
        walks.removeAll { $0.until <= now }
        guard walks.count < Limits.walksKept,
            !walks.contains(where: { $0.nonce == nonce && $0.to == to })
        else { return false }
        let until = now.adding(milliseconds: Limits.walkKeptMilliseconds)
        walks.append(Walk(nonce: nonce, from: from, to: to, until: until))
        return true
    }
}
