import Gossip
import Model
import Sodium

/// Items with Negentropy's own fingerprints: sums of ids, which who can choose ids can bring about
/// at will. For comparing messages with other programs, and for nothing else.
struct NegentropySet: OrderedItems {
    /// Ascending.
    private let items: [RangeItem]
    /// The sum of the first so many ids.
    private let sums: [Sum]
    private let known: Set<ItemID>
    private(set) var work = 0

    init(_ items: some Sequence<RangeItem>) {
        let items = items.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
        self.items = items
        known = Set(items.map { $0.id })
        sums = items.reduce(into: [Sum()]) { sums, item in
            sums.append(sums[sums.count - 1].adding(Sum(item.id)))
        }
    }

    var count: Int { items.count }

    func item(at rank: Int) -> RangeItem { items[rank] }

    func rank(of bound: RangeBound) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if bound.isAbove(items[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func ids(_ ranks: Range<Int>) -> [ItemID] { items[ranks].map { $0.id } }

    func contains(_ id: ItemID) -> Bool { known.contains(id) }

    mutating func fingerprint(_ ranks: Range<Int>) -> [UInt8] {
        work += 1
        let sum = sums[ranks.upperBound].subtracting(sums[ranks.lowerBound])
        return [UInt8](sha256(sum.bytes + Self.digits(ranks.count)).prefix(16))
    }

    /// The count as the messages write numbers.
    private static func digits(_ number: Int) -> [UInt8] {
        var digits = [UInt8(number & 127)]
        var rest = number >> 7
        while rest > 0 {
            digits.insert(UInt8(rest & 127) | 128, at: 0)
            rest >>= 7
        }
        return digits
    }
}

/// A number of 256 bits, lowest word first.
private struct Sum {
    private var words: [UInt64] = [0, 0, 0, 0]

    init() {}

    /// The id read with its lowest byte first.
    init(_ id: ItemID) {
        let bytes = id.bytes
        words = (0..<4).map { word in
            (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[8 * word + $1]) }
        }
    }

    func adding(_ other: Sum) -> Sum {
        var (sum, carry) = (self, false)
        for word in 0..<4 {
            let (partial, first) = words[word].addingReportingOverflow(other.words[word])
            let (whole, second) = partial.addingReportingOverflow(carry ? 1 : 0)
            (sum.words[word], carry) = (whole, first || second)
        }
        return sum
    }

    func subtracting(_ other: Sum) -> Sum {
        var (difference, borrow) = (self, false)
        for word in 0..<4 {
            let (partial, first) = words[word].subtractingReportingOverflow(other.words[word])
            let (whole, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
            (difference.words[word], borrow) = (whole, first || second)
        }
        return difference
    }

    var bytes: [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }
}
