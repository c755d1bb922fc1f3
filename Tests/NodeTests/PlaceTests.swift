import Model
import Node
import TestKit
import Testing
import Wire

@testable import Gossip

/// Which links lead to neighbours, and what goes over those alone.
@Suite struct PlaceTests {
    let network = TestNetwork()

    func single() -> MemoryNetwork { .single(network, network.configuration(0)) }

    func places(_ net: MemoryNetwork, _ node: Int) -> [RelayNode.PeerPlace] {
        net.nodes[node].peerList(net.now).map(\.place)
    }

    @Test func twoLinkedNodesBecomeNeighboursOnBothSides() {
        var net = single()
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 1000)
        for (node, other) in [(0, 1), (1, 0)] {
            #expect(places(net, node) == [.eager])
            let ups = net.notes[node].filter { $0 == .neighbourUp(TestNetwork.node(UInt8(other))) }
            #expect(ups.count == 1)
        }
        net.restart(1, network.configuration(1))
        net.run(milliseconds: 100)
        #expect(
            net.notes[0].suffix(2) == [
                .neighbourDown(TestNetwork.node(1)), .peerDown(TestNetwork.node(1)),
            ])
    }

    @Test func whatIsNewGoesToNeighboursOnly() {
        var net = single()
        let link = net.greet(0, as: 8, of: network)
        net.forgetSent()
        #expect(places(net, 0) == [.outside])
        net.submit([network.envelope(1)], at: 0)
        net.run(milliseconds: 5000)
        #expect(net.frames(over: link).filter(\.isAboutItems) == [])
        // But it is answered.
        let id = network.id(network.envelope(1))
        net.feed(0, .heard(link, .want(session: 0, [id])))
        net.run(milliseconds: 100)
        #expect(
            net.frames(over: link).filter(\.isAboutItems)
                == [.push(hops: 255, network.envelope(1))])
        net.forgetSent()
        net.feed(0, .heard(link, .membership(.neighbor(isHighPriority: false))))
        net.submit([network.envelope(2)], at: 0)
        net.run(milliseconds: 100)
        #expect(
            net.frames(over: link).filter(\.isAboutItems) == [.push(hops: 1, network.envelope(2))])
    }

    @Test func whoTakesLeaveIsToldNothingMore() {
        var net = single()
        let link = net.befriend(0, as: 8, of: network)
        net.feed(0, .heard(link, .membership(.disconnect(reason: 1, backoffSeconds: 60))))
        net.forgetSent()
        #expect(places(net, 0) == [.outside])
        #expect(net.notes[0].last == .neighbourDown(TestNetwork.node(8)))
        net.submit([network.envelope(1)], at: 0)
        net.run(milliseconds: 5000)
        #expect(net.frames(over: link).filter(\.isAboutItems) == [])
        #expect(net.isOpen(link))
    }

    @Test func aRestartedNodeComesBackToWhomItHadDialled() {
        var net = single()
        var other = network.configuration(1)
        other.addresses = [.name([UInt8]("node-1".utf8), port: 7447)]
        net.add(other)
        net.connect(0, 1)
        net.run(milliseconds: 70_000)
        net.restart(0, network.configuration(0))
        net.run(milliseconds: 10_000)
        #expect(places(net, 0) == [.eager])
    }

    // MARK: How long the way is

    @Test func theWayToNeighboursIsMeasuredEveryMinute() {
        var net = single()
        net.latency = 40
        net.add(network.configuration(1))
        let (near, far) = net.connect(1, 0)
        net.run(milliseconds: 10 * 60_000)
        #expect(net.nodes[1].spreading.peers[near]?.roundTrip == 80)
        #expect(net.nodes[0].spreading.peers[far]?.roundTrip == 80)
        let probes = net.frames(from: 0, to: 1).filter {
            if case .ping = $0 { true } else { false }
        }
        #expect((10...12).contains(probes.count))
    }

    @Test func aPongThatNobodyAskedForMeasuresNothing() {
        var net = single()
        let link = net.befriend(0, as: 8, of: network)
        let pings = net.frames(over: link).compactMap { frame in
            if case .ping(let value) = frame { value } else { nil }
        }
        #expect(pings.count == 1)
        net.run(milliseconds: 30)
        net.feed(0, .heard(link, .pong(pings[0] &+ 2)))
        net.feed(0, .heard(link, .pong(0)))
        #expect(
            net.nodes[0].spreading.peers[link]?.roundTrip == Limits.presumedRoundTripMilliseconds)
        net.feed(0, .heard(link, .pong(pings[0])))
        #expect(net.nodes[0].spreading.peers[link]?.roundTrip == 30)
        net.run(milliseconds: 30)
        net.feed(0, .heard(link, .pong(pings[0])))
        #expect(net.nodes[0].spreading.peers[link]?.roundTrip == 30)
    }

    // MARK: Of no use

    @Test func aLinkOfNoFurtherUseEndsWithAWordOfWhy() {
        var net = single()
        _ = net.befriend(0, as: 7, of: network)
        let link = net.greet(0, as: 8, of: network, dialled: "far:1")
        net.feed(0, .heard(link, .membership(.neighborReply(isAccepted: false))))
        net.run(milliseconds: Limits.idleRefusedMilliseconds - 1000)
        #expect(net.isOpen(link))
        net.run(milliseconds: 2000)
        #expect(!net.isOpen(link))
        #expect(net.frames(over: link).last == .bye(reason: 11))
        #expect(net.nodes[0].peerList(net.now).map(\.node) == [TestNetwork.node(7)])
    }

    /// Nobody becomes a neighbour: both have as many as they can.
    @Test func aLookBeyondLastsUntilWhatItFoundHasArrived() {
        var net = MemoryNetwork()
        net.latency = 100
        var rich = MemoryStore()
        rich.keep(network.charters(), network)
        // More than a link takes at once.
        for number in 0..<600 as Range<UInt64> {
            rich.keep(network.envelope(number, size: 3), network)
        }
        var poor = MemoryStore()
        poor.keep(network.charters(), network)
        net.add(network.configuration(0), store: rich)
        net.add(network.configuration(1), store: poor)
        for node in 0..<2 {
            for stranger in 0..<8 as Range<UInt8> {
                let address = Text("far:\(stranger)")
                _ = net.befriend(node, as: 10 + stranger, of: network, dialled: address)
            }
        }
        net.feed(0, .know(address: MemoryNetwork.address(1), node: nil, isPinned: false))
        while !net.notes[0].contains(.peerUp(TestNetwork.node(1), dialled: true)) {
            guard net.wall.seconds < testStart.seconds + 1200 else {
                Issue.record("never looked beyond")
                return
            }
            net.run(milliseconds: 50)
        }
        // One was let go to make room: another comes.
        _ = net.befriend(0, as: 30, of: network, dialled: "far:30")
        net.run(milliseconds: 30_000)
        #expect(net.stores[1].ids.count == 601)
        #expect(!net.notes[0].contains(.neighbourUp(TestNetwork.node(1))))
        net.run(milliseconds: 60_000)
        #expect(net.notes[0].contains(.peerDown(TestNetwork.node(1))))
    }

    @Test func aPinnedNodeThatIsBlockedIsNotDialled() {
        var net = single()
        net.add(network.configuration(1))
        net.feed(0, .know(address: MemoryNetwork.address(1), node: TestNetwork.node(1)))
        net.feed(0, .block(TestNetwork.node(1)))
        net.run(milliseconds: 300_000)
        #expect(net.notes[0].allSatisfy { $0 == .charterKnown(seq: 0) })
        net.feed(0, .unblock(TestNetwork.node(1)))
        net.run(milliseconds: 80_000)
        #expect(places(net, 0) == [.eager])
    }

    @Test func aNodeWithTwoPinnedAddressesIsReachedAtTheOther() {
        var net = single()
        net.add(network.configuration(1))
        net.feed(0, .know(address: "nowhere:1", node: TestNetwork.node(1)))
        net.feed(0, .know(address: MemoryNetwork.address(1), node: TestNetwork.node(1)))
        net.run(milliseconds: 10_000)
        #expect(places(net, 0) == [.eager])
    }
}
