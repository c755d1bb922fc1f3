public import Model
public import Sodium
public import Wire

/// What a person agrees to beside the fields: for whom, for what, until when.
/// Source: protocol/17-consents.md, key-binding JWT.
public struct ConsentTerms: Sendable, Equatable {
    public var id: ConsentID
    /// The authority's URI, as the manifest pins it.
    public var authority: Text
    /// The bridge's Ed25519 key.
    public var bridge: [UInt8]
    public var purpose: Text
    /// The first second of the day it was given.
    public var issued: WallTime
    public var expires: WallTime
    public var commitment: RevokeCommitment
    /// The person knows that it will be public.
    public var isPublic: Bool
    /// The consent that this one takes the place of.
    public var renews: ConsentID?

    public init(
        id: ConsentID, authority: Text, bridge: [UInt8], purpose: Text, issued: WallTime,
        expires: WallTime, commitment: RevokeCommitment, isPublic: Bool, renews: ConsentID?
    ) {
        self.id = id
        self.authority = authority
        self.bridge = bridge
        self.purpose = purpose
        self.issued = issued
        self.expires = expires
        self.commitment = commitment
        self.isPublic = isPublic
        self.renews = renews
    }
}

/// Why a presentation does not count; the numbers are those of the chapter's checks.
public enum PresentationError: Error, Equatable, Sendable {
    case tooLong(bytes: Int)
    /// 1: not of the chapter's shape.
    case shape
    /// 2
    case notSigned
    /// 2: bound to another key.
    case otherKey
    /// 3: not the disclosures that were signed.
    case disclosures
    /// 3: a claim that is unknown, there twice, or of another type.
    case claim
    /// 4
    case otherBridge
    /// 5
    case notNamed
    /// 6
    case times
    /// 7
    case ended
    case purpose
    /// 10
    case wouldBePublished
}

/// A consent as it travels: an SD-JWT with key binding (RFC 9901).
/// Source: protocol/17-consents.md.
public struct Presentation: Sendable, Equatable {
    static let type: Text = "kith-report+sd-jwt"
    static let bindingType: Text = "kb+jwt"
    static let unit = 16
    static let mostDigests = 32
    public static let mostBytes = 60_000
    public static let mostDays: UInt64 = 90
    private static let tilde = UInt8(ascii: "~")

    /// As received or made: ASCII.
    public let bytes: [UInt8]
    /// In the order of the chapter's table.
    public let fields: [ReportField]
    public let terms: ConsentTerms

    // MARK: Making

    /// - Parameters:
    ///   - fields: each at most once; sorted here.
    ///   - key: the consent's own.
    ///   - random: 16 bytes a disclosure, then 32 a decoy.
    public init(
        _ fields: [ReportField], _ terms: ConsentTerms, by key: SigningKey, random: RandomSource
    ) {
        let sorted = fields.inOrder { $0.fieldName < $1.fieldName }
        var disclosures: [[UInt8]] = []
        for field in sorted {
            let salt = Text(utf8: Base64URL.encode(random(16)))
            let disclosure = JSON.array([
                .text(salt), .text(field.fieldName.claim), field.json,
            ])
            disclosures.append(Base64URL.encode(disclosure.encoded))
        }
        var digests = disclosures.map { sha256($0) }
        while digests.isEmpty || digests.count % Self.unit != 0 {
            digests.append(sha256(random(32)))
        }
        let texts = digests.map { Base64URL.encode($0) }
            .inOrder { $0.lexicographicallyPrecedes($1) }
        let jwk = JSON.Member("jwk", JWK.json(key.publicKey))
        var bytes = JWS.sign(
            type: Self.type, extra: [jwk],
            .object([
                JSON.Member("_sd", .array(texts.map { .text(Text(utf8: $0)) })),
                JSON.Member("_sd_alg", .text("sha-256")), JSON.Member("cnf", .object([jwk])),
            ]), by: key)
        bytes.append(Self.tilde)
        for disclosure in disclosures { bytes += disclosure + [Self.tilde] }
        let binding = Self.binding(terms, hash: sha256(bytes))
        self.bytes = bytes + JWS.sign(type: Self.bindingType, binding, by: key)
        self.fields = sorted
        self.terms = terms
    }

    private static func binding(_ terms: ConsentTerms, hash: [UInt8]) -> JSON {
        func base64(_ bytes: [UInt8]) -> JSON { .text(Text(utf8: Base64URL.encode(bytes))) }
        var members = [
            JSON.Member("aud", .text(terms.authority)),
            JSON.Member("exp", .number(terms.expires.seconds)),
            JSON.Member("iat", .number(terms.issued.seconds)),
            JSON.Member("nonce", base64(terms.id.bytes)),
            JSON.Member("purpose", .text(terms.purpose)),
            JSON.Member("revoke", base64(terms.commitment.bytes)),
            JSON.Member("sd_hash", base64(hash)), JSON.Member("via", base64(terms.bridge)),
        ]
        if terms.isPublic { members.append(JSON.Member("public", .bool(true))) }
        if let renews = terms.renews {
            members.append(JSON.Member("renews", base64(renews.bytes)))
        }
        return .object(members)
    }

    // MARK: Reading

    /// Reads and checks all that the presentation itself tells: the chapter's checks 1 to 3.
    ///
    /// - Throws: `PresentationError`.
    public init(decoding bytes: [UInt8]) throws(PresentationError) {
        guard bytes.count <= Self.mostBytes else { throw .tooLong(bytes: bytes.count) }
        let parts = bytes.split(separator: Self.tilde, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count <= ReportField.Name.allCases.count + 2,
            let issuer = JWS(parts[0], type: Self.type),
            let binding = JWS(parts[parts.count - 1], type: Self.bindingType),
            let key = JWK.key(issuer.header.member("jwk"))
        else { throw .shape }
        guard issuer.isSigned(by: key), binding.isSigned(by: key) else { throw .notSigned }
        guard JWK.key(issuer.payload.member("cnf")?.member("jwk")) == key else { throw .otherKey }
        let presented = bytes.dropLast(parts[parts.count - 1].count)
        guard binding.payload.member("sd_hash")?.asBytes(32) == sha256([UInt8](presented)) else {
            throw .disclosures
        }
        self.bytes = bytes
        fields = try Self.fields(parts.dropFirst().dropLast(), in: issuer.payload)
        terms = try Self.terms(binding.payload)
    }

    private static func fields(
        _ disclosures: ArraySlice<ArraySlice<UInt8>>, in payload: JSON
    ) throws(PresentationError) -> [ReportField] {
        guard payload.member("_sd_alg")?.asText == "sha-256",
            let listed = payload.member("_sd")?.asArray
        else { throw .shape }
        guard listed.count % unit == 0, (unit...mostDigests).contains(listed.count) else {
            throw .disclosures
        }
        var digests: [[UInt8]] = []
        for item in listed {
            guard let digest = item.asBytes(32), !digests.contains(digest) else {
                throw .disclosures
            }
            digests.append(digest)
        }
        var fields: [ReportField] = []
        for disclosure in disclosures {
            guard digests.contains(sha256([UInt8](disclosure))) else { throw .disclosures }
            let field = try self.field(disclosure)
            fields.append(field)
        }
        fields = fields.inOrder { $0.fieldName < $1.fieldName }
        for (one, other) in zip(fields, fields.dropFirst()) where one.fieldName == other.fieldName {
            throw .claim
        }
        // A claim in the clear would stand there twice (RFC 9901 §7.1).
        for field in fields where payload.hasMember(field.fieldName.claim) { throw .claim }
        return fields
    }

    private static func field(
        _ disclosure: ArraySlice<UInt8>
    ) throws(PresentationError) -> ReportField {
        guard let bytes = Base64URL.decode([UInt8](disclosure)),
            let value = try? JSON(decoding: bytes), let items = value.asArray, items.count == 3,
            items[0].asBytes(16) != nil, let claim = items[1].asText
        else { throw .shape }
        guard let name = ReportField.Name(claim: claim), let field = ReportField(name, items[2])
        else { throw .claim }
        return field
    }

    private static func terms(_ payload: JSON) throws(PresentationError) -> ConsentTerms {
        guard let authority = payload.member("aud")?.asText,
            let bridge = payload.member("via")?.asBytes(32),
            let id = payload.member("nonce")?.asBytes(16).flatMap({ ConsentID($0) }),
            let commitment = payload.member("revoke")?.asBytes(16)
                .flatMap({ RevokeCommitment($0) }),
            let purpose = payload.member("purpose")?.asText,
            let issued = payload.member("iat")?.asNumber,
            let expires = payload.member("exp")?.asNumber
        else { throw .shape }
        let isPublic: Bool
        switch payload.member("public") {
        case nil: isPublic = false
        case .bool(true)?: isPublic = true
        default: throw .shape
        }
        var renews: ConsentID?
        if let member = payload.member("renews") {
            guard let earlier = member.asBytes(16).flatMap({ ConsentID($0) }), earlier != id else {
                throw .shape
            }
            renews = earlier
        }
        let days = expires > issued ? (expires - issued) / 86400 : 0
        guard issued % 86400 == 0, expires % 86400 == 0, (1...mostDays).contains(days) else {
            throw .times
        }
        return ConsentTerms(
            id: id, authority: authority, bridge: bridge, purpose: purpose,
            issued: WallTime(seconds: issued), expires: WallTime(seconds: expires),
            commitment: commitment, isPublic: isPublic, renews: renews)
    }

    // MARK: Checking

    /// What a manifest says of the authority a consent is for.
    public struct Recipient: Sendable, Equatable {
        public var uri: Text
        public var name: Text
        /// Shows to everybody what it receives.
        public var isPublishing: Bool

        public init(uri: Text, name: Text, isPublishing: Bool) {
            self.uri = uri
            self.name = name
            self.isPublishing = isPublishing
        }
    }

    /// Checks 4 to 7 and 10, and that the purpose is known: whether this bridge may forward it to
    /// one of these authorities now.
    ///
    /// - Throws: `PresentationError`.
    public func check(
        bridge: [UInt8], authorities: [Recipient], now: WallTime
    ) throws(PresentationError) -> Recipient {
        guard terms.bridge == bridge else { throw .otherBridge }
        guard Purpose(term: terms.purpose) != nil else { throw .purpose }
        guard let authority = authorities.first(where: { $0.uri == terms.authority }) else {
            throw .notNamed
        }
        guard terms.issued <= now.adding(seconds: 86400) else { throw .times }
        guard now < terms.expires else { throw .ended }
        guard !authority.isPublishing || terms.isPublic || !hasFreeText else {
            throw .wouldBePublished
        }
        return authority
    }

    private var hasFreeText: Bool {
        for field in fields where field.fieldName.isFreeText { return true }
        return false
    }
}

/// What a consent is for: terms of the Data Privacy Vocabulary. Source: protocol/schema/codes.md.
public enum Purpose: UInt8, Sendable, CaseIterable {
    case help, rights, investigate, improve, count

    public var term: Text {
        switch self {
        case .help: "dpv:RequestedServiceProvision"
        case .rights: "dpv:RightsFulfilment"
        case .investigate: "dpv:ProtectionOfPublicSecurity"
        case .improve: "dpv:ImprovePublicServices"
        case .count: "dpv:ProvideOfficialStatistics"
        }
    }

    public init?(term: Text) {
        for number in 0...Self.count.rawValue {
            guard let purpose = Purpose(rawValue: number), purpose.term == term else { continue }
            self = purpose
            return
        }
        return nil
    }
}
