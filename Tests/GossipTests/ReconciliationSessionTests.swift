import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Gossip

/// Sessions frame by frame: in order, in the wrong phase, twice, late, at the limits.
@Suite struct ReconciliationSessionTests: ReconciliationScript {
    private let empty: [UInt8] = [0x61, 0, 0, 2, 0]

    private func linked(_ machine: inout Reconciler, _ links: LinkID...) {
        for link in links { machine.linked(link, key: key, now: start) }
    }

    private func open(
        _ session: UInt32, _ ttlClass: TTLClass = .quarter, from: Slot? = nil,
        topics: [Topic] = [], message: [UInt8]? = nil
    ) -> SyncOpen {
        SyncOpen(
            session: session, ttlClass: ttlClass,
            from: from ?? Reconciler.oldest(ttlClass, testStart), topics: topics,
            message: message ?? empty)
    }

    /// The number of the session that these effects open.
    private func opened(_ effects: [Reconciler.Effect]) -> SyncOpen? {
        effects.lazy.compactMap { effect -> SyncOpen? in
            if case .send(_, .syncOpen(let open)) = effect { open } else { nil }
        }.first
    }

    private func end(
        _ link: LinkID, _ session: UInt32, _ reason: UInt8, _ value: UInt32 = 0
    ) -> Reconciler.Effect {
        .send(link, .syncEnd(session: session, SyncEnd(reason: reason, value: value)))
    }

    // MARK: Answering

    @Test func anOpenSessionIsAnsweredWithWhatIsHeld() {
        let held = items(0..<2)
        var machine = machine(held)
        linked(&machine, a)
        let ids = held.map { $0.position.id }.sorted()
        #expect(
            machine.opened(open(5), by: a, now: start, wall: testStart) == [
                .send(
                    a, .syncMessage(session: 5, [0x61, 0, 0, 2, 2] + ids.flatMap { $0.bytes }))
            ])
        #expect(
            machine.ended(
                session: 5, SyncEnd(reason: 0, value: 0), by: a, now: start, wall: testStart
            ).isEmpty)
        #expect(machine.heard(empty, session: 5, by: a, now: start, wall: testStart).isEmpty)
    }

    @Test func anotherVersionIsAnsweredWithOurs() {
        var machine = machine(items(0..<2))
        linked(&machine, a)
        #expect(
            machine.opened(open(5, message: [0x62, 1, 2, 3]), by: a, now: start, wall: testStart)
                == [
                    .send(a, .syncMessage(session: 5, [0x61]))
                ])
    }

    @Test func anOlderSlotIsAnsweredWithTheOldestHere() {
        var machine = machine()
        linked(&machine, a)
        for ttlClass in TTLClass.allCases {
            let oldest = Reconciler.oldest(ttlClass, testStart)
            // Taken from there, it would live 20 minutes and two slots, and not a slot before.
            let life = oldest.start.seconds + ttlClass.seconds - testStart.seconds
            #expect(life > 2400 && life <= 3000)
            let low = open(5, ttlClass, from: Slot(oldest.number - 1))
            #expect(
                machine.opened(low, by: a, now: start, wall: testStart)
                    == [end(a, 5, 1, oldest.number)])
        }
        #expect(machine.theirs == 0)
    }

    @Test func aClassNotHeldIsSaidSo() {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        #expect(
            machine.opened(open(5, .week), by: a, now: start, wall: testStart)
                == [end(a, 5, 4)])
    }

    @Test func aPeerOpensOneAtATime() {
        var machine = machine()
        linked(&machine, a)
        _ = machine.opened(open(5), by: a, now: start, wall: testStart)
        #expect(
            machine.opened(open(6), by: a, now: start, wall: testStart) == [end(a, 6, 3)])
        _ = machine.ended(
            session: 5, SyncEnd(reason: 0, value: 0), by: a, now: start, wall: testStart)
        #expect(machine.opened(open(6), by: a, now: start, wall: testStart).count == 1)
        #expect(machine.theirs == 1)
    }

    @Test func theSameSessionTwiceIsNoOrder() {
        var machine = machine()
        linked(&machine, a)
        _ = machine.opened(open(5), by: a, now: start, wall: testStart)
        #expect(
            machine.opened(open(5), by: a, now: start, wall: testStart) == [.misbehaved(a)])
        #expect(machine.theirs == 0)
    }

    @Test func placesAreKeptForOurOwn() {
        var machine = machine()
        let links = (1...UInt64(Limits.syncSessions)).map { LinkID($0) }
        for link in links { machine.linked(link, key: key, now: start) }
        let most = Limits.syncSessions - Limits.syncSessionsReserved
        for (number, link) in links.enumerated() {
            let effects = machine.opened(open(5), by: link, now: start, wall: testStart)
            #expect((effects == [end(link, 5, 3)]) == (number >= most))
        }
        #expect(opened(machine.begin(with: a, now: start, wall: testStart)) != nil)
        #expect(opened(machine.begin(with: b, now: start, wall: testStart)) != nil)
        #expect(opened(machine.begin(with: links[2], now: start, wall: testStart)) == nil)
        #expect(machine.deadline != Reconciler.atOnce)
        machine.unlinked(links[4])
        #expect(machine.deadline == Reconciler.atOnce)
        #expect(opened(machine.wake(now: start, wall: testStart)) != nil)
    }

    @Test func whoOpensTooOftenWaits() {
        var machine = machine()
        linked(&machine, a)
        func tryOne(_ number: UInt32, _ now: Moment) -> Bool {
            let effects = machine.opened(open(number), by: a, now: now, wall: testStart)
            _ = machine.ended(
                session: number, SyncEnd(reason: 0, value: 0), by: a, now: now, wall: testStart)
            return effects != [end(a, number, 3)]
        }
        let taken = (1...100).filter { tryOne($0, start) }
        #expect(taken.count == Limits.syncOpens)
        #expect(tryOne(101, at(1000)))
        #expect(!tryOne(102, at(1000)))
    }

    @Test(
        arguments: [
            [], [0x00], [0x61, 0x80], [0x61, 0, 0, 3],
            [0x61, 0, 0, 2, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x61, 0, 33], [0x61, 0, 0, 1, 0],
        ] as [[UInt8]])
    func aMalformedMessageEndsTheSession(_ message: [UInt8]) {
        var machine = machine(items(0..<40))
        linked(&machine, a)
        #expect(
            machine.opened(open(5, message: message), by: a, now: start, wall: testStart)
                == [.misbehaved(a), end(a, 5, 5)])
        #expect(machine.theirs == 0)
    }

    @Test func aMessageLongerThanAllowedIsMalformed() {
        var machine = machine()
        linked(&machine, a)
        let skips = [[UInt8]](repeating: [1, 0, 0], count: 20_000).flatMap { $0 }
        let right = [0x61] + skips.dropLast(3)
        #expect(
            machine.opened(open(5, message: right), by: a, now: start, wall: testStart)
                == [.send(a, .syncMessage(session: 5, [0x61]))])
        #expect(
            machine.heard([0x61] + skips, session: 5, by: a, now: start, wall: testStart)
                == [.misbehaved(a), end(a, 5, 5)])
    }

    @Test func aSilentOpenerLosesItsSession() {
        var machine = machine()
        linked(&machine, a)
        _ = machine.opened(open(5), by: a, now: start, wall: testStart)
        #expect(machine.deadline == at(Limits.syncIdleMilliseconds))
        #expect(machine.wake(now: at(29_999), wall: testStart).isEmpty)
        #expect(machine.wake(now: at(30_000), wall: testStart) == [end(a, 5, 6)])
        #expect(machine.wake(now: at(30_000), wall: testStart).isEmpty)
    }

    @Test func aSessionDoesNotLastForEver() {
        var machine = machine()
        linked(&machine, a)
        _ = machine.opened(open(5), by: a, now: start, wall: testStart)
        var now: UInt64 = 0
        while now + 20_000 < Limits.syncMilliseconds {
            now += 20_000
            let effects = machine.heard(
                empty, session: 5, by: a, now: at(now), wall: testStart)
            #expect(effects.count == 1)
        }
        #expect(machine.theirs == 1)
        #expect(
            machine.wake(now: at(Limits.syncMilliseconds), wall: testStart).contains(end(a, 5, 6)))
    }

    @Test func roundsAndDifferencesAreCounted() {
        var machine = machine(items(0..<1500))
        linked(&machine, a)
        var effects = machine.opened(open(5), by: a, now: start, wall: testStart)
        var messages = 1
        while effects.count == 1, case .send(_, .syncMessage) = effects[0] {
            effects = machine.heard(empty, session: 5, by: a, now: start, wall: testStart)
            messages += 1
        }
        // Each answer lists 1500 ids that the opener did not name.
        #expect(effects == [end(a, 5, 2, 21_000)])
        #expect(messages == 14)
        #expect(machine.theirs == 0)
    }

    @Test func aSessionHasABoundedNumberOfRounds() {
        var machine = machine()
        linked(&machine, a)
        var effects = machine.opened(open(5), by: a, now: start, wall: testStart)
        var messages = 1
        while effects.count == 1, case .send(_, .syncMessage) = effects[0] {
            effects = machine.heard(empty, session: 5, by: a, now: start, wall: testStart)
            messages += 1
        }
        #expect(effects == [end(a, 5, 2, 0)])
        #expect(messages == Limits.syncRounds + 1)
    }

    /// Many small ranges that are all equal cost much for few bytes, and nothing to answer.
    @Test func workIsCountedAndRunsOut() throws {
        var machine = machine(items(0..<4000))
        linked(&machine, a)
        let index = try #require(machine.indexes[Int(TTLClass.quarter.rawValue)])
        var view = IndexView(index, of: nil, from: Slot(0), key: Secret(key))
        var writer = RangeWriter()
        for rank in stride(from: 0, to: index.count - 3, by: 3) where writer.bytes.count < 59_000 {
            let bound = RangeBound.between(view.item(at: rank + 2), view.item(at: rank + 3))
            writer.fingerprint(view.fingerprint(rank..<rank + 3), to: bound)
        }
        let cost = view.work
        #expect(cost > 4000)
        _ = machine.peers[a]?.work.left(start)  // the account begins
        machine.peers[a]?.work.overspend(Int(Limits.syncWork) - cost * 3 / 2)
        let answer = Reconciler.Effect.send(a, .syncMessage(session: 5, [0x61]))
        let message = writer.bytes
        #expect(
            machine.opened(open(5, message: message), by: a, now: start, wall: testStart)
                == [answer])
        #expect(
            machine.heard(message, session: 5, by: a, now: start, wall: testStart)
                == [end(a, 5, 2)])
        #expect(machine.opened(open(6), by: a, now: start, wall: testStart) == [end(a, 6, 3)])
        // A link pays for its own.
        linked(&machine, b)
        #expect(machine.opened(open(6), by: b, now: start, wall: testStart).count == 1)
        let later = at(UInt64(cost) * 1000 / Limits.syncWorkPerSecond)
        #expect(machine.opened(open(7), by: a, now: later, wall: testStart) != [end(a, 7, 3)])
    }

    /// Answers that cost us are counted too.
    @Test func aResponderMayNotCostMuchEither() throws {
        var machine = machine(items(0..<400), classes: [.quarter])
        linked(&machine, a)
        let ours = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        _ = machine.peers[a]?.work.left(start)  // the account begins
        machine.peers[a]?.work.overspend(Int(Limits.syncWork) + 1)
        var writer = RangeWriter()
        writer.fingerprint([UInt8](repeating: 1, count: 16), to: .infinity)
        let effects = machine.heard(
            writer.bytes, session: ours.session, by: a, now: start, wall: testStart)
        #expect(effects.first == end(a, ours.session, 2))
        guard case .finished(a, let report)? = effects.last else {
            Issue.record("it goes on")
            return
        }
        #expect(!report.isComplete)
    }

    // MARK: Opening

    @Test func aRoundGoesThroughTheClasses() throws {
        var machine = machine(classes: [.hour, .day])
        linked(&machine, a)
        let first = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        #expect(first.ttlClass == .hour)
        #expect(first.from == Reconciler.oldest(.hour, testStart))
        #expect(first.message == empty)
        #expect(machine.begin(with: a, now: start, wall: testStart).isEmpty)
        let effects = machine.heard(
            empty, session: first.session, by: a, now: at(1), wall: testStart)
        #expect(effects.first == end(a, first.session, 0))
        let second = try #require(opened(effects))
        #expect(second.ttlClass == .day)
        #expect(second.session != first.session)
        // Late: the first has ended.
        #expect(
            machine.heard(empty, session: first.session, by: a, now: at(1), wall: testStart)
                .isEmpty)
        var report = SyncReport()
        (report.messages, report.bytes) = (4, 20)
        #expect(
            machine.heard([0x61], session: second.session, by: a, now: at(2), wall: testStart)
                == [end(a, second.session, 0), .finished(a, SyncReport(report, bytes: 16))])
        #expect(machine.isInSync(a))
    }

    @Test func itOpensAgainWhereTheOtherBegins() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        var open = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        let from = open.from.number
        for step in 1...UInt32(Reconciler.mostReopened) {
            let effects = machine.ended(
                session: open.session, SyncEnd(reason: 1, value: from + step), by: a,
                now: start, wall: testStart)
            open = try #require(opened(effects))
            #expect(open.from == Slot(from + step))
        }
        let effects = machine.ended(
            session: open.session, SyncEnd(reason: 1, value: .max), by: a, now: start,
            wall: testStart)
        guard case .finished(a, let report)? = effects.first else {
            Issue.record("it goes on for ever")
            return
        }
        #expect(!report.isComplete)
        #expect(!machine.isInSync(a))
    }

    @Test func aLowerSlotThanOursIsNotTaken() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        let open = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        let again = opened(
            machine.ended(
                session: open.session, SyncEnd(reason: 1, value: 0), by: a, now: start,
                wall: testStart))
        #expect(again?.from == open.from)
    }

    @Test func whoHasNoRoomIsAskedLater() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        var effects = machine.begin(with: a, now: start, wall: testStart)
        var now = start
        for _ in 0..<Reconciler.mostRefused {
            let open = try #require(opened(effects))
            #expect(
                machine.ended(
                    session: open.session, SyncEnd(reason: 3, value: 0), by: a, now: now,
                    wall: testStart) == [])
            let due = try #require(machine.deadline)
            #expect(due.milliseconds >= now.milliseconds + 8000)
            #expect(due.milliseconds <= now.milliseconds + 12_000)
            now = due
            effects = machine.wake(now: now, wall: testStart)
        }
        let open = try #require(opened(effects))
        effects = machine.ended(
            session: open.session, SyncEnd(reason: 3, value: 0), by: a, now: now, wall: testStart)
        guard case .finished(a, _)? = effects.first else {
            Issue.record("it goes on for ever")
            return
        }
    }

    @Test func anotherWithoutTheClassIsPassedOver() throws {
        var machine = machine(classes: [.day, .week])
        linked(&machine, a)
        let open = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        let next = opened(
            machine.ended(
                session: open.session, SyncEnd(reason: 4, value: 0), by: a, now: start,
                wall: testStart))
        #expect(next?.ttlClass == .week)
    }

    @Test func aMuteResponderIsGivenUp() throws {
        var machine = machine(classes: [.day, .week])
        linked(&machine, a)
        let open = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        #expect(machine.deadline == at(30_000))
        let effects = machine.wake(now: at(30_000), wall: testStart)
        #expect(effects.first == end(a, open.session, 6))
        #expect(effects.count == 2)
        #expect(machine.deadline.map { $0 > at(30_000) } == true)
    }

    @Test func nonsenseInAnAnswerEndsTheRound() throws {
        var machine = machine(classes: [.day, .week])
        linked(&machine, a)
        let open = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        let effects = machine.heard(
            [0x62], session: open.session, by: a, now: start, wall: testStart)
        #expect(effects.prefix(2) == [.misbehaved(a), end(a, open.session, 5)])
        #expect(effects.count == 3)
    }

    @Test func aNumberBothChoseIsLeftAlone() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        let ours = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        #expect(
            machine.opened(
                self.open(ours.session, .day), by: a, now: start, wall: testStart
            ).isEmpty)
        #expect(machine.theirs == 0)
    }

    @Test func anIdOfAnotherClassIsNotNeeded() throws {
        let held = items(0..<1, .week)
        var machine = machine(held, classes: [.day, .week])
        linked(&machine, a)
        let ours = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        let strange = [0x61, 0, 0, 2, 2] + held[0].position.id.bytes + id(77).bytes
        let effects = machine.heard(
            strange, session: ours.session, by: a, now: start, wall: testStart)
        #expect(effects.first == .need([id(77)], from: a, session: ours.session))
    }

    // MARK: Links and turns

    @Test func aNewNeighbourIsComparedWithSoon() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a)
        machine.neighbour(a, true, now: start)
        let due = try #require(machine.deadline)
        #expect(due >= start && due < at(UInt64(Limits.syncStartMilliseconds)))
        #expect(opened(machine.wake(now: due, wall: testStart)) != nil)
        machine.neighbour(a, true, now: due)
        machine.neighbour(a, false, now: due)
        #expect(opened(machine.wake(now: due, wall: testStart)) == nil)
    }

    @Test func neighboursAndOthersTakeTurns() throws {
        var machine = machine(classes: [.day])
        linked(&machine, a, b)
        machine.neighbour(a, true, now: start)
        var turns: [LinkID: [UInt64]] = [:]
        while let due = machine.deadline, due < at(4 * 3_600_000) {
            for effect in machine.wake(now: due, wall: testStart) {
                guard case .send(let link, .syncOpen(let open)) = effect else { continue }
                turns[link, default: []].append(due.milliseconds)
                _ = machine.heard(
                    [0x61], session: open.session, by: link, now: due, wall: testStart)
            }
        }
        let often = try #require(turns[a])
        let seldom = try #require(turns[b])
        #expect((40...60).contains(often.count))
        #expect((6...10).contains(seldom.count))
    }

    @Test func nothingOutlivesItsLink() {
        var machine = machine()
        linked(&machine, a)
        _ = machine.begin(with: a, now: start, wall: testStart)
        _ = machine.opened(open(5), by: a, now: start, wall: testStart)
        machine.unlinked(a)
        machine.unlinked(a)
        #expect(machine.deadline == nil)
        #expect(machine.peers.isEmpty)
        #expect(machine.ours + machine.theirs == 0)
    }

    @Test func unknownLinksAreNobody() {
        var machine = machine()
        #expect(machine.begin(with: a, now: start, wall: testStart).isEmpty)
        #expect(machine.opened(open(5), by: a, now: start, wall: testStart).isEmpty)
        #expect(machine.heard(empty, session: 5, by: a, now: start, wall: testStart).isEmpty)
        let last = SyncEnd(reason: 2, value: .max)
        #expect(machine.ended(session: 5, last, by: a, now: start, wall: testStart).isEmpty)
        machine.neighbour(a, true, now: start)
        #expect(!machine.isInSync(a))
        #expect(machine.deadline == nil)
    }

    // MARK: Time

    @Test func whatExpiredIsHeldNoMore() {
        var kept = items(0..<10, .hour)
        for place in kept.indices where place % 2 == 0 { kept[place].isRetraction = true }
        var machine = machine(kept)
        #expect(machine.count == 10)
        machine.expired(testStart.adding(seconds: 3599))
        #expect(machine.count == 10)
        machine.expired(testStart.adding(seconds: 3600))
        #expect(machine.count == 5)
        #expect(kept.allSatisfy { machine.contains($0.position.id) == $0.isRetraction })
        // Late writes of what has expired come to nothing.
        for item in kept { machine.store(item) }
        #expect(machine.count == 5)
        machine.expired(testStart.adding(seconds: 3600 + 86_399))
        #expect(machine.count == 5)
        machine.expired(testStart.adding(seconds: 3600 + 86_400))
        #expect(machine.count == 0)
        machine.expired(WallTime(seconds: .max))
        #expect(Reconciler.oldest(.quarter, WallTime(seconds: .max)) == Slot(.max))
        #expect(Reconciler.oldest(.quarter, WallTime(seconds: 0)) == Slot(0))
    }
}

extension SyncReport {
    /// The same but for its bytes.
    fileprivate init(_ other: SyncReport, bytes: Int) {
        self = other
        self.bytes = bytes
    }
}
