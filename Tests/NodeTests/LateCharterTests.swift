import Gossip
import Model
import Node
import TestKit
import Testing
import Wire

/// What a relay does that knows no charter yet, and when one comes.
@Suite struct LateCharterTests {
    let network = TestNetwork()

    @Test func withoutACharterNothingIsComparedAndNobodySpins() {
        var net = MemoryNetwork()
        for number in 0..<2 as Range<UInt8> { net.add(network.configuration(number)) }
        net.connect(1, 0)
        net.run(milliseconds: 3_600_000)
        let compared = net.sent.filter { if case .syncOpen = $0.frame { true } else { false } }
        #expect(compared.isEmpty)
        #expect(net.wakeCount < 2000)
        #expect(net.nodes.allSatisfy { $0.deadline.map { $0 > net.now } ?? false })
    }

    @Test func aCharterSubmittedHereReachesThoseWhoWereThereBefore() {
        var net = MemoryNetwork()
        for number in 0..<3 as Range<UInt8> { net.add(network.configuration(number)) }
        net.connect(1, 0)
        net.connect(2, 1)
        net.run(milliseconds: 400_000)
        net.submit([network.charters(), network.manifest()], at: 0)
        net.run(milliseconds: 5000)
        for node in 0..<3 { #expect(net.nodes[node].book.communities.count == 1, "node \(node)") }
        // And all three compare what they hold.
        for node in 0..<3 {
            #expect(net.nodes[node].peerList(net.now).allSatisfy { $0.isInSync }, "node \(node)")
        }
    }

    @Test func theCharterGoesOnToThoseWhoMetUsWithoutIt() {
        var net = MemoryNetwork()
        for number in 0..<3 as Range<UInt8> { net.add(network.configuration(number)) }
        net.submit([network.charters()], at: 0)
        net.connect(2, 1)
        net.run(milliseconds: 1000)
        net.connect(1, 0)
        net.run(milliseconds: 5000)
        for node in 0..<3 { #expect(net.nodes[node].book.charters != nil, "node \(node)") }
    }

    @Test func anEmptyAnnouncementIsNotTheFirst() {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        let link = net.greet(0, as: 8, of: network)
        let id = network.id(network.charters())
        net.feed(0, .heard(link, .announce([])))
        net.feed(0, .heard(link, .announce([Announcement(id: id, hops: 255)])))
        net.run(milliseconds: 100)
        #expect(net.frames(over: link).contains(.want(session: 0, [id])))
    }

    @Test func stemAndComparisonsWaitForTheCharter() {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        let links = [8, 9].map { net.befriend(0, as: $0, of: network) }
        net.run(milliseconds: 1000)
        net.forgetSent()
        let opening = SyncOpen(
            session: 5, ttlClass: .week, from: Slot(testStart.slot.number - 100), topics: [],
            message: [0x61, 0, 0, 0])
        net.feed(0, .heard(links[0], .stem(.envelope(network.envelope(1)))))
        net.feed(0, .heard(links[0], .syncOpen(opening)))
        net.run(milliseconds: 5000)
        #expect(
            net.sent.allSatisfy { if case .membership = $0.frame { true } else { false } })
        net.feed(0, .heard(links[1], .push(hops: 0, network.charters())))
        net.run(milliseconds: 100)
        let answers = net.frames(over: links[0]).filter {
            switch $0 {
            case .syncMessage(5, _), .syncEnd(5, _): true
            default: false
            }
        }
        #expect(answers.count == 1)
        let isOnStem = net.frames(over: links[1]).contains(.stem(.envelope(network.envelope(1))))
        let isPublished = net.stores[0].holds(network.id(network.envelope(1)))
        #expect(isOnStem != isPublished)
    }
}
