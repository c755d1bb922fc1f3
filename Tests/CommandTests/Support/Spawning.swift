import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// `posix_spawn(3)`: Foundation's Process is not to be trusted from several threads at once.
struct Spawning: ~Copyable {
    #if canImport(Darwin)
        private var actions: posix_spawn_file_actions_t?
        private var attributes: posix_spawnattr_t?
    #else
        private var actions = posix_spawn_file_actions_t()
        private var attributes = posix_spawnattr_t()
    #endif
    private let call: [String]
    /// The child's end of a pipe, ours only until it was handed over.
    private var handedOver: Int32 = -1

    init(_ call: [String], in folder: String) {
        self.call = ["env", "-C", folder] + call
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
    }

    deinit {
        var (actions, attributes) = (actions, attributes)
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        if handedOver >= 0 { close(handedOver) }
    }

    mutating func open(_ descriptor: Int32, _ path: String, _ flags: Int32) {
        posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o600)
    }

    /// Makes a pipe the child's input; gives the end to write to.
    mutating func pipe() throws -> Int32 {
        // Whoever reads may be gone: that shall be an error, not our end.
        _ = signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard makePipe(&ends) == 0 else { throw Failed("no pipe (errno \(errno))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        handedOver = ends[0]
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        return ends[1]
    }

    mutating func run(_ environment: [String: String]) throws -> Int32 {
        var usual = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = call.map { strdup($0) }
        var settings: [UnsafeMutablePointer<CChar>?] = environment.map {
            strdup("\($0.key)=\($0.value)")
        }
        defer { for text in words + settings { free(text) } }
        words.append(nil)
        settings.append(nil)
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, call[0], &actions, &attributes, words, settings)
        guard status == 0 else { throw Failed("cannot run \(call[0]) (errno \(status))") }
        return pid
    }
}

/// `pipe(2)`, which a method of that name would hide.
private func makePipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
