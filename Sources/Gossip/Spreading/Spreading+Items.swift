public import Model
import Wire

// What becomes of an item: it arrives, once or again; it is stored, refused or dropped.

extension Spreading {
    /// Whether an item is known to be held or refused without asking the store.
    public func isRecent(_ id: ItemID) -> Bool { recent.contains(id) }

    /// Whether a receipt is the first that a peer gives for an own item. No other is looked at,
    /// good or not, for each costs a signature's check.
    public mutating func isFirstReceipt(_ id: ItemID, from link: LinkID) -> Bool {
        guard own.contains(id) else { return false }
        return peers[link]?.receipted.insert(id) == true
    }

    /// Whether an item was asked for, so that it need not be young. What the tree is only hoped to
    /// bring was not.
    public func isWanted(_ id: ItemID) -> Bool { wants[id].map { $0.stage != .hoped } ?? false }

    /// Whether an item was asked of this very peer.
    public func isOwed(_ id: ItemID, by link: LinkID) -> Bool { peers[link]?.debts[id] != nil }

    /// The hops of an item whose frame names none: a retraction that was asked for by WANT did not
    /// come along the tree. To be asked before `arrived`.
    public func hops(of id: ItemID, from link: LinkID) -> UInt8 {
        guard let debt = peers[link]?.debts[id], !debt.isGraft else { return 0 }
        return Announcement.offTree
    }

    /// A checked item arrived for the first time, whatever comes of it: it need not be asked for
    /// any more.
    public mutating func arrived(
        _ id: ItemID, hops: UInt8, from link: LinkID, now: Moment
    ) -> [Effect] {
        let want = settle(id)
        pay(id, by: link, now)
        guard peers[link] != nil else { return [] }
        peers[link]?.has.insert(id)
        peers[link]?.pushed.insert(id)
        // Who brings what is new belongs into the tree.
        if hops < Announcement.offTree {
            counters.arrivals += 1
            counters.links += Int(hops)
            welcome(link, now)
        }
        arrivals[id] = Arrival(hops: hops, link: link)
        var effects = own.contains(id) ? witness(id, link) : []
        for announcer in want?.announcers ?? [] { effects += improve(id, announcer, now) }
        return effects
    }

    /// A PUSH or RETRACT of something that is held, refused or being stored.
    public mutating func repeated(
        _ id: ItemID, hops: UInt8, from link: LinkID, now: Moment
    ) -> [Effect] {
        settle(id)
        let debt = pay(id, by: link, now)
        guard peers[link] != nil else { return [] }
        counters.duplicates += 1
        peers[link]?.has.insert(id)
        let isFirst = peers[link]?.pushed.insert(id) == true
        let effects = own.contains(id) ? witness(id, link) : []
        // Asked for before it came from another: nobody's fault.
        if let debt, !debt.isGraft { return effects }
        guard isFirst || debt != nil, hops < Announcement.offTree else {
            return effects + charge(link, .excess, now: now)
        }
        return effects + prune(link, now)
    }

    /// A peer answered for an id by something else: for a retracted one, by its retraction.
    public mutating func answered(_ id: ItemID, by link: LinkID, now: Moment) {
        settle(id)
        pay(id, by: link, now)
    }

    /// An item was refused and is not to be asked for again.
    public mutating func refused(_ id: ItemID) {
        settle(id)
        recent.insert(id)
        if announceAt != nil { unannounced.insert(id) }
    }

    /// An item turned out to be held already.
    public mutating func duplicate(_ id: ItemID) {
        settle(id)
        recent.insert(id)
    }

    /// An item is gone from the store.
    public mutating func dropped(_ id: ItemID) {
        recent.remove(id)
        arrivals[id] = nil
    }

    /// An item that is held for a stem alone: whoever pushes or announces it brings news.
    public mutating func news(_ id: ItemID) { dropped(id) }

    /// Own items of earlier runs, whose spreading is still counted.
    public mutating func recall(own ids: [ItemID]) {
        for id in ids { own.insert(id) }
    }

    /// The work of an envelope from `link` was checked; it is not stored yet. Neighbours are told
    /// not to push a large one.
    public mutating func checked(_ id: ItemID, size: UInt8, from link: LinkID) -> [Effect] {
        guard size >= Limits.dontWantSize else { return [] }
        var effects: [Effect] = []
        for other in order where other != link {
            guard let peer = peers[other], peer.place != .outside, !peer.has.contains(id) else {
                continue
            }
            effects += send(other, .dontWant([id]))
        }
        return effects
    }

    /// A peer has ids, or will have them: pushing them is of no use.
    public mutating func unwanted(
        _ ids: [ItemID], by link: LinkID, now: Moment
    ) -> [Effect] {
        guard peers[link]?.dontWantBudget.spend(ids.count, now: now) == true else {
            return charge(link, .beyondAllowance, now: now)
        }
        for id in ids { peers[link]?.has.insert(id) }
        return []
    }

    /// An item is stored: passes it on. `source` is nil for what began here.
    ///
    /// - Parameter isOwn: whether its spreading is counted; by default if it began here.
    public mutating func stored(
        _ id: ItemID, _ item: Held, hops: UInt8, from source: LinkID?, isOwn: Bool? = nil,
        now: Moment, wall: WallTime
    ) -> [Effect] {
        settle(id)
        recent.insert(id)
        if isOwn ?? (source == nil) { own.insert(id) }
        if source == nil { arrivals[id] = Arrival(hops: hops, link: nil) }
        var effects: [Effect] = []
        for link in order {
            if link == source {
                // The acknowledgement: now we have it too.
                effects += send(link, .announce([Announcement(id: id, hops: hops)]))
            } else {
                effects += pass(item, id, hops, to: link, now, wall)
            }
        }
        return effects
    }

    private mutating func pass(
        _ item: Held, _ id: ItemID, _ hops: UInt8, to link: LinkID, _ now: Moment,
        _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link], peer.place != .outside, !peer.has.contains(id) else {
            return []
        }
        let onward = hops < Announcement.offTree - 1 ? hops + 1 : hops
        let isPushed = peer.place == .eager && peer.unsentBytes <= Limits.payloadUnsentBytes
        var announced = onward
        switch item {
        case .nothing: return []
        case .retraction(let retraction):
            if isPushed, hops < Announcement.offTree { return send(link, .retract(retraction)) }
        case .envelope(let envelope):
            let isFresh = envelope.header.slot.number + Limits.unsolicitedSlots >= wall.slot.number
            if !isFresh {
                announced = Announcement.offTree
            } else if isPushed, hops < Announcement.offTree {
                return send(link, .push(hops: onward, envelope))
            }
        }
        return announce(Announcement(id: id, hops: announced), to: link, now)
    }

    // MARK: Announcing

    private mutating func announce(
        _ item: Announcement, to link: LinkID, _ now: Moment
    ) -> [Effect] {
        peers[link]?.announcing.append(item)
        if peers[link]?.announcing.count == Limits.announcedIDs { return announceAll(to: link) }
        if announceAt == nil {
            announceAt = now.adding(milliseconds: Limits.announceMilliseconds)
        }
        return []
    }

    private mutating func announceAll(to link: LinkID) -> [Effect] {
        // Some may have come from there meanwhile.
        guard let peer = peers[link], !peer.announcing.isEmpty else { return [] }
        let items = peer.announcing.filter {
            !peer.has.contains($0.id) && !unannounced.contains($0.id)
        }
        peers[link]?.announcing = []
        return items.isEmpty ? [] : send(link, .announce(items))
    }

    mutating func announceDue(_ now: Moment) -> [Effect] {
        guard let due = announceAt, due <= now else { return [] }
        announceAt = nil
        var effects: [Effect] = []
        for link in order { effects += announceAll(to: link) }
        unannounced = []
        return effects
    }

    /// Announces ids that a session found the other side to lack.
    public mutating func offer(_ ids: [ItemID], to link: LinkID) -> [Effect] {
        var effects: [Effect] = []
        var rest = ids[...]
        while !rest.isEmpty {
            let items = rest.prefix(Limits.announcedIDs).map {
                Announcement(id: $0, hops: Announcement.offTree)
            }
            effects += send(link, .announce(items))
            rest = rest.dropFirst(Limits.announcedIDs)
        }
        return effects
    }

    mutating func witness(_ id: ItemID, _ link: LinkID) -> [Effect] {
        guard peers[link]?.witnessed.insert(id) == true, let node = peers[link]?.node
        else { return [] }
        return [.witnessed(id, by: node)]
    }
}
