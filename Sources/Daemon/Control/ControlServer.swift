import Foundation
import Model
import NIOCore
import NIOPosix

/// Serves control requests on the data folder's socket, readable by the folder's owner alone.
final class ControlServer: Sendable {
    private let channel: any Channel

    /// - Throws: `Problem` when the socket can't be made.
    static func start(
        path: String, access: any NodeAccess, group: any EventLoopGroup
    ) async throws(Problem) -> ControlServer {
        guard path.utf8.count < 104 else {
            throw Problem(
                .configuration, "the data folder's path is too long for a socket",
                hint: "use a folder with a shorter path")
        }
        let bootstrap = ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(ControlFrameDecoder()), ControlHandler(access))
                }
            }
        let before = umask(0o177)
        defer { umask(before) }
        do {
            let channel = try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true
            ).get()
            chmod(path, 0o600)
            return ControlServer(channel)
        } catch {
            throw Problem(
                .cannotCreate, "the control socket \(path) can't be made",
                hint: "look at the folder's rights and free space")
        }
    }

    private init(_ channel: any Channel) { self.channel = channel }

    func stop(path: String) async {
        // Closing can only fail when it is closed already.
        try? await channel.close().get()
        unlink(path)
    }
}

/// Cuts the stream into requests; a longer one than the limit closes the connection.
private struct ControlFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(
        context: ChannelHandlerContext, buffer: inout ByteBuffer
    ) throws -> DecodingState {
        guard let length: UInt32 = buffer.getInteger(at: buffer.readerIndex) else {
            return .needMoreData
        }
        guard length <= UInt32(Limits.controlBytes) else {
            throw Problem(.badData, "a control request is too long", hint: "send less at once")
        }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let frame = buffer.readSlice(length: Int(length)) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }
}

/// Answers one request after the other.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let access: any NodeAccess

    init(_ access: any NodeAccess) { self.access = access }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let request = Data(unwrapInboundIn(data).readableBytesView)
        let access = access
        let channel = context.channel
        // The next request is read only after this one's answer: bounded memory per connection.
        channel.setOption(.autoRead, value: false).whenComplete { _ in
            Task {
                let response = await Self.answer(request, access)
                var out = channel.allocator.buffer(capacity: response.count + 4)
                out.writeInteger(UInt32(response.count))
                out.writeBytes(response)
                channel.writeAndFlush(out, promise: nil)
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static func answer(_ request: Data, _ access: any NodeAccess) async -> Data {
        let response: ControlResponse
        do throws(Problem) {
            let decoded: ControlRequest
            do { decoded = try ControlCoding.decode(ControlRequest.self, request) } catch {
                throw Problem(
                    .badData, "the node can't read this request",
                    hint: "is the running node of another version? restart it")
            }
            response = try await access.call(decoded)
        } catch {
            response = .problem(error)
        }
        // Only types of this file's own making are encoded; they can't fail.
        return (try? ControlCoding.encode(response)) ?? Data()
    }
}
