import Foundation
import Model
import Testing

@testable import Storage

@Suite struct DurabilityTests {
    let folder = TemporaryFolder()

    @Test func theWriterFlushesEveryCommit() throws {
        let store = try folder.open()
        #expect(try store.onWriter("PRAGMA synchronous") == 2)
        #expect(try store.onWriter("PRAGMA secure_delete") == 1)
        #expect(try store.onWriter("PRAGMA foreign_keys") == 1)
        #expect(try store.onWriter("PRAGMA trusted_schema") == 0)
        let isLog = try store.onWriter("SELECT journal_mode = 'wal' FROM pragma_journal_mode")
        #expect(isLog == 1)
    }

    @Test func whatWasAcknowledgedOutlivesTheProcess() async throws {
        let store = try folder.open()
        _ = try await store.put((1...300).map { envelope($0) } + [retraction(of: 5)])
        let left = try folder.copyAsIs()
        let again = try left.open()
        #expect(try await again.totals() == store.totals())
        #expect(try await again.missing(among: (1...300).map { id($0) }) == [])
        #expect(try again.isConsistent())
    }

    @Test func aTornLogLosesOnlyItsEnd() async throws {
        let store = try folder.open()
        for number in 1...20 { _ = try await store.put([envelope(number)]) }
        let left = try folder.copyAsIs()
        let log = left.path + "/kith.sqlite-wal"
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: log))
        try file.truncate(atOffset: file.seekToEnd() - 3000)
        let again = try left.open()
        let rows = try await again.totals().rows
        #expect(rows == 19)
        #expect(try again.isConsistent())
    }

    /// The disk is taken to be full at the first page the store needs, at the second, and so on
    /// until nothing fails.
    @Test func aWriteMayFailAtAnyPage() async throws {
        let batches = (0..<3).map { batch in
            (0..<12).map { envelope(batch * 100 + $0) } + [retraction(of: batch * 100 + 3)]
        }
        var pages = 0
        var failures = 0
        repeat {
            let folder = TemporaryFolder()
            let store = try folder.open()
            let used = try store.onWriter("PRAGMA page_count")
            _ = try store.onWriter("PRAGMA max_page_count = \(used + Int64(pages))")
            failures = 0
            for batch in batches {
                do {
                    #expect(try await store.put(batch).allSatisfy { $0.isStored })
                } catch {
                    #expect(error == .diskFull(path: store.path))
                    failures += 1
                    let ids = batch.map(\.id)
                    #expect(try await store.missing(among: ids) == ids, "half a batch was kept")
                }
            }
            #expect(try store.isConsistent())
            _ = try store.onWriter("PRAGMA max_page_count = 1000000")
            for batch in batches {
                let outcomes = try await store.put(batch)
                #expect(outcomes.allSatisfy { $0.isStored || $0 == .duplicate || $0 == .retracted })
            }
            #expect(try await store.totals().rows == 36)
            #expect(try store.isConsistent())
            pages += 1
        } while failures > 0
        #expect(pages > 5)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
    func aFullDiskLosesNothingAndRecovers() async throws {
        let disk = try SmallDisk(bytes: 6 << 20)
        let ballast = disk.path + "/ballast"
        try Data(count: 3 << 20).write(to: URL(fileURLWithPath: ballast))
        let limits = StoreLimits(freeDiskBytes: 0)
        let store = try Store(folder: disk.path + "/store", limits: limits)
        let body = [UInt8](repeating: 7, count: 65536)
        var acknowledged: [ItemID] = []
        var failures = 0
        for number in 1...200 where failures < 5 {
            do {
                #expect(try await store.put([envelope(number, bytes: body)]) == [stored])
                acknowledged.append(id(number))
            } catch {
                #expect(error == .diskFull(path: store.path))
                failures += 1
            }
        }
        #expect(failures == 5)
        #expect(acknowledged.count > 5)
        #expect(try await store.missing(among: acknowledged) == [])
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try await store.put([envelope(1000, bytes: body)]) == [stored])
        #expect(try await store.put([retraction(of: 1000)]) == [storedAndRemoved])
        #expect(try store.isConsistent())
        try store.close()
        let again = try Store(folder: disk.path + "/store", limits: limits)
        #expect(try await again.missing(among: acknowledged) == [])
        #expect(try again.isConsistent())
        try again.close()
    }
}

/// A file system of a few megabytes, in memory.
final class SmallDisk: Sendable {
    let path: String
    private let folder = TemporaryFolder()

    init(bytes: Int) throws {
        path = folder.path
        try #require(mount("kith-test", path, "tmpfs", 0, "size=\(bytes)") == 0)
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    static let isPossible: Bool = {
        let folder = TemporaryFolder()
        guard mount("kith-test", folder.path, "tmpfs", 0, "size=4096") == 0 else { return false }
        umount2(folder.path, Int32(MNT_DETACH))
        return true
    }()
}
