import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Guidance as a node takes it, after the manifest whose operations key signs it.
@Suite struct GuidanceRecordVectorTests {
    static func some(_ files: [VectorFile]) throws -> [VectorFile] {
        try VectorFile.some(files, where: "check", is: "guidance")
    }

    @Test(arguments: try some(VectorFile.accepted("records")))
    func guidanceOfTheOperationsKeyIsKept(_ vector: VectorFile) throws {
        let (book, verdict, id) = try considered(vector)
        #expect(verdict == .current(replaces: []))
        let community = try #require(CommunityID(try vector.bytes("subject")))
        let kept = book.guidance(of: community)
        #expect(kept.map { $0.id } == [id])
        #expect(kept.first?.language == Text(try vector.words("language")))
        #expect(try kept.first?.record.encoded == vector.bytes("record"))
    }

    @Test(arguments: try some(VectorFile.refused("records")))
    func oneWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        do {
            _ = try considered(vector)
            Issue.record("\(vector.name) was accepted")
        } catch let error as Refusal {
            #expect(error.guidanceReasons.contains(vector.refusal ?? ""), "\(error)")
        }
    }

    private func considered(
        _ vector: VectorFile
    ) throws -> (RecordBook, RecordBook.Verdict, ItemID) {
        let subject = try vector.bytes("subject")
        let network = TestNetwork()
        var book = RecordBook(
            network: network.network, carried: [try #require(CommunityID(subject))])
        func consider(_ name: String) throws -> (RecordBook.Verdict, ItemID) {
            let envelope = try Sealer.publish(
                try vector.bytes(name), network: network.network, subject: subject,
                slot: try vector.now().slot, workBits: TTLClass.quarter.rawValue
            ).worked(from: 0)
            let id = network.id(envelope)
            return (try book.consider(envelope, id: id, now: try vector.now()), id)
        }
        #expect(try consider("manifest").0 == .current(replaces: []))
        let (verdict, id) = try consider("record")
        return (book, verdict, id)
    }
}

extension Refusal {
    /// Words of protocol/vectors/README.md.
    fileprivate var guidanceReasons: [String] {
        switch self {
        case .record(.shape(.outOfRange)): ["out-of-range"]
        case .record(.shape): ["shape"]
        case .record(.signatureList): ["signature-list"]
        // The second: by somebody whom a root that is still to come may name.
        case .record(.notSigned), .unknownSubject: ["not-signed"]
        case .record(.wrongSubject): ["wrong-subject"]
        case .record(.notYetValid): ["not-yet-valid"]
        case .record(.expired): ["expired"]
        case .record(.validForTooLong): ["validity-too-long"]
        default: []
        }
    }
}
