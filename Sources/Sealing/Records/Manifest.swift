public import Model
public import Sodium
public import Wire

/// What a community needs others to know: intake keys, group tags, relays, bridges.
/// Source: protocol/13-communities.md.
public struct Manifest: Sendable, Equatable {
    public static let weeks = 8

    public var epoch: UInt64
    public var epochFirstSlot: Slot
    public var roots: [SignedMap]
    public var firstWeek: Week
    public var intakeKeys: [[UInt8]]
    public var groupTopics: [Topic]
    public var relays: [NodeID]
    /// Kept as received; bridges are read by the part that forwards.
    public var bridges: [CBOR]
    public var shardBits: [CBOR]
    public var languages: [Text]

    public init(
        epoch: UInt64, epochFirstSlot: Slot, roots: [SignedMap], firstWeek: Week,
        intakeKeys: [[UInt8]], groupTopics: [Topic], relays: [NodeID], bridges: [CBOR] = [],
        shardBits: [CBOR] = [], languages: [Text] = []
    ) {
        self.epoch = epoch
        self.epochFirstSlot = epochFirstSlot
        self.roots = roots
        self.firstWeek = firstWeek
        self.intakeKeys = intakeKeys
        self.groupTopics = groupTopics
        self.relays = relays
        self.bridges = bridges
        self.shardBits = shardBits
        self.languages = languages
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(epoch), .unsigned(UInt64(epochFirstSlot.number)),
            .array(roots.map { $0.cbor }), .unsigned(UInt64(firstWeek.number)),
            .array(intakeKeys.map { .bytes($0) }), .array(groupTopics.map { .bytes($0.bytes) }),
            .array(relays.map { .bytes($0.bytes) }), .array(bridges), .array(shardBits),
            .fields(languages.isEmpty ? nil : .array(languages.map { $0.cbor })))
    }

    init(_ content: CBOR) throws(RecordError) {
        let fields = try shaped { () throws(ShapeError) in try Fields(content) }
        let roots = try signedMaps(shaped { () throws(ShapeError) in try fields.required(3) })
        self = try shaped { () throws(ShapeError) -> Manifest in
            let policy = try Fields(fields.required(10))
            var languages: [Text] = []
            for item in try policy.optionalArray(1) {
                guard case .text(let utf8) = item else { throw .wrongType(key: 10) }
                languages.append(Text(utf8: utf8))
            }
            return Manifest(
                epoch: try fields.unsigned(1), epochFirstSlot: Slot(try fields.integer(2)),
                roots: roots, firstWeek: Week(try fields.integer(4)),
                intakeKeys: try fields.byteStrings(5, count: 32),
                groupTopics: try fields.byteStrings(6, count: 16).compactMap { Topic($0) },
                relays: try fields.byteStrings(7, count: 32).compactMap { NodeID($0) },
                bridges: try fields.array(8), shardBits: try fields.array(9), languages: languages)
        }
        guard intakeKeys.count == Self.weeks else { throw .outOfRange }
    }

    /// The intake key of a week; nil before the first and after the last that is named.
    public func intakeKey(_ week: Week) -> [UInt8]? {
        guard week >= firstWeek else { return nil }
        let index = Int(week.number - firstWeek.number)
        return index < intakeKeys.count ? intakeKeys[index] : nil
    }
}

/// A community's intake secrets: one seed a week, each made from the one before, so that an
/// erased week stays closed. Source: protocol/13-communities.md.
public struct IntakeSeed: Sendable {
    public private(set) var week: Week
    public private(set) var seed: Secret

    public init(week: Week, seed: Secret) {
        self.week = week
        self.seed = seed
    }

    /// The week's key.
    public var key: AgreementKey { AgreementKey(secret: prf(seed, Labels.week)) }

    /// Goes on to the next week; the old seed is gone with this value.
    public mutating func step() {
        seed = prf(seed, Labels.next)
        week = Week(week.number + 1)
    }

    /// This week's key and the next ones, `count` in all.
    public func keys(_ count: Int) -> [AgreementKey] {
        var seed = self
        var keys: [AgreementKey] = []
        for _ in 0..<count {
            keys.append(seed.key)
            seed.step()
        }
        return keys
    }
}
