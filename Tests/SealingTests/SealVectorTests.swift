import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

@Suite struct SealVectorTests {
    // MARK: To a key

    @Test(arguments: try VectorFile.accepted("hpke-seal"))
    func whatIsSealedToAKeyOpensAndSealsAlike(_ vector: VectorFile) throws {
        let recipient = AgreementKey(secret: Secret(try vector.bytes("recipient secret")))
        let community = try #require(CommunityID(try vector.bytes("community")))
        let envelope = try envelope(vector)
        let plaintext = try vector.bytes("plaintext")
        #expect(try recipient.publicKey == vector.bytes("recipient public"))
        #expect(try Sealer.info(community) == vector.bytes("info"))
        #expect(try envelope.header.covered == vector.bytes("aad"))

        let ephemeral = AgreementKey(secret: Secret(try vector.bytes("ephemeral secret")))
        let body = try Sealer.seal(
            plaintext, envelope.header, to: recipient.publicKey, community, ephemeral: ephemeral)
        #expect(body[...] == envelope.body)

        let part = Sealer.open(envelope, with: .key(recipient), community: community)
        #expect(part?.padded(to: plaintext.count) == plaintext)
    }

    @Test(arguments: try VectorFile.refused("hpke-seal"))
    func whatWasSealedToAnotherOrChangedDoesNotOpen(_ vector: VectorFile) throws {
        let recipient = AgreementKey(secret: Secret(try vector.bytes("recipient secret")))
        let community = try #require(CommunityID(try vector.bytes("community")))
        let envelope = try envelope(vector)
        #expect(Sealer.open(envelope, with: .key(recipient), community: community) == nil)
        let isKnown = envelope.header.suite == Suite.sealed.rawValue
        #expect(vector.refusal == (isKnown ? "cannot-open" : "unknown-suite"))
    }

    // MARK: Under a shared key

    @Test(arguments: try VectorFile.accepted("shared-seal"))
    func whatIsSealedUnderAKeyOpensAndSealsAlike(_ vector: VectorFile) throws {
        let shared = Secret(try vector.bytes("shared key"))
        let envelope = try envelope(vector)
        let plaintext = try vector.bytes("plaintext")
        let enc = AgreementKey(secret: Secret(try vector.bytes("enc secret"))).publicKey
        #expect(enc[...] == envelope.body.prefix(32))
        #expect(try vector.bytes("commit")[...] == envelope.body.dropFirst(32).prefix(32))
        #expect(
            try Sealer.messageKey(shared, enc: enc) == Secret(vector.bytes("message key")))
        #expect(try Mailbox.tagKey(of: shared) == Secret(vector.bytes("tag key")))
        #expect(try RetractCommitment.eraseKey(of: shared) == Secret(vector.bytes("erase key")))

        let body = Sealer.seal(plaintext, envelope.header, under: shared, enc: enc)
        #expect(body[...] == envelope.body)

        let part = Sealer.open(envelope, with: .shared(shared), community: .zero)
        #expect(part?.padded(to: plaintext.count) == plaintext)
    }

    @Test(arguments: try VectorFile.refused("shared-seal"))
    func whatIsUnderAnotherKeyOrChangedDoesNotOpen(_ vector: VectorFile) throws {
        let shared = Secret(try vector.bytes("shared key"))
        let envelope = try envelope(vector)
        #expect(Sealer.open(envelope, with: .shared(shared), community: .zero) == nil)
        #expect(["cannot-open", "wrong-commit"].contains(vector.refusal))
    }

    private func envelope(_ vector: VectorFile) throws -> Envelope {
        try Envelope(decoding: try vector.bytes("header") + vector.bytes("body"))
    }

    // MARK: Plaintexts

    @Test(arguments: try VectorFile.accepted("plaintext"))
    func partsAddUpToTheMessage(_ vector: VectorFile) throws {
        let plaintexts = try vector.bytesList("plaintext")
        var reassembly = Reassembly()
        for (number, plaintext) in plaintexts.enumerated() {
            let part = try ContentPart(decoding: plaintext)
            #expect(part.padded(to: plaintext.count) == plaintext)
            #expect(try [part.kind].hex == vector.words("kind"))
            #expect(try UInt64(part.parts) == vector.number("parts"))
            #expect(try part.messageID.bytes == vector.bytes("message id"))
            let whole = reassembly.add(part)
            let isLast = number == plaintexts.count - 1
            #expect(try whole == (isLast ? vector.bytes("payload") : nil), "after part \(number)")
        }
    }

    @Test(arguments: try VectorFile.refused("plaintext"))
    func aPlaintextOfAnotherShapeIsRefusedForItsReason(_ vector: VectorFile) throws {
        var reassembly = Reassembly()
        do {
            for plaintext in try vector.bytesList("plaintext") {
                let whole = reassembly.add(try ContentPart(decoding: plaintext))
                #expect(whole == nil)
            }
            #expect(vector.refusal == "incomplete")
        } catch let error as ContentError {
            #expect(error.reason == vector.refusal)
        }
    }
}

extension ContentError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .truncated: "truncated"
        case .parts: "bad-part"
        case .reservedNotZero: "reserved-not-zero"
        case .lengthBeyondEnd: "length-beyond-end"
        case .paddingNotZero: "padding-not-zero"
        }
    }
}
