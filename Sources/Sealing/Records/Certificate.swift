public import Model
public import Sodium
public import Wire

/// That a persona is a member for an epoch, signed by the roster key. Travels only sealed.
/// Source: protocol/13-communities.md.
public struct Certificate: Sendable, Equatable {
    public struct Roles: OptionSet, Sendable {
        public let rawValue: UInt64

        public init(rawValue: UInt64) { self.rawValue = rawValue }

        public static let intake = Roles(rawValue: 1)
        public static let supporter = Roles(rawValue: 2)
        public static let bridge = Roles(rawValue: 4)
        public static let moderator = Roles(rawValue: 8)
    }

    public let signed: SignedMap
    public let persona: PersonaID
    public let memberKey: [UInt8]
    public let roles: Roles
    public let epoch: UInt64
    public let name: Text?

    public init(
        persona: PersonaID, memberKey: [UInt8], roles: Roles, epoch: UInt64, name: Text?,
        community: CommunityID, by roster: SigningKey
    ) {
        let map = CBOR.fields(
            .bytes(persona.bytes), .bytes(memberKey), .unsigned(roles.rawValue), .unsigned(epoch),
            name?.cbor)
        signed = SignedMap(map, Labels.cert, context: community.bytes, by: [roster])
        self.persona = persona
        self.memberKey = memberKey
        self.roles = roles
        self.epoch = epoch
        self.name = name
    }

    /// - Throws: `RecordError.notSigned` unless one of the roots' roster keys signed it.
    public init(_ signed: SignedMap, community: CommunityID, roster: [[UInt8]]) throws(RecordError)
    {
        guard
            signed.isSigned(byAtLeast: 1, of: roster, Labels.cert, context: community.bytes)
        else { throw .notSigned }
        let fields = try signed.fields()
        self.signed = signed
        (persona, memberKey, roles, epoch, name) = try shaped { () throws(ShapeError) in
            (
                try fields.identifier32(1), try fields.bytes(2, count: 32),
                Roles(rawValue: try fields.unsigned(3)), try fields.unsigned(4),
                try fields.optionalWords(5)
            )
        }
        if let name, name.utf8.count > Limits.nameBytes { throw .outOfRange }
    }
}
