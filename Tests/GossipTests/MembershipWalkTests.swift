import Gossip
import Model
import TestKit
import Testing
import Wire

/// JOIN and the walks it begins.
@Suite struct MembershipWalkTests: MembershipScript {
    let accepted = MembershipFrame.neighborReply(isAccepted: true)

    func forward(_ index: Int, ttl: UInt8) -> MembershipFrame {
        .forwardJoin(ttl: ttl, record(index))
    }

    // MARK: JOIN

    @Test func aJoinerBecomesANeighbourAndItsRecordWalks() {
        var machine = machine()
        for index in 1...3 { _ = machine.befriend(index, at: start) }
        _ = machine.came(4, at: start)
        let effects = machine.hears(.join(record(4)), by: 4, at: start)
        #expect([Membership.Effect](effects.prefix(2)) == [.up(link(4)), .send(link(4), accepted)])
        let walks = effects.dropFirst(2)
        #expect(walks.count == 3)
        for index in 1...3 { #expect(walks.contains(.send(link(index), forward(4, ttl: 6)))) }
    }

    @Test func sixWalksAreTheMost() {
        var machine = machine()
        for index in 1...7 { _ = machine.befriend(index, at: start) }
        _ = machine.came(8, at: start)
        let effects = machine.hears(.join(record(8)), by: 8, at: start)
        #expect(effects.sent.filter { $0 == forward(8, ttl: 6) }.count == 6)
    }

    @Test func oneJoinOfASourceGroupAMinuteIsPassedOn() throws {
        let group = try #require(SourceGroup(address: [198, 51, 100, 1]))
        var machine = machine()
        _ = machine.befriend(1, at: start)
        func walks(_ index: Int, _ moment: Moment) -> Int {
            _ = machine.linked(
                link(index), record: record(index), dialled: nil, group: group, now: moment,
                wall: wall)
            return machine.hears(.join(record(index)), by: index, at: moment).sent
                .filter { $0 == forward(index, ttl: 6) }.count
        }
        #expect(walks(2, start) == 1)
        #expect(machine.isNeighbour(link(2)))
        #expect(walks(3, at(59_999)) == 0)
        #expect(machine.isNeighbour(link(3)))
        #expect(walks(4, at(60_000)) > 0)
    }

    @Test func theBlockedAreNotLearnedAndNoWalkOfTheirsGoesOn() {
        var machine = machine()
        for index in 1...2 { _ = machine.befriend(index, at: start) }
        machine.block(node(20))
        #expect(machine.hears(forward(20, ttl: 6), by: 1, at: start) == [])
        #expect(machine.hears(forward(21, ttl: 6), by: 1, at: start).count == 1)
        let told = MembershipFrame.shuffle(nonce: 77, ttl: 0, [record(20), record(21)])
        _ = machine.hears(told, by: 1, at: start)
        #expect(machine.passiveRecords == [record(21)])
    }

    @Test func aSecondJoinOverALinkWalksNoMore() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        _ = machine.came(2, at: start)
        _ = machine.hears(.join(record(2)), by: 2, at: start)
        #expect(
            machine.hears(.join(record(2)), by: 2, at: at(1)) == [.send(link(2), accepted)])
    }

    @Test func aJoinerWhoCannotBeDialledDoesNotWalk() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        _ = machine.came(2, record: hidden(2), at: start)
        #expect(
            machine.hears(.join(hidden(2)), by: 2, at: start)
                == [.up(link(2)), .send(link(2), accepted)])
    }

    @Test func joiningInAnothersNameIsMisbehaviour() {
        var machine = machine()
        _ = machine.came(1, at: start)
        #expect(machine.hears(.join(record(2)), by: 1, at: start) == [.misbehaved(link(1))])
        _ = machine.came(999, at: start)
        let forged = record(999, seq: 2)
        #expect(machine.hears(.join(forged), by: 999, at: start) == [.misbehaved(link(999))])
    }

    @Test func moreJoinsThanTwoHundredFiftySixAMinuteAreNotPassedOn() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        var passed = 0
        for index in 2..<300 {
            _ = machine.linked(
                link(index), record: record(index), dialled: nil, group: nil, now: start,
                wall: wall)
            let effects = machine.hears(.join(record(index)), by: index, at: start)
            if effects.sent.contains(forward(index, ttl: 6)) { passed += 1 }
            _ = machine.unlinked(link(index), now: start)
        }
        #expect(passed == Limits.joinsHeard)
    }

    // MARK: FORWARD_JOIN

    /// A machine with neighbours 1 to 3.
    func walking(
        _ change: (inout Membership.Settings) -> Void = { _ in }
    ) -> Membership {
        var machine = machine(change)
        for index in 1...3 { _ = machine.befriend(index, at: start) }
        return machine
    }

    @Test(arguments: [(1, 0), (5, 4), (6, 5), (7, 5), (255, 5)] as [(UInt8, UInt8)])
    func aWalkGoesOnOneShorterAndNotBack(_ ttl: UInt8, _ next: UInt8) {
        var machine = walking()
        let effects = machine.hears(forward(9, ttl: ttl), by: 1, at: start)
        let passedOn = [2, 3].map { Membership.Effect.send(link($0), forward(9, ttl: next)) }
        #expect(effects.count == 1)
        #expect(passedOn.contains { effects.contains($0) })
        #expect(machine.passiveRecords == [])
    }

    @Test func onItsWayItEntersOnePassiveView() {
        var machine = walking()
        _ = machine.hears(forward(9, ttl: 3), by: 1, at: start)
        #expect(machine.passiveRecords == [record(9)])
    }

    @Test func whereItEndsTheJoinerIsDialledAndAsked() {
        var machine = walking()
        let effects = machine.hears(forward(9, ttl: 0), by: 1, at: start)
        #expect(effects == [.dial(address(9), node(9))])
        #expect(
            machine.reachedOut(to: 9, at: start).unshuffled
                == [.send(link(9), .neighbor(isHighPriority: false))])
    }

    @Test func whereItEndsAmongEnoughNeighboursItIsKeptInMind() {
        var machine = walking()
        for index in 4...6 { _ = machine.befriend(index, at: start) }
        #expect(machine.hears(forward(9, ttl: 0), by: 1, at: start) == [])
        #expect(machine.passiveRecords == [record(9)])
    }

    @Test func withNobodyToPassItOnToItEnds() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        #expect(
            machine.hears(forward(9, ttl: 6), by: 1, at: start) == [.dial(address(9), node(9))])
    }

    @Test func walksOfNoUseEnd() {
        var machine = walking()
        _ = machine.came(7, at: start)
        #expect(machine.hears(forward(9, ttl: 6), by: 7, at: start) == [])
        for record in [record(0), record(999), hidden(9)] {
            #expect(
                machine.hears(.forwardJoin(ttl: 6, record), by: 1, at: start) == [],
                "\(record.node)")
        }
        #expect(machine.hears(forward(2, ttl: 0), by: 1, at: start) == [])
        #expect(machine.passiveRecords == [])
        var leaf = walking { $0.isLeaf = true }
        #expect(leaf.hears(forward(9, ttl: 6), by: 1, at: start) == [])
    }

    @Test func aLinkBringsTwoHundredFiftySixWalksAtOnceAndFourASecond() {
        var machine = walking()
        func passed(_ count: Int, at moment: Moment) -> Int {
            (0..<count).filter {
                !machine.hears(forward(1000 + $0, ttl: 6), by: 1, at: moment).isEmpty
            }.count
        }
        #expect(passed(300, at: start) == 256)
        #expect(passed(300, at: at(249)) == 0)
        #expect(passed(300, at: at(1000)) == 4)
        #expect(passed(300, at: Moment(milliseconds: .max)) == 256)
    }
}
