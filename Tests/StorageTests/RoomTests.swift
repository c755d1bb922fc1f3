import Model
import Testing

@testable import Storage

@Suite struct RoomTests {
    let folder = TemporaryFolder()

    @Test func aSixteenthOfTheBytesIsForOwnItems() async throws {
        let store = try folder.open(bytes: 16 * 512)
        let others = try await store.put((1...16).map { envelope($0) })
        #expect(others == [PutOutcome](repeating: stored, count: 15) + [.noRoom])
        let own = try await store.put([envelope(17, own: true), envelope(18, own: true)])
        #expect(own == [stored, .noRoom])
        #expect(try store.isConsistent())
    }

    @Test func aSixteenthOfTheRowsIsForOwnItems() async throws {
        let store = try folder.open(rows: 40)  // 4 for retractions, 36 for the rest, 2 of them own
        let others = try await store.put((1...35).map { envelope($0) })
        #expect(others == [PutOutcome](repeating: stored, count: 34) + [.noRoom])
        let own = try await store.put((41...43).map { envelope($0, own: true) })
        #expect(own == [stored, stored, .noRoom])
    }

    @Test func retractionsOfUnknownTargetsFillATenthAndNoMore() async throws {
        let store = try folder.open(rows: 40)
        let flood = try await store.put((1...6).map { retraction(of: $0) })
        #expect(flood == [stored, stored, stored, stored, .noRoom, .noRoom])
        #expect(try await store.put([retraction(of: 7, own: true)]) == [stored])
        let others = try await store.put((11...45).map { envelope($0) })
        #expect(others.filter(\.isStored).count == 34, "the flood took no envelope's room")
    }

    @Test func theRetractionOfAHeldEnvelopeAlwaysFits() async throws {
        let store = try folder.open(rows: 20)
        _ = try await store.put((1...40).map { envelope($0, own: true) })
        _ = try await store.put((101...140).map { retraction(of: $0, own: true) })
        #expect(try await store.put([envelope(41, own: true)]) == [.noRoom])
        #expect(try await store.put([retraction(of: 1)]) == [storedAndRemoved])
        #expect(try await store.totals().rows == 20)
        #expect(try store.isConsistent())
    }

    @Test func aDuplicateIsKnownAsOneWithoutRoom() async throws {
        let store = try folder.open(bytes: 512)
        #expect(try await store.put([envelope(1, own: true)]) == [stored])
        #expect(try await store.put([envelope(1), envelope(2)]) == [.duplicate, .noRoom])
    }

    @Test func whatExpiresMakesRoom() async throws {
        let store = try folder.open(bytes: 1024)
        _ = try await store.put([envelope(1, expiry: 5, own: true), envelope(2, own: true)])
        #expect(try await store.put([envelope(3, own: true)]) == [.noRoom])
        _ = try await store.expire(now: 5, limit: 9)
        #expect(try await store.put([envelope(3, own: true)]) == [stored])
    }

    @Test func nearlyFullDisksTakeOnlyWhatFrees() async throws {
        do {
            let store = try folder.open()
            _ = try await store.put([envelope(1)])
            try store.close()
        }
        let store = try Store(folder: folder.path, limits: StoreLimits(freeDiskBytes: .max))
        let outcomes = try await store.put([
            envelope(1), envelope(2), envelope(3, own: true), retraction(of: 4, own: true),
            retraction(of: 1),
        ])
        #expect(outcomes == [.duplicate, .noRoom, .noRoom, .noRoom, storedAndRemoved])
        await #expect(throws: StoreError.noRoom) {
            try await store.submit(name16(1), items: [envelope(5, own: true)])
        }
        let pending = PendingRetraction(item: retraction(of: 6), handle: name16(1), due: 0)
        await #expect(throws: StoreError.noRoom) { try await store.pend([pending]) }
    }
}
