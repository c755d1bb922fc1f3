import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct MembershipDiallingTests: MembershipScript {
    let accepted = MembershipFrame.neighborReply(isAccepted: true)
    let refused = MembershipFrame.neighborReply(isAccepted: false)

    /// A machine that was told of nodes by a link that is gone.
    func knowing(
        _ records: [PeerRecord], _ change: (inout Membership.Settings) -> Void = { _ in }
    ) -> Membership {
        var machine = machine(change)
        for (number, start) in stride(from: 0, to: records.count, by: 8).enumerated() {
            let told = [PeerRecord](records[start..<min(start + 8, records.count)])
            _ = machine.came(900 + number, record: hidden(900 + number), at: self.start)
            _ = machine.hears(
                .shuffle(nonce: 1, ttl: 0, told), by: 900 + number, at: self.start)
            _ = machine.unlinked(link(900 + number), now: self.start)
        }
        return machine
    }

    /// Lets the machine run while every dial fails; gives when each address was dialled, seconds.
    func dials(
        _ machine: inout Membership, seconds: UInt64, failing: Bool = true
    ) -> [Text: [UInt64]] {
        var dialled: [Text: [UInt64]] = [:]
        for second in 0...seconds {
            for address in machine.wake(now: at(second * 1000), wall: wall).dialled {
                dialled[address, default: []].append(second)
                if failing { _ = machine.dialFailed(address, now: at(second * 1000)) }
            }
        }
        return dialled
    }

    // MARK: Alone

    @Test func withoutANeighbourThreeAreDialledAtOnceAndOneIsASeed() {
        var machine = knowing([record(1), record(2), record(3), record(4)])
        machine.know("seed.example:1", node: nil, kind: .seed, now: start)
        let dialled = machine.wake(now: start, wall: wall).dialled
        #expect(dialled.count == 3)
        #expect(dialled[0] == "seed.example:1")
        #expect(machine.wake(now: start, wall: wall).dialled == [])
    }

    @Test func anotherIsDialledAtOnceWhenOneFails() {
        var machine = knowing((1...8).map { record($0) })
        var failed: [Text] = []
        for address in machine.wake(now: start, wall: wall).dialled {
            #expect(machine.dialFailed(address, now: at(10)) == [])
            failed.append(address)
        }
        #expect(machine.deadline == at(10))
        let next = machine.wake(now: at(10), wall: wall).dialled
        #expect(next.count == 3)
        #expect(next.allSatisfy { !failed.contains($0) })
    }

    @Test func seedsAreDialledForEverAndEveryTenSecondsOrSo() {
        var machine = machine()
        machine.know("seed.example:1", node: node(1), kind: .seed, now: start)
        let moments = dials(&machine, seconds: 3600)["seed.example:1"] ?? []
        let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }
        #expect(gaps.allSatisfy { $0 <= 20 }, "\(gaps.max() ?? 0)")
        #expect(moments.count < 600)
        #expect(moments.last ?? 0 > 3570)
    }

    @Test func whoIsCutOffForgetsNobody() {
        let records = (1...20).map { record($0) }
        var machine = knowing(records)
        _ = dials(&machine, seconds: 7200)
        #expect(machine.passiveRecords == records)
    }

    // MARK: Among neighbours

    @Test func aNodeThatFailsTwiceIsForgotten() {
        var machine = knowing([record(1)])
        machine.chose(9, at: start)
        let moments = dials(&machine, seconds: 600)[address(1)] ?? []
        #expect(moments.count == 2)
        #expect(machine.passiveRecords == [])
    }

    @Test func threeDialledAndFiveInAllAreEnough() {
        var machine = knowing([record(20)])
        machine.know("seed.example:1", node: node(21), kind: .seed, now: start)
        for index in 1...3 { machine.chose(index, at: start) }
        for index in 4...5 { _ = machine.befriend(index, at: start) }
        #expect(dials(&machine, seconds: 470) == [:])
        // One neighbour fewer, and another is looked for at once.
        #expect(machine.unlinked(link(4), now: at(470_000)) == [.down(link(4))])
        let dialled = machine.wake(now: at(470_600), wall: wall).dialled
        #expect(!dialled.isEmpty)
    }

    @Test func whoeverDialledUsIsNoSubstituteForThoseWeDial() {
        var machine = knowing([record(20)])
        for index in 1...8 { _ = machine.befriend(index, at: start) }
        #expect(machine.wake(now: at(600), wall: wall).dialled == [address(20)])
        #expect(
            machine.reachedOut(to: 20, at: at(700)).unshuffled
                == [.send(link(20), .neighbor(isHighPriority: false))])
        #expect(machine.hears(accepted, by: 20, at: at(800)) == [.up(link(20))])
        #expect(machine.neighbours.count == 9)
    }

    @Test func oneIsDialledOfEachSourceGroupWhileThereAreOthers() {
        let group = (1...6).map {
            MembershipNetwork.record($0, addresses: [.ipv4([203, 0, 1, UInt8($0)], port: 7447)])
        }
        for seed: UInt64 in 1...20 {
            var machine = machine(seed: seed)
            _ = machine.came(900, record: hidden(900), at: start)
            let told = group + [record(10), record(11)]
            _ = machine.hears(.shuffle(nonce: 1, ttl: 0, told), by: 900, at: start)
            let dialled = machine.wake(now: start, wall: wall).dialled
            #expect(dialled.count == 3)
            #expect(dialled.contains(address(10)) && dialled.contains(address(11)), "\(seed)")
        }
        // Where there is one group only, it has to do.
        var machine = knowing(group)
        #expect(machine.wake(now: start, wall: wall).dialled.count == 3)
    }

    @Test func onlyAddressesOfReachableNetworksAreDialled() {
        let onion = PeerAddress.onion([UInt8](repeating: 7, count: 32), port: 7447)
        let records = [
            MembershipNetwork.record(1, addresses: [onion]),
            MembershipNetwork.record(
                2, addresses: [.name([UInt8]("abc.onion".utf8), port: 7447)]),
            MembershipNetwork.record(
                3,
                addresses: [
                    .name([UInt8]("abc.onion".utf8), port: 7447), .ipv4([192, 0, 2, 1], port: 1),
                ]),
        ]
        #expect(knowing(records).passiveRecords == [])
        #expect(
            knowing(records) { $0.classes = [.onion] }.passiveRecords == [records[0], records[1]])
        #expect(
            knowing(records) { $0.classes = [.clear, .onion] }.passiveRecords
                == [records[0], records[1]])
    }

    @Test func aRecordThatExpiredIsNotDialled() {
        var machine = knowing([record(1)])
        let late = testStart.adding(seconds: Limits.peerRecordSeconds)
        #expect(machine.wake(now: start, wall: late).dialled == [])
        #expect(machine.passiveRecords == [])
    }

    // MARK: Told addresses

    @Test func aPinnedNodeIsDialledForEverWhoeverElseThereIs() {
        var machine = machine()
        for index in 1...8 { machine.chose(index, at: start) }
        machine.know("pinned.example:1", node: nil, kind: .pinned, now: start)
        let moments = dials(&machine, seconds: 3600)["pinned.example:1"] ?? []
        let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }
        #expect(moments.first == 0)
        #expect(gaps.allSatisfy { $0 <= 76 })
        #expect(moments.count > 45)
    }

    @Test func thePinnedNodeBehindAnAddressIsAskedAgainAndKeptLinked() {
        var machine = machine()
        for index in 1...8 { machine.chose(index, at: start) }
        machine.know(address(20), node: nil, kind: .pinned, now: start)
        _ = machine.wake(now: start, wall: wall)
        #expect(
            machine.reachedOut(to: 20, at: start).unshuffled
                == [.send(link(20), .neighbor(isHighPriority: false))])
        _ = machine.hears(refused, by: 20, at: start)
        var asked: [UInt64] = []
        for second: UInt64 in 0..<300 {
            let effects = machine.wake(now: at(second * 1000), wall: wall)
            #expect(!effects.contains(.close(link(20))))
            if effects.contains(.send(link(20), .neighbor(isHighPriority: false))) {
                asked.append(second)
                _ = machine.hears(refused, by: 20, at: at(second * 1000))
            }
        }
        #expect((3...5).contains(asked.count), "\(asked)")
    }

    @Test func ourOwnAddressIsNotLearned() {
        var machine = machine()
        machine.know("self.example:1", node: node(0), kind: .seed, now: start)
        #expect(machine.dialling.known == [])
    }

    @Test func aForgottenOrBlockedNodeIsNotDialled() {
        var machine = knowing([record(1)])
        machine.know("seed.example:1", node: node(2), kind: .seed, now: start)
        machine.know("other.example:1", node: node(3), kind: .seed, now: start)
        machine.block(node(1))
        machine.block(node(2))
        machine.forget("other.example:1")
        var other = machine
        #expect(dials(&machine, seconds: 100) == [:])
        other.unblock(node(2))
        #expect([Text](dials(&other, seconds: 100).keys) == ["seed.example:1"])
    }

    @Test func aDialNobodyAnswersCountsAsFailedAfterAMinute() {
        var machine = machine()
        machine.know("seed.example:1", node: nil, kind: .seed, now: start)
        #expect(machine.wake(now: start, wall: wall).dialled == ["seed.example:1"])
        #expect(dials(&machine, seconds: 59, failing: false) == [:])
        let again = dials(&machine, seconds: 70, failing: false)
        #expect(again.keys.map { $0 } == ["seed.example:1"])
    }

    @Test func aDialThatFailsTwiceOrUnasked() {
        var machine = machine()
        #expect(machine.dialFailed("nobody.example:1", now: start) == [])
        #expect(machine.dialFailed("nobody.example:1", now: start) == [])
        #expect(machine.wake(now: start, wall: wall) == [])
    }

    @Test func noMoreIsDialledThanLinksMayBe() {
        var machine = machine()
        for index in 1...Limits.links - 1 {
            _ = machine.came(index, record: hidden(index), at: start)
        }
        for index in 200...205 {
            machine.know(address(index), node: nil, kind: .pinned, now: start)
        }
        #expect(machine.wake(now: start, wall: wall).dialled.count == 1)
    }

    // MARK: Links of no use

    @Test func aLinkWeDialledIsClosedAfterHalfAMinuteWithoutUse() {
        var machine = machine()
        for index in 1...5 { machine.chose(index, at: start) }
        _ = machine.reachedOut(to: 6, at: start)
        #expect(!machine.wake(now: at(29_999), wall: wall).contains(.close(link(6))))
        machine.used(link(6), now: at(29_999))
        #expect(!machine.wake(now: at(59_998), wall: wall).contains(.close(link(6))))
        #expect(machine.wake(now: at(59_999), wall: wall).contains(.close(link(6))))
    }

    @Test func aStrangersLinkIsClosedAfterTenMinutesWithoutUse() {
        var machine = machine()
        for index in 1...5 { machine.chose(index, at: start) }
        _ = machine.came(6, record: hidden(6), at: start)
        #expect(!machine.wake(now: at(599_999), wall: wall).contains(.close(link(6))))
        #expect(machine.wake(now: at(600_000), wall: wall).contains(.close(link(6))))
    }
}
