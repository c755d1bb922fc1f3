import Model
import Wire

// Sessions of our own, from the first answer to what comes after the end.

extension Reconciler {
    /// The other side's message in a session of ours.
    mutating func heardOurs(
        _ message: [UInt8], _ link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let key = peers[link]?.key, var session = peers[link]?.round?.session else {
            return []
        }
        peers[link]?.round?.phase = .waiting  // the copy here is the only one then
        session.heard = now
        session.count(message)
        let allowed = peers[link]?.work.left(now) ?? 0
        let bounds = RangeComparison.Bounds(
            messageBytes: Limits.syncMessageBytes, have: Limits.syncOffers - session.offered,
            work: max(allowed, 0))
        let looked = look(&session, key: key) {
            $0.answer(message, as: .initiator, within: bounds)
        }
        peers[link]?.work.overspend(looked?.work ?? 0)
        guard case .success(let answer)? = looked?.0 else {
            var effects: [Effect] = [.misbehaved(link)]
            effects.append(Self.ending(link, session, SyncEnding.malformed))
            count(session, link)
            effects += giveUp(link, now)
            return effects + advance(now, wall)
        }
        return goOn(link, &session, answer, now, wall) + advance(now, wall)
    }

    private mutating func goOn(
        _ link: LinkID, _ session: inout SyncSession, _ answer: RangeComparison.Answer,
        _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        session.differences += answer.differences
        session.offered += answer.have.count
        var effects = need(answer.need, link, &session)
        for start in stride(from: 0, to: answer.have.count, by: Limits.announcedIDs) {
            let end = min(start + Limits.announcedIDs, answer.have.count)
            effects.append(.offer([ItemID](answer.have[start..<end]), to: link))
        }
        if answer.isLast, !answer.isExhausted {
            effects.append(Self.ending(link, session, SyncEnding.done))
            return effects + close(link, session, isWhole: true, now, wall)
        }
        if session.isAtLimit || answer.isExhausted {
            effects.append(Self.ending(link, session, SyncEnding.limit))
            return effects + close(link, session, isWhole: false, now, wall)
        }
        session.count(answer.message)
        peers[link]?.round?.phase = .open(session)
        effects.append(.send(link, .syncMessage(session: session.number, answer.message)))
        return effects
    }

    /// What is to be asked for: an id held in another class only looks needed.
    private mutating func need(
        _ ids: [ItemID], _ link: LinkID, _ session: inout SyncSession
    ) -> [Effect] {
        let room = Limits.missing - (peers[link]?.missing.count ?? 0)
        let lacking = ids.filter { !contains($0) }
        let needed = [ItemID](lacking.prefix(max(room, 0)))
        session.needed += lacking.count
        peers[link]?.missing.formUnion(needed)
        return needed.isEmpty
            ? [] : [.need(needed, from: link, session: session.number)]
    }

    /// The other side ended a session of ours.
    mutating func endedOurs(
        _ end: SyncEnd, _ link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let session = peers[link]?.round?.session, let round = peers[link]?.round else {
            return []
        }
        switch end.reason {
        case SyncEnding.openAgain where round.reopened < Self.mostReopened:
            count(session, link)
            peers[link]?.round?.reopened += 1
            peers[link]?.round?.from = max(Slot(end.value), round.from ?? Slot(0))
            peers[link]?.round?.phase = .waiting
        case SyncEnding.limit:
            return close(link, session, isWhole: false, now, wall) + advance(now, wall)
        case SyncEnding.notNow where round.refused < Self.mostRefused:
            count(session, link)
            peers[link]?.round?.refused += 1
            let until = now.adding(milliseconds: choices.jittered(Limits.syncRestMilliseconds))
            peers[link]?.round?.phase = .resting(until: until)
        case SyncEnding.classNotHeld:
            count(session, link)
            return proceed(link, .nextClass, now, wall) + advance(now, wall)
        default:
            count(session, link)
            return giveUp(link, now) + advance(now, wall)
        }
        return advance(now, wall)
    }

    /// Nothing may keep a session going for ever.
    mutating func endSilent(_ link: LinkID, _ now: Moment, _ effects: inout [Effect]) {
        if let session = peers[link]?.round?.session, session.deadline <= now {
            effects.append(Self.ending(link, session, SyncEnding.noAnswer))
            count(session, link)
            effects += giveUp(link, now)
        }
        if let session = peers[link]?.theirs, session.deadline <= now {
            effects.append(Self.ending(link, session, SyncEnding.noAnswer))
            peers[link]?.theirs = nil
            peers[link]?.unread = nil
        }
    }

    /// How often a class is opened again because the other side compares from a higher slot: once
    /// for clocks, once for a slot that passes meanwhile, and one more.
    static let mostReopened = 3
    /// How often a round waits for room at the other side.
    static let mostRefused = 6

    // MARK: After a session

    /// - Parameter isWhole: all of the range was compared.
    private mutating func close(
        _ link: LinkID, _ session: SyncSession, isWhole: Bool, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        count(session, link)
        guard let round = peers[link]?.round else { return [] }
        var next = SyncRound.Next.sameClass
        if isWhole {
            if !round.isNewestOnly { next = .nextClass }
            peers[link]?.round?.isNewestOnly = false
        } else if session.needed > 0 {
            let isLongLived = session.ttlClass.seconds > Self.weekSeconds
            peers[link]?.round?.isNewestOnly = isLongLived
        } else {
            // The limit was met and nothing will come that changes the next session.
            peers[link]?.round?.report.isComplete = false
            next = .nextClass
        }
        let missing = peers[link]?.missing.count ?? 0
        if missing == 0 { return proceed(link, next, now, wall) }
        let until = now.adding(milliseconds: Limits.wantMilliseconds)
        peers[link]?.round?.phase = .settling(
            until: until, left: missing, of: missing, then: next)
        return []
    }

    /// Goes on once what was found has come, or nothing more does.
    mutating func settle(_ link: LinkID, _ now: Moment, _ wall: WallTime) -> [Effect] {
        switch peers[link]?.round?.phase {
        case .resting(let until) where until <= now: peers[link]?.round?.phase = .waiting
        case .settling(let until, let left, let all, let next):
            let missing = peers[link]?.missing.count ?? 0
            if missing == 0 { return proceed(link, next, now, wall) }
            if until > now { return [] }
            if missing < left {
                peers[link]?.round?.phase = .settling(
                    until: now.adding(milliseconds: Limits.wantMilliseconds), left: missing,
                    of: all, then: next)
                return []
            }
            // Unless half of it came, another session finds the same again.
            if next == .sameClass, missing * 2 <= all {
                return proceed(link, .sameClass, now, wall)
            }
            if next == .sameClass { peers[link]?.round?.report.isComplete = false }
            return proceed(link, .nextClass, now, wall)
        case .resting, .waiting, .open, nil: break
        }
        return []
    }

    private mutating func proceed(
        _ link: LinkID, _ next: SyncRound.Next, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        peers[link]?.round?.phase = .waiting
        guard next == .nextClass else { return [] }
        peers[link]?.round?.classes.removeFirst()
        peers[link]?.round?.from = nil
        peers[link]?.round?.reopened = 0
        guard let ttlClass = peers[link]?.round?.classes.first else { return finish(link, now) }
        let isBehind = isFarBehind(ttlClass, wall)
        peers[link]?.round?.isNewestOnly = isBehind
        return []
    }

    private mutating func giveUp(_ link: LinkID, _ now: Moment) -> [Effect] {
        peers[link]?.round?.report.isComplete = false
        return finish(link, now)
    }

    private mutating func finish(_ link: LinkID, _ now: Moment) -> [Effect] {
        guard let round = peers[link]?.round else { return [] }
        peers[link]?.round = nil
        peers[link]?.wasCompared = round.report.isComplete
        peers[link]?.compared = now
        return [.finished(link, round.report)]
    }

    private mutating func count(_ session: SyncSession, _ link: LinkID) {
        guard var report = peers[link]?.round?.report else { return }
        report.messages += session.messages
        report.bytes += session.bytes
        report.needed += session.needed
        report.offered += session.offered
        peers[link]?.round?.report = report
    }

    static func ending(_ link: LinkID, _ session: SyncSession, _ reason: UInt8) -> Effect {
        let value = reason == SyncEnding.limit ? UInt32(clamping: session.differences) : 0
        return .send(
            link, .syncEnd(session: session.number, SyncEnd(reason: reason, value: value)))
    }
}
