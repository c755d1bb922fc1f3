import Gossip
import Model
import TestKit
import Testing
import Wire

/// How many neighbours there are, and who has to go for whom.
@Suite struct MembershipPlacesTests: MembershipScript {
    let accepted = MembershipFrame.neighborReply(isAccepted: true)
    let refused = MembershipFrame.neighborReply(isAccepted: false)
    let asks = MembershipFrame.neighbor(isHighPriority: false)
    let urges = MembershipFrame.neighbor(isHighPriority: true)
    let displaced = MembershipFrame.disconnect(reason: 1, backoffSeconds: 60)

    /// A machine with eight neighbours that came by themselves.
    func full() -> Membership {
        var machine = machine()
        for index in 1...8 { _ = machine.befriend(index, at: start) }
        return machine
    }

    @Test func eightPlacesAreTakenAndTheNinthIsRefused() {
        var machine = full()
        #expect(machine.neighbours.count == 8)
        _ = machine.came(9, at: start)
        #expect(machine.hears(asks, by: 9, at: start) == [.send(link(9), refused)])
        _ = machine.unlinked(link(3), now: start)
        #expect(
            machine.hears(asks, by: 9, at: start) == [.up(link(9)), .send(link(9), accepted)])
    }

    @Test func whoHasNoOtherNeighbourDisplacesOne() throws {
        var machine = full()
        _ = machine.came(9, at: start)
        let effects = machine.hears(urges, by: 9, at: start)
        guard case .down(let victim) = try #require(effects.first) else {
            Issue.record("nobody went")
            return
        }
        #expect(
            effects == [
                .down(victim), .send(victim, displaced), .up(link(9)), .send(link(9), accepted),
            ])
        #expect(machine.neighbours.count == 8)
    }

    @Test func oneIsDisplacedInFiveSeconds() {
        var machine = full()
        for index in 9...11 { _ = machine.came(index, at: start) }
        #expect(machine.hears(urges, by: 9, at: start).contains(.up(link(9))))
        #expect(machine.hears(urges, by: 10, at: at(4999)) == [.send(link(10), refused)])
        #expect(machine.hears(urges, by: 11, at: at(5000)).contains(.up(link(11))))
    }

    @Test func theDisplacedIsNotLetBackBeforeItsTime() throws {
        var machine = full()
        _ = machine.came(9, at: start)
        let victim = try #require(
            machine.hears(urges, by: 9, at: start).compactMap {
                if case .down(let link) = $0 { Int(link.number) } else { nil }
            }.first)
        _ = machine.unlinked(link(victim == 1 ? 2 : 1), now: start)
        #expect(machine.hears(asks, by: victim, at: at(59_999)) == [.send(link(victim), refused)])
        // One that has no other neighbour does not wait.
        var other = machine
        #expect(other.hears(urges, by: victim, at: at(1)).contains(.up(link(victim))))
        #expect(machine.hears(asks, by: victim, at: at(60_000)).contains(.up(link(victim))))
    }

    @Test func theTwoOldestThatWeDialledAndThePinnedStay() {
        var machine = machine()
        for index in 1...3 { machine.chose(index, at: start) }
        machine.pin(node(4))
        for index in 4...9 { _ = machine.befriend(index, at: start) }
        #expect(machine.neighbours.count == 9)
        for turn in 0..<40 {
            let moment = at(UInt64(turn) * 5000)
            _ = machine.came(20 + turn, at: moment)
            #expect(machine.hears(urges, by: 20 + turn, at: moment).sent.contains(accepted))
        }
        for index in [1, 2, 3, 4] { #expect(machine.isNeighbour(link(index)), "\(index)") }
        #expect(machine.neighbours.count == 9)
    }

    @Test func whereAllPlacesAreProtectedNobodyGoes() {
        var machine = machine {
            $0.most = 2
            $0.sought = 2
        }
        for index in 1...2 { machine.chose(index, at: start) }
        _ = machine.came(3, at: start)
        #expect(machine.hears(urges, by: 3, at: start) == [.send(link(3), refused)])
    }

    @Test func pinnedNodesNeedNoPlace() {
        var machine = full()
        machine.pin(node(9))
        _ = machine.came(9, at: start)
        #expect(machine.hears(asks, by: 9, at: start).sent.contains(accepted))
        #expect(machine.neighbours.count == 9)
        machine.unpin(node(9))
        _ = machine.came(10, at: start)
        #expect(machine.hears(asks, by: 10, at: start) == [.send(link(10), refused)])
    }

    @Test func aPinnedNodeThatComesIsAskedAtOnce() {
        var machine = machine()
        machine.pin(node(1))
        #expect(machine.came(1, at: start).unshuffled == [.send(link(1), .join(record(0)))])
    }

    @Test func sixtyFourNodesArePinnedAndNoMore() {
        var machine = full()
        for index in 100..<165 { machine.pin(node(index)) }
        _ = machine.came(163, at: start)
        #expect(machine.hears(asks, by: 163, at: start).contains(.up(link(163))))
        _ = machine.came(164, at: start)
        #expect(machine.hears(asks, by: 164, at: start) == [.send(link(164), refused)])
    }

    // MARK: Guests

    @Test func thoseThatCannotBeDialledHavePlacesOfTheirOwn() {
        var machine = full()
        for index in 100..<149 { _ = machine.came(index, record: hidden(index), at: start) }
        for index in 100..<148 {
            #expect(machine.hears(asks, by: index, at: start).contains(.up(link(index))))
        }
        #expect(machine.hears(asks, by: 148, at: start) == [.send(link(148), refused)])
        // Among guests, too, who has nobody comes before who has others.
        let effects = machine.hears(urges, by: 148, at: start)
        #expect(effects.contains(.up(link(148))))
        #expect(
            effects.first.map {
                if case .down(let victim) = $0 { victim > link(99) } else { false }
            } == true)
        #expect(machine.neighbours.count == 56)
    }

    @Test func aLeafIsAGuestWhateverItLists() {
        var machine = full()
        _ = machine.came(9, isLeaf: true, at: start)
        #expect(machine.hears(asks, by: 9, at: start).contains(.up(link(9))))
        _ = machine.unlinked(link(9), now: start)
        #expect(machine.passiveRecords == [])
    }

    // MARK: Groups

    @Test func whoIsDisplacedIsOfTheGroupThatHasMost() throws {
        let group = try #require(SourceGroup(address: [198, 51, 100, 1]))
        var machine = machine()
        for index in 1...6 { _ = machine.befriend(index, at: start) }
        for index in 50..<90 {
            let moment = at(UInt64(index) * 5000)
            _ = machine.linked(
                link(index), record: record(index), dialled: nil, group: group, now: moment,
                wall: wall)
            _ = machine.hears(urges, by: index, at: moment)
        }
        // Forty from one group have taken the two free places, and displaced each other.
        for index in 1...6 { #expect(machine.isNeighbour(link(index)), "\(index)") }
        #expect(machine.neighbours.count == 8)
    }

    @Test func moreLinksThanThereMayBeAreClosed() {
        var machine = machine()
        for index in 1...Limits.links { #expect(machine.came(index, at: start) == []) }
        #expect(machine.came(999, at: start) == [.close(link(999))])
        #expect(machine.hears(asks, by: 999, at: start) == [])
    }
}
