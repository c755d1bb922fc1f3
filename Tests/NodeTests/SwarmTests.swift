import Gossip
import Model
import Node
import TestKit
import Testing
import Wire

/// Relays that find each other through one address, and what becomes of items among them.
@Suite struct SwarmTests {
    let network = TestNetwork()

    func configuration(_ number: Int, stemGap: UInt64 = 0) -> RelayNode.Configuration {
        var configuration = network.configuration(UInt8(number), stemGap: stemGap)
        configuration.addresses = [.name([UInt8]("node-\(number)".utf8), port: 7447)]
        return configuration
    }

    /// So many relays that were told of the first, at once.
    func swarm(_ count: Int, stemGap: UInt64 = 0, latency: UInt64 = 20) -> MemoryNetwork {
        var net = MemoryNetwork()
        net.latency = latency
        for number in 0..<count { net.add(configuration(number, stemGap: stemGap)) }
        net.submit([network.charters()], at: 0)
        for number in 1..<count {
            net.feed(number, .know(address: MemoryNetwork.address(0), node: nil, isPinned: false))
        }
        net.run(milliseconds: 120_000)
        net.forgetSent()
        return net
    }

    func neighbours(_ net: MemoryNetwork, _ node: Int) -> [NodeID] {
        net.nodes[node].peerList(net.now).filter { $0.place != .outside }.map(\.node)
    }

    func expectSymmetry(_ net: MemoryNetwork, _ alive: [Int]) {
        for node in alive {
            for other in alive {
                let there = neighbours(net, node).contains(TestNetwork.node(UInt8(other)))
                let back = neighbours(net, other).contains(TestNetwork.node(UInt8(node)))
                #expect(there == back, "\(node) and \(other)")
            }
        }
    }

    func pushes(_ net: MemoryNetwork) -> Int { net.sent.count { $0.frame.isPush } }

    @Test(arguments: [2, 3, 5])
    func aFewAreAllNeighbours(_ count: Int) {
        var net = swarm(count)
        for node in 0..<count { #expect(neighbours(net, node).count == count - 1) }
        expectSymmetry(net, [Int](0..<count))
        let envelopes = (0..<20).map { network.envelope($0) }
        for (number, envelope) in envelopes.enumerated() {
            net.submit([envelope], at: number % count)
            net.run(milliseconds: 300)
        }
        for store in net.stores { #expect(store.ids.count == 21) }
        // Two stay eager in so small a view: never more than two pushes a node.
        #expect(pushes(net) <= 20 * 2 * count)
        net.forgetSent()
        net.run(milliseconds: 3_600_000)
        #expect(net.sent.filter { $0.frame.isAboutItems }.isEmpty)
        // Nobody is woken for nothing.
        #expect(net.wakeCount < 400 * count)
    }

    @Test func twentyHearAllAlongATree() {
        var net = swarm(20)
        expectSymmetry(net, [Int](0..<20))
        for node in 0..<20 { #expect(neighbours(net, node).count >= 3, "node \(node)") }
        for number in 0..<30 as Range<UInt64> {
            net.submit([network.envelope(number)], at: 3)
            net.run(milliseconds: 2000)
        }
        net.forgetSent()
        for number in 100..<130 as Range<UInt64> {
            net.submit([network.envelope(number, at: net.wall)], at: 3)
            net.run(milliseconds: 2000)
        }
        for store in net.stores { #expect(store.ids.count == 61) }
        // Each of the other nineteen gets it once, and hardly one of them twice.
        #expect(pushes(net) <= 30 * 19 + 10, "\(pushes(net)) pushes")
    }

    @Test func halfOfThemGoesAndTheRestGoesOn() {
        var net = swarm(20)
        let dead = [Int](10..<20)
        net.unreachable = dead
        for node in dead { net.restart(node, configuration(node)) }
        net.run(milliseconds: 180_000)
        let alive = [Int](0..<10)
        expectSymmetry(net, alive)
        for number in 0..<10 as Range<UInt64> {
            net.submit([network.envelope(number, at: net.wall)], at: Int(number))
            net.run(milliseconds: 1000)
        }
        net.run(milliseconds: 600_000)
        for node in alive { #expect(net.stores[node].ids.count == 11, "node \(node)") }
        // Those that come back catch up.
        net.unreachable = []
        for node in dead {
            net.feed(node, .know(address: MemoryNetwork.address(0), node: nil, isPinned: false))
        }
        net.run(milliseconds: 600_000)
        for store in net.stores { #expect(store.ids.count == 11) }
        #expect(net.nodes.allSatisfy { $0.deadline.map { $0 > net.now } ?? false })
    }

    @Test func withStemsAllArrivesToo() {
        var net = swarm(10, stemGap: 2000)
        for number in 0..<20 as Range<UInt64> {
            net.submit([network.envelope(number, at: net.wall)], at: Int(number % 10))
            net.run(milliseconds: 5000)
        }
        net.run(milliseconds: 1_800_000)
        for store in net.stores {
            #expect(store.ids.count == 21)
            #expect(store.items.values.allSatisfy { !$0.isHidden })
        }
        #expect(net.nodes.allSatisfy { $0.stem.count == 0 })
    }
}
