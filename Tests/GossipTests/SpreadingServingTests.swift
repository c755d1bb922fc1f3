import Gossip
import Model
import TestKit
import Testing
import Wire

/// What sessions ask for, and what peers ask of this node.
@Suite struct SpreadingServingTests: SpreadingScript {
    // MARK: Sessions

    @Test func whatASessionFoundMissingIsAskedUnderItsNumber() {
        var spreading = joined(a, b)
        let new = ids(67)
        spreading.duplicate(new[0])
        _ = announce([new[1]], by: b, &spreading)
        #expect(
            spreading.ask(new, of: a, session: 7, now: start) == [
                .send(a, .want(session: 7, [ItemID](new[2..<66]))),
                .send(a, .want(session: 7, [new[66]])),
            ])
        #expect(spreading.isAwaiting(a) && spreading.isAwaiting(b))
        #expect(spreading.ask(new, of: a, session: 8, now: at(1)) == [])
        #expect(spreading.ask(new, of: c, session: 7, now: start) == [])
    }

    @Test func whatIsHopedForIsAskedOnceASessionNamesIt() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = announce([id], by: b, &spreading, hops: 3)
        #expect(
            spreading.ask([id], of: a, session: 7, now: at(10))
                == [.send(a, .want(session: 7, [id]))])
        #expect(spreading.wake(at(500)) == [])
        // Who was hoped for is the next.
        #expect(spreading.gone([id], by: a, now: at(600)) == [.send(b, .graft(id, hops: 3))])
    }

    @Test func nothingIsAwaitedOnceAllIsHereOrDenied() {
        var spreading = joined(a)
        #expect(!spreading.isAwaiting(a))
        spreading.beganSession(with: a)
        let new = ids(3)
        _ = spreading.ask(new, of: a, session: 1, now: start)
        _ = spreading.arrived(new[0], hops: 255, from: a, now: at(1))
        spreading.refused(new[1])
        #expect(spreading.isAwaiting(a))
        _ = spreading.gone([new[2]], by: a, now: at(5))
        #expect(!spreading.isAwaiting(a))
    }

    @Test func whatNeverCameIsAwaitedUntilTheNextSession() {
        var spreading = joined(a, b)
        let id = ids(1)[0]
        _ = spreading.ask([id], of: a, session: 1, now: start)
        _ = announce([id], by: b, &spreading)
        _ = spreading.wake(at(30_000))
        #expect(spreading.isAwaiting(a) && spreading.isAwaiting(b))
        var delivered = spreading
        _ = delivered.arrived(id, hops: 255, from: b, now: at(31_000))
        #expect(!delivered.isAwaiting(a) && !delivered.isAwaiting(b))
        _ = spreading.wake(at(60_000))
        #expect(spreading.wantedCount == 0)
        #expect(spreading.isAwaiting(a) && spreading.isAwaiting(b))
        spreading.beganSession(with: a)
        #expect(!spreading.isAwaiting(a) && spreading.isAwaiting(b))
    }

    @Test func whatGoesBeyondALimitIsMissed() {
        var spreading = joined(a)
        let told = ids(Limits.missingPerPeer + 1)
        _ = spreading.ask(told, of: a, session: 1, now: start)
        for id in told { _ = spreading.arrived(id, hops: 255, from: a, now: at(1)) }
        #expect(spreading.isAwaiting(a))
        spreading.beganSession(with: a)
        #expect(!spreading.isAwaiting(a))
        spreading.missed(a)
        #expect(spreading.isAwaiting(a))
        #expect(!spreading.isAwaiting(b))
    }

    @Test func aLookupUnderWayIsAwaited() {
        var spreading = joined(a)
        _ = spreading.announced(announcements(ids(1)), by: a, now: start)
        #expect(spreading.isAwaiting(a))
        #expect(spreading.missing([], from: a, now: start) == [])
        #expect(!spreading.isAwaiting(a))
    }

    @Test func aRetractionAnswersForWhatItRetracts() {
        var spreading = joined(a)
        let id = ids(1)[0]
        _ = spreading.ask([id], of: a, session: 1, now: start)
        spreading.answered(id, by: a, now: at(5))
        #expect(!spreading.isAwaiting(a))
        #expect(spreading.wake(at(60_000)) == [])
        #expect(spreading.unfulfilled(a) == 0)
    }

    // MARK: Being asked

    @Test func whatIsAskedForIsFetchedAFewAtATime() {
        var spreading = joined(a)
        let asked = ids(20)
        let first = [ItemID](asked.prefix(8))
        #expect(spreading.asked(for: asked, session: 3, by: a) == [.fetch(first, for: a)])
        #expect(spreading.asked(for: ids(5, from: 99), session: 4, by: a) == [])
        let second = [ItemID](asked[8..<16])
        #expect(
            spreading.fetched(first.map { ($0, .nothing) }, for: a) == [
                .send(a, .gone(session: 3, first)), .fetch(second, for: a),
            ])
        _ = spreading.fetched(second.map { ($0, .nothing) }, for: a)
        // Two sessions, two answers.
        let third = [ItemID](asked[16...]) + ids(4, from: 99)
        #expect(
            spreading.fetched(third.map { ($0, .nothing) }, for: a) == [
                .send(a, .gone(session: 3, [ItemID](asked[16...]))),
                .send(a, .gone(session: 4, ids(4, from: 99))),
                .fetch(ids(1, from: 103), for: a),
            ])
    }

    @Test func eachIsAnsweredByWhatIsHeld() {
        var spreading = joined(a)
        let envelope = network.envelope(1)
        let taken = network.envelope(2)
        let retraction = network.retraction(2, of: taken)
        let unknown = ids(1)[0]
        let asked = [network.id(envelope), network.id(taken), unknown]
        #expect(spreading.asked(for: asked, session: 0, by: a) == [.fetch(asked, for: a)])
        let found: [(ItemID, Held)] = [
            (asked[0], .envelope(envelope)), (asked[1], .retraction(retraction)),
            (unknown, .nothing),
        ]
        #expect(
            spreading.fetched(found, for: a) == [
                .send(a, .push(hops: 255, envelope)), .send(a, .retract(retraction)),
                .send(a, .gone(session: 0, [unknown])),
            ])
    }

    @Test func whoAsksForMoreThanItMayIsClosed() {
        var spreading = joined(a)
        for round in 0..<64 {
            let asked = ids(64, from: UInt64(round) * 64)
            let effects = spreading.asked(for: asked, session: 0, by: a)
            #expect(effects.allSatisfy { $0 != .close(a) })
        }
        // What is being fetched no longer counts; the rest and one more than the limit do.
        #expect(spreading.asked(for: ids(64, from: 9999), session: 0, by: a) == [.close(a)])
    }

    @Test func theLargestEnvelopesAreServedWithoutClosing() {
        var spreading = joined(a)
        let chunks = (0..<64).map { network.envelope($0, size: 7) }
        let held = chunks.map { (network.id($0), Held.envelope($0)) }
        var effects = spreading.asked(for: held.map(\.0), session: 0, by: a)
        var sent = 0
        while !effects.isEmpty {
            var next: [Spreading.Effect] = []
            for effect in effects {
                switch effect {
                case .fetch(let ids, let link):
                    let found = held.filter { ids.contains($0.0) }
                    next += spreading.fetched(found, for: link)
                case .send(_, .push): sent += 1
                case .close: Issue.record("closed after \(sent)")
                case .send, .findMissing, .witnessed: break
                }
            }
            effects = next.isEmpty && sent < held.count ? spreading.drained(a) : next
        }
        #expect(sent == held.count)
    }
}
