public import Model
public import Wire

// What others send: sessions they open, and all that follows in any session.

extension Reconciler {
    public mutating func opened(
        _ open: SyncOpen, by link: LinkID, now: Moment, wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        // Both sides chose one number at once: each forgets the other's, and tries again later.
        if peer.round?.session?.number == open.session { return [] }
        if peer.theirs?.number == open.session {
            peers[link]?.theirs = nil
            peers[link]?.unread = nil
            return [.misbehaved(link)]
        }
        if let end = refusal(of: open, link, now, wall) {
            return [.send(link, .syncEnd(session: open.session, end))]
        }
        peers[link]?.opens.overspend(1)
        var session = SyncSession(
            number: open.session, ttlClass: open.ttlClass, from: open.from, now: now)
        if !open.topics.isEmpty, let index = indexes[Int(open.ttlClass.rawValue)] {
            let (part, from) = index.only(
                open.topics, from: open.from, most: Limits.syncPartItems)
            peers[link]?.work.overspend(part.count + index.count / Self.lookedAtPerWork)
            if from > open.from {
                let end = SyncEnd(reason: SyncEnding.openAgain, value: from.number)
                return [.send(link, .syncEnd(session: open.session, end))]
            }
            session.part = part
        }
        peers[link]?.theirs = session
        peers[link]?.unread = open.message
        return answerUnread(link, now, wall)
    }

    /// Entries compared with a list of topics in the time that one item's lanes take. Measured.
    private static let lookedAtPerWork = 200

    private mutating func refusal(
        of open: SyncOpen, _ link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> SyncEnd? {
        guard indexes[Int(open.ttlClass.rawValue)] != nil else {
            return SyncEnd(reason: SyncEnding.classNotHeld, value: 0)
        }
        let oldest = Self.oldest(open.ttlClass, wall)
        guard open.from >= oldest else {
            return SyncEnd(reason: SyncEnding.openAgain, value: oldest.number)
        }
        let isRested = (peers[link]?.opens.left(now) ?? 0) > 0
        let isIdle = (peers[link]?.work.left(now) ?? 0) > 0
        guard peers[link]?.theirs == nil, hasRoomForTheirs, isRested, isIdle else {
            return SyncEnd(reason: SyncEnding.notNow, value: 0)
        }
        return nil
    }

    /// A SYNC_MSG. One of a session that has ended is late, and skipped.
    public mutating func heard(
        _ message: [UInt8], session: UInt32, by link: LinkID, now: Moment, wall: WallTime
    ) -> [Effect] {
        if peers[link]?.round?.session?.number == session {
            return heardOurs(message, link, now, wall)
        }
        guard peers[link]?.theirs?.number == session else { return [] }
        guard peers[link]?.unread == nil else {
            // It was not answered yet.
            return refuse(link, now, wall)
        }
        peers[link]?.unread = message
        return answerUnread(link, now, wall)
    }

    /// An END.
    public mutating func ended(
        session: UInt32, _ end: SyncEnd, by link: LinkID, now: Moment, wall: WallTime
    ) -> [Effect] {
        if peers[link]?.round?.session?.number == session {
            return endedOurs(end, link, now, wall)
        }
        guard peers[link]?.theirs?.number == session else { return [] }
        peers[link]?.theirs = nil
        peers[link]?.unread = nil
        return advance(now, wall)
    }

    /// Answers what the other side asked in its session, once the lanes are there.
    mutating func answerUnread(_ link: LinkID, _ now: Moment, _ wall: WallTime) -> [Effect] {
        guard let key = peers[link]?.key, let message = peers[link]?.unread,
            var session = peers[link]?.theirs
        else { return [] }
        if let isCold = session.part?.needsWarming {
            if isCold { return [] }
        } else if indexes[Int(session.ttlClass.rawValue)]?.needsWarming == true {
            return []
        }
        peers[link]?.theirs = nil  // the copy here is the only one then
        peers[link]?.unread = nil
        session.heard = now
        session.count(message)
        let allowed = peers[link]?.work.left(now) ?? 0
        let bounds = RangeComparison.Bounds(
            messageBytes: Limits.syncMessageBytes, work: max(allowed, 0))
        let looked = look(&session, key: key) {
            $0.answer(message, as: .responder, within: bounds)
        }
        guard case (.success(let answer), let work)? = looked else {
            peers[link]?.theirs = session
            return refuse(link, now, wall)
        }
        peers[link]?.work.overspend(work)
        session.differences += answer.differences
        if session.isAtLimit || answer.isExhausted {
            return [Self.ending(link, session, SyncEnding.limit)] + advance(now, wall)
        }
        session.count(answer.message)
        let number = session.number
        peers[link]?.theirs = session
        return [.send(link, .syncMessage(session: number, answer.message))]
    }

    private mutating func refuse(_ link: LinkID, _ now: Moment, _ wall: WallTime) -> [Effect] {
        guard let session = peers[link]?.theirs else { return [] }
        peers[link]?.theirs = nil
        peers[link]?.unread = nil
        return [.misbehaved(link), Self.ending(link, session, SyncEnding.malformed)]
            + advance(now, wall)
    }
}
