import Model
import Testing

@testable import Storage

@Suite struct SubmissionsTests {
    let folder = TemporaryFolder()
    let handle: Handle = name16(1)

    @Test func aSubmissionTellsHowFarItHasGot() async throws {
        let store = try folder.open()
        let items = [envelope(2, own: true), envelope(1, own: true)]
        #expect(try await store.submit(handle, items: items) == [stored, stored])
        try await store.witness([id(1), id(2), id(9)], node: id(50), kind: .announced)
        try await store.witness([id(1)], node: id(51), kind: .announced)
        try await store.witness([id(1)], node: id(51), kind: .announced)
        try await store.witness([id(1)], node: id(51), kind: .receipt)
        let found = try await store.submission(handle)
        #expect(
            found == [
                SubmissionItem(
                    id: id(2), kind: .envelope, isHeld: true, isPending: false, announced: 1,
                    receipts: 0),
                SubmissionItem(
                    id: id(1), kind: .envelope, isHeld: true, isPending: false, announced: 2,
                    receipts: 1),
            ])
        #expect(try await store.submission(name16(2)) == [])
        #expect(try store.onWriter("SELECT count(*) FROM witness") == 4, "only own items")
    }

    @Test func repeatingASubmissionChangesNothing() async throws {
        let store = try folder.open()
        let items = [envelope(1, own: true)]
        _ = try await store.submit(handle, items: items)
        #expect(try await store.submit(handle, items: items) == [.duplicate])
        #expect(try await store.submission(handle).count == 1)
    }

    @Test func anItemIsCountedUnderFewHandles() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1)])
        for number in 1...9 {
            try await store.note([envelope(1), envelope(2)], name16(number))
            _ = try await store.pend([
                PendingRetraction(item: retraction(of: 3), handle: name16(number), due: 9)
            ])
        }
        #expect(try await store.submission(name16(4)).count == 3)
        #expect(try await store.submission(name16(5)).isEmpty)
        #expect(try store.onWriter("SELECT count(*) FROM submission") == 12)
    }

    @Test func whatOthersSentIsToldApartFromWhatWasSubmittedHere() async throws {
        let store = try folder.open()
        var hidden = envelope(3, own: true)
        hidden.hidden = true
        _ = try await store.put([envelope(1), envelope(2, own: true), hidden])
        let ids: [ItemID] = (1...4).map { id($0) }
        #expect(try await store.openFromOthers(among: ids) == [id(1)])
    }

    @Test func aSubmissionIsKeptWholeOrNotAtAll() async throws {
        let store = try folder.open(bytes: 1024)
        let items = (1...3).map { envelope($0, own: true) }
        let vault = VaultUpdate(name: "a", expectedVersion: 0, blob: [1])
        await #expect(throws: StoreError.noRoom) {
            try await store.submit(handle, items: items, vault: vault)
        }
        #expect(try await store.totals().rows == 0)
        #expect(try await store.submission(handle) == [])
        #expect(try await store.vault("a") == nil)
        #expect(try await store.submit(handle, items: Array(items.prefix(2))) == [stored, stored])
        #expect(try store.isConsistent())
    }

    @Test func aConflictingVaultUndoesTheSubmission() async throws {
        let store = try folder.open()
        try await store.saveVault(VaultUpdate(name: "a", expectedVersion: 0, blob: [1]))
        let stale = VaultUpdate(name: "a", expectedVersion: 0, blob: [2])
        await #expect(throws: StoreError.conflict(vault: "a", expected: 0, found: 1)) {
            try await store.submit(handle, items: [envelope(1, own: true)], vault: stale)
        }
        #expect(try await store.missing(among: [id(1)]) == [id(1)])
        #expect(try await store.vault("a") == Vault(version: 1, blob: [1]))
        #expect(try store.isConsistent())
    }

    @Test func vaultAndOpenedItemsComeWithTheSubmission() async throws {
        let store = try folder.open()
        let opened = OpenedItem(vault: "a", item: id(1), topic: name16(3), blob: [4])
        let vault = VaultUpdate(name: "a", expectedVersion: 0, blob: [1])
        _ = try await store.submit(
            handle, items: [envelope(1, own: true)], opened: [opened], vault: vault)
        #expect(try await store.vault("a")?.version == 1)
        let page = try await store.opened(vault: "a", limit: 9, bytesLimit: 99)
        #expect(page.items == [opened] && page.next == nil)
        let lost = OpenedItem(vault: "b", item: id(2), topic: name16(3), blob: [4])
        await #expect(throws: StoreError.noVault("b")) {
            try await store.submit(handle, items: [envelope(2, own: true)], opened: [lost])
        }
        #expect(try await store.missing(among: [id(2)]) == [id(2)])
    }

    @Test func witnessesAreBounded() async throws {
        let store = try folder.open()
        _ = try await store.submit(handle, items: [envelope(1, own: true)])
        for node in 0..<100 {
            store.witness([id(1)], node: id(node), kind: .announced) { _ in }
        }
        _ = try await store.put([])
        #expect(try await store.submission(handle)[0].announced == 64)
    }

    @Test func submissionsGoWithTheirItems() async throws {
        let store = try folder.open()
        _ = try await store.submit(handle, items: [envelope(1, own: true), envelope(2, own: true)])
        _ = try await store.submit(name16(2), items: [envelope(2, own: true)])
        try await store.witness([id(1), id(2)], node: id(7), kind: .announced)
        #expect(try await store.expire(now: 1000, limit: 2) == 4)
        #expect(try await store.submission(handle) == [])
        #expect(try await store.submission(name16(2)).count == 1)
        #expect(try await store.expire(now: 1000, limit: 2) == 1)
        #expect(try store.onWriter("SELECT count(*) FROM witness") == 0)
        #expect(try await store.expire(now: 1000, limit: 2) == 0)
    }

    // MARK: Pending retractions

    private func pending(_ number: Int, due: UInt64) -> PendingRetraction {
        PendingRetraction(item: retraction(of: number, own: true), handle: handle, due: due)
    }

    @Test func aPendingRetractionAppliesOnlyOnceReleased() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1), envelope(2)])
        #expect(try await store.nextDue() == nil)
        let outcomes = try await store.pend([pending(1, due: 30), pending(2, due: 20)])
        #expect(outcomes == [stored, stored])
        let waiting = retraction(of: 1).id
        #expect(try await store.missing(among: [waiting]) == [waiting])
        #expect(try await store.submission(handle).map(\.isPending) == [true, true])
        #expect(try await store.nextDue() == 20)
        #expect(try await store.duePending(now: 19, limit: 9) == [])
        #expect(try await store.duePending(now: 30, limit: 1) == [pending(2, due: 20)])
        let due = try await store.duePending(now: 30, limit: 9)
        #expect(due == [pending(2, due: 20), pending(1, due: 30)])
        let released = try await store.release([due[0].item.id, id(9)])
        #expect(released == [storedAndRemoved, nil])
        #expect(try await store.submission(handle).map(\.isPending) == [true, false])
        #expect(try await store.submission(handle).map(\.isHeld) == [false, true])
        #expect(try await store.nextDue() == 30)
        #expect(try await store.release([due[0].item.id]) == [nil])
        #expect(try store.isConsistent())
    }

    @Test func pendingTwiceIsOnce() async throws {
        let store = try folder.open()
        _ = try await store.put([retraction(of: 3)])
        let outcomes = try await store.pend([
            pending(1, due: 30), pending(1, due: 10), pending(3, due: 5),
        ])
        #expect(outcomes == [stored, .duplicate, .duplicate])
        #expect(try await store.nextDue() == 30)
    }

    @Test func aReleaseWithoutRoomStaysQueued() async throws {
        let store = try folder.open(rows: 10)
        _ = try await store.pend([pending(1, due: 1)])
        _ = try await store.put((2...10).map { envelope($0, own: true) })
        _ = try await store.put([retraction(of: 99)])
        #expect(try await store.release([retraction(of: 1).id]) == [.noRoom])
        #expect(try await store.nextDue() == 1)
        _ = try await store.expire(now: 1000, limit: 99)
        #expect(try await store.release([retraction(of: 1).id]) == [stored])
        #expect(try await store.nextDue() == nil)
    }

    @Test func pendingRetractionsExpire() async throws {
        let store = try folder.open()
        _ = try await store.pend([pending(1, due: 1)])
        _ = try await store.expire(now: 2000, limit: 9)
        #expect(try await store.nextDue() == nil)
    }
}
