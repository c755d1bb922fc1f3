import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Gossip

/// How much one neighbour, or all, may cost; and how all ids are told.
@Suite struct SpreadingLimitsTests: SpreadingScript {
    // MARK: Limits of asking

    @Test func fourThousandIdsAreAskedOfOneNeighbourAndNoMore() {
        var spreading = joined(a)
        var asked = 0
        for round in 0..<5 {
            let new = ids(1024, from: UInt64(round) * 1024)
            for case .send(_, .want(_, let ids)) in announce(new, by: a, &spreading) {
                asked += ids.count
            }
        }
        #expect(asked == Limits.missingPerPeer)
        #expect(spreading.wantedCount == Limits.missingPerPeer)
    }

    @Test func asManyIdsAreAskedInAllAsAreSharedAndAFewOfEverybodyElse() {
        let links = (1...5).map { LinkID($0) }
        var spreading = joined(links[0], links[1], links[2], links[3], links[4])
        for (index, link) in links.enumerated() {
            for round in 0..<4 {
                let first = UInt64(index * 4 + round) * 1024
                _ = announce(ids(1024, from: first), by: link, &spreading)
            }
        }
        // Three fill what is shared; two come when nothing is left of it.
        #expect(spreading.wantedCount == Limits.missingShared + 2 * Limits.missingReserved)
        let full = announce(ids(1, from: 1 << 32), by: links[4], &spreading)
        #expect(full == [])
        // As soon as one of its own arrives, another may be asked for.
        let asked = ids(1, from: 4 * 4096)[0]
        #expect(spreading.isWanted(asked) == true)
        _ = spreading.arrived(asked, from: links[4])
        let next = announce(ids(1, from: 1 << 32), by: links[4], &spreading)
        #expect(next.count == 1)
    }

    @Test func someWhoNeverDeliverLeaveRoomForEveryOtherLink() {
        #expect(Limits.missingShared > 2 * Limits.missingPerPeer)
        var spreading = Spreading()
        let links = (1...UInt64(Limits.links)).map { LinkID($0) }
        for link in links {
            _ = spreading.joined(link, node: TestNetwork.node(1), now: start)
        }
        for (index, link) in links.dropLast().enumerated() {
            for round in 0..<4 {
                let first = UInt64(index * 4 + round) * 1024
                _ = announce(ids(1024, from: first), by: link, &spreading)
            }
        }
        let honest = ids(1, from: 1 << 32)
        let last = links[Limits.links - 1]
        let effects = announce(honest, by: last, &spreading)
        #expect(effects == [.send(last, .want(session: 0, honest))])
        #expect(spreading.wantedCount <= Limits.missing)
    }

    @Test func sixtyFourLookupsAreUnderWayForOneNeighbourAndTheRestWaits() {
        var spreading = joined(a)
        let new = ids(64 + 1500)
        for id in new.prefix(64) {
            #expect(
                spreading.announced(announcements([id]), by: a) == [.findMissing([id], from: a)])
        }
        for id in new.dropFirst(64) {
            #expect(spreading.announced(announcements([id]), by: a) == [])
        }
        #expect(
            spreading.missing([], from: a, now: start)
                == [.findMissing([ItemID](new[64..<64 + 1024]), from: a)])
        #expect(
            spreading.missing([], from: a, now: start)
                == [.findMissing([ItemID](new[(64 + 1024)...]), from: a)])
        #expect(spreading.missing([], from: a, now: start) == [])
    }

    @Test func fourThousandIdsWaitForLookupsAndNoMore() {
        var spreading = joined(a)
        for number in 0..<64 {
            _ = spreading.announced(announcements(ids(1, from: UInt64(number))), by: a)
        }
        for round in 1...5 {
            let page = ids(1024, from: UInt64(round) << 16)
            #expect(spreading.announced(announcements(page), by: a) == [])
        }
        var looked = 0
        while case .findMissing(let ids, _) = spreading.missing([], from: a, now: start).first {
            looked += ids.count
        }
        #expect(looked == Limits.missingPerPeer)
    }

    @Test func aPingWaitsForLookupsThatHaveNotBegun() {
        var spreading = joined(a)
        for number in 0..<65 {
            _ = spreading.announced(announcements(ids(1, from: UInt64(number))), by: a)
        }
        #expect(spreading.pinged(5, by: a) == [])
        for _ in 0..<64 {
            #expect(
                spreading.missing([], from: a, now: start).allSatisfy {
                    $0 == .findMissing(ids(1, from: 64), from: a)
                })
        }
        #expect(spreading.missing([], from: a, now: start) == [.send(a, .pong(5))])
    }

    @Test func idsAnnouncedAndDeniedWithoutEndTakeBoundedMemory() {
        var spreading = joined(a)
        for round in 0..<200 {
            let new = ids(1024, from: UInt64(round) * 1024)
            _ = announce(new, by: a, &spreading, now: at(UInt64(round)))
            _ = spreading.gone(new, by: a, now: at(UInt64(round)))
            #expect(spreading.wantQueue.count <= 2 * Limits.missing + 1)
        }
        #expect(spreading.wantedCount == 0)
    }

    // MARK: Slow links

    @Test func aSlowLinkGetsOnlyIds() {
        var spreading = joined(a)
        let chunk = network.envelope(1, size: 7)
        let id = network.id(chunk)
        // Four times 64 KiB are 20 bytes over a quarter of a MiB.
        for _ in 0..<4 {
            #expect(
                spreading.stored(id, .envelope(chunk), hops: 0, from: nil, now: testStart)
                    == [.send(a, .push(hops: 1, chunk))])
        }
        #expect(
            spreading.stored(id, .envelope(chunk), hops: 0, from: nil, now: testStart)
                == [.send(a, .announce([Announcement(id: id, hops: 1)]))])
        #expect(spreading.drained(a) == [])
        #expect(
            spreading.stored(id, .envelope(chunk), hops: 0, from: nil, now: testStart)
                == [.send(a, .push(hops: 1, chunk))])
    }

    @Test func aSlowLinkIsServedOnceItHasRunEmpty() {
        var spreading = joined(a)
        let chunk = network.envelope(1, size: 7)
        let id = network.id(chunk)
        for _ in 0..<4 {
            _ = spreading.stored(id, .envelope(chunk), hops: 0, from: nil, now: testStart)
        }
        #expect(spreading.asked(for: [id], by: a) == [])
        #expect(spreading.drained(a) == [.fetch([id], for: a)])
    }

    @Test func aLinkWithMoreThanAMebibyteUnsentIsClosed() {
        var spreading = joined(a)
        let retraction = network.retraction(1, of: network.envelope(1))
        let id = ids(1)[0]
        var effects: [Spreading.Effect] = []
        var sent = 0
        repeat {
            effects = spreading.stored(
                id, .retraction(retraction), hops: 0, from: nil, now: testStart)
            sent += 1
        } while effects == [.send(a, .retract(retraction))] && sent < 100_000
        #expect(effects == [.close(a)])
        #expect(sent == Limits.unsentBytes / 256 + 1)
    }

    // MARK: Telling all ids

    @Test func aNewNeighbourHearsAllIdsPageByPage() {
        var spreading = Spreading()
        let node = TestNetwork.node(1)
        #expect(spreading.joined(a, node: node, now: start) == [.list(after: nil, for: a)])
        let first = positions(1024)
        #expect(
            spreading.page(first, for: a) == [
                .send(a, .announce(announcements(first.map(\.id)))), .send(a, .ping(1)),
            ])
        // Nothing more until the neighbour has looked at these.
        #expect(spreading.drained(a) == [])
        #expect(spreading.ponged(2, by: a) == [])
        #expect(spreading.ponged(1, by: a) == [.list(after: first.last, for: a)])
        let last = positions(3, from: 1024)
        #expect(
            spreading.page(last, for: a) == [
                .send(a, .announce(announcements(last.map(\.id)))), .send(a, .ping(2)),
            ])
        #expect(spreading.ponged(2, by: a) == [])
        #expect(spreading.ponged(2, by: a) == [])
    }

    @Test func aNeighbourIsServedBeforeTheNextPage() {
        var spreading = Spreading()
        _ = spreading.joined(a, node: TestNetwork.node(1), now: start)
        let first = positions(1024)
        _ = spreading.page(first, for: a)
        let wanted = [first[0].id]
        #expect(spreading.asked(for: wanted, by: a) == [.fetch(wanted, for: a)])
        #expect(spreading.ponged(1, by: a) == [])
        let effects = spreading.fetched([(wanted[0], .nothing)], for: a)
        #expect(
            effects == [
                .send(a, .gone(session: 0, wanted)), .list(after: first.last, for: a),
            ])
    }

    @Test func aPingIsAnsweredOnceAllBeforeItWasLookedAt() {
        var spreading = joined(a)
        let new = ids(2)
        _ = spreading.announced(announcements([new[0]]), by: a)
        _ = spreading.announced(announcements([new[1]]), by: a)
        #expect(spreading.pinged(5, by: a) == [])
        _ = spreading.missing([], from: a, now: start)
        #expect(
            spreading.missing([new[1]], from: a, now: start) == [
                .send(a, .want(session: 0, [new[1]])), .send(a, .pong(5)),
            ])
        #expect(spreading.pinged(6, by: a) == [.send(a, .pong(6))])
    }

    @Test func whoPingsWithoutEndWhileLookedUpIsClosed() {
        var spreading = joined(a)
        _ = spreading.announced(announcements(ids(1)), by: a)
        for value in 1...64 { #expect(spreading.pinged(UInt64(value), by: a) == []) }
        #expect(spreading.pinged(65, by: a) == [.close(a)])
    }

    @Test func everyTenMinutesOneNeighbourHearsAllIdsAgain() {
        var spreading = joined(a, b)
        #expect(spreading.deadline == at(600_000))
        #expect(spreading.wake(at(599_999)) == [])
        #expect(spreading.wake(at(600_000)) == [.list(after: nil, for: a)])
        _ = spreading.page([], for: a)
        _ = spreading.ponged(2, by: a)
        #expect(spreading.wake(at(1_200_000)) == [.list(after: nil, for: b)])
        _ = spreading.page([], for: b)
        _ = spreading.ponged(2, by: b)
        #expect(spreading.wake(at(1_800_000)) == [.list(after: nil, for: a)])
    }

    @Test func aPageForALostLinkIsDropped() {
        var spreading = joined(a)
        _ = spreading.left(a, now: at(1))
        #expect(spreading.page(positions(3), for: a) == [])
        #expect(spreading.fetched([(ids(1)[0], .nothing)], for: a) == [])
        #expect(spreading.missing(ids(1), from: a, now: at(2)) == [])
        #expect(spreading.asked(for: ids(1), by: a) == [])
        #expect(spreading.pinged(1, by: a) == [])
        #expect(spreading.drained(a) == [])
    }

    // MARK: Remembering

    @Test func sixtyFiveThousandIdsAreRememberedTheOldestForgottenFirst() {
        var spreading = joined(a)
        let known = ids(Limits.recentIDs + 1)
        for id in known { spreading.duplicate(id) }
        #expect(!spreading.isRecent(known[0]))
        #expect(spreading.isRecent(known[1]))
        #expect(spreading.isRecent(known[Limits.recentIDs]))
    }
}
