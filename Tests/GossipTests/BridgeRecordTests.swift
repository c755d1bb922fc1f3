import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// Cards and checkpoints beside the manifests that name their bridges.
/// Source: protocol/14-public-records.md, "Which one counts".
@Suite struct BridgeRecordTests {
    let network = TestNetwork()
    let now = testStart
    let today = testStart.day

    /// A book whose current manifest names bridges 1 and 2.
    func book() throws -> RecordBook {
        var book = RecordBook(network: network.network, carried: [])
        try consider(network.charters(), &book)
        try consider(network.manifest(bridges: TestNetwork.bridges(1, 2)), &book)
        return book
    }

    @discardableResult
    func consider(
        _ envelope: Envelope, _ book: inout RecordBook, now: WallTime? = nil
    ) throws(Refusal) -> RecordBook.Verdict {
        try book.consider(envelope, id: network.id(envelope), now: now ?? self.now)
    }

    func bridge(_ number: UInt8) -> BridgeID {
        BridgeID(community: network.community, key: TestNetwork.bridgeKey(number).publicKey)
    }

    func days(_ book: RecordBook, _ number: UInt8 = 1) -> [UInt64] {
        book.published(by: bridge(number))?.checkpointRecords.map(\.seq) ?? []
    }

    // MARK: Who is named

    @Test func oneThatComesBeforeItsManifestIsNotKept() throws {
        var book = RecordBook(network: network.network, carried: [network.community])
        #expect(throws: Refusal.unknownSubject) { try consider(network.card(1), &book) }
        try consider(network.manifest(), &book)
        #expect(throws: Refusal.unknownSubject) { try consider(network.card(1), &book) }
        #expect(throws: Refusal.unknownSubject) {
            try consider(network.checkpoint(1, day: today), &book)
        }
        #expect(book.knownBridges == [])
        // Heard again after the manifest that names it.
        try consider(network.manifest(seq: 2, bridges: TestNetwork.bridges(1)), &book)
        #expect(try consider(network.card(1), &book) == .current(replaces: []))
        #expect(book.knownBridges == [bridge(1)])
    }

    @Test func aSignatureThatDoesNotHoldIsNobodys() throws {
        var book = try book()
        let good = try Record(body: network.card(1).body)
        let other = try Record(body: network.card(1, seq: 2).body)
        // The signature of the one over the map of the other.
        guard case .array(let parts) = good.signed.cbor,
            case .array(let others) = other.signed.cbor
        else { return }
        let envelope = try Sealer.publish(
            CBOR.array([parts[0], others[1]]).encoded, network: network.network,
            subject: network.community.bytes, slot: now.slot, workBits: TTLClass.quarter.rawValue
        ).worked(from: 0)
        #expect(throws: Refusal.record(.notSigned)) { try consider(envelope, &book) }
    }

    @Test func whatABridgeSignedGoesWhenItIsNamedNoMore() throws {
        var book = try book()
        let gone = [
            network.card(1), network.checkpoint(1, day: today - 1),
            network.checkpoint(1, day: today),
        ]
        let kept = [network.card(2), network.checkpoint(2, day: today)]
        for envelope in gone + kept { try consider(envelope, &book) }
        let before = network.manifest(bridges: TestNetwork.bridges(1, 2))
        let manifest = network.manifest(seq: 2, bridges: TestNetwork.bridges(2))
        guard case .current(let replaced) = try consider(manifest, &book) else { return }
        #expect(Set(replaced) == Set((gone + [before]).map { network.id($0) }))
        #expect(book.knownBridges == [bridge(2)])
        #expect(book.published(by: bridge(1)) == nil)
        #expect(days(book, 2) == [UInt64(today)])
        #expect(throws: Refusal.unknownSubject) { try consider(gone[0], &book) }
    }

    // MARK: Which one counts

    @Test func theHighestSeqOfACardStands() throws {
        var book = try book()
        let (first, second) = (network.card(1), network.card(1, seq: 2))
        try consider(first, &book)
        try consider(network.card(2), &book)
        #expect(try consider(second, &book) == .current(replaces: [network.id(first)]))
        #expect(throws: Refusal.outdatedRecord) { try consider(first, &book) }
        #expect(try consider(second, &book) == .current(replaces: []))
        #expect(book.published(by: bridge(1))?.card?.id == network.id(second))
        #expect(
            Set(book.currentIDs.suffix(2)) == [network.id(second), network.id(network.card(2))])
    }

    @Test func ofTwoWithOneSeqAllHoldersKeepTheSame() throws {
        let pairs = [
            [network.card(1, name: "One"), network.card(1, name: "Two")],
            [network.checkpoint(1, day: today, top: 1), network.checkpoint(1, day: today, top: 2)],
        ]
        for pair in pairs {
            var forward = try book()
            var backward = try book()
            for envelope in pair { _ = try? consider(envelope, &forward) }
            for envelope in pair.reversed() { _ = try? consider(envelope, &backward) }
            let one = try #require(forward.published(by: bridge(1)))
            let two = try #require(backward.published(by: bridge(1)))
            #expect(one.card?.id == two.card?.id)
            #expect(one.checkpointRecords == two.checkpointRecords)
            #expect(one.checkpointRecords.count + (one.card == nil ? 0 : 1) == 1)
        }
    }

    @Test func checkpointsStandSideBySideByDay() throws {
        var book = try book()
        for day in [today, today - 2, today - 1] {
            let verdict = try consider(network.checkpoint(1, day: day), &book)
            #expect(verdict == .current(replaces: []))
        }
        #expect(days(book) == [UInt64(today), UInt64(today - 1), UInt64(today - 2)])
        // They are not among the records told first.
        #expect(book.currentIDs.count == 2)
    }

    @Test func aDayIsAtMostOneAheadAndFourHundredBehind() throws {
        var book = try book()
        try consider(network.checkpoint(1, day: today + 1), &book)
        try consider(network.checkpoint(1, day: today - 400), &book)
        #expect(throws: Refusal.record(.notYetValid)) {
            try consider(network.checkpoint(1, day: today + 2), &book)
        }
        #expect(throws: Refusal.outdatedRecord) {
            try consider(network.checkpoint(1, day: today - 401), &book)
        }
    }

    @Test func theLastFourHundredCheckpointsAreKept() throws {
        var book = try book()
        let oldest = network.checkpoint(1, day: today - 400)
        for day in today - 400..<today { try consider(network.checkpoint(1, day: day), &book) }
        #expect(days(book).count == 400)
        let next = network.checkpoint(1, day: today)
        #expect(try consider(next, &book) == .current(replaces: [network.id(oldest)]))
        #expect(days(book).count == 400)
        // And it does not come back, only to go again.
        #expect(throws: Refusal.outdatedRecord) { try consider(oldest, &book) }
        #expect(days(book).count == 400)
        #expect(days(book).last == UInt64(today - 399))
    }

    // MARK: Renewal

    @Test func checkpointsAreRenewedAndCardsNeedNotBe() throws {
        var book = try book()
        let checkpoints = [today - 1, today].map { network.checkpoint(1, day: $0) }
        try consider(network.card(1), &book)
        for checkpoint in checkpoints { try consider(checkpoint, &book) }
        let due = Slot(now.slot.number + 12000).start
        #expect(book.renewals(now: WallTime(seconds: due.seconds - 1)).isEmpty)
        // The charter and both checkpoints; manifest and card have ended.
        let drafts = book.renewals(now: due)
        #expect(drafts.count == 3)
        let records = checkpoints.compactMap { try? Record(body: $0.body) }
        let renewed = try drafts.dropFirst().map { draft in
            let envelope = draft.worked(from: 0)
            let record = try Record(body: envelope.body)
            let verdict = try consider(envelope, &book, now: due)
            let old = try #require(checkpoints.first { $0.body == envelope.body })
            #expect(verdict == .current(replaces: [network.id(old)]))
            return record
        }
        #expect(renewed == records)
        #expect(days(book).count == 2)
        #expect(book.renewals(now: due).count == 1)
    }
}
