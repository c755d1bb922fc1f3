public import Model
import Sodium
public import Wire

/// What a network is: its communities, its least work, its seeds. Source: protocol/02-networks.md.
public struct Charter: Sendable, Equatable {
    public var seq: UInt64
    public var parents: [[UInt8]]
    public var signers: [[UInt8]]
    public var threshold: UInt64
    public var workBase: UInt8
    public var communities: [Carried]
    public var seeds: [Seed]
    public var poolShares: [UInt64]
    public var isTest: Bool
    public var name: Text

    public struct Carried: Sendable, Equatable {
        public var community: CommunityID
        public var weight: UInt64

        public init(community: CommunityID, weight: UInt64) {
            self.community = community
            self.weight = weight
        }
    }

    public init(
        seq: UInt64 = 0, parents: [[UInt8]] = [], signers: [[UInt8]], threshold: UInt64,
        workBase: UInt8, communities: [Carried], seeds: [Seed], poolShares: [UInt64] = [],
        isTest: Bool, name: Text
    ) {
        self.seq = seq
        self.parents = parents
        self.signers = signers
        self.threshold = threshold
        self.workBase = workBase
        self.communities = communities
        self.seeds = seeds
        self.poolShares = poolShares
        self.isTest = isTest
        self.name = name
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(seq), parents.isEmpty ? nil : .array(parents.map { .bytes($0) }),
            .array(signers.map { .bytes($0) }), .unsigned(threshold), .unsigned(UInt64(workBase)),
            .array(
                communities.map { .array([.bytes($0.community.bytes), .unsigned($0.weight)]) }),
            .array(seeds.map { $0.cbor }),
            poolShares.isEmpty ? nil : .array(poolShares.map { .unsigned($0) }),
            isTest ? .bool(true) : nil, name.cbor)
    }

    init(_ fields: Fields) throws(RecordError) {
        self = try shaped { () throws(ShapeError) -> Charter in
            var communities: [Carried] = []
            for item in try fields.array(6) {
                guard let pair = item.tuple(2), let bytes = pair[0].asBytes(32),
                    let community = CommunityID(bytes), let weight = pair[1].asUnsigned
                else { throw .wrongType(key: 6) }
                communities.append(Carried(community: community, weight: weight))
            }
            return Charter(
                seq: try fields.unsigned(1), parents: try fields.byteStrings(2, count: 32),
                signers: try fields.byteStrings(3, count: 32), threshold: try fields.unsigned(4),
                workBase: try fields.integer(5), communities: communities,
                seeds: try Seed.list(fields, 7), poolShares: try fields.unsignedList(8),
                isTest: fields.value(9) == nil ? false : try fields.bool(9),
                name: try fields.words(10))
        }
        guard threshold >= 1, threshold <= UInt64(signers.count), workBase <= Limits.workBits,
            isTest || workBase >= Limits.workBase, isAscending(signers)
        else { throw .outOfRange }
    }

    /// The network's id: the hash of its first charter's map.
    public static func networkID(of first: SignedMap) -> NetworkID {
        identifier(hash(Labels.net, first.map))
    }
}

/// A node to dial first.
public struct Seed: Sendable, Equatable {
    public var node: NodeID
    /// "host:port".
    public var address: Text

    public init(node: NodeID, address: Text) {
        self.node = node
        self.address = address
    }

    var cbor: CBOR { .array([.bytes(node.bytes), address.cbor]) }

    static func list(_ fields: Fields, _ key: UInt64) throws(ShapeError) -> [Seed] {
        var seeds: [Seed] = []
        for item in try fields.array(key) {
            guard let pair = item.tuple(2), let bytes = pair[0].asBytes(32),
                let node = NodeID(bytes), case .text(let address) = pair[1]
            else { throw .wrongType(key: key) }
            seeds.append(Seed(node: node, address: Text(utf8: address)))
        }
        return seeds
    }
}

/// A network's charters from the first to the newest, each signed by its parent's threshold and
/// its own.
public struct CharterChain: Sendable, Equatable {
    public let network: NetworkID
    public let signed: [SignedMap]
    public let newest: Charter

    /// - Throws: `RecordError.wrongParent` where the chain does not hold, `.notSigned` below a
    ///   threshold, `.wrongSubject` when the first is not `network`'s.
    public init(_ signed: [SignedMap], network: NetworkID) throws(RecordError) {
        guard let first = signed.first, Charter.networkID(of: first) == network else {
            throw .wrongSubject
        }
        var newest: Charter?
        var parentHash: [UInt8] = []
        for map in signed {
            let charter = try Charter(map.fields())
            if let parent = newest {
                guard charter.parents == [parentHash], charter.seq == parent.seq + 1 else {
                    throw .wrongParent
                }
                guard
                    map.isSigned(byAtLeast: parent.threshold, of: parent.signers, Labels.net)
                else { throw .notSigned }
            } else if !charter.parents.isEmpty || charter.seq != 0 {
                throw .wrongParent
            }
            guard map.isSigned(byAtLeast: charter.threshold, of: charter.signers, Labels.net)
            else { throw .notSigned }
            newest = charter
            parentHash = hash(Labels.net, map.map)
        }
        guard let newest else { throw .wrongSubject }
        self.network = network
        self.signed = signed
        self.newest = newest
    }

    public init(_ content: CBOR, network: NetworkID) throws(RecordError) {
        try self.init(signedMaps(content), network: network)
    }

    public var content: CBOR { .array(signed.map { $0.cbor }) }
}

/// A list of signed maps.
func signedMaps(_ value: CBOR) throws(RecordError) -> [SignedMap] {
    guard case .array(let items) = value else { throw .shape(.notAList) }
    var maps: [SignedMap] = []
    for item in items { maps.append(try SignedMap(item)) }
    return maps
}

/// Whether byte strings stand in ascending order, each once.
func isAscending(_ list: [[UInt8]]) -> Bool {
    for (a, b) in zip(list, list.dropFirst()) where !a.lexicographicallyPrecedes(b) {
        return false
    }
    return true
}
