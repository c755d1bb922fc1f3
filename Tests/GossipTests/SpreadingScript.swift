import Gossip
import Model
import TestKit
import Wire

/// What scripts of the spreading machine share.
protocol SpreadingScript {}

extension SpreadingScript {
    var network: TestNetwork { spreadingNetwork }
    var start: Moment { Moment(milliseconds: 1000) }
    var a: LinkID { LinkID(1) }
    var b: LinkID { LinkID(2) }
    var c: LinkID { LinkID(3) }

    func at(_ milliseconds: UInt64) -> Moment { start.adding(milliseconds: milliseconds) }

    func ids(_ count: Int, from first: UInt64 = 0) -> [ItemID] {
        (0..<count).map { number in
            var bytes = [UInt8](repeating: 0xAB, count: 24)
            bytes.append(bigEndian: first + UInt64(number))
            return ItemID(bytes) ?? .zero
        }
    }

    func announcements(_ ids: [ItemID], hops: UInt8 = 255) -> [Announcement] {
        ids.map { Announcement(id: $0, hops: hops) }
    }

    /// A machine with these neighbours, all of them eager.
    func joined(_ links: LinkID...) -> Spreading {
        var spreading = Spreading(eagerAtFirst: .max)
        for link in links {
            spreading.linked(link, node: TestNetwork.node(UInt8(link.number)), now: start)
            spreading.up(link, now: start)
        }
        return spreading
    }

    /// Lets `link` announce ids that the store does not have; gives the other effects.
    func announce(
        _ ids: [ItemID], by link: LinkID, _ spreading: inout Spreading, hops: UInt8 = 255,
        now: Moment? = nil
    ) -> [Spreading.Effect] {
        let now = now ?? start
        var effects: [Spreading.Effect] = []
        let items = announcements(ids, hops: hops)
        for effect in spreading.announced(items, by: link, now: now) {
            guard case .findMissing(let ids, link) = effect else {
                effects.append(effect)
                continue
            }
            effects += spreading.missing(ids, from: link, now: now)
        }
        return effects
    }

    /// Tells that an envelope is stored.
    func store(
        _ envelope: Envelope, hops: UInt8 = 0, from source: LinkID? = nil,
        _ spreading: inout Spreading, _ now: Moment? = nil
    ) -> [Spreading.Effect] {
        spreading.stored(
            network.id(envelope), .envelope(envelope), hops: hops, from: source,
            now: now ?? start, wall: testStart)
    }
}

private let spreadingNetwork = TestNetwork()
