import Gossip
import Model
import TestKit
import Testing
import Wire

/// Looking beyond the neighbours, and remembering over restarts.
@Suite struct MembershipHealingTests: MembershipScript {
    /// Five neighbours, of which three were dialled: nobody is missing.
    func content(seed: UInt64 = 1, neighbours: Int = 5) -> Membership {
        var machine = machine(seed: seed)
        for index in 1...3 { machine.chose(index, at: start) }
        for index in 4..<neighbours + 1 { _ = machine.befriend(index, at: start) }
        _ = machine.wake(now: start, wall: wall)
        return machine
    }

    /// Runs until something is dialled.
    func dial(_ machine: inout Membership, from second: UInt64 = 1) -> (UInt64, Text)? {
        for second in second..<2000 {
            let dialled = machine.wake(now: at(second * 1000), wall: wall).dialled
            if let address = dialled.first { return (second, address) }
        }
        return nil
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func everyTenMinutesOrSoASeedOutsideTheViewIsDialled(_ seed: UInt64) throws {
        var machine = content(seed: seed)
        machine.know(address(9), node: node(9), kind: .seed, now: start)
        machine.know(address(1), node: node(1), kind: .seed, now: start)
        let (second, address) = try #require(dial(&machine))
        #expect((480...721).contains(second))
        #expect(address == self.address(9))
        let effects = machine.reachedOut(to: 9, at: at(second * 1000))
        #expect(effects.unshuffled == [.compare(link(9))])
        // Once both hold the same, it is of no use.
        let moment = at(second * 1000 + 500)
        #expect(
            machine.compared(link(9), differed: false, now: moment).unshuffled
                == [.send(link(9), .neighbor(isHighPriority: false))])
    }

    @Test func whoHasSixNeighboursClosesALinkThatBroughtNothing() throws {
        var machine = content(neighbours: 6)
        machine.know(address(9), node: node(9), kind: .seed, now: start)
        let (second, _) = try #require(dial(&machine))
        _ = machine.reachedOut(to: 9, at: at(second * 1000))
        var other = machine
        let moment = at(second * 1000 + 500)
        #expect(machine.compared(link(9), differed: false, now: moment) == [.close(link(9))])
        #expect(machine.compared(link(9), differed: false, now: moment) == [])
        // One that did differ knows what our neighbours do not.
        #expect(
            other.compared(link(9), differed: true, now: moment).unshuffled
                == [.send(link(9), .neighbor(isHighPriority: false))])
    }

    @Test func aComparisonThatNobodyEndsEndsAfterFiveMinutes() throws {
        var machine = content(neighbours: 6)
        machine.know(address(9), node: node(9), kind: .seed, now: start)
        let (second, _) = try #require(dial(&machine))
        let moment = second * 1000
        _ = machine.reachedOut(to: 9, at: at(moment))
        #expect(!machine.wake(now: at(moment + 299_999), wall: wall).contains(.close(link(9))))
        #expect(machine.wake(now: at(moment + 300_000), wall: wall).contains(.close(link(9))))
    }

    @Test func ifOneFailsAnotherIsDialledAtOnceButNotForEver() throws {
        var machine = content()
        for index in 20..<30 {
            machine.know(address(index), node: node(index), kind: .seed, now: start)
        }
        var moments: [UInt64] = []
        var second: UInt64 = 1
        while second < 700, let (next, address) = dial(&machine, from: second) {
            moments.append(next)
            _ = machine.dialFailed(address, now: at(next * 1000))
            second = next
        }
        let first = try #require(moments.first)
        #expect(moments.filter { $0 == first }.count == Limits.healingTries)
        #expect(moments[Limits.healingTries] - first >= 480)
    }

    @Test func whoIsMissingANeighbourAsksFirstAndComparesIfRefused() throws {
        var machine = content()
        machine.know(address(9), node: node(9), kind: .seed, now: start)
        let (second, _) = try #require(dial(&machine))
        let moment = at(second * 1000)
        _ = machine.unlinked(link(4), now: moment)
        #expect(
            machine.reachedOut(to: 9, at: moment).unshuffled
                == [.send(link(9), .neighbor(isHighPriority: false))])
        #expect(
            machine.hears(.neighborReply(isAccepted: false), by: 9, at: moment).unshuffled
                == [.compare(link(9))])
    }

    @Test func withNobodyOutsideNothingIsDialled() {
        var machine = content()
        #expect(dial(&machine) == nil)
    }

    @Test func aNodeWithMoreNeighboursThanItChoseLetsOneGo() throws {
        var machine = machine()
        for index in 1...4 { machine.chose(index, at: start) }
        for index in 5...7 { _ = machine.befriend(index, at: start) }
        var left: [MembershipFrame] = []
        for second: UInt64 in 0..<721 {
            let sent = machine.wake(now: at(second * 1000), wall: wall).sent
            left += sent.filter { if case .disconnect = $0 { true } else { false } }
        }
        #expect(left == [.disconnect(reason: 1, backoffSeconds: 60)])
        #expect(machine.isNeighbour(link(1)) && machine.isNeighbour(link(2)))
        #expect(machine.neighbours.count == 6)
    }

    // MARK: Anchors

    @Test func neighboursWeDialledAreToldToBeKept() {
        var machine = machine()
        _ = machine.befriend(7, at: start)
        #expect(machine.wake(now: start, wall: wall).filter(isAnchors) == [])
        machine.chose(1, at: start)
        machine.chose(2, at: start)
        #expect(
            machine.wake(now: start, wall: wall).filter(isAnchors)
                == [.anchors([record(2), record(1)])])
        machine.chose(3, at: at(1))
        #expect(machine.wake(now: at(59_999), wall: wall).filter(isAnchors) == [])
        #expect(
            machine.wake(now: at(60_000), wall: wall).filter(isAnchors)
                == [.anchors([record(3), record(2), record(1)])])
    }

    @Test func eightAreKept() {
        var machine = machine()
        for index in 1...9 {
            machine.chose(index, at: start)
            _ = machine.unlinked(link(index), now: start)
        }
        #expect(
            machine.wake(now: start, wall: wall).filter(isAnchors)
                == [.anchors((2...9).reversed().map { record($0) })])
    }

    @Test func afterARestartTheyAreDialledBesidesSeeds() {
        var machine = machine()
        machine.recall(anchors: (1...20).map { record($0) } + [record(0)], now: start)
        machine.know("seed.example:1", node: nil, kind: .seed, now: start)
        let dialled = machine.wake(now: start, wall: wall).dialled
        #expect(dialled.first == "seed.example:1")
        #expect(dialled.count == 3)
        #expect(dialled.dropFirst().allSatisfy { (1...8).map(address).contains($0) })
    }

    @Test func anAnchorThatDoesNotAnswerRestsForHalfAMinute() {
        var machine = machine()
        machine.recall(anchors: [record(1)], now: start)
        #expect(machine.wake(now: start, wall: wall).dialled == [address(1)])
        _ = machine.dialFailed(address(1), now: at(10))
        #expect(machine.wake(now: at(29_999), wall: wall).dialled == [])
        #expect(machine.wake(now: at(40_000), wall: wall).dialled == [address(1)])
    }

    func isAnchors(_ effect: Membership.Effect) -> Bool {
        if case .anchors = effect { true } else { false }
    }
}
