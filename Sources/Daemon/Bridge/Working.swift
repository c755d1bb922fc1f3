import Foundation
import Logging
import ServiceLifecycle
import Storage
import UnixSignals

/// Runs work of a command until SIGTERM or SIGINT.
public enum Working {
    /// - Throws: what the work throws; nothing when it was told to stop.
    public static func untilTold(
        _ work: sending @escaping () async throws -> Void
    ) async throws {
        let task = Task { try await work() }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let listening = Task {
            for await _ in signals {
                task.cancel()
                return
            }
        }
        defer { listening.cancel() }
        try await task.value
    }
}

extension BridgeSession {
    /// Keeps a second process from doing this bridge's work at the same time.
    public func lock(_ folder: NodeFolder) throws(Problem) -> FolderLockHolder {
        let name = vault.name.replacing(":", with: "-")
        do { return FolderLockHolder(try FolderLock.take(folder.path + "/" + name)) } catch {
            guard case .locked(let pid) = error else { throw Problem(error) }
            throw Problem(
                .tryAgain,
                "this bridge is at work already\(pid.map { ", in process \($0)" } ?? "")",
                hint: "stop that one first")
        }
    }
}

extension NodeClient {
    /// The running node of a folder.
    ///
    /// - Throws: `Problem` `.unavailable` where none runs: unlike a command, what lasts must not
    ///   hold the folder itself.
    public static func runningNode(_ folder: NodeFolder) throws(Problem) -> any NodeAccess {
        try ControlClient(path: folder.socketPath)
    }
}
