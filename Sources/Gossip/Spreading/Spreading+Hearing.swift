public import Model
public import Wire

// What peers announce: looked up, then hoped for from the tree or asked for.

extension Spreading {
    /// A peer announced ids: those not known here are looked up.
    public mutating func announced(
        _ items: [Announcement], by link: LinkID, now: Moment
    ) -> [Effect] {
        guard peers[link] != nil else { return [] }
        guard peers[link]?.idBudget.spend(items.count, now: now) == true else {
            missed(link)
            return charge(link, .beyondAllowance, now: now)
        }
        var effects: [Effect] = []
        var unknown: [Announcement] = []
        for item in items {
            if own.contains(item.id) { effects += witness(item.id, link) }
            if item.hops < Announcement.offTree {
                peers[link]?.has.insert(item.id)
                effects += improve(item.id, Announcer(link: link, hops: item.hops), now)
            }
            if recent.contains(item.id) { continue }
            if wants[item.id] == nil {
                unknown.append(item)
            } else {
                remember(link, has: item.id, hops: item.hops, now)
            }
        }
        return effects + lookUp(unknown, by: link)
    }

    private mutating func lookUp(_ items: [Announcement], by link: LinkID) -> [Effect] {
        guard !items.isEmpty, let waiting = peers[link]?.unlooked.count else { return [] }
        guard waiting == 0, peers[link]?.mayLookUp(items.count) == true else {
            let room = Limits.missingPerPeer - waiting
            peers[link]?.unlooked.append(items.prefix(room))
            if items.count > room { missed(link) }
            return []
        }
        return findMissing(items, by: link)
    }

    private mutating func findMissing(_ items: [Announcement], by link: LinkID) -> [Effect] {
        peers[link]?.lookups.append(items)
        peers[link]?.lookedUp += items.count
        return [.findMissing(items.map(\.id), from: link)]
    }

    /// A lookup ended: what waited is looked up by the next, a frame's worth at a time.
    private mutating func lookUpNext(_ link: LinkID) -> [Effect] {
        guard let waiting = peers[link]?.unlooked.count, waiting > 0 else { return [] }
        let count = min(waiting, Limits.announcedIDs)
        guard peers[link]?.mayLookUp(count) == true, let items = peers[link]?.unlooked.take(count)
        else { return [] }
        return findMissing(items, by: link)
    }

    /// The store's answer: these announced ids are not held and not refused.
    public mutating func missing(_ ids: [ItemID], from link: LinkID, now: Moment) -> [Effect] {
        guard let items = peers[link]?.lookups.take(1).first else { return [] }
        peers[link]?.lookedUp -= items.count
        let isNeighbour = peers[link]?.place != .outside
        // Hops count among neighbours only: the tree reaches no others.
        let onTree = items.filter { isNeighbour && $0.hops < Announcement.offTree }
        let hops = [ItemID: UInt8](onTree.map { ($0.id, $0.hops) }) { min($0, $1) }
        var asked: [ItemID] = []
        for id in ids where !recent.contains(id) {
            let hops = hops[id] ?? Announcement.offTree
            guard wants[id] == nil else {
                remember(link, has: id, hops: hops, now)
                continue
            }
            guard mayAsk(link) else {
                missed(link)
                break
            }
            if hops < Announcement.offTree {
                hope(for: id, Announcer(link: link, hops: hops), now)
            } else {
                want(id, of: link, now)
                asked.append(id)
            }
        }
        return wantFrames(asked, of: link, session: 0) + lookUpNext(link)
    }
}
