import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// What a hostile or broken neighbour can and can't do, and that nothing is left behind.
@Suite struct StemLimitsTests: StemScript {
    @Test func onlyNeighboursAreHeard() {
        var stem = linked(a, b)
        #expect(stem.heard(id(1), item(), from: d, now: start) == .dropped(.unknownLink))
        #expect(!stem.contains(id(1)))
    }

    @Test func tenAMinuteAreTakenFromOneLink() {
        var stem = linked(a, b, c)
        for number in 0..<10 as Range<UInt64> {
            #expect(stem.next(id(number), item(), from: a, at(number * 100)) != nil)
        }
        #expect(stem.heard(id(10), item(), from: a, now: at(59_999)) == .dropped(.quota))
        #expect(!stem.contains(id(10)))
        // Another link has its own number, and the first comes free as its items age.
        #expect(stem.next(id(11), item(), from: b, at(59_999)) != nil)
        #expect(stem.next(id(10), item(), from: a, at(60_000)) != nil)
        #expect(stem.heard(id(12), item(), from: a, now: at(60_000)) == .dropped(.quota))
    }

    @Test func aNewLinkOfTheSameNodeStartsAnew() {
        // It costs a handshake; the pool bounds what that can gain.
        var stem = linked(a, b)
        for number in 0..<11 as Range<UInt64> {
            _ = stem.heard(id(number), item(), from: a, now: start)
        }
        stem.unlinked(a, now: at(1))
        _ = stem.linked(c, isOutbound: false, now: at(2))
        #expect(stem.next(id(20), item(), from: c, at(3)) == b)
    }

    @Test func thePoolHoldsFourMebibytesOfOthersItems() {
        let open = settings { $0.itemsPerMinute = 100_000 }
        var stem = linked(a, b, settings: open)
        for number in 0..<64 as Range<UInt64> {
            #expect(stem.next(id(number), item(7), from: a, start) == b)
        }
        #expect(stem.heard(id(64), item(), from: a, now: start) == .dropped(.pool))
        #expect(stem.heard(id(64), retraction, from: a, now: start) == .dropped(.pool))
        // Own items need none of it.
        #expect(stem.submit(id(65), item(7), start).count == 1)
        stem.seenInOpen(id(0))
        #expect(stem.next(id(64), item(7), from: a, start) == b)
        #expect(stem.heard(id(66), item(), from: a, now: start) == .dropped(.pool))
    }

    @Test func smallItemsCountAsMuchAsAnEnvelope() {
        let open = settings { $0.itemsPerMinute = 100_000 }
        var stem = linked(a, b, settings: open)
        var taken = 0
        for number in 0..<10_000 as Range<UInt64>
        where stem.next(id(number), retraction, from: a, start) != nil {
            taken += 1
        }
        #expect(taken == (4 << 20) / 512)
        #expect(stem.pool.timerCount == taken)
    }

    @Test func poolTimersAndQueueAreCleanedTogether() {
        var stem = linked(a, b, c)
        for number in 0..<10 as Range<UInt64> {
            _ = stem.heard(id(number), item(), from: a, now: start)
        }
        for number in 10..<30 as Range<UInt64> { _ = stem.submit(id(number), item(), start) }
        #expect(stem.count == 30)
        for number in 0..<10 as Range<UInt64> { stem.seenInOpen(id(number)) }
        for number in 10..<30 as Range<UInt64> { _ = stem.retracted(id(number)) }
        #expect(stem.count == 0)
        #expect(stem.pool.timerCount == 0)
        #expect(stem.pool.othersBytes == 0)
        #expect(stem.pool.ownCount == 0)
        #expect(stem.leaving.all.isEmpty)
        #expect(stem.leaving.ordinaryGap == nil)
        #expect(stem.deadline == stem.epochEnds)
    }

    @Test func aLostLinkLeavesNothingBehind() {
        var stem = linked(a, b)
        _ = stem.heard(id(1), item(), from: a, now: start)
        stem.seenInOpen(id(1))
        stem.unlinked(a, now: at(1))
        stem.unlinked(b, now: at(1))
        #expect(stem.neighbours.isEmpty && stem.order.isEmpty)
        #expect(stem.stems == [nil, nil])
        #expect(stem.deadline == nil)
    }

    @Test func anyHistoryKeepsTheRules() {
        for seed in 0..<60 as Range<UInt64> { history(seed, steps: 600) }
    }

    /// Random inputs; after each the machine's tables agree and its effects keep the rules.
    private func history(_ seed: UInt64, steps: Int) {
        var random = SeededRandom(seed)
        var stem = Stem(choices: Choices(seed: seed))
        var now = start
        var published: Set<ItemID> = []
        for _ in 0..<steps {
            now = now.adding(milliseconds: UInt64(random.number(below: 9000)))
            let link = LinkID(UInt64(random.number(below: 7)))
            let id = id(UInt64(random.number(below: 60)))
            var effects: [Stem.Effect] = []
            var isBackAllowed = true
            switch random.number(below: 9) {
            case 0: effects = stem.linked(link, isOutbound: link.number < 4, now: now)
            case 1: stem.unlinked(link, now: now)
            case 2: effects = stem.submit(id, item(), urgent: random.number(below: 3) == 0, now)
            case 3: stem.seenInOpen(id)
            case 4: _ = stem.retracted(id)
            case 5: effects = stem.wake(now)
            default:
                isBackAllowed = false
                if case .accepted(let next) = stem.heard(id, item(), from: link, now: now) {
                    effects = next
                }
            }
            for effect in effects {
                switch effect {
                case .send(let to, _):
                    #expect(stem.neighbours[to] != nil)
                    #expect(isBackAllowed || to != link)
                case .publish(let id, _, _):
                    #expect(!stem.contains(id))
                    published.insert(id)
                }
            }
            check(stem, now)
        }
        #expect(!published.isEmpty)
    }

    private func check(_ stem: Stem, _ now: Moment) {
        #expect(stem.order.count == stem.neighbours.count)
        let two = stem.stems.compactMap { $0 }
        #expect(two.count == min(2, stem.order.count) && Set(two).count == two.count)
        #expect(two.allSatisfy { stem.neighbours[$0] != nil })
        #expect(stem.pool.timerCount + stem.leaving.all.count == stem.count)
        #expect(stem.leaving.all.allSatisfy { stem.contains($0.id) })
        #expect((stem.leaving.ordinaryGap == nil) == stem.leaving.hasNoOrdinary)
        if stem.count > 0 { #expect(stem.deadline != nil) }
    }
}
