import Gossip
import Model
import TestKit
import Testing
import Wire

@testable import Node

/// When a node has heard all that its neighbours hold, and what bridges publish.
@Suite struct SyncTests {
    let network = TestNetwork()

    func inSync(_ net: MemoryNetwork, _ node: Int) -> [Bool] {
        net.nodes[node].peerList(net.now).map(\.isInSync)
    }

    /// A node that holds so many items, the charter among them.
    func full(_ count: Int) -> MemoryNetwork {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        net.submit([network.charters()], at: 0)
        let envelopes = (1..<UInt64(max(count, 1))).map { network.envelope($0) }
        for start in stride(from: 0, to: envelopes.count, by: 128) {
            net.submit([Envelope](envelopes[start...].prefix(128)), at: 0)
        }
        net.run(milliseconds: 1000)
        return net
    }

    @Test(arguments: [1, 1023, 1024, 1025, 2048])
    func aJoinerIsInSyncOnceItHoldsAll(_ count: Int) {
        var net = full(count)
        net.add(network.configuration(1))
        net.connect(1, 0)
        var steps = 0
        while inSync(net, 1) != [true], steps < 60_000 {
            net.run(milliseconds: 5)
            steps += 5
        }
        #expect(net.stores[1].ids == net.stores[0].ids)
        #expect(net.stores[1].ids.count == count)
        net.run(milliseconds: 1000)
        #expect(inSync(net, 0) == [true])
        // As long as the link lasts, through all that is told later.
        net.submit([network.envelope(99_999)], at: 0)
        net.run(milliseconds: 700_000)
        #expect(inSync(net, 1) == [true])
    }

    /// A bridge wants two at any time.
    @Test func twoNeighboursStayInSync() {
        var net = full(3)
        for number in 1..<3 as Range<UInt8> {
            net.add(network.configuration(number))
            net.connect(Int(number), 0)
        }
        net.run(milliseconds: 5000)
        for minute in 0..<120 {
            #expect(inSync(net, 0) == [true, true], "minute \(minute)")
            net.run(milliseconds: 60_000)
        }
    }

    @Test func aNeighbourWithoutItemsIsInSyncToo() {
        var net = full(3)
        net.add(network.configuration(1))
        net.connect(1, 0)
        #expect(inSync(net, 0) == [false])
        net.run(milliseconds: 2000)
        #expect(inSync(net, 0) == [true])
    }

    @Test func aFullDiskIsNotInSync() {
        var net = full(3)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 2000)
        #expect(inSync(net, 1) == [true])
        net.stores[1].failure = .noRoom
        net.submit([network.envelope(9)], at: 0)
        net.run(milliseconds: 2000)
        #expect(inSync(net, 1) == [false])
        net.stores[1].failure = nil
        net.run(milliseconds: 700_000)
        #expect(inSync(net, 1) == [true])
        #expect(net.stores[1].ids == net.stores[0].ids)
    }

    /// It holds what is outdated here, and can't store what took its place.
    @Test func aNeighbourWithAnOutdatedRecordIsInSync() {
        let old = network.manifest()
        var store = MemoryStore()
        for envelope in [network.charters(), old] { store.keep(envelope, network) }
        var net = full(1)
        net.submit([network.manifest(seq: 2)], at: 0)
        net.run(milliseconds: 100)
        net.add(network.configuration(1), store: store)
        net.stores[1].failure = .noRoom
        net.connect(1, 0)
        net.run(milliseconds: 5000)
        #expect(net.stores[1].holds(network.id(old)))
        #expect(!net.stores[0].holds(network.id(old)))
        #expect(inSync(net, 0) == [true])
        #expect(inSync(net, 1) == [false])
    }

    /// What was missed may be of a class that was compared already.
    @Test func onlyANewRoundMakesUpForWhatWasMissed() {
        var net = full(1)
        let link = net.befriend(0, as: 8, of: network)
        var node = net.nodes[0]
        node.spreading.missed(link)
        let turn = RelayNode.Turn(now: net.now, wall: net.wall)
        for ttlClass in TTLClass.allCases.reversed() {
            #expect(node.spreading.isAwaiting(link))
            let open = SyncOpen(
                session: 1, ttlClass: ttlClass, from: Slot(0), topics: [], message: [])
            _ = node.run([Reconciler.Effect.send(link, .syncOpen(open))], turn)
        }
        #expect(!node.spreading.isAwaiting(link))
    }

    // MARK: What bridges publish

    @Test func cardsAndCheckpointsReachAJoinerAndStayAfterItsRestart() {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        net.submit(
            [network.charters(), network.manifest(bridges: TestNetwork.bridges(1, 2))], at: 0)
        let published = [
            network.checkpoint(1, day: testStart.day - 1),
            network.checkpoint(1, day: testStart.day), network.card(1), network.card(2),
            network.checkpoint(2, day: testStart.day),
        ]
        net.submit(published, at: 0)
        net.run(milliseconds: 1000)
        #expect(net.stores[0].ids.count == 7)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 10_000)
        #expect(net.stores[1].ids == net.stores[0].ids)
        #expect(inSync(net, 1) == [true])
        for node in 0..<2 {
            let before = net.nodes[node].book
            net.restart(node, network.configuration(UInt8(node)))
            net.run(milliseconds: 100)
            #expect(net.stores[node].ids.count == 7)
            let after = net.nodes[node].book
            #expect(after.currentIDs == before.currentIDs)
            #expect(after.knownBridges == before.knownBridges)
            #expect(after.knownBridges.count == 2)
            for bridge in after.knownBridges {
                #expect(
                    after.published(by: bridge)?.checkpointRecords
                        == before.published(by: bridge)?.checkpointRecords)
            }
        }
    }

    @Test(arguments: 0..<8)
    func recordsAreRecalledInAnyOrder(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let envelopes = [
            network.charters(), network.manifest(bridges: TestNetwork.bridges(1)),
            network.manifest(seq: 2, bridges: TestNetwork.bridges(1, 2)), network.card(1),
            network.card(1, seq: 2), network.card(2), network.card(3),
            network.checkpoint(2, day: testStart.day), network.checkpoint(3, day: testStart.day),
        ].shuffled(using: &random)
        let now = Moment(milliseconds: 1)
        var node = RelayNode(network.configuration(0), now: now, wall: testStart)
        let effects = node.handle(.recallRecords(envelopes), now: now, wall: testStart)
        var stale: [ItemID] = []
        for case .remove(let ids) in effects { stale += ids }
        let outdated = [
            network.manifest(bridges: TestNetwork.bridges(1)), network.card(1), network.card(3),
            network.checkpoint(3, day: testStart.day),
        ]
        #expect(Set(stale) == Set(outdated.map { network.id($0) }))
        #expect(node.book.knownBridges.count == 2)
        #expect(node.book.currentIDs.count == 4)
    }

    /// A neighbour whose manifest is newer does no wrong.
    @Test func recordsOfUnknownBridgesAreNotHeldAgainstANeighbour() {
        var net = full(1)
        net.submit([network.manifest()], at: 0)
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(link, .hello(network.hello(8))))
        for day in testStart.day - 200...testStart.day {
            net.feed(0, .heard(link, .push(hops: 1, network.checkpoint(1, day: day))))
        }
        net.run(milliseconds: 1000)
        #expect(net.isOpen(link))
        #expect(net.stores[0].ids.count == 2)
    }
}
