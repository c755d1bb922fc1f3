import Gossip
import Model
import TestKit
import Testing
import Wire

/// Where items go: routes, epochs, ends of stems, loops.
@Suite struct StemTests: StemScript {
    // MARK: Routes

    @Test func whatIsHeardGoesOnToAnotherLink() {
        var stem = linked(a, b)
        #expect(
            stem.heard(id(1), item(), from: a, now: start) == .accepted([.send(b, item())]))
        #expect(stem.contains(id(1)))
        #expect(!stem.contains(id(2)))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func allOfOneLinkTakesOneWayForAnEpoch(_ seed: UInt64) {
        let quick = settings { $0.itemsPerMinute = 1000 }
        var stem = linked(a, b, c, d, settings: quick, seed: seed)
        for link in [a, b, c, d] {
            let ways = Set(
                (0..<10).map { stem.next(id(link.number * 100 + $0), item(), from: link, at($0)) })
            #expect(ways.count == 1)
            #expect(!ways.contains(link) && !ways.contains(nil))
        }
        var own: Set<LinkID> = []
        for number in 0..<6 as Range<UInt64> {
            for case .send(let link, _) in stem.submit(id(number), item(), start) {
                own.insert(link)
            }
        }
        #expect(own.count == 1)
    }

    @Test func allLinksTogetherHaveTwoWays() {
        for seed in 0..<20 as Range<UInt64> {
            var stem = linked(a, b, c, d, seed: seed)
            var ways: Set<LinkID> = []
            // Links that others dialled bring items and are never chosen.
            for number in 5..<25 as Range<UInt64> {
                let link = LinkID(number)
                _ = stem.linked(link, isOutbound: false, now: start)
                if let way = stem.next(id(number), item(), from: link, start) { ways.insert(way) }
            }
            #expect(ways.count == 2)
            #expect(ways.isSubset(of: [a, b, c, d]))
        }
    }

    @Test func theNextEpochChoosesAnew() {
        var ways: Set<LinkID?> = []
        let long = settings { $0.itemsPerMinute = 1000 }
        var stem = linked(a, b, c, d, settings: long)
        for epoch in 0..<30 as Range<UInt64> {
            let now = at(epoch * 630_000)
            _ = stem.wake(now)
            ways.insert(stem.next(id(epoch), item(), from: a, now))
        }
        #expect(ways == [b, c, d])
    }

    @Test func anEpochLastsTenMinutesAndUpToThirtySecondsMore() {
        var ends: Set<UInt64> = []
        for seed in 0..<200 as Range<UInt64> {
            let stem = linked(a, seed: seed)
            ends.insert((stem.deadline?.milliseconds ?? 0) - start.milliseconds)
        }
        #expect((ends.min() ?? 0) >= 600_000 && (ends.max() ?? 0) <= 630_000)
        #expect(ends.count > 150)
    }

    @Test func inboundLinksServeWhereOutboundOnesLack() {
        var stem = Stem(choices: Choices(seed: 1), settings: settings())
        _ = stem.linked(a, isOutbound: false, now: start)
        #expect(stem.submit(id(1), item(), start) == [.send(a, item())])
        // One that was dialled takes its place at once.
        _ = stem.linked(b, isOutbound: true, now: at(1))
        _ = stem.linked(c, isOutbound: true, now: at(1))
        let own = stem.submit(id(2), item(), at(2))
        #expect(own == [.send(b, item())] || own == [.send(c, item())])
    }

    @Test func whoeverDialsUsOftenGetsNoStem() {
        var stem = linked(a, b)
        for number in 10..<40 as Range<UInt64> {
            _ = stem.linked(LinkID(number), isOutbound: false, now: start)
        }
        for epoch in 0..<20 as Range<UInt64> {
            _ = stem.wake(at(epoch * 630_000))
            #expect(Set(stem.stems) == [a, b])
        }
    }

    @Test func aLostStemIsReplacedAtOnce() throws {
        for seed in 0..<20 as Range<UInt64> {
            var stem = linked(a, b, c, d, seed: seed)
            let first = try #require(stem.next(id(1), item(), from: a, start) as LinkID?)
            stem.unlinked(first, now: at(1))
            let second = try #require(stem.next(id(2), item(), from: a, at(2)) as LinkID?)
            #expect(second != first && second != a)
            // What went to the lost one waits for its embargo.
            #expect(stem.contains(id(1)))
        }
    }

    @Test func aLinkThatComesTwiceCountsOnce() {
        var stem = linked(a, a, b)
        stem.unlinked(a, now: at(1))
        #expect(stem.heard(id(1), item(), from: a, now: at(2)) == .dropped(.unknownLink))
        stem.unlinked(a, now: at(3))
        #expect(stem.submit(id(2), item(), at(4)) == [.send(b, item())])
    }

    // MARK: Ends

    @Test func withNobodyToGoOnToItIsPublished() {
        var stem = linked(a)
        #expect(
            stem.heard(id(1), item(), from: a, now: start)
                == .accepted([.publish(id(1), item(), isOwn: false)]))
        #expect(!stem.contains(id(1)))
    }

    @Test func aFluffingEpochPublishesWhatComesAndLetsOwnItemsGo() {
        var stem = linked(a, b, c, settings: settings { $0.fluffChance = 1 })
        #expect(
            stem.heard(id(1), retraction, from: a, now: start)
                == .accepted([.publish(id(1), retraction, isOwn: false)]))
        guard case .send = stem.submit(id(2), item(), start).first else {
            Issue.record("an own item takes a stem")
            return
        }
        #expect(stem.contains(id(2)))
        // Its own as any other's: it can't be told by sending it back.
        #expect(
            stem.heard(id(2), item(), from: a, now: start)
                == .accepted([.publish(id(2), item(), isOwn: true)]))
    }

    @Test func oneEpochInFiveFluffs() {
        var fluffing = 0
        for seed in 0..<2000 as Range<UInt64> {
            var stem = linked(a, b, settings: Stem.Settings(), seed: seed)
            if stem.next(id(1), item(), from: a, start) == nil { fluffing += 1 }
        }
        #expect((340...460).contains(fluffing))
    }

    // MARK: Embargo

    @Test func whatIsNotSeenIsPublishedWhenItsEmbargoEnds() throws {
        var stem = linked(a, b)
        _ = stem.heard(id(1), item(), from: a, now: start)
        let end = try #require(stem.deadline)
        #expect(end < at(600_000))
        #expect(stem.wake(Moment(milliseconds: end.milliseconds - 1)) == [])
        #expect(stem.wake(end) == [.publish(id(1), item(), isOwn: false)])
        #expect(!stem.contains(id(1)))
        #expect(stem.wake(end) == [])
    }

    @Test func whatIsSeenInTheOpenHasNoEmbargo() {
        var stem = linked(a, b)
        _ = stem.heard(id(1), item(), from: a, now: start)
        #expect(stem.seenInOpen(id(1))?.isOwn == false)
        #expect(stem.seenInOpen(id(1)) == nil)
        #expect(stem.seenInOpen(id(9)) == nil)
        #expect(!stem.contains(id(1)))
        #expect(stem.count == 0)
        #expect(stem.wake(at(599_000)) == [])
    }

    @Test func allWhoseEmbargoEndedArePublishedAtOneWake() {
        let long = settings { $0.itemsPerMinute = 1000 }
        var stem = linked(a, b, settings: long)
        for number in 0..<100 { _ = stem.heard(id(UInt64(number)), item(), from: a, now: start) }
        let effects = stem.wake(at(3_600_000))
        #expect(effects.count == 100)
        #expect(stem.count == 0)
    }

    // MARK: Loops

    @Test func whatComesAgainGoesOnOnceMoreAndThenNoFurther() {
        var stem = linked(a, b, c)
        guard let first = stem.next(id(1), item(), from: a, start) else {
            Issue.record("it goes on")
            return
        }
        let back = first == b ? c : b
        guard case .accepted(let again) = stem.heard(id(1), item(), from: back, now: at(1)),
            case .send(let second, _) = again.first
        else {
            Issue.record("it goes on once more")
            return
        }
        #expect(second != back)
        for link in [a, b, c] {
            #expect(stem.heard(id(1), item(), from: link, now: at(2)) == .accepted([]))
        }
        #expect(stem.contains(id(1)))
    }

    @Test func anOwnItemThatComesBackIsTreatedAsAnyOther() {
        for seed in 0..<50 as Range<UInt64> {
            var relay = linked(a, b, c, d, seed: seed)
            var origin = linked(a, b, c, d, seed: seed)
            _ = relay.heard(id(1), item(), from: a, now: start)
            _ = origin.submit(id(1), item(), start)
            for link in [b, b, c] {
                let one = relay.heard(id(1), item(), from: link, now: at(1))
                let other = origin.heard(id(1), item(), from: link, now: at(1))
                guard case .accepted(let l) = one, case .accepted(let r) = other else {
                    Issue.record("dropped")
                    return
                }
                #expect(l.count == r.count)
                for effect in l + r {
                    guard case .send(let next, _) = effect else {
                        Issue.record("published for coming back")
                        return
                    }
                    #expect(next != link)
                }
            }
        }
    }
}
