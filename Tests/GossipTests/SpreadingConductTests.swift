import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// What counts against a peer, what a link may send, and that floods stay bounded.
@Suite struct SpreadingConductTests: SpreadingScript {
    // MARK: Points

    @Test func aHundredBadItemsCloseALink() {
        var spreading = joined(a, b)
        for _ in 0..<99 { #expect(spreading.misbehaved(a, .badItem, now: start) == []) }
        #expect(spreading.misbehaved(a, .badItem, now: start) == [.close(a)])
        #expect(spreading.misbehaved(b, .badItem, now: start) == [])
    }

    @Test func pointsFadeTwoASecond() {
        var conduct = Conduct()
        for _ in 0..<99 { #expect(conduct.charge(.badItem, now: at(0)) == false) }
        #expect(conduct.points(at(0)) == 990)
        #expect(conduct.points(at(10_000)) == 970)
        // Looked at every millisecond they fade no slower, nor do they fade for a clock that stands.
        for step in 1...10_000 as ClosedRange<UInt64> {
            if step % 100 == 0 { _ = conduct.charge(.beyondAllowance, now: at(step)) }
        }
        #expect((1065...1075).contains(conduct.points(at(10_000))))
        #expect(conduct.points(Moment(milliseconds: 0)) >= 1065)
        #expect(conduct.points(Moment(milliseconds: .max)) == 0)
    }

    @Test func noGoodBehaviourBuysRoomForBad() {
        var (old, new) = (joined(a), joined(a))
        for number in 0..<1000 as Range<UInt64> {
            _ = old.arrived(ids(1, from: number)[0], hops: 1, from: a, now: at(number))
        }
        for _ in 0..<99 {
            #expect(old.misbehaved(a, .badItem, now: at(1000)) == [])
            #expect(new.misbehaved(a, .badItem, now: at(1000)) == [])
        }
        #expect(old.misbehaved(a, .badItem, now: at(1000)) == [.close(a)])
        #expect(new.misbehaved(a, .badItem, now: at(1000)) == [.close(a)])
    }

    @Test func aNewLinkIsNoNewName() {
        var spreading = joined(a)
        for _ in 0..<99 { _ = spreading.misbehaved(a, .badItem, now: start) }
        _ = spreading.unlinked(a, now: start)
        spreading.linked(b, node: TestNetwork.node(1), now: start)
        spreading.linked(c, node: TestNetwork.node(3), now: start)
        #expect(spreading.misbehaved(c, .badItem, now: start) == [])
        #expect(spreading.misbehaved(b, .badItem, now: start) == [.close(b)])
        // It fades there as well.
        _ = spreading.unlinked(b, now: start)
        let later = at(500_000)
        spreading.linked(a, node: TestNetwork.node(1), now: later)
        for _ in 0..<99 { #expect(spreading.misbehaved(a, .badItem, now: later) == []) }
    }

    @Test func promisesThatAreNotKeptCloseALink() {
        var spreading = joined(a)
        var effects: [Spreading.Effect] = []
        var lies: UInt64 = 0
        while effects.isEmpty, lies < 1000 {
            lies += 1
            let id = ids(1, from: lies)[0]
            _ = announce([id], by: a, &spreading, now: at(lies))
            effects = spreading.gone([id], by: a, now: at(lies))
        }
        #expect(effects == [.close(a)])
        #expect((200...202).contains(lies))
    }

    @Test func aSilentPeerIsCountedOnceInAWhile() {
        var spreading = joined(a)
        _ = announce(ids(1024), by: a, &spreading)
        #expect(spreading.wake(at(30_000)) == [])
        #expect(spreading.unfulfilled(a) == 1024)
        #expect(spreading.peers[a]?.conduct.points(at(30_000)) == 50)
    }

    @Test func theSamePushedTwiceIsExcess() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = spreading.arrived(id, hops: 1, from: a, now: start)
        spreading.duplicate(id)
        var pushes = 1
        var effects: [Spreading.Effect] = []
        while effects.isEmpty, pushes < 2000 {
            pushes += 1
            effects = spreading.repeated(id, hops: 1, from: a, now: start)
        }
        #expect(effects == [.close(a)])
        #expect(pushes == 501)
        // Its first push of what another brought is none.
        #expect(spreading.repeated(id, hops: 1, from: b, now: start) == [])
        #expect(spreading.peers[b]?.conduct.points(start) == 0)
    }

    @Test func whoGoesOnPushingThoughPrunedIsClosedInTheEnd() {
        let links = (1...6).map { LinkID($0) }
        var spreading = joined(links[0], links[1], links[2], links[3], links[4], links[5])
        var effects: [Spreading.Effect] = []
        var rounds: UInt64 = 0
        while effects.first != .close(a), rounds < 100_000 {
            rounds += 1
            let id = ids(1, from: rounds)[0]
            spreading.duplicate(id)
            effects = spreading.repeated(id, hops: 1, from: a, now: at(5000 + 100 * rounds))
            _ = spreading.drained(a)
        }
        // Told once a second, three points a second more than fade.
        #expect((3300...3400).contains(rounds))
        #expect(spreading.counters.prunes < 345)
    }

    // MARK: Allowances

    @Test func anAllowanceFillsAgainInTime() {
        var budget = Budget(Allowance(burst: 10, perSecond: 2))
        #expect(budget.spend(10, now: at(0)) == true)
        #expect(budget.spend(1, now: at(0)) == false)
        #expect(budget.spend(1, now: at(499)) == false)
        #expect(budget.spend(1, now: at(500)) == true)
        #expect(budget.spend(1, now: at(500)) == false)
        #expect(budget.spend(11, now: at(1_000_000)) == false)
        #expect(budget.spend(10, now: at(1_000_000)) == true)
        // A clock that goes back gives nothing.
        #expect(budget.spend(1, now: at(0)) == false)
        #expect(budget.spend(10, now: Moment(milliseconds: .max)) == true)
    }

    @Test func idsBeyondTheAllowanceAreMissedAndNotLookedUp() {
        var spreading = joined(a)
        var asked = 0
        for round in 0..<100 as Range<UInt64> {
            let new = ids(1024, from: round * 1024)
            for id in new { spreading.duplicate(id) }
            _ = spreading.announced(announcements(new), by: a, now: start)
            if !spreading.isAwaiting(a) { asked += 1024 }
        }
        #expect(asked == 65536)
        #expect(spreading.isAwaiting(a))
        #expect(spreading.peers[a]?.conduct.points(start) == 36)
    }

    // MARK: Floods

    struct Flood: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isClosed: Bool
        let frames: UInt64
        let send: @Sendable (inout Spreading, LinkID, UInt64, Moment) -> [Spreading.Effect]

        init(
            _ name: String, isClosed: Bool, frames: UInt64 = 8000,
            _ send:
                @escaping @Sendable (inout Spreading, LinkID, UInt64, Moment) -> [Spreading.Effect]
        ) {
            testDescription = name
            self.isClosed = isClosed
            self.frames = frames
            self.send = send
        }
    }

    static func some(_ count: Int, _ number: UInt64) -> [ItemID] {
        (0..<UInt64(count)).map { offset in
            var bytes = [UInt8](repeating: 0xAB, count: 16)
            bytes.append(bigEndian: number)
            bytes.append(bigEndian: offset)
            return ItemID(bytes) ?? .zero
        }
    }

    static let floods = [
        Flood("ids off the tree", isClosed: true) { spreading, link, number, now in
            let items = some(1024, number).map { Announcement(id: $0, hops: 255) }
            return spreading.announced(items, by: link, now: now)
        },
        Flood("ids on the tree", isClosed: true) { spreading, link, number, now in
            let items = some(1024, number).map { Announcement(id: $0, hops: 0) }
            return spreading.announced(items, by: link, now: now)
        },
        Flood("grafts of one item", isClosed: true) { spreading, link, _, now in
            spreading.grafted(some(1, 1)[0], by: link, now: now)
        },
        Flood("grafts of many items", isClosed: true) { spreading, link, number, now in
            spreading.grafted(some(1, number)[0], by: link, now: now)
        },
        Flood("grafts of nothing", isClosed: true) { spreading, link, _, now in
            spreading.grafted(nil, by: link, now: now)
        },
        Flood("prunes", isClosed: true) { spreading, link, _, now in
            spreading.pruned(backoffSeconds: 3600, by: link, now: now)
        },
        Flood("grafts and prunes", isClosed: true) { spreading, link, number, now in
            number % 2 == 0
                ? spreading.grafted(nil, by: link, now: now)
                : spreading.pruned(backoffSeconds: 0, by: link, now: now)
        },
        Flood("don't wants", isClosed: true) { spreading, link, number, now in
            spreading.unwanted(some(64, number), by: link, now: now)
        },
        Flood("wants", isClosed: true) { spreading, link, number, now in
            spreading.asked(for: some(64, number), session: UInt32(number), by: link)
        },
        Flood("denials", isClosed: true) { spreading, link, number, now in
            spreading.gone(some(64, number), by: link, now: now)
        },
        Flood("one item again and again", isClosed: true) { spreading, link, _, now in
            spreading.repeated(some(1, 1)[0], hops: 3, from: link, now: now)
        },
        // Each costs the sender its work, and the receiver no memory beyond its tables.
        Flood("new items", isClosed: false) { spreading, link, number, now in
            spreading.arrived(some(1, number)[0], hops: 3, from: link, now: now)
        },
        Flood("old items", isClosed: false) { spreading, link, number, now in
            let id = some(1, number)[0]
            spreading.duplicate(id)
            return spreading.repeated(id, hops: 3, from: link, now: now)
        },
        Flood("pings nobody reads", isClosed: true, frames: 70_000) { spreading, link, number, _ in
            spreading.pinged(number, by: link)
        },
    ]

    /// Ten frames a millisecond by one that reads nothing, while the store answers lookups and is
    /// slow to fetch.
    @Test(arguments: floods)
    func aFloodStaysBounded(_ flood: Flood) {
        var spreading = joined(LinkID(9), a, b, c, LinkID(4), LinkID(5))
        var isClosed = false
        var others = 0
        var most = 0
        for number in 0..<flood.frames where !isClosed {
            let now = at(2000 + number / 10)
            for effect in flood.send(&spreading, LinkID(9), number, now) {
                switch effect {
                case .findMissing(let ids, let link):
                    _ = spreading.missing(ids, from: link, now: now)
                case .close(let link): isClosed = isClosed || link == LinkID(9)
                case .send(let link, _): others += link == LinkID(9) ? 0 : 1
                case .fetch, .witnessed: break
                }
            }
            if number % 512 == 0 {
                _ = spreading.wake(now)
                for link in [a, b, c] { _ = spreading.drained(link) }
                most = max(most, spreading.entries)
            }
        }
        #expect(isClosed == flood.isClosed)
        // What a link may hold, and what is remembered of all.
        let perLink = 4 * Limits.missingPerPeer + 4 * Limits.knownIDsPerPeer
        let timers = 2 * Limits.missingPerPeer + 2048
        #expect(most <= perLink + timers + Limits.recentIDs + Limits.arrivals)
        #expect(others < 1000)
        // The others are served as before.
        let envelope = network.envelope(77)
        let effects = store(envelope, hops: 0, from: a, &spreading, at(60_000))
        #expect(effects.contains { if case .send(a, .announce) = $0 { true } else { false } })
        _ = spreading.unlinked(LinkID(9), now: at(60_000))
        #expect(spreading.wantedCount == 0)
    }
}
