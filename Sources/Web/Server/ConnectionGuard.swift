import HummingbirdCore
import Logging
import Model
import NIOCore

/// Counts the bytes of a connection and ends it when its time is over. First in its pipeline.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connections: Connections
    private let connection: Connection?
    private var tick: RepeatedTask?

    /// - Parameter connection: nil for one that there is no place for.
    init(_ connections: Connections, _ connection: Connection?) {
        self.connections = connections
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let connection else { return refuse(context) }
        tick = context.eventLoop.scheduleRepeatedTask(
            initialDelay: .seconds(1), delay: .seconds(1)
        ) { task in
            if connection.isOver {
                task.cancel()
                connection.close()
            }
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        tick?.cancel()
        tick = nil
        if connection != nil { connections.gone(context.channel) }
        context.fireChannelInactive()
    }

    /// Who closes its side leaves: no browser waits for an answer then. Those who ask and go would
    /// hold places until their turn came.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection else { return }
        connection.heard(unwrapInboundIn(data).readableBytes)
        guard !connection.isOver else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let connection else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let bytes = unwrapOutboundIn(data).readableBytes
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenSuccess { connection.wrote(bytes) }
        context.write(data, promise: promise)
    }

    /// Without a place no request is read; what is answered looks like any other answer.
    private func refuse(_ context: ChannelHandlerContext) {
        let answer = ByteBuffer(bytes: PageRefusal.busy.unasked(retryAfter: 5))
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}

/// HTTP 1.1 behind a guard.
struct GuardedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connections = connections
        return channel.eventLoop.makeCompletedFuture {
            let connection = connections.admit(channel)
            try channel.pipeline.syncOperations.addHandler(
                ConnectionGuard(connections, connection))
            // What the system holds for a slow reader is bounded too.
            _ = try channel.syncOptions?.setOption(
                ChannelOptions.socketOption(.so_sndbuf), value: 128 << 10)
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
