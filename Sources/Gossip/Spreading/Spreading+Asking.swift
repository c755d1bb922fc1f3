public import Model
public import Wire

// Who has what: announcing ids, asking for those that are missing, answering who asks.

extension Spreading {
    /// A neighbour announced ids: those not known here are looked up, then asked for.
    public mutating func announced(_ items: [Announcement], by link: LinkID) -> [Effect] {
        neighbours[link]?.lastAnnounced = items.count
        guard let neighbour = neighbours[link] else { return [] }
        var effects: [Effect] = []
        var unknown: [ItemID] = []
        for item in items {
            if own.contains(item.id) { effects += witness(item.id, link) }
            if recent.contains(item.id) { continue }
            if wants[item.id] == nil {
                unknown.append(item.id)
            } else {
                remember(link, has: item.id)
            }
        }
        guard !unknown.isEmpty else { return effects }
        guard neighbour.lookups < Self.mostLookups, neighbour.unlooked.isEmpty else {
            let room = Limits.missingPerPeer - neighbour.unlooked.count
            neighbours[link]?.unlooked += unknown.prefix(room)
            if unknown.count > room { missed(link) }
            return effects
        }
        neighbours[link]?.lookups += 1
        return effects + [.findMissing(unknown, from: link)]
    }

    /// A neighbour has an id too that was asked of another.
    private mutating func remember(_ link: LinkID, has id: ItemID) {
        guard var want = wants[id], want.link != link, !want.alternatives.contains(link),
            want.alternatives.count < Limits.alternativesPerID
        else { return }
        want.alternatives.append(link)
        wants[id] = want
    }

    /// Something a neighbour told was dropped, not answered in time or not stored: it is not in sync
    /// before it has told all ids once more.
    public mutating func missed(_ link: LinkID) {
        guard let neighbour = neighbours[link] else { return }
        neighbours[link]?.hasToldAll = false
        if !neighbour.hasToldAll { neighbours[link]?.isWhole = false }
    }

    /// All that a neighbour told before its PING was looked at.
    private mutating func looked(_ link: LinkID) {
        guard let neighbour = neighbours[link], neighbour.isLastPage else { return }
        neighbours[link]?.isLastPage = false
        neighbours[link]?.hasToldAll = neighbour.isWhole
        neighbours[link]?.isWhole = true
    }

    /// A lookup ended: all that waited is looked up by the next, a page at a time.
    private mutating func lookUpNext(_ link: LinkID) -> [Effect] {
        guard let waiting = neighbours[link]?.unlooked, !waiting.isEmpty else { return [] }
        neighbours[link]?.unlooked.removeFirst(min(waiting.count, Limits.announcedIDs))
        neighbours[link]?.lookups += 1
        return [.findMissing([ItemID](waiting.prefix(Limits.announcedIDs)), from: link)]
    }

    /// The store's answer: these announced ids are not held and not refused.
    public mutating func missing(_ ids: [ItemID], from link: LinkID, now: Moment) -> [Effect] {
        guard neighbours[link] != nil else { return [] }
        neighbours[link]?.lookups -= 1
        var ask: [ItemID] = []
        for id in ids where !recent.contains(id) {
            guard wants[id] == nil else {
                remember(link, has: id)
                continue
            }
            guard mayAsk(link) else {
                missed(link)
                break
            }
            want(id, of: link, now)
            ask.append(id)
        }
        var effects = askFrames(ask, link) + lookUpNext(link)
        if let neighbour = neighbours[link], neighbour.lookups == 0 {
            looked(link)
            neighbours[link]?.heldPongs = []
            for value in neighbour.heldPongs { effects += send(link, .pong(value)) }
        }
        return effects
    }

    /// Whether one more id may be asked of a neighbour. Some who announce and never deliver can't
    /// have all there is room for: a part is left to those of whom little is asked.
    private func mayAsk(_ link: LinkID) -> Bool {
        let asked = neighbours[link]?.asked ?? 0
        let room = asked < Limits.missingReserved ? Limits.missing : Limits.missingShared
        return asked < Limits.missingPerPeer && wants.count < room
    }

    /// A neighbour asks to be answered once all it sent before has been looked at.
    public mutating func pinged(_ value: UInt64, by link: LinkID) -> [Effect] {
        guard let neighbour = neighbours[link] else { return [] }
        // Only pages are followed by such a PING, and only the last of them has fewer ids.
        if neighbour.lastAnnounced < Limits.announcedIDs { neighbours[link]?.isLastPage = true }
        if neighbour.lookups == 0 {
            looked(link)
            return send(link, .pong(value))
        }
        guard neighbour.heldPongs.count < Self.mostLookups else { return [.close(link)] }
        neighbours[link]?.heldPongs.append(value)
        return []
    }

    public mutating func ponged(_ value: UInt64, by link: LinkID) -> [Effect] {
        guard case .asked(value, let after) = neighbours[link]?.announcing else { return [] }
        neighbours[link]?.announcing = .serving(after: after)
        return serve(link)
    }

    /// A neighbour asks for items.
    public mutating func asked(for ids: [ItemID], by link: LinkID) -> [Effect] {
        guard let neighbour = neighbours[link] else { return [] }
        guard neighbour.wanted.count + ids.count <= Limits.missingPerPeer else {
            return [.close(link)]
        }
        neighbours[link]?.wanted += ids
        return serve(link)
    }

    /// The store's answer to a fetch.
    public mutating func fetched(_ items: [(ItemID, Held)], for link: LinkID) -> [Effect] {
        guard neighbours[link] != nil else { return [] }
        neighbours[link]?.isFetching = false
        var effects: [Effect] = []
        var gone: [ItemID] = []
        for (id, item) in items {
            switch item {
            case .envelope(let envelope):
                effects += send(link, .push(hops: Announcement.offTree, envelope))
            case .retraction(let retraction): effects += send(link, .retract(retraction))
            case .nothing: gone.append(id)
            }
        }
        if !gone.isEmpty { effects += send(link, .gone(session: 0, gone)) }
        return effects + serve(link)
    }

    /// A neighbour does not have what was asked of it.
    public mutating func gone(_ ids: [ItemID], by link: LinkID, now: Moment) -> [Effect] {
        var effects: [Effect] = []
        for id in ids where wants[id]?.link == link {
            neighbours[link]?.unfulfilled += 1
            effects += askElsewhere(id, now: now)
        }
        return effects
    }

    /// A page of ids held, after the last one listed.
    public mutating func page(_ positions: [ItemPosition], for link: LinkID) -> [Effect] {
        guard var neighbour = neighbours[link], neighbour.announcing == .listing else { return [] }
        let value = neighbour.nextPing
        neighbour.nextPing += 1
        // A page that is not full is the last, and may be empty: so the other side knows the end.
        let isLast = positions.count < Limits.announcedIDs
        neighbour.announcing = .asked(ping: value, after: isLast ? nil : positions.last)
        neighbours[link] = neighbour
        let items = positions.map { Announcement(id: $0.id, hops: Announcement.offTree) }
        return send(link, .announce(items)) + send(link, .ping(value))
    }
}
