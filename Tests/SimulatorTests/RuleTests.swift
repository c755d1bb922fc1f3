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

        /// What the relay orders when the envelope is submitted.
        func orders() -> [RelayNode.Effect] {
            host.relay.handle(
                .submit(7, [envelope]), now: world.moment, wall: world.wall(of: host))
        }

        func item() throws -> StoreItem {
            for case .storeSubmission(_, _, let items) in orders() {
                return try #require(items.first)
            }
            throw CancellationError()
        }

        var hidden: StoreItem {
            StoreItem(id: id, content: .envelope(envelope), isOwn: true, isHidden: true)
        }

        var retraction: StoreItem {
            StoreItem(
                id: world.charted.retractionID(of: id),
                content: .retraction(
                    world.charted.retraction(number, of: envelope), target: id), isOwn: false)
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

    @Test func whatWasTakenBackMayNotBePushed() throws {
        let stage = try Stage()
        _ = stage.host.disk.store([stage.retraction])
        let words = stage.says(.push(hops: 1, stage.envelope))
        #expect(words.count == 1 && words[0].contains("after its retraction"))
    }

    @Test func whatIsOnItsStemMayNotBePushedOrAnnounced() throws {
        for isPushed in [true, false] {
            let stage = try Stage()
            _ = stage.host.disk.store([stage.hidden])
            let words = stage.says(
                isPushed
                    ? .push(hops: 1, stage.envelope)
                    : .announce([Announcement(id: stage.id, hops: 1)]))
            #expect(words.count == 1 && words[0].contains("while it was on its stem"))
        }
    }

    // MARK: When they are looked at

    @Test func everyFrameOfAnHonestRelayIsLookedAt() throws {
        let stage = try Stage()
        let push = Frame.push(hops: 1, stage.envelope)
        stage.host.mischief = Mischief(.liar, stage.world.charted, choices: Choices(seed: 1))
        stage.world.carryOut(.send(End.link(stage.end), push), of: stage.host)
        #expect(stage.world.violationCount == 0)
        stage.host.mischief = nil
        stage.world.carryOut(.send(End.link(stage.end), push), of: stage.host)
        #expect(stage.world.violationCount == 1)
    }

    @Test func everyOrderToADiskIsLookedAt() throws {
        let stage = try Stage()
        let orders = stage.orders()
        stage.host.skew = 8 * 86400
        for order in orders { stage.world.carryOut(order, of: stage.host) }
        stage.world.run(milliseconds: 10)
        #expect(stage.world.violations.contains { $0.what.contains("stored") })
    }

    @Test func tablesAreLookedAtNowAndThen() throws {
        let stage = try Stage()
        for _ in 0..<1024 { stage.world.feed(stage.host, .wake) }
        #expect(stage.world.violationCount == 0)
        stage.world.most = (links: 0, addresses: 0)
        for _ in 0..<1024 { stage.world.feed(stage.host, .wake) }
        let words = stage.world.violations.map(\.what)
        #expect(words.contains { $0.hasPrefix("has ") && $0.hasSuffix(" links") })
        #expect(words.contains { $0.hasPrefix("knows ") && $0.hasSuffix(" addresses") })
    }

    @Test func nothingMayBeSentOnALinkThatIsOver() throws {
        let stage = try Stage()
        stage.world.carryOut(.close(End.link(stage.end)), of: stage.host)
        let words = stage.says(.ping(0))
        #expect(words.count == 1 && words[0].contains("after its end"))
    }
}
