import Dispatch
import Foundation
import GRDB
import Model
import Testing

@testable import Storage

@Suite struct ErasureTests {
    let folder = TemporaryFolder()

    /// A body with a mark of its own at the beginning, in the middle and at the end.
    private func marked(_ number: Int, count: Int) -> [UInt8] {
        let mark = canary(number)
        var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
        for start in [0, count / 2, count - mark.count] {
            bytes.replaceSubrange(start..<(start + mark.count), with: mark)
        }
        return bytes
    }

    private func canary(_ number: Int) -> [UInt8] {
        [UInt8]("canary-\(10_000 + number)-yranac".utf8)
    }

    /// The numbers whose marks are in any file.
    private func found() throws -> Set<Int> {
        let contents = try folder.contents()
        let start = Data("canary-".utf8)
        var numbers: Set<Int> = []
        var from = contents.startIndex
        while let hit = contents.range(of: start, in: from..<contents.endIndex) {
            let digits = contents[hit.upperBound...].prefix(5)
            if let number = Int(String(decoding: digits, as: UTF8.self)) {
                numbers.insert(number - 10_000)
            }
            from = hit.upperBound
        }
        return numbers
    }

    private func eventuallyGone() async throws -> Bool {
        for _ in 0..<100 {
            if try found().isEmpty { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    @Test func aRetractedBodyIsInNoFile() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, bytes: marked(1, count: 65536))])
        _ = try await store.put([envelope(2, bytes: marked(2, count: 512))])
        #expect(try found() == [1, 2])
        _ = try await store.put([retraction(of: 1), retraction(of: 2)])
        try await store.checkpoint()
        #expect(try found() == [])
    }

    @Test func nobodyNeedsToAskForIt() async throws {
        let store = try folder.open()
        for number in 1...3 {
            _ = try await store.put([envelope(number, bytes: marked(number, count: 512))])
            _ = try await store.put([retraction(of: number)])
        }
        #expect(try await eventuallyGone())
    }

    @Test func aLongReadOnlyDelaysIt() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, bytes: marked(1, count: 1024))])
        let gate = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        store.pool.asyncRead { db in
            _ = try? db.get().total()
            entered.signal()
            gate.wait()
        }
        await Task.detached { wait(entered) }.value
        _ = try await store.put([retraction(of: 1)])
        await #expect(
            throws: StoreError.failed(operation: "empty the log", path: store.path, code: 5)
        ) { try await store.checkpoint() }
        #expect(try await store.put([envelope(2)]) == [stored])
        gate.signal()
        #expect(try await eventuallyGone())
    }

    /// Rows that are moved between pages must not leave copies behind either.
    @Test func manyRemovalsLeaveNothing() async throws {
        let store = try folder.open()
        let count = 1500
        let sizes = [512, 512, 1024, 512, 2048, 4096, 512]
        for start in stride(from: 0, to: count, by: 100) {
            let batch = (start..<(start + 100)).map { number in
                envelope(number, bytes: marked(number, count: sizes[number % sizes.count]))
            }
            _ = try await store.put(batch)
        }
        var kept = Set(0..<count)
        // A fixed scatter: 7 is prime to 1500 and so visits every number once.
        let order = (0..<count).map { $0 * 7 % count }
        for start in stride(from: 0, to: 1200, by: 60) {
            let gone = order[start..<(start + 60)]
            _ = try await store.put(gone.map { retraction(of: $0) })
            kept.subtract(gone)
            if start % 300 == 0 { try await store.checkpoint() }
        }
        try await store.checkpoint()
        #expect(try found() == kept)
        #expect(try store.isConsistent())
    }

    @Test func theRoomOfTheRemovedIsUsedAgain() async throws {
        let store = try folder.open()
        try await store.saveVault(VaultUpdate(name: "a", expectedVersion: 0, blob: [0]))
        var most: Int64 = 0
        for round in 0..<5 {
            let numbers = (0..<20).map { round * 20 + $0 }
            _ = try await store.put(
                numbers.map { envelope($0, expiry: 10, bytes: marked($0, count: 1024)) })
            try await store.addOpened(
                numbers.map {
                    OpenedItem(
                        vault: "a", item: id($0), topic: name16(1), blob: marked($0, count: 700))
                }, vault: "a")
            let opened = try await store.opened(vault: "a", limit: 99, bytesLimit: 99_999)
            #expect(opened.items.map(\.blob) == numbers.map { marked($0, count: 700) })
            try await store.deleteOpened(vault: "a", items: numbers.map { id($0) })
            _ = try await store.expire(now: 10, limit: 99)
            let bodies = try store.onWriter("SELECT count(*) FROM body")
            #expect(round == 0 || bodies == most)
            most = bodies
        }
        try await store.checkpoint()
        #expect(try found() == [])
        #expect(try store.isConsistent())
    }

    @Test func whatExpiresIsInNoFile() async throws {
        let store = try folder.open()
        _ = try await store.put([envelope(1, bytes: marked(1, count: 4096))])
        _ = try await store.expire(now: 5000, limit: 9)
        try await store.checkpoint()
        #expect(try found() == [])
    }

    @Test func deletedAndReplacedVaultsAreInNoFile() async throws {
        let store = try folder.open()
        try await store.saveVault(
            VaultUpdate(name: "a", expectedVersion: 0, blob: marked(1, count: 700)))
        let opened = [2, 3, 4].map { number in
            OpenedItem(
                vault: "a", item: id(number), topic: name16(1), blob: marked(number, count: 6000))
        }
        try await store.addOpened(opened, vault: "a")
        try await store.saveVault(VaultUpdate(name: "a", expectedVersion: 1, blob: [1]))
        try await store.deleteOpened(vault: "a", items: [id(2)])
        try await store.checkpoint()
        #expect(try found() == [3, 4])
        try await store.deleteVault("a")
        try await store.checkpoint()
        #expect(try found() == [])
    }

    @Test func aRemovedSettingIsInNoFile() async throws {
        let store = try folder.open()
        try await store.setSetting("psk", marked(1, count: 64))
        try await store.setSetting("psk", nil)
        try await store.checkpoint()
        #expect(try found() == [])
    }
}

private func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }
