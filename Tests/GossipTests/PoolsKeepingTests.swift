import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Gossip

/// What becomes of rows that are held, and that nothing is left of what is gone.
@Suite struct PoolsKeepingTests: PoolsScript {
    private let day: UInt64 = 86400

    // MARK: Own

    @Test func anOwnItemIsKeptWhateverItsPoolSays() {
        var shelves = small(kib: 2, rows: 2)
        #expect(shelves.take(row(1, work: 5), path: .own) == nil)
        for number in 2..<4 as Range<UInt64> { shelves.take(row(number, work: 9)) }
        // In the open it ranks below: it stays in the reserve alone, and displaces nothing.
        #expect(
            shelves.pools.admit(row(1, work: 5), path: .solicited, link: nil, wall: testStart)
                == .keep(.belowFloor, displacing: []))
        #expect(shelves.held == [id(1), id(2), id(3)])
        #expect(shelves.take(row(1, work: 5)) == nil)
        shelves.pools.removed(row(1, work: 5))
        #expect(
            shelves.pools.admit(row(1, work: 5), path: .solicited, link: nil, wall: testStart)
                == .refuse(.belowFloor))
    }

    @Test func theReserveSaysBeforehandWhetherASubmissionFits() {
        let shelves = small(kib: 1, rows: 100)
        let nine = (0..<9).map { row(UInt64($0)) }
        #expect(shelves.pools.hasReserve(for: nine))
        #expect(!shelves.pools.hasReserve(for: nine + [row(9)]))
        #expect(shelves.pools.hasReserve(for: []))
    }

    @Test func theReserveIsFreeAgainAfterExpiry() {
        var shelves = small(kib: 1, rows: 100)
        for number in 0..<9 as Range<UInt64> {
            #expect(shelves.take(row(number), path: .own) == nil)
        }
        #expect(shelves.take(row(9), path: .own) == .reserveFull)
        // Again is not twice.
        #expect(shelves.take(row(8), path: .own) == nil)
        shelves.pools.expire(testStart.adding(seconds: 7 * day - 1))
        #expect(shelves.take(row(9), path: .own) == .reserveFull)
        shelves.pools.expire(testStart.adding(seconds: 7 * day))
        #expect(shelves.take(row(9), path: .own) == nil)
    }

    @Test func aReplacedRecordMakesRoom() {
        var shelves = small(kib: 1, rows: 100)
        let records = (0..<10).map { row(UInt64($0), ttl: .quarter, suite: .publicRecord) }
        for record in records.dropLast() { #expect(shelves.take(record) == nil) }
        #expect(shelves.take(records[9]) == .noRoom)
        #expect(shelves.take(records[0]) == .duplicate)
        shelves.pools.removed(record: records[0].id)
        #expect(shelves.take(records[9]) == nil)
    }

    // MARK: Retractions

    private func retract(
        _ row: PoolRow, _ pools: inout Pools, isHeld: Bool = true, path: Path = .unsolicited,
        wall: WallTime = testStart
    ) -> Pools.Decision {
        pools.admit(retractionOf: row, isHeld: isHeld, path: path, wall: wall)
    }

    @Test func aHeldOnesRetractionAlwaysFits() {
        var shelves = small(kib: 4, rows: 4)
        for number in 0..<4 as Range<UInt64> { shelves.take(row(number)) }
        for number in 0..<4 as Range<UInt64> {
            #expect(retract(row(number), &shelves.pools) == .admit(displacing: []))
        }
        #expect(shelves.pools.usage.bytes == 0)
        #expect(shelves.pools.usage.rows == 4)
        // Sending and taking back does not add up rows.
        #expect(shelves.take(row(9, work: 7)) == .belowFloor)
    }

    @Test func aDisplacedRetractionMovesWhileThereIsRoom() {
        var shelves = small(kib: 4, rows: 4)
        let loose = shelves.pools.looseRows
        shelves.take(row(1))
        _ = retract(row(1), &shelves.pools)
        for number in 10..<14 as Range<UInt64> { shelves.take(row(number, work: 9)) }
        #expect(shelves.count == 5 && shelves.mistakes == 0)
        #expect(shelves.pools.looseCount == 1)
        // With the loose ones full it goes; its target is below the floor by then.
        for number in 0..<(loose - 1) {
            #expect(
                retract(row(100_000 + number), &shelves.pools, isHeld: false)
                    == .admit(displacing: []))
        }
        #expect(retract(row(99), &shelves.pools, isHeld: false) == .refuse(.noRoom))
        _ = retract(row(13, work: 9), &shelves.pools)
        let decision = shelves.pools.admit(
            row(14, work: 10), path: .solicited, link: nil, wall: testStart)
        #expect(decision == .admit(displacing: [Naming.retractionID(of: id(13))]))
        #expect(shelves.take(row(13, work: 9)) == .belowFloor)
    }

    @Test func anOwnRetractionMayUseTheReserve() {
        var shelves = small(kib: 4, rows: 1)
        for number in 0..<shelves.pools.looseRows {
            _ = retract(row(number), &shelves.pools, isHeld: false)
        }
        #expect(retract(row(9999), &shelves.pools, isHeld: false) == .refuse(.noRoom))
        for number in 0..<9 as Range<UInt64> {
            #expect(
                retract(row(1000 + number), &shelves.pools, isHeld: false, path: .own)
                    == .admit(displacing: []))
        }
        #expect(
            retract(row(9999), &shelves.pools, isHeld: false, path: .own) == .refuse(.reserveFull))
    }

    @Test func retractionsStayADayLonger() {
        var shelves = small(kib: 4, rows: 4)
        shelves.take(row(1))
        _ = retract(row(1), &shelves.pools)
        _ = retract(row(2), &shelves.pools, isHeld: false)
        let end = testStart.adding(seconds: 8 * day)
        shelves.pools.expire(end)
        #expect(shelves.pools.periods.isEmpty)
        #expect(shelves.pools.usage.rows == 2)
        shelves.pools.expire(end.adding(seconds: 3 * day))
        #expect(shelves.pools.usage.rows == 0)
        #expect(shelves.pools.loose.isEmpty && shelves.pools.looseCount == 0)
    }

    // MARK: Time and memory

    @Test func closedPeriodsKeepNumbersOnly() {
        var shelves = small(kib: 100, rows: 100)
        for number in 0..<100 as Range<UInt64> {
            shelves.take(row(number, size: 0), path: .unsolicited, link: number % 10)
        }
        #expect(shelves.pools.usage.remembered == 100)
        shelves.pools.expire(testStart.adding(seconds: 2 * day - 1))
        #expect(shelves.pools.usage.remembered == 100)
        shelves.pools.expire(testStart.adding(seconds: 2 * day))
        #expect(shelves.pools.usage.remembered == 0)
        #expect(shelves.pools.usage.rows == 100)
        shelves.pools.removed(row(3, size: 0))
        #expect(shelves.pools.usage.rows == 99)
        shelves.pools.expire(testStart.adding(seconds: 8 * day))
        #expect(shelves.pools.usage.rows == 0)
        #expect(shelves.pools.periods.isEmpty)
    }

    @Test func removingAndComingAgainDoesNotGrow() {
        var shelves = small(kib: 100, rows: 100)
        for round in 0..<10_000 as Range<UInt64> {
            shelves.take(row(round % 7))
            shelves.pools.removed(row(round % 7))
        }
        #expect(shelves.pools.usage.remembered < 100)
        #expect(shelves.pools.usage.bytes == 0 && shelves.pools.usage.rows == 0)
        shelves.pools.removed(row(3))
        #expect(shelves.pools.usage.rows == 0)
    }

    // MARK: Restart

    @Test(arguments: 0..<10 as Range<UInt64>)
    func whatIsRecalledIsWhatWasHeld(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var shelves = small(kib: 40, rows: 40)
        let days = 3
        for number in 0..<200 as Range<UInt64> {
            let slot = Slot(testStart.slot.number - UInt32(random.number(below: days * 144)))
            shelves.take(row(number, work: UInt8(8 + random.number(below: 5)), slot: slot))
        }
        var again = small(kib: 40, rows: 40)
        for row in shelves.rows.shuffled(using: &random) {
            let gone = again.pools.recall(
                row, .envelope, isOwn: false, isOnStem: false, wall: testStart)
            #expect(gone == [])
        }
        again.held = shelves.held
        again.rows = shelves.rows
        #expect(again.pools.usage.bytes == shelves.pools.usage.bytes)
        #expect(again.pools.usage.rows == shelves.pools.usage.rows)
        // From then on both decide alike about what ranks above all that is held.
        for number in 1000..<1100 as Range<UInt64> {
            let better = row(number, work: 20)
            let one = shelves.take(better)
            let other = again.take(better)
            #expect(one == other)
        }
        #expect(shelves.held == again.held)
    }

    @Test func lessRoomAfterARestartLetsTheLowestGo() {
        var shelves = small(kib: 2, rows: 8)
        var gone: [ItemID] = []
        for number in 0..<4 as Range<UInt64> {
            gone += shelves.pools.recall(
                row(number, work: UInt8(8 + number)), .envelope, isOwn: false, isOnStem: false,
                wall: testStart)
        }
        #expect(gone == [id(0), id(1)])
    }

    @Test func anOwnOneThatWasDisplacedStaysOutAfterARestart() {
        var pools = small(kib: 4, rows: 40).pools
        let gone = pools.recall(
            row(1, work: 9), .displaced, isOwn: true, isOnStem: true, wall: testStart)
        #expect(gone == [])
        #expect(pools.usage.rows == 1 && pools.isReserved(id(1)))
        func decide(_ row: PoolRow) -> Pools.Decision {
            pools.admit(row, path: .solicited, link: nil, wall: testStart)
        }
        #expect(decide(row(1, work: 9)) == .keep(.belowFloor, displacing: []))
        // So does what ranks below it, and what ranks above does not.
        #expect(decide(row(2, work: 8)) == .refuse(.belowFloor))
        #expect(decide(row(3, work: 10)) == .admit(displacing: []))
    }

    @Test func oneTooLargeForItsPeriodRaisesNoFloorWhenItIsRecalled() {
        var pools = small(kib: 1, rows: 40).pools
        let large = row(1, work: 9, size: 3)
        _ = pools.recall(large, .displaced, isOwn: true, isOnStem: true, wall: testStart)
        #expect(
            pools.admit(row(2, work: 2), path: .solicited, link: nil, wall: testStart)
                == .admit(displacing: []))
    }

    @Test func allKindsOfRowsAreRecalled() {
        var pools = small(kib: 4, rows: 40).pools
        let recall: [(PoolRow, Pools.Standing, isOwn: Bool, isOnStem: Bool)] = [
            (row(1), .envelope, true, true), (row(2), .envelope, true, false),
            (row(3), .retraction, false, false), (row(4), .looseRetraction, false, false),
            (row(5, ttl: .quarter, suite: .publicRecord), .envelope, false, false),
            (row(6), .looseRetraction, true, false),
            (row(7, slot: Slot(testStart.slot.number - 1009)), .envelope, false, false),
            (row(8, slot: Slot(testStart.slot.number - 1010)), .retraction, false, false),
        ]
        for (row, standing, isOwn, isOnStem) in recall {
            let gone = pools.recall(
                row, standing, isOwn: isOwn, isOnStem: isOnStem, wall: testStart)
            #expect(gone == [])
        }
        #expect(pools.own.used.rows == 3)
        #expect(pools.published.used.rows == 1)
        // The loose one, and the one whose period is over.
        #expect(pools.looseCount == 2)
        let (open, closed) = (
            pools.periods.values.reduce(0) { $0 + $1.used.rows }, pools.periods.count
        )
        #expect(open == 2 && closed == 1)
    }

    // MARK: Any history

    @Test func anyHistoryStaysWithinItsRoom() {
        for seed in 0..<30 as Range<UInt64> { history(seed) }
    }

    private func history(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var shelves = small(kib: 20, rows: 12)
        let (bytes, rows) = (16 * 9 * 1024 * UInt64(20), 16 * 9 * UInt64(12) * 10 / 9 + 1)
        var wall = testStart
        for _ in 0..<1500 {
            wall = wall.adding(seconds: UInt64(random.number(below: 2000)))
            let number = UInt64(random.number(below: 400))
            let slot = Slot(wall.slot.number - UInt32(random.number(below: 700)))
            let row = row(
                number, work: UInt8(number % 16), size: UInt8(number % 4), slot: slot)
            switch random.number(below: 10) {
            case 0: shelves.pools.expire(wall)
            case 1: shelves.pools.removed(row)
            case 2: shelves.take(row, path: .own, wall: wall)
            case 3:
                _ = retract(row, &shelves.pools, isHeld: random.number(below: 2) == 0, wall: wall)
            case 4:
                _ = shelves.pools.use(
                    [], shares: [0, 0, 1, 0, 0, 0, UInt64(number % 2)], wall: wall)
            default:
                let link = UInt64(random.number(below: 5))
                shelves.take(row, path: .unsolicited, link: link == 0 ? nil : link, wall: wall)
            }
            let usage = shelves.pools.usage
            #expect(usage.bytes <= bytes)
            #expect(usage.rows <= rows + shelves.pools.looseRows)
        }
        shelves.pools.expire(wall.adding(seconds: 30 * day))
        let usage = shelves.pools.usage
        #expect(usage.bytes == 0 && usage.rows == 0 && usage.remembered == 0)
    }
}
