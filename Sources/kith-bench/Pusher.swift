import Daemon
import Entropy
import Foundation
import Gossip
import Model
import Node
import Noise
import Sodium
import Wire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One link to a relay over a plain socket, driven by hand.
struct Pusher: ~Copyable {
    struct Result {
        /// Milliseconds since the first push, and since its own push, in the order they came.
        var acknowledged: [(at: Double, after: Double)] = []
    }

    private static let batch = 32
    private static let silence = 3000.0

    private let socket: Int32
    private let network: NetworkID
    private let key: SigningKey
    private var link: Link
    private var outgoing: [UInt8] = []
    private var heard: [Frame] = []
    private var isOpen = false
    private(set) var bytesOut = 0
    private(set) var bytesIn = 0

    /// - Parameter address: an IPv4 address and port, as `kith status` shows it.
    init(_ address: String, _ network: NetworkID) throws {
        socket = try Self.connected(address)
        self.network = network
        key = SigningKey(seed: Secret(Entropy.bytes(32)))
        let secrets = LinkSecrets(
            network: network, nodeKey: key,
            linkKey: AgreementKey(secret: Secret(Entropy.bytes(32))), preSharedKey: nil)
        link = Link(
            role: .initiator, secrets, ephemeral: Secret(Entropy.bytes(32)),
            now: Moment(milliseconds: 0))
        take(link.start(.now))
    }

    private static func connected(_ address: String) throws -> Int32 {
        let parts = address.split(separator: ":")
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = (parts.last.flatMap { UInt16($0) } ?? 0).bigEndian
        guard parts.count == 2, inet_pton(AF_INET, String(parts[0]), &to.sin_addr) == 1 else {
            throw Problem(.usage, "\(address) is no IPv4 address", hint: "use tools/bench")
        }
        #if canImport(Darwin)
            let socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #else
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        let status = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            throw Problem(.unavailable, "nobody answers at \(address)", hint: "is it running?")
        }
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        return socket
    }

    deinit { close(socket) }

    /// Shakes hands and says HELLO, and waits for the relay's own.
    mutating func greet() throws {
        while !isOpen { try exchange(milliseconds: 5000) }
        let now = WallTime.now.seconds
        let record = PeerRecord.signed(
            by: key, network: network, seq: now, notAfter: UInt32(clamping: now + 86400),
            addresses: [])
        send([
            .hello(
                Hello(
                    capabilities: Hello.leaf, clock: UInt32(clamping: now), charterSeq: 0,
                    record: record))
        ])
        while !heard.contains(where: { if case .hello = $0 { true } else { false } }) {
            try exchange(milliseconds: 5000)
        }
        heard = []
    }

    /// Pushes all of `envelopes`, with at most `window` not yet announced by the relay.
    mutating func push(_ envelopes: [(ItemID, Envelope)], window: Int) throws -> Result {
        let begun = ContinuousClock.now
        var pushed: [ItemID: Double] = [:]
        var result = Result()
        var next = 0
        var lastNews = 0.0
        while result.acknowledged.count < envelopes.count {
            let end = min(next + Self.batch, envelopes.count)
            if end > next, outgoing.count < 1 << 16,
                end - result.acknowledged.count <= max(window, Self.batch)
            {
                let now = milliseconds(since: begun)
                for (id, _) in envelopes[next..<end] { pushed[id] = now }
                send(envelopes[next..<end].map { .push(hops: 0, $0.1) })
                next = end
                try exchange(milliseconds: 0)
            } else {
                try exchange(milliseconds: 100)
            }
            let now = milliseconds(since: begun)
            for case .announce(let items) in heard {
                for item in items {
                    guard let at = pushed.removeValue(forKey: item.id) else { continue }
                    result.acknowledged.append((now, now - at))
                    lastNews = now
                }
            }
            heard = []
            if next == envelopes.count, now - lastNews > Self.silence { break }
        }
        return result
    }

    // MARK: Private

    private mutating func send(_ frames: [Frame]) {
        take(link.handle(.send(frames), now: Moment(milliseconds: 0), wall: .now))
    }

    private mutating func take(_ effects: [Link.Effect]) {
        for effect in effects {
            switch effect {
            case .write(let bytes): outgoing += bytes
            case .authenticated: isOpen = true
            case .heard(let frame): heard.append(frame)
            case .close: isOpen = false
            }
        }
    }

    /// Writes and reads what can be, waiting so long for either.
    private mutating func exchange(milliseconds: Int32) throws {
        let wanted = outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT
        var poll = pollfd(fd: socket, events: Int16(wanted), revents: 0)
        _ = withUnsafeMutablePointer(to: &poll) { pollOne($0, milliseconds) }
        if !outgoing.isEmpty {
            let sent = write(socket, outgoing, outgoing.count)
            if sent > 0 {
                bytesOut += sent
                outgoing.removeFirst(sent)
            }
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let got = read(socket, &buffer, buffer.count)
        if got > 0 {
            bytesIn += got
            take(
                link.handle(
                    .bytes([UInt8](buffer.prefix(got))), now: Moment(milliseconds: 0), wall: .now))
        } else if got == 0 || errno != EAGAIN {
            throw Problem(
                .unavailable, "the relay closed the link", hint: "look at the relay's output")
        }
    }
}

private func pollOne(_ descriptor: UnsafeMutablePointer<pollfd>, _ milliseconds: Int32) -> Int32 {
    poll(descriptor, 1, milliseconds)
}
