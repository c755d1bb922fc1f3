import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Not the one of the test library.
private typealias Attachment = Sealing.Attachment

/// Attachments of protocol/26-files.md.
@Suite struct FileVectorTests {
    @Test(
        arguments: try VectorFile.some(
            VectorFile.accepted("files"), where: "check", is: "index"))
    func anIndexIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("index")
        let attachment = try Attachment(CBOR(decoding: bytes))
        #expect(attachment.cbor.encoded == bytes)
        #expect(try attachment.size == Int(vector.number("size")))
        #expect(try attachment.type.text == Text(vector.words("type")))
        #expect(try attachment.role.rawValue == vector.number("role"))
        #expect(try attachment.digest == vector.bytes("digest"))
        #expect(try attachment.key == Secret(vector.bytes("file key")))
        let network = try #require(NetworkID(try vector.bytes("network")))
        #expect(try attachment.chunks.map { $0.id(network).bytes } == vector.bytesList("id"))
    }

    @Test(
        arguments: try VectorFile.some(
            VectorFile.refused("files"), where: "check", is: "index"))
    func anIndexThatBreaksARuleIsVoid(_ vector: VectorFile) throws {
        let value = try CBOR(decoding: vector.bytes("index"))
        #expect(throws: ShapeError.self) { _ = try Attachment(value) }
        // What is said beside it stands.
        let words = Words(text: "Here is the photo.")
        var entries: [CBOR.Entry] = []
        if case .map(let known) = words.cbor { entries = known }
        entries.append(CBOR.Entry(key: 3, value: .array([value])))
        #expect(try Words(.map(entries)) == words)
    }

    @Test(
        arguments: try VectorFile.some(
            VectorFile.accepted("files"), where: "check", is: "file"))
    func aFileIsOpenedSealedAndTakenBack(_ vector: VectorFile) throws {
        let attachment = try Attachment(CBOR(decoding: vector.bytes("index")))
        let erase = Secret(try vector.bytes("erase key"))
        var opener = FileOpener(attachment, community: .zero)
        var file: [UInt8] = []
        for (number, bytes) in try vector.bytesList("envelope").enumerated() {
            let envelope = try Envelope(decoding: bytes)
            file += try opener.open(envelope)
            let enc = AgreementKey(secret: Secret(try vector.bytes("enc secret \(number)")))
            let content = ContentPart(
                kind: 0x08, part: 0, parts: 1,
                messageID: try #require(MessageID(try vector.bytes("message id \(number)"))),
                payload: [UInt8](file.suffix(attachment.length(of: number))))
            let body = Sealer.seal(
                content.padded(to: 65392), envelope.header, under: attachment.key,
                enc: enc.publicKey)
            #expect(body[...] == envelope.body)
            let chunk = attachment.chunks[number]
            let retraction = RetractCommitment.retraction(
                of: chunk.header, bodyHash: chunk.bodyHash, key: erase)
            #expect(try retraction?.opening == vector.bytes("opening \(number)"))
        }
        try opener.finish()
        #expect(try file == vector.bytes("file"))
        #expect(try attachment.digest == vector.bytes("digest"))
    }

    @Test(
        arguments: try VectorFile.some(
            VectorFile.refused("files"), where: "check", is: "file"))
    func aFileThatIsNotTheOneDescribedIsRefused(_ vector: VectorFile) throws {
        let attachment = try Attachment(CBOR(decoding: vector.bytes("index")))
        #expect(throws: FileError.self) {
            var opener = FileOpener(attachment, community: .zero)
            for bytes in try vector.bytesList("envelope") {
                _ = try opener.open(Envelope(decoding: bytes))
            }
            try opener.finish()
        }
    }
}
