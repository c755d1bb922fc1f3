import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@testable import Authorities

/// An authority on this computer that does what a script says, however rude.
final class TestAuthority: Sendable {
    struct Request: Sendable {
        let method: String
        let uri: String
        let headers: [(name: String, value: String)]
        let body: String

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    enum Act: Sendable {
        /// A proper answer; closes after it.
        case reply(Int, type: String? = "application/json", headers: [String] = [], String)
        /// A proper answer after a moment, in which others might come.
        case later(String)
        /// These bytes as they are, then the end.
        case raw(String)
        /// These bytes, then nothing more while the connection stands.
        case stall(String)
        /// A head, then bytes without end.
        case endless
        case hangUp
    }

    struct Script: Sendable {
        let act: @Sendable (Request) -> Act

        static func always(_ act: Act) -> Script { Script { _ in act } }
    }

    private let channel: any Channel
    private let taken: Taken

    /// All requests that were read whole.
    var requests: [Request] { taken.all.withLockedValue { $0.requests } }
    /// How many at the most waited for an answer at the same time.
    var mostAtOnce: Int { taken.all.withLockedValue { $0.most } }
    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)/v2" }

    final class Taken: Sendable {
        struct State {
            var requests: [Request] = []
            var open = 0
            var most = 0
        }

        let all = NIOLockedValueBox(State())

        func begin(_ request: Request) {
            all.withLockedValue {
                $0.requests.append(request)
                $0.open += 1
                $0.most = max($0.most, $0.open)
            }
        }

        func end() { all.withLockedValue { $0.open -= 1 } }
    }

    /// - Parameter hangsUpAtOnce: closes every connection before it reads anything.
    init(
        tls: NIOSSLContext? = nil, hangsUpAtOnce: Bool = false, _ script: Script
    ) async throws {
        let taken = Taken()
        self.taken = taken
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if hangsUpAtOnce {
                        channel.close(promise: nil)
                        return
                    }
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Handler(script: script, taken: taken))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async { try? await channel.close() }

    /// A port of this computer that is taken and at which nobody listens, while the block runs.
    static func withDeadPort(_ body: (Int) async throws -> Void) async throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(socket, pointer, size) | getsockname(socket, pointer, &size)
        }
        try #require(status == 0)
        try await body(Int(UInt16(bigEndian: address.sin_port)))
    }
}

private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let script: TestAuthority.Script
    private let taken: TestAuthority.Taken
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(script: TestAuthority.Script, taken: TestAuthority.Taken) {
        self.script = script
        self.taken = taken
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let request = TestAuthority.Request(
                method: head.method.rawValue, uri: head.uri,
                headers: head.headers.map { (name: $0.name.lowercased(), value: $0.value) },
                body: String(buffer: body))
            taken.begin(request)
            run(script.act(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func run(_ act: TestAuthority.Act, _ context: ChannelHandlerContext) {
        switch act {
        case .hangUp: context.close(promise: nil)
        case .raw(let bytes): write(bytes, context, closes: true)
        case .stall(let bytes): write(bytes, context, closes: false)
        case .endless:
            write(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[", context, closes: false
            )
            flood(context)
        case .later(let body):
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(30)) {
                self.run(.reply(200, body), bound.value)
            }
        case .reply(let status, let type, let headers, let body):
            taken.end()
            let lines =
                ["HTTP/1.1 \(status) Some Reason", "content-length: \(body.utf8.count)"]
                + (type.map { ["content-type: \($0)"] } ?? []) + headers + ["", body]
            write(lines.joined(separator: "\r\n"), context, closes: true)
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext, closes: Bool) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).assumeIsolated()
            .whenComplete { _ in if closes { bound.value.close(promise: nil) } }
    }

    private func flood(_ context: ChannelHandlerContext) {
        let part = ByteBuffer(repeating: UInt8(ascii: " "), count: 64 << 10)
        context.writeAndFlush(wrapOutboundOut(part)).assumeIsolated().whenSuccess {
            self.flood(context)
        }
    }
}
