import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

@Suite struct SpreadingTests: SpreadingScript {
    // MARK: New items

    @Test func aNewItemGoesToAllAndIsAcknowledgedToItsSender() {
        var spreading = joined(a, b, c)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        let effects = spreading.stored(id, .envelope(envelope), hops: 3, from: b, now: testStart)
        #expect(
            effects == [
                .send(a, .push(hops: 4, envelope)),
                .send(b, .announce([Announcement(id: id, hops: 3)])),
                .send(c, .push(hops: 4, envelope)),
            ])
    }

    @Test func anOwnItemGoesToAll() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1)
        let effects = spreading.stored(
            network.id(envelope), .envelope(envelope), hops: 0, from: nil, now: testStart)
        #expect(
            effects == [
                .send(a, .push(hops: 1, envelope)), .send(b, .push(hops: 1, envelope)),
            ])
    }

    @Test func hopsStopCountingBeforeTheMarkForOffTheTree() {
        var spreading = joined(a)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        let last = spreading.stored(id, .envelope(envelope), hops: 254, from: nil, now: testStart)
        #expect(last == [.send(a, .push(hops: 254, envelope))])
        let off = spreading.stored(id, .envelope(envelope), hops: 255, from: nil, now: testStart)
        #expect(off == [.send(a, .push(hops: 255, envelope))])
    }

    @Test func anEnvelopeMoreThanSixSlotsOldIsOnlyAnnounced() {
        var spreading = joined(a)
        let fresh = network.envelope(1, slotsAgo: 6)
        let old = network.envelope(2, slotsAgo: 7)
        let id = network.id(old)
        #expect(
            spreading.stored(
                network.id(fresh), .envelope(fresh), hops: 0, from: nil, now: testStart)
                == [.send(a, .push(hops: 1, fresh))])
        #expect(
            spreading.stored(id, .envelope(old), hops: 0, from: nil, now: testStart)
                == [.send(a, .announce([Announcement(id: id, hops: 255)]))])
    }

    @Test func aRetractionTravelsWholeHoweverOld() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1, slotsAgo: 500)
        let retraction = network.retraction(1, of: envelope)
        let id = Naming.retractionID(of: network.id(envelope))
        let effects = spreading.stored(
            id, .retraction(retraction), hops: 0, from: a, now: testStart)
        #expect(
            effects == [
                .send(a, .announce([Announcement(id: id, hops: 0)])),
                .send(b, .retract(retraction)),
            ])
    }

    @Test func ownItemsAreWitnessedByWhoeverAnnouncesOrSendsThem() {
        var spreading = joined(a, b, c)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = spreading.stored(id, .envelope(envelope), hops: 0, from: nil, now: testStart)
        #expect(
            spreading.announced(announcements([id]), by: b)
                == [.witnessed(id, by: TestNetwork.node(2))])
        #expect(spreading.arrived(id, from: c) == [.witnessed(id, by: TestNetwork.node(3))])
    }

    @Test func ownItemsOfEarlierRunsAreWitnessedToo() {
        var spreading = joined(a)
        let id = ids(1)[0]
        spreading.recall(own: [id])
        let effects = spreading.announced(announcements([id]), by: a)
        #expect(effects.first == .witnessed(id, by: TestNetwork.node(1)))
    }

    @Test func aNeighbourIsCountedOnceHoweverOftenItSaysSo() {
        var spreading = joined(a, b)
        let own = ids(3)
        spreading.recall(own: own)
        let often = (0..<300).flatMap { _ in announcements(own) }
        let node = TestNetwork.node(1)
        let counted = own.map { Spreading.Effect.witnessed($0, by: node) }
        #expect(spreading.announced(often, by: a).filter { counted.contains($0) } == counted)
        let again = spreading.announced(often, by: a)
        #expect(!again.contains { counted.contains($0) })
        #expect(spreading.arrived(own[0], from: a) == [])
        // Another neighbour counts as well, and a link that is new.
        #expect(
            spreading.arrived(own[0], from: b)
                == [.witnessed(own[0], by: TestNetwork.node(2))])
        _ = spreading.left(a, now: at(1))
        _ = spreading.joined(a, node: node, now: at(2))
        #expect(spreading.arrived(own[0], from: a) == [.witnessed(own[0], by: node)])
    }

    @Test func oneReceiptOfANeighbourIsLookedAtForEachOwnItem() {
        var spreading = joined(a, b)
        let own = ids(2)
        spreading.recall(own: own)
        #expect(spreading.isFirstReceipt(own[0], from: a) == true)
        #expect(spreading.isFirstReceipt(own[0], from: a) == false)
        #expect(spreading.isFirstReceipt(own[1], from: a) == true)
        #expect(spreading.isFirstReceipt(own[0], from: b) == true)
        #expect(spreading.isFirstReceipt(ids(1, from: 9)[0], from: a) == false)
        #expect(spreading.isFirstReceipt(own[0], from: c) == false)
    }

    @Test func othersItemsAreNotWitnessed() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = spreading.stored(id, .envelope(envelope), hops: 0, from: a, now: testStart)
        #expect(spreading.announced(announcements([id]), by: b) == [])
    }

    // MARK: Asking

    @Test func unknownIdsAreLookedUpAndThenAskedFor() {
        var spreading = joined(a)
        let new = ids(3)
        #expect(
            spreading.announced(announcements(new), by: a) == [.findMissing(new, from: a)])
        #expect(spreading.wantedCount == 0)
        #expect(
            spreading.missing([new[0], new[2]], from: a, now: start)
                == [.send(a, .want(session: 0, [new[0], new[2]]))])
        #expect(spreading.wantedCount == 2)
        #expect(spreading.isWanted(new[0]))
        #expect(!spreading.isWanted(new[1]))
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
            spreading.announced(announcements(known), by: a)
                == [.findMissing([known[2]], from: a)])
    }

    @Test func whatWasDroppedIsLookedUpAgain() {
        var spreading = joined(a)
        let id = ids(1)[0]
        spreading.duplicate(id)
        spreading.dropped(id)
        #expect(
            spreading.announced(announcements([id]), by: a) == [.findMissing([id], from: a)])
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
        #expect(spreading.arrived(id, from: a) == [])
        #expect(!spreading.isWanted(id))
        #expect(spreading.wake(at(1_000_000)).allSatisfy { $0 == .list(after: nil, for: a) })
        #expect(spreading.unfulfilled(a) == 0)
    }

    @Test func whatANeighbourLacksIsAskedOfTheNext() {
        var spreading = joined(a, b, c)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        _ = announce([id], by: b, &spreading)
        _ = announce([id], by: c, &spreading)
        #expect(
            spreading.gone([id], by: a, now: at(10)) == [.send(b, .want(session: 0, [id]))])
        #expect(spreading.unfulfilled(a) == 1)
        // Not asked of it any more, so its second word counts for nothing.
        #expect(spreading.gone([id], by: a, now: at(11)) == [])
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
    }

    @Test func anIdAskedAgainIsAwaitedAnew() {
        var spreading = joined(a)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        _ = spreading.arrived(id, from: a)
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
        let effects = spreading.left(a, now: at(5))
        #expect(
            effects == [
                .send(b, .want(session: 0, [new[0]])), .send(b, .want(session: 0, [new[2]])),
            ])
        #expect(spreading.wantedCount == 2)
        #expect(spreading.neighbourNodes == [TestNetwork.node(2)])
        #expect(spreading.left(a, now: at(6)) == [])
    }

    @Test func aLostLinkLeavesNothingBehind() {
        var spreading = joined(a)
        _ = announce(ids(100), by: a, &spreading)
        _ = spreading.asked(for: ids(10), by: a)
        _ = spreading.left(a, now: at(5))
        #expect(spreading.wantedCount == 0)
        #expect(spreading.neighbourNodes == [])
        _ = spreading.wake(at(600_000))
        #expect(spreading.deadline == nil)
    }

    // MARK: Being asked

    @Test func whatIsAskedForIsFetchedAFewAtATime() {
        var spreading = joined(a)
        let asked = ids(20)
        guard case .fetch(let first, a) = spreading.asked(for: asked, by: a).first else {
            Issue.record("nothing is fetched")
            return
        }
        #expect(first == [ItemID](asked.prefix(first.count)))
        #expect(spreading.asked(for: ids(5, from: 99), by: a) == [])
        let answer = first.map { ($0, Held.nothing) }
        let next = spreading.fetched(answer, for: a)
        #expect(next.first == .send(a, .gone(session: 0, first)))
        guard case .fetch(let second, a) = next.last else {
            Issue.record("the rest is not fetched")
            return
        }
        #expect(second.first == asked[first.count])
    }

    @Test func eachIsAnsweredByWhatIsHeld() {
        var spreading = joined(a)
        let envelope = network.envelope(1)
        let taken = network.envelope(2)
        let retraction = network.retraction(2, of: taken)
        let unknown = ids(1)[0]
        let asked = [network.id(envelope), network.id(taken), unknown]
        #expect(spreading.asked(for: asked, by: a) == [.fetch(asked, for: a)])
        let found: [(ItemID, Held)] = [
            (asked[0], .envelope(envelope)), (asked[1], .retraction(retraction)),
            (unknown, .nothing),
        ]
        #expect(
            spreading.fetched(found, for: a) == [
                .send(a, .push(hops: 255, envelope)), .send(a, .retract(retraction)),
                .send(a, .gone(session: 0, [unknown])),
            ])
    }

    @Test func whoAsksForMoreThanItMayIsClosed() {
        var spreading = joined(a)
        for round in 0..<64 {
            let effects = spreading.asked(for: ids(64, from: UInt64(round) * 64), by: a)
            #expect(effects.allSatisfy { $0 != .close(a) })
        }
        // What is being fetched no longer counts; the rest and one more than the limit do.
        let last = spreading.asked(for: ids(64, from: 9999), by: a)
        #expect(last == [.close(a)])
    }

    @Test func theLargestEnvelopesAreServedWithoutClosing() {
        var spreading = joined(a)
        let chunks = (0..<64).map { network.envelope($0, size: 7) }
        let held = chunks.map { (network.id($0), Held.envelope($0)) }
        var effects = spreading.asked(for: held.map(\.0), by: a)
        var sent = 0
        while !effects.isEmpty {
            var next: [Spreading.Effect] = []
            for effect in effects {
                switch effect {
                case .fetch(let ids, let link):
                    let found = held.filter { ids.contains($0.0) }
                    next += spreading.fetched(found, for: link)
                case .send(_, .push): sent += 1
                case .close: Issue.record("closed after \(sent)")
                case .send, .list, .findMissing, .witnessed: break
                }
            }
            effects = next.isEmpty && sent < held.count ? spreading.drained(a) : next
        }
        #expect(sent == held.count)
    }
}
