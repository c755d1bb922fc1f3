import Foundation
import Glibc
import Model
import Node
import Noise
import Sodium
import TestKit
import Transport
import Wire

/// Runs what blocks on a thread of its own: the few that Swift's tasks share must stay free.
func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// A plain blocking socket, with which a test does what no relay would.
final class RawSocket: Sendable {
    let descriptor: Int32

    /// - Parameter receiveBytes: of the kernel's own buffer; small ones fill soon.
    init(_ endpoint: Endpoint, receiveBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var bytes = receiveBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        inet_pton(AF_INET, endpoint.host, &address.sin_addr)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// False if the other end has gone, or takes nothing for 15 s.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// What has arrived; nil at the end, or after 15 s of nothing.
    func read() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? [UInt8](bytes.prefix(count)) : nil
    }

    /// Reads and forgets until the other end closes; false if it does not for 15 s of silence.
    func readToEnd() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno == ECONNRESET }
        }
    }
}

/// A peer with the right keys and a will of its own.
final class RawPeer {
    let socket: RawSocket
    private var link: Link
    private(set) var heard: [Frame] = []
    private(set) var end: LinkEnd?
    private var isOpen = false

    /// Dials and shakes hands; does not say HELLO.
    init(_ number: UInt8, to endpoint: Endpoint, receiveBytes: Int32? = nil) throws {
        socket = try RawSocket(endpoint, receiveBytes: receiveBytes)
        link = Link(
            role: .initiator, TestRelay.network.secrets(number),
            ephemeral: Secret(randomBytes(32)), now: Clocks.system.moment())
        take(link.start(testStart))
        while !isOpen, end == nil { listen() }
    }

    /// False if nobody takes it any more.
    @discardableResult
    func send(_ frames: [Frame]) -> Bool {
        take(link.handle(.send(frames), now: Clocks.system.moment(), wall: testStart))
    }

    /// Waits for more bytes and hears what is in them.
    func listen() {
        guard let bytes = socket.read() else {
            end = end ?? .closedByPeer
            return
        }
        take(link.handle(.bytes(bytes), now: Clocks.system.moment(), wall: testStart))
    }

    @discardableResult
    private func take(_ effects: [Link.Effect]) -> Bool {
        var isTaken = true
        for effect in effects {
            switch effect {
            case .write(let bytes): isTaken = socket.write(bytes) && isTaken
            case .authenticated: isOpen = true
            case .heard(let frame): heard.append(frame)
            case .close(let reason): end = reason
            }
        }
        return isTaken
    }

    /// What this peer says first.
    static func hello(_ number: UInt8) -> Frame {
        let record = PeerRecord(
            node: TestNetwork.node(number), seq: 1, notAfter: UInt32(testStart.seconds + 3600),
            addresses: [])
        return .hello(
            Hello(
                capabilities: Hello.fullRelay, clock: UInt32(testStart.seconds), charterSeq: 0,
                record: signed(record, TestNetwork.nodeKey(number))))
    }

    private static func signed(_ record: PeerRecord, _ key: SigningKey) -> PeerRecord {
        var record = record
        record.signature = key.sign(
            Label("kith1:peer"), TestRelay.network.network.bytes + record.unsigned)
        return record
    }
}
