import Model
import Testing

@testable import Storage

@Suite struct VaultsTests {
    let folder = TemporaryFolder()

    private func opened(_ number: Int, in vault: String = "a", count: Int = 10) -> OpenedItem {
        let blob = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
        return OpenedItem(vault: vault, item: id(number), topic: name16(1), blob: blob)
    }

    private func store(with names: [String]) async throws -> Store {
        let store = try folder.open()
        for name in names {
            try await store.saveVault(VaultUpdate(name: name, expectedVersion: 0, blob: [0]))
        }
        return store
    }

    @Test func aVaultIsSavedOnlyOverTheVersionRead() async throws {
        let store = try await store(with: ["b", "a"])
        #expect(try await store.vaultNames() == ["a", "b"])
        #expect(try await store.vault("c") == nil)
        let next = VaultUpdate(name: "a", expectedVersion: 1, blob: [9])
        #expect(try await store.saveVault(next) == 2)
        #expect(try await store.vault("a") == Vault(version: 2, blob: [9]))
        await #expect(throws: StoreError.conflict(vault: "a", expected: 1, found: 2)) {
            try await store.saveVault(next)
        }
    }

    @Test func oneOfTwoSaversWins() async throws {
        let store = try await store(with: ["a"])
        let wins = await withTaskGroup(of: Int.self) { group in
            for value in 0..<8 {
                group.addTask {
                    let update = VaultUpdate(
                        name: "a", expectedVersion: 1, blob: [UInt8(value)])
                    return (try? await store.saveVault(update)) == 2 ? 1 : 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wins == 1)
    }

    @Test func openedItemsComeInPagesInTheOrderAdded() async throws {
        let store = try await store(with: ["a", "b"])
        let items = [5, 3, 8, 1, 9].map { opened($0) }
        try await store.addOpened(items, vault: "a")
        try await store.addOpened([opened(4, in: "b")], vault: "b")
        var found: [OpenedItem] = []
        var after: Int64? = 0
        var pages = 0
        while let from = after {
            let page = try await store.opened(vault: "a", after: from, limit: 2, bytesLimit: 99)
            found += page.items
            after = page.next
            pages += 1
        }
        #expect(found == items)
        #expect(pages == 3)
    }

    @Test func openedPagesStopAtTheBytesAllowed() async throws {
        let store = try await store(with: ["a"])
        try await store.addOpened((1...4).map { opened($0) }, vault: "a")
        let small = try await store.opened(vault: "a", limit: 9, bytesLimit: 1)
        #expect(small.items.count == 1)
        #expect(small.next != nil)
        #expect(try await store.opened(vault: "a", limit: 9, bytesLimit: 29).items.count == 2)
        let all = try await store.opened(vault: "a", limit: 4, bytesLimit: 40)
        #expect(all.items.count == 4)
        #expect(all.next == nil)
    }

    @Test func openedItemsAreReplacedAndDeleted() async throws {
        let store = try await store(with: ["a"])
        try await store.addOpened([opened(1), opened(2)], vault: "a")
        var changed = opened(1)
        changed.blob = [7]
        try await store.addOpened([changed], vault: "a")
        #expect(try await store.deleteOpened(vault: "a", items: [id(2), id(9)]) == 1)
        let page = try await store.opened(vault: "a", limit: 9, bytesLimit: 99)
        #expect(page.items == [changed])
    }

    @Test func openedItemsOutliveTheItems() async throws {
        let store = try await store(with: ["a"])
        _ = try await store.put([envelope(1)])
        try await store.addOpened([opened(1)], vault: "a")
        _ = try await store.expire(now: 9999, limit: 9)
        #expect(try await store.opened(vault: "a", limit: 9, bytesLimit: 99).items.count == 1)
    }

    @Test func cursorsMoveWithWhatWasOpened() async throws {
        let store = try await store(with: ["a"])
        #expect(try await store.scanned(vault: "a", topic: name16(1)) == 0)
        let cursor = ScanCursor(topic: name16(1), seq: 12)
        try await store.addOpened([opened(1)], vault: "a", cursors: [cursor])
        #expect(try await store.scanned(vault: "a", topic: name16(1)) == 12)
        try await store.setScanned(vault: "a", topic: name16(1), seq: 15)
        #expect(try await store.scanned(vault: "a", topic: name16(1)) == 15)
        #expect(try await store.scanned(vault: "a", topic: name16(2)) == 0)
        await #expect(throws: StoreError.noVault("x")) {
            try await store.addOpened([opened(2)], vault: "a", cursors: [])
            try await store.addOpened([opened(3)], vault: "x", cursors: [cursor])
        }
        #expect(try await store.opened(vault: "a", limit: 9, bytesLimit: 99).items.count == 2)
    }

    @Test func deletingAVaultDeletesAllOfIt() async throws {
        let store = try await store(with: ["a", "b"])
        let cursor = ScanCursor(topic: name16(1), seq: 12)
        try await store.addOpened([opened(1)], vault: "a", cursors: [cursor])
        try await store.addOpened([opened(1, in: "b")], vault: "b")
        #expect(try await store.deleteVault("a"))
        #expect(try await !store.deleteVault("a"))
        #expect(try await store.vaultNames() == ["b"])
        #expect(try await store.scanned(vault: "a", topic: name16(1)) == 0)
        #expect(try await store.opened(vault: "a", limit: 9, bytesLimit: 99).items.isEmpty)
        #expect(try await store.opened(vault: "b", limit: 9, bytesLimit: 99).items.count == 1)
        #expect(try store.isConsistent())
    }
}
