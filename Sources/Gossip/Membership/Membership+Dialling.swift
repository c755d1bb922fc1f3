public import Model
public import Wire

// Whom to dial, and when. Source: protocol/20-membership.md, "Dialling".

extension Membership {
    // MARK: What was told

    /// Learns an address from a charter, an invite or the operator.
    public mutating func know(
        _ address: Text, node: NodeID?, kind: Dialling.Kind, now: Moment
    ) {
        if node == settings.node { return }
        dialling.add(address, node: node, kind: kind, now: now)
        if kind == .pinned, let node { pin(node) }
        // A seed that came late may be what an isolated node waits for.
        if !hasNeighbour { searchSoon(now) }
    }

    public mutating func forget(_ address: Text) {
        dialling.forget(address)
        dials.removeAll { $0.address == address }
    }

    /// The node is always wanted as a neighbour.
    public mutating func pin(_ node: NodeID) {
        if !pinned.contains(node), pinned.count < Limits.pinned { pinned.append(node) }
        if let link = link(to: node), pinned.contains(node) { peers[link]?.isPinned = true }
        count()
    }

    public mutating func unpin(_ node: NodeID) {
        pinned.removeAll { $0 == node }
        dialling.unpin(node)
        if let link = link(to: node) { peers[link]?.isPinned = false }
        count()
    }

    /// The node is not dialled any more, nor taken as a neighbour; ending its link is left to
    /// whoever says so.
    public mutating func block(_ node: NodeID) {
        if !blocked.contains(node) { blocked.append(node) }
        passive.remove(node)
        anchors.removeAll { $0.record.node == node }
    }

    public mutating func unblock(_ node: NodeID) { blocked.removeAll { $0 == node } }

    // MARK: What came of a dial

    /// The handshake told who is at a dialled address, whatever becomes of the link.
    public mutating func reached(_ address: Text, node: NodeID) {
        dialling.reached(address, node: node)
    }

    /// No link with a checked HELLO came of it.
    public mutating func dialFailed(_ address: Text, now: Moment) -> [Effect] {
        let dial = takeDial(address)
        dialling.ended(address, now: now, jitter: choices.next(), most: redialMost)
        guard let dial else { return [] }
        if let node = dial.node {
            passive.failed(node, isCutOff: !hasNeighbour, now: now)
            restAnchor(node, until: now.adding(milliseconds: Limits.passiveRestMilliseconds))
        }
        switch dial.purpose {
        case .neighbour, .walk: if !hasNeighbour { searchSoon(now) }
        case .healing: if healingTries > 0 { nextHealing = now }
        }
        return []
    }

    /// A node without any neighbour never waits long.
    var redialMost: UInt64 {
        hasNeighbour ? Limits.redialMostMilliseconds : Limits.redialAloneMilliseconds
    }

    mutating func takeDial(_ address: Text) -> Dial? {
        dials.firstIndex { $0.address == address }.map { dials.remove(at: $0) }
    }

    /// A link we dialled, or a pinned node's: asks at once if it is wanted.
    mutating func met(
        _ link: LinkID, _ dial: Dial?, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        let isWanted =
            switch dial?.purpose {
            case .walk: tally.placed < chosen
            case .neighbour, .healing, nil: missing > 0
            }
        peers[link]?.heals = dial?.purpose == .healing
        if peer.isPinned || isWanted { return ask(link, now) }
        guard dial?.purpose == .healing else { return [] }
        return heal(link, now)
    }

    // MARK: Dialling

    mutating func dial(_ record: PeerRecord, _ purpose: Dial.Purpose, _ now: Moment) -> [Effect] {
        guard let address = choices.pick(record.addresses) else { return [] }
        return dial(address.text, record.node, SourceGroup(record: record), purpose, now)
    }

    mutating func dial(
        _ address: Text, _ node: NodeID?, _ group: SourceGroup?, _ purpose: Dial.Purpose,
        _ now: Moment
    ) -> [Effect] {
        guard dials.count < Limits.dialsAtOnce, links.count + dials.count < Limits.links,
            !dials.contains(where: { $0.address == address || node != nil && $0.node == node })
        else { return [] }
        dialling.begin(address)
        dials.append(
            Dial(
                address: address, node: node, group: group, purpose: purpose,
                until: now.adding(milliseconds: Limits.dialMilliseconds)))
        return [.dial(address, node)]
    }

    mutating func dialPinned(_ now: Moment) -> [Effect] {
        var effects: [Effect] = []
        let room = max(
            0, min(Limits.dialsAtOnce - dials.count, Limits.links - links.count - dials.count))
        let linked = links.compactMap { peers[$0]?.node }
        let due = dialling.due(now, limit: room) { linked.contains($0) || blocked.contains($0) }
        for address in due {
            let node = dialling.entry(address)?.node
            let dialled = dial(address, node, nil, .neighbour, now)
            // Its node is being dialled at another address.
            if dialled.isEmpty { dialling.ended(address, now: now, jitter: choices.next()) }
            effects += dialled
        }
        return effects
    }

    // MARK: Looking for neighbours

    mutating func searchSoon(_ now: Moment) {
        let soon = hasNeighbour ? now.adding(milliseconds: choices.jittered(500)) : now
        nextSearch = min(nextSearch, soon)
    }

    /// Asks or dials as many as are missing: three at once without any neighbour, else two.
    mutating func search(_ now: Moment, _ wall: WallTime) -> [Effect] {
        passive.dropExpired(wall)
        let isAlone = !hasNeighbour
        let wanted = (isAlone ? Limits.dialsAlone : min(missing, Limits.dialsMissing)) - underWay
        var effects: [Effect] = []
        for turn in 0..<max(0, wanted) {
            let more = tryOne(seedFirst: isAlone && turn == 0, now)
            if more.isEmpty { break }
            effects += more
        }
        // Nobody left to try: whoever is linked may know others.
        if isAlone, underWay == 0, effects.isEmpty,
            let link = choices.pick(links.filter { !(peers[$0]?.isLeaf ?? true) })
        {
            effects += shuffle(over: link, ttl: 0, now)
        }
        // Whether they answer shows soon; if they do not, the next try waits longer.
        let most = isAlone ? Limits.searchAloneMilliseconds : Limits.searchMostMilliseconds
        searchWait = min(searchWait, most)
        nextSearch = now.adding(milliseconds: choices.jittered(searchWait))
        searchWait = min(2 * searchWait, most)
        return effects
    }

    /// The order of those asked: links at hand, nodes of the passive view, anchors, seeds, and last
    /// those that came by themselves.
    private mutating func tryOne(seedFirst: Bool, _ now: Moment) -> [Effect] {
        if let link = idleLink(outbound: true, now) { return ask(link, now) }
        if seedFirst {
            let effects = dialSeed(now)
            if !effects.isEmpty { return effects }
        }
        if let record = candidate(now) {
            let effects = dial(record, .neighbour, now)
            if !effects.isEmpty { return effects }
        }
        let seed = dialSeed(now)
        if !seed.isEmpty { return seed }
        return idleLink(outbound: false, now).map { ask($0, now) } ?? []
    }

    /// A link to a relay that leads to no neighbour and could.
    private mutating func idleLink(outbound: Bool, _ now: Moment) -> LinkID? {
        // One that dialled us does not make up for one that we are to dial.
        if !outbound, tally.hosts >= sought { return nil }
        return choices.pick(
            links.filter { link in
                guard let peer = peers[link], peer.phase == .idle, peer.isOutbound == outbound
                else { return false }
                return !peer.isGuest && !peer.isLeaf && peer.refusedUntil ?? now <= now
            })
    }

    private mutating func dialSeed(_ now: Moment) -> [Effect] {
        let linked = links.compactMap { peers[$0]?.node }
        let due = dialling.seeds(now) { linked.contains($0) || blocked.contains($0) }
        guard let seed = choices.pick(due) else { return [] }
        return dial(seed.address, seed.node, nil, .neighbour, now)
    }

    /// A node of the passive view, or an anchor, of a source group that none of our dialled
    /// neighbours has; of such a group only while no other is known.
    private mutating func candidate(_ now: Moment) -> PeerRecord? {
        var used = dials.compactMap { $0.group }
        for link in links {
            guard let peer = peers[link], peer.isOutbound, peer.phase != .idle else { continue }
            if let group = peer.group { used.append(group) }
        }
        let linked = links.compactMap { peers[$0]?.node } + dials.compactMap { $0.node }
        let open = passive.entries.filter { !linked.contains($0.record.node) }
        let fresh = open.filter { entry in !(entry.group.map(used.contains) ?? false) }
        let ready = (fresh.isEmpty ? open : fresh).filter { $0.rests <= now }
        // Those that failed come after those that did not.
        let least = ready.map { $0.failures }.min()
        if let entry = choices.pick(ready.filter { $0.failures == least }) { return entry.record }
        guard fresh.isEmpty else { return nil }
        return anchors.first { $0.rests <= now && !linked.contains($0.record.node) }?.record
    }
}
