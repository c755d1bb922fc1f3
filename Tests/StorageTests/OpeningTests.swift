import Foundation
import GRDB
import Model
import Testing

@testable import Storage

@Suite struct OpeningTests {
    let folder = TemporaryFolder()
    var file: String { folder.path + "/kith.sqlite" }

    @Test func theFilesAreForTheirOwnerOnly() async throws {
        let path = folder.path + "/inner"
        let store = try Store(folder: path, limits: StoreLimits(freeDiskBytes: 0))
        _ = try await store.put([envelope(1)])
        #expect(try folder.mode(of: "inner") == 0o700)
        for name in ["kith.sqlite", "kith.sqlite-wal", "kith.sqlite-shm"] {
            #expect(try folder.mode(of: "inner/" + name) == 0o600, "\(name)")
        }
    }

    @Test func aFileOpenToOthersIsClosedToThem() throws {
        try folder.open().close()
        chmod(file, 0o644)
        _ = try folder.open()
        #expect(try folder.mode(of: "kith.sqlite") == 0o600)
    }

    @Test func reopeningFindsEverything() async throws {
        do {
            let store = try folder.open()
            _ = try await store.put([envelope(1)])
            try await store.setSetting("name", [1, 2])
            try store.close()
        }
        let store = try folder.open()
        #expect(try await store.fetch([id(1)]) == [.envelope(envelope(1).bytes)])
        #expect(try await store.setting("name") == [1, 2])
        #expect(try store.onWriter("PRAGMA user_version") == Int64(Schema.version))
        #expect(try store.onWriter("PRAGMA application_id") == Schema.applicationID)
    }

    @Test func aStoreOfTheFirstSchemaIsBroughtUpToDate() async throws {
        var bytes = envelope(1).bytes
        bytes[2] = 0x42
        bytes[3] = 0xA7
        try makeFirstSchema(holding: bytes)
        let store = try folder.open()
        #expect(try store.onWriter("PRAGMA user_version") == Int64(Schema.version))
        let rows = try await store.rows(after: 0, limit: 9)
        #expect(rows.map(\.work) == [0xA7, 0xEE])
        #expect(rows.map(\.size) == [2, 0xE])
        #expect(rows.map(\.target) == [nil, id(2)])
        #expect(rows.map(\.hidden) == [false, false])
        #expect(try await store.fetch([id(1)]) == [.envelope(bytes)])
        #expect(try await store.put([envelope(3)]) == [.stored(removedTarget: false)])
        #expect(try store.isConsistent())
    }

    /// A store as the first schema left it, with an envelope and the retraction of another.
    private func makeFirstSchema(holding bytes: [UInt8]) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.write { db in
            try db.execute(sql: Schema.migrations[0])
            try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            try db.execute(sql: "PRAGMA user_version = 1")
            try db.execute(
                sql: "INSERT INTO body VALUES (1, ?), (2, ?)",
                arguments: [Data(bytes), Data(retraction(of: 2).bytes)])
            let insert = "INSERT INTO item VALUES (?, ?, ?, 100, 4, 9000, ?, 0, 0, ?, ?, ?)"
            let (one, two): (ItemID, ItemID) = (id(1), retraction(of: 2).id)
            let (topic, target): (Topic, ItemID) = (name16(1), id(2))
            try db.execute(
                sql: insert,
                arguments: [1, Data(one.bytes), 0, Data(topic.bytes), nil, 1, 512])
            try db.execute(
                sql: insert,
                arguments: [2, Data(two.bytes), 1, Data(topic.bytes), Data(target.bytes), 2, 112])
            try db.execute(
                sql: """
                    UPDATE total SET rows = 2, bytes = 512, retractions = 1, last_seq = 2,
                        last_body = 2
                    """)
        }
        try queue.close()
    }

    @Test func aNewerSchemaIsRefusedAndKept() throws {
        let store = try folder.open()
        _ = try store.onWriter("PRAGMA user_version = 99")
        _ = try store.onWriter("CREATE TABLE later(a)")
        try store.close()
        for _ in 1...2 {
            #expect(throws: StoreError.newerSchema(found: 99, known: Schema.version)) {
                try folder.open()
            }
        }
        let queue = try DatabaseQueue(path: file)
        #expect(try queue.read { db in try db.tableExists("later") && db.tableExists("item") })
    }

    @Test func anotherApplicationsDatabaseIsRefused() throws {
        let queue = try DatabaseQueue(path: file)
        try queue.write { db in try db.execute(sql: "CREATE TABLE theirs(a)") }
        try queue.close()
        #expect(throws: StoreError.foreign(path: file)) { try folder.open() }
    }

    @Test func whatIsNoDatabaseIsRefusedUntouched() throws {
        let text = Data(String(repeating: "not a database. ", count: 500).utf8)
        try text.write(to: URL(fileURLWithPath: file))
        #expect(throws: StoreError.corrupt(path: file)) { try folder.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == text)
    }

    @Test func damageIsReportedWhereItIsMet() async throws {
        do {
            let store = try folder.open()
            _ = try await store.put((0..<500).map { envelope($0) })
            try store.close()
        }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        let end = try handle.seekToEnd()
        for offset in stride(from: UInt64(12 * 4096), to: end, by: 4096) {
            try handle.seek(toOffset: offset)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 64))
        }
        try handle.close()
        await #expect(throws: StoreError.corrupt(path: file)) {
            let store = try folder.open()
            _ = try await store.fetch((0..<500).map { id($0) })
        }
    }

    @Test func aMissingParentIsNamed() {
        let path = folder.path + "/no/such"
        let expected = StoreError.failed(operation: "create the folder", path: path, code: ENOENT)
        #expect(throws: expected) { try Store(folder: path) }
    }

    @Test(.enabled(if: geteuid() != 0, "the administrator may write anywhere: NOT TESTED"))
    func forbiddenFoldersAreReported() throws {
        try folder.open().close()
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        #expect(throws: StoreError.permission(path: file)) { try folder.open() }
        chmod(folder.path, 0o000)
        #expect(throws: StoreError.permission(path: file)) { try folder.open() }
    }

    @Test func resultCodesAreToldApart() {
        func meaning(_ code: Int32) -> StoreError {
            StoreError(sqlite: code, operation: "test", path: file)
        }
        #expect(meaning(13) == .diskFull(path: file))
        #expect(meaning(11) == .corrupt(path: file))
        #expect(meaning(26) == .corrupt(path: file))
        #expect(meaning(8) == .permission(path: file))
        #expect(meaning(8 | 1 << 8) == .permission(path: file))
        #expect(meaning(14) == .failed(operation: "test", path: file, code: 14))
        let inputOutput: Int32 = 10 | 3 << 8
        #expect(meaning(inputOutput) == .failed(operation: "test", path: file, code: inputOutput))
        #expect("\(meaning(19))".contains("cannot test in"))
    }
}
