public import Model
public import Wire

// What becomes of items: own ones leave, others' go on, and an embargo publishes what was not seen.

extension Stem {
    // MARK: Own items

    /// Whether so many more own items may wait here.
    public func hasRoom(for count: Int) -> Bool {
        max(count, 0) <= Limits.stemOwnItems - pool.ownCount
    }

    /// An own item, on disk by now, is to leave. One for which there is no room, or which its
    /// neighbours would find too old, is published: late is worse than seen.
    public mutating func submitted(
        _ id: ItemID, _ item: StemItem, isUrgent: Bool, now: Moment, wall: WallTime
    ) -> [Effect] {
        guard pool[id] == nil else { return [] }
        let tooLate = Self.leavesBefore(item, now, wall)
        guard hasRoom(for: 1), tooLate > now else { return [.publish(id, item, isOwn: true)] }
        startEpochIfDue(now)
        pool.add(id, item, isOwn: true)
        if !isUrgent, leaving.ordinaryGap == nil {
            leaving.ordinaryGap = now.adding(
                milliseconds: wait(mean: settings.ownGapMilliseconds))
        }
        leaving.add(.init(id: id, since: now, tooLate: tooLate), isUrgent: isUrgent)
        return depart(now)
    }

    /// After a restart: own items that were never seen in the open. Each leaves once more, since
    /// nobody knows whether it had left.
    public mutating func recalled(
        _ items: [(id: ItemID, item: StemItem)], now: Moment, wall: WallTime
    ) -> [Effect] {
        items.flatMap { submitted($0.id, $0.item, isUrgent: false, now: now, wall: wall) }
    }

    /// The moment from which an item is too old to be passed on by STEM, or lives too short to be
    /// taken by anybody, less the time that a stem and its embargo take: a slot.
    private static func leavesBefore(_ item: StemItem, _ now: Moment, _ wall: WallTime) -> Moment {
        guard case .envelope(let envelope) = item else { return Moment(milliseconds: .max) }
        let fresh = (UInt64(envelope.header.slot.number) + UInt64(Limits.unsolicitedSlots)) * 600
        let (expiry, reserved) = (envelope.header.expiry.seconds, Limits.remainingSeconds + 600)
        let last = min(fresh, expiry - min(expiry, reserved))
        guard last > wall.seconds else { return now }
        return now.adding(milliseconds: (last - wall.seconds) * 1000)
    }

    // MARK: Others' items

    /// A neighbour sent an item that passed every check and is not in the open here.
    ///
    /// What comes a second time, in a loop or back to where it began, goes on once more and then
    /// no further. It is never published for that: a loop often leads back to the origin, and only
    /// a node that treats its own item as it treats others' can't be told by sending it one.
    public mutating func heard(
        _ id: ItemID, _ item: StemItem, from link: LinkID, now: Moment
    ) -> Heard {
        guard let neighbour = neighbours[link] else { return .dropped(.unknownLink) }
        var heard = neighbour.heard
        guard heard.take(settings.itemsPerMinute, now) else { return .dropped(.quota) }
        neighbours[link]?.heard = heard
        startEpochIfDue(now)
        let known = pool[id]
        guard !isFluffing, let next = route(from: link) else {
            // The stem ends here: by the coin, or since there is nobody to go on to.
            forget(id)
            return .accepted([.publish(id, item, isOwn: known?.isOwn == true)])
        }
        if let known {
            guard !known.hasReturned else { return .accepted([]) }
            pool.returned(id)
            return .accepted([.send(next, item)])
        }
        guard pool.hasRoom(for: item) else { return .dropped(.pool) }
        pool.add(id, item, isOwn: false)
        pool.embargo(id, until: now.adding(milliseconds: wait(mean: settings.embargoMilliseconds)))
        return .accepted([.send(next, item)])
    }

    // MARK: Ends

    /// An item itself came in the open: its embargo ends. An announcement of its id is not enough,
    /// for anybody can announce it and then keep silent.
    ///
    /// - Returns: what was on its stem here, and whether it was own; nil if nothing was.
    @discardableResult
    public mutating func seenInOpen(_ id: ItemID) -> (item: StemItem, isOwn: Bool)? {
        let held = pool[id]
        forget(id)
        return held.map { ($0.item, $0.isOwn) }
    }

    /// Who submitted an item takes it back. True if it had not left: then nobody has it.
    public mutating func retracted(_ id: ItemID) -> Bool {
        let hadLeft = pool[id]?.embargo != nil || pool[id] == nil
        forget(id)
        return !hadLeft
    }

    /// The one place where pool, embargo and queue let go, so that none outlives the others.
    private mutating func forget(_ id: ItemID) {
        pool.remove(id)
        leaving.remove(id)
        if leaving.hasNoOrdinary { leaving.ordinaryGap = nil }
    }

    // MARK: Time

    public mutating func wake(_ now: Moment) -> [Effect] {
        startEpochIfDue(now)
        var due = leaving.tooLate(now)
        if order.isEmpty { due += leaving.all.filter { linklessEnd($0) <= now }.map { $0.id } }
        while let id = pool.nextDue(now) {
            due.append(id)
            pool.lift(id)
        }
        var effects: [Effect] = []
        for id in due {
            guard let held = pool[id] else { continue }
            forget(id)
            effects.append(.publish(id, held.item, isOwn: held.isOwn))
        }
        return effects + depart(now)
    }

    /// When an own item that can't leave, since there is no link, is published.
    func linklessEnd(_ entry: StemQueue.Entry) -> Moment {
        max(entry.since, linklessSince ?? entry.since)
            .adding(milliseconds: settings.linklessMilliseconds)
    }

    // MARK: Leaving

    /// When the next own item leaves; nil if none waits.
    var nextDeparture: Moment? {
        if leaving.hasUrgent { return leaving.left.free(settings.itemsPerMinute) }
        guard let gap = leaving.ordinaryGap else { return nil }
        return max(gap, leaving.left.free(settings.ownPerMinute))
    }

    /// Lets own items go whose time has come: urgent ones at once, as far as a neighbour takes so
    /// many a minute, others at random gaps.
    mutating func depart(_ now: Moment) -> [Effect] {
        var effects: [Effect] = []
        while let time = nextDeparture, time <= now, let link = route(from: nil),
            let id = leaving.takeNext(), let held = pool[id]
        {
            leaving.left.note(now)
            let mean = settings.embargoMilliseconds.multipliedReportingOverflow(
                by: settings.ownEmbargoFactor)
            let embargo = wait(mean: mean.overflow ? .max : mean.partialValue)
            pool.embargo(id, until: now.adding(milliseconds: embargo))
            if leaving.hasNoOrdinary {
                leaving.ordinaryGap = nil
            } else {
                let gap = wait(mean: settings.ownGapMilliseconds)
                leaving.ordinaryGap = now.adding(milliseconds: gap)
            }
            effects.append(.send(link, held.item))
        }
        return effects
    }
}
