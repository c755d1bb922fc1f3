public import Model
import Sodium
public import Wire

/// The tree over one day's forwards: tells nothing, and nothing can be added to it later.
/// Source: protocol/18-bridges.md, "Forward log".
public struct LogTree: Sendable, Equatable {
    public static let leastLeaves = 16
    public static let mostLeaves = 1 << 16

    /// Sorted leaves first, the top last.
    private let levels: [[[UInt8]]]

    public static func leaf(
        salt: [UInt8], consent: ConsentID, authority: Text, day: UInt32
    ) -> [UInt8] {
        var input = salt + consent.bytes + hash(Labels.authority, authority.utf8)
        input.append(bigEndian: day)
        return hash(Labels.forward, input)
    }

    /// How many random leaves of 32 bytes fill up `count` forwards; nil above what a day holds.
    public static func fill(_ count: Int) -> Int? {
        guard count <= mostLeaves else { return nil }
        var size = leastLeaves
        while size < count { size *= 2 }
        return size - count
    }

    /// - Precondition: a power of two of leaves, 16 at least.
    public init(leaves: [[UInt8]]) {
        precondition(
            leaves.count >= Self.leastLeaves && leaves.count & (leaves.count - 1) == 0,
            "a log tree has a power of two of leaves, 16 at least")
        var levels = [leaves.inOrder { $0.lexicographicallyPrecedes($1) }]
        while let level = levels.last, level.count > 1 {
            var above: [[UInt8]] = []
            for index in stride(from: 0, to: level.count, by: 2) {
                above.append(Self.node(level[index], level[index + 1]))
            }
            levels.append(above)
        }
        self.levels = levels
    }

    static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        hash(Labels.logNode, left + right)
    }

    public var leaves: [[UInt8]] { levels[0] }
    public var top: [UInt8] { levels[levels.count - 1][0] }
    public var depth: Int { levels.count - 1 }

    /// The proof that a leaf is there; nil if it is not.
    public func proof(of leaf: [UInt8]) -> LogProof? {
        guard var index = leaves.firstIndex(of: leaf) else { return nil }
        let place = index
        var siblings: [[UInt8]] = []
        for level in levels.dropLast() {
            siblings.append(level[index ^ 1])
            index >>= 1
        }
        return LogProof(index: UInt64(place), siblings: siblings)
    }
}

/// That a leaf stands in a day's tree.
public struct LogProof: Sendable, Equatable {
    public var index: UInt64
    /// From the leaf up.
    public var siblings: [[UInt8]]

    public init(index: UInt64, siblings: [[UInt8]]) {
        self.index = index
        self.siblings = siblings
    }

    var cbor: CBOR {
        .array([.unsigned(index), .array(siblings.map { .bytes($0) })])
    }

    init(_ value: CBOR) throws(ShapeError) {
        guard let parts = value.tuple(2), let index = parts[0].asUnsigned,
            case .array(let items) = parts[1], (4...16).contains(items.count),
            index < 1 << UInt64(items.count)
        else { throw .wrongType(key: 5) }
        var siblings: [[UInt8]] = []
        for item in items {
            guard let sibling = item.asBytes(32) else { throw .wrongType(key: 5) }
            siblings.append(sibling)
        }
        self.init(index: index, siblings: siblings)
    }

    /// Whether a leaf stands in a day's log.
    public func shows(_ leaf: [UInt8], in checkpoint: Checkpoint) -> Bool {
        UInt64(siblings.count) == checkpoint.depth && top(from: leaf) == checkpoint.top
    }

    /// The top that follows from a leaf.
    func top(from leaf: [UInt8]) -> [UInt8] {
        var node = leaf
        var index = index
        for sibling in siblings {
            node = index & 1 == 1 ? LogTree.node(sibling, node) : LogTree.node(node, sibling)
            index >>= 1
        }
        return node
    }
}

/// Content of a record of type 4: one day of a bridge's forward log.
public struct Checkpoint: Sendable, Equatable {
    public var day: UInt32
    /// Hash of the checkpoint record before; nil in the first.
    public var previous: [UInt8]?
    public var depth: UInt64
    public var top: [UInt8]

    public init(day: UInt32, previous: [UInt8]?, depth: UInt64, top: [UInt8]) {
        self.day = day
        self.previous = previous
        self.depth = depth
        self.top = top
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(UInt64(day)), previous.map { .bytes($0) }, .unsigned(depth), .bytes(top))
    }

    init(_ content: CBOR) throws(ShapeError) {
        let fields = try Fields(content)
        self.init(
            day: try fields.integer(1), previous: try fields.optionalBytes(2, count: 32),
            depth: try fields.unsigned(3), top: try fields.bytes(4, count: 32))
        guard (4...16).contains(depth) else { throw .outOfRange(key: 3) }
    }
}

extension Record {
    /// Checks that this checkpoint goes on from `before`: the same bridge's, of the day before, and
    /// named by its hash.
    ///
    /// - Throws: `RecordError.wrongParent`, or why this is no checkpoint of the bridge.
    public func checkFollows(_ before: Record, of bridge: [UInt8]) throws(RecordError) {
        let new = try checkpoint(of: bridge)
        guard let old = try? before.checkpoint(of: bridge),
            UInt64(new.day) == UInt64(old.day) + 1, new.previous == before.hash
        else { throw .wrongParent }
    }
}
