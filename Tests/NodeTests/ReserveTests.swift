import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Node

/// What becomes of what is submitted here where its period has no place for it: it is kept, and
/// nobody can tell.
@Suite struct ReserveTests: RoomScript {
    let network = TestNetwork()

    /// All that a stranger and a whole relay are told about a text that has no room anywhere, and
    /// what becomes of it here; `isOwn`: it was submitted here.
    private func answers(
        to frame: Frame, about own: Envelope, isOwn: Bool
    ) -> (sent: [MemoryNetwork.Sent], store: MemoryStore, isOpen: Bool) {
        var configuration = small()
        configuration.stemGapMilliseconds = HidingTests.never
        var net = full(configuration)
        let link = net.befriend(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 500)
        if isOwn { net.submit([own], at: 0) }
        net.run(milliseconds: 100)
        net.forgetSent()
        for _ in 0..<2 { net.feed(0, .heard(link, frame)) }
        net.run(milliseconds: 20_000)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 20_000)
        return (net.sent, net.stores[0], net.nodes[0].sync.contains(network.id(own)))
    }

    @Test func aFullPeriodDoesNotShowWhoseATextIs() {
        // Below all that is kept, so that nobody gives it room.
        let own = (200..<300).map { text($0) }.max { network.id($0) < network.id($1) }!
        #expect(network.id(own) > network.id(lowest))
        let id = network.id(own)
        let frames: [Frame] = [
            .push(hops: 1, own), .announce([Announcement(id: id, hops: 0)]),
            .want(session: 0, [id]), .stem(.envelope(own)),
        ]
        for frame in frames {
            let (known, store, isOpen) = answers(to: frame, about: own, isOwn: true)
            let (unknown, other, _) = answers(to: frame, about: own, isOwn: false)
            #expect(known == unknown)
            #expect(!isOpen)
            // What was acknowledged is here all the same.
            #expect(store.items[id]?.isHidden == true)
            #expect(other.items[id] == nil)
        }
    }

    @Test func anOwnTextThatIsDisplacedIsKeptAndUnknown() {
        var net = MemoryNetwork.single(network, small())
        let own = text(300)
        let id = network.id(own)
        net.submit([own], at: 0)
        net.run(milliseconds: 100)
        #expect(net.nodes[0].sync.contains(id))
        // Better ones from eight strangers fill the day.
        for stranger in 0..<8 as Range<UInt8> {
            let link = net.greet(0, as: 10 + stranger, of: network)
            net.feed(0, .heard(link, .push(hops: 1, text(UInt64(stranger), bits: 5))))
        }
        net.run(milliseconds: 100)
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(!net.nodes[0].sync.contains(id))
        net.forgetSent()
        let link = net.greet(0, as: 30, of: network)
        net.feed(0, .heard(link, .want(session: 0, [id])))
        net.feed(0, .heard(link, .push(hops: 1, own)))
        net.run(milliseconds: 5000)
        let answers = net.frames(over: link).filter { $0.names(id, network) }
        #expect(answers == [.gone(session: 0, [id])])
        #expect(net.stores[0].items[id]?.isHidden == true)
        // Nobody else has it any more: with room for it this relay alone would show it.
        net.restart(0, network.configuration(0))
        net.forgetSent()
        let friend = net.befriend(0, as: 31, of: network)
        net.run(milliseconds: 20_000)
        net.feed(0, .heard(friend, .push(hops: 1, own)))
        net.feed(0, .heard(friend, .want(session: 0, [id])))
        net.run(milliseconds: 3_600_000)
        let later = net.frames(over: friend).filter { $0.names(id, network) }
        #expect(later == [.gone(session: 0, [id])])
        #expect(net.stores[0].items[id]?.isHidden == true)
    }

    /// Without a stem too: seed 3189 of the simulator showed it, and it alone had it.
    @Test func anOwnTextWithoutAPlaceIsKeptAndNeverShown() {
        var net = full()
        let link = net.greet(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 100)
        net.forgetSent()
        let ticket = net.submit([lowest], at: 0)
        net.run(milliseconds: 130_000)
        let id = network.id(lowest)
        #expect(net.answers[0][ticket] == .some(nil))
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(!net.nodes[0].sync.contains(id))
        #expect(net.frames(from: 0).allSatisfy { !$0.names(id, network) })
    }

    @Test func whatItsOwnSubmissionDisplacesIsKeptAndNeverShown() {
        var net = full()
        net.forgetSent()
        let out = network.id(text(99, bits: 4))
        let better = (100..<108 as Range<UInt64>).map { text($0, bits: 6) }
        let ticket = net.submit([text(99, bits: 4)] + better, at: 0)
        net.run(milliseconds: 5000)
        #expect(net.answers[0][ticket] == .some(nil))
        #expect(better.allSatisfy { net.nodes[0].sync.contains(network.id($0)) })
        #expect(net.stores[0].items[out]?.isHidden == true)
        #expect(!net.nodes[0].sync.contains(out))
        #expect(net.frames(from: 0).allSatisfy { !$0.names(out, network) })
    }
}
