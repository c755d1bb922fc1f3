public import Model
import Sodium
public import Wire

/// Who speaks for a community. Source: protocol/13-communities.md.
public struct Root: Sendable, Equatable {
    public var seq: UInt64
    public var parents: [[UInt8]]
    public var stewards: [[UInt8]]
    public var threshold: UInt64
    public var operations: [UInt8]
    public var roster: [UInt8]
    public var moderation: [UInt8]
    public var name: Text

    public init(
        seq: UInt64 = 0, parents: [[UInt8]] = [], stewards: [[UInt8]], threshold: UInt64,
        operations: [UInt8], roster: [UInt8], moderation: [UInt8], name: Text
    ) {
        self.seq = seq
        self.parents = parents
        self.stewards = stewards
        self.threshold = threshold
        self.operations = operations
        self.roster = roster
        self.moderation = moderation
        self.name = name
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(seq), parents.isEmpty ? nil : .array(parents.map { .bytes($0) }),
            .array(stewards.map { .bytes($0) }), .unsigned(threshold), .bytes(operations),
            .bytes(roster), .bytes(moderation), name.cbor)
    }

    init(_ fields: Fields) throws(RecordError) {
        self = try shaped { () throws(ShapeError) -> Root in
            Root(
                seq: try fields.unsigned(1), parents: try fields.byteStrings(2, count: 32),
                stewards: try fields.byteStrings(3, count: 32), threshold: try fields.unsigned(4),
                operations: try fields.bytes(5, count: 32), roster: try fields.bytes(6, count: 32),
                moderation: try fields.bytes(7, count: 32), name: try fields.words(8))
        }
        guard threshold >= 1, threshold <= UInt64(stewards.count), isAscending(stewards) else {
            throw .outOfRange
        }
    }

    /// The community's id: the hash of its first root's map.
    public static func communityID(of first: SignedMap) -> CommunityID {
        identifier(hash(Labels.root, first.map))
    }
}

/// A community's roots from the first to the newest. A root names every parent it follows, and is
/// signed by each parent's threshold and its own, so that two branches can be joined again.
public struct RootChain: Sendable, Equatable {
    public static let mostRoots = 64

    public let community: CommunityID
    public let signed: [SignedMap]
    public let newest: Root
    /// Roster keys of all roots, newest first: certificates of earlier epochs count too.
    public let rosters: [[UInt8]]

    /// - Throws: `RecordError.wrongSubject` when the first is not `community`'s, `.wrongParent`,
    ///   `.notSigned`.
    public init(_ signed: [SignedMap], community: CommunityID) throws(RecordError) {
        guard let first = signed.first, Root.communityID(of: first) == community,
            signed.count <= Self.mostRoots
        else { throw .wrongSubject }
        var known: [(hash: [UInt8], root: Root)] = []
        for map in signed {
            let root = try Root(map.fields())
            guard map.isSigned(byAtLeast: root.threshold, of: root.stewards, Labels.root) else {
                throw .notSigned
            }
            guard root.parents.isEmpty == known.isEmpty else { throw .wrongParent }
            var seen: [[UInt8]] = []
            // One that is named again needs no second look: a record has room for many names.
            for parent in root.parents where !seen.contains(parent) {
                seen.append(parent)
                guard let before = known.first(where: { $0.hash == parent })?.root,
                    before.seq < root.seq
                else { throw .wrongParent }
                guard
                    map.isSigned(byAtLeast: before.threshold, of: before.stewards, Labels.root)
                else { throw .notSigned }
            }
            known.append((hash(Labels.root, map.map), root))
        }
        guard let newest = known.last?.root else { throw .wrongSubject }
        self.community = community
        self.signed = signed
        self.newest = newest
        rosters = known.reversed().map { $0.root.roster }
    }

    /// Whether this chain is `other` or goes on from it.
    public func follows(_ other: RootChain) -> Bool {
        signed.count >= other.signed.count
            && [SignedMap](signed.prefix(other.signed.count)) == other.signed
    }
}
