import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process this test started, its output in files, so that nothing waits for a full pipe.
final class Child: Sendable {
    private let process: Process
    private let input: Pipe?
    let out: String
    let err: String

    /// - Parameter input: nil for a pipe that `say` writes to.
    init(_ call: [String], input: String?, folder: String, appendingTo log: String? = nil) throws {
        let name = "\(folder)/\(UUID().uuidString)"
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = call
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = Self.environment(folder)
        if let input {
            try Data(input.utf8).write(to: URL(filePath: name + ".in"))
            process.standardInput = FileHandle(forReadingAtPath: name + ".in")
            self.input = nil
        } else {
            self.input = Pipe()
            process.standardInput = self.input
        }
        out = log ?? name + ".out"
        err = log ?? name + ".err"
        for path in [out, err] where !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(filePath: path))
        }
        let outHandle = FileHandle(forWritingAtPath: out)
        try outHandle?.seekToEnd()
        process.standardOutput = outHandle
        process.standardError = log == nil ? FileHandle(forWritingAtPath: err) : outHandle
        try process.run()
    }

    private static func environment(_ folder: String) -> [String: String] {
        var all = ProcessInfo.processInfo.environment
        all["KITH_DATA"] = nil
        all["HOME"] = folder
        // A crash shall end the process at once.
        all["SWIFT_BACKTRACE"] = "enable=no"
        // The wrong clock is the wall's alone: timers go on.
        all["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        all["DONT_FAKE_MONOTONIC"] = "1"
        return all
    }

    var pid: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    func say(_ line: String) throws {
        try input?.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// The exit status; minus the signal's number for a process that a signal ended.
    ///
    /// - Throws: `Failed` after `seconds`, the process being killed then.
    @discardableResult
    func end(within seconds: Double, _ what: String) async throws -> Int32 {
        do {
            try await eventually("\(what) to end", within: seconds, every: 10) { !isRunning }
        } catch {
            kill()
            throw error
        }
        try? input?.fileHandleForWriting.close()
        return process.terminationReason == .exit
            ? process.terminationStatus : -process.terminationStatus
    }

    func send(signal: Int32) {
        if isRunning { sendSignal(process.processIdentifier, signal) }
    }

    /// Ends it at once, whatever its state.
    func kill() {
        send(signal: SIGKILL)
        process.waitUntilExit()
    }

    static func text(of path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// `kill(2)`, which a method of that name would hide.
func sendSignal(_ pid: Int32, _ signal: Int32) { _ = kill(pid, signal) }

/// Waits until `check` holds.
///
/// - Throws: `Failed` after `seconds`.
func eventually(
    _ what: String, within seconds: Double = 20, every milliseconds: Int = 100,
    _ check: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !check() {
        guard ContinuousClock.now < deadline else {
            throw Failed("waited \(seconds) s for \(what)")
        }
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
