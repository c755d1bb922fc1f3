import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@testable import Seeking

/// Not the one of the test library.
private typealias Attachment = Sealing.Attachment

/// What is handed over to take a case back: relays take a list as a whole or not at all.
@Suite struct RetractionsTests {
    private let network = TestNetwork(workBase: 2)
    private let code = StretchedCode(secret: .fixed(0xC0))
    private let random = SeededRandom.source(5)

    private var admission: Admission { Admission(network: network.network, workBase: 2) }

    private var keys: CaseKeys { code.caseKeys(network.community, 0) }

    private func terms(_ now: WallTime = testStart) -> RetractionTerms {
        RetractionTerms(network: network.network, workBase: 2, now: now)
    }

    private func composer() -> SeekerComposer {
        SeekerComposer(
            network: network.network, community: network.community, keys: keys, workBase: 2,
            now: testStart, random: random)
    }

    /// A chunk that the case takes back, with its work or without.
    private func chunk(isWorked: Bool) throws -> Attachment.Chunk {
        var sealer = try composer().file(size: 1, type: .unknown, role: .original)
        let draft = try sealer.sealAll([1], random: random)[0]
        var nonce = draft.worked(from: 0).header.nonce
        while !isWorked, Work(id: draft.id).bits(nonce: nonce) >= draft.header.workBits {
            nonce += 1
        }
        return try sealer.finished(nonces: [nonce]).chunks[0]
    }

    /// A file of these chunks.
    private func file(_ chunks: [Attachment.Chunk]) throws -> Attachment {
        try Attachment(
            .fields(
                .unsigned(UInt64(chunks.count * Limits.chunkBytes)), .bytes(random(32)),
                MediaType.unknown.text.cbor, .unsigned(0), .bytes(random(32)),
                .array(chunks.map { .array([.bytes($0.header.encoded), .bytes($0.bodyHash)]) })))
    }

    /// A case in which these files were sent by supporters, in this order.
    private func thread(_ files: [Attachment]) -> SeekerBook.Thread {
        var thread = SeekerBook.Thread(number: 0, keys: keys)
        for (place, file) in files.enumerated() {
            let words = Words(text: "Look.", language: nil, attachments: [file])
            let at = SaidAt(slot: testStart.slot, arrival: Int64(place))
            thread.messages.append(Message(speaker: .supporter, words, at: at))
        }
        return thread
    }

    // MARK: What is listed

    @Test func whatIsListedIsWhatRelaysTakeOfWhatHasNotEnded() throws {
        let good = try chunk(isWorked: true)
        var headers = [good.header, try chunk(isWorked: false).header]
        for change: (inout EnvelopeHeader) -> Void in [
            { $0.suite = Suite.publicRecord.rawValue }, { $0.suite = 7 }, { $0.workBits = 4 },
            { $0.workBits = 65 }, { $0.ttlClass = .quarter }, { $0.slot = Slot(.max) },
            { $0.slot = Slot(0) }, { $0.nonce &+= 1 },
        ] {
            var header = good.header
            change(&header)
            headers.append(header)
        }
        var held = 0
        let month = Int64(30 * 86400)
        for header in headers {
            let opening = [UInt8](repeating: 0, count: 16)
            for at in [-1201, -1200, -601, -600, -1, 0, 1, month - 1, month, month + 86400] {
                let now = testStart.moved(seconds: Int64(at))
                let one = Retraction(header: header, bodyHash: good.bodyHash, opening: opening)
                let holds = terms(now).hold(header, bodyHash: good.bodyHash)
                #expect(holds == (isTaken(one, now) && now < header.expiry), "\(header) at \(at)")
                held += holds ? 1 : 0
            }
        }
        #expect(held >= 5)
    }

    /// Whether a relay takes it, its opening apart.
    private func isTaken(_ retraction: Retraction, _ now: WallTime) -> Bool {
        do {
            _ = try admission.check(retraction, now: now)
            return true
        } catch {
            return error == .opening
        }
    }

    /// Chunks end after thirty days, what lists them after ninety.
    @Test(arguments: [(0, true), (29, true), (30, false), (31, false), (89, false)])
    func chunksAreTakenBackAsLongAsTheyLive(_ days: UInt64, _ areListed: Bool) throws {
        let mine = try chunk(isWorked: true)
        var body = Incident()
        body.attachments = [try file([mine])]
        var book = SeekerBook(
            code, network: network.network, community: network.community, rosters: [])
        let note = try composer().note(body).map { $0.worked(from: 0) }
        try book.scan(note.flatMap { $0.bytes })
        let now = testStart.adding(seconds: days * 86400)
        let listed = book.threads[0].retractions(terms(now))
        #expect(listed.contains { $0.header == mine.header } == areListed)
        #expect(listed.contains { $0.header == note[0].header })
        for one in listed { _ = try admission.check(one, now: now) }
    }

    // MARK: Hostile indexes

    @Test func whatWasNeverWorkedForIsLeftOutAndCountsForNothing() throws {
        let junk = try file((0..<256).map { _ in try chunk(isWorked: false) })
        let good = try chunk(isWorked: true)
        var files: [Attachment] = []
        for _ in 0...(Limits.foundPerCase / 256) { files.append(try file(junk.chunks)) }
        let listed = thread(files + [try file([good])]).retractions(terms())
        #expect(listed.map { $0.header } == [good.header])
    }

    @Test func oneChunkIsTakenBackOnceHoweverOftenItIsNamed() throws {
        let (one, other) = (try chunk(isWorked: true), try chunk(isWorked: true))
        let many = [Attachment.Chunk](repeating: one, count: 256)
        var files: [Attachment] = []
        for _ in 0...(Limits.foundPerCase / 256) { files.append(try file(many)) }
        let listed = thread(files + [try file([other])]).retractions(terms())
        #expect(listed.map { $0.header } == [one.header, other.header])
    }

    @Test func theSeekersOwnFilesComeFirst() throws {
        let (theirs, mine) = (try chunk(isWorked: true), try chunk(isWorked: true))
        var thread = thread([try file([theirs])])
        var body = Incident()
        body.attachments = [try file([mine])]
        thread.told.append(
            SeekerBook.Told(
                kind: .request, id: .zero, body: body,
                at: SaidAt(slot: testStart.slot, arrival: 9)))
        #expect(thread.retractions(terms()).map { $0.header } == [mine.header, theirs.header])
    }

    // MARK: Parts

    @Test(arguments: [
        (0, [0]), (1, [1]), (4096, [4096]), (4097, [4096, 1]), (8192, [4096, 4096]),
    ])
    func aListIsHandedOverInPartsThatANodeTakes(_ count: Int, _ sizes: [Int]) throws {
        let chunk = try chunk(isWorked: true)
        let list = (0..<count).map { number in
            var opening = [UInt8](repeating: 0, count: 12)
            opening.append(bigEndian: UInt32(number))
            return Retraction(header: chunk.header, bodyHash: chunk.bodyHash, opening: opening)
        }
        let parts = Retraction.parts(list)
        #expect(parts.map { $0.count } == sizes)
        #expect(parts.flatMap { $0 } == list)
    }
}
