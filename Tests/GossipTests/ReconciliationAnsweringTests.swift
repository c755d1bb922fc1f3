import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Gossip

/// Sessions that others open, frame by frame: in order, twice, late, at the limits.
@Suite struct ReconciliationAnsweringTests: ReconciliationScript {
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
}
