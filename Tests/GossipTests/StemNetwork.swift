import Model
import TestKit
import Wire

@testable import Gossip

/// A thousand real stem machines on a random graph, and spies among them who put together what
/// they see: the first of them on a stem knows who handed it the item, and where an item begins
/// to spread they can tell, too.
struct StemNetwork {
    /// What the spies find out, over all honest origins.
    struct Found {
        /// How many origins they name rightly.
        var recall = 0.0
        /// The same, each divided by how many they named that origin for.
        var precision = 0.0
    }

    private let isSpy: [Bool]
    private var machines: [Stem]
    /// For each node whom each of its links leads to.
    private let ends: [[Int]]
    private let item: StemItem
    private var now = Moment(milliseconds: 1000)
    private var random: SeededRandom
    private var lastID: UInt64 = 0

    /// Each node dials three others, so that it has six links on average.
    init(nodes: Int, spies: Double, seed: UInt64, item: StemItem, settings: Stem.Settings) {
        var random = SeededRandom(seed)
        var ends = [[Int]](repeating: [], count: nodes)
        var machines = (0..<nodes).map { number in
            Stem(choices: Choices(seed: seed &* 1_000_003 &+ UInt64(number)), settings: settings)
        }
        for node in 0..<nodes {
            var dialled = 0
            while dialled < 3 {
                let other = random.number(below: nodes)
                guard other != node, !ends[node].contains(other) else { continue }
                _ = machines[node].linked(
                    LinkID(UInt64(ends[node].count)), isOutbound: true, now: now)
                _ = machines[other].linked(
                    LinkID(UInt64(ends[other].count)), isOutbound: false, now: now)
                ends[node].append(other)
                ends[other].append(node)
                dialled += 1
            }
        }
        var isSpy = [Bool](repeating: false, count: nodes)
        var order = [Int](0..<nodes)
        for index in 0..<Int(Double(nodes) * spies) {
            order.swapAt(index, index + random.number(below: nodes - index))
            isSpy[order[index]] = true
        }
        self.isSpy = isSpy
        self.machines = machines
        self.ends = ends
        self.item = item
        self.random = random
    }

    /// Every honest node sends `messages`, which the spies know to be of one origin; they name
    /// whom they saw most often.
    mutating func attack(messages: Int) -> Found {
        var named: [Int: Int] = [:]
        var hits: [Int] = []
        for origin in machines.indices where !isSpy[origin] {
            var seen: [Int: Int] = [:]
            for _ in 0..<messages { seen[suspect(of: origin), default: 0] += 1 }
            let most = seen.values.max() ?? 0
            let likely = seen.keys.filter { seen[$0] == most }.sorted()
            let guess = likely[random.number(below: likely.count)]
            named[guess, default: 0] += 1
            if guess == origin { hits.append(origin) }
        }
        let honest = Double(isSpy.filter { !$0 }.count)
        return Found(
            recall: Double(hits.count) / honest,
            precision: hits.map { 1 / Double(named[$0] ?? 1) }.reduce(0, +) / honest)
    }

    /// Sends one item along its stem and says whom the spies suspect.
    private mutating func suspect(of origin: Int) -> Int {
        lastID += 1
        var bytes = [UInt8](repeating: 0, count: 24)
        bytes.append(bigEndian: lastID)
        let id = ItemID(bytes) ?? .zero
        // All machines' first epochs last ten minutes and more: the messages stay within one.
        now = now.adding(milliseconds: 1)
        var holders = [origin]
        defer { for node in holders { machines[node].seenInOpen(id) } }
        var node = origin
        var effects = machines[node].submitted(
            id, item, isUrgent: true, now: now, wall: testStart)
        while case .send(let link, _) = effects.first {
            let next = ends[node][Int(link.number)]
            if isSpy[next] { return node }
            guard let back = ends[next].firstIndex(of: node),
                case .accepted(let more) = machines[next].heard(
                    id, item, from: LinkID(UInt64(back)), now: now)
            else { break }
            holders.append(next)
            node = next
            effects = more
        }
        if case .publish = effects.first { return node }
        // It went round and stopped: the first embargo to end shows where it begins to spread.
        return holders.min { embargo(id, $0) < embargo(id, $1) } ?? origin
    }

    private func embargo(_ id: ItemID, _ node: Int) -> Moment {
        machines[node].pool[id]?.embargo ?? Moment(milliseconds: .max)
    }
}
