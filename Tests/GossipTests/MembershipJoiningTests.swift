import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct MembershipJoiningTests: MembershipScript {
    let accepted = MembershipFrame.neighborReply(isAccepted: true)
    let refused = MembershipFrame.neighborReply(isAccepted: false)
    let asks = MembershipFrame.neighbor(isHighPriority: false)

    func disconnect(_ reason: UInt8, _ seconds: UInt16 = 0) -> MembershipFrame {
        .disconnect(reason: reason, backoffSeconds: seconds)
    }

    // MARK: Asking

    @Test func theFirstContactIsSentJoinAndAskedWhomItKnows() throws {
        var machine = machine()
        let effects = machine.reachedOut(to: 1, at: start)
        #expect(effects.unshuffled == [.send(link(1), .join(record(0)))])
        guard case .shuffle(_, let ttl, let records) = try #require(effects.sent.last) else {
            Issue.record("no SHUFFLE")
            return
        }
        #expect(ttl == 0)
        #expect(records == [record(0)])
        #expect(!machine.isNeighbour(link(1)))
        #expect(machine.hears(accepted, by: 1, at: at(10)) == [.up(link(1))])
        #expect(machine.isNeighbour(link(1)))
    }

    @Test func whoHasTwoNeighboursSendsNeighbor() {
        var machine = machine()
        machine.chose(1, at: start)
        machine.chose(2, at: start)
        #expect(machine.reachedOut(to: 3, at: start).unshuffled == [.send(link(3), asks)])
    }

    @Test func afterThreeJoinsAMinuteTheRestIsNeighborWithHighPriority() {
        var machine = machine()
        for index in 1...3 {
            #expect(
                machine.reachedOut(to: index, at: start).unshuffled
                    == [.send(link(index), .join(record(0)))])
            _ = machine.hears(refused, by: index, at: start)
        }
        #expect(
            machine.reachedOut(to: 4, at: start).unshuffled
                == [.send(link(4), .neighbor(isHighPriority: true))])
        #expect(
            machine.reachedOut(to: 5, at: at(60_000)).unshuffled
                == [.send(link(5), .join(record(0)))])
    }

    @Test func noAnswerInFiveSecondsIsARefusal() {
        var machine = machine()
        _ = machine.reachedOut(to: 1, at: start)
        _ = machine.wake(now: at(4999), wall: wall)
        var patient = machine
        #expect(patient.hears(accepted, by: 1, at: at(4999)) == [.up(link(1))])
        _ = machine.wake(now: at(5000), wall: wall)
        // The answer comes too late, and the other side believes in it.
        #expect(machine.hears(accepted, by: 1, at: at(5001)) == [.send(link(1), disconnect(2))])
        #expect(!machine.isNeighbour(link(1)))
    }

    @Test func anAnswerToNoQuestionMakesNoNeighbour() {
        var machine = machine()
        _ = machine.came(1, at: start)
        #expect(machine.hears(refused, by: 1, at: start) == [])
        #expect(machine.hears(accepted, by: 1, at: start) == [.send(link(1), disconnect(2))])
    }

    @Test func aLinkOnWhichItWasRefusedIsClosedSoon() {
        var machine = machine()
        machine.chose(9, at: start)
        _ = machine.reachedOut(to: 1, at: start)
        _ = machine.hears(refused, by: 1, at: at(100))
        #expect(!machine.wake(now: at(3099), wall: wall).contains(.close(link(1))))
        #expect(machine.wake(now: at(3100), wall: wall).contains(.close(link(1))))
        #expect(!machine.wake(now: at(9000), wall: wall).contains(.close(link(1))))
        _ = machine.unlinked(link(1), now: at(9000))
        #expect(machine.neighbours == [link(9)])
    }

    // MARK: Being asked

    @Test func whoAsksBecomesANeighbour() {
        var machine = machine()
        #expect(machine.came(1, at: start) == [])
        #expect(
            machine.hears(asks, by: 1, at: start) == [.up(link(1)), .send(link(1), accepted)])
        // Asked again, it says yes again; nothing else changes.
        #expect(machine.hears(asks, by: 1, at: start) == [.send(link(1), accepted)])
        #expect(machine.neighbours == [link(1)])
    }

    @Test func requestsThatCrossAreOne() {
        var machine = machine()
        _ = machine.reachedOut(to: 1, at: start)
        #expect(
            machine.hears(asks, by: 1, at: start) == [.up(link(1)), .send(link(1), accepted)])
        #expect(machine.hears(accepted, by: 1, at: start) == [])
        #expect(machine.hears(refused, by: 1, at: start) == [])
        #expect(machine.neighbours == [link(1)])
    }

    @Test func whatUnknownLinksSayIsNotHeard() {
        var machine = machine()
        for frame in [asks, accepted, refused, disconnect(1, 9), .join(record(1))] {
            #expect(machine.hears(frame, by: 7, at: start) == [])
        }
        #expect(machine.unlinked(link(7), now: start) == [])
        #expect(machine.compared(link(7), differed: true, now: start) == [])
    }

    @Test func theEndOfALinkEndsTheNeighbour() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        #expect(machine.unlinked(link(1), now: start) == [.down(link(1))])
        #expect(machine.unlinked(link(1), now: start) == [])
        #expect(machine.neighbours == [])
        #expect(machine.passiveRecords == [record(1)])
    }

    @Test func aSecondLinkToANodeTakesTheFirstOnesPlace() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        let effects = machine.linked(
            link(50), record: record(1), dialled: nil, group: nil, now: start, wall: wall)
        #expect(effects == [.down(link(1))])
        #expect(machine.hears(asks, by: 1, at: start) == [])
        #expect(
            machine.hears(asks, by: 50, at: start) == [.up(link(50)), .send(link(50), accepted)])
    }

    // MARK: DISCONNECT

    @Test func disconnectEndsTheNeighbourAndNotTheLink() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        #expect(machine.hears(disconnect(1, 60), by: 1, at: start) == [.down(link(1))])
        #expect(machine.hears(disconnect(1, 60), by: 1, at: start) == [])
        #expect(
            machine.hears(asks, by: 1, at: at(1)) == [.up(link(1)), .send(link(1), accepted)])
    }

    @Test func whoToldUsToWaitIsNotAskedBefore() throws {
        var machine = machine()
        machine.chose(1, at: start)
        _ = machine.hears(disconnect(1, 60), by: 1, at: start)
        var asked: [UInt64] = []
        for second in 1...100 as ClosedRange<UInt64> {
            machine.used(link(1), now: at(second * 1000))
            let sent = machine.wake(now: at(second * 1000), wall: wall).sent
            if sent.contains(.join(record(0))) { asked.append(second) }
        }
        let first = try #require(asked.first)
        #expect((60...80).contains(first))
    }

    @Test func whoStopsIsForgotten() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        #expect(machine.hears(disconnect(3), by: 1, at: start) == [.down(link(1))])
        #expect(machine.passiveRecords == [])
    }

    @Test func stoppingTellsEveryNeighbour() {
        var machine = machine()
        _ = machine.befriend(1, at: start)
        _ = machine.befriend(2, at: start)
        #expect(
            machine.stop(now: start) == [
                .down(link(1)), .send(link(1), disconnect(3)),
                .down(link(2)), .send(link(2), disconnect(3)),
            ])
    }

    @Test func theLongestBackoffAtTheClocksEndOverflowsNothing() {
        let end = Moment(milliseconds: .max - 5)
        var machine = machine()
        _ = machine.befriend(1, at: end)
        #expect(machine.hears(disconnect(1, .max), by: 1, at: end) == [.down(link(1))])
        _ = machine.reachedOut(to: 2, at: end)
        _ = machine.hears(disconnect(1, .max), by: 2, at: end)
        _ = machine.wake(now: Moment(milliseconds: .max), wall: WallTime(seconds: .max))
        #expect(machine.neighbours == [])
    }

    @Test func aBackoffOfManyHoursIsOneHour() {
        var machine = machine {
            $0.sought = 1
            $0.outbound = 0
        }
        machine.chose(1, at: start)
        _ = machine.hears(disconnect(1, .max), by: 1, at: start)
        _ = machine.unlinked(link(1), now: start)
        var dialled: [UInt64] = []
        for second in stride(from: UInt64(0), to: 4400, by: 5) {
            let moment = at(second * 1000)
            let effects = machine.wake(now: moment, wall: wall)
            // Looking beyond the neighbours is another matter.
            for address in effects.dialled {
                if second % 600 != 0 { dialled.append(second) }
                _ = machine.dialFailed(address, now: moment)
            }
        }
        #expect(dialled.contains { $0 >= 3600 })
    }
}
