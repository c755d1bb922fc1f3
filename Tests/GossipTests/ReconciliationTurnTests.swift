import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// Who is compared with when, and what time takes away.
@Suite struct ReconciliationTurnTests: ReconciliationScript {
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

    @Test func whoWaitedLongestHasTheNextTurn() {
        var machine = machine(classes: [.day])
        let links = (1...6).map { LinkID($0) }
        for link in links { linked(&machine, link) }
        var turns: [LinkID] = []
        while let due = machine.deadline, turns.count < 12 {
            for effect in machine.wake(now: due, wall: testStart) {
                guard case .send(let link, .syncOpen(let open)) = effect else { continue }
                turns.append(link)
                _ = machine.heard(
                    [0x61], session: open.session, by: link, now: due, wall: testStart)
            }
        }
        #expect(Set(turns.prefix(6)) == Set(links))
        #expect(turns.suffix(6) == turns.prefix(6))
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

    @Test func timeTakesWhatExpired() {
        var machine = machine(items(0..<10, .hour))
        _ = machine.wake(now: at(1), wall: testStart.adding(seconds: 3600))
        #expect(machine.count == 0)
    }

    @Test func aRetractionIsTakenADayLonger() {
        var machine = machine()
        machine.expired(testStart.adding(seconds: 3600))
        var late = items(0..<2, .hour)
        late[1].isRetraction = true
        for item in late { machine.store(item) }
        #expect(late.map { machine.contains($0.position.id) } == [false, true])
    }
}
