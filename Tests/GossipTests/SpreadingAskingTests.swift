import Gossip
import Model
import TestKit
import Testing
import Wire

/// What is missing and of whom it is asked.
@Suite struct SpreadingAskingTests: SpreadingScript {
    // MARK: Off the tree: asked at once

    @Test func unknownIdsAreLookedUpAndThenAskedFor() {
        var spreading = joined(a)
        let new = ids(3)
        #expect(
            spreading.announced(announcements(new), by: a, now: start)
                == [.findMissing(new, from: a)])
        #expect(spreading.wantedCount == 0)
        #expect(
            spreading.missing([new[0], new[2]], from: a, now: start)
                == [.send(a, .want(session: 0, [new[0], new[2]]))])
        #expect(spreading.wantedCount == 2)
        #expect(spreading.isWanted(new[0]))
        #expect(!spreading.isWanted(new[1]))
        // An answer to nothing changes nothing.
        #expect(spreading.missing([new[1]], from: a, now: start) == [])
    }

    @Test func whatALinkThatIsNoNeighbourAnnouncesIsAskedAtOnceWhateverItsHops() {
        var spreading = joined(a)
        spreading.linked(b, node: TestNetwork.node(2), now: start)
        let id = ids(1)[0]
        #expect(
            announce([id], by: b, &spreading, hops: 3)
                == [.send(b, .want(session: 0, [id]))])
    }

    @Test func sixtyFourIdsAreAskedInOneFrame() {
        var spreading = joined(a)
        let new = ids(65)
        #expect(
            announce(new, by: a, &spreading) == [
                .send(a, .want(session: 0, [ItemID](new.prefix(64)))),
                .send(a, .want(session: 0, [new[64]])),
            ])
    }

    @Test func whatIsKnownIsNotLookedUp() {
        var spreading = joined(a)
        let known = ids(3)
        spreading.duplicate(known[0])
        spreading.refused(known[1])
        #expect(
            spreading.announced(announcements(known), by: a, now: start)
                == [.findMissing([known[2]], from: a)])
    }

    @Test func whatWasDroppedIsLookedUpAgain() {
        var spreading = joined(a)
        let id = ids(1)[0]
        spreading.duplicate(id)
        spreading.dropped(id)
        #expect(
            spreading.announced(announcements([id]), by: a, now: start)
                == [.findMissing([id], from: a)])
    }

    @Test func anIdIsAskedOfOneNeighbourAtATime() {
        var spreading = joined(a, b)
        let new = ids(2)
        _ = announce(new, by: a, &spreading)
        #expect(announce(new, by: b, &spreading) == [])
    }

    @Test func anArrivedItemIsNotWantedAnyMore() {
        var spreading = joined(a)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        #expect(spreading.arrived(id, hops: 255, from: a, now: at(5)) == [])
        #expect(!spreading.isWanted(id))
        #expect(spreading.wake(at(1_000_000)) == [])
        #expect(spreading.unfulfilled(a) == 0)
    }

    @Test func whatANeighbourLacksIsAskedOfTheNext() {
        var spreading = joined(a, b, c)
        let id = ids(1)[0]
        for link in [a, b, c] { _ = announce([id], by: link, &spreading) }
        #expect(
            spreading.gone([id], by: a, now: at(10)) == [.send(b, .want(session: 0, [id]))])
        #expect(spreading.unfulfilled(a) == 1)
        // Not asked of it any more, so its second word counts for nothing.
        #expect(spreading.gone([id], by: a, now: at(11)) == [])
        #expect(spreading.unfulfilled(a) == 1)
        #expect(
            spreading.gone([id], by: b, now: at(12)) == [.send(c, .want(session: 0, [id]))])
        #expect(spreading.gone([id], by: c, now: at(13)) == [])
        #expect(spreading.wantedCount == 0)
    }

    @Test func threeOthersAreRememberedForAnIdAndNoMore() {
        let links = (1...6).map { LinkID($0) }
        var spreading = joined(links[0], links[1], links[2], links[3], links[4], links[5])
        let id = ids(1)[0]
        for link in links { _ = announce([id], by: link, &spreading) }
        var asked: [LinkID] = [links[0]]
        while let last = asked.last,
            case .send(let next, _) = spreading.gone([id], by: last, now: at(1)).first
        {
            asked.append(next)
        }
        #expect(asked == [LinkID](links.prefix(4)))
    }

    @Test func anAnswerIsAwaitedForThirtySeconds() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        _ = announce([id], by: b, &spreading)
        #expect(spreading.deadline == at(30_000))
        #expect(spreading.wake(at(29_999)) == [])
        #expect(spreading.wake(at(30_000)) == [.send(b, .want(session: 0, [id]))])
        #expect(spreading.unfulfilled(a) == 1)
        #expect(spreading.deadline == at(60_000))
        #expect(spreading.wake(at(60_000)) == [])
        #expect(spreading.unfulfilled(b) == 1)
        #expect(!spreading.isWanted(id))
        #expect(spreading.deadline == nil)
    }

    @Test func whoAnswersSlowlyIsWaitedForAndNotForEver() {
        var spreading = joined(a)
        let new = ids(20)
        _ = announce(new, by: a, &spreading)
        for number in 0..<15 {
            let now = at(UInt64(number + 1) * 25_000)
            _ = spreading.arrived(new[number], hops: 255, from: a, now: now)
            _ = spreading.wake(now)
            // Five minutes after it was asked an item is given up.
            #expect(spreading.wantedCount == (now < at(300_000) ? 19 - number : 0))
        }
        #expect(spreading.unfulfilled(a) == 8)
    }

    @Test func whatAnotherHasIsNotAwaitedFromWhoIsSlow() {
        var spreading = joined(a, b)
        let new = ids(2)
        _ = announce(new, by: a, &spreading)
        _ = announce(new, by: b, &spreading)
        _ = spreading.arrived(new[0], hops: 255, from: a, now: at(20_000))
        #expect(spreading.wake(at(30_000)) == [.send(b, .want(session: 0, [new[1]]))])
        #expect(spreading.unfulfilled(a) == 0)
    }

    @Test func anIdAskedAgainIsAwaitedAnew() {
        var spreading = joined(a)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        _ = spreading.arrived(id, hops: 255, from: a, now: at(1))
        // Refused, say: it may be announced and asked again.
        _ = announce([id], by: a, &spreading, now: at(20_000))
        #expect(spreading.wake(at(30_000)) == [])
        #expect(spreading.isWanted(id))
        #expect(spreading.wake(at(50_000)) == [])
        #expect(!spreading.isWanted(id))
    }

    @Test func whatALostLinkOwedIsAskedOfOthers() {
        var spreading = joined(a, b)
        let new = ids(3)
        _ = announce(new, by: a, &spreading)
        _ = announce([new[2], new[0]], by: b, &spreading)
        #expect(
            spreading.unlinked(a, now: at(5)) == [
                .send(b, .want(session: 0, [new[0]])), .send(b, .want(session: 0, [new[2]])),
            ])
        #expect(spreading.wantedCount == 2)
        #expect(spreading.neighbourNodes == [TestNetwork.node(2)])
        #expect(spreading.unlinked(a, now: at(6)) == [])
    }

    // MARK: On the tree: hoped for, then grafted

    @Test func anAnnouncedItemMayStillComeAlongTheTree() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        #expect(announce([id], by: a, &spreading, hops: 3) == [])
        #expect(spreading.wantedCount == 1)
        #expect(!spreading.isWanted(id))
        #expect(spreading.deadline == at(500))
        #expect(spreading.wake(at(499)) == [])
        #expect(spreading.arrived(id, hops: 3, from: b, now: at(499)) == [])
        #expect(spreading.deadline == nil)
        #expect(spreading.wake(at(500)) == [])
    }

    @Test func whatDoesNotComeIsGraftedOfItsAnnouncer() {
        var spreading = joined(a, b, c)
        _ = spreading.pruned(backoffSeconds: 9, by: a, now: at(0))
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading, hops: 3)
        #expect(spreading.wake(at(500)) == [.send(a, .graft(id, hops: 3))])
        #expect(spreading.eagerLinks == [a, b, c])
        #expect(spreading.isWanted(id))
        #expect(spreading.counters.repairs == 1)
        // Nobody else has it.
        #expect(spreading.wake(at(30_499)) == [])
        #expect(spreading.wantedCount == 1)
        #expect(spreading.wake(at(30_500)) == [])
        #expect(spreading.wantedCount == 0)
        #expect(spreading.unfulfilled(a) == 1)
        #expect(spreading.isAwaiting(a))
    }

    @Test func onASlowLinkTheTreeHasThreeRoundTrips() {
        var spreading = joined(a)
        spreading.roundTrip(a, milliseconds: 400)
        _ = announce(ids(1), by: a, &spreading, hops: 3)
        #expect(spreading.deadline == at(1200))
        // Nobody is waited for without an end.
        spreading.roundTrip(a, milliseconds: .max)
        _ = announce(ids(1, from: 5), by: a, &spreading, hops: 3, now: at(1))
        #expect(spreading.wake(at(1199)) == [])
        _ = spreading.wake(at(1200))
        #expect(spreading.wake(at(30_001)).count == 1)
    }

    @Test func theNextAnnouncersAreGraftedSoonAfter() {
        let links = (1...6).map { LinkID($0) }
        var spreading = joined(links[0], links[1], links[2], links[3], links[4], links[5])
        spreading.roundTrip(b, milliseconds: 700)
        let id = ids(1)[0]
        for link in links { _ = announce([id], by: link, &spreading, hops: 3) }
        #expect(spreading.wake(at(500)) == [.send(a, .graft(id, hops: 3))])
        #expect(spreading.wake(at(749)) == [])
        #expect(spreading.wake(at(750)) == [.send(b, .graft(id, hops: 3))])
        #expect(spreading.wake(at(1449)) == [])
        #expect(spreading.wake(at(1450)) == [.send(c, .graft(id, hops: 3))])
        #expect(spreading.wake(at(1700)) == [.send(links[3], .graft(id, hops: 3))])
        // Three others, and no more.
        #expect(spreading.deadline == at(30_500))
        #expect(spreading.wake(at(31_699)) == [])
        #expect(spreading.wantedCount == 1)
        _ = spreading.wake(at(31_700))
        #expect(spreading.wantedCount == 0)
    }

    @Test func whoKeptItsWordIsAskedBeforeWhoDidNot() {
        let links = (1...5).map { LinkID($0) }
        var spreading = joined(links[0], links[1], links[2], links[3], links[4])
        // Two broke a promise, one of them two.
        for (link, number) in [(a, 1), (a, 2), (b, 3)] {
            let lie = ids(1, from: UInt64(number) << 8)
            _ = announce(lie, by: link, &spreading)
            _ = spreading.gone(lie, by: link, now: start)
        }
        let id = ids(1)[0]
        for link in links { _ = announce([id], by: link, &spreading, hops: 3) }
        // The fifth took the place of the second, the first is asked last.
        #expect(spreading.wake(at(500)) == [.send(c, .graft(id, hops: 3))])
        #expect(spreading.wake(at(750)) == [.send(links[3], .graft(id, hops: 3))])
        #expect(spreading.wake(at(1000)) == [.send(links[4], .graft(id, hops: 3))])
        #expect(spreading.wake(at(1250)) == [.send(a, .graft(id, hops: 3))])
        #expect(spreading.wake(at(29_999)) == [])
    }

    @Test func whoAnnouncesItLateIsGraftedWithoutDelay() {
        var spreading = joined(a, b, c)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading, hops: 3)
        _ = spreading.wake(at(500))
        #expect(announce([id], by: b, &spreading, hops: 4, now: at(600)) == [])
        #expect(spreading.deadline == at(750))
        #expect(spreading.wake(at(750)) == [.send(b, .graft(id, hops: 4))])
        _ = announce([id], by: c, &spreading, hops: 5, now: at(5000))
        #expect(spreading.wake(at(5000)) == [.send(c, .graft(id, hops: 5))])
    }

    @Test func whoLacksWhatItAnnouncedIsPassedOverAtOnce() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        for link in [a, b] { _ = announce([id], by: link, &spreading, hops: 3) }
        _ = spreading.wake(at(500))
        #expect(
            spreading.gone([id], by: a, now: at(520)) == [.send(b, .graft(id, hops: 3))])
    }

    @Test func whoIsNoNeighbourAnyMoreIsAskedAndNotGrafted() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading, hops: 3)
        _ = spreading.down(a, now: at(10))
        #expect(spreading.wake(at(500)) == [.send(a, .want(session: 0, [id]))])
    }

    @Test func whatIsHopedForGoesOnWhenItsAnnouncerLeaves() {
        var spreading = joined(a, b)
        let new = ids(2)
        _ = announce(new, by: a, &spreading, hops: 3)
        _ = announce([new[1]], by: b, &spreading, hops: 4, now: at(100))
        #expect(spreading.unlinked(a, now: at(200)) == [])
        #expect(spreading.wantedCount == 1)
        #expect(spreading.wake(at(500)) == [.send(b, .graft(new[1], hops: 4))])
    }
}
