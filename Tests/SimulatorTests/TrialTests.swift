import Simulator
import Testing

/// Small random networks with faults of all kinds. More of them: kith-sim seeds, kith-sim soak.
@Suite struct TrialTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func everythingHoldsWhateverBefalls(_ seed: UInt64) {
        let report = Play(.trial(seed), seed: seed).run()
        #expect(report.isHeld, "kith-sim seeds --first \(seed) --count 1\n\(report.text)")
        // It was looked at, and not just never asked.
        #expect(report[.convergence] != nil)
    }

    @Test func theTrialsOfSixtySeedsKnowAllFaults() {
        var faults: Set<String> = []
        var kinds: Set<MischiefKind> = []
        for seed in 1...60 as ClosedRange<UInt64> {
            for event in Scenario.trial(seed).script {
                faults.insert(String("\(event.fault)".prefix { $0 != "(" }))
                if case .turn(_, let kind) = event.fault { kinds.insert(kind) }
            }
        }
        let all: Set<String> = [
            "partition", "mute", "heal", "crash", "restart", "join", "leave", "churn", "slow",
            "fast", "clocks", "rightClocks", "loss", "turn", "calm", "fillDisks", "freeDisks",
            "burst",
        ]
        #expect(faults.isSuperset(of: all), "\(all.subtracting(faults))")
        #expect(kinds.isSuperset(of: Set(MischiefKind.allCases).subtracting([.sybil])))
    }
}
