import Gossip
import Wire

extension Scenario {
    /// A small network with a few faults of all kinds, drawn from the seed; whatever befalls it, it
    /// must come to one state once left alone.
    public static func trial(_ seed: UInt64) -> Scenario {
        var choices = Choices(seed: seed ^ 0x7472_6961_6C00)
        var scenario = Scenario()
        scenario.name = "trial"
        scenario.seed = seed
        scenario.nodes = 5 + choices.below(12)
        scenario.hasCiphers = choices.chance(0.3)
        scenario.topology =
            choices.pick(
                [.joining, .joining, .scattered(2), .scattered(3), .ring, .line]) ?? .joining
        scenario.latency =
            choices.pick(
                [.fixed(5), .between(10, 100), .tailed(least: 20, mean: 80)]) ?? .fixed(5)
        scenario.jitter = UInt64(choices.below(3) * 20)
        scenario.loss = [0, 0, 0.01, 0.1][choices.below(4)]
        scenario.bandwidth = [0, 0, 20_000, 1_000_000][choices.below(4)]
        scenario.disk =
            choices.pick([.fixed(0), .between(1, 10), .tailed(least: 1, mean: 50)]) ?? .fixed(1)
        scenario.warmUp = 20_000
        scenario.rounds = 20 + choices.below(20)
        scenario.every = 1000 + UInt64(choices.below(9000))
        scenario.senders = choices.chance(0.2) ? .all : .random
        scenario.sizes = [UInt8(choices.below(4))]
        scenario.ttls = [choices.pick([.day, .week, .quarter]) ?? .week]
        scenario.retract = [0, 0.1, 0.5][choices.below(3)]
        // Drawn apart, so that a seed keeps the faults it had.
        scenario.stemGap = [0, 0, 500, 10_000][Int(seed % 4)]
        if seed % 5 == 3 { scenario.ttls = [.hour] }
        // What is taken back leaves room that not all fill alike: protocol/06-store.md.
        if seed % 3 == 1, scenario.retract == 0 { scenario.store = 8 << 20 }
        // What is submitted by a clock two hours ahead is taken elsewhere two hours later.
        scenario.settle = 150 * 60_000
        let span = UInt64(scenario.rounds) * scenario.every
        for _ in 0..<(1 + choices.below(4)) {
            scenario.addFault(from: UInt64(choices.below(Int(span / 2))), span: span, &choices)
        }
        scenario.script.sort { $0.at < $1.at }
        // Who knew only somebody that left for good may rightly be alone.
        if scenario.script.contains(where: { if case .leave = $0.fault { true } else { false } }) {
            scenario.topology = .joining
        }
        return scenario
    }

    /// Something bad, and its end.
    private mutating func addFault(from: UInt64, span: UInt64, _ choices: inout Choices) {
        let until = from + 1000 + UInt64(choices.below(Int(span / 2)))
        let share = Share.part([0.2, 0.4, 0.6][choices.below(3)])
        let few = Share.part(0.2)
        let disk = choices.chance(0.6)
        func during(_ fault: Fault, _ end: Fault) {
            script.append(Event(at: from, fault: fault))
            script.append(Event(at: until, fault: end))
        }
        switch choices.below(14) {
        case 0: during(.partition(share), .heal)
        case 1: during(.mute(few), .heal)
        case 2: during(.crash(share, keepsDisk: true, isSilent: choices.chance(0.5)), .restart)
        case 3: during(.crash(share, keepsDisk: false, isSilent: choices.chance(0.5)), .restart)
        case 4: script.append(Event(at: from, fault: .join(2 + choices.below(6), over: 1000)))
        case 5: script.append(Event(at: from, fault: .leave(few)))
        case 6:
            script.append(
                Event(
                    at: from,
                    fault: .churn(few, every: 10_000, span: until - from, keepsDisk: disk)))
        case 7: during(.slow(share, rate: 1000), .fast)
        case 8:
            let seconds = [-600, -300, 300, 600, 7200, -7200][choices.below(6)]
            during(.clocks(few, seconds: Int64(seconds)), .rightClocks)
        case 9: during(.loss(0.3), .loss(loss))
        case 10, 11:
            let kinds: [MischiefKind] = [.liar, .hider, .spammer, .replayer, .spy, .slowloris]
            during(.turn(few, kinds[choices.below(kinds.count)]), .calm)
        case 12: during(.fillDisks(few), .freeDisks)
        default: script.append(Event(at: from, fault: .burst(20 + choices.below(100))))
        }
    }
}
