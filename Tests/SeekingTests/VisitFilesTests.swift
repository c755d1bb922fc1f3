import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@testable import Seeking

/// Files of a visit, as the page asks for them.
@Suite struct VisitFilesTests {
    private let town = TestNetwork()

    /// A visit that follows the town and has a new code.
    private func visit() throws -> Visit {
        var visit = Visit(random: SeededRandom.source(11))
        let manifest = try recordBytes(town.manifest())
        let charters = CBOR.array([town.signedCharter.cbor]).encoded
        _ = try ask(
            &visit, "follow",
            """
            {"network":"\(text(town.network.bytes))","community":"\(text(town.community.bytes))",
            "charters":"\(text(charters))","manifest":"\(text(manifest))","cards":[],
            "now":\(testStart.seconds)}
            """)
        _ = try ask(&visit, "newCode", "{}")
        return visit
    }

    private func recordBytes(_ envelope: Envelope) throws -> [UInt8] {
        var reader = ByteReader([UInt8](envelope.body))
        guard let length: UInt32 = reader.integer(), let record = reader.take(Int(length)) else {
            throw VisitError.malformed
        }
        return [UInt8](record)
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }

    private func ask(_ visit: inout Visit, _ call: String, _ request: String) throws -> JSON {
        try JSON(decoding: visit.answer([UInt8](call.utf8), [UInt8](request.utf8)))
    }

    private func bytes(
        _ visit: inout Visit, _ call: String, _ file: UInt64, _ rest: [UInt8]
    ) throws -> [UInt8] {
        var request: [UInt8] = []
        request.append(bigEndian: UInt32(file))
        return try visit.answer([UInt8](call.utf8), request + rest)
    }

    private var slot: String { "\"slot\":\(testStart.slot.number)" }

    /// Seals a file to the end; its number and its envelopes.
    private func attach(
        _ visit: inout Visit, _ file: [UInt8], role: Int = 0, more: String = ""
    ) throws -> (UInt64, [Envelope]) {
        let begun = try ask(
            &visit, "beginFile",
            "{\"type\":\"image/jpeg\",\"role\":\(role),\"size\":\(file.count),\(slot)\(more)}")
        let number = try #require(begun.member("file")?.asNumber)
        var envelopes: [Envelope] = []
        var nonces: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: 65370) {
            let piece = [UInt8](file[start..<min(start + 65370, file.count)])
            let listed = try bytes(&visit, "sealChunk", number, piece)
            let draft = try Envelope(decoding: [UInt8](listed.dropFirst(36)))
            #expect([UInt8](listed[4..<36]) == town.id(draft).bytes)
            let done = town.worked(draft.header, [UInt8](draft.body))
            envelopes.append(done)
            nonces.append(bigEndian: done.header.nonce)
        }
        _ = try bytes(&visit, "finishFile", number, nonces)
        #expect(begun.member("chunks")?.asNumber == UInt64(envelopes.count))
        return (number, envelopes)
    }

    /// Composes, and reads what was composed as if it had been sent.
    private func send(_ visit: inout Visit, _ request: String) throws {
        _ = try ask(&visit, "compose", request)
        let list = try visit.answer([UInt8]("drafts".utf8), [UInt8]("{}".utf8))
        var sent: [UInt8] = []
        var reader = ByteReader(list)
        while let length: UInt32 = reader.integer() {
            guard reader.take(32) != nil, let envelope = reader.take(Int(length)) else {
                throw VisitError.malformed
            }
            let draft = try Envelope(decoding: [UInt8](envelope))
            sent += town.worked(draft.header, [UInt8](draft.body)).bytes
        }
        _ = try visit.answer([UInt8]("scan".utf8), sent)
    }

    private func first(_ visit: inout Visit) throws -> JSON {
        let cases = try ask(&visit, "cases", "{\"now\":\(testStart.seconds)}")
        guard case .array(let list)? = cases.member("cases") else { throw VisitError.malformed }
        return try #require(list.first)
    }

    private func attachments(_ json: JSON?) -> [JSON] {
        guard case .array(let list)? = json?.member("attachments") else { return [] }
        return list
    }

    private func refusal(_ body: () throws -> Void) -> VisitError? {
        do { try body() } catch { return error as? VisitError }
        return nil
    }

    @Test func aPhotoIsSealedSentFoundAndOpened() throws {
        var visit = try visit()
        var random = SeededRandom(3)
        let photo = random.bytes(150_000)
        let (file, envelopes) = try attach(&visit, photo)
        let (kept, apart) = try attach(&visit, [1, 2, 3], role: 1, more: #","moreBits":2"#)
        #expect(apart[0].header.workBits == envelopes[0].header.workBits + 2)
        try send(
            &visit,
            """
            {"what":"request","incident":{"account":"Look."},"attach":[\(file)],
            "keepApart":[\(kept)],\(slot)}
            """)
        let found = try first(&visit)
        guard case .array(let requests)? = found.member("requests"),
            case .array(let keptList)? = found.member("kept")
        else { throw VisitError.malformed }
        let shown = try #require(attachments(requests.first).first)
        #expect(shown.member("size")?.asNumber == 150_000)
        #expect(shown.member("type")?.asText == "image/jpeg")
        #expect(keptList.count == 1)

        let id = try #require(shown.member("id")?.asText)
        let opening = try ask(&visit, "openFile", "{\"case\":0,\"id\":\"\(id.string)\"}")
        let number = try #require(opening.member("file")?.asNumber)
        guard case .array(let chunks)? = opening.member("chunks") else {
            throw VisitError.malformed
        }
        let ids = envelopes.map { town.id($0).bytes }
        #expect(chunks.map { $0.member("id")?.asBytes(32) } == ids)
        var opened: [UInt8] = []
        for envelope in envelopes {
            opened += try bytes(&visit, "openChunk", number, envelope.bytes)
        }
        _ = try ask(&visit, "closeFile", "{\"file\":\(number)}")
        #expect(opened == photo)
    }

    @Test func aKeptOriginalIsSharedById() throws {
        var visit = try visit()
        let (kept, _) = try attach(&visit, [1, 2, 3], role: 1)
        try send(
            &visit,
            """
            {"what":"request","incident":{"account":"Look."},"keepApart":[\(kept)],\(slot)}
            """)
        guard case .array(let list)? = try first(&visit).member("kept"),
            let id = list.first?.member("id")?.asText
        else { throw VisitError.malformed }
        try send(&visit, "{\"what\":\"words\",\"case\":0,\"share\":[\"\(id.string)\"],\(slot)}")
        guard case .array(let none)? = try first(&visit).member("kept"),
            case .array(let requests)? = try first(&visit).member("requests")
        else { throw VisitError.malformed }
        #expect(none.isEmpty)
        #expect(attachments(requests.last).first?.member("id")?.asText == id)
    }

    @Test func aRequestMadeOfANoteSharesItsFiles() throws {
        var visit = try visit()
        let (photo, _) = try attach(&visit, [1, 2, 3, 4])
        let (original, _) = try attach(&visit, [1, 2, 3], role: 1)
        try send(
            &visit,
            """
            {"what":"note","incident":{"account":"Look."},"attach":[\(photo)],
            "keepApart":[\(original)],\(slot)}
            """)
        let note = try first(&visit)
        let entries = note.member("requests")?.asArray ?? []
        let id = try #require(attachments(entries.first).first?.member("id")?.asText?.string)
        let request = """
            {"what":"request","case":0,"incident":{"account":"Help."},"share":["\(id)"],\(slot)}
            """
        try send(&visit, request)
        let opened = try first(&visit)
        let shared = attachments(opened.member("requests")?.asArray?.first)
        #expect(shared.map { $0.member("size")?.asNumber } == [4])
        #expect(opened.member("kept")?.asArray?.map { $0.member("size")?.asNumber } == [3])
        #expect(opened.member("notes")?.asArray?.count == 1)
        #expect(opened.member("notes")?.asArray?.first?.member("attachments") == nil)

        let many = [String](repeating: "\"\(id)\"", count: 17).joined(separator: ",")
        let tooMany = request.replacing("\"\(id)\"", with: many)
        #expect(refusal { _ = try ask(&visit, "compose", tooMany) } == .tooManyFiles)
        let other = request.replacing(id, with: (id.hasPrefix("A") ? "B" : "A") + id.dropFirst())
        #expect(refusal { _ = try ask(&visit, "compose", other) } == .noSuchFile)
    }

    @Test func erasingAlsoTakesTheChunksBack() throws {
        var visit = try visit()
        let (file, envelopes) = try attach(&visit, [UInt8](repeating: 1, count: 70_000))
        try send(
            &visit,
            """
            {"what":"request","incident":{"account":"Look."},"attach":[\(file)],\(slot)}
            """)
        _ = try ask(&visit, "erase", "{\"case\":0,\(slot)}")
        let list = try visit.answer([UInt8]("retractions".utf8), [UInt8]("{}".utf8))
        let heads = stride(from: 0, to: list.count, by: 112).map { [UInt8](list[$0..<($0 + 64)]) }
        for envelope in envelopes { #expect(heads.contains(envelope.header.encoded)) }
    }

    @Test func aFileAloneIsARequest() throws {
        var visit = try visit()
        let (file, _) = try attach(&visit, [1])
        try send(&visit, "{\"what\":\"request\",\"incident\":{},\"attach\":[\(file)],\(slot)}")
        #expect(try first(&visit).member("number")?.asNumber == 0)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        var visit = try visit()
        let begin = { (size: Int) in
            "{\"type\":\"image/png\",\"role\":0,\"size\":\(size),\(slot)}"
        }
        for (size, error) in [
            (0, VisitError.nothingToSend), (16_777_217, .tooLarge), (-1, .malformed),
        ] {
            #expect(refusal { _ = try ask(&visit, "beginFile", begin(size)) } == error)
        }
        _ = try ask(&visit, "beginFile", begin(16_000_000))
        #expect(refusal { _ = try ask(&visit, "beginFile", begin(1_000_000)) } == .tooLarge)
        let unfinished = "{\"what\":\"note\",\"incident\":{},\"attach\":[1],\(slot)}"
        #expect(refusal { _ = try ask(&visit, "compose", unfinished) } == .fileUnfinished)
        let unknown = "{\"what\":\"note\",\"incident\":{},\"attach\":[9],\(slot)}"
        #expect(refusal { _ = try ask(&visit, "compose", unknown) } == .noSuchFile)
        #expect(refusal { _ = try bytes(&visit, "sealChunk", 1, [1]) } == .malformed)
        #expect(refusal { _ = try bytes(&visit, "finishFile", 1, [1]) } == .malformed)
        _ = try ask(&visit, "dropFiles", "{}")
        #expect(refusal { _ = try bytes(&visit, "sealChunk", 1, [1]) } == .noSuchFile)
        for _ in 0..<32 { _ = try ask(&visit, "beginFile", begin(1)) }
        #expect(refusal { _ = try ask(&visit, "beginFile", begin(1)) } == .tooManyFiles)
    }

    @Test func aChangedChunkIsNotShown() throws {
        var visit = try visit()
        let (file, envelopes) = try attach(&visit, [UInt8](repeating: 1, count: 70_000))
        try send(&visit, "{\"what\":\"note\",\"incident\":{},\"attach\":[\(file)],\(slot)}")
        guard case .array(let notes)? = try first(&visit).member("requests"),
            let id = attachments(notes.first).first?.member("id")?.asText
        else { throw VisitError.malformed }
        let open = "{\"case\":0,\"id\":\"\(id.string)\"}"
        let number = try #require(try ask(&visit, "openFile", open).member("file")?.asNumber)
        var changed = envelopes[0].bytes
        changed[5000] ^= 1
        for wrong in [changed, envelopes[1].bytes, [], [UInt8](repeating: 0, count: 65536)] {
            let error = refusal { _ = try bytes(&visit, "openChunk", number, wrong) }
            #expect(error == .fileDamaged)
        }
        _ = try bytes(&visit, "openChunk", number, envelopes[0].bytes)
        let error = refusal { _ = try ask(&visit, "closeFile", "{\"file\":\(number)}") }
        #expect(error == .fileDamaged)
    }
}
