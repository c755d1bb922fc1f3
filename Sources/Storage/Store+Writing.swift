import GRDB
import Model
import NIOConcurrencyHelpers

// Group commit. While one transaction is being flushed, what arrives gathers, and the next one
// takes it all: nothing waits for company, and under load each flush serves many.

/// A write that waits for its transaction.
struct Job: Sendable {
    let operation: String
    let items: Int
    let bytes: Int
    /// Does the work and gives what to tell the caller once it is committed. An error of kind
    /// `StoreError` undoes this job alone; any other undoes the transaction.
    let run: @Sendable (inout Transaction) throws -> (@Sendable () -> Void)
    let fail: @Sendable (StoreError) -> Void
}

/// Writes in the order they came.
struct Waiting {
    private var jobs: [Job] = []
    private var bytes = 0
    private(set) var isClosed = false
    /// The writer was called and has not yet found the queue empty.
    private var isBeingWritten = false

    enum Admission {
        case first
        case queued
        case refused(StoreError)
    }

    var count: Int { jobs.count }

    mutating func add(_ job: Job, bytesLimit: Int) -> Admission {
        guard !isClosed else { return .refused(.closed) }
        guard bytes + job.bytes <= bytesLimit || jobs.isEmpty else { return .refused(.busy) }
        jobs.append(job)
        bytes += job.bytes
        defer { isBeingWritten = true }
        return isBeingWritten ? .queued : .first
    }

    /// The jobs of one transaction: as many as fit, one at the least; none ends the writing.
    mutating func take(items limit: Int) -> [Job] {
        var items = 0
        var count = 0
        for job in jobs {
            items += max(job.items, 1)
            guard count == 0 || items <= limit else { break }
            count += 1
            bytes -= job.bytes
        }
        let taken = Array(jobs.prefix(count))
        jobs.removeFirst(count)
        if taken.isEmpty { isBeingWritten = false }
        return taken
    }

    /// False if it was closed before.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }
}

extension Store {
    /// Queues a write; `completion` is called once it is on disk or failed, on the writer's thread,
    /// or at once if it is refused. Completions run in the order of the calls and must be brief.
    func write<Value: Sendable>(
        _ operation: String, items: Int = 0, bytes: Int = 0,
        _ body: @escaping @Sendable (inout Transaction) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        let job = Job(
            operation: operation, items: items, bytes: bytes + Bounds.jobBytes,
            run: { transaction in
                let value = try body(&transaction)
                return { completion(.success(value)) }
            },
            fail: { completion(.failure($0)) })
        switch waiting.withLockedValue({ $0.add(job, bytesLimit: limits.waitingBytes) }) {
        case .first: pool.asyncWriteWithoutTransaction { db in self.write(db) }
        case .queued: break
        case .refused(let error): job.fail(error)
        }
    }

    func write<Value: Sendable>(
        _ operation: String, items: Int = 0, bytes: Int = 0,
        _ body: @escaping @Sendable (inout Transaction) throws -> Value
    ) async throws(StoreError) -> Value {
        try await result { completion in
            write(operation, items: items, bytes: bytes, body, completion)
        }
    }

    /// Waits for what `start` reports.
    func result<Value: Sendable>(
        _ start: (@escaping @Sendable (Result<Value, StoreError>) -> Void) -> Void
    ) async throws(StoreError) -> Value {
        let result = await withCheckedContinuation { continuation in
            start { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Writes until nothing waits; on the writer's thread.
    func write(_ db: Database) {
        while true {
            let jobs = waiting.withLockedValue { $0.take(items: Limits.batchItems) }
            guard !jobs.isEmpty else { break }
            perform(jobs, db)
            eraseIfDue(db)
        }
    }

    /// One transaction for all `jobs`, then their completions.
    private func perform(_ jobs: [Job], _ db: Database) {
        var completions: [@Sendable () -> Void] = []
        var erases = false
        do {
            try db.inTransaction(.immediate) {
                var transaction = try Transaction(db, limits: limits, diskIsLow: disk.isLow)
                for job in jobs { completions.append(try Self.perform(job, &transaction)) }
                try transaction.finish()
                erases = transaction.erases
                return .commit
            }
        } catch {
            for job in jobs { job.fail(StoreError(error, operation: job.operation, path: path)) }
            return
        }
        if erases { noteErasure() }
        for complete in completions { complete() }
    }

    private static func perform(
        _ job: Job, _ transaction: inout Transaction
    ) throws -> @Sendable () -> Void {
        let db = transaction.db
        let before = transaction
        try db.run("SAVEPOINT job")
        do {
            let completion = try job.run(&transaction)
            try db.run("RELEASE job")
            return completion
        } catch let error as StoreError {
            transaction = before
            try db.run("ROLLBACK TO job")
            try db.run("RELEASE job")
            return { job.fail(error) }
        }
    }
}
