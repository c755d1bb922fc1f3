import Gossip
import Model
import TestKit
import Testing
import Wire

/// Who is eager and who is lazy. Source: protocol/08-spreading.md, "The tree".
@Suite struct SpreadingTreeTests: SpreadingScript {
    let links = (1...6).map { LinkID($0) }

    /// Six neighbours, all eager, and long enough ago that the tree has settled.
    func six() -> Spreading {
        joined(links[0], links[1], links[2], links[3], links[4], links[5])
    }

    /// What a second copy of a new item from `link` leads to.
    func repeated(
        by link: LinkID, _ spreading: inout Spreading, _ now: Moment, number: UInt64
    ) -> [Spreading.Effect] {
        let id = ids(1, from: number << 20)[0]
        spreading.duplicate(id)
        return spreading.repeated(id, hops: 3, from: link, now: now)
    }

    // MARK: Pruning

    @Test func whoPushesWhatIsHereIsPruned() {
        var spreading = six()
        #expect(
            repeated(by: a, &spreading, at(1000), number: 1)
                == [.send(a, .prune(backoffSeconds: 10))])
        #expect(spreading.lazyLinks == [a])
        #expect(spreading.counters.duplicates == 1)
    }

    @Test func oneEagerPeerIsLeftOnceTheTreeHasSettled() {
        var spreading = six()
        for link in links.dropLast() {
            #expect(
                repeated(by: link, &spreading, at(1000), number: link.number)
                    == [.send(link, .prune(backoffSeconds: 10))])
        }
        #expect(repeated(by: links[5], &spreading, at(9000), number: 9) == [])
        #expect(spreading.eagerLinks == [links[5]])
    }

    @Test func twoAreLeftForASecondAfterAPromotion() {
        var spreading = six()
        for link in links.prefix(4) {
            _ = repeated(by: link, &spreading, at(999), number: link.number)
        }
        #expect(spreading.eagerLinks == [links[4], links[5]])
        #expect(repeated(by: links[4], &spreading, at(999), number: 9) == [])
        #expect(
            repeated(by: links[4], &spreading, at(1000), number: 10)
                == [.send(links[4], .prune(backoffSeconds: 10))])
    }

    @Test(arguments: 1...5)
    func twoAreLeftInASmallView(_ count: Int) {
        var spreading = Spreading(eagerAtFirst: .max)
        for link in links.prefix(count) {
            spreading.linked(link, node: TestNetwork.node(UInt8(link.number)), now: start)
            spreading.up(link, now: start)
        }
        for round in 1...3 as ClosedRange<UInt64> {
            for link in links.prefix(count) {
                let number = round * 10 + link.number
                _ = repeated(by: link, &spreading, at(round * 60_000), number: number)
            }
        }
        #expect(spreading.eagerLinks.count == (count > 4 ? 1 : min(2, count)))
    }

    @Test func aPrunedPeerIsToldAgainOnlyIfItGoesOn() {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        // Under way when it was told.
        #expect(repeated(by: a, &spreading, at(1999), number: 2) == [])
        #expect(
            repeated(by: a, &spreading, at(2000), number: 3)
                == [.send(a, .prune(backoffSeconds: 10))])
        #expect(repeated(by: a, &spreading, at(2001), number: 4) == [])
    }

    @Test func onASlowLinkMoreMayBeUnderWay() {
        var spreading = six()
        spreading.roundTrip(a, milliseconds: 4000)
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        #expect(repeated(by: a, &spreading, at(8999), number: 2) == [])
        #expect(repeated(by: a, &spreading, at(9000), number: 3).count == 1)
    }

    @Test func anAnswerToAWantIsNoReasonToPrune() {
        var spreading = six()
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        _ = spreading.arrived(id, hops: 1, from: b, now: at(2000))
        #expect(spreading.repeated(id, hops: 255, from: a, now: at(2100)) == [])
        #expect(spreading.lazyLinks == [])
    }

    @Test func whoIsNoNeighbourIsNotPruned() {
        var spreading = six()
        _ = spreading.down(a, now: at(1))
        #expect(repeated(by: a, &spreading, at(1000), number: 1) == [])
        #expect(spreading.pruned(backoffSeconds: 1, by: a, now: at(1000)) == [])
        #expect(spreading.neighbourNodes.count == 5)
    }

    // MARK: Being pruned

    @Test func whoPrunesUsIsLazy() {
        var spreading = six()
        #expect(spreading.pruned(backoffSeconds: 9, by: a, now: at(1000)) == [])
        #expect(spreading.lazyLinks == [a])
        #expect(spreading.pruned(backoffSeconds: 9, by: a, now: at(1001)) == [])
        #expect(spreading.pruned(backoffSeconds: 9, by: LinkID(99), now: at(1002)) == [])
    }

    @Test func tooFewEagerPeersAreMadeUpForByTheNearestLazyOne() {
        var spreading = six()
        for (index, link) in links.enumerated() {
            spreading.roundTrip(link, milliseconds: UInt64(100 - index))
        }
        for link in links.prefix(5) {
            #expect(spreading.pruned(backoffSeconds: 0, by: link, now: at(2000)) == [])
        }
        // The last; of the others the fifth is nearest.
        #expect(
            spreading.pruned(backoffSeconds: 0, by: links[5], now: at(2000))
                == [.send(links[4], .graft(nil, hops: 255))])
        // A promotion again: one is not enough for a second.
        #expect(spreading.eagerLinks == [links[4]])
        #expect(
            spreading.pruned(backoffSeconds: 0, by: links[4], now: at(2500)) == [
                .send(links[5], .graft(nil, hops: 255)),
                .send(links[3], .graft(nil, hops: 255)),
            ])
    }

    @Test func theOldestOfTheNearestIsGrafted() {
        var spreading = six()
        for link in links.reversed() {
            _ = spreading.pruned(backoffSeconds: 0, by: link, now: at(2000))
        }
        #expect(spreading.eagerLinks == [links[1]])
    }

    @Test func whoAskedToBeLeftAloneIsGraftedOnlyIfThereIsNoOther() {
        var spreading = six()
        for link in links.prefix(4) {
            _ = spreading.pruned(backoffSeconds: 60, by: link, now: at(2000))
        }
        _ = spreading.pruned(backoffSeconds: 0, by: links[4], now: at(2000))
        spreading.roundTrip(links[0], milliseconds: 1)
        #expect(
            spreading.pruned(backoffSeconds: 60, by: links[5], now: at(2000))
                == [.send(links[4], .graft(nil, hops: 255))])
        // Within the second two are needed, and only such are left.
        #expect(
            spreading.pruned(backoffSeconds: 60, by: links[4], now: at(2100)).first
                == .send(links[0], .graft(nil, hops: 255)))
        // After the wait the nearest again.
        var later = spreading
        _ = later.pruned(backoffSeconds: 0, by: links[0], now: at(90_000))
        _ = later.pruned(backoffSeconds: 0, by: links[1], now: at(90_000))
        #expect(later.eagerLinks.count >= 1)
    }

    @Test func theOnlyNeighbourStaysInTheTreeThoughItPrunesUs() {
        var spreading = joined(a)
        #expect(
            spreading.pruned(backoffSeconds: 3600, by: a, now: at(5000))
                == [.send(a, .graft(nil, hops: 255))])
        #expect(spreading.eagerLinks == [a])
    }

    @Test(arguments: [UInt16(0), 1, 3600, 65535])
    func aBackoffNearTheEndOfTheClockIsHarmless(_ seconds: UInt16) {
        var spreading = six()
        let end = Moment(milliseconds: .max - 5)
        for link in links {
            _ = spreading.pruned(backoffSeconds: seconds, by: link, now: end)
        }
        #expect(spreading.eagerLinks.count == 1)
        _ = announce(ids(3), by: a, &spreading, hops: 1, now: end)
        _ = spreading.wake(Moment(milliseconds: .max))
        _ = spreading.wake(Moment(milliseconds: .max))
        // Nothing is later than the end, so all is given up.
        #expect(spreading.wantedCount == 0)
    }

    // MARK: Grafting

    @Test func whoGraftsUsIsEager() {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        #expect(spreading.grafted(nil, by: a, now: at(2000)) == [])
        #expect(spreading.lazyLinks == [])
        #expect(spreading.counters.graftsHeard == 1)
        // It said that it needs us: for a minute it is not pruned.
        #expect(repeated(by: a, &spreading, at(61_999), number: 2) == [])
        #expect(repeated(by: a, &spreading, at(62_000), number: 3).count == 1)
    }

    @Test func aGraftedItemIsPushedAtMostThreeTimes() {
        var spreading = six()
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = spreading.arrived(id, hops: 6, from: b, now: start)
        for _ in 0..<3 {
            #expect(spreading.grafted(id, by: a, now: at(2000)) == [.fetch([id], for: a)])
            #expect(
                spreading.fetched([(id, .envelope(envelope))], for: a)
                    == [.send(a, .push(hops: 7, envelope))])
        }
        #expect(
            spreading.grafted(id, by: a, now: at(2000))
                == [.send(a, .gone(session: 0, [id]))])
        // Others have their own three.
        #expect(spreading.grafted(id, by: b, now: at(2000)) == [.fetch([id], for: b)])
    }

    @Test func aGraftOfARetractionIsAnsweredByIt() {
        var spreading = six()
        let retraction = network.retraction(1, of: network.envelope(1))
        let id = ids(1)[0]
        #expect(spreading.grafted(id, by: a, now: start) == [.fetch([id], for: a)])
        #expect(
            spreading.fetched([(id, .retraction(retraction))], for: a)
                == [.send(a, .retract(retraction))])
    }

    @Test func aGraftOfWhatIsNotHereIsDeniedLikeAWant() {
        var spreading = six()
        let id = ids(1)[0]
        _ = spreading.grafted(id, by: a, now: start)
        #expect(
            spreading.fetched([(id, .nothing)], for: a)
                == [.send(a, .gone(session: 0, [id]))])
    }

    @Test func whoIsNoNeighbourGetsTheItemAndNoPlace() {
        var spreading = six()
        _ = spreading.down(a, now: at(1))
        let id = ids(1)[0]
        #expect(spreading.grafted(id, by: a, now: at(2)) == [.fetch([id], for: a)])
        #expect(!spreading.eagerLinks.contains(a))
        #expect(spreading.grafted(nil, by: LinkID(99), now: at(2)) == [])
    }

    @Test func whoBringsWhatIsNewIsEagerAgain() {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        let envelope = network.envelope(1)
        _ = spreading.arrived(network.id(envelope), hops: 2, from: a, now: at(2000))
        _ = store(envelope, hops: 2, from: a, &spreading, at(2001))
        #expect(spreading.lazyLinks == [])
    }

    @Test func whatWasAskedForMakesNobodyEager() {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        let envelope = network.envelope(1)
        _ = store(envelope, hops: 255, from: a, &spreading, at(2001))
        #expect(spreading.lazyLinks == [a])
    }

    @Test func whatCrossedAPruneMakesNobodyEager() {
        var spreading = six()
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = repeated(by: a, &spreading, at(2000), number: 1)
        // The round trip is presumed to be 100 ms.
        #expect(spreading.grafted(id, by: a, now: at(2099)) == [.fetch([id], for: a)])
        _ = spreading.arrived(ids(1)[0], hops: 1, from: a, now: at(2099))
        #expect(spreading.lazyLinks == [a])
        _ = spreading.grafted(nil, by: a, now: at(2100))
        #expect(spreading.lazyLinks == [])
    }

    @Test func aLostEagerPeerIsReplaced() {
        var spreading = six()
        for link in links.prefix(5) {
            _ = repeated(by: link, &spreading, at(1000), number: link.number)
        }
        var other = spreading
        #expect(
            spreading.unlinked(links[5], now: at(3000))
                == [.send(links[0], .graft(nil, hops: 255))])
        #expect(
            other.down(links[5], now: at(3000)) == [.send(links[0], .graft(nil, hops: 255))])
        #expect(other.linkedNodes.count == 6)
        #expect(other.down(links[5], now: at(3000)) == [])
    }

    // MARK: Shorter ways

    /// An item came over ten hops from `f`, which is eager; `a` is lazy.
    func longWay() -> (Spreading, ItemID) {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = spreading.arrived(id, hops: 10, from: links[5], now: at(2000))
        _ = store(envelope, hops: 10, from: links[5], &spreading, at(2001))
        return (spreading, id)
    }

    @Test func aWayFourHopsShorterTakesThePlaceOfALongerOne() {
        var (spreading, id) = longWay()
        var three = spreading
        #expect(three.announced(announcements([id], hops: 7), by: a, now: at(3000)) == [])
        #expect(
            spreading.announced(announcements([id], hops: 6), by: a, now: at(3000)) == [
                .send(a, .graft(nil, hops: 6)),
                .send(links[5], .prune(backoffSeconds: 10)),
            ])
        #expect(spreading.lazyLinks == [links[5]])
        #expect(spreading.counters.improvements == 1)
    }

    @Test func theWayMayBeAnnouncedBeforeTheItemComes() {
        var spreading = six()
        _ = repeated(by: a, &spreading, at(1000), number: 1)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading, hops: 2, now: at(2000))
        #expect(
            spreading.arrived(id, hops: 9, from: links[5], now: at(2100)) == [
                .send(a, .graft(nil, hops: 2)),
                .send(links[5], .prune(backoffSeconds: 10)),
            ])
    }

    @Test func placesChangeOnceASecond() {
        var (spreading, id) = longWay()
        _ = repeated(by: b, &spreading, at(2500), number: 2)
        _ = spreading.announced(announcements([id], hops: 0), by: a, now: at(3000))
        let next = ids(1)[0]
        _ = spreading.arrived(next, hops: 9, from: c, now: at(3100))
        spreading.duplicate(next)
        #expect(spreading.announced(announcements([next], hops: 0), by: b, now: at(3999)) == [])
        #expect(
            spreading.announced(announcements([next], hops: 0), by: b, now: at(4000)).count == 2)
    }

    @Test func whoHasPointsAgainstItIsNoShorterWay() {
        var (spreading, id) = longWay()
        _ = spreading.misbehaved(a, .brokenPromise, now: at(2900))
        #expect(spreading.announced(announcements([id], hops: 0), by: a, now: at(3000)) == [])
        // They fade.
        #expect(
            spreading.announced(announcements([id], hops: 0), by: a, now: at(6000)).count == 2)
    }

    @Test func offTheTreeThereIsNoWay() {
        var (spreading, id) = longWay()
        #expect(spreading.announced(announcements([id]), by: a, now: at(3000)) == [])
        // Nor is there one for what came off it.
        let other = ids(1)[0]
        _ = spreading.arrived(other, hops: 255, from: b, now: at(3000))
        spreading.duplicate(other)
        #expect(spreading.announced(announcements([other], hops: 0), by: a, now: at(3000)) == [])
    }
}

extension SpreadingTreeTests {
    @Test func onlyAFewNeighboursAreEagerBeforeAnythingHasSpread() {
        var spreading = Spreading()
        let links = (1...6).map { LinkID($0) }
        for link in links {
            spreading.linked(link, node: TestNetwork.node(UInt8(link.number)), now: start)
            spreading.up(link, now: start)
        }
        #expect(spreading.eagerLinks == [a, b, c])
        #expect(spreading.lazyLinks == [LinkID](links.dropFirst(3)))
        // The first item is pushed to those few and announced to the others.
        let effects = store(network.envelope(1), &spreading)
        let pushed = effects.compactMap { effect in
            if case .send(let link, .push) = effect { link } else { nil }
        }
        #expect(pushed == [a, b, c])
    }
}
