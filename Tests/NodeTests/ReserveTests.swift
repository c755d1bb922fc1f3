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

    // MARK: Answers

    /// All that a stranger and a whole relay are told about a text that has no room anywhere, and
    /// what becomes of it here; `isOwn`: it was submitted here.
    private func answers(
        to frames: [Frame], about own: Envelope, isOwn: Bool
    ) -> (sent: [MemoryNetwork.Sent], store: MemoryStore, isOpen: Bool) {
        var net = full(stemmed())
        let link = net.befriend(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 500)
        if isOwn { net.submit([own], at: 0) }
        net.run(milliseconds: 100)
        net.forgetSent()
        for frame in frames + frames { net.feed(0, .heard(link, frame)) }
        net.run(milliseconds: 20_000)
        net.add(network.configuration(1))
        net.connect(1, 0)
        net.run(milliseconds: 20_000)
        return (net.sent, net.stores[0], net.nodes[0].sync.contains(network.id(own)))
    }

    @Test func aFullPeriodDoesNotShowWhoseATextIs() {
        let own = roomless
        let id = network.id(own)
        let probes: [[Frame]] = [
            [.push(hops: 1, own)], [.announce([Announcement(id: id, hops: 0)])],
            [.want(session: 0, [id])], [.stem(.envelope(own))],
            // Refused: whoever asked for it then would be where it began.
            [.push(hops: 1, own), .announce([Announcement(id: id, hops: 255)])],
        ]
        for frames in probes {
            let (known, store, isOpen) = answers(to: frames, about: own, isOwn: true)
            let (unknown, other, _) = answers(to: frames, about: own, isOwn: false)
            #expect(known == unknown)
            #expect(!isOpen)
            // What was acknowledged is here all the same.
            #expect(store.items[id]?.isHidden == true)
            #expect(other.items[id] == nil)
        }
    }

    /// What one neighbour brought beyond its share may still come from another, or if it is asked
    /// for: it is not remembered as refused, whoever submitted it.
    @Test func aNeighboursShareDoesNotShowWhoseATextIs() {
        func answers(isOwn: Bool) -> (sent: [MemoryNetwork.Sent], isOpen: Bool) {
            var net = MemoryNetwork.single(network, stemmed())
            let links = [10, 11].map { net.befriend(0, as: $0, of: network) }
            // A quarter each: the day is half full.
            for (number, link) in zip(0..<4 as Range<UInt64>, links + links) {
                net.feed(0, .heard(link, .push(hops: 1, text(number))))
            }
            if isOwn { net.submit([text(4)], at: 0) }
            net.run(milliseconds: 100)
            net.feed(0, .heard(links[0], .push(hops: 1, text(4))))
            net.run(milliseconds: 100)
            #expect(!net.nodes[0].sync.contains(id))
            net.feed(0, .heard(links[0], .announce([Announcement(id: id, hops: 255)])))
            net.run(milliseconds: 100)
            #expect(net.frames(over: links[0]).contains(.want(session: 0, [id])))
            net.feed(0, .heard(links[0], .push(hops: 255, text(4))))
            net.run(milliseconds: 5000)
            return (net.sent, net.nodes[0].sync.contains(id))
        }
        let id = network.id(text(4))
        let (known, unknown) = (answers(isOwn: true), answers(isOwn: false))
        #expect(known.sent == unknown.sent)
        #expect(known.isOpen && unknown.isOpen)
    }

    /// Whether a push that is refused comes once the text is on its stem, or before it is on disk.
    @Test(arguments: [nil, 0, 100] as [UInt64?])
    func whatIsRefusedInTheOpenLeavesByNoStem(_ pushedAfter: UInt64?) {
        var configuration = small()
        configuration.stemGapMilliseconds = 5000
        var net = full(configuration)
        let link = net.befriend(0, as: 20, of: network)
        net.feed(0, .heard(link, .push(hops: 1, text(100, bits: 6))))
        net.run(milliseconds: 100)
        net.submit([roomless], at: 0)
        if let pushedAfter {
            if pushedAfter > 0 { net.run(milliseconds: pushedAfter) }
            net.feed(0, .heard(link, .push(hops: 1, roomless)))
        }
        net.run(milliseconds: 120_000)
        let stems = net.frames(over: link).filter { $0 == .stem(.envelope(roomless)) }
        #expect(stems.isEmpty == (pushedAfter != nil))
    }

    // MARK: Displaced, or without a place

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
        // It was refused before, and is tried once more all the same: else nothing would tell the
        // next run, which has room, that it had no place.
        net.restart(0, network.configuration(0))
        _ = net.befriend(0, as: 21, of: network)
        net.run(milliseconds: 130_000)
        #expect(net.stores[0].items[id]?.isHidden == true)
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

    /// What is on its stem displaces nothing, and what is known to be refused takes one too.
    @Test func aTextThatWasTakenBackDisplacesNothingWhenItIsSubmitted() {
        var net = full(stemmed())
        let better = text(100, bits: 6)
        let link = net.greet(0, as: 20, of: network)
        net.feed(0, .heard(link, .retract(network.retraction(100, of: better))))
        net.run(milliseconds: 100)
        let (held, used) = (net.stores[0].ids, net.nodes[0].pools.usage)
        let ticket = net.submit([better], at: 0)
        net.run(milliseconds: 100)
        #expect(net.answers[0][ticket] == .some(.retracted))
        #expect(net.stores[0].ids == held)
        #expect(net.nodes[0].pools.usage == used)
    }
    /// The run that a period keeps ends at the first that does not fit, though it be an own one.
    @Test func whatRanksBelowAnOwnTextWithoutAPlaceGoesWithIt() {
        var configuration = network.configuration(0, stemGap: 1000)
        configuration.storeBytes = 912_000  // five small texts a day, or a long one and one more
        var net = MemoryNetwork.single(network, configuration)
        let texts = [text(0, bits: 6), text(1, bits: 6), text(2, bits: 6), text(3)]
        for (stranger, text) in zip(10..<14 as Range<UInt8>, texts) {
            let link = net.greet(0, as: stranger, of: network)
            net.feed(0, .heard(link, .push(hops: 1, text)))
        }
        let own = network.envelope(300, size: 3, workBits: 6)
        net.submit([own], at: 0)
        net.run(milliseconds: 50_000)
        #expect(texts.map { net.stores[0].holds(network.id($0)) } == [true, true, true, true])
        // Nobody is there for its stem, so that it ends after a minute.
        net.run(milliseconds: 50_000)
        #expect(texts.map { net.stores[0].holds(network.id($0)) } == [true, true, true, false])
        #expect(!net.nodes[0].sync.contains(network.id(texts[3])))
        #expect(net.stores[0].items[network.id(own)]?.isHidden == true)
        #expect(!net.nodes[0].sync.contains(network.id(own)))
    }

    // MARK: Tried again

    @Test func aTextForACommunityThatIsCarriedLaterEntersTheOpenThen() throws {
        var net = MemoryNetwork.single(network, small())
        let newcomer = try #require(CommunityID([UInt8](repeating: 0x0C, count: 32)))
        var header = text(1).header
        header.topic = Topics.intake(newcomer, header.slot.week)
        let own = network.worked(header, [UInt8](text(1).body))
        let id = network.id(own)
        let ticket = net.submit([own], at: 0)
        net.run(milliseconds: 200_000)
        #expect(net.answers[0][ticket] == .some(nil))
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(!net.nodes[0].sync.contains(id))
        let chain = [network.signedCharter]
        let next = network.successor(of: chain, newcomer: newcomer)
        net.submit([network.charters(chain + [next], seq: 1)], at: 0)
        net.run(milliseconds: 61_000)
        #expect(net.stores[0].items[id]?.isHidden == false)
        #expect(net.nodes[0].sync.contains(id))
    }

    /// Submitted once more it has a stem again, which hides it better than an entry from here.
    @Test func whatTakesAStemAnewIsNotTriedBesides() {
        var net = MemoryNetwork.single(network, stemmed())
        let id = network.id(text(1))
        net.submit([text(1)], at: 0)
        net.stores[0].failure = .failed
        // Nobody is there for its stem, so that it ends after a minute.
        net.run(milliseconds: 61_000)
        #expect(net.notes[0].contains(.storeFailed))
        #expect(!net.nodes[0].stem.contains(id))
        net.stores[0].failure = nil
        let link = net.befriend(0, as: 20, of: network)
        let ticket = net.submit([text(1)], at: 0)
        net.run(milliseconds: 200_000)
        #expect(net.answers[0][ticket] == .some(nil))
        #expect(net.nodes[0].stem.contains(id))
        #expect(net.stores[0].items[id]?.isHidden == true)
        #expect(net.frames(over: link).allSatisfy { !$0.names(id, network) })
    }
}
