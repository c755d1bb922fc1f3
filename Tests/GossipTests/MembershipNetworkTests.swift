import Gossip
import Model
import TestKit
import Testing
import Wire

/// Many nodes: whether they become one network, and stay one.
@Suite struct MembershipNetworkTests {
    /// Everybody joins node 0 within a second.
    func joined(
        _ count: Int, seed: UInt64, isHidden: (Int) -> Bool = { _ in false },
        change: (inout Membership.Settings) -> Void = { _ in }
    ) -> MembershipNetwork {
        var network = MembershipNetwork(seed: seed)
        for index in 0..<count {
            network.add(isHidden: isHidden(index), change)
            if index > 0 { network.know(index, 0) }
            network.run(for: 1000 / UInt64(count))
        }
        return network
    }

    /// No message is under way that changes anything: both sides of every relation agree.
    func expectRest(_ network: MembershipNetwork, _ comment: String = "") {
        #expect(network.oneSided == 0, "\(comment) \(network.summary)")
        #expect(network.components == 1, "\(comment) \(network.summary)")
        #expect(network.misbehaved == 0)
    }

    @Test(arguments: [2, 3, 5], [1, 2, 3] as [UInt64])
    func fewNodesAreAllNeighbours(_ count: Int, _ seed: UInt64) {
        var network = joined(count, seed: seed)
        network.run(for: 10_000)
        expectRest(network)
        #expect(network.fewestNeighbours == count - 1)
        // They stay so, and say little.
        let frames = network.frames
        network.run(for: 3_600_000)
        expectRest(network)
        #expect(network.fewestNeighbours == count - 1)
        #expect(network.dials <= count * (count - 1) + 3)
        #expect(network.frames - frames < count * 60 * 14)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func aHundredThatJoinOneSeedInASecondAreOneNetwork(_ seed: UInt64) {
        var network = joined(100, seed: seed)
        network.run(for: 10_000)
        expectRest(network)
        network.run(for: 60_000)
        expectRest(network)
        #expect(network.fewestNeighbours >= 4)
        #expect(network.mostNeighbours <= Limits.neighboursMost + Limits.neighboursDialled)
        let disconnects = network.disconnects
        network.run(for: 300_000)
        expectRest(network)
        // Those there are settle: few have to go any more.
        #expect(network.disconnects - disconnects < 20)
        for index in network.alive {
            let dialled = network.sites[index].up.filter {
                network.ends[$0]?.isDialler ?? false
            }
            #expect(dialled.count >= Limits.neighboursDialled, "node \(index)")
        }
    }

    @Test func aThousandThatJoinOneSeedInASecondAreOneNetworkInAMinute() {
        var network = joined(1000, seed: 1)
        network.run(for: 70_000)
        expectRest(network)
        #expect(network.fewestNeighbours >= 1)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func halfTheNodesCrashAndTheOthersFindEachOther(_ seed: UInt64) {
        var network = joined(100, seed: seed)
        network.run(for: 120_000)
        for index in 0..<50 { network.crash(2 * index) }
        network.run(for: 30_000)
        expectRest(network)
        #expect(network.fewestNeighbours >= 2)
        let before = listed(0..<50, network)
        // Who is gone is forgotten little by little, as others are dialled in vain.
        network.run(for: 1_200_000)
        expectRest(network)
        #expect(network.fewestNeighbours >= 3)
        #expect(listed(0..<50, network) < before)
    }

    /// How many records of the even ones of 100 those that live still have.
    private func listed(_ range: Range<Int>, _ network: MembershipNetwork) -> Int {
        let gone = range.map { MembershipNetwork.node(2 * $0) }
        return network.alive.reduce(0) { sum, index in
            sum + network.machines[index].passiveRecords.filter { gone.contains($0.node) }.count
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func nineOfTenCrashAndTheOthersFindEachOther(_ seed: UInt64) {
        var network = joined(200, seed: seed)
        network.run(for: 600_000)
        for index in 0..<200 where index % 10 != 0 { network.crash(index) }
        network.run(for: 120_000)
        expectRest(network)
    }

    @Test func whoLosesAllNeighboursHasOneAgainInSeconds() {
        var network = joined(50, seed: 4)
        network.run(for: 120_000)
        for other in network.neighbours(7) { network.crash(other) }
        // Their links end after five seconds.
        network.run(for: 5000)
        #expect(network.sites[7].up.isEmpty)
        network.run(for: 2000)
        #expect(!network.sites[7].up.isEmpty)
    }

    @Test(arguments: [(2, 3), (4, 3), (10, 2)], [1] as [UInt64])
    func thoseWhoCannotBeDialledHaveNeighboursToo(_ part: (Int, Int), _ seed: UInt64) {
        var network = joined(100, seed: seed) { $0 % part.0 != 0 }
        network.run(for: 10_000)
        expectRest(network)
        network.run(for: 300_000)
        expectRest(network)
        #expect(network.fewestNeighbours >= part.1)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func displacementsSettleWherePlacesAreFew(_ seed: UInt64) {
        var network = joined(
            50, seed: seed,
            change: {
                $0.sought = 2
                $0.chosen = 3
                $0.most = 3
                $0.outbound = 1
            })
        network.run(for: 120_000)
        expectRest(network)
        let disconnects = network.disconnects
        network.run(for: 600_000)
        expectRest(network)
        #expect(network.disconnects - disconnects <= 5)
    }

    @Test func whatWasCutInHalfIsJoinedAgain() {
        var network = joined(60, seed: 2)
        network.run(for: 120_000)
        network.setSides { $0 % 2 }
        network.run(for: 3_600_000)
        #expect(network.components == 2)
        #expect(network.oneSided == 0)
        network.setSides { _ in 0 }
        network.comparesDiffer = true
        network.run(for: 300_000)
        expectRest(network)
        network.comparesDiffer = false
        network.run(for: 900_000)
        expectRest(network)
    }

    @Test func whoStopsIsForgottenByItsNeighboursAtOnce() {
        var network = joined(20, seed: 5)
        network.run(for: 60_000)
        let neighbours = network.neighbours(7)
        network.stop(7)
        network.run(for: 200)
        let node = MembershipNetwork.node(7)
        for index in neighbours {
            #expect(!network.machines[index].passiveRecords.contains { $0.node == node })
        }
        network.run(for: 60_000)
        expectRest(network)
    }

    @Test func aNodeStartedAgainComesBackByItsAnchors() {
        var network = joined(30, seed: 6)
        network.run(for: 200_000)
        let anchors = network.sites[7].anchors
        #expect(anchors.count >= 3)
        network.crash(7)
        network.run(for: 60_000)
        network.restart(7, anchors: anchors)
        network.run(for: 10_000)
        expectRest(network)
        #expect(network.sites[7].up.count >= 3)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func whereNodesComeAndGoAllTheTimeTheRestIsOneNetwork(_ seed: UInt64) {
        var network = joined(40, seed: seed) { $0 % 4 == 3 }
        network.run(for: 30_000)
        var random = SeededRandom(seed)
        var anchors: [Int: [PeerRecord]] = [:]
        for _ in 0..<200 {
            let index = 1 + random.number(below: 39)
            if let kept = anchors.removeValue(forKey: index) {
                network.restart(index, anchors: kept)
                network.know(index, 0)
            } else {
                anchors[index] = network.sites[index].anchors
                if random.number(below: 3) == 0 {
                    network.stop(index)
                } else {
                    network.crash(index)
                }
            }
            network.run(for: UInt64(random.number(below: 5000)))
        }
        for index in anchors.keys.sorted() {
            network.restart(index, anchors: anchors[index] ?? [])
            network.know(index, 0)
        }
        network.run(for: 60_000)
        expectRest(network)
        #expect(network.alive.count == 40)
        #expect(network.fewestNeighbours >= 3)
    }

    @Test func theSameSeedGivesTheSameRun() {
        let runs = (0..<2).map { _ in
            var network = joined(40, seed: 9) { $0 % 3 == 1 }
            network.run(for: 300_000)
            return network.summary
        }
        #expect(runs[0] == runs[1])
    }
}
