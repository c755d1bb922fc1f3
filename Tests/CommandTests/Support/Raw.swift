import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A socket for sending what no honest program sends.
final class Raw {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
        private static let quiet = Int32(MSG_NOSIGNAL)
    #else
        private static let stream = SOCK_STREAM
        private static let quiet: Int32 = 0
    #endif

    /// To a node's control socket.
    static func local(_ path: String) throws -> Raw {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return try connected(socket(AF_UNIX, stream, 0), address)
    }

    /// To a port of this computer.
    static func peer(_ port: UInt16) throws -> Raw {
        try connected(socket(AF_INET, stream, 0), Self.loopback(port))
    }

    private static func connected<Address>(_ descriptor: Int32, _ address: Address) throws -> Raw {
        let raw = Raw(descriptor)
        var wait = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        let size = socklen_t(MemoryLayout<Address>.size)
        let status = withUnsafeBytes(of: address) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), size)
        }
        guard status == 0 else { throw Failed("no connection (errno \(errno))") }
        return raw
    }

    fileprivate static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Whether all could be handed over; false once the other side has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        sendBytes(descriptor, bytes, Self.quiet) == bytes.count
    }

    /// All that comes until the other side closes, or is silent for two seconds.
    func rest() -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }

    /// Whether the other side closes within two seconds; what it says before is passed over.
    func isClosed() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { continue }
            return count == 0 || errno == ECONNRESET
        }
    }
}

private func sendBytes(_ descriptor: Int32, _ bytes: [UInt8], _ flags: Int32) -> Int {
    send(descriptor, bytes, bytes.count, flags)
}

/// Ports for nodes.
enum Port {
    private static let given = Given()

    /// A free one below those that outgoing connections use, never given before.
    static func free() throws -> UInt16 {
        for _ in 0..<200 {
            let port = given.next()
            let holder = Listener(port)
            if holder != nil { return port }
        }
        throw Failed("no free port")
    }

    private final class Given: @unchecked Sendable {
        private let lock = NSLock()
        private var last = UInt16.random(in: 12_000..<30_000)

        func next() -> UInt16 {
            lock.withLock {
                last = last >= 31_999 ? 12_000 : last + 1
                return last
            }
        }
    }
}

/// Listens on a port of this computer and never answers.
final class Listener {
    private let descriptor: Int32

    init?(_ port: UInt16) {
        descriptor = Listener.bound(port)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    private static func bound(_ port: UInt16) -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let address = Raw.loopback(port)
        let status = withUnsafeBytes(of: address) {
            bind(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        guard status == 0, listen(descriptor, 4) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }
}
