import Gossip
import Model
import Node
import Sealing
import TestKit
import Testing
import Wire

/// Nobody can tell where an item began: neither by what a node answers nor by what it sends first.
@Suite struct HidingTests {
    let network = TestNetwork()
    var envelope: Envelope { network.envelope(1) }
    var id: ItemID { network.id(envelope) }

    /// One node that knows the charter, and lets own items go after so many milliseconds.
    func single(gap: UInt64) -> MemoryNetwork {
        .single(network, network.configuration(0, stemGap: gap))
    }

    /// Longer than any of these tests: an item stays where it is.
    static let never: UInt64 = 1 << 40

    // MARK: Transcripts

    struct Probe: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How long answers are alike.
        let milliseconds: UInt64
        let frames: @Sendable (TestNetwork, Envelope) -> [Frame]

        init(
            _ name: String, milliseconds: UInt64 = 40_000,
            _ frames: @escaping @Sendable (TestNetwork, Envelope) -> [Frame]
        ) {
            testDescription = name
            self.milliseconds = milliseconds
            self.frames = frames
        }
    }

    static let probes = [
        Probe("WANT") { [.want(session: 3, [$0.id($1)])] },
        Probe("GRAFT") { [.graft($0.id($1), hops: 2)] },
        Probe("IHAVE of the tree") {
            [.announce([Announcement(id: $0.id($1), hops: 2)])]
        },
        Probe("IHAVE off the tree") {
            [.announce([Announcement(id: $0.id($1), hops: 255)])]
        },
        Probe("IDONTWANT") { [.dontWant([$0.id($1)])] },
        Probe("GONE") { [.gone(session: 0, [$0.id($1)])] },
        Probe("PUSH") { [.push(hops: 1, $1)] },
        Probe("PUSH twice") { [.push(hops: 1, $1), .push(hops: 1, $1)] },
        Probe("IHAVE and PUSH") {
            [.announce([Announcement(id: $0.id($1), hops: 0)]), .push(hops: 1, $1)]
        },
        // Until an embargo may end: they are random, and longer for what is own.
        Probe("STEM", milliseconds: 2000) { [.stem(.envelope($1))] },
        Probe("RETRACT") { [.retract($0.retraction(1, of: $1))] },
        Probe("WANT of the retraction") {
            [.want(session: 0, [Naming.retractionID(of: $0.id($1))])]
        },
    ]

    /// All that two strangers and a whole relay are told, with the id here on its stem or unknown.
    func transcript(_ probe: Probe, holds: Bool) -> [MemoryNetwork.Sent] {
        var net = single(gap: Self.never)
        let links = [8, 9].map { net.befriend(0, as: $0, of: network) }
        net.run(milliseconds: 500)
        if holds {
            net.submit([envelope], at: 0)
            net.run(milliseconds: 100)
            #expect(net.stores[0].items[id]?.isHidden == true)
        } else {
            net.run(milliseconds: 100)
        }
        for frame in probe.frames(network, envelope) { net.feed(0, .heard(links[0], frame)) }
        net.run(milliseconds: probe.milliseconds / 4)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: probe.milliseconds / 4 * 3)
        return net.sent
    }

    @Test(arguments: probes)
    func anItemOnItsStemIsAnsweredAsAnUnknownOne(_ probe: Probe) {
        let (known, unknown) = (
            transcript(probe, holds: true), transcript(probe, holds: false)
        )
        #expect(known == unknown)
        #expect(known.contains { if case .syncOpen = $0.frame { true } else { false } })
    }

    /// Who submits here can't find out that somebody else did so before.
    @Test func aSubmissionIsAnsweredAlikeWhetherItIsHereOrNot() {
        func answers(holds: Bool) -> (told: [SubmitError??], sent: [MemoryNetwork.Sent]) {
            var net = single(gap: Self.never)
            _ = net.befriend(0, as: 8, of: network)
            net.run(milliseconds: 500)
            if holds { net.submit([envelope], at: 0) }
            net.run(milliseconds: 100)
            let batches = [[envelope], [network.envelope(2), envelope], [envelope]]
            let tickets = batches.map { net.submit($0, at: 0) }
            net.run(milliseconds: 40_000)
            return (tickets.map { net.answers[0][$0] }, net.sent)
        }
        let (known, unknown) = (answers(holds: true), answers(holds: false))
        #expect(known.told == [.some(nil), .some(nil), .some(nil)])
        #expect(known.told == unknown.told)
        #expect(known.sent == unknown.sent)
    }

    @Test func comparingDoesNotShowIt() {
        var net = single(gap: Self.never)
        net.add(network.configuration(1, stemGap: Self.never))
        net.connect(1, 0)
        net.run(milliseconds: 2000)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 900_000)
        #expect(net.stores[0].holds(id))
        #expect(!net.stores[1].holds(id))
        #expect(net.nodes[0].sync.count == 1)
        #expect(net.frames(about: id, network, from: 0) == [])
        #expect(net.nodes[1].peerList(net.now).map(\.isInSync) == [true])
    }

    // MARK: Leaving

    @Test func whatBeginsHereLeavesByTheStem() {
        var net = MemoryNetwork()
        for number in 0..<6 as Range<UInt8> {
            net.add(network.configuration(number, stemGap: 1000))
        }
        net.submit([network.charters()], at: 0)
        for number in 1..<6 { net.connect(number, number - 1) }
        net.connect(0, 5)
        net.run(milliseconds: 3000)
        for turn in 0..<6 as Range<UInt64> {
            net.forgetSent()
            let envelope = network.envelope(100 + turn, at: net.wall)
            let id = network.id(envelope)
            net.submit([envelope], at: Int(turn))
            net.run(milliseconds: 900_000)
            let first = net.sent.first { $0.frame.names(id, network) }
            #expect(first?.from == Int(turn))
            #expect(first?.frame == .stem(.envelope(envelope)))
            for store in net.stores { #expect(store.items[id]?.isHidden == false) }
        }
        for node in net.nodes { #expect(node.stem.count == 0) }
    }

    @Test func whatIsUrgentLeavesAtOnceAndByTheStemToo() {
        var net = single(gap: Self.never)
        let link = net.befriend(0, as: 8, of: network)
        net.submit([envelope], at: 0)
        let urgent = [network.envelope(200), network.envelope(201)]
        let ticket = net.submit(urgent, at: 0, isUrgent: true)
        net.run(milliseconds: 100)
        #expect(net.answers[0][ticket] == .some(nil))
        let left = net.frames(over: link).filter { if case .stem = $0 { true } else { false } }
        #expect(left == urgent.map { .stem(.envelope($0)) })
        for item in urgent { #expect(net.stores[0].items[network.id(item)]?.isHidden == true) }
    }

    @Test func whatNobodyPublishesIsPublishedAfterTheEmbargo() {
        var net = single(gap: 1000)
        let link = net.befriend(0, as: 8, of: network)
        let ticket = net.submit([envelope], at: 0)
        net.run(milliseconds: 1)
        #expect(net.answers[0][ticket] == .some(nil))
        net.run(milliseconds: 20_000)
        #expect(net.frames(over: link).filter { $0.names(id, network) }.count == 1)
        #expect(net.frames(over: link).contains(.stem(.envelope(envelope))))
        #expect(net.stores[0].items[id]?.isHidden == true)
        net.run(milliseconds: 3_600_000)
        #expect(net.frames(over: link).contains(.push(hops: 1, envelope)))
        #expect(net.stores[0].items[id]?.isHidden == false)
        #expect(net.stores[0].items[id]?.isOwn == true)
        #expect(net.nodes[0].sync.contains(id))
    }

    @Test func withoutALinkItEntersTheOpenAfterAMinute() {
        var net = single(gap: 1000)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 59_000)
        #expect(net.stores[0].items[id]?.isHidden == true)
        net.run(milliseconds: 2000)
        #expect(net.stores[0].items[id]?.isHidden == false)
    }

    @Test func theSameTwiceIsStillHidden() {
        var net = single(gap: Self.never)
        let link = net.befriend(0, as: 8, of: network)
        let tickets = [net.submit([envelope], at: 0), net.submit([envelope], at: 0)]
        net.run(milliseconds: 100)
        let third = net.submit([envelope], at: 0)
        net.run(milliseconds: 5000)
        for ticket in tickets + [third] { #expect(net.answers[0][ticket] == .some(nil)) }
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(net.frames(over: link).filter { $0.names(id, network) } == [])
        #expect(net.nodes[0].stem.count == 1)
    }

    /// Known to be in the open only once it is stored: what arrived a moment ago came from a
    /// neighbour, and is passed on as such.
    @Test func whatIsSubmittedWhileItIsBeingStoredIsPassedOnAsAnybodys() {
        func sent(isOwn: Bool) -> [MemoryNetwork.Sent] {
            var net = single(gap: Self.never)
            let links = [8, 9].map { net.befriend(0, as: $0, of: network) }
            net.run(milliseconds: 500)
            net.feed(0, .heard(links[0], .push(hops: 1, envelope)))
            #expect(!net.nodes[0].sync.contains(id))
            if isOwn { net.submit([envelope], at: 0) }
            net.run(milliseconds: 5000)
            #expect(net.nodes[0].sync.contains(id))
            #expect(net.stores[0].items[id]?.isOwn == isOwn)
            #expect(net.frames(over: links[1]).contains(.push(hops: 2, envelope)))
            return net.sent
        }
        #expect(sent(isOwn: true) == sent(isOwn: false))
    }

    @Test func itLeavesAfterARestartToo() {
        var net = single(gap: 5000)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 100)
        net.restart(0, network.configuration(0, stemGap: 5000))
        net.run(milliseconds: 100)
        #expect(net.nodes[0].stem.contains(id))
        #expect(!net.nodes[0].sync.contains(id))
        let link = net.befriend(0, as: 8, of: network)
        net.feed(0, .heard(link, .want(session: 0, [id])))
        net.run(milliseconds: 55_000)
        let frames = net.frames(over: link).filter { $0.names(id, network) }
        #expect(frames == [.gone(session: 0, [id]), .stem(.envelope(envelope))])
        net.run(milliseconds: 3_000_000)
        #expect(net.nodes[0].sync.contains(id))
        // In the open it stays there.
        net.restart(0, network.configuration(0, stemGap: 5000))
        net.run(milliseconds: 100)
        #expect(net.nodes[0].stem.count == 0)
        #expect(net.nodes[0].sync.contains(id))
    }

    // MARK: A failing store

    @Test func whatTheDiskDidNotTakeAtTheEndOfItsStemIsPublishedLater() {
        var net = single(gap: 1000)
        _ = net.befriend(0, as: 8, of: network)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 100)
        net.stores[0].failure = .failed
        net.run(milliseconds: 3_600_000)
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(net.nodes[0].pools.isReserved(id))
        #expect(!net.nodes[0].sync.contains(id))
        // Once a minute at the most.
        #expect(net.notes[0].count { $0 == .storeFailed } <= 61)
        net.stores[0].failure = nil
        net.run(milliseconds: 61_000)
        #expect(net.stores[0].items[id]?.isHidden == false)
        #expect(net.nodes[0].sync.contains(id))
    }

    @Test func anotherCopyThatIsNotStoredTakesNothingAway() {
        var net = single(gap: Self.never)
        let link = net.befriend(0, as: 8, of: network)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 100)
        let before = net.nodes[0].pools.usage
        net.stores[0].failure = .noRoom
        net.feed(0, .heard(link, .push(hops: 1, envelope)))
        net.run(milliseconds: 1000)
        #expect(net.nodes[0].pools.usage.bytes == before.bytes)
        #expect(net.nodes[0].pools.usage.rows == before.rows)
        #expect(net.nodes[0].pools.isReserved(id))
        #expect(net.nodes[0].stem.contains(id))
    }

    // MARK: Retractions

    @Test func aRetractionTakesAStemAndStaysQueuedUntilItEnds() {
        var net = single(gap: 1000)
        let link = net.befriend(0, as: 8, of: network)
        let retraction = network.retraction(1, of: envelope)
        let retractionID = Naming.retractionID(of: id)
        net.feed(0, .heard(link, .push(hops: 1, envelope)))
        net.run(milliseconds: 100)
        net.erase([retraction], at: 0)
        net.run(milliseconds: 20_000)
        #expect(net.frames(over: link).contains(.stem(.retraction(retraction))))
        #expect(!net.frames(over: link).contains { $0.isRetract })
        #expect(net.stores[0].holds(id))
        #expect(net.stores[0].delayed.count == 1)
        #expect(net.nodes[0].stem.contains(retractionID))
        // It is still queued after a restart, and leaves again.
        net.restart(0, network.configuration(0, stemGap: 1000))
        net.forgetSent()
        let again = net.befriend(0, as: 8, of: network)
        net.run(milliseconds: 20_000)
        #expect(net.frames(over: again).contains(.stem(.retraction(retraction))))
        net.run(milliseconds: 3_600_000)
        #expect(net.frames(over: again).contains(.retract(retraction)))
        #expect(net.stores[0].delayed.isEmpty)
        #expect(!net.stores[0].holds(id))
        #expect(net.stores[0].holds(retractionID))
    }

    @Test func whatIsTakenBackLeavesItsStem() {
        var net = single(gap: Self.never)
        let link = net.befriend(0, as: 8, of: network)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 100)
        #expect(net.nodes[0].stem.contains(id))
        net.feed(0, .heard(link, .retract(network.retraction(1, of: envelope))))
        net.run(milliseconds: 100)
        #expect(!net.nodes[0].stem.contains(id))
    }

    @Test func aRetractionThatComesBackLeavesTheQueueAndCountsOnce() {
        var net = single(gap: 1000)
        let link = net.befriend(0, as: 8, of: network)
        let retraction = network.retraction(1, of: envelope)
        net.erase([retraction], at: 0)
        net.run(milliseconds: 20_000)
        #expect(net.stores[0].delayed.count == 1)
        net.feed(0, .heard(link, .retract(retraction)))
        net.run(milliseconds: 5000)
        #expect(net.stores[0].delayed.isEmpty)
        #expect(net.stores[0].holds(Naming.retractionID(of: id)))
        // The charter, in the reserve and among records, and the retraction.
        #expect(net.nodes[0].pools.usage.rows == 3)
    }

    // MARK: What others send along their stems

    @Test func whoIsNoNeighbourAnyMoreTakesNoStem() {
        let leave = Frame.membership(.disconnect(reason: 1, backoffSeconds: 3600))
        for hasEnded in [false, true] {
            var net = single(gap: 1000)
            let link = net.befriend(0, as: 8, of: network)
            #expect(net.nodes[0].stem.stems == [link, nil])
            net.feed(0, hasEnded ? .closed(link) : .heard(link, leave))
            #expect(net.nodes[0].stem.stems == [nil, nil])
            net.submit([envelope], at: 0)
            net.run(milliseconds: 50_000)
            #expect(!net.sent.contains { $0.frame.isStem })
            #expect(net.nodes[0].stem.contains(id))
        }
    }

    @Test func publicRecordsTakeNoStem() {
        var net = single(gap: 1000)
        let links = [8, 9].map { net.befriend(0, as: $0, of: network) }
        let forged = network.publish(
            .manifest, subject: network.community.bytes, seq: 9, from: testStart, days: 1,
            content: .null, by: TestNetwork.nodeKey(8))
        net.feed(0, .heard(links[0], .stem(.envelope(forged))))
        net.run(milliseconds: 600_000)
        #expect(!net.stores[0].holds(network.id(forged)))
        #expect(!net.sent.contains { $0.frame.names(network.id(forged), network) })
        let refused = RelayNode.Note.itemRefused(.suite(0), from: TestNetwork.node(8))
        #expect(net.notes[0].contains(refused))
    }

    @Test func whatIsPublishedForOthersIsNotCountedAsOwn() {
        var net = single(gap: 1000)
        let links = [8, 9].map { net.befriend(0, as: $0, of: network) }
        net.feed(0, .heard(links[0], .stem(.envelope(envelope))))
        net.run(milliseconds: 600_000)
        #expect(net.stores[0].items[id]?.isOwn == false)
        net.feed(0, .heard(links[1], .announce([Announcement(id: id, hops: 255)])))
        net.run(milliseconds: 1000)
        #expect(net.stores[0].witnesses.allSatisfy { $0.id != id })
    }
}
