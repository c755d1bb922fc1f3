import Foundation
import Testing

@testable import Storage

@Suite struct FilesTests {
    let folder = TemporaryFolder()
    var key: String { folder.path + "/node.key" }

    @Test func theSecondLockNamesTheFirstsProcess() throws {
        let first = try FolderLock.take(folder.path)
        #expect(throws: StoreError.locked(byPID: getpid())) {
            _ = try FolderLock.take(folder.path)
        }
        first.release()
        let second = try FolderLock.take(folder.path)
        second.release()
    }

    @Test func aLockMakesItsFolder() throws {
        let lock = try FolderLock.take(folder.path + "/new")
        #expect(try folder.mode(of: "new") == 0o700)
        #expect(try folder.mode(of: "new/kith.lock") == 0o600)
        lock.release()
    }

    @Test func aLockLeftByADeadProcessIsFree() throws {
        try Data("99999999\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/kith.lock"))
        let lock = try FolderLock.take(folder.path)
        let text = try String(contentsOfFile: folder.path + "/kith.lock", encoding: .utf8)
        #expect(text == "\(getpid())\n")
        lock.release()
    }

    @Test func aKeyIsReadAsWritten() throws {
        #expect(try KeyFile.read(key) == nil)
        try KeyFile.write([1, 2, 3], to: key)
        #expect(try KeyFile.read(key) == [1, 2, 3])
        try KeyFile.write([4], to: key)
        #expect(try KeyFile.read(key) == [4])
        #expect(try folder.mode(of: "node.key") == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["node.key"])
    }

    @Test func aHalfWrittenKeyIsPassedOver() throws {
        try KeyFile.write([1], to: key)
        try Data([9]).write(to: URL(fileURLWithPath: key + ".new"))
        #expect(try KeyFile.read(key) == [1])
        try KeyFile.write([2], to: key)
        #expect(try KeyFile.read(key) == [2])
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o601])
    func aKeyOpenToOthersIsRefused(mode: Int) throws {
        try KeyFile.write([1], to: key)
        chmod(key, mode_t(mode))
        #expect(throws: StoreError.tooOpen(path: key, mode: UInt32(mode))) {
            try KeyFile.read(key)
        }
    }

    @Test func onlySmallOrdinaryFilesAreKeys() throws {
        mkdir(key, 0o700)
        #expect(throws: StoreError.failed(operation: "read the key file", path: key, code: EINVAL))
        { try KeyFile.read(key) }
        rmdir(key)
        try KeyFile.write([UInt8](repeating: 1, count: 65536), to: key)
        #expect(try KeyFile.read(key)?.count == 65536)
        try KeyFile.write([UInt8](repeating: 1, count: 65537), to: key)
        #expect(throws: StoreError.failed(operation: "read the key file", path: key, code: EFBIG)) {
            try KeyFile.read(key)
        }
    }

    @Test func aKeyThatCannotBeWrittenLeavesNothing() throws {
        let path = folder.path + "/no/node.key"
        #expect(throws: StoreError.self) { try KeyFile.write([1], to: path) }
        mkdir(key, 0o700)
        try Data().write(to: URL(fileURLWithPath: key + "/inside"))
        #expect(throws: StoreError.self) { try KeyFile.write([1], to: key) }
        #expect(!FileManager.default.fileExists(atPath: key + ".new"))
    }

    @Test func diskSpaceIsAskedOnceASecond() throws {
        #expect(DiskSpace(folder: folder.path, leastBytes: .max).isLow)
        #expect(!DiskSpace(folder: folder.path, leastBytes: 1).isLow)
        #expect(!DiskSpace(folder: folder.path + "/no/such", leastBytes: .max).isLow)
        let space = DiskSpace(folder: folder.path, leastBytes: .max)
        #expect(space.isLow)
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(space.isLow, "remembered")
    }
}
