import Model
import TestKit
import Testing

@testable import Gossip

/// Messages: what is written, what is refused, and what strangers' bytes may cost.
@Suite struct ReconciliationMessageTests: ReconciliationScript {
    private func claims(_ bytes: [UInt8]) throws(RangeMessageError) -> [RangeClaim] {
        var reader = RangeReader(bytes.dropFirst())
        var claims: [RangeClaim] = []
        while let claim = try reader.next() { claims.append(claim) }
        return claims
    }

    @Test func whatIsWrittenIsRead() throws {
        let times: [UInt64] = [
            0, 1, 126, 127, 128, 16_383, 16_384, 1 << 32, 1 << 63, .max - 1, .max,
        ]
        var writer = RangeWriter()
        var expected: [RangeClaim] = []
        for (number, time) in times.enumerated() {
            let bound = RangeBound(
                time: time, prefix: [UInt8](id(UInt64(number)).bytes.prefix(number * 3)))
            let print = [UInt8](repeating: UInt8(number), count: 16)
            let ids = (0..<number).map { id(UInt64($0)) }
            switch number % 3 {
            case 0: writer.skip(to: bound)
            case 1: writer.fingerprint(print, to: bound)
            default: writer.ids(ids, to: bound)
            }
            expected.append(
                RangeClaim(
                    bound: bound,
                    kind: [.skip, .fingerprint(print), .ids(ids)][number % 3]))
        }
        #expect(try claims(writer.bytes) == expected)
    }

    @Test(
        arguments: [
            ([0x61, 0x80, 0x01, 0, 0], .notMinimal),
            ([0x61, 0x80], .notMinimal),
            ([0x61, 0x81], .truncated),
            // 2^64 − 1 in ten bytes is read, one more is not.
            ([0x61] + [0x81] + [UInt8](repeating: 0xFF, count: 8) + [0x7F], .truncated),
            ([0x61] + [0x82] + [UInt8](repeating: 0x80, count: 8) + [0x00], .numberTooLarge),
            ([0x61] + [UInt8](repeating: 0xFF, count: 60_000), .numberTooLarge),
            ([0x61, 1, 33], .boundTooLong(33)),
            ([0x61, 1, 32], .truncated),
            ([0x61, 1, 0, 3], .mode(3)),
            ([0x61, 1, 0, 1] + [UInt8](repeating: 0, count: 15), .truncated),
            ([0x61, 1, 0, 2, 1] + [UInt8](repeating: 0, count: 31), .count(1)),
            ([0x61, 0, 0, 2, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F], .count(UInt64(UInt32.max))),
            (
                [0x61, 0, 0, 2, 0x81] + [UInt8](repeating: 0xFF, count: 8) + [0x7F],
                .count(.max)
            ),
            ([0x61, 5, 1, 9, 0, 1, 1, 8, 0], .descending),
            ([0x61, 5, 1, 9, 0, 1, 0, 0], .descending),
        ] as [([UInt8], RangeMessageError)])
    func whatIsMalformedIsRefused(_ message: [UInt8], _ error: RangeMessageError) {
        #expect(throws: error) { try claims(message) }
        var items = PlainSet([])
        for role in [RangeComparison.Role.initiator, .responder] {
            #expect(throws: error) {
                try RangeComparison.answer(
                    message, as: role, within: .init(messageBytes: 60_000), &items)
            }
        }
    }

    @Test func versionsAreToldApart() throws {
        var items = PlainSet([])
        let bounds = RangeComparison.Bounds(messageBytes: 0)
        for version in UInt8.min...UInt8.max where version != 0x61 {
            let answer = try? RangeComparison.answer(
                [version, 0xFF], as: .responder, within: bounds, &items)
            #expect(answer?.message == ((0x60...0x6F).contains(version) ? [0x61] : nil))
            #expect(throws: RangeMessageError.version(version)) {
                try RangeComparison.answer(
                    [version], as: .initiator, within: bounds, &items)
            }
        }
        #expect(throws: RangeMessageError.empty) {
            try RangeComparison.answer([], as: .responder, within: bounds, &items)
        }
    }

    @Test func aBoundIsNoLongerThanItMustBe() throws {
        let low = try #require(ItemID([1, 2, 3] + [UInt8](repeating: 0, count: 29)))
        let high = try #require(ItemID([1, 2, 4] + [UInt8](repeating: 0, count: 29)))
        let next = RangeBound.between(RangeItem(time: 7, id: low), RangeItem(time: 7, id: high))
        #expect(next == RangeBound(time: 7, prefix: [1, 2, 4]))
        let later = RangeBound.between(RangeItem(time: 7, id: high), RangeItem(time: 8, id: low))
        #expect(later == RangeBound(time: 8, prefix: []))
        let last = try #require(ItemID([UInt8](repeating: 0, count: 31) + [1]))
        let whole = RangeBound.between(RangeItem(time: 7, id: .zero), RangeItem(time: 7, id: last))
        #expect(whole.prefix == last.bytes)
    }

    /// Real messages with bytes changed, lost and repeated, to both roles: an answer within the
    /// limit that is well-formed, or a refusal.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func noBytesDoHarm(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var near = PlainSet(some(300, &random))
        var far = PlainSet(some(300, &random))
        let bounds = RangeComparison.Bounds(messageBytes: 4096, have: 50)
        var seeds = [RangeComparison.opening(&near)]
        for turn in 0..<6 {
            guard let last = seeds.last, last.count > 1 else { break }
            let answer =
                turn % 2 == 0
                ? try RangeComparison.answer(last, as: .responder, within: bounds, &far)
                : try RangeComparison.answer(last, as: .initiator, within: bounds, &near)
            seeds.append(answer.message)
        }
        var answered = 0
        for turn in 0..<1500 {
            let message = random.mutated(seeds[turn % seeds.count])
            let role: RangeComparison.Role = turn % 3 == 0 ? .initiator : .responder
            guard
                let answer = try? RangeComparison.answer(
                    message, as: role, within: bounds, &far)
            else { continue }
            answered += 1
            #expect(answer.message.count <= 4096)
            #expect(answer.have.count <= 50)
            #expect(answer.need.allSatisfy { !far.contains($0) })
            #expect(answer.need.count * 32 <= message.count)
            _ = try claims(answer.message)
        }
        #expect(answered > 50)
    }

    private func some(_ count: Int, _ random: inout SeededRandom) -> [RangeItem] {
        (0..<count).map { _ in
            RangeItem(
                time: UInt64(random.number(below: 40)),
                id: ItemID([7, 7] + random.bytes(30)) ?? .zero)
        }
    }

    /// Nothing can be said that both a full list and a full message lose: sets of one side only,
    /// with a limit that cuts every answer.
    @Test func narrowMessagesFindAll() throws {
        var random = SeededRandom(11)
        let (mine, yours) = (some(900, &random), some(2500, &random))
        var (near, far) = (PlainSet(mine), PlainSet(yours))
        var (have, need): (Set<ItemID>, Set<ItemID>) = ([], [])
        let bounds = RangeComparison.Bounds(messageBytes: 4096)
        var message = RangeComparison.opening(&near)
        var turns = 0
        while message.count > 1, turns < 300 {
            message = try RangeComparison.answer(
                message, as: .responder, within: bounds, &far
            ).message
            let answer = try RangeComparison.answer(
                message, as: .initiator, within: bounds, &near)
            have.formUnion(answer.have)
            need.formUnion(answer.need)
            message = answer.message
            turns += 1
        }
        #expect(have == near.known)
        #expect(need == far.known)
        #expect(turns < 300)
    }
}
