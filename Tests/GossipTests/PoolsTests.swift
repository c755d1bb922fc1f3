import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Which of many is kept: the same everywhere, whoever came first and whoever sends most.
@Suite struct PoolsTests: PoolsScript {
    // MARK: The same everywhere

    /// What a period keeps, told in one line: the longest run from the best that fits.
    private func best(of rows: [PoolRow], kib: UInt64, most: Int) -> Set<ItemID> {
        let ranked = rows.sorted {
            let l = Int($0.workBits) - Int($0.size)
            let r = Int($1.workBits) - Int($1.size)
            return l != r ? l > r : $0.id < $1.id
        }
        var kept: Set<ItemID> = []
        var bytes: UInt64 = 0
        for row in ranked where row.size <= 7 {
            bytes += 512 << UInt64(row.size)
            if bytes > kib * 1024 || kept.count == most { break }
            kept.insert(row.id)
        }
        return kept
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func anyOrderLeavesTheSameStore(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let rows = (0..<300).map { number in
            row(
                UInt64(number), work: UInt8(6 + random.number(below: 8)),
                size: UInt8(random.number(below: 4)))
        }
        let kib = UInt64(8 + random.number(below: 100))
        let most = 10 + random.number(below: 200)
        let expected = best(of: rows, kib: kib, most: most)
        for _ in 0..<3 {
            var shelves = small(kib: kib, rows: UInt64(most))
            for row in rows.shuffled(using: &random) {
                shelves.take(row)
                // Sent again at any time it changes nothing.
                shelves.take(rows[random.number(below: rows.count)])
            }
            for row in rows { shelves.take(row) }
            #expect(shelves.held == expected)
            #expect(shelves.mistakes == 0)
        }
    }

    @Test func twoRelaysThatExchangeWhatTheyHoldAgree() {
        var random = SeededRandom(7)
        let rows = (0..<200).map { row(UInt64($0), work: UInt8(8 + random.number(below: 4))) }
        var one = small(kib: 60, rows: 50)
        var other = small(kib: 60, rows: 50)
        for row in rows.prefix(120) { one.take(row) }
        for row in rows.suffix(120) { other.take(row) }
        for row in one.rows { other.take(row) }
        for row in other.rows { one.take(row) }
        #expect(one.held == other.held)
        #expect(one.held == best(of: rows, kib: 60, most: 50))
    }

    @Test func whatWasDisplacedDoesNotReturnThoughThereIsRoomAgain() {
        var shelves = small(kib: 4, rows: 8)
        for number in 0..<5 as Range<UInt64> { shelves.take(row(number)) }
        shelves.pools.removed(row(0))
        shelves.pools.removed(row(1))
        #expect(shelves.take(row(4)) == .belowFloor)
        #expect(shelves.take(row(5)) == .belowFloor)
        #expect(shelves.take(row(5, work: 9)) == nil)
    }

    // MARK: Floods

    /// One neighbour sends a thousand of the least work, ten others sixty together.
    @Test(arguments: [true, false])
    func aFloodByOneLinkLeavesRoomForOthers(_ floodIsFirst: Bool) {
        var shelves = small(kib: 200, rows: 160)
        let flood = (0..<1000).map { row(UInt64($0), work: 8) }
        let others = (0..<60).map { row(5000 + UInt64($0), work: 8) }
        let send: (inout Shelves) -> Void = { shelves in
            for row in flood { shelves.take(row, path: .unsolicited, link: 1) }
        }
        if floodIsFirst { send(&shelves) }
        for (number, row) in others.enumerated() {
            #expect(shelves.take(row, path: .unsolicited, link: 2 + UInt64(number % 10)) == nil)
        }
        if !floodIsFirst { send(&shelves) }
        #expect(others.allSatisfy { shelves.held.contains($0.id) })
        #expect(shelves.count <= 80 + 60)
        #expect(shelves.mistakes == 0)
    }

    @Test func moreWorkDoesNotHelpALinkPastItsQuarter() {
        var shelves = small(kib: 200, rows: 160)
        let others = (0..<100).map { row(5000 + UInt64($0), work: 8) }
        for (number, row) in others.enumerated() {
            shelves.take(row, path: .unsolicited, link: 2 + UInt64(number % 10))
        }
        for number in 0..<1000 as Range<UInt64> {
            shelves.take(row(number, work: 30), path: .unsolicited, link: 1)
        }
        #expect(others.filter { shelves.held.contains($0.id) }.count == 100)
        #expect(shelves.count == 100 + 40)
    }

    @Test func whatWasDisplacedCountsNoMoreForItsLink() {
        var shelves = small(kib: 200, rows: 160)
        for number in 0..<40 as Range<UInt64> {
            shelves.take(row(number), path: .unsolicited, link: 1)
        }
        for number in 100..<260 as Range<UInt64> { shelves.take(row(number, work: 12)) }
        #expect(shelves.take(row(500, work: 20), path: .unsolicited, link: 1) == nil)
        #expect(shelves.count == 160)
    }

    @Test func cheapWorkByAnyNumberOfLinksDisplacesNoDearer() {
        var shelves = small(kib: 50, rows: 40)
        let dear = (0..<30).map { row(5000 + UInt64($0), work: 12) }
        for row in dear { shelves.take(row) }
        for number in 0..<2000 as Range<UInt64> {
            shelves.take(row(number, work: 11), path: .unsolicited, link: number)
        }
        #expect(dear.allSatisfy { shelves.held.contains($0.id) })
        #expect(shelves.count == 40)
    }

    @Test func aStockpileFitsTheRoomOfItsPeriodAndNoMore() {
        var shelves = small(kib: 64, rows: 64)
        let slot = testStart.slot.number
        let earlier = (0..<64).map { row(90_000 + UInt64($0), slot: Slot(slot - 200)) }
        for row in earlier { shelves.take(row) }
        for number in 0..<10_000 as Range<UInt64> {
            let released = row(number, work: 20, slot: Slot(slot - 6 + UInt32(number % 8)))
            shelves.take(released, path: .unsolicited, link: number % 50)
        }
        // Eight slots touch two days at the most.
        #expect(shelves.count <= 3 * 64)
        #expect(earlier.allSatisfy { shelves.held.contains($0.id) })
    }

    @Test func otherTopicsClassesAndCommunitiesAreNotTouched() throws {
        let (one, two) = (community(1), community(2))
        var pools = Pools()
        _ = pools.use([one, two], shares: [], wall: testStart)
        var shelves = Shelves(pools: pools)
        let week = testStart.slot.week
        let intake = Topics.intake(two.id, week)
        let quiet = (0..<20).map { row(1_000_000 + UInt64($0), ttl: .quarter, topic: intake) }
        for row in quiet { #expect(shelves.take(row) == nil) }
        let flooded = Topics.intake(one.id, week)
        for number in 0..<40_000 as Range<UInt64> {
            let row = row(number, work: 40, size: 3, ttl: .quarter, topic: flooded)
            // No disk is played here: forty thousand names would take the time.
            _ = shelves.pools.admit(row, path: .solicited, link: nil, wall: testStart)
        }
        let full = try #require(shelves.pools.fullPeriods(testStart).first)
        #expect(full.community == one.id && full.ttlClass == .quarter && !full.isFile)
        #expect(full.floor == 37)
        #expect(shelves.pools.fullPeriods(testStart).count == 1)
        for row in quiet { #expect(shelves.take(row) == .duplicate) }
        #expect(shelves.take(row(2_000_000, work: 18, ttl: .quarter, topic: intake)) == nil)
    }

    func community(_ number: UInt8, weight: UInt64 = 1) -> Pools.Community {
        Pools.Community(
            id: CommunityID([UInt8](repeating: number, count: 32)) ?? .zero, weight: weight,
            groupTopics: [])
    }

    // MARK: Rooms

    /// The table of the chapter: what a period has at the default size with one community.
    @Test func theDefaultRoomsAreThoseOfTheChapter() {
        let mib = 1048576.0
        let table: [(TTLClass, isFile: Bool, Double)] = [
            (.quarter, false, 72.3), (.month, false, 6.5), (.week, false, 92.4),
            (.day, false, 16), (.hour, false, 69.3), (.month, true, 149.5), (.week, true, 23.1),
        ]
        for (ttl, isFile, expected) in table {
            // As few rows as possible: the largest envelopes a pool takes.
            let size: UInt8 = isFile ? 7 : 3
            var pools = Pools(rows: 1 << 40)
            let community = community(1)
            _ = pools.use([community], shares: [], wall: testStart)
            let week = testStart.slot.week
            let topic =
                isFile ? Topics.files(community.id, week) : Topics.intake(community.id, week)
            var count = 0
            while case .admit(let gone) = pools.admit(
                row(UInt64(count), size: size, ttl: ttl, topic: topic), path: .solicited,
                link: nil, wall: testStart), gone.isEmpty
            {
                count += 1
            }
            let room = Double(count << (9 + Int(size))) / mib
            #expect(abs(room - expected) < 0.1, "\(ttl) \(isFile)")
        }
    }

    @Test func aSmallerRoomTrimsWhatIsOpen() {
        var shelves = small(kib: 8, rows: 8)
        for number in 0..<8 as Range<UInt64> { shelves.take(row(number)) }
        let gone = shelves.pools.use([], shares: [1, 0, 1, 0, 0, 0, 0], wall: testStart)
        // Of equal work the highest ids.
        #expect(gone.sorted() == (4..<8).map { id($0) })
        #expect(shelves.pools.use([], shares: [1, 0, 1, 0, 0, 0, 0], wall: testStart) == [])
    }

    @Test func hugeNumbersAreCounted() {
        var pools = Pools(bytes: .max, rows: .max)
        let many = (0..<255).map { community(UInt8($0), weight: .max) }
        #expect(
            pools.use(many + many, shares: [UInt64](repeating: .max, count: 7), wall: testStart)
                == [])
        var shelves = Shelves(pools: pools)
        #expect(shelves.take(row(1, work: 255, size: 7)) == nil)
        #expect(shelves.take(row(2, slot: Slot(.max))) == nil)
        #expect(shelves.take(row(3, size: 255, slot: Slot(0))) == nil)
        var none = Shelves(pools: Pools(bytes: 0, rows: 0))
        #expect(none.take(row(1)) == .noRoom)
        #expect(none.take(row(1), path: .own) == .reserveFull)
    }
}
