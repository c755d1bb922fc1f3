import Foundation
import Simulator
import TestKit
import Testing
import Wire

/// How scenarios are read, and what is said of those that can't be.
@Suite struct ScenarioTests {
    @Test func everyKeyIsTaken() throws {
        let scenario = try Scenario(
            """
            # A comment.
            name: All of it
            about: One line
            about: and another   # and a remark
            seed: 18446744073709551615
            nodes: 50
            links: ciphers
            topology: random 4
            unreachable: 50%
            hostile: 10% liars
            hostile: 200 sybils
            latency: 10-100ms
            jitter: 5ms
            loss: 0.5%
            bandwidth: 1MB/s
            disk: 1ms+20ms
            store: 8MiB
            join over: 1.5s
            warm-up: 1m
            rounds: 7
            every: 250ms
            senders: all
            size: 7 0
            ttl: quarter hour
            work: 3
            retract: 10%
            erase delay: 1m
            stem gap: 3s
            length: 2h
            settle: 1d
            rest: 1h
            at 1h: heal
            at 10s: partition 50%
            expect: hops < 12
            expect: convergence <= 10m
            expect: reliability >= 99%
            """)
        #expect(scenario.name == "All of it")
        #expect(scenario.about == "One line and another")
        #expect(scenario.seed == .max)
        #expect(scenario.nodes == 50)
        #expect(scenario.hasCiphers)
        #expect(scenario.topology == .scattered(4))
        #expect(scenario.unreachable == .part(0.5))
        #expect(scenario.hostile.map(\.share) == [.part(0.1), .count(200)])
        #expect(scenario.latency == .between(10, 100))
        #expect(scenario.disk == .tailed(least: 1, mean: 20))
        #expect(scenario.loss == 0.005)
        #expect(scenario.bandwidth == 1_000_000)
        #expect(scenario.joinOver == 1500)
        #expect(scenario.every == 250)
        #expect(scenario.eraseDelay == 60)
        #expect(scenario.stemGap == 3000)
        #expect(scenario.settle == 86_400_000)
        #expect(scenario.rest == 3_600_000)
        #expect(scenario.store == 8 << 20)
        #expect(scenario.sizes == [7, 0] && scenario.ttls == [.quarter, .hour])
        #expect(scenario.work == 3)
        // In the order of time, whatever that of the lines.
        #expect(scenario.script.map(\.at) == [10_000, 3_600_000])
        #expect(scenario.script.map(\.fault) == [.partition(.part(0.5)), .heal])
        #expect(scenario.expectations.map(\.bound) == [12, 600, 0.99])
        #expect(scenario.span == 7_200_000)
    }

    @Test(arguments: [
        ("partition 5", Fault.partition(.count(5))),
        ("crash 30% keep-disk", .crash(.part(0.3), keepsDisk: true, isSilent: false)),
        ("crash 30% lose-disk silent", .crash(.part(0.3), keepsDisk: false, isSilent: true)),
        ("join 9 over 3s", .join(9, over: 3000)),
        (
            "churn 5% every 1m for 30m keep-disk",
            .churn(.part(0.05), every: 60_000, span: 1_800_000, keepsDisk: true)
        ),
        ("slow 3 1kB/s", .slow(.count(3), rate: 1000)),
        ("clocks 20% -30m", .clocks(.part(0.2), seconds: -1800)),
        ("turn 20% spies", .turn(.part(0.2), .spy)),
        ("turn 1 slowloris", .turn(.count(1), .slowloris)),
        ("burst 100", .burst(100)),
    ])
    func faultsAreRead(_ words: String, _ fault: Fault) throws {
        #expect(try Scenario("at 5s: \(words)").script.map(\.fault) == [fault])
    }

    @Test(arguments: [
        ("nodes 12", "no colon"), ("\n\nnode: 12", "no such key"), ("nodes: many", "no number"),
        ("nodes: 0", "1 to 50000"), ("latency: 10", "no time"), ("latency: 9-3ms", "backwards"),
        ("loss: 120%", "more than all"), ("senders: some", "one, random or all"),
        ("at noon: heal", "no time"), ("at 1s: heel", "write partition SHARE"),
        ("at 1s: crash 30%", "write crash SHARE keep-disk|lose-disk"),
        ("at 1s: turn 20% fiends", "no kind of peer: liar"), ("expect: joy > 1", "no figure: hops"),
        ("expect: hops ~ 1", "compares nothing"), ("size: 8", "0 to 7"),
        ("every: 0s", "longer than"), ("size: 1 8", "0 to 7"), ("size: #", "one or more words"),
        ("ttl: day fortnight", "hour, day, week"), ("store: 8MB", "8MiB or"),
        ("store: 0kiB", "8MiB or"), ("work: 13", "0 to 12"),
    ])
    func mistakesAreNamedWithTheirLine(_ text: String, _ words: String) throws {
        let error = try #require(throws: ScenarioError.self) { try Scenario(text) }
        #expect(error.what.contains(words), "\(error.what)")
        #expect(error.line == text.split(separator: "\n", omittingEmptySubsequences: false).count)
    }

    /// All that come with Kith can be read, and say what they are for.
    @Test func theScenariosThatComeAlongAreGood() throws {
        let folder = Project.root.appending(path: "tools/simulations")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count >= 10)
        for name in names.sorted() where name.hasSuffix(".txt") {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let scenario = try Scenario(text)
            #expect(scenario.name != "unnamed" && !scenario.about.isEmpty, "\(name)")
        }
    }
}
