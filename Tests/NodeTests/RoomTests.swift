import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Node

/// What happens to items when room is short, or the store fails.
@Suite struct RoomTests: RoomScript {
    let network = TestNetwork()

    // MARK: Displaced

    @Test func whatIsDisplacedIsGoneEverywhereAndNotTakenAgain() {
        var net = full()
        #expect(net.stores[0].ids.count == 9)
        let out = network.id(lowest)
        let link = net.greet(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 100)
        #expect(net.stores[0].holds(network.id(text(100, bits: 6))))
        #expect(!net.stores[0].holds(out))
        #expect(!net.nodes[0].sync.contains(out))
        #expect(net.nodes[0].sync.count == 9)
        net.forgetSent()
        net.feed(0, .heard(link, .announce([Announcement(id: out, hops: 255)])))
        net.feed(0, .heard(link, .push(hops: 1, lowest)))
        net.feed(0, .heard(link, .want(session: 0, [out])))
        net.run(milliseconds: 5000)
        #expect(!net.stores[0].holds(out))
        #expect(net.frames(over: link).filter(\.isAboutItems) == [.gone(session: 0, [out])])
    }

    @Test func whatIsDisplacedBeforeItIsOnDiskDoesNotComeBack() {
        var node = RelayNode(small(), now: Moment(milliseconds: 0), wall: testStart)
        func feed(_ input: RelayNode.Input) -> [RelayNode.Effect] {
            node.handle(input, now: Moment(milliseconds: 0), wall: testStart)
        }
        _ = feed(.recallRecords([network.charters()]))
        var tokens: [StoreToken] = []
        for number in 0..<8 as Range<UInt64> {
            let link = LinkID(number)
            let stranger = UInt8(10 + number)
            _ = feed(.opened(link, TestNetwork.node(stranger), dialled: nil))
            _ = feed(.heard(link, .hello(network.hello(stranger))))
            for case .store(let token, _) in feed(.heard(link, .push(hops: 1, text(number)))) {
                tokens.append(token)
            }
        }
        #expect(tokens.count == 8)
        let out = network.id(lowest)
        let effects = feed(.heard(LinkID(0), .push(hops: 1, text(100, bits: 6))))
        #expect(effects.contains(.remove([out])))
        for token in tokens {
            for case .send(_, let frame) in feed(.stored(token, .stored)) {
                #expect(!frame.names(out, network))
            }
        }
        #expect(node.sync.count == 7)
        #expect(!node.sync.contains(out))
        #expect(node.storing.count == 1)
    }

    @Test func whatASubmissionDisplacesGoes() {
        var net = full()
        let ticket = net.submit([text(100, bits: 6)], at: 0)
        net.run(milliseconds: 100)
        #expect(net.answers[0][ticket] == .some(nil))
        #expect(!net.stores[0].holds(network.id(lowest)))
        #expect(!net.nodes[0].sync.contains(network.id(lowest)))
        #expect(net.stores[0].ids.count == 9)
    }

    @Test func aFullReserveIsToldBeforeAnythingIsKept() {
        var configuration = network.configuration(0)
        configuration.storeRows = 160  // nine of them are the reserve; the charter has one
        var net = MemoryNetwork.single(network, configuration)
        for number in 0..<8 as Range<UInt64> {
            let ticket = net.submit([text(number)], at: 0)
            net.run(milliseconds: 10)
            #expect(net.answers[0][ticket] == .some(nil))
        }
        let ticket = net.submit([text(8)], at: 0)
        net.run(milliseconds: 10)
        #expect(net.answers[0][ticket] == .some(.noRoom))
        #expect(!net.stores[0].holds(network.id(text(8))))
    }

    @Test func refusedItemsKeepNobodyFromBeingInSync() {
        var net = full()
        let link = net.greet(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 100)
        var other = MemoryStore()
        other.keep(network.charters(), network)
        other.keep(lowest, network)
        net.add(network.configuration(1), store: other)
        net.connect(1, 0)
        net.run(milliseconds: 5000)
        let peer = net.nodes[0].peerList(net.now).first { $0.node == TestNetwork.node(1) }
        #expect(peer?.isInSync == true)
        #expect(!net.stores[0].holds(network.id(lowest)))
    }

    // MARK: Earlier runs

    @Test func aRestartFindsIndexAndRoomAsTheyWere() {
        var net = full()
        net.submit([text(60, bits: 6), text(61, bits: 7)], at: 0)
        net.run(milliseconds: 100)
        net.erase([network.retraction(60, of: text(60, bits: 6))], at: 0)
        net.erase([network.retraction(50, of: text(50))], at: 0)
        net.run(milliseconds: 3000)
        let before = net.nodes[0]
        net.restart(0, small())
        net.run(milliseconds: 100)
        let after = net.nodes[0]
        #expect(after.sync.count == before.sync.count)
        #expect(after.sync.count == net.stores[0].ids.count)
        #expect(net.stores[0].ids.allSatisfy { after.sync.contains($0) })
        #expect(after.pools.usage.bytes == before.pools.usage.bytes)
        #expect(after.pools.usage.rows == before.pools.usage.rows)
    }

    // MARK: A failing store

    @Test(arguments: [StoreOutcome.failed, .noRoom])
    func whatIsNotStoredTakesNoRoom(_ outcome: StoreOutcome) {
        var net = MemoryNetwork.single(network, network.configuration(0))
        let link = net.greet(0, as: 8, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(1))))
        net.run(milliseconds: 100)
        let before = net.nodes[0].pools.usage
        net.stores[0].failure = outcome
        for _ in 0..<20 {
            net.feed(0, .heard(link, .push(hops: 1, text(2))))
            net.feed(0, .heard(link, .retract(network.retraction(1, of: text(1)))))
            net.feed(0, .heard(link, .retract(network.retraction(3, of: text(3)))))
            net.submit([text(4)], at: 0)
            net.run(milliseconds: 1000)
        }
        #expect(net.nodes[0].pools.usage.bytes == before.bytes)
        #expect(net.nodes[0].pools.usage.rows == before.rows)
        #expect(net.nodes[0].sync.count == 2)
        #expect(net.nodes[0].storing.isEmpty)
        #expect(net.frames(over: link).allSatisfy { !$0.names(network.id(text(2)), network) })
        // And all of it is taken once there is room.
        net.stores[0].failure = nil
        net.feed(0, .heard(link, .push(hops: 1, text(2))))
        net.feed(0, .heard(link, .retract(network.retraction(1, of: text(1)))))
        net.feed(0, .heard(link, .retract(network.retraction(3, of: text(3)))))
        net.submit([text(4)], at: 0)
        net.run(milliseconds: 1000)
        #expect(net.stores[0].ids.count == 5)
        #expect(net.nodes[0].sync.count == 5)
        #expect(!net.nodes[0].sync.contains(network.id(text(1))))
    }

    @Test func nothingIsToldBeforeItIsStored() {
        var net = MemoryNetwork.single(network, network.configuration(0))
        let link = net.befriend(0, as: 8, of: network)
        let other = net.befriend(0, as: 9, of: network)
        net.forgetSent()
        net.feed(0, .heard(link, .push(hops: 1, text(1))))
        // Ordered, and not answered yet.
        #expect(net.nodes[0].pending.count == 1)
        #expect(net.sent.filter { $0.frame.names(network.id(text(1)), network) }.isEmpty)
        net.run(milliseconds: 100)
        #expect(net.frames(over: link).contains { $0.names(network.id(text(1)), network) })
        #expect(net.frames(over: other).contains(.push(hops: 2, text(1))))
    }

    // MARK: Expired

    @Test func whatExpiredTakesNoRoomAndIsNotCompared() {
        var net = MemoryNetwork.single(network, network.configuration(0))
        let before = net.nodes[0].pools.usage.rows
        let link = net.greet(0, as: 10, of: network)
        net.feed(0, .heard(link, .push(hops: 1, network.envelope(1, ttl: .hour))))
        net.run(milliseconds: 100)
        #expect(net.nodes[0].pools.usage.rows == before + 1)
        #expect(net.nodes[0].sync.contains(network.id(network.envelope(1, ttl: .hour))))
        net.run(milliseconds: 3 * 3_600_000)
        #expect(net.nodes[0].pools.usage.rows == before)
        #expect(!net.nodes[0].sync.contains(network.id(network.envelope(1, ttl: .hour))))
    }
}
