import Gossip
import Model
import Node
import TestKit
import Testing
import Wire

/// Who may be a neighbour, and when it ends.
@Suite struct NeighbourTests {
    let network = TestNetwork()

    func single() -> MemoryNetwork {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        net.submit([network.charters()], at: 0)
        net.run(milliseconds: 100)
        return net
    }

    func byes(_ net: MemoryNetwork) -> [UInt8] {
        net.sent.compactMap { if case .bye(let reason) = $0.frame { reason } else { nil } }
    }

    // MARK: HELLO

    @Test func bothSayHelloFirst() {
        var net = single()
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 1000)
        for (near, far) in [(0, 1), (1, 0)] {
            guard case .hello(let hello) = net.frames(from: near, to: far).first else {
                Issue.record("node \(near) said something else first")
                continue
            }
            #expect(hello.record.node == TestNetwork.node(UInt8(near)))
        }
        #expect(net.nodes[0].peerList(net.now).map(\.node) == [TestNetwork.node(1)])
        #expect(net.nodes[0].peerList(net.now).map(\.isGreeted) == [true])
        #expect(net.nodes[1].peerList(net.now).map(\.isDialled) == [true])
    }

    @Test(arguments: [
        Frame.ping(1), .announce([]), .want(session: 0, []), .pad(count: 1), .unknown(type: 0x99),
    ])
    func anythingElseBeforeHelloEndsTheLink(_ frame: Frame) {
        var net = single()
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(link, frame))
        net.run(milliseconds: 100)
        #expect(!net.isOpen(link))
        #expect(byes(net) == [RelayNode.PeerRefusal.helloNotFirst.code])
    }

    @Test func aSecondHelloEndsTheLink() {
        var net = single()
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(link, .hello(network.hello(8))))
        #expect(net.isOpen(link))
        net.feed(0, .heard(link, .hello(network.hello(8))))
        #expect(!net.isOpen(link))
    }

    @Test func aRecordOfAnotherNodeEndsTheLink() {
        var net = single()
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(link, .hello(network.hello(7))))
        #expect(!net.isOpen(link))
        #expect(net.notes[0].contains(.peerRefused(TestNetwork.node(8), why: .badRecord)))
    }

    @Test func anExpiredRecordEndsTheLink() {
        var net = single()
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        let old = network.hello(8, at: testStart.moved(seconds: -3600))
        net.feed(0, .heard(link, .hello(old)))
        #expect(!net.isOpen(link))
    }

    @Test func versionsMustMeet() {
        for (lowest, highest, meets): (UInt8, UInt8, Bool) in [
            (1, 1, true), (0, 9, true), (2, 9, false), (0, 0, false), (2, 1, false),
        ] {
            var net = single()
            let link = net.intrude(on: 0, as: TestNetwork.node(8))
            var hello = network.hello(8)
            hello.lowestVersion = lowest
            hello.highestVersion = highest
            net.feed(0, .heard(link, .hello(hello)))
            #expect(net.isOpen(link) == meets, "\(lowest)…\(highest)")
        }
    }

    @Test func aGoodbyeEndsTheLink() {
        var net = single()
        let link = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(link, .hello(network.hello(8))))
        net.feed(0, .heard(link, .bye(reason: 0)))
        #expect(!net.isOpen(link))
        #expect(net.nodes[0].peerList(net.now).isEmpty)
        #expect(net.notes[0].last == .peerDown(TestNetwork.node(8)))
    }

    // MARK: Who

    @Test func aNodeDoesNotLinkWithItself() {
        var net = single()
        net.feed(0, .know(address: MemoryNetwork.address(0), node: nil))
        net.run(milliseconds: 5000)
        #expect(net.nodes[0].peerList(net.now).isEmpty)
        #expect(net.nodes[0].knownAddresses.isEmpty)
    }

    @Test func aBlockedNodeIsSentAwayAndKeptAway() {
        var net = single()
        net.add(network.configuration(1))
        net.feed(1, .know(address: MemoryNetwork.address(0), node: nil))
        net.run(milliseconds: 1000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        net.feed(0, .block(TestNetwork.node(1)))
        net.run(milliseconds: 60_000)
        #expect(net.nodes[0].peerList(net.now).isEmpty)
        #expect(net.nodes[1].peerList(net.now).isEmpty)
        #expect(byes(net) == [RelayNode.PeerRefusal.blocked.code])
        let envelope = network.envelope(1)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 60_000)
        #expect(!net.stores[1].holds(network.id(envelope)))
        net.feed(0, .unblock(TestNetwork.node(1)))
        net.run(milliseconds: 120_000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        #expect(net.stores[1].holds(network.id(envelope)))
    }

    @Test func strangersCantTakeTheLinksThatAreLeftToDial() {
        var net = single()
        for number in 0..<Limits.linksOfOthers {
            let node = NodeID([UInt8](repeating: 0xCC, count: 31) + [UInt8(number)]) ?? .zero
            let link = net.intrude(on: 0, as: node)
            #expect(net.isOpen(link))
        }
        let last = net.intrude(on: 0, as: TestNetwork.node(8))
        #expect(!net.isOpen(last))
        #expect(net.notes[0].last == .peerRefused(TestNetwork.node(8), why: .tooManyLinks))
        // One that this node dials is linked all the same.
        net.add(network.configuration(1))
        net.connect(0, 1)
        net.run(milliseconds: 1000)
        #expect(net.nodes[0].peerList(net.now).filter(\.isDialled).count == 1)
        #expect(net.nodes[0].peerList(net.now).count == Limits.linksOfOthers + 1)
    }

    // MARK: Two links

    /// Each node sees the two links in either order, all four ways.
    @Test(arguments: [[0, 1], [1, 0]], [[0, 1], [1, 0]])
    func ofTwoLinksTheSameOneStaysOnBothSides(_ nearOrder: [Int], _ farOrder: [Int]) {
        let wall = testStart
        let now = Moment(milliseconds: 1)
        var near = RelayNode(network.configuration(1), now: now, wall: wall)
        var far = RelayNode(network.configuration(2), now: now, wall: wall)
        let (nearNode, farNode) = (TestNetwork.node(1), TestNetwork.node(2))
        // Link 0 is dialled by the near node, link 1 by the far one.
        var nearOpen: [Int] = []
        var farOpen: [Int] = []
        for index in nearOrder {
            nearOpen.append(index)
            let effects = near.handle(
                .opened(LinkID(UInt64(index)), farNode, dialled: index == 0 ? "far:1" : nil),
                now: now, wall: wall)
            nearOpen.removeAll { effects.contains(.close(LinkID(UInt64($0)))) }
        }
        for index in farOrder {
            farOpen.append(index)
            let effects = far.handle(
                .opened(LinkID(UInt64(index)), nearNode, dialled: index == 1 ? "near:1" : nil),
                now: now, wall: wall)
            farOpen.removeAll { effects.contains(.close(LinkID(UInt64($0)))) }
        }
        #expect(nearOpen == [nearNode < farNode ? 0 : 1])
        #expect(farOpen == nearOpen)
        #expect(near.peerList(now).count == 1)
        #expect(far.peerList(now).count == 1)
    }

    @Test func nodesThatDialEachOtherKeepOneLink() {
        var net = single()
        net.add(network.configuration(1))
        net.feed(0, .know(address: MemoryNetwork.address(1), node: nil))
        net.feed(1, .know(address: MemoryNetwork.address(0), node: nil))
        net.run(milliseconds: 600_000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        #expect(net.nodes[1].peerList(net.now).count == 1)
        let lower = TestNetwork.node(0) < TestNetwork.node(1) ? 0 : 1
        #expect(net.nodes[lower].peerList(net.now)[0].isDialled)
        // And they stay at peace: neither dials for the sake of the lost link over and over.
        let opened = net.notes[0].filter {
            if case .peerUp = $0 { true } else { false }
        }
        #expect(opened.count == 1)
    }

    // MARK: Dialling

    @Test func anUnreachableNodeIsDialledUntilItIsThere() {
        var net = single()
        net.add(network.configuration(1))
        net.unreachable = [1]
        net.feed(0, .know(address: MemoryNetwork.address(1), node: nil))
        net.run(milliseconds: 300_000)
        #expect(net.nodes[0].peerList(net.now).isEmpty)
        #expect(net.nodes[0].knownAddresses.map(\.failures)[0] >= 7)
        net.unreachable = []
        net.run(milliseconds: 80_000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        #expect(net.nodes[0].knownAddresses.map(\.failures) == [0])
    }

    @Test func aLostLinkIsDialledAgain() {
        var net = single()
        net.add(network.configuration(1))
        net.feed(0, .know(address: MemoryNetwork.address(1), node: nil))
        net.run(milliseconds: 1000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        net.restart(1, network.configuration(1))
        net.run(milliseconds: 5000)
        #expect(net.nodes[0].peerList(net.now).count == 1)
        #expect(net.nodes[1].peerList(net.now).count == 1)
    }

    // MARK: Clocks

    @Test func clocksOfDialledNeighboursTenMinutesOffRaiseOneWarning() {
        for (ahead, warns): (Int64, Bool) in [(599, false), (600, true), (-600, true)] {
            var net = single()
            net.run(milliseconds: 1000)
            let link = LinkID(77)
            let node = TestNetwork.node(8)
            net.feed(0, .opened(link, node, dialled: "far:1"))
            // The second that passed stands in both clocks.
            let clock = UInt32(Int64(net.wall.seconds) + ahead)
            net.feed(0, .heard(link, .hello(network.hello(8, clock: clock))))
            net.feed(0, .heard(link, .membership(.neighborReply(isAccepted: true))))
            net.run(milliseconds: 300_000)
            let warnings = net.notes[0].filter { $0 == .clockOff(ahead) }
            #expect(warnings.count == (warns ? 1 : 0), "\(ahead)")
            #expect(net.nodes[0].clockAhead == ahead)
        }
    }

    @Test func clocksADayApartEndTheLink() {
        for (ahead, isOpen): (Int64, Bool) in [
            (86_399, true), (86_400, false), (-86_399, true), (-86_400, false),
        ] {
            var net = single()
            let link = net.intrude(on: 0, as: TestNetwork.node(8))
            let clock = UInt32(Int64(net.wall.seconds) + ahead)
            net.feed(0, .heard(link, .hello(network.hello(8, clock: clock))))
            #expect(net.isOpen(link) == isOpen, "\(ahead)")
            let refused = RelayNode.Note.peerRefused(TestNetwork.node(8), why: .clocksApart)
            #expect(net.notes[0].contains(refused) == !isOpen, "\(ahead)")
        }
    }
}
