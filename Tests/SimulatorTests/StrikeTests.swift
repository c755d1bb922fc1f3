import Gossip
import Model
import Node
import Testing
import Wire

@testable import Simulator

/// A fault reaches those it is to befall, does to them what it is called, and ends.
@Suite struct StrikeTests {
    /// Five hosts, all linked, that hold one item.
    func world(seed: UInt64 = 1) throws -> World {
        let world = World(
            try Scenario(
                """
                nodes: 5
                topology: full
                latency: 50ms
                warm-up: 5s
                rounds: 1
                every: 2s
                stem gap: 0s
                """), seed: seed)
        world.run(milliseconds: 10_000)
        return world
    }

    func counting(_ world: World) -> Int { world.hosts.count { $0.counts } }

    // MARK: Disks, clocks, work

    @Test func aFullDiskKeepsNothingUntilItHasRoom() throws {
        let world = try world()
        world.strike(.fillDisks(.count(1)))
        let full = try #require(world.hosts.first { $0.disk.failure == .noRoom })
        #expect(counting(world) == 4 && !full.counts)
        for isKept in [false, true] {
            if isKept { world.strike(.freeDisks) }
            world.submit(at: full, round: -1)
            world.run(milliseconds: 100)
            let item = try #require(world.ledger.items.last)
            #expect(item.isKept == isKept)
            #expect(full.disk.holds(item.id) == isKept)
        }
        #expect(counting(world) == 5)
    }

    @Test func aClockIsWrongUntilItIsRight() throws {
        let world = try world()
        let right = world.wall(of: world.hosts[0])
        world.strike(.clocks(.count(2), seconds: -7200))
        let wrong = world.hosts.map { world.wall(of: $0) }.filter { $0 != right }
        #expect(wrong.map { $0.seconds + 7200 } == [right.seconds, right.seconds])
        #expect(counting(world) == 3)
        world.strike(.rightClocks)
        #expect(world.hosts.allSatisfy { world.wall(of: $0) == right })
        #expect(counting(world) == 5)
    }

    @Test func whatARelayOrdersHiddenIsHidden() throws {
        let world = try world()
        let item = world.ledger.items[0].id
        world.carryOut(.hide([item]), of: world.hosts[0])
        world.run(milliseconds: 1)
        #expect(world.hosts.map { $0.disk.hides(item) } == [true, false, false, false, false])
        #expect(!world.hasConverged)
    }

    @Test func aBurstIsSoManyItems() throws {
        let world = try world()
        world.strike(.burst(7))
        #expect(world.ledger.items.count == 8)
    }

    // MARK: Crashes

    @Test(arguments: [true, false])
    func aDiskIsKeptOrLostAndEverybodyCountsAgain(_ keepsDisk: Bool) throws {
        let world = try world()
        let item = world.ledger.items[0].id
        world.strike(.crash(.count(2), keepsDisk: keepsDisk, isSilent: false))
        let fallen = world.hosts.filter { !$0.isUp }
        #expect(fallen.count == 2 && counting(world) == 3)
        for host in fallen {
            #expect(host.disk.holds(item) == keepsDisk)
            #expect(host.disk.items.isEmpty == !keepsDisk)
        }
        world.run(milliseconds: 5000)
        #expect(counting(world) == 3)
        world.strike(.restart)
        #expect(counting(world) == 5)
        world.run(milliseconds: 120_000)
        #expect(world.hasConverged && fallen.allSatisfy { $0.disk.holds(item) })
    }

    @Test func ofWhatIsNotSafeYetSomeIsLostTheLastOrderedFirst() throws {
        var left: Set<Int> = []
        for seed in 1...8 as ClosedRange<UInt64> {
            let world = try world(seed: seed)
            world.strike(.burst(6))
            world.run(milliseconds: 5000)
            let host = world.hosts[1]
            let ids = world.ledger.items.map(\.id).filter { host.disk.holds($0) }
            #expect(ids.count == 7)
            for id in ids { world.carryOut(.remove([id]), of: host) }
            world.crash(host, keepsDisk: true, isSilent: false)
            let held = ids.filter { host.disk.holds($0) }
            #expect(held == ids.suffix(held.count))
            left.insert(held.count)
        }
        #expect(left.count >= 3)
    }

    @Test func churnFellsSomeAgainAndAgain() throws {
        let world = try world()
        var crashes = 0
        world.log = { if $0.hasSuffix("crashes") { crashes += 1 } }
        world.strike(.churn(.count(2), every: 1000, span: 3000, keepsDisk: true))
        world.run(milliseconds: 5000)
        #expect(crashes == 6)
        #expect(counting(world) == 5)
    }

    /// The ends that others have of their links to a host.
    private func far(_ host: Host, _ world: World) -> [Int] {
        host.ends.map { Int(world.ends[Int($0)].other) }
    }

    @Test func othersAreToldOfACrashAtOnceOrFindOutLater() throws {
        for isSilent in [false, true] {
            let world = try world()
            let host = world.hosts[4]
            let others = far(host, world)
            #expect(others.count == 4)
            world.crash(host, keepsDisk: true, isSilent: isSilent)
            world.run(milliseconds: 1000)
            #expect(others.allSatisfy { (world.ends[$0].phase == .open) == isSilent })
            world.run(milliseconds: Limits.silenceMilliseconds)
            #expect(others.allSatisfy { world.ends[$0].phase == .over })
        }
    }

    @Test func aLinkToWhatCrashedInSilenceIsNeverTakenUpAgain() throws {
        let world = try world()
        let host = world.hosts[4]
        let others = far(host, world)
        world.crash(host, keepsDisk: true, isSilent: true)
        host.isDown = true
        world.strike(.restart)
        world.strike(.heal)
        world.run(milliseconds: Limits.silenceMilliseconds + 1000)
        #expect(others.allSatisfy { world.ends[$0].phase == .over })
        #expect(world.isMutual && world.parts.count == 1)
    }

    // MARK: Mischief

    @Test func theHostileAreSoUntilTheyAreCalm() throws {
        let world = try world()
        world.strike(.turn(.count(2), .hider))
        world.strike(.turn(.count(1), .spy))
        // Spies do no harm.
        #expect(counting(world) == 3)
        world.strike(.calm)
        #expect(counting(world) == 5)
        #expect(world.hosts.compactMap { $0.mischief?.kind } == [.spy])
    }

    @Test func mischiefStandsBetweenARelayAndItsLinks() throws {
        let world = try world()
        let host = world.hosts[1]
        let end = try #require(host.ends.first)
        let other = Int(world.ends[Int(end)].other)
        let item = world.ledger.items[0].id
        let announcement = Frame.announce([Announcement(id: item, hops: 1)])
        for mischief in [nil, Mischief(.hider, world.charted, choices: Choices(seed: 1))] {
            host.mischief = mischief
            let before = world.ends[other].queue.count
            world.carryOut(.send(End.link(end), announcement), of: host)
            #expect(world.ends[other].queue.count == before + (mischief == nil ? 1 : 0))
            let fed = world.feedCount
            world.hear(.want(session: 0, [item]), at: end)
            #expect(world.feedCount == fed + (mischief == nil ? 1 : 0))
        }
    }

    @Test func theHostileActByThemselves() throws {
        let world = try world()
        let end = try #require(world.hosts[1].ends.first)
        let other = Int(world.ends[Int(end)].other)
        world.strike(.turn(.count(4), .spammer))
        #expect(world.ends[other].queue.count == 0)
        world.run(milliseconds: Mischief.period)
        #expect(world.ends[other].queue.count > 0)
    }
}
