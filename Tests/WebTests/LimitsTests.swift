import Model
import NIOConcurrencyHelpers
import TestKit
import Testing

@testable import Web

@Suite struct LimitsTests {
    static func at(_ milliseconds: UInt64) -> Moment { Moment(milliseconds: milliseconds) }

    // MARK: Connections

    static let times = PageLimits.Times()

    static func watch() -> ConnectionWatch { ConnectionWatch(times, now: at(0)) }

    @Test func aConnectionWithoutARequestIsClosed() {
        let watch = Self.watch()
        #expect(!watch.isOver(Self.at(29_999)))
        #expect(watch.isOver(Self.at(30_000)))
        #expect(watch.isSpare)
    }

    @Test func headersMustComeInTime() {
        var watch = Self.watch()
        watch.heard(1, now: Self.at(20_000))
        for second in 21...29 as ClosedRange<UInt64> { watch.heard(1, now: Self.at(second * 1000)) }
        #expect(!watch.isOver(Self.at(29_999)))
        #expect(watch.isOver(Self.at(30_000)))
        #expect(watch.isSpare)
    }

    @Test func whatIsNoRequestIsNotReadForEver() {
        var watch = Self.watch()
        watch.heard(2 << 20, now: Self.at(1))
        #expect(!watch.isOver(Self.at(2)))
        watch.heard(1, now: Self.at(2))
        #expect(watch.isOver(Self.at(2)))
    }

    @Test func aRequestInWhichNothingMovesIsEnded() {
        var watch = Self.watch()
        watch.heard(400, now: Self.at(10))
        watch.began(Self.at(20))
        #expect(!watch.isSpare)
        watch.heard(90_000, now: Self.at(9000))
        #expect(!watch.isOver(Self.at(38_999)))
        #expect(watch.isOver(Self.at(39_000)))
        watch.wrote(60_000, now: Self.at(30_000))
        #expect(!watch.isOver(Self.at(39_000)))
    }

    @Test func whoMovesAByteNowAndThenIsEnded() {
        var watch = Self.watch()
        watch.began(Self.at(0))
        for second in 1...29 as ClosedRange<UInt64> {
            watch.heard(100, now: Self.at(second * 1000))
        }
        #expect(!watch.isOver(Self.at(29_999)))
        #expect(watch.isOver(Self.at(30_000)))
    }

    @Test func aSlowPhoneHasTime() {
        var watch = Self.watch()
        watch.began(Self.at(0))
        for second in 1...599 as ClosedRange<UInt64> {
            watch.heard(2100, now: Self.at(second * 1000))
            #expect(!watch.isOver(Self.at(second * 1000)))
        }
        #expect(watch.isOver(Self.at(600_000)))
    }

    @Test func afterAnAnswerItWaitsForTheNextRequest() {
        var watch = Self.watch()
        watch.began(Self.at(0))
        watch.ended(Self.at(5000))
        watch.wrote(10, now: Self.at(6000))
        #expect(watch.isSpare)
        #expect(watch.isOver(Self.at(35_000)))
        watch.heard(1, now: Self.at(7000))
        #expect(watch.isOver(Self.at(17_000)))
    }

    // MARK: Turns

    @Test func turnsComeBackWithTime() {
        var bucket = TokenBucket(.init(atOnce: 2, perSecond: 4), now: Self.at(0))
        #expect(bucket.take(now: Self.at(0)) == nil)
        #expect(bucket.take(now: Self.at(0)) == nil)
        #expect(bucket.take(now: Self.at(0)) == 250)
        #expect(bucket.take(now: Self.at(249)) == 1)
        #expect(bucket.take(now: Self.at(250)) == nil)
        #expect(bucket.take(now: Self.at(251)) == 249)
        // Never more than at once; a clock that stands still or goes back gives none.
        for _ in 0..<2 { #expect(bucket.take(now: Self.at(.max)) == nil) }
        #expect(bucket.take(now: Self.at(.max)) == 250)
        #expect(bucket.take(now: Self.at(0)) == 250)
    }

    static func turnstile(waiting: Int, perSecond: UInt64 = 0) -> Turnstile {
        Turnstile(
            .init(atOnce: 1, perSecond: perSecond), waiting: waiting,
            moment: { Moment(milliseconds: UInt64(secondsGone() * 1000)) })
    }

    @Test func whoComesTooEarlyWaitsForATurn() async throws {
        let turnstile = Self.turnstile(waiting: 20, perSecond: 50)
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<11 { group.addTask { try await turnstile.pass { true } } }
            try await group.waitForAll()
        }
        // The first at once, ten more at fifty a second.
        #expect(ContinuousClock.now - began > .milliseconds(180))
    }

    @Test func whoFindsTooManyWaitingIsRefused() async throws {
        let turnstile = Self.turnstile(waiting: 0)
        try await turnstile.pass { true }
        await #expect(throws: PageRefusal.tooOften(seconds: 1)) {
            try await turnstile.pass { true }
        }
    }

    @Test func whoLeavesUsesUpNobodysTurn() async throws {
        let turnstile = Self.turnstile(waiting: 9)
        try await turnstile.pass { true }
        let left = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    do {
                        try await turnstile.pass { false }
                        return false
                    } catch is CancellationError {
                        return true
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(left == 30)
    }

    // MARK: Bodies

    @Test func bodiesAreCountedTogether() {
        var table = UploadTable(limit: 100)
        table.begin(1, now: Self.at(0))
        table.begin(2, now: Self.at(0))
        #expect(table.grow(1, by: 60, now: Self.at(1)) == .init(isTaken: true))
        #expect(table.grow(2, by: 40, now: Self.at(1)) == .init(isTaken: true))
        #expect(table.bytes == 100)
        #expect(table.grow(2, by: 1, now: Self.at(2)) == .init(isTaken: false))
        table.end(1)
        #expect(table.bytes == 40)
        #expect(table.grow(2, by: 60, now: Self.at(3)) == .init(isTaken: true))
        #expect(table.grow(1, by: 1, now: Self.at(3)) == .init(isTaken: false))
        #expect(table.bytes == 100)
    }

    @Test func whoHoldsRoomWithoutSendingLosesIt() {
        var table = UploadTable(limit: 100)
        for id in 1...3 as ClosedRange<UInt64> { table.begin(id, now: Self.at(0)) }
        _ = table.grow(1, by: 50, now: Self.at(0))
        _ = table.grow(2, by: 20, now: Self.at(0))
        _ = table.grow(3, by: 30, now: Self.at(0))
        table.begin(9, now: Self.at(4000))
        #expect(table.grow(9, by: 40, now: Self.at(4001)) == .init(isTaken: true, ended: [2, 3]))
        #expect(table.bytes == 90)
        #expect(table.grow(3, by: 1, now: Self.at(4002)) == .init(isTaken: false))
    }

    @Test func whoIsSlowerEndsNobody() {
        var table = UploadTable(limit: 100)
        table.begin(1, now: Self.at(0))
        _ = table.grow(1, by: 90, now: Self.at(0))
        table.begin(2, now: Self.at(0))
        #expect(table.grow(2, by: 20, now: Self.at(5000)) == .init(isTaken: false))
        #expect(table.bytes == 90)
    }

    @Test func aGateLetsSoManyThroughAtATime() async throws {
        let gate = Gate(2, waiting: 50)
        let always: @Sendable () -> Bool = { true }
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            let busy = Counter()
            for _ in 0..<40 {
                group.addTask {
                    try await gate.run(always) {
                        let now = busy.add(1)
                        try await Task.sleep(for: .milliseconds(2))
                        busy.add(-1)
                        return now
                    }
                }
            }
            return try await group.reduce(0, max)
        }
        #expect(most == 2)
    }

    @Test func whoFindsTooManyWaitingIsSentAway() async throws {
        let gate = Gate(0, waiting: 0)
        await #expect(throws: PageRefusal.busy) { try await gate.run({ true }, {}) }
    }
}

/// Seconds of a clock that only goes on.
func secondsGone() -> Double {
    let since = ContinuousClock.now - Counter.start
    return Double(since.components.seconds) + Double(since.components.attoseconds) / 1e18
}

/// A number that several tasks change.
final class Counter: Sendable {
    static let start = ContinuousClock.now
    private let value = NIOLockedValueBox(0)

    @discardableResult
    func add(_ more: Int) -> Int {
        value.withLockedValue { value in
            value += more
            return value
        }
    }
}
