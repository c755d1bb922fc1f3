import Model
import TestKit
import Testing
import Wire

@testable import Gossip

extension Reconciler {
    /// Whether a session with the link runs, or waits.
    func isBusy(_ link: LinkID) -> Bool {
        peers[link]?.round != nil || peers[link]?.theirs != nil
            || peers[link].map { $0.due != nil } == true
    }
}

/// Two nodes that compare, whole.
@Suite struct ReconciliationWorldTests: ReconciliationScript {
    @Test func equalNodesNeedOneRoundTripAClass() throws {
        let held = items(0..<1000) + items(2000..<2100, .day) + items(3000..<3001, .month)
        var world = SyncWorld(held, held)
        world.begin()
        world.run()
        let report = try #require(world.nodes[0].reports.first)
        #expect(report.isComplete)
        #expect((report.needed, report.offered) == (0, 0))
        #expect(report.messages == 2 * TTLClass.allCases.count)
        #expect(world.isInSync(0))
        #expect(!world.isInSync(1))
        #expect(world.nodes[0].reports.count == 1)
    }

    @Test func eachLearnsWhatItLacks() throws {
        let both = items(0..<3000)
        let mine = items(5000..<5030) + items(6000..<6040, .hour) + items(6100..<6110, .week)
        let yours = items(7000..<7025) + items(8000..<8001, .month)
        var world = SyncWorld(both + mine, both + yours)
        world.begin()
        world.run()
        #expect(world.isEqual)
        #expect(Set(world.nodes[0].needed) == Set(yours.map { $0.position.id }))
        #expect(Set(world.nodes[0].offered) == Set(mine.map { $0.position.id }))
        let report = try #require(world.nodes[0].reports.first)
        #expect((report.needed, report.offered) == (26, 80))
        #expect(world.isInSync(0))
    }

    @Test func retractionsAreItemsToo() {
        var retraction = items(1..<2)[0]
        retraction.isRetraction = true
        var world = SyncWorld([retraction], [])
        world.begin()
        world.run()
        #expect(world.nodes[1].held[retraction.position.id]?.isRetraction == true)
    }

    /// An empty node gets all, the newest week before the rest, in sessions of a bounded size.
    @Test func whoHasNothingTakesTheNewestWeekFirst() throws {
        let newest = items(0..<5000)
        let old = items(10_000..<12_500, age: 3000)
        var world = SyncWorld([], newest + old)
        world.begin()
        world.run()
        #expect(world.isEqual)
        let firstOld = try #require(
            world.nodes[0].needed.firstIndex { id in old.contains { $0.position.id == id } })
        #expect(firstOld == newest.count)
        #expect(world.isInSync(0))
        let opens = world.nodes[0].sent.filter { if case .syncOpen = $0 { true } else { false } }
        #expect(opens.count > TTLClass.allCases.count)
        // No more was asked at once than may be asked of one peer.
        let ends = world.nodes[0].sent.compactMap { frame -> SyncEnd? in
            if case .syncEnd(_, let end) = frame { end } else { nil }
        }
        #expect(ends.contains { $0.reason == 2 })
        #expect(ends.allSatisfy { Int($0.value) < Limits.missingPerPeer })
    }

    @Test func whoHasAllGivesABoundedPartAtOnce() {
        var world = SyncWorld(items(0..<6000), [])
        world.begin()
        world.run(milliseconds: 1000)
        #expect(world.nodes[0].offered.count == Limits.syncOffers)
        #expect(world.nodes[0].reports.first?.isComplete == true)
        world.begin(1)
        world.run()
        #expect(world.isEqual)
    }

    /// What is found and never comes leaves the two out of sync, and ends.
    @Test func whatNeverComesIsNotWaitedForForEver() {
        let known = items(100..<101)
        var world = SyncWorld(known, items(0..<50) + known)
        world.isDelivering = false
        world.begin()
        world.run()
        #expect(world.nodes[0].reports.count == 1)
        #expect(!world.isInSync(0))
        for item in world.nodes[1].held.keys.sorted() { world.nodes[0].machine.settled(item) }
        #expect(world.isInSync(0))
    }

    @Test func bothMayBeginAtOnce() {
        var world = SyncWorld(items(0..<500), items(300..<900))
        world.begin(0)
        world.begin(1)
        world.run()
        #expect(world.isEqual)
        #expect(world.nodes.allSatisfy { $0.reports.count == 1 })
        #expect(world.isInSync(0) && world.isInSync(1))
        #expect(world.misbehaved == 0)
    }

    /// Items come and go while sessions run; once that stops, one more round makes all equal.
    @Test(arguments: Array(1...12) as [UInt64])
    func changesBetweenMessagesDoNoHarm(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var next: UInt64 = 100_000 * seed
        func some(_ count: Int) -> [SyncItem] {
            (0..<random.number(below: count) + 1).map { _ in
                next += 1
                let slot = Slot(today.number - UInt32(random.number(below: 140)))
                return SyncItem(
                    position: ItemPosition(slot: slot, id: id(next)),
                    ttlClass: TTLClass(rawValue: UInt8(1 + random.number(below: 4))) ?? .week,
                    isRetraction: random.number(below: 5) == 0)
            }
        }
        let both = some(2000)
        var world = SyncWorld(both + some(300), both + some(300), seed: seed)
        world.begin(Int(seed % 2))
        let end = world.now.adding(milliseconds: 60_000)
        while world.step(until: end) {
            let node = random.number(below: 2)
            if random.number(below: 2) == 0 { for item in some(3) { world.put(item, at: node) } }
            if random.number(below: 3) == 0,
                let id = world.nodes[node].held.keys.min(by: { $0 < $1 })
            {
                world.drop(id, at: node)
            }
        }
        world.run()
        world.begin(0)
        world.run()
        #expect(world.isEqual)
        #expect(world.misbehaved == 0)
        #expect(world.nodes.allSatisfy { $0.machine.count == $0.held.count })
    }

    @Test func aLeafComparesItsTopicsAlone() {
        let (mine, other) = (
            Topic([UInt8](repeating: 1, count: 16)), Topic([UInt8](repeating: 2, count: 16))
        )
        var held = items(0..<600)
        for place in held.indices { held[place].topic = (place % 3 == 0 ? mine : other) ?? .zero }
        var world = SyncWorld([], held)
        world.nodes[0].machine.topics = [mine ?? .zero]
        world.begin()
        world.run()
        #expect(world.nodes[0].held.count == 200)
        #expect(world.nodes[0].held.values.allSatisfy { $0.topic == mine })
        #expect(world.isInSync(0))
    }

    @Test func manyItemsAreMadeReadyBitByBit() {
        let held = items(0..<9000)
        var world = SyncWorld(held, Array(held.dropLast(3)))
        world.begin()
        #expect(world.nodes[0].sent.count <= 1)
        world.run()
        #expect(world.isEqual)
    }
}
