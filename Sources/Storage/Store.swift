import GRDB
import Model
import NIOConcurrencyHelpers

/// A node's database, in one file of one folder.
///
/// Every change waits for its commit to reach the disk before anybody hears of it. All changes go
/// through one queue, and whatever waits there shares a transaction (`Store+Writing.swift`), so
/// that a thousand envelopes cost one flush. Reads run beside it and see whole transactions only.
///
/// A failed write keeps nothing of its transaction and leaves the store in order: the next one is
/// tried afresh, whether the disk was full or not.
///
/// Source: protocol/06-store.md.
public final class Store: Sendable {
    /// The database file.
    public let path: String
    public let limits: StoreLimits

    let pool: DatabasePool
    let disk: DiskSpace
    let waiting = NIOLockedValueBox(Waiting())
    let erasure = NIOLockedValueBox(Erasure())

    /// Opens the store in `folder`, creating both (mode 0700 and 0600) where missing.
    ///
    /// Take `FolderLock` first: two processes must not share a store.
    ///
    /// - Throws: `StoreError.newerSchema`, `.corrupt`, `.foreign`, `.diskFull`, `.permission`,
    ///   `.failed`.
    public init(folder: String, limits: StoreLimits = StoreLimits()) throws(StoreError) {
        path = folder + "/kith.sqlite"
        self.limits = limits
        disk = DiskSpace(folder: folder, leastBytes: limits.freeDiskBytes)
        try Files.createFolder(folder)
        try Files.createPrivate(path)
        do {
            pool = try Self.openPool(path)
        } catch {
            throw StoreError(error, operation: "open the store", path: path)
        }
    }

    /// Waits for queued writes, empties the write-ahead log and closes the file. Later calls get
    /// `StoreError.closed`.
    ///
    /// Blocks; not to be called from a completion.
    ///
    /// - Throws: `StoreError`, the file being closed nevertheless, unless a reader is still busy.
    public func close() throws(StoreError) {
        guard waiting.withLockedValue({ $0.close() }) else { return }
        do {
            pool.writeWithoutTransaction { db in
                write(db)
                try? Self.emptyLog(db)  // the next opening reads it
            }
            try pool.close()
        } catch {
            throw StoreError(error, operation: "close the store", path: path)
        }
    }

    private static func openPool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "kith.store"
        configuration.maximumReaderCount = Bounds.readers
        configuration.busyMode = .timeout(Bounds.lockSeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            // Statement journals would hold bodies outside the folder.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            try prepareWriter(db)
            try Schema.migrate(db, path: path)
        }
        return pool
    }

    /// The pool lowers `synchronous` to NORMAL after its own preparation, which would let a power
    /// cut take acknowledged commits; so it is raised here, and looked at.
    private static func prepareWriter(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA secure_delete = ON")
        try db.execute(sql: "PRAGMA cache_size = -\(Bounds.cacheKiB)")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Bounds.checkpointPages)")
        try db.execute(sql: "PRAGMA journal_size_limit = \(Bounds.logBytes)")
        guard try Schema.pragma("PRAGMA synchronous", db) == 2,
            try Schema.pragma("PRAGMA secure_delete", db) == 1,
            try Schema.pragma("PRAGMA foreign_keys", db) == 1
        else { throw SQLFailure.refused }
    }
}
