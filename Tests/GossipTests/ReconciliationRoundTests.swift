import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// Rounds of our own, frame by frame: in order, in the wrong phase, late, and turned away.
@Suite struct ReconciliationRoundTests: ReconciliationScript {
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

    @Test func whoHasNothingOfTheWeekBeginsWithIt() throws {
        var machine = machine(items(0..<10, age: 2000), classes: [.quarter])
        linked(&machine, a)
        let first = try #require(opened(machine.begin(with: a, now: start, wall: testStart)))
        #expect(first.from == Slot(today.number - 7 * 144))
        let second = try #require(
            opened(
                machine.heard(
                    [0x61], session: first.session, by: a, now: at(1), wall: testStart)))
        #expect(second.ttlClass == .quarter)
        #expect(second.from == Reconciler.oldest(.quarter, testStart))
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
}

extension SyncReport {
    /// The same but for its bytes.
    fileprivate init(_ other: SyncReport, bytes: Int) {
        self = other
        self.bytes = bytes
    }
}
