import Gossip
import Model
import TestKit
import Testing
import Wire

/// When a neighbour has told all it holds. Source: protocol/08-spreading.md, "Catching up".
@Suite struct SpreadingSyncTests: SpreadingScript {
    /// A neighbour that has told nothing yet.
    func fresh() -> Spreading { joined(a) }

    /// What a neighbour sends for one page; nothing of it is held here.
    func page(_ ids: [ItemID], _ ping: UInt64, by link: LinkID, _ spreading: inout Spreading) {
        _ = announce(ids, by: link, &spreading)
        #expect(spreading.pinged(ping, by: link).contains(.send(link, .pong(ping))))
    }

    // MARK: The announcer

    @Test(arguments: [0, 1, 1023, 1024, 1025, 2048])
    func theLastPageIsNeverFull(_ count: Int) {
        var spreading = Spreading()
        let held = positions(count)
        var effects = spreading.joined(a, node: TestNetwork.node(1), now: start)
        var pages: [Int] = []
        while case .list(let after, _) = effects.last {
            let rest = held.filter { position in after.map { position > $0 } ?? true }
            effects = spreading.page([ItemPosition](rest.prefix(Limits.announcedIDs)), for: a)
            guard case .send(_, .announce(let items)) = effects.first,
                case .send(_, .ping(let value)) = effects.last
            else {
                Issue.record("a page without IHAVE and PING")
                return
            }
            pages.append(items.count)
            effects = spreading.ponged(value, by: a)
        }
        #expect(pages.reduce(0, +) == count)
        #expect(pages.dropLast().allSatisfy { $0 == Limits.announcedIDs })
        #expect(pages.last.map { $0 < Limits.announcedIDs } == true)
    }

    // MARK: The reader

    @Test func aNeighbourThatHoldsNothingIsInSyncAfterItsEmptyPage() {
        var spreading = fresh()
        #expect(!spreading.isInSync(a))
        _ = spreading.announced([], by: a)
        // Its public records are no page: no PING follows them.
        #expect(!spreading.isInSync(a))
        page([], 1, by: a, &spreading)
        #expect(spreading.isInSync(a))
        #expect(!spreading.isInSync(b))
    }

    @Test func aFullPageIsNotTheLast() {
        var spreading = fresh()
        let told = ids(2048)
        for (index, value) in [(0, UInt64(1)), (1024, 2)] {
            let part = [ItemID](told[index..<index + 1024])
            page(part, value, by: a, &spreading)
            for id in part { _ = spreading.arrived(id, from: a) }
            #expect(!spreading.isInSync(a))
        }
        page([], 3, by: a, &spreading)
        #expect(spreading.isInSync(a))
    }

    @Test func nothingAskedIsOutstanding() {
        var spreading = fresh()
        let told = ids(3)
        page(told, 1, by: a, &spreading)
        #expect(!spreading.isInSync(a))
        _ = spreading.arrived(told[0], from: a)
        spreading.refused(told[1])
        #expect(!spreading.isInSync(a))
        _ = spreading.gone([told[2]], by: a, now: at(5))
        #expect(spreading.isInSync(a))
    }

    @Test func aLookupUnderWayIsOutstanding() {
        var spreading = fresh()
        _ = spreading.announced(announcements(ids(1)), by: a)
        #expect(spreading.pinged(1, by: a) == [])
        #expect(!spreading.isInSync(a))
        #expect(spreading.missing([], from: a, now: start) == [.send(a, .pong(1))])
        #expect(spreading.isInSync(a))
    }

    @Test func whatComesLaterIsOutstandingUntilItIsHere() {
        var spreading = fresh()
        page([], 1, by: a, &spreading)
        let new = ids(1)[0]
        _ = announce([new], by: a, &spreading)
        #expect(!spreading.isInSync(a))
        _ = spreading.arrived(new, from: b)
        #expect(spreading.isInSync(a))
    }

    @Test func whatWasAskedOfAnotherIsOutstandingHereToo() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = announce([id], by: b, &spreading)
        page([id], 1, by: a, &spreading)
        page([id], 1, by: b, &spreading)
        #expect(!spreading.isInSync(a))
        // It has it, or so it says; the other does not any more.
        _ = spreading.gone([id], by: b, now: at(5))
        #expect(!spreading.isInSync(a))
        #expect(spreading.isInSync(b))
        _ = spreading.arrived(id, from: a)
        #expect(spreading.isInSync(a))
    }

    @Test func twoWhoseLookupsCrossAreBothWaitedFor() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = spreading.announced(announcements([id]), by: a)
        _ = spreading.announced(announcements([id]), by: b)
        _ = spreading.missing([id], from: a, now: start)
        _ = spreading.missing([id], from: b, now: start)
        for link in [a, b] { _ = spreading.pinged(1, by: link) }
        #expect(!spreading.isInSync(a) && !spreading.isInSync(b))
        _ = spreading.arrived(id, from: a)
        #expect(spreading.isInSync(a) && spreading.isInSync(b))
    }

    @Test func whoDoesNotAnswerIsNotInSyncBeforeItHasToldAllAgain() {
        var spreading = fresh()
        let id = ids(1)[0]
        page([id], 1, by: a, &spreading)
        _ = spreading.wake(at(30_000))
        #expect(!spreading.isWanted(id))
        #expect(!spreading.isInSync(a))
        page([id], 2, by: a, &spreading)
        #expect(!spreading.isInSync(a))
        _ = spreading.arrived(id, from: a)
        #expect(spreading.isInSync(a))
    }

    @Test func idsBeyondWhatMayBeAskedAreToBeHeardAgain() {
        var spreading = fresh()
        let told = ids(Limits.missingPerPeer + 1)
        for first in stride(from: 0, to: Limits.missingPerPeer, by: 1024) {
            _ = announce([ItemID](told[first..<first + 1024]), by: a, &spreading)
        }
        page([ItemID](told.suffix(1)), 1, by: a, &spreading)
        for id in told { _ = spreading.arrived(id, from: a) }
        #expect(!spreading.isInSync(a))
        page([], 2, by: a, &spreading)
        #expect(spreading.isInSync(a))
    }

    @Test func aNewLinkBeginsAnew() {
        var spreading = fresh()
        page([], 1, by: a, &spreading)
        _ = spreading.left(a, now: at(1))
        #expect(!spreading.isInSync(a))
        _ = spreading.joined(a, node: TestNetwork.node(1), now: at(2))
        #expect(!spreading.isInSync(a))
    }
}
