public import Model
public import Wire

// What joins again what fell apart: nodes remembered over restarts, and a look beyond the
// neighbours from time to time. Source: protocol/20-membership.md, "Healing".

extension Membership {
    // MARK: Looking beyond

    /// Dials a seed, an anchor or a node of the passive view that is no neighbour; if that fails,
    /// another.
    mutating func beginHealing(_ now: Moment, _ wall: WallTime) -> [Effect] {
        var effects: [Effect] = []
        if healingTries == 0 {
            healingTries = Limits.healingTries
            effects += shed(now)
        }
        healingTries -= 1
        nextHealing = now.adding(milliseconds: choices.jittered(Limits.healingMilliseconds))
        passive.dropExpired(wall)
        let dialled = dialBeyond()
        guard let dialled else {
            healingTries = 0
            return effects
        }
        return effects + dial(dialled.address, dialled.node, dialled.group, .healing, now)
    }

    private struct Target {
        let address: Text
        let node: NodeID?
        let group: SourceGroup?
    }

    /// Each of the three kinds has the same chance, if there is any of it.
    private mutating func dialBeyond() -> Target? {
        let linked = links.compactMap { peers[$0]?.node }
        let seeds = dialling.seeds(nil) { linked.contains($0) || blocked.contains($0) }
            .map { Target(address: $0.address, node: $0.node, group: nil) }
        let records = [anchors.map { $0.record }, passive.entries.map { $0.record }]
        let targets = records.map { records in
            records.filter { isOfUse($0) && !linked.contains($0.node) }.compactMap { record in
                choices.pick(record.addresses).map {
                    Target(
                        address: $0.text, node: record.node, group: SourceGroup(record: record))
                }
            }
        }
        return choices.pick(([seeds] + targets).filter { !$0.isEmpty }).flatMap { choices.pick($0) }
    }

    /// The link leads beyond the neighbours: what both hold is compared, and whom both know.
    mutating func heal(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard peers[link]?.phase == .idle else { return [] }
        healingTries = 0
        peers[link]?.heals = false
        peers[link]?.phase = .comparing(
            until: now.adding(milliseconds: Limits.compareMilliseconds))
        return [.compare(link)] + shuffle(over: link, ttl: 0, now)
    }

    /// What `compare` ordered is done, or could not be.
    ///
    /// - Parameter differed: one side had what the other lacked. Parts of a network that know
    ///   nothing of each other are joined by that: the node becomes a neighbour if it can.
    public mutating func compared(_ link: LinkID, differed: Bool, now: Moment) -> [Effect] {
        guard let peer = peers[link], case .comparing = peer.phase else { return [] }
        peers[link]?.lastUse = now
        if peer.isPinned || tally.placed < (differed ? settings.most : chosen) {
            peers[link]?.phase = .idle
            return ask(link, now)
        }
        if differed {
            // What was found is still on its way: it is closed once it has been idle.
            peers[link]?.phase = .idle
            return []
        }
        peers[link]?.phase = .closing
        return [.close(link)]
    }

    /// A node with more neighbours than it chose, and more dialled than it needs, lets one go that
    /// it dialled: so that ties to what was apart can be made for ever.
    private mutating func shed(_ now: Moment) -> [Effect] {
        guard tally.placed > chosen, tally.dialled > settings.outbound else { return [] }
        let dialled = links.filter { isNeighbour($0) && peers[$0]?.isOutbound ?? false }
            .dropFirst(Limits.neighboursProtected)
        let open = dialled.filter { !(peers[$0]?.isPinned ?? true) }
        return choices.pick([LinkID](open)).map {
            leave($0, .displaced, backoffSeconds: Limits.displacedSeconds, now)
        } ?? []
    }

    // MARK: Anchors

    /// Nodes of an earlier run, as `anchors` told them: dialled besides seeds at the start.
    public mutating func recall(anchors records: [PeerRecord], now: Moment) {
        for record in records.prefix(Limits.anchors)
        where isOfUse(record) && !anchors.contains(where: { $0.record.node == record.node }) {
            anchors.append(Anchor(record: record, rests: now))
        }
        if anchors.count > Limits.anchors {
            anchors.removeLast(anchors.count - Limits.anchors)
        }
    }

    mutating func keepAnchor(_ record: PeerRecord, _ now: Moment) {
        guard isOfUse(record) else { return }
        anchors.removeAll { $0.record.node == record.node }
        anchors.insert(Anchor(record: record, rests: now), at: 0)
        if anchors.count > Limits.anchors { anchors.removeLast() }
        anchorsAreNew = true
    }

    mutating func restAnchor(_ node: NodeID, until moment: Moment) {
        guard let index = anchors.firstIndex(where: { $0.record.node == node }) else { return }
        anchors[index].rests = moment
    }

    mutating func tellAnchors(_ now: Moment) -> [Effect] {
        anchorsAreNew = false
        nextAnchors = now.adding(milliseconds: Limits.anchorsMilliseconds)
        return [.anchors(anchors.map { $0.record })]
    }
}
