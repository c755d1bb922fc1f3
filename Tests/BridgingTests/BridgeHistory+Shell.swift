import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Wire

// What a bridge's shell does: everything on disk before it has an effect, and a crash in between.

extension BridgeHistory {
    private mutating func crashMaybe() throws { if !isCalm, chance(2) { throw Crash() } }

    /// Puts an event on disk, tells the oracle, then lets it have its effect.
    private mutating func put(
        _ event: BridgeEvent, _ note: (inout HistoryOracle) -> Void
    ) throws {
        try crashMaybe()
        disk.append(event.encoded)
        note(&oracle)
        guard let read = BridgeEvent(decoding: event.encoded) else {
            return oracle.require(false, "an event cannot be read")
        }
        shadow.apply(read)
        try crashMaybe()
        // Reading a consent takes long: once is enough.
        if case .consented = read { book = shadow } else { book.apply(read) }
    }

    // MARK: Reading

    mutating func readOne() throws {
        guard !spread.isEmpty else { return }
        try read(at: random.number(below: spread.count))
    }

    mutating func readAll() throws {
        while !spread.isEmpty { try readOne() }
    }

    /// Mail is read again after a crash until its event is on disk.
    private mutating func read(at index: Int) throws {
        switch spread[index] {
        case .consent(let made): try read(made)
        case .withdrawal(let draft):
            if let event = book.considered(withdrawal: draft.withdrawal, now: now) {
                let commitment = draft.keys.commitment(draft.id)
                try put(event) { $0.read.insert(commitment) }
            }
        case .junk(let bytes):
            if let event = book.considered(withdrawal: bytes, now: now) {
                try put(event) { _ in }
            }
            let event = book.considered(consent: bytes, authorities: authorities, now: now)
            guard case .consented(let message, _, _)? = event else { break }
            // Damage that only changed the reply key: the seeker's own comes too late then. Not
            // put on disk, so that the seeker's answers can be followed.
            let consent = try? Consent(decoding: message)
            let isKnown = given.contains { $0.presentation == consent?.presentation }
            oracle.require(isKnown, "a forged consent was taken")
        }
        spread.remove(at: index)
    }

    private mutating func read(_ made: Given) throws {
        let draft = made.draft
        let event = book.considered(consent: made.message, authorities: authorities, now: now)
        let expected = oracle.arrival(draft, authorities, now)
        switch event {
        case nil: oracle.require(expected == .nothing, "a consent was ignored")
        case .consented?: oracle.require(expected == .held, "a consent was taken")
        default: oracle.require(expected == .rejected, "a consent was refused: \(draft)")
        }
        if let event { try put(event) { $0.arrived(draft, expected) } }
    }

    // MARK: Operators

    mutating func decide() throws {
        guard let entry = pick(book.all) else { return }
        let (id, at) = (entry.id, now)
        if chance(85) {
            guard let event = try? book.approval(of: entry, now: now) else { return }
            try put(event) { $0.told[id]?.approved = at }
        } else {
            guard let event = try? book.refusal(of: entry, reason: "No.", now: now) else { return }
            try put(event) { $0.told[id]?.isRefused = true }
        }
    }

    // MARK: Orders

    mutating func carryOut() throws {
        for order in book.orders(circumstances) {
            try carryOut(order)
            now = now.adding(seconds: UInt64(random.number(below: 3)))
        }
    }

    private mutating func carryOut(_ order: BridgeOrder) throws {
        let id = order.consent
        guard let uri = book.entries[id]?.terms.authority else { return }
        let model = models[uri] ?? HistoryAuthority()
        switch order {
        case .send: try send(id, uri)
        case .find(_, let mark, let since):
            try found(model.find(mark, since: since, isCalm: isCalm, &random), id)
        case .resolve(_, let token):
            let outcome = model.resolve(token, isCalm: isCalm, &random)
            if let event = book.came(outcome, of: id, now: now) { try put(event) { _ in } }
        case .status:
            let outcome = model.status(isCalm: isCalm, &random)
            guard let event = book.came(outcome, of: id, now: now),
                case .known(let status) = outcome
            else { return }
            try put(event) { $0.told[id]?.status = status }
        case .tell:
            let state = oracle.state(id, now)
            oracle.require(state == .withdrawnAfter, "told what was not withdrawn")
            try put(book.came(model.tell(isCalm: isCalm, &random), of: id, now: now)) { _ in }
        }
    }

    private mutating func send(_ id: ConsentID, _ uri: Text) throws {
        // Everything that came in is read first.
        try readAll()
        guard let event = book.sendingStarts(id, circumstances) else { return }
        try put(event) {
            let isOut = $0.told[id]?.isOut
            $0.require(isOut == false, "sent again without a look")
            $0.told[id]?.report = .out(isUnclear: false)
        }
        guard let report = book.entries[id]?.report else { return }
        oracle.check(report, id, circumstances)
        let outcome = models[uri, default: HistoryAuthority()].deliver(
            report, now, isCalm: isCalm, &random)
        try crashMaybe()
        try put(book.came(outcome, of: id, salt: random.bytes(32), now: now)) {
            switch outcome {
            case .accepted, .token: $0.told[id]?.report = .taken
            case .refused:
                $0.told[id]?.report = .parked
                $0.told[id]?.approved = nil
            case .unreachable: $0.told[id]?.report = .busy
            case .unclear: $0.told[id]?.report = .out(isUnclear: true)
            }
        }
    }

    private mutating func found(_ outcome: FindOutcome, _ id: ConsentID) throws {
        let at = now
        try put(book.came(outcome, of: id, salt: random.bytes(32), now: now)) {
            switch outcome {
            case .found: $0.told[id]?.report = .taken
            case .absent: $0.doubted(id, isSure: true, at)
            case .unknown: $0.doubted(id, isSure: false, at)
            }
        }
    }

    // MARK: Answers and days

    /// An answer and its event are put on disk in one step.
    mutating func answer() throws {
        for due in book.dueAnswers(now) {
            let (answer, id) = (due.answer, due.answer.consent)
            let before = oracle.answers[id]?.last?.counter ?? 0
            oracle.require(answer.counter == before + 1, "a counter is not the next one")
            let key = oracle.told[id]?.draft.keys.replyKey(id)
            oracle.require(due.replyKey == key, "answered to somebody else")
            try put(due.event) { $0.answers[id, default: []].append(answer) }
        }
        for id in oracle.arrivals {
            guard let state = oracle.state(id, now) else { continue }
            let said = oracle.answers[id]?.last?.state
            oracle.require(
                said == state.rawValue, "\(id.bytes[0]) is \(state), the seeker reads \(said ?? 0)")
        }
    }

    mutating func closeDays() throws {
        guard closesDays else { return }
        for day in book.log.due(now) {
            let event = book.log.checkpoint(
                day, community: .zero, now: now, by: BridgeScript.key,
                random: SeededRandom.source(random.next()))
            guard let event else { return oracle.require(false, "a day cannot be closed") }
            try put(event) { _ in }
        }
    }
}
