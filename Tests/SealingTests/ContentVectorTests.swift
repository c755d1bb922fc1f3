import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Payloads as they are written. Whom a reader believes is for
/// CaseworkTests/ContentVectorTests.swift.
@Suite struct ContentVectorTests {
    @Test(arguments: try VectorFile.accepted("content"))
    func aPayloadIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let payload = try vector.bytes("payload")
        #expect(try encodedAgain(vector, payload) == vector.bytes("cbor"))
        if let signer = vector.optionalBytes("signer") {
            let signed = try SignedMap(decoding: payload)
            #expect(signed.encoded == payload)
            #expect(try signed.map == vector.bytes("cbor"))
            #expect(signed.isSigned(by: signer, Labels.said, context: try context(vector)))
        } else {
            #expect(try payload == vector.bytes("cbor"))
        }
    }

    /// The map inside `payload`, read and written.
    private func encodedAgain(_ vector: VectorFile, _ payload: [UInt8]) throws -> [UInt8] {
        func signed() throws -> Fields { try SignedMap(decoding: payload).fields() }
        switch try vector.words("kind") {
        case "01":
            let request = try Request(decoding: payload)
            #expect(try request.caseID.bytes == vector.bytes("case id"))
            return request.encoded
        case "02":
            let copy = try SelfCopy(decoding: payload)
            if let copied = vector.optionalBytes("copied") { #expect(copy.payload == copied) }
            #expect(try encodedAgain(copy) == copy.payload)
            return copy.encoded
        case "03": return try grant(Grant(signed()), vector)
        case "04": return try Words(decoding: payload).cbor.encoded
        case "05": return try Act(signed()).cbor.encoded
        case "06": return try Status(signed()).cbor.encoded
        case "10": return try claim(Claim(signed()), SignedMap(decoding: payload).map, vector)
        case "11": return try Release(signed()).cbor.encoded
        case "12": return try caseLetter(CaseLetter(decoding: payload), vector)
        case "14": return try epochLetter(EpochLetter(signed()), vector)
        case "15": return try join(Join(decoding: payload), vector)
        case "19": return try MemberDirectory(signed()).cbor.encoded
        case "20": return try consent(Consent(decoding: payload), vector)
        case "21":
            let withdrawal = try Withdrawal(decoding: payload)
            #expect(try withdrawal.commitment.bytes == vector.bytes("revoke"))
            return withdrawal.encoded
        case "22": return try Answer(decoding: payload).encoded
        default: throw VectorFileError.missing(file: vector.name, name: "kind")
        }
    }

    /// The payload of the message that was copied, read and written.
    private func encodedAgain(_ copy: SelfCopy) throws -> [UInt8] {
        switch copy.kind {
        case .request: try Request(decoding: copy.payload).encoded
        case .incidentNote: try Incident(CBOR(decoding: copy.payload)).cbor.encoded
        case .consent: try Consent(decoding: copy.payload).encoded
        case .withdrawal: try Withdrawal(decoding: copy.payload).encoded
        default: []
        }
    }

    // MARK: Names that follow

    private func consent(_ consent: Consent, _ vector: VectorFile) throws -> [UInt8] {
        #expect(consent.presentation == (try vector.presentation()))
        #expect(consent.replyKey == Secret(try vector.bytes("reply key")))
        let presentation = try Presentation(decoding: consent.presentation)
        #expect(presentation.terms.id.bytes == (try vector.bytes("consent id")))
        return consent.encoded
    }

    private func grant(_ grant: Grant, _ vector: VectorFile) throws -> [UInt8] {
        let persona = try certificate(grant.certificate, vector).persona
        #expect(
            try hash(Labels.granter, grant.caseID.bytes + persona.bytes)
                == vector.bytes("granter hash"))
        return grant.cbor.encoded
    }

    private func claim(_ claim: Claim, _ map: [UInt8], _ vector: VectorFile) throws -> [UInt8] {
        let claimant = try certificate(claim.certificate, vector).persona
        #expect(try Claim.id(of: map).bytes == vector.bytes("claim id"))
        #expect(
            try Claim.leaseOrder(claim.caseID, parent: claim.parent, claimant: claimant)
                == vector.bytes("lease hash"))
        return claim.cbor.encoded
    }

    private func caseLetter(_ letter: CaseLetter, _ vector: VectorFile) throws -> [UInt8] {
        let member = AgreementKey(secret: Secret(try vector.bytes("member secret")))
        let community = try community(vector)
        let secrets = try #require(letter.opened(by: member, community: community))
        #expect(try secrets.encoded == vector.bytes("plaintext"))
        #expect(try Labels.letter.padded + community.bytes == vector.bytes("info"))
        var aad = letter.caseID.bytes
        aad.append(bigEndian: letter.generation)
        #expect(try aad == vector.bytes("aad"))

        let ephemeral = try vector.bytes("ephemeral secret")
        let made = CaseLetter(
            caseID: letter.caseID, generation: letter.generation, secrets,
            certificate: letter.certificate, to: [member.publicKey], community: community,
            random: { _ in ephemeral })
        #expect(made == letter)
        return letter.encoded
    }

    private func epochLetter(_ letter: EpochLetter, _ vector: VectorFile) throws -> [UInt8] {
        var intake = letter.intake
        #expect(try intake.key.secret == Secret(vector.bytes("week secret")))
        #expect(try intake.key.publicKey == vector.bytes("week public"))
        intake.step()
        #expect(try intake.seed == Secret(vector.bytes("next seed")))
        #expect(intake.week.number == letter.intake.week.number + 1)
        #expect(try Topics.group(letter.groupKey).bytes == vector.bytes("group topic"))
        return letter.cbor.encoded
    }

    private func join(_ join: Join, _ vector: VectorFile) throws -> [UInt8] {
        let secret = Secret(try vector.bytes("one-time secret"))
        let made = Join(
            persona: join.persona, memberKey: join.memberKey, tagKey: join.tagKey, secret: secret,
            name: join.name, network: try network(vector), community: try community(vector))
        #expect(made == join)
        return join.encoded
    }

    // MARK: Refused

    /// Those whose payload breaks its rule, and those with a proof of their own.
    @Test(arguments: try VectorFile.refused("content").filter { isUnsigned($0) })
    func anUnsignedPayloadThatBreaksItsRuleIsRefused(_ vector: VectorFile) throws {
        let payload = try vector.bytes("payload")
        if vector.refusal == "wrong-proof" {
            let join = try Join(decoding: payload)
            let isProven = join.isProven(
                by: Secret(try vector.bytes("one-time secret")), network: try network(vector),
                community: try community(vector))
            #expect(!isProven)
            return
        }
        #expect(vector.refusal == "shape")
        #expect(throws: ShapeError.self) {
            switch try vector.words("kind") {
            case "01": _ = try Request(decoding: payload)
            case "02": _ = try SelfCopy(decoding: payload)
            case "04": _ = try Words(decoding: payload)
            case "20": _ = try Consent(decoding: payload)
            case "21": _ = try Withdrawal(decoding: payload)
            case "22": _ = try Answer(decoding: payload)
            default: _ = try Join(decoding: payload)
            }
        }
    }

    /// Whether nobody signs such a message; the others a reader of signatures refuses.
    private static func isUnsigned(_ vector: VectorFile) -> Bool {
        ["01", "02", "04", "15", "20", "21", "22"].contains(vector.text("kind"))
    }

    // MARK: Whose it is

    private func network(_ vector: VectorFile) throws -> NetworkID {
        try #require(NetworkID(try vector.bytes("network")))
    }

    private func community(_ vector: VectorFile) throws -> CommunityID {
        try #require(CommunityID(try vector.bytes("community")))
    }

    private func context(_ vector: VectorFile) throws -> [UInt8] {
        Said.context(
            try network(vector), try community(vector),
            try #require(MessageID(try vector.bytes("message id"))))
    }

    private func certificate(_ map: SignedMap, _ vector: VectorFile) throws -> Certificate {
        try Certificate(
            map, community: try community(vector), roster: [try vector.bytes("roster key")])
    }
}
