import Gossip
import Model
import Node
import Testing
import Wire

@testable import Simulator

/// What a run is judged by in the end is seen when it is wrong.
@Suite struct VerdictTests {
    @Test func differentDisksAreNotAnOutcome() throws {
        let stage = try RuleTests.Stage()
        #expect(stage.world.hasConverged)
        _ = stage.host.disk.store([try stage.item()])
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        let words = stage.world.violations.map(\.what)
        #expect(words.contains { $0.contains("where host 0 holds") })
    }

    @Test func anAcknowledgedItemThatNobodyHoldsIsOwed() throws {
        let stage = try RuleTests.Stage()
        #expect(stage.world.ledger.items.count == 1)
        for host in stage.world.hosts { host.disk.remove([stage.world.ledger.items[0].id]) }
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        #expect(stage.world.violations.contains { $0.what.contains("owed") })
    }

    @Test func aNeighbourOnOneSideOnlyIsSeen() throws {
        let stage = try RuleTests.Stage()
        stage.world.hosts[0].relay = RelayNode(
            .init(
                network: stage.world.charted.network, nodeKey: stage.world.hosts[0].nodeKey,
                addresses: [], carried: [], seed: 0), now: stage.world.moment,
            wall: World.start)
        stage.world.judge(hasConverged: true)
        #expect(stage.world.violations.contains { $0.what.contains("not the other way round") })
    }

    @Test func partsWithoutACutAreSeen() throws {
        let stage = try RuleTests.Stage()
        for end in stage.host.ends { stage.world.forget(end) }
        stage.world.judge(hasConverged: true)
        #expect(stage.world.violations.contains { $0.what.contains("parts of the network") })
    }

    @Test func partsAreSeenAfterACutWasHealedToo() throws {
        let stage = try RuleTests.Stage()
        stage.world.strike(.partition(.count(1)))
        #expect(stage.world.isCut)
        stage.world.strike(.heal)
        for end in stage.host.ends { stage.world.forget(end) }
        stage.world.judge(hasConverged: true)
        #expect(stage.world.violations.contains { $0.what.contains("parts of the network") })
    }

    @Test func anItemBesideItsRetractionIsSeen() throws {
        let stage = try RuleTests.Stage()
        _ = stage.host.disk.store([try stage.item()])
        // No disk keeps both by itself: here another item stands for the retraction.
        takeBack(stage, by: stage.id)
        stage.world.judge(hasConverged: true)
        let words = stage.world.violations.map(\.what)
        #expect(words.contains { $0.contains("and its retraction") })
    }

    // MARK: What is owed

    /// The round's item is taken back; the retraction's ticket.
    @discardableResult
    private func takeBack(_ stage: RuleTests.Stage, by id: ItemID? = nil) -> UInt64 {
        let item = stage.world.ledger.items[0]
        return stage.world.ledger.add(
            Item(
                id: id ?? stage.world.charted.retractionID(of: item.id), retraction: nil, target: 0,
                origin: 0, round: -1, sentAt: stage.world.now, hostCount: 2))
    }

    private func remove(_ id: ItemID, _ stage: RuleTests.Stage) {
        for host in stage.world.hosts { host.disk.remove([id]) }
    }

    @Test func anAcknowledgedRetractionThatNobodyHoldsIsOwed() throws {
        let stage = try RuleTests.Stage()
        let ticket = takeBack(stage)
        #expect(stage.world.hasConverged)
        stage.world.ledger.answered(ticket, isKept: true)
        #expect(!stage.world.hasConverged)
        // Its target is owed no more.
        remove(stage.world.ledger.items[0].id, stage)
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        #expect(stage.world.violations.contains { $0.what.contains("owed") })
    }

    @Test func whatWasNotTakenBackAfterAllIsOwed() throws {
        let stage = try RuleTests.Stage()
        takeBack(stage)
        let item = stage.world.ledger.items[0]
        remove(item.id, stage)
        #expect(!stage.world.hasConverged)
        // Only that it was on disk excuses it.
        let retraction = try #require(item.retraction)
        let held = StoreItem(
            id: stage.world.charted.retractionID(of: item.id),
            content: .retraction(retraction, target: item.id), isOwn: false)
        for host in stage.world.hosts { _ = host.disk.store([held]) }
        #expect(stage.world.hasConverged)
    }

    @Test func onlyTheOriginsLostDiskExcuses() throws {
        let stage = try RuleTests.Stage()
        remove(stage.world.ledger.items[0].id, stage)
        stage.world.ledger.lost(diskOf: stage.host)
        #expect(!stage.world.hasConverged)
        stage.world.ledger.lost(diskOf: stage.world.hosts[0])
        #expect(stage.world.hasConverged)
    }

    @Test func whoHasRetractionsToSendIsNotAtRest() throws {
        let stage = try RuleTests.Stage()
        let retraction = try #require(stage.world.ledger.items[0].retraction)
        stage.world.feed(stage.world.hosts[0], .erase(99, [retraction]))
        stage.world.run(milliseconds: 2)
        #expect(stage.world.hosts.allSatisfy { $0.orders.isEmpty })
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        #expect(stage.world.violations.contains { $0.what.contains("retractions to send") })
    }

    @Test func whoseDiskHasOrdersIsNotAtRest() throws {
        let stage = try RuleTests.Stage()
        #expect(stage.world.hasConverged)
        stage.world.carryOut(.remove([]), of: stage.host)
        #expect(!stage.world.hasConverged)
    }

    // MARK: A whole run

    @Test func aNetworkThatDoesNotComeToRestIsToldSo() throws {
        let report = try WorldTests.play("at 0s: slow 50% 1B/s\nsettle: 5s")
        #expect(report.broken.isEmpty && report.violationCount > 0)
        #expect(report[.convergence] == nil)
        #expect(!report.isHeld)
    }

    @Test(arguments: ["hops > 100", "spy-recall > 0"])
    func anExpectationThatIsNotMetIsToldSo(_ words: String) throws {
        let report = try WorldTests.play("expect: \(words)")
        #expect(report.violationCount == 0 && report.broken.count == 1)
        #expect(!report.isHeld)
    }

    @Test func whatComesAfterItsRoundIsMissed() throws {
        // Even the next host is farther away than a round is long.
        let report = try WorldTests.play("latency: 1200ms\nevery: 1s\nwarm-up: 1m\ntopology: full")
        #expect(report.isHeld, "\(report.text)")
        #expect(report.rounds.allSatisfy { $0.deliveries == 0 && $0.missed == 11 })
        #expect(report[.reliability] == 0)
        #expect(report.traffic.deliveries == 110)
    }
}
