import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Another user of this computer, who may run the program and own nothing.
enum OtherUser {
    static let wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    static let canRun =
        geteuid() == 0 && Program.has("setpriv")
        && Quick.run(wrapper + [Program.kith.path, "--version"])
}

/// The number of a store's schema, set by a tool that shares no code with ours.
enum Schema {
    static let canChange = Program.has("sqlite3") || Program.has("python3")

    static func set(_ version: Int, _ path: String, _ scene: Scene) async throws {
        let change = "PRAGMA user_version = \(version)"
        let script = "import sqlite3; sqlite3.connect('\(path)').execute('\(change)')"
        let call =
            Program.has("sqlite3") ? ["sqlite3", path, change] : ["python3", "-c", script]
        let child = try Child(call, input: "", folder: scene.folder)
        guard try await child.end(within: 10, call[0]) == 0 else {
            throw Failed("\(call[0]): \(Child.text(of: child.err))")
        }
    }
}

/// Another time of day, for one process.
enum Clock {
    static let canChange = Program.has("faketime")

    /// - Parameter offset: as faketime(1) reads it, such as +1h or -366d.
    static func off(by offset: String) -> [String] { ["faketime", "-f", offset] }
}

/// A small disk that can be filled.
final class SmallDisk {
    static let canMount: Bool = {
        guard geteuid() == 0, Program.has("mount") else { return false }
        let path = "/tmp/kith-command-mount-\(UUID().uuidString.prefix(8))"
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard Quick.run(["mount", "-t", "tmpfs", "-o", "size=1m", "kith-test", path]) else {
            return false
        }
        return Quick.run(["umount", path])
    }()

    let path: String

    init(_ path: String, mebibytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        let size = "size=\(mebibytes)m,mode=700"
        guard Quick.run(["mount", "-t", "tmpfs", "-o", size, "kith-test", path]) else {
            throw Failed("cannot mount \(path)")
        }
    }

    deinit { _ = Quick.run(["umount", "-l", path]) }

    /// Leaves no byte free.
    func fill() throws {
        let file = path + "/filler"
        try Data().write(to: URL(filePath: file))
        guard let handle = FileHandle(forWritingAtPath: file) else { throw Failed("no filler") }
        for size in [1 << 20, 4096, 1] {
            let block = Data(repeating: 7, count: size)
            while (try? handle.write(contentsOf: block)) != nil {}
        }
        try? handle.close()
    }

    /// Emptied and not removed: a process begun meanwhile may have the file open.
    func makeRoom() throws { try Data().write(to: URL(filePath: path + "/filler")) }
}

/// System tools that end at once.
enum Quick {
    /// Whether it ended with status 0.
    static func run(_ call: [String]) -> Bool {
        let folder = "/tmp/kith-command-tool-\(UUID().uuidString.prefix(8))"
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard let child = try? Child(["timeout", "10"] + call, input: "", folder: folder) else {
            return false
        }
        return child.wait() == 0
    }
}
