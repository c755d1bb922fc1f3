import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct MembershipShufflingTests: MembershipScript {
    func shuffle(_ ttl: UInt8, _ indices: [Int], nonce: UInt64 = 77) -> MembershipFrame {
        .shuffle(nonce: nonce, ttl: ttl, indices.map { record($0) })
    }

    func befriended(_ count: Int) -> Membership {
        var machine = machine()
        for index in 1...count { _ = machine.befriend(index, at: start) }
        return machine
    }

    func reply(_ effects: Effects) -> (link: LinkID, nonce: UInt64, records: [PeerRecord])? {
        guard case .send(let link, .shuffleReply(let nonce, let records))? = effects.first else {
            return nil
        }
        return (link, nonce, records)
    }

    @Test func aStrangerIsAnsweredWithNeighboursAndOthers() throws {
        var machine = befriended(4)
        _ = machine.came(9, at: start)
        let first = try #require(reply(machine.hears(shuffle(6, [9, 20, 21]), by: 9, at: start)))
        #expect(first.link == link(9))
        #expect(first.nonce == 77)
        #expect(first.records.count == 4)
        #expect(first.records[0] == record(0))
        #expect(machine.passiveRecords == [record(20), record(21)])
        // What the asker knows already is not told again.
        let more = shuffle(0, [1, 2, 3, 4, 20, 22, 23, 24])
        let second = try #require(reply(machine.hears(more, by: 9, at: start)))
        #expect(second.records == [record(0), record(21)])
        let third = try #require(reply(machine.hears(shuffle(0, []), by: 9, at: start)))
        #expect(third.records.count == 8)
        #expect(third.records.allSatisfy { $0 != record(9) })
    }

    @Test func whoTakesItselfForANeighbourIsToldThatItIsNone() {
        var machine = befriended(2)
        _ = machine.came(9, at: start)
        let walking = machine.hears(shuffle(6, [9]), by: 9, at: start)
        #expect(
            walking.last == .send(link(9), .disconnect(reason: 2, backoffSeconds: 0)))
        // One that looks beyond its neighbours knows it.
        #expect(machine.hears(shuffle(0, [9]), by: 9, at: start).count == 1)
    }

    @Test func fromANeighbourItWalksAndTheReplyComesBack() throws {
        var machine = befriended(2)
        #expect(
            machine.hears(shuffle(6, [20]), by: 1, at: start)
                == [.send(link(2), shuffle(5, [20]))])
        #expect(machine.passiveRecords == [])
        let answer = MembershipFrame.shuffleReply(nonce: 77, [record(30)])
        // Not from whom it did not go to, and only once.
        #expect(machine.hears(answer, by: 1, at: at(1)) == [])
        #expect(machine.hears(answer, by: 2, at: at(1)) == [.send(link(1), answer)])
        #expect(machine.hears(answer, by: 2, at: at(1)) == [])
        #expect(machine.passiveRecords == [])
    }

    @Test func aReplyThatTakesAMinuteIsNotPassedOn() {
        let answer = MembershipFrame.shuffleReply(nonce: 77, [record(30)])
        for (moment, effects) in [(59_999, [.send(link(1), answer)]), (60_000, [])]
            as [(UInt64, Effects)]
        {
            var machine = befriended(2)
            _ = machine.hears(shuffle(6, [20]), by: 1, at: start)
            #expect(machine.hears(answer, by: 2, at: at(moment)) == effects)
        }
    }

    @Test func aReplyToALostLinkGoesNowhere() {
        var machine = befriended(2)
        _ = machine.hears(shuffle(6, [20]), by: 1, at: start)
        _ = machine.unlinked(link(1), now: start)
        let answer = MembershipFrame.shuffleReply(nonce: 77, [record(30)])
        #expect(machine.hears(answer, by: 2, at: start) == [])
    }

    @Test func atItsEndItIsAnswered() throws {
        var machine = befriended(2)
        let end = try #require(reply(machine.hears(shuffle(0, [20]), by: 1, at: start)))
        #expect(end.link == link(1))
        #expect(machine.passiveRecords == [record(20)])
        var lonely = befriended(1)
        #expect(reply(lonely.hears(shuffle(6, [20]), by: 1, at: start)) != nil)
    }

    @Test func repliesTeachOnlyWhoAsked() throws {
        var machine = machine()
        let sent = machine.reachedOut(to: 1, at: start).sent
        guard case .shuffle(let nonce, _, _) = try #require(sent.last) else { return }
        let records = [record(2), record(0), record(999), hidden(3), record(1)]
        let answer = MembershipFrame.shuffleReply(nonce: nonce, records)
        #expect(machine.hears(.shuffleReply(nonce: nonce &+ 1, records), by: 1, at: start) == [])
        #expect(machine.passiveRecords == [])
        #expect(machine.hears(answer, by: 1, at: start) == [])
        #expect(machine.passiveRecords == [record(2)])
    }

    @Test func everyMinuteOrSoANeighbourIsAsked() {
        var machine = machine {
            $0.sought = 1
            $0.outbound = 0
        }
        machine.chose(1, at: start)
        for index in 20...29 { _ = machine.hears(shuffle(0, [index]), by: 1, at: start) }
        var moments: [UInt64] = []
        for second: UInt64 in 0..<1000 {
            let effects = machine.wake(now: at(second * 1000), wall: wall)
            if case .shuffle(_, 6, let records)? = effects.sent.first {
                moments.append(second)
                #expect(records.count == 5)
                #expect(records[0] == record(0))
            }
            for address in effects.dialled {
                _ = machine.dialFailed(address, now: at(second * 1000))
            }
        }
        let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }.dropFirst()
        #expect(gaps.count > 10)
        #expect(gaps.allSatisfy { (48...73).contains($0) }, "\(gaps)")
    }

    @Test func whoseRecordListsNothingDoesNotTellIt() throws {
        var machine = machine(own: hidden(0))
        let sent = machine.reachedOut(to: 1, at: start).sent
        guard case .shuffle(_, _, let records) = try #require(sent.last) else { return }
        #expect(records == [])
    }

    @Test func aLinkBringsSixteenAtOnceAndOneASecond() {
        var machine = befriended(2)
        _ = machine.came(9, at: start)
        func answered(_ moment: Moment) -> Int {
            (0..<40).filter { _ in
                !machine.hears(shuffle(0, []), by: 9, at: moment).isEmpty
            }.count
        }
        #expect(answered(start) == 16)
        #expect(answered(at(999)) == 0)
        #expect(answered(at(3000)) == 3)
    }

    @Test func twoHundredFiftySixAreUnderWayAndTheNextIsAnsweredHere() {
        var machine = machine()
        for index in 1...8 { _ = machine.befriend(index, at: start) }
        for index in 100..<140 { _ = machine.came(index, record: hidden(index), at: start) }
        for index in 100..<140 {
            _ = machine.hears(.neighbor(isHighPriority: false), by: index, at: start)
        }
        var walked = 0
        for nonce: UInt64 in 0..<480 {
            let by = nonce < 128 ? 1 + Int(nonce / 16) : 100 + Int((nonce - 128) / 16)
            let effects = machine.hears(shuffle(6, [], nonce: nonce), by: by, at: start)
            if case .send(_, .shuffle)? = effects.first { walked += 1 }
        }
        #expect(walked == Limits.walksKept)
    }

    // MARK: The passive view

    @Test func sixtyRecordsAreKept() {
        var machine = machine()
        for teller in 1...9 {
            _ = machine.came(teller, at: start)
            for index in 0..<10 {
                _ = machine.hears(shuffle(0, [100 * teller + index]), by: teller, at: start)
            }
        }
        #expect(machine.passiveRecords.count == 60)
    }

    @Test func tenOfThemAtTheMostAreOneTellers() {
        var machine = machine()
        _ = machine.came(1, at: start)
        _ = machine.came(2, at: start)
        for index in 0..<5 { _ = machine.hears(shuffle(0, [50 + index]), by: 2, at: start) }
        for index in 0..<16 { _ = machine.hears(shuffle(0, [100 + index]), by: 1, at: start) }
        let told = machine.passiveRecords.filter { record in
            (0..<16).contains { record == self.record(100 + $0) }
        }
        #expect(told.count == 10)
        #expect(machine.passiveRecords.count == 15)
    }

    @Test func aNewerRecordTakesTheOldOnesPlace() {
        var machine = machine()
        _ = machine.came(1, at: start)
        _ = machine.hears(.shuffle(nonce: 1, ttl: 0, [record(5, seq: 3)]), by: 1, at: start)
        _ = machine.hears(.shuffle(nonce: 2, ttl: 0, [record(5, seq: 2)]), by: 1, at: start)
        #expect(machine.passiveRecords == [record(5, seq: 3)])
        _ = machine.hears(.shuffle(nonce: 3, ttl: 0, [record(5, seq: 4)]), by: 1, at: start)
        #expect(machine.passiveRecords == [record(5, seq: 4)])
    }

    @Test func aKnownRecordIsNotCheckedAgain() {
        let counter = Counter()
        var settings = Membership.Settings(node: node(0)) { _, _ in counter.count() }
        settings.passive = 30
        var machine = Membership(settings, own: record(0), choices: Choices(seed: 1), now: start)
        _ = machine.came(1, at: start)
        for _ in 0..<5 { _ = machine.hears(shuffle(0, [5, 1, 0]), by: 1, at: start) }
        #expect(counter.value == 1)
    }

    @Test func aCrowdOfOneGroupDoesNotFillTheView() {
        var machine = machine()
        for index in 1...2 { _ = machine.came(index, at: start) }
        for index in 0..<10 { _ = machine.hears(shuffle(0, [100 + index]), by: 1, at: start) }
        for index in 0..<10 { _ = machine.hears(shuffle(0, [110 + index]), by: 2, at: start) }
        for index in 0..<200 {
            // Two hundred tellers, each with itself and another.
            let records = [1000 + index, 2000 + index].map {
                MembershipNetwork.record(
                    $0, addresses: [.ipv4([203, 0, UInt8($0 % 200), 9], port: 7447)])
            }
            _ = machine.linked(
                link(1000 + index), record: records[0], dialled: nil, group: nil, now: start,
                wall: wall)
            _ = machine.hears(.join(records[0]), by: 1000 + index, at: start)
            _ = machine.hears(.shuffle(nonce: 1, ttl: 0, records), by: 1000 + index, at: start)
            _ = machine.unlinked(link(1000 + index), now: start)
        }
        let honest = machine.passiveRecords.filter { record in
            (0..<20).contains { record == self.record(100 + $0) }
        }
        #expect(honest.count == 20)
        #expect(machine.passiveRecords.count == 60)
    }
}

/// Counts from within a closure that may be called from anywhere, and is not.
private final class Counter: @unchecked Sendable {
    private(set) var value = 0

    func count() -> Bool {
        value += 1
        return true
    }
}
