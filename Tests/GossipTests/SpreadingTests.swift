import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

/// What becomes of items: pushed, announced, acknowledged, witnessed.
@Suite struct SpreadingTests: SpreadingScript {
    // MARK: New items

    @Test func aNewItemIsPushedToAllAndAcknowledgedToItsSender() {
        var spreading = joined(a, b, c)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        #expect(spreading.arrived(id, hops: 3, from: b, now: start) == [])
        #expect(
            store(envelope, hops: 3, from: b, &spreading) == [
                .send(a, .push(hops: 4, envelope)),
                .send(b, .announce([Announcement(id: id, hops: 3)])),
                .send(c, .push(hops: 4, envelope)),
            ])
        #expect(spreading.deadline == nil)
    }

    @Test func anOwnItemGoesToAll() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1)
        #expect(
            store(envelope, &spreading) == [
                .send(a, .push(hops: 1, envelope)), .send(b, .push(hops: 1, envelope)),
            ])
        #expect(spreading.counters.pushes == 2)
    }

    @Test func lazyPeersHearOfItTogetherAFewMillisecondsLater() {
        var spreading = joined(a, b, c)
        _ = spreading.pruned(backoffSeconds: 0, by: c, now: at(2000))
        let envelopes = (0..<3).map { network.envelope($0) }
        for (index, envelope) in envelopes.enumerated() {
            let effects = store(envelope, hops: 1, from: a, &spreading, at(2000 + UInt64(index)))
            #expect(!effects.contains { if case .send(c, _) = $0 { true } else { false } })
        }
        #expect(spreading.deadline == at(2050))
        #expect(spreading.wake(at(2049)) == [])
        #expect(
            spreading.wake(at(2050))
                == [.send(c, .announce(announcements(envelopes.map(network.id), hops: 2)))])
        #expect(spreading.deadline == nil)
    }

    @Test func aFullFrameOfIdsDoesNotWait() {
        var spreading = joined(a, b, c)
        _ = spreading.pruned(backoffSeconds: 0, by: c, now: at(2000))
        var told: [Int] = []
        for id in ids(1025) {
            let effects = spreading.stored(
                id, .envelope(network.envelope(1)), hops: 0, from: nil, now: at(2000),
                wall: testStart)
            for case .send(c, .announce(let items)) in effects { told.append(items.count) }
            _ = spreading.drained(a)
            _ = spreading.drained(b)
        }
        #expect(told == [1024])
        for case .send(c, .announce(let items)) in spreading.wake(at(2050)) {
            told.append(items.count)
        }
        #expect(told == [1024, 1])
    }

    @Test func whoHasItHearsNothingOfIt() {
        var spreading = joined(a, b, c)
        let (first, second) = (network.envelope(1), network.envelope(2))
        // While it is being stored another pushes it too, and a third announces it.
        _ = spreading.arrived(network.id(first), hops: 1, from: a, now: start)
        _ = spreading.repeated(network.id(first), hops: 2, from: b, now: start)
        _ = spreading.announced(
            announcements([network.id(first)], hops: 2), by: c, now: start)
        #expect(
            store(first, hops: 1, from: a, &spreading)
                == [.send(a, .announce(announcements([network.id(first)], hops: 1)))])
        // An announcement that waits is dropped when it comes from there.
        _ = spreading.pruned(backoffSeconds: 0, by: c, now: at(2000))
        _ = store(second, &spreading, at(2000))
        _ = spreading.announced(
            announcements([network.id(second)], hops: 2), by: c, now: at(2010))
        #expect(spreading.wake(at(2050)) == [])
    }

    @Test func onlyNeighboursAreToldAndEverySenderIsAcknowledged() {
        var spreading = joined(a)
        spreading.linked(b, node: TestNetwork.node(2), now: start)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        #expect(
            store(envelope, hops: 0, from: b, &spreading) == [
                .send(a, .push(hops: 1, envelope)),
                .send(b, .announce(announcements([id], hops: 0))),
            ])
        #expect(store(network.envelope(2), &spreading).count == 1)
    }

    @Test func hopsStopCountingBeforeTheMarkForOffTheTree() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1)
        let last = store(envelope, hops: 254, from: b, &spreading)
        #expect(last.first == .send(a, .push(hops: 254, envelope)))
    }

    @Test func whatDidNotComeAlongTheTreeIsOnlyAnnounced() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1)
        let retraction = network.retraction(2, of: network.envelope(2))
        let ids = [network.id(envelope), self.ids(1)[0]]
        _ = spreading.stored(
            ids[0], .envelope(envelope), hops: 255, from: b, now: start, wall: testStart)
        _ = spreading.stored(
            ids[1], .retraction(retraction), hops: 255, from: b, now: start, wall: testStart)
        #expect(spreading.wake(at(50)) == [.send(a, .announce(announcements(ids)))])
    }

    @Test func anEnvelopeMoreThanSixSlotsOldIsOnlyAnnounced() {
        var spreading = joined(a)
        let fresh = network.envelope(1, slotsAgo: 6)
        let old = network.envelope(2, slotsAgo: 7)
        #expect(store(fresh, &spreading) == [.send(a, .push(hops: 1, fresh))])
        #expect(store(old, &spreading) == [])
        #expect(
            spreading.wake(at(50)) == [.send(a, .announce(announcements([network.id(old)])))])
    }

    @Test func aRetractionTravelsWholeHoweverOld() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1, slotsAgo: 500)
        let retraction = network.retraction(1, of: envelope)
        let id = Naming.retractionID(of: network.id(envelope))
        #expect(spreading.hops(of: id, from: a) == 0)
        #expect(
            spreading.stored(
                id, .retraction(retraction), hops: 0, from: a, now: start, wall: testStart) == [
                    .send(a, .announce([Announcement(id: id, hops: 0)])),
                    .send(b, .retract(retraction)),
                ])
    }

    @Test func aRetractionThatWasAskedForDidNotComeAlongTheTree() {
        var spreading = joined(a)
        let id = ids(1)[0]
        _ = announce([id], by: a, &spreading)
        #expect(spreading.isOwed(id, by: a))
        #expect(spreading.hops(of: id, from: a) == 255)
        #expect(spreading.hops(of: id, from: b) == 0)
    }

    // MARK: Large envelopes

    @Test func neighboursAreToldNotToPushWhatIsLargeAndComing() {
        var spreading = joined(a, b, c)
        spreading.linked(LinkID(4), node: TestNetwork.node(4), now: start)
        let id = ids(1)[0]
        #expect(spreading.checked(id, size: 4, from: a) == [])
        _ = spreading.announced(announcements([id], hops: 2), by: c, now: start)
        #expect(spreading.checked(id, size: 5, from: a) == [.send(b, .dontWant([id]))])
    }

    @Test func whatAPeerDoesNotWantItIsNotGiven() {
        var spreading = joined(a, b)
        let envelope = network.envelope(1, size: 5)
        #expect(spreading.unwanted([network.id(envelope)], by: a, now: start) == [])
        #expect(store(envelope, &spreading) == [.send(b, .push(hops: 1, envelope))])
        #expect(spreading.wake(at(50)) == [])
    }

    // MARK: Witnesses

    @Test func ownItemsAreWitnessedByWhoeverAnnouncesOrSendsThem() {
        var spreading = joined(a, b, c)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = store(envelope, &spreading)
        #expect(
            spreading.announced(announcements([id]), by: b, now: start)
                == [.witnessed(id, by: TestNetwork.node(2))])
        #expect(
            spreading.repeated(id, hops: 9, from: c, now: start).first
                == .witnessed(id, by: TestNetwork.node(3)))
    }

    @Test func ownItemsOfEarlierRunsAreWitnessedToo() {
        var spreading = joined(a)
        let id = ids(1)[0]
        spreading.recall(own: [id])
        let effects = spreading.announced(announcements([id]), by: a, now: start)
        #expect(effects == [.witnessed(id, by: TestNetwork.node(1)), .findMissing([id], from: a)])
    }

    @Test func aNeighbourIsCountedOnceHoweverOftenItSaysSo() {
        var spreading = joined(a, b)
        let own = ids(3)
        spreading.recall(own: own)
        let often = (0..<300).flatMap { _ in announcements(own) }
        let node = TestNetwork.node(1)
        let counted = own.map { Spreading.Effect.witnessed($0, by: node) }
        let first = spreading.announced(often, by: a, now: start)
        #expect(first.filter { counted.contains($0) } == counted)
        let again = spreading.announced(often, by: a, now: start)
        #expect(!again.contains { counted.contains($0) })
        #expect(spreading.arrived(own[0], hops: 1, from: a, now: start) == [])
        // Another neighbour counts as well, and a link that is new.
        #expect(
            spreading.arrived(own[0], hops: 1, from: b, now: start)
                == [.witnessed(own[0], by: TestNetwork.node(2))])
        _ = spreading.unlinked(a, now: at(1))
        spreading.linked(a, node: node, now: at(2))
        #expect(
            spreading.arrived(own[0], hops: 1, from: a, now: at(2))
                == [.witnessed(own[0], by: node)])
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
        _ = store(envelope, hops: 0, from: a, &spreading)
        #expect(
            spreading.announced(announcements([network.id(envelope)]), by: b, now: start) == [])
    }

    @Test func whatAStemPublishesForAnotherIsNotOurs() {
        var spreading = joined(a)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        _ = spreading.stored(
            id, .envelope(envelope), hops: 0, from: nil, isOwn: false, now: start,
            wall: testStart)
        #expect(spreading.announced(announcements([id]), by: a, now: start) == [])
    }

    @Test func whatAStemHoldsIsNewsWhenItIsHeardOf() {
        var spreading = joined(a)
        let id = ids(1)[0]
        spreading.duplicate(id)
        #expect(spreading.announced(announcements([id]), by: a, now: start) == [])
        spreading.news(id)
        #expect(!spreading.isRecent(id))
        #expect(
            spreading.announced(announcements([id]), by: a, now: start)
                == [.findMissing([id], from: a)])
    }

    // MARK: Sessions and pings

    @Test func whatASessionFoundIsOfferedAFrameAtATime() {
        var spreading = joined(a)
        let held = ids(1025)
        #expect(
            spreading.offer(held, to: a) == [
                .send(a, .announce(announcements([ItemID](held.prefix(1024))))),
                .send(a, .announce(announcements([held[1024]]))),
            ])
        #expect(spreading.offer([], to: a) == [])
        #expect(spreading.offer(held, to: b) == [])
    }

    @Test func aPingIsAnsweredAtOnce() {
        var spreading = joined(a)
        _ = spreading.announced(announcements(ids(1)), by: a, now: start)
        #expect(spreading.pinged(5, by: a) == [.send(a, .pong(5))])
        #expect(spreading.pinged(5, by: b) == [])
    }
}
