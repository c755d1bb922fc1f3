import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Presentations: how they are made, and checks 1 to 7 and 10. What came before, checks 8 and 9, a
/// bridge knows: BridgingTests/ConsentVectorTests.swift.
@Suite struct ConsentVectorTests {
    // MARK: Reading

    @Test(arguments: try VectorFile.accepted("consent"))
    func aConsentIsReadForWhatItSays(_ vector: VectorFile) throws {
        let (presentation, recipient) = try judged(vector)
        #expect(presentation.bytes == (try vector.presentation()))
        #expect(presentation.terms == (try terms(vector)))
        #expect(recipient.uri == presentation.terms.authority)
        let values = vector.wordsList("value")
        #expect(presentation.fields.count == values.count)
        #expect(try presentation.fields == fields(vector).sorted { $0.fieldName < $1.fieldName })
        let key = JWK.key(try objects(vector)[0].member("jwk"))
        #expect(try key == vector.bytes("pair public"))
    }

    @Test(arguments: try VectorFile.refused("consent"))
    func aConsentThatBreaksACheckIsRefusedForIt(_ vector: VectorFile) throws {
        let isForBook = ["withdrawn", "replayed"].contains(vector.refusal)
        do {
            _ = try judged(vector)
            #expect(isForBook, "\(vector.name) was accepted")
        } catch let error as PresentationError {
            #expect(!isForBook)
            let reasons = error.reasons + Self.secondFaults(vector.name)
            #expect(reasons.contains(vector.refusal ?? ""), "\(error)")
        }
    }

    /// A presentation that holds by itself, and whom it is for.
    private func judged(
        _ vector: VectorFile
    ) throws -> (Presentation, Presentation.Recipient) {
        let presentation = try Presentation(decoding: try vector.presentation())
        return (
            presentation,
            try presentation.check(
                bridge: try vector.bytes("bridge key"), authorities: try vector.recipients(),
                now: try vector.now())
        )
    }

    /// A stranger's binding is signed wrongly too.
    private static func secondFaults(_ name: String) -> [String] {
        name == "consent/cnf-and-binding.txt" ? ["wrong-key"] : []
    }

    // MARK: Making

    @Test(arguments: try VectorFile.accepted("consent").filter { $0.has("case seed") })
    func aWriterMakesTheSameConsent(_ vector: VectorFile) throws {
        let seed = Secret(try vector.bytes("case seed"))
        let secret = CaseKeys(seed: seed).consent
        #expect(secret == Secret(try vector.bytes("consent key")))
        let keys = ConsentKeys(secret)
        let terms = try terms(vector)
        #expect(keys.opening(terms.id) == (try vector.bytes("opening")))
        #expect(keys.commitment(terms.id) == terms.commitment)
        let pair = keys.pair(terms.id, terms.authority)
        let pairSeed = Secret(try vector.bytes("pair seed"))
        #expect(pair.publicKey == SigningKey(seed: pairSeed).publicKey)
        #expect(pair.publicKey == (try vector.bytes("pair public")))

        var random = try vector.bytesList("salt") + vector.bytesList("decoy")
        let made = Presentation(
            try fields(vector), terms, by: pair,
            random: { count in
                guard let next = random.first, next.count == count else { return [] }
                random.removeFirst()
                return next
            })
        #expect(random.isEmpty)
        #expect(made.bytes == (try vector.presentation()))
        #expect(try made == judged(vector).0)
        try expectObjects(vector)

        let message = Consent(presentation: made.bytes, replyKey: keys.replyKey(terms.id))
        #expect(message.replyKey == Secret(try vector.bytes("reply key")))
        #expect(message.encoded == (try vector.bytes("cbor")))
        #expect(try Consent(decoding: message.encoded) == message)
    }

    /// The four objects, and what the digests are of, as the scenario shows them.
    private func expectObjects(_ vector: VectorFile) throws {
        let objects = try objects(vector)
        let names = ["issuer header", "issuer payload", "binding header", "binding payload"]
        for (object, name) in zip(objects, names) {
            #expect(object.encoded == [UInt8](try vector.words(name).utf8), "\(name)")
        }
        let digests = vector.wordsList("digest")
        let disclosures = try vector.presentation().split(separator: UInt8(ascii: "~"))
            .dropFirst().dropLast()
        #expect(disclosures.count == digests.count)
        for (disclosure, digest) in zip(disclosures, digests) {
            #expect(Base64URL.encode(sha256([UInt8](disclosure))) == [UInt8](digest.utf8))
        }
    }

    // MARK: What the scenario shows

    /// Header and payload of the issuer's JWT, then of the binding.
    private func objects(_ vector: VectorFile) throws -> [JSON] {
        let parts = try vector.presentation().split(separator: UInt8(ascii: "~"))
        return try [parts.first, parts.last].flatMap { part in
            try #require(part).split(separator: UInt8(ascii: ".")).prefix(2).map {
                try JSON(decoding: try #require(Base64URL.decode([UInt8]($0))))
            }
        }
    }

    private func terms(_ vector: VectorFile) throws -> ConsentTerms {
        ConsentTerms(
            id: try #require(ConsentID(try vector.bytes("consent id"))),
            authority: Text(try vector.words("audience")), bridge: try vector.bytes("bridge key"),
            purpose: Text(try vector.words("purpose")),
            issued: WallTime(seconds: try vector.number("begins")),
            expires: WallTime(seconds: try vector.number("ends")),
            commitment: try #require(RevokeCommitment(try vector.bytes("revoke"))),
            isPublic: try vector.words("public") == "yes",
            renews: vector.optionalBytes("renews").flatMap { ConsentID($0) })
    }

    /// In the order they stand in the presentation.
    private func fields(_ vector: VectorFile) throws -> [ReportField] {
        try zip(vector.wordsList("claim"), vector.wordsList("value")).map { claim, value in
            let name = try #require(ReportField.Name(claim: Text(claim)))
            let json = try JSON(decoding: [UInt8](value.utf8))
            #expect(json.encoded == [UInt8](value.utf8))
            let field = try #require(ReportField(name, json))
            #expect(field.json.encoded == json.encoded)
            return field
        }
    }
}

extension PresentationError {
    /// Words of protocol/vectors/README.md.
    fileprivate var reasons: [String] {
        switch self {
        case .tooLong: ["too-long"]
        case .shape:
            [
                "shape", "bad-length", "not-base64", "unsupported", "unsupported-algorithm",
                "unknown-type", "not-utf8", "too-deep", "trailing-bytes", "out-of-range",
                "repeated",
            ]
        case .notSigned: ["bad-signature", "bad-length"]
        case .otherKey: ["wrong-key", "shape"]
        case .disclosures:
            ["not-listed", "digest-count", "wrong-digest", "repeated", "bad-length", "shape"]
        case .claim: ["unknown-claim", "wrong-type", "repeated"]
        case .otherBridge: ["wrong-bridge"]
        case .notNamed: ["unknown-authority"]
        case .times: ["out-of-range", "too-far-ahead", "not-yet-valid"]
        case .ended: ["expired"]
        case .purpose: ["unknown-purpose"]
        case .wouldBePublished: ["not-public"]
        }
    }
}
