import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Gossip

/// How much one peer, or all, may cost.
@Suite struct SpreadingLimitsTests: SpreadingScript {
    // MARK: Asking

    @Test(arguments: [UInt8(255), 3])
    func fourThousandIdsAreAskedOfOneNeighbourAndNoMore(_ hops: UInt8) {
        var spreading = joined(a)
        for round in 0..<5 {
            let new = ids(1024, from: UInt64(round) * 1024)
            _ = announce(new, by: a, &spreading, hops: hops)
        }
        #expect(spreading.wantedCount == Limits.missingPerPeer)
        #expect(spreading.isAwaiting(a))
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
        _ = spreading.arrived(asked, hops: 255, from: links[4], now: start)
        let next = announce(ids(1, from: 1 << 32), by: links[4], &spreading)
        #expect(next.count == 1)
    }

    @Test func someWhoNeverDeliverLeaveRoomForEveryOtherLink() {
        #expect(Limits.missingShared > 2 * Limits.missingPerPeer)
        var spreading = Spreading(eagerAtFirst: .max)
        let links = (1...UInt64(Limits.links)).map { LinkID($0) }
        for link in links { spreading.linked(link, node: TestNetwork.node(1), now: start) }
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
                spreading.announced(announcements([id]), by: a, now: start)
                    == [.findMissing([id], from: a)])
        }
        for id in new.dropFirst(64) {
            #expect(spreading.announced(announcements([id]), by: a, now: start) == [])
        }
        #expect(
            spreading.missing([], from: a, now: start)
                == [.findMissing([ItemID](new[64..<64 + 1024]), from: a)])
        #expect(
            spreading.missing([], from: a, now: start)
                == [.findMissing([ItemID](new[(64 + 1024)...]), from: a)])
        #expect(spreading.missing([], from: a, now: start) == [])
    }

    @Test func idsUnderLookupAndWaitingForOneAreLimited() {
        var spreading = joined(a)
        for round in 0..<4 {
            let page = ids(1024, from: UInt64(round) << 16)
            #expect(spreading.announced(announcements(page), by: a, now: start).count == 1)
        }
        for round in 4..<8 {
            let page = ids(1024, from: UInt64(round) << 16)
            #expect(spreading.announced(announcements(page), by: a, now: start) == [])
        }
        for _ in 0..<4 {
            #expect(
                spreading.missing([], from: a, now: start).allSatisfy {
                    if case .findMissing(let ids, a) = $0 { ids.count == 1024 } else { false }
                })
        }
        var full = spreading
        for round in 8..<13 {
            _ = full.announced(
                announcements(ids(1024, from: UInt64(round) << 16)), by: a, now: start)
        }
        for _ in 0..<20 {
            _ = full.missing([], from: a, now: start)
            _ = spreading.missing([], from: a, now: start)
        }
        // One frame found no room.
        #expect(full.isAwaiting(a))
        #expect(!spreading.isAwaiting(a))
    }

    @Test func idsAnnouncedAndDeniedWithoutEndTakeBoundedMemory() {
        var spreading = joined(a)
        for round in 0..<60 {
            let new = ids(1024, from: UInt64(round) * 1024)
            _ = announce(new, by: a, &spreading, now: at(UInt64(round) * 1000))
            _ = spreading.gone(new, by: a, now: at(UInt64(round) * 1000))
            #expect(spreading.timers.count <= 2 * spreading.wantedCount + 2048)
        }
        #expect(spreading.wantedCount == 0)
    }

    @Test func aLostLinkLeavesNothingBehind() {
        var spreading = joined(a)
        _ = announce(ids(100), by: a, &spreading)
        _ = announce(ids(100, from: 200), by: a, &spreading, hops: 2)
        _ = spreading.announced(announcements(ids(10, from: 300)), by: a, now: start)
        _ = spreading.asked(for: ids(10), session: 0, by: a)
        _ = spreading.grafted(ids(1)[0], by: a, now: start)
        _ = spreading.unlinked(a, now: at(5))
        #expect(spreading.entries == 0)
        #expect(spreading.peers.isEmpty && spreading.order.isEmpty)
        _ = spreading.wake(at(600_000))
        #expect(spreading.deadline == nil)
        // What comes late for it is dropped.
        #expect(spreading.fetched([(ids(1)[0], .nothing)], for: a) == [])
        #expect(spreading.missing(ids(1), from: a, now: at(6)) == [])
        #expect(spreading.asked(for: ids(1), session: 0, by: a) == [])
        #expect(spreading.arrived(ids(1)[0], hops: 1, from: a, now: at(6)) == [])
        #expect(spreading.repeated(ids(1)[0], hops: 1, from: a, now: at(6)) == [])
        #expect(spreading.gone(ids(1), by: a, now: at(6)) == [])
        #expect(spreading.unwanted(ids(1), by: a, now: at(6)) == [])
        #expect(spreading.ask(ids(1), of: a, session: 1, now: at(6)) == [])
        #expect(spreading.misbehaved(a, .badItem, now: at(6)) == [])
        spreading.up(a, now: at(6))
        #expect(spreading.down(a, now: at(6)) == [])
        #expect(spreading.drained(a) == [])
    }

    @Test func tenThousandComeAndGoWithoutATrace() {
        var spreading = Spreading(eagerAtFirst: .max)
        for number in 1...10_000 as ClosedRange<UInt64> {
            let link = LinkID(number)
            let now = at(number)
            spreading.linked(link, node: TestNetwork.numbered(number), now: now)
            if number % 2 == 0 { spreading.up(link, now: now) }
            let hops: UInt8 = number % 3 == 0 ? 255 : 1
            _ = announce(ids(2, from: number << 8), by: link, &spreading, hops: hops, now: now)
            if number % 5 == 0 { _ = spreading.misbehaved(link, .badItem, now: now) }
            _ = spreading.unlinked(link, now: now)
        }
        #expect(spreading.entries <= Spreading.mostRemembered)
        #expect(spreading.wantedCount == 0)
    }

    // MARK: Slow links

    @Test func aSlowLinkGetsOnlyIds() {
        var spreading = joined(a)
        let chunks = (0..<6).map { network.envelope($0, size: 7) }
        // Four times 64 KiB are 20 bytes over a quarter of a MiB.
        for chunk in chunks.prefix(4) {
            #expect(store(chunk, &spreading) == [.send(a, .push(hops: 1, chunk))])
        }
        #expect(store(chunks[4], &spreading) == [])
        #expect(
            spreading.wake(at(50))
                == [.send(a, .announce([Announcement(id: network.id(chunks[4]), hops: 1)]))])
        #expect(spreading.drained(a) == [])
        #expect(store(chunks[5], &spreading) == [.send(a, .push(hops: 1, chunks[5]))])
    }

    @Test func aSlowLinkGetsIdsOfRetractionsToo() {
        var spreading = joined(a)
        let retraction = network.retraction(1, of: network.envelope(1))
        var sent = 0
        for number in 0..<2000 as Range<UInt64> {
            let effects = spreading.stored(
                ids(1, from: number)[0], .retraction(retraction), hops: 0, from: nil, now: start,
                wall: testStart)
            sent += effects.count
        }
        #expect(sent == Limits.payloadUnsentBytes / 256 + 1)
        #expect(spreading.wake(at(50)).count == 1)
    }

    @Test func aSlowLinkIsServedOnceItHasRunEmptyAndControlGoesOn() {
        var spreading = joined(a)
        for number in 0..<4 as Range<UInt64> {
            _ = store(network.envelope(number, size: 7), &spreading)
        }
        let id = ids(1)[0]
        #expect(spreading.asked(for: [id], session: 0, by: a) == [])
        #expect(spreading.grafted(id, by: a, now: start) == [])
        #expect(spreading.pinged(1, by: a) == [.send(a, .pong(1))])
        #expect(announce(ids(1, from: 5), by: a, &spreading).count == 1)
        #expect(spreading.drained(a) == [.fetch([id, id], for: a)])
    }

    @Test func aLinkWithMoreThanAMebibyteUnsentIsClosed() {
        var spreading = joined(a)
        var effects: [Spreading.Effect] = []
        var sent = 0
        repeat {
            effects = spreading.offer(ids(1024), to: a)
            sent += 1
        } while effects.count == 1 && effects != [.close(a)] && sent < 1000
        #expect(effects == [.close(a)])
        #expect(sent == Limits.unsentBytes / (6 + 33 * 1024) + 1)
    }

    @Test func whatOtherMachinesSendCountsAsWell() {
        var spreading = joined(a)
        let message = Frame.syncMessage(session: 1, [UInt8](repeating: 0, count: 60_000))
        for _ in 0..<5 { #expect(spreading.loaded(a, with: message) == []) }
        let envelope = network.envelope(1)
        #expect(store(envelope, &spreading) == [])
        for _ in 5..<17 { #expect(spreading.loaded(a, with: message) == []) }
        #expect(spreading.loaded(a, with: message) == [.close(a)])
        #expect(spreading.loaded(b, with: message) == [])
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

    @Test func aTableKeepsItsLimitWhateverIsTakenOutAndPutBack() {
        var table = RecentTable<UInt64, Int>(limit: 8)
        var random = SeededRandom(4)
        for step in 0..<5000 {
            let key = UInt64(random.number(below: 20))
            table[key] = random.number(below: 3) == 0 ? nil : step
            if step % 2 == 0, random.number(below: 2) == 0 { #expect(table.count <= 8) }
            let last = UInt64(100 + step)
            table[last] = step
            #expect(table[last] == step)
            #expect(table.count <= 8)
        }
    }

    @Test func timersComeInTheirOrderAndThoseOfOneMomentAsTheyWereAdded() {
        var timers = Timers<Int>()
        var random = SeededRandom(9)
        var expected: [(UInt64, Int)] = []
        for key in 0..<500 {
            let due = UInt64(random.number(below: 40))
            timers.add(key, at: Moment(milliseconds: due))
            expected.append((due, key))
        }
        timers.removeAll { $0.key % 7 == 0 }
        expected = expected.filter { $0.1 % 7 != 0 }.sorted { $0 < $1 }
        let early = timers.takeDue(Moment(milliseconds: 20)).map { ($0.due.milliseconds, $0.key) }
        let late = timers.takeDue(Moment(milliseconds: .max)).map { ($0.due.milliseconds, $0.key) }
        #expect(early.allSatisfy { $0.0 <= 20 } && late.allSatisfy { $0.0 > 20 })
        #expect((early + late).map(\.1) == expected.map(\.1))
        #expect(timers.count == 0)
    }

    @Test func aLineGivesWhatItTookInItsOrder() {
        var line = Line<Int>()
        var random = SeededRandom(2)
        var (added, taken) = (0, 0)
        for _ in 0..<3000 {
            let count = random.number(below: 12)
            line.append(added..<added + count)
            added += count
            let part = line.take(random.number(below: 12))
            #expect(part == [Int](taken..<taken + part.count))
            taken += part.count
            #expect(line.count == added - taken)
            #expect(line.isEmpty == (added == taken))
        }
    }
}
