import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Gossip

/// The index: what it holds, in what order, and its sums.
@Suite struct ReconciliationIndexTests {
    private let key = Secret([UInt8](repeating: 0, count: 32))

    static func position(_ random: inout SeededRandom, slots: Int = 40) -> ItemPosition {
        let slot = Slot(UInt32(1000 + random.number(below: slots)))
        return ItemPosition(slot: slot, id: ItemID(random.bytes(32)) ?? .zero)
    }

    private func sum(_ positions: some Sequence<ItemPosition>) -> Lanes {
        var scratch = Lanes.scratch
        return Lanes(positions.map { $0.id }, scratch: &scratch)
    }

    // MARK: Fingerprints

    @Test func noItemsHaveTheWrittenFingerprint() {
        var index = RangeIndex()
        let found = index.fingerprint(0..<0, key: key)
        #expect(found.hex == "5311fec8dd95b6894295024657d376ef")
    }

    @Test func twoItemsHaveTheWrittenFingerprint() throws {
        var index = RangeIndex()
        for byte in [UInt8(1), 0] {
            let id = try #require(ItemID([UInt8](repeating: byte, count: 32)))
            index.insert(ItemPosition(slot: Slot(7), id: id))
        }
        let found = index.fingerprint(0..<2, key: key)
        #expect(found.hex == "a485138df0294cc42bbd6e97078efabd")
    }

    @Test func anotherKeyGivesAnotherFingerprint() {
        var index = RangeIndex()
        let (one, other) = (
            index.fingerprint(0..<0, key: key), index.fingerprint(0..<0, key: .fixed(1))
        )
        #expect(one != other)
    }

    /// Pairs of ids that sums mod 2^256, or of bits, take for equal.
    @Test func pairsThatAddUpAlikeHaveDifferentSums() {
        var random = SeededRandom(19)
        func sum(_ ids: [[UInt8]]) -> Lanes {
            self.sum(ids.map { ItemPosition(slot: Slot(7), id: ItemID($0) ?? .zero) })
        }
        let (a, b, mask) = (random.bytes(32), random.bytes(32), random.bytes(32))
        let shifted = sum([[8] + a.dropFirst(), [8] + b.dropFirst()])
        #expect(sum([[7] + a.dropFirst(), [9] + b.dropFirst()]) != shifted)
        let masked = [a, b].map { zip($0, mask).map { $0 ^ $1 } }
        #expect(sum([a, b]) != sum(masked))
    }

    @Test func lanesAddAndSubtract() {
        var random = SeededRandom(3)
        let (a, b) = (Self.position(&random), Self.position(&random))
        var both = sum([a, b])
        both.subtract(sum([b]))
        #expect(both == sum([a]))
        #expect(sum([a, b]) == sum([b, a]))
        #expect(sum([a, a]) != sum([]))
    }

    // MARK: Against a plain list

    /// Inserts, removals and sums of ranges in random order give what a sorted list gives.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func itIsTheSortedList(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var index = RangeIndex()
        var list: [ItemPosition] = []
        for turn in 0..<6000 {
            let isFalling = turn % 2000 > 1400
            if random.number(below: 10) < (isFalling ? 1 : 8) || list.isEmpty {
                let position = Self.position(&random)
                let place = list.firstIndex { position < $0 } ?? list.count
                list.insert(position, at: place)
                let isNew = index.insert(position)
                #expect(isNew)
            } else {
                let gone = list.remove(at: random.number(below: list.count))
                let wasHeld = index.remove(gone.id)
                #expect(wasHeld)
            }
            if turn % 97 == 0 { compareRange(&index, list, &random) }
        }
        #expect(index.count == list.count)
        #expect(index.ids(0..<index.count) == list.map { $0.id })
        #expect(index.first == list.first)
        #expect(index.last == list.last)
        checkShape(index)
        for position in list.shuffled(using: &random) { index.remove(position.id) }
        #expect(index.count == 0)
        #expect(index.groups.isEmpty)
    }

    private func compareRange(
        _ index: inout RangeIndex, _ list: [ItemPosition], _ random: inout SeededRandom
    ) {
        let low = random.number(below: list.count + 1)
        let high = low + random.number(below: list.count - low + 1)
        let middle = low + (high - low) / 2
        // Two in a row, as sessions ask: the second begins where the first ended.
        for (from, to) in [(low, middle), (middle, high)] {
            let found = index.fingerprint(from..<to, key: key)
            #expect(found == sum(list[from..<to]).fingerprint(count: to - from, key: key))
        }
        #expect(index.ids(low..<high) == list[low..<high].map { $0.id })
        if low < list.count {
            #expect(index.position(at: low) == list[low])
            #expect(index.rank(of: list[low]) == low)
            #expect(index.contains(list[low].id))
            #expect(index.rank(of: list[low].slot) <= low)
        }
    }

    /// No leaf or group is empty or too full, and counts and known lanes are right.
    private func checkShape(_ index: RangeIndex) {
        var index = index
        for group in index.groups {
            #expect(!group.leaves.isEmpty)
            #expect(group.leaves.count <= RangeIndex.groupLeaves)
            #expect(group.count == group.leaves.reduce(0) { $0 + $1.entries.count })
            for leaf in group.leaves {
                #expect(!leaf.entries.isEmpty)
                #expect(leaf.entries.count <= RangeIndex.leafEntries)
                if let lanes = leaf.lanes {
                    #expect(lanes == sum(leaf.entries.map { $0.position }))
                }
            }
            if let lanes = group.lanes {
                #expect(lanes == sum(group.leaves.flatMap { $0.entries.map { $0.position } }))
            }
        }
        while index.isCold { index.warm() }
        #expect(index.groups.allSatisfy { $0.lanes != nil })
    }

    @Test func sumsThatAreKnownStayRight() {
        var random = SeededRandom(10)
        var index = RangeIndex()
        let positions = (0..<600).map { _ in Self.position(&random) }
        for position in positions { index.insert(position) }
        while index.isCold { index.warm() }
        for position in positions.prefix(50) { index.remove(position.id) }
        for _ in 0..<50 { index.insert(Self.position(&random)) }
        #expect(!index.isCold)
        checkShape(index)
    }

    @Test func whatChangesBelowABoundaryCountsAtOnce() {
        var random = SeededRandom(11)
        var index = RangeIndex()
        var list = (0..<100).map { _ in Self.position(&random) }.sorted()
        for position in list { index.insert(position) }
        func check() {
            let found = index.fingerprint(0..<60, key: key)
            #expect(found == sum(list[0..<60]).fingerprint(count: 60, key: key))
        }
        check()
        index.remove(list.remove(at: 10).id)
        check()
        let first = ItemPosition(slot: Slot(1), id: Self.position(&random).id)
        index.insert(first)
        list.insert(first, at: 0)
        check()
    }

    @Test func whatGoesLeavesNoRowsOfFewItems() {
        var random = SeededRandom(9)
        var index = RangeIndex()
        let positions = (0..<12_000).map { _ in Self.position(&random, slots: 4000) }
        for position in positions { index.insert(position) }
        for position in positions.dropLast(400) { index.remove(position.id) }
        let leaves = index.groups.reduce(0) { $0 + $1.leaves.count }
        // Each leaf keeps two kilobytes of lanes: they must not be many for few items.
        #expect(leaves <= 400 / 16)
        #expect(index.groups.count <= 3)
    }

    @Test func itemsInOrderFillTheirLeaves() {
        var index = RangeIndex()
        for number in 0..<20_000 {
            var bytes = [UInt8](repeating: 0, count: 24)
            bytes.append(bigEndian: UInt64(number))
            index.insert(ItemPosition(slot: Slot(5), id: ItemID(bytes) ?? .zero))
        }
        let leaves = index.groups.reduce(0) { $0 + $1.leaves.count }
        #expect(leaves <= 20_000 / 110 + 1)
    }

    // MARK: Ids, topics and flags

    @Test func anItemIsHeldOnce() {
        var random = SeededRandom(4)
        let position = Self.position(&random)
        var index = RangeIndex()
        let elsewhere = ItemPosition(slot: Slot(1), id: position.id)
        let inserted = [
            index.insert(position), index.insert(position), index.insert(elsewhere),
        ]
        #expect(inserted == [true, false, false])
        #expect(index.count == 1)
        let removed = [index.remove(position.id), index.remove(position.id)]
        #expect(removed == [true, false])
        #expect(!index.contains(position.id))
    }

    @Test func manyIdsAreFoundAndOthersNot() {
        var random = SeededRandom(5)
        var table = IDTable()
        let positions = (0..<5000).map { _ in Self.position(&random) }
        func find(_ position: ItemPosition) -> Slot? {
            table.slot(of: position.id) { $0 == position.slot }
        }
        for position in positions { table.insert(position.id, position.slot) }
        #expect(positions.allSatisfy { find($0) == $0.slot })
        for position in positions.prefix(2500) { table.remove(position.id, position.slot) }
        #expect(positions.prefix(2500).allSatisfy { find($0) == nil })
        #expect(positions.dropFirst(2500).allSatisfy { find($0) == $0.slot })
        #expect(table.count == 2500)
        table.remove(positions[0].id, positions[0].slot)
        #expect(table.count == 2500)
    }

    @Test func topicsAreForgottenWithTheirLastItem() {
        var random = SeededRandom(6)
        var index = RangeIndex()
        let topic = Topic(random.bytes(16)) ?? .zero
        let (a, b) = (Self.position(&random), Self.position(&random))
        index.insert(a, topic: topic)
        index.insert(b, topic: topic)
        #expect(index.topic(of: a.id) == topic)
        index.remove(a.id)
        #expect(index.topics.number(topic) != nil)
        index.remove(b.id)
        #expect(index.topics.number(topic) == nil)
        #expect(index.topic(of: b.id) == nil)
    }

    @Test func aPartHoldsItsTopicsAndTheNewestIfTheyAreMany() {
        var random = SeededRandom(7)
        var index = RangeIndex()
        let topics = (0..<3).map { _ in Topic(random.bytes(16)) ?? .zero }
        var kept: [ItemPosition] = []
        for number in 0..<900 {
            let position = Self.position(&random)
            index.insert(position, topic: topics[number % 3])
            if number % 3 != 2, position.slot >= Slot(1010) { kept.append(position) }
        }
        kept.sort()
        let chosen = [topics[0], topics[1], Topic(random.bytes(16)) ?? .zero]
        let whole = index.only(chosen, from: Slot(1010), most: kept.count)
        #expect(whole.from == Slot(1010))
        #expect(whole.items.ids(0..<whole.items.count) == kept.map { $0.id })
        var part = whole.items
        let found = part.fingerprint(0..<kept.count, key: key)
        #expect(found == sum(kept).fingerprint(count: kept.count, key: key))
        let newest = index.only(chosen, from: Slot(1010), most: 100)
        #expect(newest.items.count <= 100)
        #expect(newest.items.count > 50)
        #expect(
            newest.items.ids(0..<newest.items.count) == kept.suffix(newest.items.count).map(\.id))
        #expect(newest.items.first.map { $0.slot >= newest.from } == true)
        #expect(index.only([], from: Slot(0), most: 10).items.count == 0)
    }

    @Test func whatExpiresGoesAndRetractionsStay() {
        var random = SeededRandom(8)
        var index = RangeIndex()
        for number in 0..<4000 {
            index.insert(Self.position(&random), isRetraction: number % 4 == 0)
        }
        while index.isCold { index.warm() }
        index.expire(envelopesBelow: Slot(1020), done: Slot(0), retractionsBelow: Slot(1005))
        for rank in 0..<index.count {
            let entry = index.entry(at: rank)
            #expect(entry.slot >= Slot(entry.isRetraction ? 1005 : 1020))
        }
        checkShape(index)
        let left = index.count
        index.expire(
            envelopesBelow: Slot(1020), done: Slot(1020), retractionsBelow: Slot(1005))
        #expect(index.count == left)
        index.expire(
            envelopesBelow: Slot(2000), done: Slot(1020), retractionsBelow: Slot(2000))
        #expect(index.count == 0)
    }
}
