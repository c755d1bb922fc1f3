import Gossip
import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// What a node lets in: envelopes, retractions, and the records in public envelopes.
@Suite struct AdmissionVectorTests {
    // MARK: Envelopes

    @Test(arguments: try VectorFile.accepted("envelope"))
    func anEnvelopeIsTakenForWhatItIs(_ vector: VectorFile) throws {
        let (envelope, id) = try admit(vector)
        let header = envelope.header
        #expect(try UInt64(header.suite) == vector.number("suite"))
        #expect(try UInt64(header.ttlClass.rawValue) == vector.number("ttlClass"))
        #expect(try UInt64(header.size) == vector.number("size"))
        #expect(try UInt64(header.workBits) == vector.number("workBits"))
        #expect(try UInt64(header.slot.number) == vector.number("slot"))
        #expect(try header.expiry.seconds == vector.number("expiry"))
        #expect(try header.nonce == vector.number("nonce"))
        #expect(try header.topic.bytes == vector.bytes("topic"))
        #expect(try header.mailbox.bytes == vector.bytes("mailbox"))
        #expect(try header.commitment.bytes == vector.bytes("commitment"))
        #expect(try Naming.bodyHash(envelope.body) == vector.bytes("body hash"))
        #expect(try id.bytes == vector.bytes("id"))
        #expect(Envelope(header: header, body: envelope.body) == envelope)
    }

    @Test(arguments: try VectorFile.refused("envelope"))
    func anEnvelopeWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        expectRefusal(vector) { _ = try admit(vector) }
    }

    private func admit(_ vector: VectorFile) throws -> (Envelope, ItemID) {
        let envelope = try Envelope(decoding: try vector.bytes("envelope"))
        let admission = try admission(vector)
        let path: Path = vector.text("path") == "asked" ? .solicited : .unsolicited
        try admission.check(envelope.header, path: path, now: now(vector))
        let id = Naming.envelopeID(network: admission.network, envelope)
        try admission.checkWork(envelope.header, id: id)
        return (envelope, id)
    }

    // MARK: Retractions

    @Test(arguments: try VectorFile.accepted("retraction"))
    func aRetractionNamesItsTarget(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("retraction")
        let retraction = try Retraction(decoding: bytes[...])
        let target = try admission(vector).check(retraction, now: now(vector))
        #expect(try target.bytes == vector.bytes("id"))
        #expect(try Naming.retractionID(of: target).bytes == vector.bytes("retraction id"))
        let end = retraction.header.expiry.adding(seconds: Limits.retractionExtraSeconds)
        #expect(try end.seconds == vector.number("keepUntil"))
        #expect(retraction.encoded == bytes)

        let key = Secret(try vector.bytes("erase key"))
        let opening = RetractCommitment.opening(key, header: retraction.header)
        #expect(try opening == vector.bytes("opening"))
        #expect(opening == retraction.opening)
        #expect(RetractCommitment.opens(key, retraction.header))
    }

    @Test(arguments: try VectorFile.refused("retraction"))
    func aRetractionWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        expectRefusal(vector) {
            let retraction = try Retraction(decoding: try vector.bytes("retraction")[...])
            _ = try admission(vector).check(retraction, now: now(vector))
        }
    }

    // MARK: Records

    static func bodies(_ files: [VectorFile]) throws -> [VectorFile] {
        try VectorFile.some(files, where: "check", is: "record-body")
    }

    @Test(arguments: try bodies(VectorFile.accepted("records")))
    func aRecordInItsEnvelopeIsTheCurrentOne(_ vector: VectorFile) throws {
        let (envelope, id) = try admit(vector)
        var book = try book(vector)
        let verdict = try book.consider(envelope, id: id, now: now(vector))
        #expect(verdict == .current(replaces: []))
        #expect(book.currentIDs == [id])
        #expect(try id.bytes == vector.bytes("id"))

        let record = try Record(body: envelope.body)
        #expect(try record.encoded == vector.bytes("record"))
        #expect(try record.hash == vector.bytes("record hash"))
        let published = try Sealer.publish(
            record.encoded, network: book.network, subject: record.subject,
            slot: envelope.header.slot, workBits: envelope.header.workBits)
        #expect(published.finished(nonce: envelope.header.nonce) == envelope)
        #expect(published.id == id)
    }

    @Test(arguments: try bodies(VectorFile.refused("records")))
    func aRecordWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        expectRefusal(vector) {
            let (envelope, id) = try admit(vector)
            var book = try book(vector)
            _ = try book.consider(envelope, id: id, now: now(vector))
        }
    }

    /// A book that carries the community of the scenarios, so that its manifest is looked at.
    private func book(_ vector: VectorFile) throws -> RecordBook {
        let manifests = try VectorFile.some(
            VectorFile.accepted("records"), where: "check", is: "manifest")
        let community = CommunityID(try #require(manifests.first).bytes("subject"))
        return RecordBook(
            network: try admission(vector).network, carried: [try #require(community)])
    }

    // MARK: Private

    private func admission(_ vector: VectorFile) throws -> Admission {
        Admission(
            network: try #require(NetworkID(try vector.bytes("network"))),
            workBase: try #require(UInt8(exactly: try vector.number("workBase"))))
    }

    private func now(_ vector: VectorFile) throws -> WallTime {
        WallTime(seconds: try vector.number("now"))
    }

    private func expectRefusal(_ vector: VectorFile, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("\(vector.name) was accepted")
        } catch let error as EnvelopeError {
            #expect(error.reasons.contains(vector.refusal ?? ""), "\(error)")
        } catch let error as Refusal {
            #expect(error.reasons.contains(vector.refusal ?? ""), "\(error)")
        } catch {
            Issue.record(error)
        }
    }
}

extension EnvelopeError {
    /// Words of protocol/vectors/README.md.
    fileprivate var reasons: [String] {
        switch self {
        case .truncated: ["truncated"]
        case .version: ["bad-version"]
        case .ttlClass: ["bad-ttl-class"]
        case .size: ["bad-size-class"]
        case .wrongLength: ["bad-length"]
        }
    }
}

extension Refusal {
    /// Words of protocol/vectors/README.md.
    fileprivate var reasons: [String] {
        switch self {
        case .sizeClass: ["bad-size-class"]
        case .suite:
            ["public-mailbox", "public-commitment", "public-ttl-class", "public-record"]
        case .slotAhead: ["future-slot"]
        case .expired: ["expired"]
        case .tooOldUnasked: ["too-old"]
        case .workClaim(let bits, _):
            [bits > Limits.workBits ? "work-over-64" : "work-below-base"]
        case .workMissing: ["work-too-weak"]
        case .opening: ["wrong-opening"]
        case .record(.outOfRange): ["public-size", "out-of-range"]
        case .record(.shape): ["shape"]
        case .record(.notSigned): ["not-signed"]
        case .record(.tooLong): ["too-long"]
        case .record(.paddingNotZero): ["padding-not-zero"]
        case .record(.wrongSubject): ["wrong-subject"]
        case .record(.unknownType): ["unknown-type"]
        case .record, .unknownSubject, .outdatedRecord: []
        }
    }
}
