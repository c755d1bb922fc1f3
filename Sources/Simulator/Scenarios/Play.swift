import Gossip
import Model
import Node

/// Runs a scenario from its first moment to its verdict.
public final class Play {
    public let scenario: Scenario
    public let world: World
    /// Milliseconds from the last fault and item until all hosts held the same.
    public private(set) var convergence: UInt64?
    private var parts = 0

    public init(_ scenario: Scenario, seed: UInt64) {
        self.scenario = scenario
        world = World(scenario, seed: seed)
    }

    public func run() -> Report {
        world.run(milliseconds: scenario.warmUp + scenario.span)
        settle()
        return report()
    }

    /// Waits until the network has come to one state, or its time is over.
    private func settle() {
        parts = world.parts.count
        guard scenario.settle > 0 else { return }
        let begun = world.elapsed
        var wait: UInt64 = 0
        while wait <= scenario.settle {
            if world.hasConverged {
                convergence = world.elapsed - begun
                break
            }
            world.run(milliseconds: 1000)
            wait += 1000
        }
        // Links to what is gone without a word come to their end before neighbours are compared.
        var patience = 2 * Limits.silenceMilliseconds
        while convergence != nil, patience > 0, !world.isMutual {
            world.run(milliseconds: 5000)
            patience -= min(5000, patience)
        }
        if scenario.rest > 0 {
            world.ledger.isResting = true
            world.run(milliseconds: scenario.rest)
        }
        parts = world.parts.count
        world.judge(hasConverged: convergence != nil)
    }

    // MARK: Figures

    private func report() -> Report {
        let figures = figures
        let broken = scenario.expectations.compactMap {
            expectation -> (expectation: Expectation, value: Double?)? in
            let value = figures.first { $0.figure == expectation.figure }?.value
            guard let value else { return (expectation, nil) }
            return expectation.isMet(by: value) ? nil : (expectation, value)
        }
        return Report(
            name: scenario.name, seed: world.seed, nodes: world.hosts.count,
            traceHash: world.traceHash, elapsed: world.elapsed, events: world.eventCount,
            items: world.ledger.items.count, rounds: world.ledger.rounds,
            traffic: world.traffic, figures: figures, broken: broken,
            violations: world.violations, violationCount: world.violationCount)
    }

    private var figures: [(figure: Figure, value: Double)] {
        let rounds = world.ledger.rounds.filter { $0.items > 0 }
        var out: [(figure: Figure, value: Double)] = []
        if !rounds.isEmpty {
            out.append((.hops, Self.mean(rounds.map { Double($0.lastHop) })))
            out.append((.redundancy, Self.mean(rounds.map { $0.redundancy })))
            let late = rounds.suffix(max(1, rounds.count / 3))
            out.append((.lateRedundancy, Self.mean(late.map { $0.redundancy })))
            out.append((.missed, Double(rounds.reduce(0) { $0 + $1.missed })))
            out.append((.reliability, Self.reliability(rounds[...])))
            out.append((.lateReliability, Self.reliability(late)))
            out.append((.delay, Self.mean(rounds.map { Double($0.lastDelay) / 1000 })))
        }
        if world.traffic.deliveries > 0 {
            out.append(
                (.cost, Double(world.traffic.allBytes) / Double(world.traffic.deliveries)))
        }
        if let convergence { out.append((.convergence, Double(convergence) / 1000)) }
        out.append((.parts, Double(parts)))
        out.append((.held, Double(world.heldCount)))
        if scenario.rest > 0 {
            out.append((.restless, Double(world.ledger.mentions)))
        }
        if let spied = world.ledger.spied(hosts: world.hosts) {
            out.append((.spyRecall, spied.recall))
            out.append((.spyPrecision, spied.precision))
        }
        return out
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private static func reliability(_ rounds: ArraySlice<Round>) -> Double {
        let made = rounds.reduce(0) { $0 + $1.deliveries }
        let missed = rounds.reduce(0) { $0 + $1.missed }
        return made + missed == 0 ? 1 : Double(made) / Double(made + missed)
    }
}
