import Gossip
import Model
import Node
import Testing
import Wire

@testable import Simulator

/// What is looked at with every frame is seen when it is wrong.
@Suite struct RuleTests {
    /// Two hosts that are linked, and hold one item.
    struct Stage {
        let world: World
        let host: Host
        let end: Int32
        let envelope: Envelope
        let number: UInt64 = 900

        init() throws {
            let scenario = try Scenario("nodes: 2\nrounds: 1\nevery: 2s\nwarm-up: 5s\nstem gap: 0s")
            world = World(scenario, seed: 1)
            world.run(milliseconds: 10_000)
            host = world.hosts[1]
            end = try #require(host.ends.first)
            envelope = world.charted.envelope(number, at: world.wall(of: host))
        }

        func says(_ frame: Frame) -> [String] {
            world.check(frame, on: end, of: host)
            return world.violations.map(\.what)
        }

        var id: ItemID { world.charted.id(envelope) }

        func item() throws -> StoreItem {
            let effects = host.relay.handle(
                .submit(7, [envelope]), now: world.moment, wall: world.wall(of: host))
            for case .storeSubmission(_, _, let items) in effects {
                return try #require(items.first)
            }
            throw CancellationError()
        }
    }

    @Test func whatIsHeldMayBeSent() throws {
        let stage = try Stage()
        _ = stage.host.disk.store([try stage.item()])
        #expect(stage.says(.push(hops: 1, stage.envelope)).isEmpty)
        #expect(stage.says(.announce([Announcement(id: stage.id, hops: 1)])).isEmpty)
        #expect(stage.says(.ping(0)).isEmpty)
    }

    @Test func whatIsNotStoredMayNotBePushed() throws {
        let stage = try Stage()
        let words = stage.says(.push(hops: 1, stage.envelope))
        #expect(words.count == 1 && words[0].contains("before it was stored"))
    }

    @Test func whatIsNotStoredMayNotBeAnnounced() throws {
        let stage = try Stage()
        let words = stage.says(.announce([Announcement(id: stage.id, hops: 1)]))
        #expect(words.count == 1 && words[0].contains("does not hold"))
    }

    @Test func retractionsMayNotGoAheadOfTheStore() throws {
        let stage = try Stage()
        let words = stage.says(
            .retract(stage.world.charted.retraction(stage.number, of: stage.envelope)))
        #expect(words.count == 1 && words[0].contains("before it was stored"))
    }

    @Test func expiredItemsMayNotBePushed() throws {
        let stage = try Stage()
        _ = stage.host.disk.store([try stage.item()])
        stage.host.skew = 8 * 86400
        let words = stage.says(.push(hops: 1, stage.envelope))
        #expect(words.count == 1 && words[0].contains("after its expiry"))
    }

    @Test func expiredItemsMayNotBeStored() throws {
        let stage = try Stage()
        let item = try stage.item()
        stage.host.skew = 8 * 86400
        stage.world.checkStore([item], on: stage.host)
        #expect(stage.world.violations.map(\.what).contains { $0.contains("stored") })
    }

    @Test func nothingMayBeSentOnALinkThatIsOver() throws {
        let stage = try Stage()
        stage.world.carryOut(.close(End.link(stage.end)), of: stage.host)
        let words = stage.says(.ping(0))
        #expect(words.count == 1 && words[0].contains("after its end"))
    }

    @Test func differentDisksAreNotAnOutcome() throws {
        let stage = try Stage()
        #expect(stage.world.hasConverged)
        _ = stage.host.disk.store([try stage.item()])
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        let words = stage.world.violations.map(\.what)
        #expect(words.contains { $0.contains("where host 0 holds") })
    }

    @Test func anAcknowledgedItemThatNobodyHoldsIsOwed() throws {
        let stage = try Stage()
        #expect(stage.world.ledger.items.count == 1)
        for host in stage.world.hosts { host.disk.remove([stage.world.ledger.items[0].id]) }
        #expect(!stage.world.hasConverged)
        stage.world.judge(hasConverged: false)
        #expect(stage.world.violations.contains { $0.what.contains("owed") })
    }

    @Test func aNeighbourOnOneSideOnlyIsSeen() throws {
        let stage = try Stage()
        stage.world.hosts[0].relay = RelayNode(
            .init(
                network: stage.world.charted.network, nodeKey: stage.world.hosts[0].nodeKey,
                addresses: [], carried: [], seed: 0), now: stage.world.moment,
            wall: World.start)
        stage.world.judge(hasConverged: true)
        #expect(stage.world.violations.contains { $0.what.contains("not the other way round") })
    }

    @Test func partsWithoutACutAreSeen() throws {
        let stage = try Stage()
        for end in stage.host.ends { stage.world.forget(end) }
        stage.world.judge(hasConverged: true)
        #expect(stage.world.violations.contains { $0.what.contains("parts of the network") })
    }
}
