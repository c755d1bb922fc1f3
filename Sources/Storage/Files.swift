#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few calls to the operating system that the store makes itself.
enum Files {
    static let readOnly = O_RDONLY | O_NONBLOCK
    static let readWriteCreate = O_RDWR | O_CREAT
    static let createOnly = O_WRONLY | O_CREAT | O_EXCL
    /// `errno` for a file that is not an ordinary one, and for one too large.
    static let notAFile = EINVAL
    static let tooLarge = EFBIG

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether this process may create files in `folder`.
    static func isWritable(_ folder: String) -> Bool { access(folder, R_OK | W_OK | X_OK) == 0 }

    /// Bytes that an unprivileged process may still write to the disk holding `path`; nil if the
    /// system does not say.
    static func freeBytes(at path: String) -> UInt64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Creates `path` with mode 0700 if it is missing; leaves an existing folder as it is.
    static func createFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw StoreError(errno: errno, operation: "create the folder", path: path)
        }
    }

    /// Creates `path` as an empty file if it is missing, and gives it mode 0600 whatever the
    /// umask. SQLite then gives its side files the same mode.
    static func createPrivate(_ path: String) throws(StoreError) {
        let file = try open(path, readWriteCreate, operation: "create the store")
        try file.setMode(0o600, path: path)
    }

    /// - Throws: `.permission`, `.diskFull` or `.failed`, with `operation` and `path`.
    static func open(
        _ path: String, _ flags: Int32, operation: String
    ) throws(StoreError) -> OpenFile {
        #if canImport(Darwin)
            let descriptor = Darwin.open(path, flags | O_CLOEXEC, 0o600)
        #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags | O_CLOEXEC, 0o600)
        #else
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        #endif
        guard descriptor >= 0 else {
            throw StoreError(errno: errno, operation: operation, path: path)
        }
        return OpenFile(descriptor: descriptor)
    }

    /// Makes a rename in `folder` outlast a power cut.
    static func syncFolder(_ folder: String) throws(StoreError) {
        try open(folder, O_RDONLY, operation: "sync the folder").sync(path: folder)
    }

    static func move(_ from: String, to path: String) throws(StoreError) {
        guard rename(from, path) == 0 else {
            throw StoreError(errno: errno, operation: "replace the file", path: path)
        }
    }

    static func remove(_ path: String) { unlink(path) }

    static var processID: Int32 { getpid() }
}

/// An open file, closed with its last owner.
struct OpenFile: ~Copyable {
    let descriptor: Int32

    deinit { close(descriptor) }

    func setMode(_ mode: UInt16, path: String) throws(StoreError) {
        guard fchmod(descriptor, mode_t(mode)) == 0 else {
            throw StoreError(errno: errno, operation: "restrict the file", path: path)
        }
    }

    /// Permission bits; nil if it is not an ordinary file.
    func mode(path: String) throws(StoreError) -> UInt32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw StoreError(errno: errno, operation: "inspect the file", path: path)
        }
        return status.st_mode & S_IFMT == S_IFREG ? UInt32(status.st_mode & 0o7777) : nil
    }

    /// Everything up to `limit` bytes.
    func read(limit: Int, path: String) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + count, limit - count, off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw StoreError(errno: errno, operation: "read the file", path: path)
            }
            if got == 0 { break }
            count += got
        }
        return [UInt8](bytes.prefix(count))
    }

    /// Replaces what the file holds.
    func replace(with bytes: [UInt8], path: String) throws(StoreError) {
        guard ftruncate(descriptor, 0) == 0 else {
            throw StoreError(errno: errno, operation: "write the file", path: path)
        }
        var count = 0
        while count < bytes.count {
            let put = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + count, bytes.count - count, off_t(count))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else {
                throw StoreError(errno: errno, operation: "write the file", path: path)
            }
            count += put
        }
    }

    func sync(path: String) throws(StoreError) {
        guard fsync(descriptor) == 0 else {
            throw StoreError(errno: errno, operation: "sync the file", path: path)
        }
    }

    /// Whether this process now holds the file's lock, to the exclusion of others.
    func lock(path: String) throws(StoreError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else {
            throw StoreError(errno: errno, operation: "lock the file", path: path)
        }
        return false
    }
}

extension StoreError {
    init(errno code: Int32, operation: String, path: String) {
        switch code {
        case EACCES, EPERM, EROFS: self = .permission(path: path)
        case ENOSPC, EDQUOT: self = .diskFull(path: path)
        default: self = .failed(operation: operation, path: path, code: code)
        }
    }

    /// The file is missing.
    static func isMissing(_ error: StoreError) -> Bool {
        if case .failed(_, _, let code) = error { code == ENOENT } else { false }
    }
}
