import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

@Suite struct SealerTests {
    let community = TestNetwork().community
    let key = AgreementKey(secret: .fixed(0x31))
    let shared = Secret.fixed(0x32)
    let tagKey = Secret.fixed(0x33)
    let eraseKey = Secret.fixed(0x34)
    let id = MessageID([UInt8](repeating: 0x35, count: 16)) ?? .zero

    var posting: Posting {
        Posting(
            network: TestNetwork().network, topic: Topics.intake(community, testStart.slot.week),
            slot: testStart.slot, ttlClass: .quarter, workBits: 4, tagKey: tagKey,
            eraseKey: eraseKey)
    }

    func seal(
        _ payload: [UInt8], to recipient: Recipient, seed: UInt64 = 1
    ) throws -> [Envelope] {
        try Sealer.seal(
            .words, payload, id: id, to: recipient, community: community, posting,
            random: SeededRandom.source(seed)
        ).map { $0.finished(nonce: 0) }
    }

    /// Source: protocol/10-content.md, the table of rooms.
    @Test func roomsAreThoseOfTheChapter() {
        #expect(Sealer.room(.key(key.publicKey), size: 1) == 890)
        #expect(Sealer.room(.key(key.publicKey), size: 3) == 3962)
        #expect(Sealer.room(.shared(shared), size: 1) == 858)
        #expect(Sealer.room(.shared(shared), size: 3) == 3930)
    }

    @Test(arguments: [true, false], 1...16)
    func aMessageOfAnyNumberOfPartsComesBack(_ isShared: Bool, _ count: Int) throws {
        let recipient: Recipient = isShared ? .shared(shared) : .key(key.publicKey)
        let opener: Opener = isShared ? .shared(shared) : .key(key)
        let room = Sealer.room(recipient, size: 3)
        var random = SeededRandom(UInt64(count))
        for length in [(count - 1) * room + 900, count * room] {
            let payload = random.bytes(length)
            let envelopes = try seal(payload, to: recipient)
            #expect(envelopes.count == count)
            var reassembly = Reassembly()
            var whole: [UInt8]?
            for envelope in envelopes.reversed() {
                #expect(envelope.header.size == 3)
                #expect(Mailbox.matches(tagKey, envelope.header))
                let part = try #require(
                    Sealer.open(envelope, with: opener, community: community))
                #expect(part.messageID == id)
                #expect(whole == nil)
                whole = reassembly.add(part)
            }
            #expect(whole == payload)
        }
    }

    @Test(arguments: [true, false])
    func whatFitsTakesOneSmallEnvelope(_ isShared: Bool) throws {
        let recipient: Recipient = isShared ? .shared(shared) : .key(key.publicKey)
        let room = Sealer.room(recipient, size: 1)
        for (length, size) in [(0, 1), (room, 1), (room + 1, 3)] as [(Int, UInt8)] {
            let envelopes = try seal([UInt8](repeating: 1, count: length), to: recipient)
            #expect(envelopes.map { $0.header.size } == [size])
        }
    }

    @Test(arguments: [true, false])
    func aByteMoreThanSixteenPartsIsTooLong(_ isShared: Bool) throws {
        let recipient: Recipient = isShared ? .shared(shared) : .key(key.publicKey)
        let limit = 16 * Sealer.room(recipient, size: 3)
        #expect(throws: SealError.tooLong(bytes: limit + 1, limit: limit)) {
            try seal([UInt8](repeating: 1, count: limit + 1), to: recipient)
        }
    }

    @Test func nothingCanBeSealedToAKeyOfZeros() {
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(throws: SealError.unusableKey) { try seal([1], to: .key(zeros)) }
        #expect(throws: SealError.unusableKey) { try seal([1], to: .key([])) }
    }

    @Test func onlyItsKeyOpensIt() throws {
        for recipient in [Recipient.key(key.publicKey), .shared(shared)] {
            let envelope = try #require(try seal([1, 2], to: recipient).first)
            let openers: [Opener] = [
                .key(key), .shared(shared), .key(AgreementKey(secret: .fixed(9))),
                .shared(.fixed(9)),
            ]
            let opened = openers.compactMap {
                Sealer.open(envelope, with: $0, community: community)
            }
            #expect(opened.map { $0.payload } == [[1, 2]])
        }
    }

    /// The nonce alone is outside of what sealing covers.
    @Test func aChangedHeaderKeepsItShut() throws {
        for (recipient, opener) in [
            (Recipient.key(key.publicKey), Opener.key(key)), (.shared(shared), .shared(shared)),
        ] {
            let envelope = try #require(try seal([1, 2], to: recipient).first)
            for place in 3..<EnvelopeHeader.bytes {
                var bytes = envelope.bytes
                bytes[place] ^= 1
                let changed = try Envelope(decoding: bytes)
                let part = Sealer.open(changed, with: opener, community: community)
                #expect((part != nil) == (place >= EnvelopeHeader.coveredBytes), "byte \(place)")
            }
        }
    }

    @Test func onlyTheEraseKeyTakesItBack() throws {
        let envelope = try #require(try seal([1], to: .shared(shared)).first)
        let retraction = try #require(RetractCommitment.retraction(of: envelope, key: eraseKey))
        #expect(RetractCommitment.isOpened(by: retraction))
        #expect(RetractCommitment.opens(eraseKey, envelope.header))
        #expect(RetractCommitment.retraction(of: envelope, key: tagKey) == nil)
        #expect(!RetractCommitment.opens(tagKey, envelope.header))
    }

    /// Equal messages look unlike, and two parts of one have nothing in common to see.
    @Test func twoEnvelopesOfOneMessageAreUnlike() throws {
        let envelopes =
            try seal([UInt8](repeating: 7, count: 8000), to: .shared(shared))
            + seal([UInt8](repeating: 7, count: 8000), to: .shared(shared), seed: 2)
        for field in [24..<40, 40..<56, 64..<96, 96..<128, 128..<144] {
            #expect(Set(envelopes.map { [UInt8]($0.bytes[field]) }).count == envelopes.count)
        }
    }
}
