import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Cards and checkpoints as a node takes them, after the manifest that names their bridges. What
/// they hold: SealingTests/BridgeRecordVectorTests.swift.
@Suite struct BridgeRecordVectorTests {
    static func all(_ check: String, _ files: [VectorFile]) throws -> [VectorFile] {
        try VectorFile.some(files, where: "check", is: check)
    }

    static func accepted() throws -> [VectorFile] {
        let files = try VectorFile.accepted("records")
        return try all("bridge-card", files) + all("checkpoint", files)
    }

    /// Without those that only a follower of the log refuses.
    static func refused() throws -> [VectorFile] {
        let files = try VectorFile.refused("records")
        return try (all("bridge-card", files) + all("checkpoint", files)).filter {
            $0.refusal != "wrong-parent"
        }
    }

    @Test(arguments: try accepted())
    func aRecordOfANamedBridgeIsKept(_ vector: VectorFile) throws {
        let (book, verdict, id) = try considered(vector)
        #expect(verdict == .current(replaces: []))
        let record = try Record(decoding: try vector.bytes("record"))
        let community = try #require(CommunityID(record.subject))
        let bridge = BridgeID(community: community, key: try vector.bytes("bridge key"))
        #expect(book.knownBridges == [bridge])
        let published = try #require(book.published(by: bridge))
        if vector.text("check") == "bridge-card" {
            #expect(published.card?.record == record)
            #expect(published.card?.id == id)
            #expect(published.checkpointRecords == [])
            #expect(book.currentIDs.last == id)
        } else {
            #expect(published.checkpointRecords == [record])
            #expect(published.card?.record == nil)
        }
    }

    @Test(arguments: try refused())
    func oneWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        do {
            _ = try considered(vector)
            Issue.record("\(vector.name) was accepted")
        } catch let error as Refusal {
            #expect(error.bridgeReasons.contains(vector.refusal ?? ""), "\(error)")
        }
    }

    /// That what only a follower refuses is kept by others.
    @Test(
        arguments: try VectorFile.some(
            VectorFile.refused("records"), where: "check", is: "checkpoint"
        ).filter { $0.refusal == "wrong-parent" })
    func whoOnlyKeepsCheckpointsDoesNotLookAtTheOneBefore(_ vector: VectorFile) throws {
        #expect(try considered(vector).1 == .current(replaces: []))
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
    fileprivate var bridgeReasons: [String] {
        switch self {
        case .record(.shape(.outOfRange)): ["shape", "out-of-range"]
        case .record(.shape): ["shape"]
        case .record(.signatureList): ["signature-list"]
        // The second: by somebody whom a manifest that is still to come may name.
        case .record(.notSigned), .unknownSubject: ["not-signed"]
        case .record(.wrongSubject): ["wrong-subject"]
        case .record(.notYetValid): ["not-yet-valid"]
        case .record(.expired): ["expired"]
        case .record(.validForTooLong): ["validity-too-long"]
        case .record(.outOfRange): ["out-of-range"]
        case .outdatedRecord: ["too-old"]
        default: []
        }
    }
}
