public import Model

/// How much a store may hold. The shares are in protocol/06-store.md.
public struct StoreLimits: Sendable, Equatable {
    /// Bytes of envelopes.
    public var bytes: UInt64
    /// Envelopes and retractions.
    public var rows: UInt64
    /// With less than this free, the disk counts as full, bytes.
    public var freeDiskBytes: UInt64
    /// Bytes that may wait to be written; more are refused with `StoreError.busy`. Guess.
    public var waitingBytes: Int

    public init(
        bytes: UInt64 = Limits.storeBytes, rows: UInt64 = Limits.storeRows,
        freeDiskBytes: UInt64 = Limits.freeDiskBytes, waitingBytes: Int = 64 << 20
    ) {
        self.bytes = bytes
        self.rows = rows
        self.freeDiskBytes = freeDiskBytes
        self.waitingBytes = waitingBytes
    }

    /// Rows kept for retractions of envelopes not held: a tenth.
    var looseRows: UInt64 { rows / 10 }

    /// Rows for all else, and the part of them that is not reserved for own items.
    func rows(own: Bool) -> UInt64 { Self.share(of: rows - looseRows, own: own) }

    func bytes(own: Bool) -> UInt64 { Self.share(of: bytes, own: own) }

    /// A sixteenth is for own items alone.
    private static func share(of all: UInt64, own: Bool) -> UInt64 { own ? all : all - all / 16 }
}

/// Bounds of the store that nothing outside it needs to know.
enum Bounds {
    /// Bytes one waiting write is taken to need besides its items. Guess.
    static let jobBytes = 256
    /// Nodes remembered per own item and kind of witness. Guess.
    static let witnesses: Int64 = 64
    /// Handles under which one item is counted: whoever hands in what others sent does no work for
    /// it, and must not fill the disk with handles. Guess.
    static let handlesPerItem: Int64 = 4
    /// Retractions waiting for their release. Guess.
    static let pendingRetractions: Int64 = 65536
    /// What was removed leaves the write-ahead log within this time, milliseconds; also how often
    /// that may happen. Guess.
    static let erasureMilliseconds = 2000
    /// How long emptying the log may wait for readers, milliseconds. Guess.
    static let checkpointMilliseconds = 200
    /// How long a lock held by another process is waited for, seconds. Guess.
    static let lockSeconds = 5.0
    /// Connections that read. Guess.
    static let readers = 4
    /// The writer's page cache, KiB; taken as needed. Guess.
    static let cacheKiB = 16384
    /// The log is copied into the database after this many pages of 4 KiB. Measured: 16000 store
    /// half as many items again per second as 4000, for 64 MiB of disk; 1000 a third fewer.
    static let checkpointPages = 8000
    /// The log file is cut to this after a copy, bytes. Guess.
    static let logBytes = 40 << 20
    /// Largest key file, bytes. Guess.
    static let keyFileBytes = 65536
}
