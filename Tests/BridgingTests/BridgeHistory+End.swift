import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Wire

// Once faults stop and time passes: nothing is lost, and everybody knows what became of theirs.

extension BridgeHistory {
    mutating func end() {
        isCalm = true
        peers = 2
        authorities = Self.named
        book = shadow
        for mail in posted { spread(mail) }
        posted = []
        do {
            try readAll()
            // Longer than the longest wait and the cooling-off after it.
            for _ in 0..<14 {
                for entry in book.all { try agree(entry) }
                try carryOut()
                now = now.adding(seconds: 3700)
            }
            try answer()
            for id in oracle.arrivals {
                let isSettled = oracle.isSettled(id, authorities, now)
                let one = oracle.told[id]
                oracle.require(isSettled, "lost: \(String(describing: one))")
            }
            expectTruth()
            try expectLog()
        } catch { oracle.require(false, "\(error)") }
        let before = book.dueAnswers(now).count
        if readsAnew { restart() } else { book = shadow }
        compare()
        oracle.require(book.dueAnswers(now).count == before, "told again after a restart")
    }

    private mutating func agree(_ entry: BridgeEntry) throws {
        guard entry.isUndecided, let event = try? book.approval(of: entry, now: now) else { return }
        disk.append(event.encoded)
        oracle.told[entry.id]?.approved = now
        shadow.apply(event)
        book.apply(event)
    }

    /// What seekers read agrees with what authorities have.
    private mutating func expectTruth() {
        for id in oracle.arrivals {
            guard let one = oracle.told[id], let answer = oracle.answers[id]?.last else { continue }
            let count = models[one.draft.to.uri]?.count(Report.mark(of: id)) ?? 0
            if one.report == .taken {
                oracle.require(count > 0, "forwarded, but not there")
                let isMarked = answer.forwards.first?.isPerhapsTwice
                oracle.require(count == 1 || isMarked == true, "there \(count) times, unmarked")
            } else {
                oracle.require(count == 0 || one.doubts > 0, "there, but nobody knows")
            }
            let isFollower = oracle.isTaken(one.family) && answer.state != 11
            let leads = one.report == .taken || isFollower
            oracle.require(
                leads == !answer.forwards.isEmpty || one.isRefused || one.isRejected
                    || answer.state == ConsentState.withdrawn.rawValue
                    || answer.state == ConsentState.withdrawnAfter.rawValue,
                "forwards told: \(answer)")
        }
    }

    /// Every forward stands in the log, every day names the one before.
    private mutating func expectLog() throws {
        guard closesDays else { return }
        now = now.adding(seconds: 86400)
        try closeDays()
        try answer()
        var days: [UInt32: Checkpoint] = [:]
        var (previous, day): ([UInt8]?, UInt32) = (nil, testStart.day)
        for closed in book.log.closed {
            let checkpoint = try closed.record.checkpoint(of: BridgeScript.key.publicKey)
            oracle.require(checkpoint.day == day && checkpoint.previous == previous, "no chain")
            days[day] = checkpoint
            (previous, day) = (closed.record.hash, day + 1)
        }
        for (id, one) in oracle.told where one.report == .taken {
            guard let forward = oracle.answers[id]?.last?.forwards.first else {
                oracle.require(false, "a forward is not told")
                continue
            }
            let leaf = LogTree.leaf(
                salt: forward.salt, consent: id, authority: forward.authority, day: forward.day)
            let isShown = days[forward.day].flatMap { forward.proof?.shows(leaf, in: $0) }
            oracle.require(isShown == true, "a forward is not in the log")
        }
    }
}

extension BridgeEntry {
    var isUndecided: Bool {
        switch phase {
        case .waiting, .parked: true
        default: false
        }
    }
}
