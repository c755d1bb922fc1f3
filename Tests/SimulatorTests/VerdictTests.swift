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

    /// Those of what lives no more are kept for a day, and compared no more.
    @Test func onlyRetractionsOfWhatLivesAreOwedToAll() throws {
        for minutes in [59, 61] as [UInt64] {
            let stage = try RuleTests.Stage()
            _ = stage.host.disk.store([stage.retraction])
            let left = stage.envelope.header.expiry.seconds - World.start.seconds
            stage.world.now = World.origin + (left - minutes * 60) * 1000
            #expect(stage.world.hasConverged == (minutes == 59))
        }
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

    @Test func whatAClockThatIsAheadEndsIsNotOwed() throws {
        for isAhead in [false, true] {
            let stage = try RuleTests.Stage()
            let (origin, item) = (stage.world.hosts[0], stage.world.ledger.items[0])
            let held = try #require(origin.disk.items[item.id])
            remove(item.id, stage)
            #expect(!stage.world.hasConverged)
            _ = origin.disk.store([held])
            if isAhead { origin.skew = 8 * 86400 }
            stage.world.carryOut(.expire(stage.world.wall(of: origin)), of: origin)
            stage.world.run(milliseconds: 1)
            #expect(origin.disk.holds(item.id) == !isAhead)
            origin.skew = 0
            origin.disk.remove([item.id])
            #expect(stage.world.hasConverged == isAhead)
        }
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

    // MARK: Full stores

    /// Two hosts, and thirty texts where an hour has room for eight.
    private func full() -> World {
        var scenario = Scenario()
        scenario.nodes = 2
        scenario.store = 8 << 20
        (scenario.sizes, scenario.ttls) = ([1], [.day])
        (scenario.rounds, scenario.stemGap) = (0, 0)
        scenario.script = [Scenario.Event(at: 0, fault: .burst(30))]
        let world = World(scenario, seed: 1)
        world.run(milliseconds: 400_000)
        return world
    }

    private func shown(_ world: World) -> [Item] {
        world.ledger.items.filter { world.hosts[0].disk.shows($0.id) }.sorted { $0.id < $1.id }
    }

    @Test func onlyTheBestOfAFullPeriodIsOwed() throws {
        let world = full()
        #expect(shown(world).count == 8)
        // All did the same work: the lowest ids are the best.
        #expect(
            shown(world).map(\.id) == world.ledger.items.map(\.id).sorted().prefix(8).map { $0 })
        #expect(world.hasConverged)
        world.judge(hasConverged: true)
        #expect(world.violations == [])
    }

    /// That a relay calls its period full, and all it shows ranks above, is no excuse.
    @Test func whatHasAPlaceInAFullPeriodIsOwed() throws {
        let world = full()
        let worst = try #require(shown(world).last)
        for host in world.hosts { host.disk.remove([worst.id]) }
        #expect(!world.hasConverged)
        world.judge(hasConverged: false)
        #expect(world.violations.contains { $0.what.contains("\(worst.id.short) is owed") })
    }

    @Test func whatWasDisplacedStaysWithItsOrigin() throws {
        let world = full()
        let item = try #require(
            world.ledger.items.first { !shown(world).map(\.id).contains($0.id) })
        let origin = world.hosts[Int(item.origin)]
        #expect(world.hosts.filter { $0.disk.holds(item.id) }.map(\.index) == [item.origin])
        origin.disk.remove([item.id])
        #expect(world.hasConverged)
        world.judge(hasConverged: true)
        #expect(
            world.violations.map(\.what) == [
                "let go of \(item.id.short), which was submitted there"
            ])
    }

    @Test func aPeriodShowsNoMoreThanFits() throws {
        let world = full()
        let item = try #require(
            world.ledger.items.first { !shown(world).map(\.id).contains($0.id) })
        let held = try #require(world.hosts[Int(item.origin)].disk.items[item.id])
        let open = StoreItem(id: held.id, content: held.content, isOwn: false)
        for host in world.hosts { _ = host.disk.store([open]) }
        world.judge(hasConverged: true)
        let words = world.violations.map(\.what)
        #expect(
            words.count == 2 && words.allSatisfy { $0 == "shows 9216 bytes of a period of 8192" })
    }

    /// A retraction left room that one host fills and the other does not; what has a place whatever
    /// was seen is owed as before.
    @Test func fullPeriodsMayDifferWhereSomethingWasTakenBack() throws {
        for isTakenBack in [false, true] {
            let world = full()
            let best = shown(world)
            let other = try #require(
                world.ledger.items.first { item in
                    !best.contains { $0.id == item.id }
                })
            let held = try #require(world.hosts[Int(other.origin)].disk.items[other.id])
            world.hosts[1].disk.remove([other.id])
            _ = world.hosts[1].disk.store([
                StoreItem(id: held.id, content: held.content, isOwn: held.isOwn)
            ])
            if isTakenBack {
                let index = try #require(world.ledger.items.firstIndex { $0.id == best[7].id })
                _ = world.ledger.add(
                    Item(
                        id: .zero, retraction: nil, target: index, origin: 0, round: -1, sentAt: 0,
                        hostCount: 2))
            }
            #expect(world.hasConverged == isTakenBack)
            for host in world.hosts { host.disk.remove([best[0].id]) }
            #expect(!world.hasConverged)
        }
    }

    @Test func whatIsOnItsStemAtTheFirstHostIsNotEverywhere() throws {
        let world = World(try Scenario("nodes: 2\nrounds: 0\nwarm-up: 5s"), seed: 1)
        world.run(milliseconds: 10_000)
        #expect(world.hasConverged)
        world.submit(at: world.hosts[0], round: -1)
        world.run(milliseconds: 2)
        #expect(world.hosts[0].disk.hiddenIDs.count == 1 && world.hosts[0].orders.isEmpty)
        #expect(!world.hasConverged)
    }

    // MARK: Rest

    @Test func whatIsSaidOfItemsWhileAllShouldRestIsCounted() throws {
        let stage = try RuleTests.Stage()
        let (ledger, id) = (stage.world.ledger, stage.world.ledger.items[0].id)
        let retraction = stage.world.charted.retraction(stage.number, of: stage.envelope)
        guard case .envelope(let envelope)? = stage.host.disk.items[id]?.content else {
            Issue.record("the round's item is not there")
            return
        }
        let frames: [(frame: Frame, mentions: Int)] = [
            (.announce([Announcement(id: id, hops: 1), Announcement(id: .zero, hops: 1)]), 1),
            (.want(session: 1, [id, id]), 2), (.gone(session: 1, [id, .zero]), 1),
            (.dontWant([id]), 1), (.graft(id, hops: 1), 1), (.graft(nil, hops: 1), 0),
            (.push(hops: 1, envelope), 1), (.push(hops: 1, stage.envelope), 0),
            (.retract(retraction), 1), (.stem(.envelope(envelope)), 1), (.ping(1), 0),
        ]
        for isResting in [true, false] {
            var ledger = ledger
            ledger.isResting = isResting
            for (frame, mentions) in frames {
                let before = ledger.mentions
                ledger.heard(frame, by: stage.host, from: stage.world.hosts[0])
                #expect(ledger.mentions == before + (isResting ? mentions : 0))
            }
        }
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
