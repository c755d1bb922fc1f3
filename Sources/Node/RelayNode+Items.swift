import Gossip
import Model
import Sealing
import Sodium
import Wire

// What neighbours send: checked, given room or not, and ordered stored.

extension RelayNode {
    var admission: Admission {
        // Before a charter is known only public records come this far, and the charter itself
        // can't be asked for more work than it names.
        Admission(network: configuration.network, workBase: book.workBase ?? 0)
    }

    mutating func pushed(
        _ envelope: Envelope, _ hops: UInt8, by link: LinkID, _ turn: Turn
    ) -> [Effect] {
        let id = Naming.envelopeID(network: configuration.network, envelope)
        let isWanted = spreading.isWanted(id)
        if isKnown(id) {
            return run(spreading.repeated(id, hops: hops, from: link, now: turn.now), turn)
        }
        guard pending.count < (isWanted ? Self.mostPendingWanted : Self.mostPending) else {
            return isWanted ? dropped(id, from: link, turn) : later(id, from: link, turn)
        }
        do {
            try check(envelope, id, isWanted ? .solicited : .unsolicited, turn)
        } catch {
            return bad(error, link, turn)
        }
        let effects = run(
            spreading.checked(id, size: envelope.header.size, from: link)
                + spreading.arrived(id, hops: hops, from: link, now: turn.now), turn)
        guard envelope.header.suite == Suite.publicRecord.rawValue else {
            let item = StoreItem(id: id, content: .envelope(envelope), isOwn: false)
            return effects + admitted(item, hops: hops, from: link, isAsked: isWanted, turn)
        }
        let forks = book.forked.count
        do {
            let more = try considered(envelope, id, isOwn: false, hops, link, turn)
            return effects + more + book.forked.dropFirst(forks).map { .note(.rootsForked($0)) }
        } catch {
            sync.settled(id)
            return effects + bad(error, link, turn)
        }
    }

    /// Held in the open, refused before, or being stored.
    func isKnown(_ id: ItemID) -> Bool {
        spreading.isRecent(id) || storing[id] != nil || sync.contains(id)
    }

    func check(
        _ envelope: Envelope, _ id: ItemID, _ path: Path, _ turn: Turn
    ) throws(Refusal) {
        try admission.check(envelope.header, path: path, now: turn.wall)
        try admission.checkWork(envelope.header, id: id)
    }

    mutating func retracted(
        _ retraction: Retraction, by link: LinkID, _ turn: Turn
    ) -> [Effect] {
        let target: ItemID
        do {
            target = try admission.check(retraction, now: turn.wall)
        } catch {
            return bad(error, link, turn)
        }
        let id = Naming.retractionID(of: target)
        let isWanted = spreading.isWanted(id) || spreading.isWanted(target)
        guard pending.count < Self.mostPendingWanted else {
            return dropped(id, from: link, turn) + dropped(target, from: link, turn)
        }
        let hops = max(spreading.hops(of: id, from: link), spreading.hops(of: target, from: link))
        spreading.answered(target, by: link, now: turn.now)
        sync.settled(target)
        if isKnown(id) {
            return run(spreading.repeated(id, hops: hops, from: link, now: turn.now), turn)
        }
        let effects = run(spreading.arrived(id, hops: hops, from: link, now: turn.now), turn)
        guard isWanted || pending.count < Self.mostPending else {
            return effects + later(id, from: link, turn)
        }
        let item = StoreItem(id: id, content: .retraction(retraction, target: target), isOwn: false)
        return effects + admitted(item, hops: hops, from: link, isAsked: isWanted, turn)
    }

    /// The store is behind: what a neighbour sent unasked counts as announced, and is asked for.
    private mutating func later(
        _ id: ItemID, from link: LinkID, _ turn: Turn
    ) -> [Effect] {
        let announcement = Announcement(id: id, hops: Announcement.offTree)
        return run(spreading.announced([announcement], by: link, now: turn.now), turn)
    }

    /// The store is far behind: what was asked for comes again with a later comparison. It was sent,
    /// so nobody is blamed.
    private mutating func dropped(_ id: ItemID, from link: LinkID, _ turn: Turn) -> [Effect] {
        spreading.answered(id, by: link, now: turn.now)
        spreading.missed(link)
        return []
    }

    mutating func receipted(
        _ receipt: Receipt, _ node: NodeID, by link: LinkID, _ turn: Turn
    ) -> [Effect] {
        guard receipt.slot.number <= turn.wall.slot.number + 1,
            spreading.isFirstReceipt(receipt.retraction, from: link),
            verify(
                receipt.signature, Labels.gone, signedReceipt(receipt.retraction, receipt.slot),
                key: node.bytes)
        else { return [] }
        return [.witness(receipt.retraction, node, isReceipt: true)]
    }

    func signedReceipt(_ retraction: ItemID, _ slot: Slot) -> [UInt8] {
        var signed = configuration.network.bytes + retraction.bytes
        signed.append(bigEndian: slot.number)
        return signed
    }

    /// Something that breaks the rules: not remembered, for the next copy may be good, but counted
    /// against the neighbour.
    private mutating func bad(_ refusal: Refusal, _ link: LinkID, _ turn: Turn) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        switch refusal {
        case .outdatedRecord, .unknownSubject, .expired, .tooOldUnasked: return []
        case .sizeClass, .suite, .slotAhead, .workClaim, .workMissing, .opening, .record: break
        }
        return [.note(.itemRefused(refusal, from: peer.node))]
            + run(spreading.misbehaved(link, .badItem, now: turn.now), turn)
    }

    // MARK: The stem

    /// A neighbour passed something on along its stem. It passes every check that a push does, and
    /// nothing tells the neighbour what became of it.
    mutating func heardOnStem(_ item: StemItem, by link: LinkID, _ turn: Turn) -> [Effect] {
        let id: ItemID
        do {
            id = try checkOnStem(item, turn)
        } catch {
            return bad(error, link, turn)
        }
        // The store is not asked, and what was refused is forgotten at a restart.
        guard !isKnown(id), !sync.contains(Naming.retractionID(of: id)) else { return [] }
        switch stem.heard(id, item, from: link, now: turn.now) {
        case .accepted(let effects): return run(effects, turn)
        case .dropped: return []
        }
    }

    private func checkOnStem(_ item: StemItem, _ turn: Turn) throws(Refusal) -> ItemID {
        switch item {
        case .envelope(let envelope):
            // Public records take no stem, and have checks of their own.
            guard envelope.header.suite != Suite.publicRecord.rawValue else {
                throw .suite(envelope.header.suite)
            }
            let id = Naming.envelopeID(network: configuration.network, envelope)
            try check(envelope, id, .unsolicited, turn)
            return id
        case .retraction(let retraction):
            return Naming.retractionID(of: try admission.check(retraction, now: turn.wall))
        }
    }

    // MARK: Room

    /// Orders something stored if the pools give it room; what it displaces goes.
    mutating func admitted(
        _ item: StoreItem, hops: UInt8, from link: LinkID?, isAsked: Bool, _ turn: Turn
    ) -> [Effect] {
        // What came by a link was just checked; what begins here may have waited for long.
        guard link != nil || mayBegin(item, turn) else { return [] }
        switch decide(item, from: link, isAsked: isAsked, turn) {
        case .admit(let displaced):
            return drop(displaced) + order(.item(item, hops: hops, from: link), [item])
        case .refuse(let reason, let displaced):
            // What may have room another time is not remembered as refused.
            if reason == .belowFloor || reason == .notHeld { spreading.refused(item.id) }
            sync.settled(item.id)
            return drop(displaced)
        case .keep(let reason, let displaced):
            // Answered as what nobody here submitted, word for word.
            if reason == .belowFloor || reason == .notHeld { spreading.refused(item.id) }
            sync.settled(item.id)
            // Below a floor that never falls it would point here, now and after a restart, and if it
            // left by its stem after this.
            guard reason != .belowFloor else {
                stem.seenInOpen(item.id)
                return drop(displaced) + [.hide([item.id])]
            }
            keep(item)
            return drop(displaced)
        }
    }

    /// Whether others would still take it: what they refuse would be in the open here alone, and
    /// point here. What was submitted here stays hidden until it expires.
    func mayBegin(_ item: StoreItem, _ turn: Turn) -> Bool {
        switch item.content {
        case .envelope(let envelope):
            envelope.header.expiry.seconds > turn.wall.seconds + Limits.remainingSeconds
        case .retraction: item.expiry > turn.wall
        }
    }

    private mutating func decide(
        _ item: StoreItem, from link: LinkID?, isAsked: Bool, _ turn: Turn
    ) -> Pools.Decision {
        switch item.content {
        case .envelope(let envelope):
            return pools.admit(
                PoolRow(id: item.id, envelope.header), path: isAsked ? .solicited : .unsolicited,
                link: isAsked ? nil : link.flatMap { peers[$0]?.poolNumber }, wall: turn.wall)
        case .retraction(let retraction, let target):
            return pools.admit(
                retractionOf: PoolRow(id: target, retraction.header),
                isHeld: sync.contains(target), path: item.isOwn ? .own : .unsolicited,
                wall: turn.wall)
        }
    }

    /// Ids that are to be held no more: not taken again, not announced. What was submitted here is
    /// kept, and hidden: a relay that showed what all others displaced would show whose it is.
    mutating func drop(_ ids: [ItemID]) -> [Effect] {
        for id in ids {
            spreading.refused(id)
            sync.removed(id)
            // On its way to the disk: it is removed there, and its answer counts no more.
            storing[id] = nil
        }
        let own = ids.filter { pools.isReserved($0) }
        let others = ids.filter { !pools.isReserved($0) }
        return (others.isEmpty ? [] : [.remove(others)]) + (own.isEmpty ? [] : [.hide(own)])
    }
}
