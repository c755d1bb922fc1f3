public import Storage

/// What went wrong and what to do, in words for the person at the terminal, with the exit status.
///
/// Never holds keys, content, codes or a seeker's address.
public struct Problem: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// Exit statuses, after BSD's sysexits.
    public enum Status: Int32, Codable, Sendable {
        case usage = 64
        case badData = 65
        case notFound = 66
        case unavailable = 69
        case internalError = 70
        case cannotCreate = 73
        case disk = 74
        case tryAgain = 75
        case noRights = 77
        case configuration = 78
    }

    public let status: Status
    public let what: String
    public let hint: String

    public init(_ status: Status, _ what: String, hint: String) {
        self.status = status
        self.what = what
        self.hint = hint
    }

    public var description: String { "\(what) (\(hint))" }

    /// Whether another process owns the data folder.
    var isFolderHeld: Bool { status == .tryAgain && what.hasPrefix(Self.held) }

    private static let held = "another kith"
}

extension Problem {
    public init(_ error: StoreError) {
        switch error {
        case .newerSchema(let found, let known):
            self.init(
                .configuration,
                "the store was written by a newer kith (schema \(found), this one knows \(known))",
                hint: "upgrade kith, or pass --data with another folder")
        case .corrupt(let path):
            self.init(
                .disk, "the store at \(path) is damaged",
                hint: "restore the folder from your backup. Without one, keep the damaged files: "
                    + "people's vaults are in them; and begin in a new folder: "
                    + "kith init --data DIR --join INVITE")
        case .foreign(let path):
            self.init(
                .badData, "\(path) is not a kith store", hint: "pass --data with another folder")
        case .diskFull(let path):
            self.init(
                .disk, "no space left for \(path)",
                hint: "free some space; what was acknowledged is safe")
        case .permission(let path):
            self.init(
                .noRights, "cannot open \(path): permission denied",
                hint: "run as the folder's owner, or pass --data DIR")
        case .locked(let pid):
            self.init(
                .tryAgain,
                "\(Self.held)\(pid.map { ", process \($0)," } ?? "") is using this folder",
                hint: "stop it first, or pass --data with another folder")
        case .tooOpen(let path, let mode):
            self.init(
                .noRights,
                "\(path) can be read by others (mode \(String(mode, radix: 8)))",
                hint: "chmod 600 \(path)")
        case .conflict:
            self.init(
                .tryAgain, "somebody else changed this vault at the same time",
                hint: "run the command again")
        case .noVault(let name):
            self.init(
                .notFound, "there is no vault named \(name) here",
                hint: "kith init makes one; kith join INVITE --name NAME makes a member's")
        case .noRoom:
            self.init(
                .disk, "this node has no room left",
                hint: "free disk space, or raise the store's limits")
        case .busy:
            self.init(.tryAgain, "the store is busy", hint: "try again in a moment")
        case .closed:
            self.init(.unavailable, "the node is stopping", hint: "start it again: kith run")
        case .failed(let operation, let path, let code):
            self.init(
                .disk, "\(operation) failed on \(path) (code \(code))",
                hint: "look at the disk; what was acknowledged is safe")
        }
    }
}
