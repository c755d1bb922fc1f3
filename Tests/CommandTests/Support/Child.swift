import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process this test started, its output in files, so that nothing waits for a full pipe.
final class Child: @unchecked Sendable {
    let pid: Int32
    let out: String
    let err: String
    private let lock = NSLock()
    private var status: Int32?
    /// The writing end of its input, where `say` is wanted.
    private var input: Int32 = -1

    /// - Parameter input: nil for a pipe that `say` writes to.
    init(_ call: [String], input: String?, folder: String, appendingTo log: String? = nil) throws {
        let name = "\(folder)/\(UUID().uuidString)"
        out = log ?? name + ".out"
        err = log ?? name + ".err"
        var spawning = Spawning(call, in: folder)
        if let input {
            try Data(input.utf8).write(to: URL(filePath: name + ".in"))
            spawning.open(0, name + ".in", O_RDONLY)
        } else {
            self.input = try spawning.pipe()
        }
        spawning.open(1, out, O_WRONLY | O_CREAT | O_APPEND)
        spawning.open(2, err, O_WRONLY | O_CREAT | O_APPEND)
        pid = try spawning.run(Self.environment(folder))
    }

    deinit { if input >= 0 { close(input) } }

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

    /// The exit status, or minus a signal's number; nil while it runs.
    private func look() -> Int32? {
        lock.withLock {
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            let signal = raw & 0x7F
            status = signal == 0 ? (raw >> 8) & 0xFF : -signal
            return status
        }
    }

    var isRunning: Bool { look() == nil }

    func say(_ line: String) throws {
        let bytes = Array((line + "\n").utf8)
        guard write(input, bytes, bytes.count) == bytes.count else {
            throw Failed("process \(pid) no longer listens")
        }
    }

    /// - Throws: `Failed` after `seconds`, the process being killed then.
    @discardableResult
    func end(within seconds: Double, _ what: String) async throws -> Int32 {
        do {
            try await eventually("\(what) to end", within: seconds, every: 10) { !isRunning }
        } catch {
            kill()
            throw error
        }
        return look() ?? -1
    }

    /// For what ends soon by itself.
    func wait() -> Int32 {
        while true {
            if let status = look() { return status }
            usleep(1000)
        }
    }

    /// Only to one that is not reaped yet: its number is nobody else's.
    func send(signal: Int32) {
        if isRunning { sendSignal(pid, signal) }
    }

    /// Ends it at once, whatever its state.
    func kill() {
        send(signal: SIGKILL)
        _ = wait()
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
