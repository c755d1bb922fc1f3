public import Model
public import Sodium
public import Wire

/// Kind 03: gives the seeker the case key, with the first words. Signed by the granter.
/// Source: protocol/12-cases.md.
public struct Grant: Sendable {
    public var caseID: CaseID
    public var caseKey: Secret
    public var generation: UInt64
    public var certificate: SignedMap
    public var words: Words?

    public init(
        caseID: CaseID, caseKey: Secret, generation: UInt64, certificate: SignedMap, words: Words?
    ) {
        self.caseID = caseID
        self.caseKey = caseKey
        self.generation = generation
        self.certificate = certificate
        self.words = words
    }

    public var cbor: CBOR {
        .fields(
            .bytes(caseID.bytes), .bytes(caseKey.copied()), .unsigned(generation),
            certificate.cbor, words?.cbor)
    }

    public init(_ fields: Fields) throws(RecordError) {
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(4) })
        (caseID, caseKey, generation, words) = try shaped { () throws(ShapeError) in
            (
                try fields.identifier32(1), Secret(try fields.bytes(2, count: 32)),
                try fields.unsigned(3),
                try fields.value(5).map { (v) throws(ShapeError) in try Words(v) }
            )
        }
    }
}

/// Where a case stands. Numbers: protocol/schema/codes.md.
public enum CaseState: UInt64, Sendable, CaseIterable {
    case received = 1
    case inProgress = 2
    case waitingForYou = 3
    case referred = 4
    case resolved = 5
    case closed = 6
}

/// Kind 06: where a case stands and why, signed by a member.
public struct Status: Sendable, Equatable {
    public var caseID: CaseID
    public var state: CaseState
    public var explanation: Text?
    public var language: Text?
    public var certificate: SignedMap

    public init(
        caseID: CaseID, state: CaseState, explanation: Text?, language: Text?,
        certificate: SignedMap
    ) {
        self.caseID = caseID
        self.state = state
        self.explanation = explanation
        self.language = language
        self.certificate = certificate
    }

    public var cbor: CBOR {
        .fields(
            .bytes(caseID.bytes), .unsigned(state.rawValue), explanation?.cbor, language?.cbor,
            certificate.cbor)
    }

    public init(_ fields: Fields) throws(RecordError) {
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(5) })
        (caseID, state, explanation, language) = try shaped { () throws(ShapeError) in
            guard let state = CaseState(rawValue: try fields.unsigned(2)) else {
                throw .outOfRange(key: 2)
            }
            return (
                try fields.identifier32(1), state, try fields.optionalWords(3),
                try fields.optionalWords(4)
            )
        }
    }
}

/// Kind 10: a lease on a case, signed by the claimant. Its id is the hash of its map.
public struct Claim: Sendable, Equatable {
    public var caseID: CaseID
    /// Zero for none.
    public var parent: ClaimID
    public var notBefore: WallTime
    public var expires: WallTime
    public var certificate: SignedMap

    public init(
        caseID: CaseID, parent: ClaimID, notBefore: WallTime, expires: WallTime,
        certificate: SignedMap
    ) {
        self.caseID = caseID
        self.parent = parent
        self.notBefore = notBefore
        self.expires = expires
        self.certificate = certificate
    }

    public var cbor: CBOR {
        .fields(
            .bytes(caseID.bytes), .bytes(parent.bytes), .unsigned(notBefore.seconds),
            .unsigned(expires.seconds), certificate.cbor)
    }

    public init(_ fields: Fields) throws(RecordError) {
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(5) })
        (caseID, parent, notBefore, expires) = try shaped { () throws(ShapeError) in
            (
                try fields.identifier32(1), try fields.identifier32(2),
                WallTime(seconds: try fields.unsigned(3)), WallTime(seconds: try fields.unsigned(4))
            )
        }
        guard notBefore < expires, expires.seconds - notBefore.seconds <= Limits.leaseSeconds else {
            throw .outOfRange
        }
    }

    /// - Parameter map: the claim's map as signed.
    public static func id(of map: [UInt8]) -> ClaimID { identifier(hash(Labels.claim, map)) }

    /// What decides between siblings: the lowest wins.
    public static func leaseOrder(
        _ caseID: CaseID, parent: ClaimID, claimant: PersonaID
    ) -> [UInt8] {
        hash(Labels.lease, caseID.bytes + parent.bytes + claimant.bytes)
    }
}

/// Kind 11: ends a claim early; may name who it is handed to. Signed by the claimant.
public struct Release: Sendable, Equatable {
    public var caseID: CaseID
    public var claim: ClaimID
    public var certificate: SignedMap
    public var heir: PersonaID?

    public init(caseID: CaseID, claim: ClaimID, certificate: SignedMap, heir: PersonaID?) {
        self.caseID = caseID
        self.claim = claim
        self.certificate = certificate
        self.heir = heir
    }

    public var cbor: CBOR {
        .fields(
            .bytes(caseID.bytes), .bytes(claim.bytes), certificate.cbor,
            heir.map { .bytes($0.bytes) })
    }

    public init(_ fields: Fields) throws(RecordError) {
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(3) })
        (caseID, claim, heir) = try shaped { () throws(ShapeError) in
            (
                try fields.identifier32(1), try fields.identifier32(2),
                try fields.optionalBytes(4, count: 32).flatMap { PersonaID($0) }
            )
        }
    }
}

/// What a case letter gives a deputy: all that is needed to go on with a case.
public struct CaseSecrets: Sendable, Equatable {
    public var caseKey: Secret
    public var teamKey: Secret
    public var threadKey: [UInt8]
    public var persona: [UInt8]

    public init(caseKey: Secret, teamKey: Secret, threadKey: [UInt8], persona: [UInt8]) {
        self.caseKey = caseKey
        self.teamKey = teamKey
        self.threadKey = threadKey
        self.persona = persona
    }

    var encoded: [UInt8] {
        CBOR.fields(
            .bytes(caseKey.copied()), .bytes(teamKey.copied()), .bytes(threadKey), .bytes(persona)
        ).encoded
    }

    init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        caseKey = Secret(try fields.bytes(1, count: 32))
        teamKey = Secret(try fields.bytes(2, count: 32))
        threadKey = try fields.bytes(3, count: 32)
        persona = try fields.bytes(4, count: 32)
    }
}

/// Kind 12: case secrets for deputies, each sealed to a member key.
public struct CaseLetter: Sendable, Equatable {
    public var caseID: CaseID
    public var generation: UInt64
    public var sealed: [Piece]
    /// The granter's, which orders keys made at the same time.
    public var certificate: SignedMap

    public struct Piece: Sendable, Equatable {
        public var member: [UInt8]
        public var enc: [UInt8]
        public var sealed: [UInt8]
    }

    /// Seals `secrets` to every member key; keys nothing can be agreed with are left out.
    public init(
        caseID: CaseID, generation: UInt64, _ secrets: CaseSecrets, certificate: SignedMap,
        to members: [[UInt8]], community: CommunityID, random: RandomSource
    ) {
        self.certificate = certificate
        self.caseID = caseID
        self.generation = generation
        sealed = []
        for member in members {
            var ephemeral = random(32)
            let key = AgreementKey(secret: Secret(wiping: &ephemeral))
            guard
                var (enc, context) = HPKE.senderContext(
                    to: member, info: Self.info(community), ephemeral: key)
            else { continue }
            let ciphertext = context.seal(secrets.encoded, aad: aad)
            sealed.append(Piece(member: member, enc: enc, sealed: ciphertext))
            wipe(&enc)
        }
    }

    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(caseID.bytes), .unsigned(generation),
            .array(
                sealed.map { .array([.bytes($0.member), .bytes($0.enc), .bytes($0.sealed)]) }),
            certificate.cbor
        ).encoded
    }

    public init(decoding bytes: [UInt8]) throws(RecordError) {
        let fields = try shaped { () throws(ShapeError) in try Fields(decoding: bytes) }
        certificate = try SignedMap(shaped { () throws(ShapeError) in try fields.required(4) })
        (caseID, generation, sealed) = try shaped { () throws(ShapeError) in
            var sealed: [Piece] = []
            for item in try fields.array(3) {
                guard let parts = item.tuple(3), let member = parts[0].asBytes(32),
                    let enc = parts[1].asBytes(32), let ciphertext = parts[2].asBytes()
                else { throw .wrongType(key: 3) }
                sealed.append(Piece(member: member, enc: enc, sealed: ciphertext))
            }
            return (try fields.identifier32(1), try fields.unsigned(2), sealed)
        }
    }

    /// The secrets, if a piece is for this member and whole.
    public func opened(by key: AgreementKey, community: CommunityID) -> CaseSecrets? {
        for piece in sealed where piece.member == key.publicKey {
            guard
                var context = HPKE.recipientContext(
                    enc: piece.enc, key: key, info: Self.info(community)),
                let plaintext = context.open(piece.sealed, aad: aad)
            else { continue }
            return try? CaseSecrets(decoding: plaintext)
        }
        return nil
    }

    private var aad: [UInt8] {
        var aad = caseID.bytes
        aad.append(bigEndian: generation)
        return aad
    }

    private static func info(_ community: CommunityID) -> [UInt8] {
        Labels.letter.padded + community.bytes
    }
}
