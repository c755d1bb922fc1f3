import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Serves the page and its interface. Source: protocol/25-page.md.
public final class PageServer: Sendable {
    public struct Configuration: Sendable {
        public var host: String
        /// 0 for any free one.
        public var port: Int
        public var files: PageFiles?
        /// What `/api/manifest` answers; nil for nothing.
        public var manifest: [UInt8]?
        public var limits = PageLimits()
        /// Gives as many random bytes as it is asked for.
        public var random: @Sendable (_ count: Int) -> [UInt8]

        public init(
            host: String, port: Int, files: PageFiles?, manifest: [UInt8]?,
            random: @escaping @Sendable (_ count: Int) -> [UInt8]
        ) {
            self.host = host
            self.port = port
            self.files = files
            self.manifest = manifest
            self.random = random
        }
    }

    public enum Trouble: Error, Sendable, Equatable {
        case addressInUse
        case notAllowed
        case noSuchAddress
        case failed(code: Int32)
    }

    let connections: Connections
    let routes: PageRoutes
    private let server: Server<GuardedChannel>
    private let started: NIOLockedValueBox<Started> = NIOLockedValueBox(.waiting(nil))
    private let running = NIOLockedValueBox<Task<Void, Never>?>(nil)

    private enum Started {
        case waiting(CheckedContinuation<Result<Int, Trouble>, Never>?)
        case done(Result<Int, Trouble>)
    }

    public init(_ configuration: Configuration, node: any PageNode) {
        let limits = configuration.limits
        let moment: @Sendable () -> Moment = {
            Moment(milliseconds: NIODeadline.now().uptimeNanoseconds / 1_000_000)
        }
        let connections = Connections(limits, moment: moment)
        self.connections = connections
        routes = PageRoutes(
            node: node, files: configuration.files,
            digest: configuration.files.map { PageListing($0).digest },
            manifest: configuration.manifest, limits: limits,
            budgets: Budgets(limits, moment: moment),
            uploads: Uploads(limit: limits.uploadBytes, moment: moment),
            gate: Gate(limits.reads, waiting: limits.readsWaiting),
            cursors: Cursors(key: configuration.random(32)), connections: connections)
        let responder = routes.router().buildResponder()
        // Its words could hold what visitors sent, or where from.
        var logger = Logger(label: "kith.page")
        logger.logLevel = .critical
        let quiet = logger
        let http = HTTP1Channel(
            responder: { request, writer, channel in
                let connection = connections.connection(of: channel)
                connection?.began()
                let context = PageContext(
                    source: ApplicationRequestContextSource(channel: channel, logger: quiet))
                let response = try await responder.respond(to: request, context: context)
                try await writer.write(response: response.head, body: response.body)
                connection?.ended()
            },
            configuration: HTTP1Channel.Configuration(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes,
                    maxHeaderFieldCount: 64)))
        let bound = started
        server = Server(
            childChannelSetup: GuardedChannel(http: http, connections: connections),
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in
                Self.finish(bound, .success(channel.localAddress?.port ?? 0))
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }

    /// Listens; returns its port.
    ///
    /// - Precondition: not started before.
    public func start() async throws(Trouble) -> Int {
        let (server, started) = (server, started)
        let task = Task.detached {
            do { try await server.run() } catch {
                Self.finish(started, .failure(Trouble(error)))
            }
        }
        running.withLockedValue { $0 = task }
        let result: Result<Int, Trouble> = await withCheckedContinuation { continuation in
            let known: Result<Int, Trouble>? = started.withLockedValue { started in
                if case .done(let result) = started { return result }
                started = .waiting(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        return try result.get()
    }

    /// Lets answers under way end for at most two seconds, then closes everything.
    public func stop() async {
        guard let task = running.withLockedValue({ $0 }) else { return }
        let (server, connections) = (server, connections)
        let late = Task.detached {
            try? await Task.sleep(for: .seconds(2))
            connections.closeAll()
        }
        try? await server.shutdownGracefully()
        await task.value
        late.cancel()
    }

    private static func finish(
        _ started: NIOLockedValueBox<Started>, _ result: Result<Int, Trouble>
    ) {
        let waiting: CheckedContinuation<Result<Int, Trouble>, Never>? = started.withLockedValue {
            started in
            guard case .waiting(let continuation) = started else { return nil }
            started = .done(result)
            return continuation
        }
        waiting?.resume(returning: result)
    }
}

extension PageServer.Trouble {
    init(_ error: any Error) {
        guard let error = error as? IOError else {
            self = .noSuchAddress
            return
        }
        switch error.errnoCode {
        case EADDRINUSE: self = .addressInUse
        case EACCES, EPERM: self = .notAllowed
        case EADDRNOTAVAIL: self = .noSuchAddress
        case let code: self = .failed(code: code)
        }
    }
}
