import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Not the one of the test library.
private typealias Attachment = Sealing.Attachment

@Suite struct FileSealerTests {
    private let town = TestNetwork()
    private let erase = Secret.fixed(0xE0)

    private func sealer(_ size: Int, _ random: RandomSource) throws(FileError) -> FileSealer {
        try FileSealer(
            size: size, type: .unknown, role: .original, network: town.network,
            community: town.community, slot: testStart.slot, workBase: 2, eraseKey: erase,
            random: random)
    }

    private func sealed(_ file: [UInt8]) throws -> (Attachment, [Envelope]) {
        let random = SeededRandom.source(7)
        var sealer = try sealer(file.count, random)
        let envelopes = try sealer.sealAll(file, random: random).map { $0.worked(from: 0) }
        return (try sealer.finished(nonces: envelopes.map { $0.header.nonce }), envelopes)
    }

    @Test(arguments: [1, 65369, 65370, 65371, 3 * 65370])
    func aFileOfAnyLengthComesBackWhole(_ size: Int) throws {
        var random = SeededRandom(UInt64(size))
        let file = random.bytes(size)
        let (attachment, envelopes) = try sealed(file)
        #expect(envelopes.count == (size + 65369) / 65370)
        let again = try Attachment(CBOR(decoding: attachment.cbor.encoded))
        #expect(again == attachment)
        var opener = FileOpener(again, community: town.community)
        var opened: [UInt8] = []
        for envelope in envelopes { opened += try opener.open(envelope) }
        try opener.finish()
        #expect(opened == file)
        #expect(attachment.digest == hash(Labels.file, file))
    }

    @Test func chunksLookAlikeAndTellNothingOfEachOther() throws {
        let (_, envelopes) = try sealed([UInt8](repeating: 0, count: 2 * 65370 + 5))
        for envelope in envelopes {
            #expect(envelope.bytes.count == 65536)
            #expect(envelope.header.topic == Topics.files(town.community, testStart.slot.week))
            #expect(envelope.header.ttlClass == .month)
            #expect(envelope.header.workBits == 5)
        }
        #expect(Set(envelopes.map { $0.header.mailbox }).count == envelopes.count)
        #expect(Set(envelopes.map { $0.header.commitment }).count == envelopes.count)
        #expect(Set(envelopes.map { [UInt8]($0.body.prefix(64)) }).count == envelopes.count)
    }

    @Test func theIndexAloneTakesAFileBack() throws {
        let (attachment, envelopes) = try sealed([UInt8](repeating: 3, count: 70000))
        for (chunk, envelope) in zip(attachment.chunks, envelopes) {
            let retraction = try #require(
                RetractCommitment.retraction(
                    of: chunk.header, bodyHash: chunk.bodyHash, key: erase))
            #expect(RetractCommitment.isOpened(by: retraction))
            #expect(retraction.header == envelope.header)
            let work = Work(id: town.id(envelope))
            #expect(work.bits(nonce: retraction.header.nonce) >= retraction.header.workBits)
            #expect(
                RetractCommitment.retraction(
                    of: chunk.header, bodyHash: chunk.bodyHash, key: .fixed(1)) == nil)
        }
    }

    @Test func onlyWhatWasAnnouncedIsSealed() throws {
        let random = SeededRandom.source(1)
        #expect(throws: FileError.empty) { _ = try sealer(0, random) }
        #expect(throws: FileError.tooLarge(bytes: 16_777_217, limit: 16_777_216)) {
            _ = try sealer(16_777_217, random)
        }
        var file = try sealer(65371, random)
        #expect(throws: FileError.length(bytes: 1, expected: 65370)) {
            _ = try file.seal([1], random: random)
        }
        _ = try file.seal([UInt8](repeating: 1, count: 65370), random: random)
        #expect(throws: FileError.count(chunks: 1, expected: 2)) {
            _ = try file.finished(nonces: [1, 2])
        }
        _ = try file.seal([1], random: random)
        #expect(throws: FileError.count(chunks: 3, expected: 2)) {
            _ = try file.seal([1], random: random)
        }
        #expect(throws: FileError.count(chunks: 1, expected: 2)) {
            _ = try file.finished(nonces: [1])
        }
    }

    @Test func chunksInAnotherOrderAreRefused() throws {
        let (attachment, envelopes) = try sealed([UInt8](repeating: 9, count: 2 * 65370))
        var opener = FileOpener(attachment, community: town.community)
        #expect(throws: FileError.cannotOpen) { _ = try opener.open(envelopes[1]) }
        // A try that failed spoils nothing.
        _ = try opener.open(envelopes[0])
        #expect(throws: FileError.count(chunks: 1, expected: 2)) { try opener.finish() }
        _ = try opener.open(envelopes[1])
        try opener.finish()
    }

    @Test func aStreamHashesLikeTheWhole() {
        var random = SeededRandom(5)
        let bytes = random.bytes(100_000)
        var stream = HashStream(Labels.file)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = random.number(below: 700) + 1
            stream.add([UInt8](rest.prefix(count)))
            rest = rest.dropFirst(count)
            let copy = stream
            #expect(copy.digest == stream.digest)
        }
        #expect(stream.digest == hash(Labels.file, bytes))
        #expect(HashStream(Labels.file).digest == hash(Labels.file, []))
    }

    @Test(arguments: [
        "image/jpeg", "audio/mp4", "application/vnd.ms-excel.sheet.macroenabled.12", "a/b",
    ])
    func mediaTypesOfTheRegistryAreTaken(_ text: String) {
        #expect(MediaType(Text(text))?.text == Text(text))
    }

    @Test(arguments: [
        "", "/", "image", "image/", "/jpeg", "image/jpeg/x", "Image/jpeg", "image/ jpeg",
        "image/jpeg;q=1", "image/../x", "image/\n", "é/x", "-a/b",
    ])
    func othersAreNot(_ text: String) { #expect(MediaType(Text(text)) == nil) }
}
