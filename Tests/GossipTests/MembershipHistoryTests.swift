import Model
import TestKit
import Testing
import Wire

@testable import Gossip

/// Long and hostile histories of one machine.
@Suite struct MembershipHistoryTests: MembershipScript {
    @Test func tenThousandThatComeAndGoLeaveNothing() {
        var machine = machine()
        for index in 1...10_000 {
            let moment = at(UInt64(index) * 100)
            _ = machine.came(index, at: moment)
            _ = machine.hears(.join(record(index)), by: index, at: moment)
            let records = [record(index), record(index + 1)]
            _ = machine.hears(
                .shuffle(nonce: UInt64(index), ttl: 6, records), by: index, at: moment)
            for address in machine.wake(now: moment, wall: wall).dialled {
                _ = machine.dialFailed(address, now: moment)
            }
            _ = machine.unlinked(link(index), now: moment)
        }
        #expect(machine.links.isEmpty)
        #expect(machine.peers.isEmpty)
        #expect(machine.walks.isEmpty)
        #expect(machine.dials.isEmpty)
        #expect(machine.dialling.known.isEmpty)
        #expect(machine.anchors.isEmpty)
        #expect(machine.joinsSent.count <= Limits.joinsSent)
        #expect(machine.passive.entries.count <= Limits.passiveRecords)
        _ = machine.wake(now: at(10_000_000), wall: wall)
        #expect(machine.joins.isEmpty)
    }

    /// Whatever is said in whatever order: tables stay within bounds, up and down alternate, and
    /// time always moves on.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func noHistoryBreaksTheRules(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var machine = machine(seed: seed) { $0.isLeaf = seed % 7 == 0 }
        var up = Set<LinkID>()
        var now = seed % 5 == 0 ? Moment(milliseconds: .max - 50_000) : start
        for index in 0..<20 {
            machine.know(
                address(index), node: index % 3 == 0 ? nil : node(index),
                kind: index % 4 == 0 ? .pinned : .seed, now: now)
        }
        for _ in 0..<3000 {
            now = now.adding(milliseconds: UInt64(random.number(below: 400)))
            let wall = random.number(below: 200) == 0 ? WallTime(seconds: .max) : testStart
            for effect in input(&machine, &random, now, wall) {
                switch effect {
                case .up(let link): #expect(up.insert(link).inserted)
                case .down(let link): #expect(up.remove(link) != nil)
                case .send(let link, _): #expect(machine.peers[link] != nil || !up.contains(link))
                case .close, .dial, .compare, .anchors, .misbehaved: break
                }
            }
            #expect(Set(machine.neighbours) == up)
            expectBounds(machine)
        }
        for link in machine.links {
            for effect in machine.unlinked(link, now: now) {
                if case .down(let link) = effect { up.remove(link) }
            }
        }
        #expect(up.isEmpty)
        #expect(machine.walks.isEmpty)
        #expect(machine.tally.up == 0)
    }

    private func expectBounds(_ machine: Membership) {
        #expect(machine.peers.count == machine.links.count)
        #expect(machine.links.count <= Limits.links)
        #expect(machine.passive.entries.count <= Limits.passiveRecords)
        #expect(machine.walks.count <= Limits.walksKept)
        #expect(machine.joins.count <= Limits.joinsHeard)
        #expect(machine.dials.count <= Limits.dialsAtOnce)
        #expect(machine.anchors.count <= Limits.anchors)
        #expect(machine.tally.placed <= Limits.neighboursMost + Limits.neighboursDialled + 1)
        #expect(machine.tally.guests <= Limits.guests)
        var tally = machine
        tally.count()
        #expect(tally.tally.up == machine.tally.up && tally.tally.placed == machine.tally.placed)
    }

    private func input(
        _ machine: inout Membership, _ random: inout SeededRandom, _ now: Moment, _ wall: WallTime
    ) -> Effects {
        let index = random.number(below: 40)
        let link = link(index)
        switch random.number(below: 10) {
        case 0:
            return machine.linked(
                link, record: random.number(below: 5) == 0 ? hidden(index) : record(index),
                isLeaf: random.number(below: 9) == 0,
                dialled: random.number(below: 2) == 0 ? address(index) : nil,
                group: nil, now: now, wall: wall)
        case 1: return machine.unlinked(link, now: now)
        case 2: return machine.dialFailed(address(index), now: now)
        case 3: return machine.compared(link, differed: random.number(below: 2) == 0, now: now)
        case 4:
            if random.number(below: 20) == 0 { machine.pin(node(index)) }
            if random.number(below: 20) == 0 { machine.unpin(node(index)) }
            if random.number(below: 50) == 0 { machine.forget(address(index)) }
            machine.used(link, now: now)
            return []
        case 5, 6:
            let effects = machine.wake(now: now, wall: wall)
            // What was due is done: the clock need not stand still.
            if let deadline = machine.deadline, now.milliseconds < .max - 100_000 {
                #expect(deadline > now)
            }
            return effects
        default: return machine.heard(frame(&random), by: link, now: now, wall: wall)
        }
    }

    private func frame(_ random: inout SeededRandom) -> MembershipFrame {
        let records = (0..<random.number(below: 9)).map { _ in
            let index = [random.number(below: 60), 999][random.number(below: 10) / 9]
            return record(index, seq: UInt64(random.number(below: 3)))
        }
        let byte = UInt8(random.number(below: 256))
        switch random.number(below: 8) {
        case 0: return .join(records.first ?? record(1))
        case 1:
            return .forwardJoin(ttl: byte % 9 == 0 ? byte : byte % 7, records.first ?? record(2))
        case 2, 3: return .neighbor(isHighPriority: byte & 1 == 0)
        case 4: return .neighborReply(isAccepted: byte & 1 == 0)
        case 5: return .disconnect(reason: byte % 5, backoffSeconds: UInt16(byte) << 8 | 0xFF)
        case 6: return .shuffle(nonce: UInt64(byte % 8), ttl: byte, records)
        default: return .shuffleReply(nonce: UInt64(byte % 8), records)
        }
    }

    /// Two hundred nodes of one source group against one that has honest neighbours.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func attackersOfOneGroupNeitherFillTheViewsNorSurviveARestart(_ seed: UInt64) throws {
        let group = try #require(SourceGroup(address: [203, 0, 1, 1]))
        func attacker(_ index: Int) -> PeerRecord {
            MembershipNetwork.record(
                index, addresses: [.ipv4([203, 0, UInt8(index % 250), 9], port: 7447)])
        }
        var machine = machine(seed: seed)
        for index in 1...3 { machine.chose(index, at: start) }
        for index in 4...6 { _ = machine.befriend(index, at: start) }
        for index in 4...6 {
            let records = (0..<8).map { record(100 + 8 * index + $0) }
            _ = machine.hears(.shuffle(nonce: 1, ttl: 0, records), by: index, at: start)
        }
        var anchors: [PeerRecord] = []
        for index in 2000..<2200 {
            let moment = at(UInt64(index - 2000) * 1000)
            let near = link(index)
            _ = machine.linked(
                near, record: attacker(index), dialled: nil, group: group, now: moment, wall: wall)
            _ = machine.hears(.join(attacker(index)), by: index, at: moment)
            _ = machine.hears(.neighbor(isHighPriority: true), by: index, at: moment)
            let others = (0..<8).map { attacker(index + 200 + $0) }
            _ = machine.hears(.shuffle(nonce: 2, ttl: 0, others), by: index, at: moment)
            for effect in machine.wake(now: moment, wall: wall) {
                if case .anchors(let records) = effect { anchors = records }
                if case .dial(let address, _) = effect {
                    _ = machine.dialFailed(address, now: moment)
                }
            }
            if index % 3 == 0 { _ = machine.unlinked(near, now: moment) }
        }
        for index in 1...6 { #expect(machine.isNeighbour(link(index)), "node \(index)") }
        let honest = machine.passiveRecords.filter { SourceGroup(record: $0) != group }
        #expect(honest.count >= 20)
        #expect(anchors.count == 3)
        // Started again, it dials whom it knew.
        var again = self.machine(seed: seed + 100)
        again.recall(anchors: anchors, now: start)
        let dialled = again.wake(now: start, wall: wall).dialled
        #expect(dialled.count == 3)
        #expect(dialled.allSatisfy { (1...3).map(address).contains($0) })
    }
}
