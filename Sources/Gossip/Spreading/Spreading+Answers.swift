public import Model

// What becomes of what was asked: it is answered, denied or late.

extension Spreading {
    // MARK: Answers

    /// A peer sent what was asked of it, or it sent it unasked.
    @discardableResult
    mutating func pay(_ id: ItemID, by link: LinkID, _ now: Moment) -> Debt? {
        guard let debt = peers[link]?.debts.removeValue(forKey: id) else { return nil }
        peers[link]?.lastAnswer = now
        return debt
    }

    /// A peer does not have what was asked of it.
    public mutating func gone(_ ids: [ItemID], by link: LinkID, now: Moment) -> [Effect] {
        var effects: [Effect] = []
        var broken = 0
        for id in ids {
            if pay(id, by: link, now) != nil { broken += 1 }
            wants[id]?.asked.removeAll { $0 == link }
            if wants[id]?.link == link, wants[id]?.stage != .hoped {
                effects += askElsewhere(id, now)
            }
        }
        peers[link]?.unfulfilled += broken
        // A word about what nobody asked for is a frame too many.
        guard broken > 0 else { return effects + charge(link, .beyondAllowance, now: now) }
        let times = min(broken, Limits.brokenPromisesAtOnce)
        return effects + charge(link, .brokenPromise, times: times, now: now)
    }

    // MARK: Time

    mutating func askDue(_ now: Moment) -> [Effect] {
        var effects: [Effect] = []
        for timer in timers.takeDue(now) {
            guard let want = wants[timer.key], want.until == timer.due else { continue }
            effects += comeDue(timer.key, want, now)
        }
        return effects
    }

    private mutating func comeDue(_ id: ItemID, _ want: Want, _ now: Moment) -> [Effect] {
        if want.stage == .hoped {
            let first = Announcer(link: want.link, hops: want.hops)
            let isWorse = want.others.contains { isBetter($0, first) }
            if isWorse, passTurn(id) {
                let others = wants[id]?.others.count ?? 0
                if others < Limits.alternativesPerID { wants[id]?.others.append(first) }
            }
            return askNow(id, now)
        }
        // Who answers, if slowly, is waited for as long as nobody else has it.
        if want.others.isEmpty, let peer = peers[want.link] {
            let until = lateness(of: want.since, peer)
            if until > now {
                wants[id]?.until = until
                setTimer(id)
                return []
            }
        }
        return askElsewhere(id, now)
    }

    /// When an answer is late: after a silence, but not before others asked earlier have come.
    private func lateness(of since: Moment, _ peer: Peer) -> Moment {
        let silence = max(since, peer.lastAnswer).adding(milliseconds: Limits.wantMilliseconds)
        return min(silence, since.adding(milliseconds: Limits.wantMostMilliseconds))
    }

    /// Counts what peers promised and did not keep.
    mutating func sweep(_ now: Moment) -> [Effect] {
        guard let due = sweepAt, due <= now else { return [] }
        var effects: [Effect] = []
        var next: Moment?
        for link in order {
            guard let peer = peers[link], !peer.debts.isEmpty else { continue }
            var late: [ItemID] = []
            for (id, debt) in peer.debts {
                let until = lateness(of: debt.since, peer)
                if until <= now {
                    late.append(id)
                } else {
                    next = next.map { min($0, until) } ?? until
                }
            }
            for id in late { peers[link]?.debts[id] = nil }
            peers[link]?.unfulfilled += late.count
            // A dead link, or a store that expired a page, is not a thousand lies.
            let times = min(late.count, Limits.brokenPromisesAtOnce)
            if times > 0 { effects += charge(link, .brokenPromise, times: times, now: now) }
        }
        sweepAt = next.map { max($0, now.adding(milliseconds: 1000)) }
        return effects
    }

    mutating func setTimer(_ id: ItemID) {
        guard let until = wants[id]?.until else { return }
        timers.add(id, at: until)
        // Ids that are asked for and answered over and over leave few timers more than wants.
        if timers.count > 2 * wants.count + 1024 {
            let wants = self.wants
            timers.removeAll { wants[$0.key]?.until != $0.due }
        }
    }

    /// So that the next deadline is one at which something is due.
    mutating func dropStaleTimers() {
        while let first = timers.first, wants[first.key]?.until != first.due {
            timers.removeFirst()
        }
    }
}
