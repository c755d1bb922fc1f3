import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Not the one of the test library.
private typealias Attachment = Sealing.Attachment

/// Files in a case: attached, kept apart, shared later, answered with, and taken back.
@Suite struct FileStoryTests {
    private struct Sent {
        let attachment: Attachment
        let envelopes: [Envelope]
    }

    private func finish(
        _ sealer: FileSealer, _ file: [UInt8], _ town: TestCommunity
    ) throws -> Sent {
        var sealer = sealer
        let envelopes = try sealer.sealAll(file, random: town.random).map { $0.worked(from: 0) }
        let nonces = envelopes.map { $0.header.nonce }
        return Sent(attachment: try sealer.finished(nonces: nonces), envelopes: envelopes)
    }

    private func attach(
        _ file: [UInt8], _ role: Attachment.Role, _ town: TestCommunity
    ) throws -> Sent {
        let sealer = try town.seeker().file(
            size: file.count, type: try #require(MediaType("image/jpeg")), role: role)
        return try finish(sealer, file, town)
    }

    private func opened(_ sent: Sent, _ town: TestCommunity) throws -> [UInt8] {
        var opener = FileOpener(sent.attachment, community: town.ana.community)
        var file: [UInt8] = []
        for envelope in sent.envelopes { file += try opener.open(envelope) }
        try opener.finish()
        return file
    }

    private func asked(_ files: [Sent], kept: [Sent] = []) throws -> TestCommunity {
        var town = try TestCommunity()
        var body = Incident()
        body.account = "He follows me home."
        body.attachments = files.map { $0.attachment }
        town.board.post(try town.seeker().request(body, manifest: town.manifest))
        town.board.post(try town.seeker().kept(kept.map { $0.attachment }))
        return town
    }

    private let photo = [UInt8](repeating: 0x50, count: 70_000)
    private let original = [UInt8](repeating: 0x4F, count: 900)

    @Test func supportersGetWhatWasAttachedAndNotWhatWasKept() throws {
        let town = try TestCommunity()
        let cleaned = try attach(photo, .cleaned, town)
        let kept = try attach(original, .original, town)
        let there = try asked([cleaned], kept: [kept])
        let item = try #require(there.desk(there.ana).book.cases[there.caseID])
        #expect(item.files.map { $0.attachment } == [cleaned.attachment])
        #expect(item.files[0].speaker == .seeker)
        #expect(try opened(cleaned, town) == photo)

        let thread = there.found().threads[0]
        #expect(thread.files.count == 2)
        #expect(thread.keptFiles.map { $0.attachment } == [kept.attachment])
        #expect(thread.attachedBytes(there.now) == photo.count + original.count)
        #expect(thread.attachedBytes(there.now.adding(seconds: 30 * 86400)) == 0)
        // Nothing of it is told to an authority.
        #expect(thread.reportFields.map { $0.fieldName.claim } == ["account"])
    }

    @Test func aKeptOriginalIsSharedByWordsOfItsOwn() throws {
        let kept = try attach(original, .original, TestCommunity())
        var town = try asked([], kept: [kept])
        #expect(try #require(town.desk(town.ana).book.cases[town.caseID]).files.isEmpty)
        let thread = town.found().threads[0]
        town.board.post(
            try town.seeker().more(
                "The original.", language: nil,
                attachments: thread.keptFiles.map { $0.attachment }, under: thread.key,
                manifest: town.manifest))
        let item = try #require(town.desk(town.ana).book.cases[town.caseID])
        #expect(item.files.map { $0.attachment } == [kept.attachment])
        #expect(town.found().threads[0].keptFiles.isEmpty)
        #expect(town.found().threads[0].attachedBytes(town.now) == original.count)
    }

    @Test(arguments: [false, true])
    func aSupportersFileReachesTheSeeker(_ isSecondAnswer: Bool) throws {
        var town = try asked([])
        if isSecondAnswer {
            let item = try #require(town.desk(town.ana).book.cases[town.caseID])
            town.board.post(
                try town.composer(town.ana).reply(
                    "We are here.", language: nil, to: item, colleagues: []))
        }
        let item = try #require(town.desk(town.ana).book.cases[town.caseID])
        let composer = town.composer(town.ana)
        let key = try composer.answerKey(item)
        let form = [UInt8](repeating: 0x46, count: 65_371)
        let sent = try finish(
            try composer.file(
                size: form.count, type: .unknown, role: .original, under: key), form, town)
        town.board.post(
            try composer.reply(
                "A form.", language: nil, attachments: [sent.attachment], under: key, to: item,
                colleagues: []))
        let thread = town.found().threads[0]
        #expect(thread.messages.last?.attachments == [sent.attachment])
        #expect(thread.files.map { $0.speaker } == [.supporter])
        #expect(try opened(sent, town) == form)
        #expect(thread.keptFiles.isEmpty && thread.attachedBytes(town.now) == 0)
        // The seeker can take it back as well.
        #expect(targets(thread, town).isSuperset(of: ids(sent, town)))
        // Others at the desk read it too.
        let again = try #require(town.desk(town.ana).book.cases[town.caseID])
        #expect(again.files.map { $0.attachment } == [sent.attachment])
    }

    @Test func erasingTakesBackEveryChunkFromTheIndexAlone() throws {
        let town = try TestCommunity()
        let cleaned = try attach(photo, .cleaned, town)
        let kept = try attach(original, .original, town)
        let there = try asked([cleaned], kept: [kept])
        // No chunk was ever read here.
        let thread = there.found().threads[0]
        #expect(targets(thread, town).isSuperset(of: ids(cleaned, town).union(ids(kept, town))))
        for retraction in thread.retractions(town.terms) {
            #expect(RetractCommitment.isOpened(by: retraction))
        }
    }

    /// A member can name chunks that were never worked for, under the key of the seeker's own file.
    @Test func aMembersIndexKeepsNothingElseFromBeingTakenBack() throws {
        let mine = try attach(photo, .cleaned, TestCommunity())
        var town = try asked([mine])
        let item = try #require(town.desk(town.ana).book.cases[town.caseID])
        var earlier = town
        earlier.now = town.now.moved(seconds: -6000)
        let composer = earlier.composer(town.ana)
        let key = try composer.answerKey(item)
        var sealer = try composer.file(size: 9, type: .unknown, role: .original, under: key)
        let draft = try sealer.sealAll([UInt8](repeating: 1, count: 9), random: town.random)[0]
        let nonce = try #require(
            (0..<100 as Range<UInt64>).first {
                Work(id: draft.id).bits(nonce: $0) < draft.header.workBits
            })
        let index = try sealer.finished(nonces: [nonce])
        let hostile = try Attachment(
            .fields(
                .unsigned(9), .bytes(index.digest), index.type.text.cbor, .unsigned(1),
                .bytes(mine.attachment.key.copied()),
                .array(
                    index.chunks.map { .array([.bytes($0.header.encoded), .bytes($0.bodyHash)]) })
            ))
        town.board.post(
            try composer.reply(
                "Look.", language: nil, attachments: [hostile], under: key, to: item,
                colleagues: []))
        let thread = town.found().threads[0]
        #expect(thread.files.map { $0.speaker } == [.supporter, .seeker])
        let targets = targets(thread, town)
        #expect(targets.isSuperset(of: ids(mine, town)))
        #expect(!targets.contains(draft.id))
    }

    @Test func nobodyElsesEnvelopesCanBeNamedForTakingBack() throws {
        let strangers = try TestCommunity(seed: 2)
        let sealer = try strangers.seeker(3).file(
            size: original.count, type: .unknown, role: .original)
        let theirs = try finish(sealer, original, strangers)
        let town = try asked([theirs])
        let thread = town.found().threads[0]
        #expect(thread.files.count == 1)
        #expect(targets(thread, town).isDisjoint(with: ids(theirs, town)))
    }

    private func ids(_ sent: Sent, _ town: TestCommunity) -> Set<ItemID> {
        Set(sent.attachment.chunks.map { $0.id(town.ana.network) })
    }

    private func targets(_ thread: SeekerBook.Thread, _ town: TestCommunity) -> Set<ItemID> {
        Set(
            thread.retractions(town.terms).map {
                Naming.envelopeID(
                    network: town.ana.network, header: $0.header, bodyHash: $0.bodyHash)
            })
    }
}
