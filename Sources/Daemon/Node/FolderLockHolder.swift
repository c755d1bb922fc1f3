import Foundation
import Storage

/// A folder's lock, held by a reference so that it can be kept with what it protects.
public final class FolderLockHolder: Sendable {
    private let lock: Locked

    init(_ lock: consuming FolderLock) { self.lock = Locked(lock) }

    public func release() { lock.release() }

    private final class Locked: @unchecked Sendable {
        private var held: FolderLock?
        private let gate = NSLock()

        init(_ lock: consuming FolderLock) { held = consume lock }

        func release() {
            gate.lock()
            defer { gate.unlock() }
            if let lock = held.take() { lock.release() }
        }
    }
}

extension FolderLock {
    static func taken(_ folder: NodeFolder) throws(Problem) -> FolderLockHolder {
        do { return FolderLockHolder(try FolderLock.take(folder.path)) } catch {
            throw Problem(error)
        }
    }
}

extension NodeSettings {
    static func read(_ store: Store) async throws(Problem) -> NodeSettings {
        let bytes: [UInt8]?
        do { bytes = try await store.setting(key) } catch { throw Problem(error) }
        guard let bytes, let settings = try? NodeSettings(decoding: bytes) else {
            throw Problem(
                .configuration, "the node's settings are missing",
                hint: "kith init in a new folder, or restore this one from your backup")
        }
        return settings
    }

    func save(_ store: Store) async throws(Problem) {
        do { try await store.setSetting(Self.key, encoded) } catch { throw Problem(error) }
    }
}
