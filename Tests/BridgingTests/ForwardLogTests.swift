import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// The log of forwards: what left is there, and no day is told twice.
@Suite struct ForwardLogTests {
    let id = BridgeScript.id(1)

    func checkpoints(_ script: BridgeScript) throws -> [Checkpoint] {
        try script.book.log.closed.map {
            try $0.record.checkpoint(of: BridgeScript.key.publicKey)
        }
    }

    /// Days in a row, each naming the one before.
    func expectChain(_ script: BridgeScript) throws {
        let records = script.book.log.closed.map { $0.record }
        for (number, checkpoint) in try checkpoints(script).enumerated() {
            #expect(checkpoint.day == testStart.day + UInt32(number))
            #expect(checkpoint.previous == (number == 0 ? nil : records[number - 1].hash))
        }
    }

    @Test func everyForwardIsShownByItsDaysCheckpoint() throws {
        var script = BridgeScript()
        for number: UInt8 in 1...20 { try script.arrive(ConsentDraft(number: number)) }
        for number: UInt8 in 1...20 { try script.approve(number) }
        script.pass(BridgeScript.cooling)
        for number: UInt8 in 1...20 {
            if number == 4 { script.pass(86400) }
            try script.send(number)
            try script.came(.accepted(id: "x", notice: nil), number)
        }
        script.pass(2 * 86400)
        try script.closeDays()
        try expectChain(script)
        let days = try checkpoints(script)
        // Three leaves are filled up to 16, 17 up to 32, none up to 16.
        #expect(days.map { $0.depth } == [4, 5, 4])
        for answer in try script.answer() {
            let forward = answer.forwards[0]
            let leaf = LogTree.leaf(
                salt: forward.salt, consent: answer.consent, authority: forward.authority,
                day: forward.day)
            let proof = try #require(forward.proof)
            let day = try #require(days.first { $0.day == forward.day })
            #expect(proof.shows(leaf, in: day))
            for other in days where other.day != day.day { #expect(!proof.shows(leaf, in: other)) }
        }
    }

    @Test func aDayIsClosedOnceItIsOver() throws {
        var script = BridgeScript()
        script.pass(86399)
        #expect(script.book.log.due(script.now).isEmpty)
        script.pass(1)
        #expect(script.book.log.due(script.now) == [testStart.day])
        try script.closeDays()
        #expect(script.book.log.due(script.now).isEmpty)
        let record = script.book.log.closed[0].record
        #expect(record.notBefore == script.now)
        #expect(record.notAfter == script.now.adding(seconds: 500 * 86400))
        #expect(
            script.book.log.checkpoint(
                testStart.day, community: TestNetwork().community, now: script.now,
                by: BridgeScript.key, random: SeededRandom.source(1)) == nil)
    }

    @Test func aClosedDayStaysAsItIs() throws {
        var script = try BridgeScript.at(.sent)
        script.pass(86400)
        try script.closeDays()
        let closed = try checkpoints(script)
        let (event, other) = (try #require(script.disk.last), script)
        script.book.apply(try #require(BridgeEvent(decoding: event)))
        #expect(try checkpoints(script) == closed)
        script.restart()
        #expect(try checkpoints(script) == closed)
        #expect(script.book.log.due(script.now) == other.book.log.due(script.now))
    }

    @Test func aClockThatGoesBackAddsNothingToAClosedDay() throws {
        var script = try BridgeScript.at(.approved)
        script.pass(2 * 86400)
        try script.closeDays()
        let closed = script.book.log.closed.map { $0.record.hash }
        script.now = testStart.adding(seconds: BridgeScript.cooling)
        #expect(script.book.log.due(script.now).isEmpty)
        try script.send(1)
        try script.came(.accepted(id: "x", notice: nil), 1)
        #expect(try script.entry(1).forward?.day == testStart.day + 2)
        script.now = testStart.adding(seconds: 3 * 86400)
        try script.closeDays()
        #expect(script.book.log.closed.map { $0.record.hash }.starts(with: closed))
        try expectChain(script)
        #expect(try script.answer()[0].forwards[0].proof != nil)
    }

    @Test func missedDaysAreClosedLater() throws {
        var script = BridgeScript()
        script.pass(400 * 86400)
        #expect(script.book.log.due(script.now).count == 400)
        try script.closeDays()
        try expectChain(script)
        #expect(script.book.log.closed.count == 400)
        // Older ones nobody would keep.
        script.pass(403 * 86400)
        #expect(script.book.log.due(script.now).count == 400)
    }

    @Test func aDayWhoseForwardsWereForgottenStaysClosed() throws {
        var script = try BridgeScript.at(.sent)
        script.pass(86400)
        try script.closeDays()
        var later = BridgeScript()
        let closing = try #require(script.disk.last.flatMap { BridgeEvent(decoding: $0) })
        try later.put(closing)
        later.now = script.now
        #expect(later.book.log.due(later.now).isEmpty)
        #expect(later.book.log.closed[0].record == script.book.log.closed[0].record)
        later.pass(86400)
        try later.closeDays()
        try expectChain(later)
    }

    @Test func noDayIsBeyondTheLast() throws {
        var script = BridgeScript()
        script.now = WallTime(seconds: .max)
        let event = try #require(
            script.book.log.checkpoint(
                .max, community: TestNetwork().community, now: script.now, by: BridgeScript.key,
                random: SeededRandom.source(1)))
        try script.put(event)
        _ = script.book.log.due(script.now)
        #expect(script.book.log.closed.isEmpty)
    }
}
