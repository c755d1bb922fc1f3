import GRDB
import Model
import NIOConcurrencyHelpers
import Testing

@testable import Storage

@Suite struct WritingTests {
    let folder = TemporaryFolder()

    /// Commits that writing `batches` takes when all of them come while the writer is busy.
    private func commits(_ store: Store, _ batches: [[Item]]) async throws -> Int {
        let counter = CommitCounter()
        store.pool.add(transactionObserver: counter, extent: .observerLifetime)
        let held = Held(store)
        try await withThrowingTaskGroup(of: [PutOutcome].self) { group in
            for batch in batches { group.addTask { try await store.put(batch) } }
            while store.waiting.withLockedValue({ $0.count }) < batches.count { await Task.yield() }
            held.letGo()
            for try await outcomes in group {
                #expect(outcomes.allSatisfy { $0.isStored })
            }
        }
        return counter.commits
    }

    @Test func manyCallersShareACommit() async throws {
        let store = try folder.open()
        #expect(try await commits(store, (1...200).map { [envelope($0)] }) == 1)
        #expect(try await store.totals().rows == 200)
    }

    @Test func aTransactionTakesNoMoreThanABatch() async throws {
        let store = try folder.open()
        let fives = (0..<5).map { caller in (0..<400).map { envelope(caller * 400 + $0) } }
        #expect(try await commits(store, fives) == 3)
    }

    @Test func callsOfManyTasksAreAllAnswered() async throws {
        let store = try folder.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<50 {
                group.addTask {
                    for step in 0..<4 {
                        let number = caller * 4 + step
                        #expect(try await store.put([envelope(number)]) == [stored])
                        let fetched = try await store.fetch([id(number)])
                        #expect(fetched == [.envelope(envelope(number).bytes)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.totals().rows == 200)
        #expect(try store.isConsistent())
    }

    @Test func completionsComeInTheOrderOfTheCalls() async throws {
        let store = try folder.open()
        let order = NIOLockedValueBox<[Int]>([])
        for number in 0..<300 {
            store.put([envelope(number)]) { _ in order.withLockedValue { $0.append(number) } }
        }
        _ = try await store.put([])
        #expect(order.withLockedValue { $0 } == Array(0..<300))
    }

    @Test func oneFailedCallDoesNotUndoItsNeighbours() async throws {
        let store = try folder.open()
        let held = Held(store)
        async let before = store.put([envelope(1)])
        let conflict = Task<Int64, any Error> {
            try await store.saveVault(
                VaultUpdate(name: "a", expectedVersion: 4, blob: [1]))
        }
        let homeless = Task<Void, any Error> {
            try await store.setScanned(vault: "b", topic: name16(1), seq: 2)
        }
        async let after = store.put([envelope(2)])
        while store.waiting.withLockedValue({ $0.count }) < 4 { await Task.yield() }
        held.letGo()
        #expect(try await before == [stored])
        await #expect(throws: StoreError.conflict(vault: "a", expected: 4, found: 0)) {
            try await conflict.value
        }
        await #expect(throws: StoreError.noVault("b")) { try await homeless.value }
        #expect(try await after == [stored])
        #expect(try store.isConsistent())
    }

    @Test func tooMuchWaitingIsRefusedAndNotKept() async throws {
        let limits = StoreLimits(freeDiskBytes: 0, waitingBytes: 2000)
        let store = try Store(folder: folder.path, limits: limits)
        let held = Held(store)
        let results = NIOLockedValueBox<[Result<[PutOutcome], StoreError>]>([])
        for number in 1...4 {
            store.put([envelope(number)]) { result in results.withLockedValue { $0.append(result) }
            }
        }
        #expect(results.withLockedValue { $0 } == [.failure(.busy), .failure(.busy)])
        held.letGo()
        while results.withLockedValue({ $0.count }) < 4 { await Task.yield() }
        #expect(try await store.put([envelope(5)]) == [stored])
        #expect(try await store.missing(among: [id(1), id(2), id(3), id(4)]) == [id(3), id(4)])
    }

    @Test func closingWritesWhatWaits() async throws {
        let store = try folder.open()
        let results = NIOLockedValueBox<[Result<[PutOutcome], StoreError>]>([])
        for number in 1...50 {
            store.put([envelope(number)]) { result in results.withLockedValue { $0.append(result) }
            }
        }
        try store.close()
        #expect(results.withLockedValue { $0.count } == 50)
        try store.close()
        await #expect(throws: StoreError.closed) { try await store.put([envelope(60)]) }
        await #expect(throws: StoreError.closed) { try await store.fetch([id(1)]) }
        await #expect(throws: StoreError.closed) { try await store.checkpoint() }
        #expect(try await folder.open().totals().rows == 50)
    }
}
