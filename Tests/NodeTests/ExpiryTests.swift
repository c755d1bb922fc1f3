import Gossip
import Model
import Node
import Sealing
import TestKit
import Testing
import Wire

/// What is over is not stored, shown or passed on, whatever a node slept through.
@Suite struct ExpiryTests {
    let network = TestNetwork()
    var envelope: Envelope { network.envelope(1, ttl: .hour) }
    var id: ItemID { network.id(envelope) }
    var expiry: WallTime { envelope.header.expiry }

    func node() -> MemoryNetwork { .single(network, network.configuration(0, stemGap: 1 << 40)) }

    // MARK: What never left

    /// Orders by which something is stored in the open, of a node that was off until `wall`.
    private func published(_ item: RelayNode.Input, at wall: WallTime) -> [ItemID] {
        var relay = node().nodes[0]
        return relay.handle(item, now: Moment(milliseconds: 2_000_000), wall: wall).flatMap {
            switch $0 {
            case .store(_, let items): items.filter { !$0.isHidden }.map(\.id)
            case .release(_, let item): [item.id]
            default: [ItemID]()
            }
        }
    }

    /// It would be in the open at this node alone, for no other takes it.
    @Test func whatNobodyWouldTakeStaysHidden() {
        let last = WallTime(seconds: expiry.seconds - Limits.remainingSeconds)
        let before = WallTime(seconds: last.seconds - 1)
        #expect(published(.recallStem([envelope]), at: before) == [id])
        #expect(published(.recallStem([envelope]), at: last) == [])
        #expect(published(.recallStem([envelope]), at: expiry.adding(seconds: 7200)) == [])
    }

    /// The stem's own times are of the clock that no one puts forward.
    @Test func aClockPutForwardEndsAStem() {
        for seconds in [0, 1] as [UInt64] {
            for item in [
                StemItem.envelope(envelope), .retraction(network.retraction(1, of: envelope)),
            ] {
                var net = MemoryNetwork.single(network, network.configuration(0, stemGap: 1000))
                _ = net.befriend(0, as: 8, of: network)
                var relay = net.nodes[0]
                var end = expiry
                switch item {
                case .envelope:
                    for case .storeSubmission(let token, _, _) in relay.handle(
                        .submit(99, [envelope]), now: net.now, wall: net.wall)
                    {
                        _ = relay.handle(.stored(token, .stored), now: net.now, wall: net.wall)
                    }
                case .retraction(let retraction):
                    _ = relay.handle(.due([retraction]), now: net.now, wall: net.wall)
                    end = expiry.adding(seconds: Limits.retractionExtraSeconds)
                }
                let left = relay.handle(
                    .wake, now: net.now.adding(milliseconds: 60_000),
                    wall: WallTime(seconds: end.seconds - seconds))
                #expect(
                    left.contains { if case .send(_, .stem(item)) = $0 { true } else { false } }
                        == (seconds == 1))
            }
        }
    }

    @Test func aRetractionThatSleptOverItsEndIsNotLetGo() {
        let retraction = network.retraction(1, of: envelope)
        let end = expiry.adding(seconds: Limits.retractionExtraSeconds)
        let due = RelayNode.Input.due([retraction])
        // On a stem it has to wait for a link; a minute without one ends that.
        func released(_ wall: WallTime) -> [ItemID] {
            var relay = node().nodes[0]
            let start = Moment(milliseconds: 2_000_000)
            _ = relay.handle(due, now: start, wall: wall)
            let later = start.adding(milliseconds: 60_000)
            return relay.handle(.wake, now: later, wall: wall).compactMap {
                if case .release(_, let item) = $0 { item.id } else { nil }
            }
        }
        #expect(released(WallTime(seconds: end.seconds - 1)) == [Naming.retractionID(of: id)])
        #expect(released(end) == [])
    }

    // MARK: What a disk has not dropped yet

    @Test func whatIsOverIsGoneBeforeTheDiskDropsIt() {
        for seconds in [0, 1] as [UInt64] {
            for isRetraction in [true, false] {
                var net = node()
                let link = net.befriend(0, as: 8, of: network)
                var relay = net.nodes[0]
                let end =
                    isRetraction ? expiry.adding(seconds: Limits.retractionExtraSeconds) : expiry
                let wall = WallTime(seconds: end.seconds - seconds)
                let item =
                    isRetraction
                    ? Held.retraction(network.retraction(1, of: envelope)) : .envelope(envelope)
                _ = relay.handle(.heard(link, .want(session: 0, [id])), now: net.now, wall: wall)
                let answer = relay.handle(
                    .fetched(link, [RelayNode.Found(id: id, item: item)]), now: net.now, wall: wall)
                #expect(answer.contains(.send(link, .gone(session: 0, [id]))) == (seconds == 0))
            }
        }
    }

    // MARK: What was taken back

    /// Nothing is remembered as refused after a restart, and a stem asks no disk.
    @Test func whatWasTakenBackTakesNoStemAfterARestart() {
        for isTakenBack in [true, false] {
            var net = node()
            if isTakenBack {
                let link = net.befriend(0, as: 8, of: network)
                net.feed(0, .heard(link, .retract(network.retraction(1, of: envelope))))
                net.run(milliseconds: 100)
            }
            net.restart(0, network.configuration(0, stemGap: 1 << 40))
            let links = [10, 11].map { net.befriend(0, as: $0, of: network) }
            net.forgetSent()
            net.feed(0, .heard(links[0], .stem(.envelope(envelope))))
            net.run(milliseconds: 100)
            #expect(net.sent.contains { $0.frame.names(id, network) } == !isTakenBack)
        }
    }
}
