import GRDB
import GRDBSQLite

/// The machine room failed, or a caller asked for what cannot be.
public enum StoreError: Error, Equatable {
    /// Written by a later version of this software.
    case newerSchema(found: Int, known: Int)
    /// Not a database, or a damaged one.
    case corrupt(path: String)
    /// A database of another application.
    case foreign(path: String)
    case diskFull(path: String)
    case permission(path: String)
    /// Another process holds the folder; nil if it left no readable number.
    case locked(byPID: Int32?)
    /// A secret file that others may read; `mode` is its permission bits.
    case tooOpen(path: String, mode: UInt32)
    /// The vault changed meanwhile; version 0 stands for none.
    case conflict(vault: String, expected: Int64, found: Int64)
    case noVault(String)
    /// A submission that does not fit into the store, or on the disk: nothing of it was kept.
    case noRoom
    /// More waits to be written than `StoreLimits.waitingBytes`; nothing was kept.
    case busy
    /// `Store.close` was called.
    case closed
    /// Anything else; `code` is SQLite's extended code, or `errno` for files that are not the
    /// database.
    case failed(operation: String, path: String, code: Int32)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .newerSchema(let found, let known):
            "the store has schema \(found), this version knows up to \(known)"
        case .corrupt(let path): "\(path) is damaged or not a database"
        case .foreign(let path): "\(path) belongs to another application"
        case .diskFull(let path): "the disk that holds \(path) is full"
        case .permission(let path): "permission denied for \(path)"
        case .locked(let pid): "another process holds the folder: \(pid.map { "\($0)" } ?? "?")"
        case .tooOpen(let path, let mode):
            "others may read \(path) (mode \(String(mode, radix: 8)))"
        case .conflict(let vault, let expected, let found):
            "vault \(vault) has version \(found), not \(expected)"
        case .noVault(let name): "no vault \(name)"
        case .noRoom: "no room left in the store"
        case .busy: "too much waits to be written"
        case .closed: "the store is closed"
        case .failed(let operation, let path, let code):
            "cannot \(operation) in \(path) (code \(code))"
        }
    }
}

/// What SQLite answered instead of going on.
struct SQLFailure: Error {
    /// Extended result code.
    let code: Int32

    /// Rows that no version of ours writes.
    static let damaged = SQLFailure(code: SQLITE_CORRUPT)
    /// A setting that this build of SQLite does not take.
    static let refused = SQLFailure(code: SQLITE_ERROR)
}

extension StoreError {
    /// Says what an error from below means.
    init(_ error: any Error, operation: String, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLFailure:
            self.init(sqlite: error.code, operation: operation, path: path)
        case let error as DatabaseError:
            let code = error.extendedResultCode.rawValue
            self.init(sqlite: code, operation: operation, path: path)
        default: self = .failed(operation: operation, path: path, code: -1)
        }
    }

    init(sqlite code: Int32, operation: String, path: String) {
        let failed = StoreError.failed(operation: operation, path: path, code: code)
        switch code & 0xff {
        case SQLITE_FULL: self = .diskFull(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(path: path)
        case SQLITE_READONLY, SQLITE_PERM: self = .permission(path: path)
        case SQLITE_CANTOPEN:
            self = Files.isWritable(Files.folder(of: path)) ? failed : .permission(path: path)
        case SQLITE_IOERR:
            // SQLite reports a full disk as FULL only where it writes pages, not for its index.
            self = Files.freeBytes(at: path) == 0 ? .diskFull(path: path) : failed
        default: self = failed
        }
    }
}
