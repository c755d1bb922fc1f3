import Model
import Testing

@testable import Storage

@Suite struct ItemsTests {
    let folder = TemporaryFolder()

    @Test func whatWasPutIsFetchedByItsID() async throws {
        let store = try folder.open()
        #expect(try await store.put([envelope(1), envelope(2)]) == [stored, stored])
        let fetched = try await store.fetch([id(2), id(9), id(1)])
        #expect(fetched == [.envelope(envelope(2).bytes), .unknown, .envelope(envelope(1).bytes)])
    }

    @Test func aCompletionGetsWhatAwaitingGets() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1)])
        let missing = try await store.result { store.missing(among: [id(1), id(2)], $0) }
        let fetched = try await store.result { store.fetch([id(1)], $0) }
        #expect(missing == [id(2)])
        #expect(fetched == [.envelope(envelope(1).bytes)])
    }

    @Test func theSecondCopyIsADuplicate() async throws {
        let store = try folder.open()
        #expect(try await store.put([envelope(1), envelope(1)]) == [stored, .duplicate])
        #expect(try await store.put([envelope(1)]) == [.duplicate])
        #expect(try await store.totals().rows == 1)
        #expect(try store.isConsistent())
    }

    @Test(arguments: [0, 1, 127, 128, 129, 511, 513, 65536, 66000])
    func anySizeComesBackAsItWas(count: Int) async throws {
        let store = try folder.open()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        _ = try await store.put([envelope(1, bytes: body)])
        #expect(try await store.fetch([id(1)]) == [.envelope(body)])
        #expect(try await store.totals().bytes == UInt64(count))
        _ = try await store.put([retraction(of: 1), envelope(2, bytes: body)])
        #expect(try await store.fetch([id(2)]) == [.envelope(body)])
        #expect(try store.isConsistent())
    }

    @Test func removedItemsAreGoneAndMayReturn() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, own: true), envelope(2), retraction(of: 3)])
        try await store.remove([id(1), retraction(of: 3).id, id(9)])
        #expect(try await store.missing(among: [id(1), id(2), id(3)]) == [id(1), id(3)])
        #expect(try store.isConsistent())
        #expect(try await store.put([envelope(1, own: true)]) == [stored])
    }

    @Test func whatWasDisplacedIsUnknownToOthersAndKept() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, own: true), envelope(2)])
        try await store.hide([id(1), id(2), id(9)])
        #expect(try await store.missing(among: [id(1), id(2)]) == [id(1)])
        #expect(try await store.fetch([id(1)]) == [.unknown])
        // It does not leave by its stem: it was in the open once.
        #expect(try await store.hidden(limit: 9) == [])
        #expect(try await store.rows(after: 0, limit: 9).map(\.hidden) == [true, false])
        #expect(try await store.rows(after: 0, limit: 9).map(\.displaced) == [true, false])
        #expect(try await store.put([envelope(1)]) == [stored])
        #expect(try await store.rows(after: 0, limit: 9).map(\.displaced) == [false, false])
        #expect(try await store.fetch([id(1)]) == [.envelope(envelope(1).bytes)])
        #expect(try store.isConsistent())
    }

    @Test func whatIsSubmittedHereIsOwnThoughItCameFromOthers() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1)])
        #expect(try await store.ownItems(limit: 2) == [])
        #expect(try await store.put([envelope(1, own: true)]) == [.duplicate])
        #expect(try await store.ownItems(limit: 2) == [id(1)])
        #expect(try await store.put([envelope(1)]) == [.duplicate])
        #expect(try await store.ownItems(limit: 2) == [id(1)])
        #expect(try store.isConsistent())
    }

    @Test func ownItemsComeNewestFirst() async throws {
        let store = try folder.open()
        _ = try await store.put([
            envelope(1, own: true), envelope(2), envelope(3, own: true), envelope(4, own: true),
        ])
        #expect(try await store.ownItems(limit: 2) == [id(4), id(3)])
    }

    @Test func anEmptyBatchIsAnswered() async throws {
        #expect(try await folder.open().put([]) == [])
    }

    @Test func aRetractionTakesItsTargetsPlace() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1), envelope(2)])
        #expect(try await store.put([retraction(of: 1)]) == [storedAndRemoved])
        let answer = Fetched.retraction(retraction(of: 1).bytes)
        #expect(try await store.fetch([id(1), retraction(of: 1).id]) == [answer, answer])
        let totals = try await store.totals()
        #expect(totals.rows == 2)
        #expect(totals.bytes == 512)
        #expect(totals.retractions == 1)
        #expect(try store.isConsistent())
    }

    @Test func aRetractionBeforeItsTargetKeepsItOut() async throws {
        let store = try folder.open()
        let outcomes = try await store.put([retraction(of: 1), envelope(1), envelope(2)])
        #expect(outcomes == [stored, .retracted, stored])
        #expect(try await store.put([envelope(1)]) == [.retracted])
        #expect(try await store.missing(among: [id(1), id(3)]) == [id(3)])
    }

    @Test func aRetractedEnvelopeDoesNotReturnAfterReopening() async throws {
        do {
            let store = try folder.open()
            _ = try await store.put([envelope(1), retraction(of: 1)])
            try store.close()
        }
        let store = try folder.open()
        #expect(try await store.put([envelope(1)]) == [.retracted])
        #expect(try store.isConsistent())
    }

    @Test func anotherRetractionOfTheSameTargetIsADuplicate() async throws {
        let store = try folder.open()
        var other = retraction(of: 1)
        other.id = id(77)
        let outcomes = try await store.put([retraction(of: 1), retraction(of: 1), other])
        #expect(outcomes == [stored, .duplicate, .duplicate])
        #expect(try store.isConsistent())
    }

    @Test func missingKeepsTheOrderAsked() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(2), retraction(of: 4)])
        let asked: [ItemID] = [id(5), id(4), id(3), id(2), retraction(of: 4).id, id(1)]
        #expect(try await store.missing(among: asked) == [id(5), id(3), id(1)])
        #expect(try await store.missing(among: []) == [])
    }

    @Test func rowsGoInTheOrderTheyCame() async throws {
        let store = try folder.open()
        var items = [
            envelope(3, slot: 7), envelope(1, slot: 8, own: true), retraction(of: 9, slot: 7),
            envelope(4, slot: .max), envelope(0, slot: 0),
        ]
        items[0].work = 18
        items[2].size = 3
        items[1].hidden = true
        _ = try await store.put(items)
        var found: [ItemRow] = []
        while true {
            let page = try await store.rows(after: found.last?.seq ?? 0, limit: 2)
            #expect(page.count <= 2)
            if page.isEmpty { break }
            found += page
        }
        #expect(found.map(\.id) == items.map(\.id))
        #expect(found.map(\.slot) == items.map(\.slot))
        #expect(found.map(\.kind) == items.map(\.kind))
        #expect(found.map(\.topic) == items.map(\.topic))
        #expect(found.map(\.work) == items.map(\.work))
        #expect(found.map(\.hidden) == items.map(\.hidden))
        #expect(found.map(\.own) == items.map(\.own))
        #expect(found.map(\.size) == items.map(\.size))
        #expect(found.map(\.target) == items.map(\.target))
        #expect(found.map(\.loose) == [false, false, true, false, false])
    }

    @Test func whatIsHiddenIsUnknownToOthersUntilItIsSeenInTheOpen() async throws {
        let store = try folder.open()
        var item = envelope(1, own: true)
        item.hidden = true
        #expect(try await store.put([item]) == [stored])
        #expect(try await store.put([item]) == [.duplicate])
        #expect(try await store.missing(among: [id(1)]) == [id(1)])
        #expect(try await store.fetch([id(1)]) == [.unknown])
        #expect(try await store.hidden(limit: 9) == [item.bytes])
        let here = try await store.items(topic: name16(1), after: 0, limit: 9, bytesLimit: 9999)
        #expect(here.map(\.id) == [id(1)])

        #expect(try await store.put([envelope(1)]) == [stored])
        #expect(try await store.missing(among: [id(1)]) == [])
        #expect(try await store.fetch([id(1)]) == [.envelope(item.bytes)])
        #expect(try await store.hidden(limit: 9).isEmpty)
        #expect(try await store.put([envelope(1)]) == [.duplicate])
        #expect(try await store.ownItems(limit: 9) == [id(1)])
        #expect(try store.isConsistent())
    }

    @Test func whatIsSeenInTheOpenStandsWhereItWasSeen() async throws {
        let store = try folder.open()
        var item = envelope(1, own: true)
        item.hidden = true
        _ = try await store.put([item, envelope(2)])
        let open = try await store.openItems(
            topic: name16(1), after: 0, through: .max, bytesLimit: 9999)
        #expect(open.map(\.id) == [id(2)])
        _ = try await store.put([envelope(1)])
        let later = try await store.openItems(
            topic: name16(1), after: open[0].seq, through: .max, bytesLimit: 9999)
        #expect(later.map(\.id) == [id(1)])
        #expect(try await store.put([envelope(3)]) == [stored])
        #expect(try store.isConsistent())
    }

    @Test func aRetractionTakesAHiddenItemsPlaceToo() async throws {
        let store = try folder.open()
        var item = envelope(1, own: true)
        item.hidden = true
        #expect(try await store.put([item, retraction(of: 1)]) == [stored, storedAndRemoved])
        #expect(try await store.hidden(limit: 9).isEmpty)
        #expect(try store.isConsistent())
    }

    @Test func topicsAreReadInOrderOfArrival() async throws {
        let store = try folder.open()
        let items = [envelope(5), envelope(6, topic: 2), envelope(4), retraction(of: 9)]
        _ = try await store.put(items)
        let first = try await store.items(topic: name16(1), after: 0, limit: 1, bytesLimit: 9999)
        #expect(first.map(\.id) == [id(5)])
        let rest = try await store.items(
            topic: name16(1), after: first[0].seq, limit: 9, bytesLimit: 9999)
        #expect(rest.map(\.id) == [id(4)])
        #expect(rest[0].bytes == envelope(4).bytes)
        let none = try await store.items(
            topic: name16(1), after: rest[0].seq, limit: 9, bytesLimit: 9999)
        #expect(none.isEmpty)
    }

    @Test func aCursorNeverPassesOverALaterArrival() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1), envelope(2)])
        let seen = try await store.items(topic: name16(1), after: 0, limit: 9, bytesLimit: 9999)
        _ = try await store.put([retraction(of: 2)])
        #expect(try await store.expire(now: 5000, limit: 9) == 2)
        _ = try await store.put([envelope(3)])
        let later = try await store.items(
            topic: name16(1), after: seen[1].seq, limit: 9, bytesLimit: 9999)
        #expect(later.map(\.id) == [id(3)])
    }

    @Test func readingATopicStopsAtTheBytesAllowed() async throws {
        let store = try folder.open()
        _ = try await store.put((1...8).map { envelope($0) })
        func count(_ bytes: Int) async throws -> Int {
            try await store.items(topic: name16(1), after: 0, limit: 99, bytesLimit: bytes).count
        }
        #expect(try await count(1) == 1)
        #expect(try await count(1024) == 2)
        #expect(try await count(1535) == 2)
        #expect(try await count(1536) == 3)
    }

    @Test func totalsTellTheSlotsHeld() async throws {
        let store = try folder.open()
        let empty = StoreTotals(rows: 0, bytes: 0, retractions: 0)
        #expect(try await store.totals() == empty)
        _ = try await store.put([envelope(1, slot: 5), envelope(2, slot: 9), retraction(of: 3)])
        let totals = try await store.totals()
        #expect(totals.oldestSlot == 5)
        #expect(totals.newestSlot == 100)
    }

    @Test func expiryGoesInStepsAndLeavesTheRest() async throws {
        let store = try folder.open()
        _ = try await store.put((1...5).map { envelope($0, expiry: UInt64($0) * 10) })
        _ = try await store.put([retraction(of: 9, expiry: 25)])
        #expect(try await store.expire(now: 9, limit: 9) == 0)
        #expect(try await store.expire(now: 30, limit: 3) == 3)
        #expect(try await store.expire(now: 30, limit: 3) == 1)
        #expect(try await store.expire(now: 30, limit: 3) == 0)
        #expect(try await store.rows(after: 0, limit: 9).map(\.id) == [id(4), id(5)])
        #expect(try store.isConsistent())
    }

    @Test func aRetractionOutlivesItsTarget() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, expiry: 10), retraction(of: 1, expiry: 20)])
        _ = try await store.expire(now: 19, limit: 9)
        #expect(try await store.put([envelope(1)]) == [.retracted])
        _ = try await store.expire(now: 20, limit: 9)
        #expect(try await store.missing(among: [id(1)]) == [id(1)])
    }
}
