import Foundation
import GRDB
import Model
import NIOConcurrencyHelpers
import Testing

@testable import Storage

/// A folder that goes with its last owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "kith-storage-" + UUID().uuidString
        mkdir(path, 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opens the store within, without regard to the disk's free space.
    func open(bytes: UInt64 = 1 << 30, rows: UInt64 = 100_000) throws -> Store {
        try Store(
            folder: path, limits: StoreLimits(bytes: bytes, rows: rows, freeDiskBytes: 0))
    }

    /// All files within as one string of bytes.
    func contents() throws -> Data {
        var all = Data()
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
            all += try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        }
        return all
    }

    /// What a killed process would leave: the files as they are, while the store is open.
    func copyAsIs() throws -> TemporaryFolder {
        let copy = TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(
                atPath: path + "/" + name, toPath: copy.path + "/" + name)
        }
        return copy
    }

    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }
}

/// Distinct names made of numbers; ascending as the numbers are.
func id<Kind>(_ number: Int) -> Identifier32<Kind> {
    var bytes = [UInt8](repeating: 0, count: 24)
    bytes.append(bigEndian: UInt64(number))
    return Identifier32(bytes)!
}

func name16<Kind>(_ number: Int) -> Identifier16<Kind> {
    var bytes = [UInt8](repeating: 0, count: 8)
    bytes.append(bigEndian: UInt64(number))
    return Identifier16(bytes)!
}

/// An envelope of 512 bytes, unless told otherwise.
func envelope(
    _ number: Int, slot: UInt32 = 100, expiry: UInt64 = 1000, topic: Int = 1, own: Bool = false,
    bytes: [UInt8]? = nil
) -> Item {
    Item(
        id: id(number), slot: slot, ttlClass: 4, expiry: expiry, topic: name16(topic), own: own,
        bytes: bytes ?? [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 512))
}

/// The retraction of envelope `number`; its own id is a million higher.
func retraction(
    of number: Int, slot: UInt32 = 100, expiry: UInt64 = 2000, own: Bool = false
) -> Item {
    Item(
        id: id(1_000_000 + number), slot: slot, ttlClass: 4, expiry: expiry, topic: name16(1),
        own: own, target: id(number), bytes: [UInt8](repeating: 0xEE, count: 112))
}

let stored = PutOutcome.stored(removedTarget: false)
let storedAndRemoved = PutOutcome.stored(removedTarget: true)

/// Keeps a store's writer from writing until it is let go.
final class Held: Sendable {
    private let gate = DispatchSemaphore(value: 0)

    init(_ store: Store) {
        let entered = DispatchSemaphore(value: 0)
        store.pool.asyncWriteWithoutTransaction { [gate] _ in
            entered.signal()
            gate.wait()
        }
        entered.wait()
    }

    func letGo() { gate.signal() }
}

/// Counts a store's commits.
final class CommitCounter: TransactionObserver, Sendable {
    private let count = NIOLockedValueBox(0)

    var commits: Int { count.withLockedValue { $0 } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { count.withLockedValue { $0 += 1 } }
    func databaseDidRollback(_ db: Database) {}
}

extension Store {
    /// Runs SQL on the connection that writes.
    func onWriter(_ sql: String) throws -> Int64 {
        try pool.writeWithoutTransaction { db in try db.first(sql) { $0.integer(0) } ?? 0 }
    }

    /// Whether the sums kept are those of the rows, every body has one owner or is an empty
    /// hole, and SQLite finds its file in order.
    func isConsistent() throws -> Bool {
        try pool.read { db in
            let astray = try Int.fetchOne(
                db,
                sql: """
                    WITH owner(body) AS (
                        SELECT body FROM item UNION ALL SELECT body FROM opened
                        UNION ALL SELECT body FROM vault UNION ALL SELECT body FROM setting
                        UNION ALL SELECT body FROM hole)
                    SELECT (SELECT count(*) FROM body) - (SELECT count(*) FROM owner)
                        + (SELECT count(*) FROM body WHERE number NOT IN (SELECT body FROM owner))
                        + (SELECT count(*) FROM hole JOIN body ON number = body
                            WHERE bytes != zeroblob(capacity))
                    """)
            let counted = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(*), coalesce(sum(length) FILTER (WHERE kind = 0), 0),
                        count(*) FILTER (WHERE kind = 1), count(*) FILTER (WHERE loose = 1)
                    FROM item
                    """)
            let kept = try Row.fetchOne(
                db, sql: "SELECT rows, bytes, retractions, loose FROM total")
            let check = try String.fetchOne(db, sql: "PRAGMA integrity_check")
            let left = counted.map { row in (0..<4).map { row[$0] as Int64 } }
            let right = kept.map { row in (0..<4).map { row[$0] as Int64 } }
            return left == right && astray == 0 && check == "ok"
        }
    }
}
