import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Gossip
@testable import Node

/// What a hostile neighbour costs, and that others are served all the while.
@Suite struct FloodTests {
    static let network = TestNetwork(workBase: 1)

    var network: TestNetwork { Self.network }

    /// One kind of flood: the frame to send in each round.
    struct Flood: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Nil if such frames are dropped without an end.
        let ends: RelayNode.PeerRefusal?
        let frame: @Sendable (UInt64) -> Frame

        init(
            _ name: String, ends: RelayNode.PeerRefusal?,
            _ frame: @escaping @Sendable (UInt64) -> Frame
        ) {
            testDescription = name
            self.ends = ends
            self.frame = frame
        }
    }

    static func ids(_ count: Int, _ seed: UInt64) -> [ItemID] {
        (0..<count).map { number in
            var bytes: [UInt8] = []
            for word in 0..<4 as Range<UInt64> {
                bytes.append(bigEndian: (seed << 16 + UInt64(number)) &* (2 * word + 3))
            }
            return ItemID(bytes) ?? .zero
        }
    }

    /// An envelope whose header is changed after its work was done.
    static func spoilt(_ number: UInt64, _ change: (inout EnvelopeHeader) -> Void) -> Envelope {
        let envelope = network.envelope(number)
        var header = envelope.header
        change(&header)
        return Envelope(header: header, body: envelope.body)
    }

    static let floods = [
        Flood("too little work", ends: .tooMuchAsked) {
            .push(hops: 1, network.underworked(network.envelope($0)))
        },
        Flood("too little work claimed", ends: .tooMuchAsked) {
            .push(hops: 1, spoilt($0) { $0.workBits = 0 })
        },
        Flood("the future", ends: .tooMuchAsked) {
            .push(hops: 1, network.envelope($0, at: testStart.adding(seconds: 1800)))
        },
        Flood("the past", ends: nil) {
            .push(hops: 1, network.envelope($0, slotsAgo: 2000))
        },
        Flood("old items unasked", ends: nil) { .push(hops: 1, network.envelope($0, slotsAgo: 7)) },
        Flood("one item over and over", ends: nil) { _ in .push(hops: 1, network.envelope(1)) },
        Flood("records of nobody", ends: nil) {
            .push(
                hops: 1,
                network.publish(
                    .manifest, subject: [UInt8](repeating: 9, count: 32), seq: $0,
                    from: testStart, days: 1, content: .null, by: network.operations))
        },
        Flood("records that are none", ends: .tooMuchAsked) {
            .push(hops: 1, network.envelope($0, ttl: .quarter, suite: 0))
        },
        Flood("retractions with wrong openings", ends: .tooMuchAsked) {
            .retract(network.retraction($0 + 1, of: network.envelope($0)))
        },
        Flood("retractions of nothing", ends: nil) {
            .retract(network.retraction($0, of: network.envelope($0)))
        },
        Flood("ids of nothing", ends: nil) { seed in
            .announce(ids(1024, seed).map { Announcement(id: $0, hops: 255) })
        },
        Flood("wishes for nothing", ends: nil) { .want(session: 0, ids(64, $0)) },
        Flood("denials of nothing", ends: nil) { .gone(session: 0, ids(64, $0)) },
        Flood("receipts of nothing", ends: nil) {
            .receipt(
                Receipt(
                    retraction: ids(1, $0)[0], slot: testStart.slot,
                    signature: [UInt8](repeating: 0, count: 64)))
        },
        Flood("pings", ends: nil) { .ping($0) },
        Flood("pongs", ends: nil) { .pong($0) },
        Flood("unknown frames", ends: nil) { _ in .unknown(type: 0xEE) },
    ]

    /// Of the tree, the stem, membership and comparing.
    static let gossip = [
        Flood("grafts of nothing", ends: nil) { .graft(ids(1, $0)[0], hops: 0) },
        Flood("grafts without a name", ends: nil) { _ in .graft(nil, hops: 0) },
        Flood("prunes", ends: nil) { _ in .prune(backoffSeconds: .max) },
        Flood("ids not wanted", ends: nil) { .dontWant(ids(64, $0)) },
        Flood("low hops of nothing", ends: nil) { seed in
            .announce(ids(16, seed).map { Announcement(id: $0, hops: 0) })
        },
        Flood("stem of nothing new", ends: nil) { _ in .stem(.envelope(network.envelope(1))) },
        Flood("stem of all sorts", ends: nil) { .stem(.envelope(network.envelope($0))) },
        Flood("stem of too little work", ends: .tooMuchAsked) {
            .stem(.envelope(network.underworked(network.envelope($0))))
        },
        Flood("stem of records", ends: .tooMuchAsked) { _ in .stem(.envelope(network.charters())) },
        Flood("joins", ends: nil) { _ in .membership(.join(network.hello(8).record)) },
        Flood("joins of others", ends: .tooMuchAsked) { _ in
            .membership(.join(network.hello(7).record))
        },
        Flood("walks", ends: nil) { _ in
            .membership(.forwardJoin(ttl: 255, network.hello(7).record))
        },
        Flood("requests", ends: nil) { .membership(.neighbor(isHighPriority: $0 % 2 == 0)) },
        Flood("leaves", ends: nil) { number in
            number % 2 == 0
                ? .membership(.neighbor(isHighPriority: true))
                : .membership(.disconnect(reason: 9, backoffSeconds: .max))
        },
        Flood("shuffles", ends: nil) {
            .membership(.shuffle(nonce: $0, ttl: 255, [network.hello(7).record]))
        },
        Flood("answers to nothing", ends: nil) {
            .membership(.shuffleReply(nonce: $0, [network.hello(7).record]))
        },
        Flood("sessions", ends: nil) { .syncOpen(opening(UInt32($0), [0x61, 0, 0, 0])) },
        Flood("sessions in pieces", ends: nil) { number in
            // One opened, ended and opened again, each time with half a message.
            number % 2 == 0
                ? .syncEnd(session: 1, SyncEnd(reason: 0, value: 0))
                : .syncOpen(opening(1, [0x61, 0x80]))
        },
        Flood("messages of no session", ends: nil) { .syncMessage(session: UInt32($0), [0x61]) },
    ]

    static func opening(_ session: UInt32, _ message: [UInt8]) -> SyncOpen {
        SyncOpen(
            session: session, ttlClass: .week, from: Slot(testStart.slot.number - 100), topics: [],
            message: message)
    }

    @Test(arguments: floods + gossip)
    func aFloodStaysBoundedAndOthersAreServed(_ flood: Flood) {
        var net = MemoryNetwork()
        net.add(network.configuration(0))
        net.add(network.configuration(1))
        net.submit([network.charters()], at: 0)
        net.connect(1, 0)
        net.run(milliseconds: 2000)
        let stranger = net.befriend(0, as: 8, of: network)
        for round in 1...300 as ClosedRange<UInt64> {
            net.feed(0, .heard(stranger, flood.frame(round)))
            if round % 10 == 0 { net.run(milliseconds: 1) }
            expectBounded(net.nodes[0])
        }
        #expect(net.isOpen(stranger) == (flood.ends == nil))
        if let why = flood.ends {
            #expect(net.notes[0].contains(.peerRefused(TestNetwork.node(8), why: why)))
        }
        let envelope = network.envelope(123_456)
        net.submit([envelope], at: 0)
        net.run(milliseconds: 1000)
        #expect(net.stores[1].holds(network.id(envelope)))
        // And it leaves nothing behind.
        net.feed(0, .closed(stranger))
        #expect(net.nodes[0].spreading.wantedCount == 0)
        #expect(net.nodes[0].pending.isEmpty)
        #expect(net.nodes[0].storing.isEmpty)
        #expect(net.nodes[0].membership.neighbours.count == 1)
        #expect(net.nodes[0].deadline.map { $0 > net.now } ?? false)
    }

    func expectBounded(_ node: RelayNode) {
        #expect(node.pending.count <= RelayNode.mostPendingWanted)
        #expect(node.storing.count <= RelayNode.mostPendingWanted)
        #expect(node.spreading.wantedCount <= Limits.missingPerPeer)
        #expect(node.stem.count <= Limits.stemItemsPerMinute)
        #expect(node.membership.passiveRecords.count <= Limits.passiveRecords)
        #expect(node.peers.values.allSatisfy { $0.held.count <= RelayNode.mostHeld })
    }

    // MARK: A store that does not answer

    /// A relay whose charter is known and whose store takes orders and never answers.
    func stuck() -> (RelayNode, LinkID) {
        var configuration = network.configuration(0)
        // So that no pool is full before the store's line is.
        configuration.storeRows = 80_000_000
        var node = RelayNode(configuration, now: Moment(milliseconds: 0), wall: testStart)
        let link = LinkID(1)
        feed(&node, .recallRecords([network.charters()]))
        feed(&node, .opened(link, TestNetwork.node(8), dialled: nil))
        feed(&node, .heard(link, .hello(network.hello(8))))
        return (node, link)
    }

    @discardableResult
    func feed(_ node: inout RelayNode, _ input: RelayNode.Input) -> [RelayNode.Effect] {
        node.handle(input, now: Moment(milliseconds: 0), wall: testStart)
    }

    @Test func unaskedItemsWaitingForTheStoreAreLimited() {
        var (node, link) = stuck()
        for number in 0..<UInt64(RelayNode.mostPending) + 100 {
            feed(&node, .heard(link, .push(hops: 1, network.envelope(number))))
        }
        #expect(node.pending.count == RelayNode.mostPending)
    }

    @Test func askedItemsWaitingForTheStoreAreLimited() {
        var (node, link) = stuck()
        let envelopes = (0..<UInt64(RelayNode.mostPendingWanted) + 100).map {
            network.envelope($0)
        }
        for envelope in envelopes {
            let id = network.id(envelope)
            feed(&node, .heard(link, .announce([Announcement(id: id, hops: 255)])))
            feed(&node, .missing(link, [id]))
            feed(&node, .heard(link, .push(hops: 255, envelope)))
        }
        #expect(node.pending.count == RelayNode.mostPendingWanted)
        // The store's delay is not held against who sent what was asked for.
        #expect(node.spreading.peers[link]?.debts.isEmpty == true)
        #expect(node.spreading.isAwaiting(link))
    }

    @Test func retractionsWaitingForTheStoreAreLimited() {
        for (isAsked, limit) in [
            (false, RelayNode.mostPending), (true, RelayNode.mostPendingWanted),
        ] {
            var (node, link) = stuck()
            for number in 0..<UInt64(limit) + 100 {
                let envelope = network.envelope(number)
                let retraction = network.retraction(number, of: envelope)
                if isAsked {
                    let id = Naming.retractionID(of: network.id(envelope))
                    feed(&node, .heard(link, .announce([Announcement(id: id, hops: 255)])))
                    feed(&node, .missing(link, [id]))
                }
                feed(&node, .heard(link, .retract(retraction)))
            }
            #expect(node.pending.count == limit)
        }
    }

    @Test func framesThatWaitForACharterAreLimited() {
        var node = RelayNode(
            network.configuration(0), now: Moment(milliseconds: 0), wall: testStart)
        let link = LinkID(1)
        feed(&node, .opened(link, TestNetwork.node(8), dialled: nil))
        feed(&node, .heard(link, .hello(network.hello(8))))
        for number in 0..<100 as Range<UInt64> {
            #expect(feed(&node, .heard(link, .push(hops: 1, network.envelope(number)))) == [])
        }
        #expect(node.peers[link]?.held.count == RelayNode.mostHeld)
        feed(&node, .closed(link))
        #expect(node.peers.isEmpty)
    }

    // MARK: Coming and going

    @Test func tenThousandComeAndGoWithoutATrace() {
        var (node, link) = stuck()
        feed(&node, .closed(link))
        let before = node.linkOrder.count + node.peers.count + node.spreading.linkedNodes.count
        for number in 2...10_001 as ClosedRange<UInt64> {
            let link = LinkID(number)
            feed(&node, .opened(link, TestNetwork.node(8), dialled: nil))
            if number % 3 == 0 { feed(&node, .heard(link, .hello(network.hello(8)))) }
            feed(&node, .closed(link))
        }
        #expect(before == 0)
        #expect(node.linkOrder.isEmpty)
        #expect(node.peers.isEmpty)
        #expect(node.spreading.linkedNodes.isEmpty)
        #expect(node.pending.isEmpty)
    }

    @Test func nonsenseInAComparisonCountsAgainstWhoSaysIt() {
        var (node, link) = stuck()
        feed(&node, .heard(link, .syncOpen(Self.opening(1, [0x61, 0x80]))))
        #expect(node.spreading.peers[link]?.conduct.points(Moment(milliseconds: 0)) == 10)
    }

    @Test func whatIsOldIsTakenOnlyIfItWasAskedFor() {
        var (node, link) = stuck()
        let envelope = network.envelope(1, slotsAgo: 7)
        feed(&node, .heard(link, .push(hops: 1, envelope)))
        #expect(node.pending.isEmpty)
        let id = network.id(envelope)
        feed(&node, .heard(link, .announce([Announcement(id: id, hops: 255)])))
        feed(&node, .missing(link, [id]))
        feed(&node, .heard(link, .push(hops: 255, envelope)))
        #expect(node.pending.count == 1)
    }

    @Test func whatWasTakenBackCostsNoWrite() {
        var (node, link) = stuck()
        let envelope = network.envelope(1)
        feed(&node, .heard(link, .retract(network.retraction(1, of: envelope))))
        for token in node.pending.keys { feed(&node, .stored(token, .stored)) }
        feed(&node, .heard(link, .push(hops: 1, envelope)))
        #expect(node.pending.isEmpty)
    }

    @Test func receiptsForOthersRetractionsCostNoWrite() {
        var (node, link) = stuck()
        let receipt = Receipt(
            retraction: Self.ids(1, 1)[0], slot: testStart.slot,
            signature: [UInt8](repeating: 0, count: 64))
        #expect(feed(&node, .heard(link, .receipt(receipt))) == [])
    }
}
