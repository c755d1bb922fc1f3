import Model
import Node
import Testing
import Wire

@testable import Simulator

/// Each fault does what it is called.
@Suite struct FaultTests {
    func play(_ lines: String) throws -> Report { try WorldTests.play(lines) }

    @Test func aPartitionKeepsItemsApartUntilItHeals() throws {
        let cut = try play("at 0s: partition 50%\nat 18s: heal")
        #expect(cut[.missed] ?? 0 > 0)
        #expect(cut.isHeld, "\(cut.text)")
        let never = try play("at 0s: partition 50%\nlength: 5m\nsettle: 0s")
        #expect(never[.parts] == 2)
    }

    @Test func theMuteAreHeardByNobodyAndHearAll() throws {
        let report = try play("at 0s: mute 20%\nat 30s: heal")
        #expect(report.isHeld, "\(report.text)")
        #expect(report[.missed] ?? 0 > 0)
    }

    @Test(arguments: ["keep-disk", "lose-disk", "keep-disk silent", "lose-disk silent"])
    func theCrashedComeBackAndCatchUp(_ how: String) throws {
        let report = try play("at 3s: crash 40% \(how)\nat 3m: restart")
        #expect(report.isHeld, "\(report.text)")
        #expect(report[.parts] == 1)
    }

    @Test func whoNeverComesBackIsNotWaitedFor() throws {
        let report = try play("at 3s: leave 40%")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.rounds.last?.deliveries ?? 0 < 11)
    }

    @Test func newcomersAreCountedAndGetEverything() throws {
        let report = try play("at 3s: join 10 over 2s")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.nodes == 22)
        #expect(report.rounds.last?.deliveries == 21)
    }

    @Test func churnComesToAnEnd() throws {
        let report = try play("at 0s: churn 20% every 5s for 20s keep-disk")
        #expect(report.isHeld, "\(report.text)")
        #expect(report[.parts] == 1)
    }

    @Test func slowReadersAreSlow() throws {
        let quick = try play("size: 3")
        let slow = try play("size: 3\nat 0s: slow 30% 1kB/s\nat 60s: fast")
        #expect(slow.isHeld, "\(slow.text)")
        #expect(slow.traffic.delay(of: 1) > quick.traffic.delay(of: 1) + 1000)
    }

    /// Most of a hundred thousand bytes still waits for one who read a thousand a second.
    /// Seed 2108: the end of a link waited behind it for minutes, and so did the neighbour's place.
    @Test(arguments: [(bandwidth: "none", seconds: 1 as UInt64), ("20kB/s", 5)])
    func whoIsFastAgainReadsAtOnceWhatWaited(_ bandwidth: String, _ seconds: UInt64) throws {
        let world = World(
            try Scenario("nodes: 2\nlatency: 10ms\nrounds: 0\nbandwidth: \(bandwidth)"), seed: 1)
        world.run(milliseconds: 10_000)
        let end = try #require(world.hosts[1].ends.first)
        world.strike(.slow(.count(1), rate: 1000))
        let other = world.ends[Int(end)].other
        for _ in 0..<100 { world.transmit(.pad(count: 996), from: other) }
        world.run(milliseconds: 10_000)
        #expect(world.ends[Int(end)].queue.count > 85)
        world.strike(.fast)
        world.run(milliseconds: (seconds - 1) * 1000)
        #expect(world.ends[Int(end)].queue.count > 0)
        world.run(milliseconds: 1000)
        #expect(world.ends[Int(end)].queue.count == 0)
        #expect(world.ends[Int(end)].phase == .open)
    }

    @Test func lossIsDelay() throws {
        // Where there is only one way, no quicker one hides it.
        let calm = try play("topology: line")
        let lossy = try play("topology: line\nloss: 20%")
        #expect(lossy.isHeld, "\(lossy.text)")
        #expect(lossy.traffic.delay(of: 0.99) >= calm.traffic.delay(of: 0.99) + 100)
    }

    @Test func clocksApartByLittleHurtNobody() throws {
        let report = try play(
            "at 0s: clocks 30% +9m\nat 0s: clocks 30% -9m\nlength: 1m\nexpect: missed = 0")
        #expect(report.isHeld, "\(report.text)")
    }

    /// Beyond what is borne, items are not handed to and fro either.
    @Test(arguments: ["+30m", "+20m", "+11m", "+9m", "-9m", "-11m", "-20m", "-30m"])
    func clocksApartCostNoMoreThanAFewCopies(_ apart: String) throws {
        let even = try play("length: 2m")
        let report = try play("at 0s: clocks 30% \(apart)\nat 1m: right-clocks\nlength: 2m")
        #expect(report.isHeld, "\(report.text)")
        let costs = (try #require(report[.cost]), try #require(even[.cost]))
        #expect(costs.0 < 2 * costs.1)
    }

    @Test func clocksFarOffAreForgivenOnceTheyAreRight() throws {
        let report = try play("at 0s: clocks 20% -3h\nat 1m: right-clocks")
        #expect(report.isHeld, "\(report.text)")
    }

    @Test func fullDisksAreFilledUpLater() throws {
        let report = try play("at 0s: fill-disks 30%\nat 1m: free-disks\nsettle: 2h")
        #expect(report.isHeld, "\(report.text)")
    }

    /// Five hosts slept over the end of it, most of their own on disk and never out.
    @Test func whatExpiredIsHeldByNobody() throws {
        let lines = "ttl: hour\nstem gap: 10s\nat 3s: burst 60\n"
        let early = try play(lines + "expect: held = 840")
        #expect(early.isHeld, "\(early.text)")
        let late = try play(
            lines + "at 20s: crash 40% keep-disk\nat 2h: restart\nlength: 125m\nexpect: held = 0")
        #expect(late.isHeld, "\(late.text)")
    }

    /// An hour has room for 540 of a day in the pool of the others.
    @Test func whatHasNoPlaceIsKeptByItsOriginAlone() throws {
        let scenario = try Scenario(
            "nodes: 3\nlatency: 10ms\nttl: day\nrounds: 0\nstem gap: 0s\n"
                + "at 0s: burst 560\nat 20m: burst 200")
        let play = Play(scenario, seed: 1)
        let report = play.run()
        #expect(report.isHeld, "\(report.text)")
        let disks = play.world.hosts.map(\.disk)
        #expect(disks.allSatisfy { $0.open.count == 541 })  // with the charter
        #expect(disks.reduce(0) { $0 + $1.items.values.count { $0.isHidden } } == 220)
    }

    /// Several times what fits, of classes and sizes that have pools of their own.
    @Test func fullStoresAreTheSameAndRest() throws {
        let scenario = try Scenario(
            """
            nodes: 8
            topology: random 3
            latency: 10-50ms
            store: 8MiB
            rounds: 20
            every: 30s
            size: 0 1
            ttl: hour day week
            work: 3
            senders: random
            stem gap: 2s
            at 1m: burst 150
            at 90s: crash 30% keep-disk
            at 2m: crash 30% lose-disk silent
            at 5m: restart
            at 6m: burst 100
            settle: 1h
            rest: 20m
            expect: restless = 0
            """)
        let play = Play(scenario, seed: 1)
        let report = play.run()
        #expect(report.isHeld, "\(report.text)")
        let disks = play.world.hosts.map(\.disk)
        #expect(disks.allSatisfy { $0.open.count < 150 })
        #expect(disks.contains { $0.hiddenIDs.count > 5 })
    }

    @Test func whatIsTakenBackIsGoneEverywhere() throws {
        let report = try play("retract: 100%\nerase delay: 1s\nlength: 40s")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.items == 19)  // the last round's has nobody after it
    }

    /// Each leaves after a random wait, and is owed all the same.
    @Test func whatGoesByItsStemArrivesLater() throws {
        let report = try play("stem gap: 5s\nretract: 30%\nerase delay: 1s\nsettle: 30m")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.traffic.frames[0x28] > 0)
        #expect(report.traffic.delay(of: 0.5) >= 1000)
    }
}
