import Foundation
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Talks to a running node over its folder's socket: a frame of four bytes of length and a binary
/// property list each way. Blocking calls are right here: a command does one thing at a time.
public final class ControlClient: NodeAccess, @unchecked Sendable {
    private let descriptor: Int32
    private let lock = NSLock()

    /// - Throws: `Problem` `.unavailable` when nothing listens there.
    public init(path: String) throws(Problem) {
        guard path.utf8.count < 108 else {
            throw Problem(
                .configuration, "the data folder's path is too long for a socket",
                hint: "use a folder with a shorter path")
        }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval()
        patience.tv_sec = 30
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw Problem(
                code == EACCES ? .noRights : .unavailable,
                "no node answers at \(path)", hint: "start it: kith run")
        }
    }

    deinit { close(descriptor) }

    public func call(_ request: ControlRequest) async throws(Problem) -> ControlResponse {
        let payload: Data
        do { payload = try ControlCoding.encode(request) } catch {
            throw Problem(.internalError, "a request could not be written", hint: "report this")
        }
        return try exchange(payload)
    }

    private func exchange(_ payload: Data) throws(Problem) -> ControlResponse {
        lock.lock()
        defer { lock.unlock() }
        let lost = Problem(
            .unavailable, "the node stopped answering",
            hint: "is it stopped or stuck? look at its output; what it acknowledged is safe")
        var head = UInt32(payload.count).bigEndian
        guard write(Data(bytes: &head, count: 4) + payload), let length = read(4) else {
            throw lost
        }
        let count = length.reduce(0) { $0 << 8 | Int($1) }
        guard count <= ControlCoding.mostResponseBytes, let body = read(count) else { throw lost }
        do { return try ControlCoding.decode(ControlResponse.self, body) } catch {
            throw Problem(
                .internalError, "the node's answer could not be read",
                hint: "is the running node of another version? restart it")
        }
    }

    private func write(_ data: Data) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, noSignal) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private func read(_ count: Int) -> Data? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 16))
        while data.count < count {
            let got = recv(descriptor, &buffer, min(buffer.count, count - data.count), 0)
            guard got > 0 else { return nil }
            data.append(contentsOf: buffer.prefix(got))
        }
        return data
    }

    #if canImport(Darwin)
        private let noSignal: Int32 = 0
    #else
        private let noSignal = Int32(MSG_NOSIGNAL)
    #endif
}
