import Dispatch
import Foundation
import Synchronization

/// A visitor with a socket of their own, who may be slow, rude or gone. Its calls block, so they run
/// on threads of their own.
final class Visitor: Sendable {
    private let socket: Int32
    private static let threads = DispatchQueue(label: "visitors", attributes: .concurrent)

    /// - Parameter receiveBytes: of the system's buffer, small for one who reads slowly.
    init(port: Int, receiveBytes: Int32? = nil, seconds: Int = 8) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBytes {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBytes, 4)
        }
        var wait = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(socket)
            throw Lost()
        }
    }

    struct Lost: Error {}

    deinit { close(socket) }

    /// Sends no more; what was sent to it is not read either.
    func leave() { shutdown(socket, Int32(SHUT_WR)) }

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            Self.threads.async { continuation.resume(returning: body()) }
        }
    }

    /// How many bytes the other side took before it closed or time was up.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Int {
        await onThread { [socket] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
            return sent
        }
    }

    @discardableResult
    func send(_ text: String) async -> Int { await send([UInt8](text.utf8)) }

    /// Up to `limit` bytes; fewer at the end of the connection, or when `time` or the socket's time
    /// is up.
    func read(_ limit: Int) async -> (bytes: [UInt8], isOver: Bool) {
        await onThread { [socket] in
            var all: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65536)
            while all.count < limit {
                let count = recv(socket, &part, min(part.count, limit - all.count), 0)
                if count == 0 { return (all, true) }
                guard count > 0 else {
                    return (all, errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                }
                all += part[..<count]
            }
            return (all, false)
        }
    }

    /// All that comes until the other side closes; nil if it does not in time.
    func readToEnd() async -> String? {
        let (bytes, isOver) = await read(64 << 20)
        return isOver ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
