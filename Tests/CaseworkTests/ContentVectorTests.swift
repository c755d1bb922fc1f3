import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Whose messages a member's book believes. Their shape: SealingTests/ContentVectorTests.swift.
@Suite struct ContentVectorTests {
    static let signedKinds = ["03", "05", "06", "10", "11", "12", "19"]

    static func read(_ files: [VectorFile]) -> [VectorFile] {
        files.filter { signedKinds.contains($0.text("kind") ?? "") }
    }

    @Test(arguments: read(try VectorFile.accepted("content")))
    func whatIsSignedAsItMustBeIsRead(_ vector: VectorFile) throws {
        let book = try book(vector)
        let payload = try vector.bytes("payload")
        let item = book.cases.values.first
        if vector.text("kind") == "19" {
            #expect(book.cases.isEmpty)
        } else {
            let map = (try? SignedMap(decoding: payload))?.map ?? payload
            #expect(try Fields(decoding: map).identifier32(1) == book.cases.keys.first)
        }
        switch try vector.words("kind") {
        case "03": #expect(item?.messages.map { $0.speaker } == [.supporter])
        case "05": #expect(item?.acts.count == 1)
        case "06": #expect(item?.statuses.count == 1)
        case "10": #expect(item?.claims.entries.count == 1)
        case "11": #expect(item != nil)
        case "12": #expect(item?.allKeys.count == 1 && item?.threadKey != nil)
        default: #expect(book.colleagues.count > 1)
        }
    }

    @Test(arguments: read(try VectorFile.refused("content")))
    func whatIsNotChangesNothing(_ vector: VectorFile) throws {
        let book = try book(vector)
        #expect(book.cases.isEmpty)
        #expect(book.letters.isEmpty)
        #expect(book.colleagues.isEmpty)
        #expect(book.joins.isEmpty)
    }

    // MARK: Epoch letters

    /// No scenario tells the secret of the member they are for, so they are checked piece by piece.
    /// A book reads one in MembershipTests.
    @Test(arguments: try VectorFile.all("content").filter { $0.text("kind") == "14" })
    func anEpochLetterIsTheRosters(_ vector: VectorFile) throws {
        let signed = try SignedMap(decoding: try vector.bytes("payload"))
        let letter = try EpochLetter(signed.fields())
        let community = try #require(CommunityID(try vector.bytes("community")))
        let roster = try vector.bytes("roster key")
        let context = Said.context(
            try #require(NetworkID(try vector.bytes("network"))), community,
            try #require(MessageID(try vector.bytes("message id"))))
        let isSigned = signed.isSigned(by: roster, Labels.said, context: context)
        let certificate = try Certificate(
            letter.certificate, community: community, roster: [roster])
        #expect(isSigned == (vector.refusal != "not-signed"))
        #expect((certificate.epoch == letter.epoch) == (vector.refusal != "wrong-epoch"))
        #expect(try book(vector).letters.isEmpty)
    }

    /// Every scenario is run here or among the payloads nobody signs.
    @Test func noKindIsPassedOver() throws {
        for vector in try VectorFile.all("content") {
            let kind = try vector.words("kind")
            let known = Self.signedKinds + ["01", "02", "04", "14", "15", "20", "21", "22"]
            #expect(known.contains(kind), "\(vector.name)")
        }
    }

    /// A book that has read the scenario's message and nothing else.
    private func book(_ vector: VectorFile) throws -> CaseBook {
        let payload = try vector.bytes("payload")
        var book = CaseBook(
            network: try #require(NetworkID(try vector.bytes("network"))),
            community: try #require(CommunityID(try vector.bytes("community"))),
            rosters: [try vector.bytes("roster key")], member: member(vector))
        let kind = try #require([UInt8](hex: try vector.words("kind"))?.first)
        let header = EnvelopeHeader(
            suite: 1, ttlClass: .quarter, size: 1, workBits: 4, slot: Slot(3_000_000),
            topic: .zero, mailbox: .zero, commitment: .zero)
        book.add(
            OpenedPart(
                id: .zero, header: header,
                content: ContentPart(
                    kind: kind, part: 0, parts: 1,
                    messageID: try #require(MessageID(try vector.bytes("message id"))),
                    payload: payload), arrival: 1))
        return book
    }

    /// Who reads it.
    private func member(_ vector: VectorFile) -> AgreementKey {
        AgreementKey(secret: vector.optionalBytes("member secret").map { Secret($0) } ?? .fixed(1))
    }
}
