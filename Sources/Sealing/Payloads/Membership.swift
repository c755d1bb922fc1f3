public import Model
public import Sodium
public import Wire

/// Kind 14: an epoch's secrets for one member, signed by the roster key.
public struct EpochLetter: Sendable {
    public var epoch: UInt64
    public var groupKey: Secret
    public var certificate: SignedMap
    public var intake: IntakeSeed

    public init(epoch: UInt64, groupKey: Secret, certificate: SignedMap, intake: IntakeSeed) {
        self.epoch = epoch
        self.groupKey = groupKey
        self.certificate = certificate
        self.intake = intake
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(epoch), .bytes(groupKey.copied()), certificate.cbor,
            .unsigned(UInt64(intake.week.number)), .bytes(intake.seed.copied()))
    }

    public init(_ fields: Fields) throws(RecordError) {
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(3) })
        (epoch, groupKey, intake) = try shaped { () throws(ShapeError) in
            let week = Week(try fields.integer(4))
            // Of a later week no clock can tell, and the weeks after it could not be counted.
            guard week <= .last else { throw .outOfRange(key: 4) }
            return (
                try fields.unsigned(1), Secret(try fields.bytes(2, count: 32)),
                IntakeSeed(week: week, seed: Secret(try fields.bytes(5, count: 32)))
            )
        }
    }
}

/// Kind 15: asks to become a member, with the proof of an invite. Source: protocol/13-communities.md.
public struct Join: Sendable, Equatable {
    public var persona: PersonaID
    public var memberKey: [UInt8]
    public var tagKey: Secret
    public var proof: Secret
    public var name: Text?

    public init(
        persona: PersonaID, memberKey: [UInt8], tagKey: Secret, secret: Secret, name: Text?,
        network: NetworkID, community: CommunityID
    ) {
        self.persona = persona
        self.memberKey = memberKey
        self.tagKey = tagKey
        self.name = name
        proof = Self.proof(
            secret, network, community, persona: persona, memberKey: memberKey, tagKey: tagKey)
    }

    /// Whether the proof was made with this one-time secret.
    public func isProven(by secret: Secret, network: NetworkID, community: CommunityID) -> Bool {
        proof
            == Self.proof(
                secret, network, community, persona: persona, memberKey: memberKey, tagKey: tagKey)
    }

    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(persona.bytes), .bytes(memberKey), .bytes(tagKey.copied()),
            .bytes(proof.copied()), name?.cbor
        ).encoded
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        persona = try fields.identifier32(1)
        memberKey = try fields.bytes(2, count: 32)
        tagKey = Secret(try fields.bytes(3, count: 32))
        proof = Secret(try fields.bytes(4, count: 32))
        name = try fields.optionalWords(5)
        if let name, name.utf8.count > Limits.nameBytes { throw .outOfRange(key: 5) }
    }

    private static func proof(
        _ secret: Secret, _ network: NetworkID, _ community: CommunityID, persona: PersonaID,
        memberKey: [UInt8], tagKey: Secret
    ) -> Secret {
        prf(
            secret, Labels.join,
            network.bytes + community.bytes + persona.bytes + memberKey + tagKey.copied())
    }
}

/// Kind 19: the epoch's certificates, so that members can address each other. Signed by the
/// roster key.
public struct MemberDirectory: Sendable, Equatable {
    public var epoch: UInt64
    public var certificates: [SignedMap]

    public init(epoch: UInt64, certificates: [SignedMap]) {
        self.epoch = epoch
        self.certificates = certificates
    }

    public var cbor: CBOR { .fields(.unsigned(epoch), .array(certificates.map { $0.cbor })) }

    public init(_ fields: Fields) throws(RecordError) {
        let list = try shaped { () throws(ShapeError) in try fields.required(2) }
        certificates = try signedMaps(list)
        epoch = try shaped { () throws(ShapeError) in try fields.unsigned(1) }
    }
}

/// Signed payloads: valid in one message of one community, and still so when posted again.
public enum Said {
    public static func context(
        _ network: NetworkID, _ community: CommunityID, _ message: MessageID
    ) -> [UInt8] {
        network.bytes + community.bytes + message.bytes
    }

    public static func sign(
        _ map: CBOR, _ network: NetworkID, _ community: CommunityID, _ message: MessageID,
        by key: SigningKey
    ) -> SignedMap {
        SignedMap(map, Labels.said, context: context(network, community, message), by: [key])
    }
}
