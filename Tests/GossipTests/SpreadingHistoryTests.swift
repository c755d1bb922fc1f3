import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// Random histories: whatever comes in whatever order, the tables agree with each other.
@Suite struct SpreadingHistoryTests: SpreadingScript {
    /// One run: what it did to the machine, and what that ordered.
    struct History {
        var spreading = Spreading(eagerAtFirst: .max)
        var random: SeededRandom
        var now = Moment(milliseconds: 1000)
        var linked: Set<UInt64> = []
        var up: Set<UInt64> = []
        var held: [ItemID: Envelope] = [:]
        var lookups: [(LinkID, [ItemID])] = []
        var fetches: [(LinkID, [ItemID])] = []
        var log: [Spreading.Effect] = []

        init(_ seed: UInt64) { random = SeededRandom(seed) }

        mutating func link() -> LinkID { LinkID(UInt64(1 + random.number(below: 9))) }

        mutating func item() -> (ItemID, Envelope) {
            let envelope = spreadingItem(UInt64(random.number(below: 60)))
            return (spreadingID(envelope), envelope)
        }

        mutating func hops() -> UInt8 { [0, 1, 5, 20, 254, 255][random.number(below: 6)] }

        mutating func step() {
            now = now.adding(milliseconds: UInt64([0, 1, 60, 300, 2000][random.number(below: 5)]))
            let effects = act(link())
            for effect in effects {
                switch effect {
                case .findMissing(let ids, let link): lookups.append((link, ids))
                case .fetch(let ids, let link): fetches.append((link, ids))
                case .send(let link, _):
                    #expect(linked.contains(link.number), "sent to a link that is none")
                case .close, .witnessed: break
                }
            }
            log += effects
        }

        mutating func act(_ link: LinkID) -> [Spreading.Effect] {
            let (id, envelope) = item()
            switch random.number(below: 17) {
            case 0:
                linked.insert(link.number)
                spreading.linked(link, node: TestNetwork.numbered(link.number), now: now)
                return []
            case 1:
                if linked.contains(link.number) { up.insert(link.number) }
                spreading.up(link, now: now)
                return []
            case 2 where random.number(below: 4) == 0:
                up.remove(link.number)
                return spreading.down(link, now: now)
            case 3 where random.number(below: 4) == 0:
                up.remove(link.number)
                linked.remove(link.number)
                return spreading.unlinked(link, now: now)
            case 4, 5:
                let items = (0..<random.number(below: 20)).map { _ in
                    Announcement(id: item().0, hops: hops())
                }
                return spreading.announced(items, by: link, now: now)
            case 6: return pushed(id, envelope, by: link)
            case 7: return spreading.grafted(id, by: link, now: now)
            case 8: return spreading.grafted(nil, by: link, now: now)
            case 9:
                let backoff = UInt16(random.number(below: 3601))
                return spreading.pruned(backoffSeconds: backoff, by: link, now: now)
            case 10: return spreading.gone([id], by: link, now: now)
            case 11: return spreading.asked(for: [id, item().0], session: 3, by: link)
            case 12: return spreading.ask([id, item().0], of: link, session: 4, now: now)
            case 13: return answerLookup()
            case 14: return answerFetch()
            case 15:
                spreading.roundTrip(link, milliseconds: UInt64(random.number(below: 3000)))
                return spreading.drained(link) + spreading.unwanted([id], by: link, now: now)
            default: return spreading.wake(now)
            }
        }

        mutating func pushed(
            _ id: ItemID, _ envelope: Envelope, by link: LinkID
        ) -> [Spreading.Effect] {
            guard linked.contains(link.number) else { return [] }
            let hops = hops()
            guard held[id] == nil else {
                // Now and then it expires.
                if random.number(below: 3) == 0 {
                    held[id] = nil
                    spreading.dropped(id)
                    return []
                }
                return spreading.repeated(id, hops: hops, from: link, now: now)
            }
            held[id] = envelope
            return spreading.arrived(id, hops: hops, from: link, now: now)
                + spreading.stored(
                    id, .envelope(envelope), hops: hops, from: link, now: now, wall: testStart)
        }

        mutating func answerLookup() -> [Spreading.Effect] {
            guard !lookups.isEmpty else { return [] }
            let (link, ids) = lookups.removeFirst()
            return spreading.missing(ids.filter { held[$0] == nil }, from: link, now: now)
        }

        mutating func answerFetch() -> [Spreading.Effect] {
            guard !fetches.isEmpty else { return [] }
            let (link, ids) = fetches.removeFirst()
            let items = ids.map { id in (id, held[id].map { Held.envelope($0) } ?? .nothing) }
            return spreading.fetched(items, for: link)
        }

        func check(_ seed: UInt64) {
            let peers = spreading.peers
            #expect(Set(peers.keys.map(\.number)) == linked, "seed \(seed)")
            #expect(spreading.order.count == linked.count, "seed \(seed)")
            let tree = spreading.eagerLinks + spreading.lazyLinks
            #expect(Set(tree.map(\.number)) == up, "seed \(seed)")
            #expect(up.isEmpty || !spreading.eagerLinks.isEmpty, "seed \(seed)")
            var turns: [LinkID: Int] = [:]
            for (id, want) in spreading.wants {
                turns[want.link, default: 0] += 1
                #expect(want.others.count <= Limits.alternativesPerID, "seed \(seed)")
                #expect(!spreading.isRecent(id), "seed \(seed)")
            }
            for (link, peer) in peers { #expect(peer.turns == turns[link] ?? 0, "seed \(seed)") }
            #expect(turns.keys.allSatisfy { peers[$0] != nil }, "seed \(seed)")
            let due = spreading.wants.values.map(\.until).min()
            #expect(due == nil || spreading.deadline.map { $0 <= due ?? $0 } == true)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func tablesAgreeAfterEveryStep(_ seed: UInt64) {
        var history = History(seed)
        for _ in 0..<1500 {
            history.step()
            history.check(seed)
        }
        // Some of everything was done.
        #expect(history.spreading.counters.pushes > 0)
        #expect(history.spreading.counters.repairs > 0)
        #expect(history.spreading.counters.duplicates > 0)
        // And in the end it comes to rest.
        for _ in 0..<200 {
            guard let deadline = history.spreading.deadline else { break }
            _ = history.spreading.wake(max(deadline, history.now))
            history.now = max(deadline, history.now)
        }
        #expect(history.spreading.wantedCount == 0)
        #expect(history.spreading.deadline == nil)
    }

    @Test func theSameSeedGivesTheSameEffects() {
        var (one, other) = (History(99), History(99))
        for _ in 0..<3000 {
            one.step()
            other.step()
        }
        #expect(one.log.count > 1000)
        #expect(one.log == other.log)
    }
}
