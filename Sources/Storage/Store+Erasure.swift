import Dispatch
import GRDB
import GRDBSQLite
import NIOConcurrencyHelpers

// Removed rows are overwritten in the database at once (secure_delete), but the write-ahead log
// still holds their old pages until it is emptied. That is done soon after a removal: at once if
// it was not done lately, else when its time has come, whether or not anything else is written.

/// When the log is to be emptied next; changed on the writer's thread only.
struct Erasure {
    /// Something was removed since the log was last emptied.
    var isNeeded = false
    var isScheduled = false
    var notBefore = ContinuousClock.now
}

extension Store {
    /// Empties the write-ahead log now, so that nothing removed before is left in any file.
    ///
    /// - Throws: `StoreError.failed` with SQLITE_BUSY if a reader stood in the way for longer than
    ///   0.2 s, or `.diskFull`; it is tried again by itself.
    public func checkpoint() async throws(StoreError) {
        try await result {
            (completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) in
            guard !waiting.withLockedValue({ $0.isClosed }) else {
                return completion(.failure(.closed))
            }
            pool.asyncWriteWithoutTransaction { db in completion(self.erase(db)) }
        }
    }

    func noteErasure() { erasure.withLockedValue { $0.isNeeded = true } }

    func eraseIfDue(_ db: Database) {
        let (isNeeded, isScheduled, notBefore) = erasure.withLockedValue {
            ($0.isNeeded, $0.isScheduled, $0.notBefore)
        }
        guard isNeeded else { return }
        if ContinuousClock.now >= notBefore {
            _ = erase(db)
        } else if !isScheduled {
            scheduleErasure()
        }
    }

    private func erase(_ db: Database) -> Result<Void, StoreError> {
        let result = Result { try Self.emptyLog(db) }
            .mapError { StoreError($0, operation: "empty the log", path: path) }
        let failed = (try? result.get()) == nil
        erasure.withLockedValue {
            $0.isNeeded = failed
            $0.notBefore = .now + .milliseconds(Bounds.erasureMilliseconds)
        }
        if failed { scheduleErasure() }
        return result
    }

    private func scheduleErasure() {
        let isFirst = erasure.withLockedValue { erasure in
            defer { erasure.isScheduled = true }
            return !erasure.isScheduled
        }
        guard isFirst else { return }
        let wait = DispatchTimeInterval.milliseconds(Bounds.erasureMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + wait) { [weak self] in
            guard let self else { return }
            erasure.withLockedValue { $0.isScheduled = false }
            guard !waiting.withLockedValue({ $0.isClosed }) else { return }
            pool.asyncWriteWithoutTransaction { db in self.eraseIfDue(db) }
        }
    }

    /// Copies the log into the database and cuts its file to nothing.
    static func emptyLog(_ db: Database) throws {
        try db.run("PRAGMA busy_timeout = \(Bounds.checkpointMilliseconds)")
        defer { _ = try? db.run("PRAGMA busy_timeout = \(Int(Bounds.lockSeconds * 1000))") }
        let isBusy = try db.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.flag(0) }
        if isBusy == true { throw SQLFailure(code: SQLITE_BUSY) }
    }
}
