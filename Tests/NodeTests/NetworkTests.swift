import Gossip
import Model
import Node
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// Whole relays, joined in memory.
@Suite struct NetworkTests {
    let network = TestNetwork()

    /// Nodes in a line, each dialling the one before, all knowing the charter.
    func line(_ count: Int) -> MemoryNetwork {
        var net = MemoryNetwork()
        for number in 0..<count { net.add(network.configuration(UInt8(number))) }
        net.submit([network.charters()], at: 0)
        for number in 1..<count { net.connect(number, number - 1) }
        net.run(milliseconds: 3000)
        net.forgetSent()
        return net
    }

    func pushes(_ envelope: Envelope, in frames: [Frame]) -> Int {
        frames.filter { if case .push(_, envelope) = $0 { true } else { false } }.count
    }

    /// All that was sent about items: neither membership nor comparing.
    func itemFrames(_ net: MemoryNetwork, from node: Int? = nil) -> [Frame] {
        net.sent.filter { node == nil || $0.from == node }.map(\.frame).filter(\.isAboutItems)
    }

    // MARK: Spreading

    @Test func anEnvelopeCrossesALineExactlyOnce() {
        var net = line(3)
        let envelope = network.envelope(1)
        let ticket = net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        #expect(net.answers[0][ticket] == .some(nil))
        for node in 0..<3 { #expect(net.stores[node].holds(network.id(envelope)), "node \(node)") }
        #expect(pushes(envelope, in: net.frames(from: 0)) == 1)
        #expect(pushes(envelope, in: net.frames(from: 1)) == 1)
        #expect(pushes(envelope, in: net.frames(from: 2)) == 0)
        // And not again, however long it stays.
        net.run(milliseconds: 3_600_000)
        #expect(net.sent.filter { pushes(envelope, in: [$0.frame]) == 1 }.count == 2)
    }

    @Test func theOriginSeesWhoHasItsEnvelope() {
        var net = line(3)
        let envelope = network.envelope(1)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        #expect(
            net.stores[0].witnesses.filter { !$0.isReceipt } == [
                .init(
                    id: network.id(network.charters()), node: TestNetwork.node(1), isReceipt: false),
                .init(id: network.id(envelope), node: TestNetwork.node(1), isReceipt: false),
            ])
        #expect(net.stores[1].witnesses.isEmpty)
        #expect(net.stores[2].witnesses.isEmpty)
    }

    @Test func inARingEachEnvelopeIsHeldByAllAndComesToRest() {
        var net = line(5)
        net.connect(0, 4)
        net.run(milliseconds: 1000)
        net.forgetSent()
        let envelopes = (0..<50).map { network.envelope($0) }
        for (number, envelope) in envelopes.enumerated() {
            net.submit([envelope], at: number % 5)
            net.run(milliseconds: 20)
        }
        net.run(milliseconds: 2000)
        for store in net.stores {
            #expect(envelopes.allSatisfy { store.holds(network.id($0)) })
        }
        let pushes = net.sent.filter { if case .push = $0.frame { true } else { false } }
        #expect(pushes.count <= 50 * 6)
        net.forgetSent()
        net.run(milliseconds: 400_000)
        #expect(itemFrames(net).isEmpty)
    }

    @Test func aLateJoinerCatchesUpByComparing() {
        var net = line(2)
        let envelopes = (0..<3000).map { network.envelope($0, slotsAgo: UInt32($0 % 900)) }
        for start in stride(from: 0, to: 3000, by: 125) {
            net.submit([Envelope](envelopes[start..<start + 125]), at: 0)
        }
        net.run(milliseconds: 1000)
        net.forgetSent()
        let late = net.add(network.configuration(9))
        net.feed(late, .know(address: MemoryNetwork.address(1), node: nil))
        net.run(milliseconds: 60_000)
        #expect(Set(net.stores[late].ids) == Set(net.stores[0].ids))
        #expect(net.stores[late].ids.count == 3001)
        // Nothing was sent twice, and nothing asked twice.
        let asked = net.frames(from: late, to: 1).flatMap { frame in
            if case .want(_, let ids) = frame { ids } else { [ItemID]() }
        }
        #expect(asked.count == 3001)
        #expect(Set(asked).count == 3001)
        let received = net.frames(from: 1, to: late).filter {
            if case .push = $0 { true } else { false }
        }
        #expect(received.count == 3001)
    }

    @Test func aJoinerGetsCharterThenManifestThenItems() {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        net.submit([network.charters(), network.manifest()], at: 0)
        // Ids below and above those of the records, so that the order is no accident.
        let envelopes = (0..<200).map { network.envelope($0, slotsAgo: UInt32($0)) }
        net.submit([Envelope](envelopes.prefix(100)), at: 0)
        net.submit([Envelope](envelopes.suffix(100)), at: 0)
        net.run(milliseconds: 1000)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 10_000)
        #expect(net.stores[1].ids.count == 202)
        let pushed = net.frames(from: 0, to: 1).compactMap { frame in
            if case .push(_, let envelope) = frame { network.id(envelope) } else { nil }
        }
        #expect(
            pushed.prefix(2) == [network.id(network.charters()), network.id(network.manifest())])
        #expect(
            net.notes[1].prefix(4) == [
                .peerUp(TestNetwork.node(0), dialled: true), .neighbourUp(TestNetwork.node(0)),
                .charterKnown(seq: 0), .manifestKnown(network.community, seq: 1),
            ])
    }

    @Test func aJoinerWithoutCharterTakesNothingThatNeedsOne() {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        let stranger = net.intrude(on: 0, as: TestNetwork.node(8))
        net.feed(0, .heard(stranger, .hello(hello(8))))
        net.feed(0, .heard(stranger, .push(hops: 1, network.envelope(1))))
        net.feed(0, .heard(stranger, .announce([])))
        net.feed(0, .heard(stranger, .push(hops: 1, network.manifest())))
        net.run(milliseconds: 1000)
        #expect(net.stores[0].ids.isEmpty)
        // All that came early is looked at once the charter is there.
        net.feed(0, .heard(stranger, .push(hops: 1, network.charters())))
        net.run(milliseconds: 1000)
        #expect(net.stores[0].ids.count == 3)
    }

    @Test func aRenewedCharterReachesJoinersAfterTheFirstHasExpired() {
        let due = Slot(testStart.slot.number + 12000).start
        var net = MemoryNetwork(start: due.moved(seconds: -3600))
        var old = MemoryStore()
        old.keep(network.charters(), network)
        net.add(network.configuration(0), store: old)
        net.run(milliseconds: 2 * 3_600_000 + 60_000)
        let first = network.id(network.charters())
        #expect(!net.stores[0].holds(first))
        #expect(net.stores[0].ids.count == 1)
        #expect(net.nodes[0].book.currentIDs == net.stores[0].ids)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 5000)
        #expect(net.stores[1].ids == net.stores[0].ids)
        #expect(net.nodes[1].book.charters != nil)
    }

    // MARK: Taking back

    @Test func aRetractionRemovesEverywhereAndReceiptsComeBack() {
        var net = line(3)
        let envelope = network.envelope(1)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        let retraction = network.retraction(1, of: envelope)
        let ticket = net.erase([retraction], at: 0)
        net.run(milliseconds: 3000)
        #expect(net.answers[0][ticket] == .some(nil))
        let id = Naming.retractionID(of: network.id(envelope))
        for node in 0..<3 {
            #expect(!net.stores[node].holds(network.id(envelope)), "node \(node)")
            #expect(net.stores[node].holds(id), "node \(node)")
        }
        #expect(net.stores[0].delayed.isEmpty)
        let seen = net.stores[0].witnesses.filter { $0.id == id }
        #expect(
            seen == [
                .init(id: id, node: TestNetwork.node(1), isReceipt: false),
                .init(id: id, node: TestNetwork.node(1), isReceipt: true),
            ])
        #expect(net.stores[1].witnesses.isEmpty)
    }

    @Test func aRetractionWaitsForItsTime() {
        var net = MemoryNetwork()
        var configuration = network.configuration(0)
        configuration.eraseDelaySeconds = 600
        net.add(configuration)
        net.submit([network.charters()], at: 0)
        let envelopes = (0..<40).map { network.envelope($0) }
        net.submit(envelopes, at: 0)
        net.run(milliseconds: 1000)
        net.erase(envelopes.enumerated().map { network.retraction(UInt64($0), of: $1) }, at: 0)
        net.run(milliseconds: 60_000)
        let early = net.stores[0].delayed.count
        #expect((25...40).contains(early))
        net.run(milliseconds: 3 * 3_600_000)
        #expect(net.stores[0].delayed.isEmpty)
        #expect(net.stores[0].envelopes == [network.charters()])
    }

    @Test func aRetractedEnvelopeDoesNotComeBackFromAnOldStore() {
        var net = line(3)
        let envelope = network.envelope(1)
        let id = network.id(envelope)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        let old = net.stores[2]
        net.restart(2, network.configuration(2))
        net.run(milliseconds: 100)
        net.erase([network.retraction(1, of: envelope)], at: 0)
        net.run(milliseconds: 3000)
        // Five days later it is back, and everybody else was restarted too: nobody remembers.
        net.restart(0, network.configuration(0))
        net.restart(1, network.configuration(1))
        net.stores[2] = old
        net.restart(2, network.configuration(2))
        net.connect(1, 0)
        net.connect(2, 1)
        net.run(milliseconds: 700_000)
        for node in 0..<3 {
            #expect(!net.stores[node].holds(id), "node \(node)")
            #expect(net.stores[node].holds(Naming.retractionID(of: id)), "node \(node)")
        }
    }

    @Test func aRetractionOfAnUnknownEnvelopeKeepsItOut() {
        var net = line(2)
        let envelope = network.envelope(1)
        net.erase([network.retraction(1, of: envelope)], at: 0)
        net.run(milliseconds: 3000)
        let ticket = net.submit([envelope], at: 1)
        net.run(milliseconds: 1000)
        #expect(net.answers[1][ticket] == .some(.retracted))
        #expect(!net.stores[1].holds(network.id(envelope)))
    }

    @Test func aRestartedOriginStillCountsReceipts() {
        var net = line(2)
        let envelope = network.envelope(1)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        net.restart(0, network.configuration(0))
        net.feed(0, .recallOwn([network.id(envelope)]))
        net.connect(1, 0)
        net.run(milliseconds: 3000)
        #expect(
            net.stores[0].witnesses.contains {
                $0.id == network.id(envelope) && $0.node == TestNetwork.node(1)
            })
    }

    // MARK: A failing store

    @Test(arguments: [StoreOutcome.failed, .noRoom])
    func whatIsNotStoredIsNotAcknowledgedNorPassedOn(_ outcome: StoreOutcome) {
        var net = line(3)
        net.stores[1].failure = outcome
        let envelope = network.envelope(1)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 5000)
        #expect(itemFrames(net, from: 1) == [])
        #expect(net.stores[0].witnesses.allSatisfy { $0.id != network.id(envelope) })
        #expect(net.notes[1].contains(.storeFailed) == (outcome == .failed))
        // It comes with the next comparison, once there is room.
        net.stores[1].failure = nil
        net.run(milliseconds: 1_300_000)
        for node in 0..<3 { #expect(net.stores[node].holds(network.id(envelope)), "node \(node)") }
    }

    @Test func aSubmissionThatIsNotStoredIsNotAccepted() {
        var net = line(2)
        for (outcome, error) in [
            (StoreOutcome.failed, SubmitError.storeFailed), (.noRoom, .noRoom),
        ] {
            net.stores[0].failure = outcome
            let first = net.submit([network.envelope(1)], at: 0)
            let second = net.erase([network.retraction(1, of: network.envelope(1))], at: 0)
            net.run(milliseconds: 3000)
            #expect(net.answers[0][first] == .some(error))
            #expect(net.answers[0][second] == .some(error))
        }
        #expect(itemFrames(net).isEmpty)
    }

    @Test func aRecordStaysUntilTheNextOneIsStored() {
        var net = line(2)
        let first = network.manifest()
        net.submit([first], at: 0)
        net.run(milliseconds: 1000)
        for store in [0, 1] { net.stores[store].failure = .failed }
        let second = network.manifest(seq: 2, epoch: 2)
        net.submit([second], at: 0)
        let link = net.intrude(on: 1, as: TestNetwork.node(8))
        net.feed(1, .heard(link, .hello(hello(8))))
        net.feed(1, .heard(link, .push(hops: 1, second)))
        net.run(milliseconds: 1000)
        for store in [0, 1] { #expect(net.stores[store].holds(network.id(first))) }
        for store in [0, 1] { net.stores[store].failure = nil }
        net.submit([second], at: 0)
        net.run(milliseconds: 1000)
        for store in [0, 1] {
            #expect(net.stores[store].holds(network.id(second)))
            // What was left behind then goes at the next start.
            net.restart(store, network.configuration(UInt8(store)))
            #expect(!net.stores[store].holds(network.id(first)))
        }
    }

    // MARK: Helpers

    func hello(_ node: UInt8) -> Hello { network.hello(node) }
}

extension TestNetwork {
    /// What node `number` says first.
    func hello(_ number: UInt8, at wall: WallTime = testStart, clock: UInt32? = nil) -> Hello {
        let record = PeerRecord.signed(
            by: Self.nodeKey(number), network: network, seq: 1,
            notAfter: UInt32(clamping: wall.seconds + 3600), addresses: [])
        return Hello(
            capabilities: Hello.fullRelay, clock: clock ?? UInt32(clamping: wall.seconds),
            charterSeq: 0, record: record)
    }
}

extension Frame {
    var isAboutItems: Bool {
        switch self {
        case .push, .announce, .graft, .prune, .dontWant, .retract, .receipt, .want, .gone, .stem:
            true
        case .pad, .unknown, .hello, .ping, .pong, .bye, .membership, .syncOpen, .syncMessage,
            .syncEnd:
            false
        }
    }
}

extension MemoryStore {
    /// Holds an envelope from the start, as a store of an earlier run does.
    mutating func keep(_ envelope: Envelope, _ network: TestNetwork) {
        var net = MemoryNetwork(start: envelope.header.slot.start)
        net.add(network.configuration(0), store: self)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 10)
        self = net.stores[0]
    }
}
