public import Model
import Wire

// What is missing here, of whom it is asked, and what becomes of those who do not answer.

extension Spreading {
    /// A peer that said it has an id, and how far that had travelled.
    struct Announcer: Sendable, Equatable {
        let link: LinkID
        let hops: UInt8
    }

    /// An id that is missing here.
    struct Want: Sendable {
        enum Stage: Sendable, Equatable {
            case hoped  // the tree may still bring it; next: grafted, asked
            case grafted  // asked of a peer, and soon of the next
            case asked
        }
        /// Whose turn it is.
        var link: LinkID
        var hops: UInt8
        var stage: Stage
        /// When its turn began.
        var since: Moment
        var until: Moment
        /// All that were asked and have not said that they lack it.
        var asked: [LinkID] = []
        /// Others that announced it.
        var others: [Announcer] = []

        var announcers: [Announcer] { [Announcer(link: link, hops: hops)] + others }
    }

    /// Asks for what a session found missing here, under the session's number.
    public mutating func ask(
        _ ids: [ItemID], of link: LinkID, session: UInt32, now: Moment
    ) -> [Effect] {
        guard peers[link] != nil else { return [] }
        var asked: [ItemID] = []
        for id in ids where !recent.contains(id) {
            if let want = wants[id], want.stage != .hoped {
                remember(link, has: id, hops: Announcement.offTree, now)
                continue
            }
            guard mayAsk(link) else {
                missed(link)
                continue
            }
            let others = settle(id)?.announcers.filter { $0.link != link } ?? []
            want(id, of: link, now)
            wants[id]?.others = [Announcer](others.prefix(Limits.alternativesPerID))
            asked.append(id)
        }
        return wantFrames(asked, of: link, session: session)
    }

    /// A session with a peer begins that will tell everything once more: what was missed before
    /// counts no longer.
    public mutating func beganSession(with link: LinkID) { peers[link]?.isLossy = false }

    /// Something a peer told was dropped, never came, or was not stored: it is not in sync before
    /// the next session.
    public mutating func missed(_ link: LinkID) { peers[link]?.isLossy = true }

    /// Whether something a peer told is outstanding, of whomever it was asked, or was missed since
    /// the last session with it began.
    public func isAwaiting(_ link: LinkID) -> Bool {
        guard let peer = peers[link] else { return false }
        if peer.isLossy || !peer.lookups.isEmpty || !peer.unlooked.isEmpty { return true }
        return wants.values.contains { want in
            want.link == link || want.asked.contains(link)
                || want.others.contains { $0.link == link }
        }
    }

    // MARK: Wants

    /// Whether one more id may be asked of a peer. Some who announce and never deliver can't have
    /// all there is room for: a part is left to those of whom little is asked.
    func mayAsk(_ link: LinkID) -> Bool {
        guard let peer = peers[link] else { return false }
        let room = peer.turns < Limits.missingReserved ? Limits.missing : Limits.missingShared
        return peer.turns < Limits.missingPerPeer && peer.debts.count < Limits.missingPerPeer
            && wants.count < room
    }

    /// The tree may bring an announced id; if it does not, the announcer is grafted.
    mutating func hope(for id: ItemID, _ announcer: Announcer, _ now: Moment) {
        let roundTrip = peers[announcer.link]?.roundTrip ?? Limits.presumedRoundTripMilliseconds
        let wait = max(Limits.graftMilliseconds, 3 * roundTrip)
        wants[id] = Want(
            link: announcer.link, hops: announcer.hops, stage: .hoped, since: now,
            until: now.adding(milliseconds: wait))
        peers[announcer.link]?.turns += 1
        setTimer(id)
    }

    /// Counts an id as asked of a peer by WANT.
    mutating func want(_ id: ItemID, of link: LinkID, _ now: Moment) {
        wants[id] = Want(
            link: link, hops: Announcement.offTree, stage: .asked, since: now, until: now)
        peers[link]?.turns += 1
        owe(id, link, isGraft: false, wait: Limits.wantMilliseconds, now)
    }

    /// A peer has an id too that is hoped for or asked of another.
    mutating func remember(_ link: LinkID, has id: ItemID, hops: UInt8, _ now: Moment) {
        guard let want = wants[id], want.link != link, !want.asked.contains(link),
            !want.others.contains(where: { $0.link == link })
        else { return }
        if want.others.count == Limits.alternativesPerID {
            // Who kept its word takes the place of one who did so less.
            let last = want.others.indices.max { isBetter(want.others[$0], want.others[$1]) }
            let new = Announcer(link: link, hops: hops)
            guard let last, isBetter(new, want.others[last]) else { return }
            wants[id]?.others.remove(at: last)
        }
        wants[id]?.others.append(Announcer(link: link, hops: hops))
        // Nobody else was known when the last one was asked.
        guard want.stage == .grafted else { return }
        let due = max(now, want.since.adding(milliseconds: retryWait(want.link)))
        guard due < want.until else { return }
        wants[id]?.until = due
        setTimer(id)
    }

    /// Whether a peer broke fewer promises than another.
    func isBetter(_ one: Announcer, _ other: Announcer) -> Bool {
        unfulfilled(one.link) < unfulfilled(other.link)
    }

    private func retryWait(_ link: LinkID) -> UInt64 {
        max(Limits.graftRetryMilliseconds, peers[link]?.roundTrip ?? 0)
    }

    @discardableResult
    mutating func settle(_ id: ItemID) -> Want? {
        guard let want = wants.removeValue(forKey: id) else { return nil }
        peers[want.link]?.turns -= 1
        dropStaleTimers()
        return want
    }

    /// Asks the peer whose turn it is: for a place in its tree too, if the tree should have brought
    /// the item.
    mutating func askNow(_ id: ItemID, _ now: Moment) -> [Effect] {
        guard let want = wants[id], let peer = peers[want.link] else { return [] }
        guard want.hops < Announcement.offTree, peer.place != .outside else {
            wants[id]?.stage = .asked
            owe(id, want.link, isGraft: false, wait: Limits.wantMilliseconds, now)
            return wantFrames([id], of: want.link, session: 0)
        }
        wants[id]?.stage = .grafted
        promote(want.link, now)
        let wait = want.others.isEmpty ? Limits.wantMilliseconds : retryWait(want.link)
        owe(id, want.link, isGraft: true, wait: wait, now)
        return send(want.link, .graft(id, hops: want.hops))
    }

    private mutating func owe(
        _ id: ItemID, _ link: LinkID, isGraft: Bool, wait: UInt64, _ now: Moment
    ) {
        wants[id]?.since = now
        wants[id]?.until = now.adding(milliseconds: wait)
        wants[id]?.asked.append(link)
        setTimer(id)
        // Nothing was owed before, so nothing was late before.
        if peers[link]?.debts.isEmpty == true { peers[link]?.lastAnswer = now }
        peers[link]?.debts[id] = Debt(since: now, isGraft: isGraft)
        if sweepAt == nil { sweepAt = now.adding(milliseconds: Limits.wantMilliseconds) }
    }

    /// Turns to the next peer that announced the id; without one it is lost.
    mutating func askElsewhere(_ id: ItemID, _ now: Moment) -> [Effect] {
        guard passTurn(id) else {
            for link in settle(id)?.asked ?? [] { missed(link) }
            return []
        }
        return askNow(id, now)
    }

    /// Whether there was another whose turn it is now.
    mutating func passTurn(_ id: ItemID) -> Bool {
        while let others = wants[id]?.others,
            let index = others.indices.min(by: { isBetter(others[$0], others[$1]) })
        {
            let next = others[index]
            wants[id]?.others.remove(at: index)
            guard let peer = peers[next.link], peer.debts.count < Limits.missingPerPeer else {
                continue
            }
            if let last = wants[id]?.link { peers[last]?.turns -= 1 }
            peers[next.link]?.turns += 1
            wants[id]?.link = next.link
            wants[id]?.hops = next.hops
            return true
        }
        return false
    }

    /// The link ended whose turn it was. What is only hoped for goes on being so.
    mutating func leftAlone(_ id: ItemID, by link: LinkID, _ now: Moment) -> [Effect] {
        wants[id]?.asked.removeAll { $0 == link }
        guard wants[id]?.stage == .hoped else { return askElsewhere(id, now) }
        if !passTurn(id) { settle(id) }
        return []
    }

    func wantFrames(_ ids: [ItemID]) -> [[ItemID]] {
        stride(from: 0, to: ids.count, by: Limits.wantedIDs).map {
            [ItemID](ids[$0..<min($0 + Limits.wantedIDs, ids.count)])
        }
    }

    mutating func wantFrames(_ ids: [ItemID], of link: LinkID, session: UInt32) -> [Effect] {
        wantFrames(ids).flatMap { send(link, .want(session: session, $0)) }
    }
}
