import Gossip
import Model
import TestKit
import Testing
import Wire

/// How own items leave: at random gaps, urgent ones first, and what becomes of those that can't.
@Suite struct StemOwnTests: StemScript {
    @Test func sixAMinuteLeave() {
        var stem = linked(a, b)
        var effects: [Stem.Effect] = []
        for number in 0..<20 as Range<UInt64> { effects += stem.submit(id(number), item(), start) }
        #expect(effects.count == 6)
        #expect(stem.wake(at(59_999)).filter { $0.isSend } == [])
        #expect(stem.wake(at(60_000)).filter { $0.isSend }.count == 6)
        #expect(stem.count >= 8)
    }

    @Test func eachLeavesAfterARandomGap() throws {
        let mean: UInt64 = 5000
        var total: UInt64 = 0
        var shortest = UInt64.max
        let rounds: UInt64 = 2000
        for seed in 0..<rounds {
            var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = mean }, seed: seed)
            #expect(stem.submit(id(1), item(), start) == [])
            let leaves = try #require(stem.deadline)
            let gap = leaves.milliseconds - start.milliseconds
            total += gap
            shortest = min(shortest, gap)
            #expect(stem.wake(leaves).count == 1)
        }
        #expect((mean * 9 / 10...mean * 11 / 10).contains(total / rounds))
        #expect(shortest < 100)
    }

    @Test func urgentOnesGoFirstAndDoNotWait() {
        var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = 50_000 })
        for number in 0..<3 as Range<UInt64> {
            #expect(stem.submit(id(number), item(), start) == [])
        }
        #expect(stem.submit(id(9), retraction, urgent: true, start).count == 1)
        #expect(stem.contains(id(9)))
        // As many as a neighbour takes in a minute; the next goes before what waited longer.
        for number in 10..<19 as Range<UInt64> {
            #expect(stem.submit(id(number), retraction, urgent: true, at(1)).count == 1)
        }
        #expect(stem.submit(id(19), retraction, urgent: true, at(2)) == [])
        let later = stem.wake(at(60_000)).filter { $0.isSend }
        #expect(later.first.map { $0.item == retraction } == true)
    }

    @Test func submittedTwiceLeavesOnce() {
        var stem = linked(a, b)
        #expect(stem.submit(id(1), item(), start).count == 1)
        #expect(stem.submit(id(1), item(), at(1)) == [])
        #expect(stem.count == 1)
    }

    // MARK: Without links

    @Test func withoutAnyLinkAnItemWaitsAMinute() {
        var stem = Stem(choices: Choices(seed: 1), settings: settings())
        #expect(stem.deadline == nil)
        #expect(stem.submit(id(1), item(), start) == [])
        #expect(stem.deadline == at(60_000))
        #expect(stem.wake(at(59_999)) == [])
        #expect(stem.wake(at(60_000)) == [.publish(id(1), item(), isOwn: true)])
        #expect(stem.deadline == nil)
    }

    @Test func aLinkThatComesInTimeTakesIt() {
        var stem = Stem(choices: Choices(seed: 1), settings: settings())
        _ = stem.submit(id(1), item(), start)
        #expect(stem.linked(a, isOutbound: false, now: at(59_000)) == [.send(a, item())])
        // Now it has an embargo instead, three times as long as a relay's.
        #expect((stem.deadline ?? start) > at(59_000))
        #expect(stem.contains(id(1)))
    }

    @Test func theMinuteCountsFromTheLastLink() {
        var stem = linked(a, settings: settings { $0.ownGapMilliseconds = 1 << 40 })
        _ = stem.submit(id(1), item(), start)
        stem.unlinked(a, now: at(200_000))
        #expect(stem.deadline == at(260_000))
        #expect(stem.wake(at(259_999)) == [])
        #expect(stem.wake(at(260_000)) == [.publish(id(1), item(), isOwn: true)])
    }

    // MARK: Too late, too many

    @Test func whatOthersWouldFindTooOldIsPublished() {
        var stem = linked(a, b)
        #expect(
            stem.submit(id(1), item(slotsAgo: 6), start)
                == [.publish(id(1), item(slotsAgo: 6), isOwn: true)])
        // Five slots old at the slot's first second: one slot is left.
        #expect(stem.submit(id(2), item(slotsAgo: 5), start).count == 1)
    }

    @Test func whatCouldNotLeaveInTimeIsPublished() {
        var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = 1 << 40 })
        #expect(stem.submit(id(1), item(slotsAgo: 5), start) == [])
        #expect(stem.submit(id(2), item(), start) == [])
        #expect(stem.submit(id(3), retraction, start) == [])
        #expect(stem.wake(at(599_999)) == [])
        #expect(stem.wake(at(600_000)) == [.publish(id(1), item(slotsAgo: 5), isOwn: true)])
        #expect(stem.wake(at(3_600_000)) == [.publish(id(2), item(), isOwn: true)])
        // A retraction is never too old.
        #expect(stem.wake(at(86_400_000)) == [])
        #expect(stem.contains(id(3)))
    }

    /// Others take nothing that lives twenty minutes or less; a slot before that it must be out.
    @Test func whatLivesTooShortToBeTakenIsPublishedInTime() {
        var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = 1 << 40 })
        let (late, early) = (item(slotsAgo: 3, ttl: .hour), item(slotsAgo: 2, ttl: .hour))
        #expect(stem.submit(id(1), late, start) == [.publish(id(1), late, isOwn: true)])
        #expect(stem.submit(id(2), early, start) == [])
        #expect(stem.wake(at(599_999)) == [])
        #expect(stem.wake(at(600_000)) == [.publish(id(2), early, isOwn: true)])
    }

    @Test func moreThanMayWaitArePublished() {
        var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = 1 << 40 })
        for number in 0..<1024 as Range<UInt64> {
            #expect(stem.hasRoom(for: 1))
            #expect(stem.submit(id(number), item(), start) == [])
        }
        #expect(!stem.hasRoom(for: 1))
        #expect(stem.submit(id(5000), item(), start) == [.publish(id(5000), item(), isOwn: true)])
        #expect(stem.retracted(id(7)) == true)
        #expect(stem.hasRoom(for: 1) && !stem.hasRoom(for: 2))
    }

    @Test func whatIsTakenBackBeforeItLeftWasNeverThere() {
        var stem = linked(a, b, settings: settings { $0.ownGapMilliseconds = 1 << 40 })
        _ = stem.submit(id(1), item(), start)
        #expect(stem.retracted(id(1)) == true)
        #expect(!stem.contains(id(1)))
        #expect(stem.retracted(id(1)) == false)
        _ = stem.submit(id(2), item(), urgent: true, start)
        #expect(stem.retracted(id(2)) == false)
    }

    @Test func afterARestartWhatWasNotSeenLeavesOnceMore() {
        var stem = Stem(choices: Choices(seed: 4), settings: settings())
        let items = (0..<3).map { (id: id(UInt64($0)), item: item()) }
        let old = (id: id(7), item: item(slotsAgo: 40))
        let effects = stem.recalled(items + [old], now: start, wall: testStart)
        #expect(effects == [.publish(id(7), item(slotsAgo: 40), isOwn: true)])
        #expect(stem.linked(a, isOutbound: true, now: at(5)).count == 3)
    }

    // MARK: Who publishes first

    /// Nobody publishes in the ordinary way; of the origin and `relays` others the one whose
    /// embargo ends first does. That is the origin in one of 1 + 3n cases.
    @Test(arguments: [2, 5, 9] as [UInt64])
    func theOriginIsRarelyFirst(_ relays: UInt64) throws {
        let rounds: UInt64 = 4000
        var first = 0
        for seed in 0..<rounds {
            var origin = linked(a, b, seed: seed)
            _ = origin.submit(id(1), item(), start)
            let own = try #require(embargo(origin))
            let others = (1...relays).compactMap { number in
                var relay = linked(a, b, seed: (number << 32) + seed)
                _ = relay.heard(id(1), item(), from: a, now: start)
                return embargo(relay)
            }
            #expect(others.count == Int(relays))
            if others.allSatisfy({ own < $0 }) { first += 1 }
        }
        let expected = Double(rounds) / Double(1 + 3 * relays)
        #expect(abs(Double(first) - expected) < 0.15 * expected + 20)
    }

    /// When the only item here is published, whatever epochs pass meanwhile.
    private func embargo(_ stem: Stem) -> Moment? {
        var stem = stem
        while let next = stem.deadline {
            if !stem.wake(next).filter({ !$0.isSend }).isEmpty { return next }
        }
        return nil
    }
}

extension Stem.Effect {
    fileprivate var isSend: Bool {
        switch self {
        case .send: true
        case .publish: false
        }
    }

    fileprivate var item: StemItem {
        switch self {
        case .send(_, let item), .publish(_, let item, _): item
        }
    }
}
