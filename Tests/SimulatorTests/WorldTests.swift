import Simulator
import Testing

/// The simulator itself: the same run every time, and no fault that it does not bring about.
@Suite struct WorldTests {
    static func small(_ lines: String = "") throws -> Scenario {
        try Scenario(
            """
            nodes: 12
            topology: random 3
            latency: 5-50ms
            warm-up: 20s
            rounds: 10
            every: 2s
            senders: random
            stem gap: 0s
            \(lines)
            """)
    }

    static func play(_ lines: String, seed: UInt64 = 1) throws -> Report {
        Play(try small(lines), seed: seed).run()
    }

    @Test(arguments: ["links: frames", "links: ciphers"])
    func equalSeedsGiveEqualRunsAndOthersDoNot(_ links: String) throws {
        let lines = links + "\nretract: 20%\nloss: 5%\nat 3s: crash 30% lose-disk\nat 9s: restart"
        let first = try Self.play(lines)
        let again = try Self.play(lines)
        let other = try Self.play(lines, seed: 2)
        #expect(first == again)
        #expect(first.json == again.json)
        #expect(first.traceHash != other.traceHash)
    }

    @Test func aTraceIsToldLineByLineAndChangesNothing() throws {
        let scenario = try Self.small()
        let silent = Play(scenario, seed: 1)
        let told = Play(scenario, seed: 1)
        var lines: [String] = []
        told.world.log = { lines.append($0) }
        #expect(silent.run() == told.run())
        #expect(lines.count > 1000)
        #expect(lines.contains { $0.contains("heard") && $0.contains("PUSH") })
    }

    @Test func whatIsSentReachesEverybody() throws {
        let report = try Self.play("expect: missed = 0\nexpect: convergence < 1m")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.rounds.count == 10)
        #expect(report.rounds.allSatisfy { $0.items == 1 && $0.deliveries == 11 })
        // Every host but the sender got it once at least.
        #expect(report.rounds.allSatisfy { $0.copies >= 11 && $0.lastHop >= 1 })
        #expect(report.traffic.deliveries == 110)
    }

    @Test func ciphersCostTimeAndBytesButChangeNoOutcome() throws {
        let plain = try Self.play("links: frames")
        let real = try Self.play("links: ciphers")
        #expect(plain.isHeld && real.isHeld)
        #expect(plain.traffic.deliveries == real.traffic.deliveries)
    }

    @Test func hopsAreCountedAlongALine() throws {
        let scenario = try Scenario(
            """
            nodes: 8
            topology: line
            latency: 10ms
            rounds: 3
            every: 5s
            senders: one
            stem gap: 0s
            """)
        let report = Play(scenario, seed: 1).run()
        #expect(report.isHeld, "\(report.text)")
        // A network that heals itself may find shorter ways than the line.
        #expect(report.rounds.allSatisfy { $0.lastHop > 0 && $0.lastHop <= 7 })
        #expect(report[.delay] ?? 0 >= 0.01)
    }
}
