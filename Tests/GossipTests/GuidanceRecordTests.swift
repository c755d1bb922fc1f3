import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// Guidance beside the manifest whose root names who signs it.
/// Source: protocol/24-guidance.md, "Which one counts".
@Suite struct GuidanceRecordTests {
    let network = TestNetwork()
    let now = testStart

    func book() throws -> RecordBook {
        var book = RecordBook(network: network.network, carried: [])
        try consider(network.charters(), &book)
        try consider(network.manifest(), &book)
        return book
    }

    @discardableResult
    func consider(
        _ envelope: Envelope, _ book: inout RecordBook, now: WallTime? = nil
    ) throws(Refusal) -> RecordBook.Verdict {
        try book.consider(envelope, id: network.id(envelope), now: now ?? self.now)
    }

    func ids(_ book: RecordBook) -> [ItemID] {
        book.guidance(of: network.community).map { $0.id }
    }

    func languages(_ book: RecordBook) -> [String] {
        book.guidance(of: network.community).map { $0.language.string }
    }

    /// The nth of many languages.
    func language(_ number: Int) -> Text {
        Text(utf8: [0x61 + UInt8(number / 26), 0x61 + UInt8(number % 26)])
    }

    // MARK: Who signs

    @Test func oneThatComesBeforeItsManifestIsNotKeptAndHeardAgainLater() throws {
        var book = RecordBook(network: network.network, carried: [network.community])
        #expect(throws: Refusal.unknownSubject) { try consider(network.guidance(), &book) }
        #expect(book.allGuidance.isEmpty)
        try consider(network.manifest(), &book)
        #expect(try consider(network.guidance(), &book) == .current(replaces: []))
        #expect(ids(book) == [network.id(network.guidance())])
        #expect(book.allGuidance.count == 1)
    }

    @Test func anotherKeysIsNoFaultOfWhoBroughtIt() throws {
        var book = try book()
        let other = SigningKey(seed: .fixed(0x66))
        #expect(throws: Refusal.unknownSubject) {
            try consider(network.guidance(by: other), &book)
        }
    }

    @Test func aSignatureThatDoesNotHoldIsNobodys() throws {
        var book = try book()
        let good = try Record(body: network.guidance().body)
        let other = try Record(body: network.guidance(seq: 2).body)
        guard case .array(let parts) = good.signed.cbor,
            case .array(let others) = other.signed.cbor
        else { return }
        let envelope = try Sealer.publish(
            CBOR.array([parts[0], others[1]]).encoded, network: network.network,
            subject: network.community.bytes, slot: now.slot, workBits: TTLClass.quarter.rawValue
        ).worked(from: 0)
        #expect(throws: Refusal.record(.notSigned)) { try consider(envelope, &book) }
    }

    @Test func whatAnEarlierOperationsKeySignedGoesWithIt() throws {
        var book = try book()
        let gone = [network.guidance("en"), network.guidance("es")]
        for envelope in gone { try consider(envelope, &book) }
        let manifest = network.manifest(seq: 2)
        let old = network.manifest()
        // A manifest of the same root takes nothing along.
        #expect(try consider(manifest, &book) == .current(replaces: [network.id(old)]))
        #expect(ids(book).count == 2)

        let operations = SigningKey(seed: .fixed(0x67))
        let stewards = SigningKey(seed: .fixed(0x51))
        let root = Root(
            seq: 1, parents: [hash(Labels.root, network.signedRoot.map)],
            stewards: [stewards.publicKey], threshold: 1, operations: operations.publicKey,
            roster: SigningKey(seed: .fixed(0x53)).publicKey,
            moderation: SigningKey(seed: .fixed(0x54)).publicKey, name: "Test community")
        let roots = [
            network.signedRoot, SignedMap(root.cbor, Labels.root, by: [stewards]),
        ]
        let next = network.manifest(roots: roots, seq: 3, by: operations)
        guard case .current(let replaced) = try consider(next, &book) else { return }
        #expect(Set(replaced) == Set((gone + [manifest]).map { network.id($0) }))
        #expect(book.allGuidance.isEmpty)
        #expect(throws: Refusal.unknownSubject) { try consider(gone[0], &book) }
        try consider(network.guidance(by: operations), &book)
        #expect(languages(book) == ["en"])
    }

    // MARK: Which one counts

    @Test func theHighestSeqOfALanguageStandsAndLanguagesStandSideBySide() throws {
        var book = try book()
        let (first, second) = (network.guidance("es"), network.guidance("es", seq: 2))
        try consider(first, &book)
        try consider(network.guidance("en"), &book)
        #expect(try consider(second, &book) == .current(replaces: [network.id(first)]))
        #expect(throws: Refusal.outdatedRecord) { try consider(first, &book) }
        #expect(try consider(second, &book) == .current(replaces: []))
        #expect(ids(book) == [network.id(network.guidance("en")), network.id(second)])
        #expect(languages(book) == ["en", "es"])
        // They are not among the records told first.
        #expect(book.currentIDs.count == 2)
    }

    @Test func ofTwoWithOneSeqAllHoldersKeepTheSame() throws {
        let pair = [
            network.guidance(pack: .fields(.string("One"))),
            network.guidance(pack: .fields(.string("Two"))),
        ]
        var forward = try book()
        var backward = try book()
        for envelope in pair { _ = try? consider(envelope, &forward) }
        for envelope in pair.reversed() { _ = try? consider(envelope, &backward) }
        #expect(ids(forward) == ids(backward))
        #expect(ids(forward).count == 1)
    }

    @Test func theSameRecordPostedLaterTakesItsOwnPlace() throws {
        var book = try book()
        let later = network.guidance(slot: Slot(now.slot.number + 1))
        try consider(network.guidance(), &book)
        #expect(
            try consider(later, &book) == .current(replaces: [network.id(network.guidance())]))
        #expect(throws: Refusal.outdatedRecord) { try consider(network.guidance(), &book) }
    }

    @Test func oneThatIsTakenBackKeepsThePlaceOfWhatWasThere() throws {
        var book = try book()
        try consider(network.guidance(), &book)
        let empty = network.guidance(seq: 2, pack: nil)
        #expect(
            try consider(empty, &book) == .current(replaces: [network.id(network.guidance())]))
        #expect(throws: Refusal.outdatedRecord) { try consider(network.guidance(), &book) }
        #expect(ids(book) == [network.id(empty)])
    }

    @Test func sixteenLanguagesAreKeptThoseOfTheHighestSeq() throws {
        var book = try book()
        for number in 0..<16 {
            try consider(network.guidance(language(number), seq: UInt64(100 + number)), &book)
        }
        let low = network.guidance(language(20), seq: 99)
        #expect(throws: Refusal.outdatedRecord) { try consider(low, &book) }
        #expect(languages(book).count == 16)
        let high = network.guidance(language(21), seq: 200)
        let lowest = network.guidance(language(0), seq: 100)
        #expect(try consider(high, &book) == .current(replaces: [network.id(lowest)]))
        #expect(languages(book).count == 16)
        #expect(!languages(book).contains(language(0).string))
        #expect(throws: Refusal.outdatedRecord) { try consider(lowest, &book) }
    }

    @Test func allHoldersOfTwentyLanguagesKeepTheSameSixteen() throws {
        // Two to a seq, so that the hash decides as well.
        let all = (0..<20).map { network.guidance(language($0), seq: UInt64($0 / 2)) }
        var kept: Set<[ItemID]> = []
        var order = all
        for turn in 0..<6 {
            var book = try book()
            for envelope in order { _ = try? consider(envelope, &book) }
            #expect(ids(book).count == 16)
            kept.insert(ids(book))
            order = order.reversed()
            order.append(order.remove(at: turn))
            order.append(order.remove(at: 3 * turn))
        }
        #expect(kept.count == 1)
    }

    @Test func whatHasEndedTakesNobodysPlace() throws {
        var book = try book()
        for number in 0..<16 {
            try consider(
                network.guidance(language(number), seq: 100, days: number < 2 ? 1 : 400), &book)
        }
        let later = now.adding(seconds: 86400)
        let next = network.guidance(language(20), seq: 1)
        let ended = [0, 1].map {
            network.id(network.guidance(language($0), seq: 100, days: 1))
        }
        #expect(try consider(next, &book, now: later) == .current(replaces: ended))
        #expect(languages(book).count == 15)
    }

    // MARK: Renewal

    @Test func guidanceIsRenewedAsLongAsItHolds() throws {
        var book = try book()
        let (long, short) = (network.guidance("en"), network.guidance("es", days: 80))
        for envelope in [long, short] { try consider(envelope, &book) }
        let due = Slot(now.slot.number + 12000).start
        #expect(book.renewals(now: WallTime(seconds: due.seconds - 1)).isEmpty)
        // The charter and the one that still holds.
        let drafts = book.renewals(now: due)
        #expect(drafts.count == 2)
        let envelope = try #require(drafts.last).worked(from: 0)
        #expect(envelope.body == long.body)
        guard case .current(let replaced) = try consider(envelope, &book, now: due) else {
            return
        }
        #expect(Set(replaced) == [network.id(long), network.id(short)])
        #expect(book.renewals(now: due).count == 1)
    }
}
