import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@testable import Seeking

/// Looking for one's own among the envelopes of strangers.
@Suite struct SeekerBookTests {
    let network = TestNetwork()
    let code = StretchedCode(secret: .fixed(0xC0))

    var book: SeekerBook {
        SeekerBook(
            code, network: network.network, community: network.community,
            rosters: [SigningKey(seed: .fixed(0x53)).publicKey])
    }

    var terms: RetractionTerms {
        RetractionTerms(network: network.network, workBase: 0, now: testStart)
    }

    func composer(_ number: UInt8 = 0, slot: UInt32 = testStart.slot.number) -> SeekerComposer {
        SeekerComposer(
            network: network.network, community: network.community,
            keys: code.caseKeys(network.community, number), workBase: 0, now: Slot(slot).start,
            random: SeededRandom.source(UInt64(number) + UInt64(slot)))
    }

    func note(_ text: Text, _ number: UInt8 = 0, slot: UInt32 = testStart.slot.number) throws
        -> [[UInt8]]
    {
        var body = Incident()
        body.account = text
        return try composer(number, slot: slot).note(body).map { $0.worked(from: 0).bytes }
    }

    /// Well-formed envelopes of somebody else.
    func strangers(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
        var random = SeededRandom(seed)
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes += [1, 1, 0x41, 8] + random.bytes(1020) }
        return bytes
    }

    @Test func inBatchesOrAtOnceItIsTheSameBook() throws {
        var all: [[UInt8]] = []
        for number in 0..<4 as Range<UInt8> {
            all += try note(Text("Note \(number)"), number)
            all.append(strangers(1, seed: UInt64(number)))
        }
        var once = book
        once.read(try all.enumerated().map { (Int64($0), try Envelope(decoding: $1)) })
        var batches = book
        for batch in [all[..<3], all[3...]] { try batches.scan(batch.flatMap { $0 }) }
        for book in [once, batches] {
            #expect(book.threads.map { $0.notes.count } == [1, 1, 1, 1, 0, 0, 0, 0])
            #expect(book.freeNumber == 4 && !book.needsSecondPass)
        }
        #expect(once.threads[2].notes[0].at.slot == batches.threads[2].notes[0].at.slot)
    }

    @Test func whatComesAgainChangesNothing() throws {
        let batch = try note("Once.").flatMap { $0 }
        var book = book
        for _ in 0..<3 { try book.scan(batch + batch) }
        #expect(book.threads[0].notes.count == 1)
        #expect(book.threads[0].retractions(terms).count == 1)
    }

    @Test func aBatchThatGoesOnWithSomethingElseIsReadAsFarAsItIsGood() throws {
        let good = try note("Good.").flatMap { $0 }
        let bad: [([UInt8], EnvelopeError)] = [
            ([UInt8](good.prefix(1023)), .truncated), ([1, 1, 0x41], .truncated),
            ([2] + good.dropFirst(), .version(2)),
            ([1, 1, 0x51] + good.dropFirst(3), .ttlClass(5)),
            ([1, 1, 0x48] + good.dropFirst(3), .size(8)),
        ]
        for (rest, error) in bad {
            var book = book
            #expect(throws: error) { try book.scan(good + rest) }
            #expect(book.threads[0].notes.map { $0.body.account } == ["Good."])
        }
        var book = book
        #expect(try book.scan([]) == 0)
        #expect(try book.scan(good) == 1)
    }

    @Test func aNoteOfSeveralPartsIsPutTogetherFromSeveralBatches() throws {
        let long = Text(String(repeating: "A long note. ", count: 1000))
        let parts = try note(long)
        #expect(parts.count > 2)
        var book = book
        for part in parts.reversed() {
            #expect(book.threads[0].notes.isEmpty)
            try book.scan(part)
        }
        #expect(book.threads[0].notes.map { $0.body.account } == [long])
        #expect(book.threads[0].retractions(terms).count == parts.count)
    }

    /// Whoever floods a seeker fills no phone: a case has its fill.
    @Test func oneCaseHoldsSoManyEnvelopesAndNoMore() throws {
        var book = book
        let part = try note("Flood.")[0]
        let header = try Envelope(decoding: part).header
        let keys = code.caseKeys(network.community, 0)
        var random = SeededRandom(3)
        let posting = Posting(
            network: network.network, topic: header.topic, slot: header.slot,
            ttlClass: .quarter, workBits: 4, tagKey: keys.grantTag, eraseKey: nil)
        var batch: [UInt8] = []
        let one = try Sealer.seal(
            .words, [], id: .zero, to: .shared(.fixed(1)), community: network.community, posting,
            random: { random.bytes($0) })[0].finished(nonce: 0).bytes
        for number in 0..<(Limits.foundPerCase + 50) {
            var copy = one
            copy[100] = UInt8(truncatingIfNeeded: number)
            copy[101] = UInt8(truncatingIfNeeded: number >> 8)
            batch += copy
        }
        try book.scan(batch)
        #expect(book.threads[0].known.count == Limits.foundPerCase)
        #expect(book.threads[0].messages.isEmpty && book.threads[0].key == nil)
        try book.scan(try note("Another case.", 1).flatMap { $0 })
        #expect(book.threads[1].notes.count == 1)
    }

    @Test func damagedEnvelopesTrapNothing() throws {
        var random = SeededRandom(11)
        let good = try note("Good.").flatMap { $0 }
        for _ in 0..<2000 {
            var book = book
            let broken = random.mutated(good)
            _ = try? book.scan(broken)
            _ = try? book.scanAgain(broken)
            #expect(book.threads[0].notes.allSatisfy { $0.body.account == "Good." })
        }
    }

    /// Bounded generously: what it takes in a browser is measured there.
    @Test func tenThousandEnvelopesOfOthersAreLookedThroughInNoTime() throws {
        let batch = strangers(10_000)
        var book = book
        let took = try ContinuousClock().measure { try book.scan(batch) }
        print("10 000 envelopes looked through in \(took)")
        #expect(book.threads.allSatisfy { $0.isUnused })
        #expect(took < .seconds(20))
    }
}
