import Gossip
import Logging
import NIOCore
import NIOPosix
import Node
import Noise
import Wire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Listens and dials; every connection gets a `LinkHandler`.
struct Sockets: Sendable {
    /// What a connection needs to become a link.
    struct Ends: Sendable {
        let secrets: LinkSecrets
        let clocks: Clocks
        let random: @Sendable (Int) -> [UInt8]
        let report: @Sendable (LinkID, _ dialled: Text?, LinkHandler.Report) -> Void
    }

    let group: any EventLoopGroup
    let connections: Connections
    let ends: Ends
    let logger: Logger

    /// Listens at one address; gives the socket and where it really is.
    func listen(_ endpoint: Endpoint) async throws(TransportError) -> (any Channel, Endpoint) {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Bounds.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accepted(channel) }
            }
        do {
            let channel = try await bootstrap.bind(host: endpoint.host, port: Int(endpoint.port))
                .get()
            let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) }
            return (channel, Endpoint(host: endpoint.host, port: port ?? endpoint.port))
        } catch {
            throw TransportError(error, listeningAt: endpoint)
        }
    }

    /// Dials an address; `failed` is called if no connection comes of it.
    func dial(_ address: Text, failed: @escaping @Sendable () -> Void) {
        guard let endpoint = Endpoint(address.string), endpoint.port != 0, !endpoint.isOnion else {
            return failed()
        }
        let dialled = ClientBootstrap(group: group)
            .connectTimeout(.milliseconds(Bounds.connectMilliseconds))
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.autoRead, value: false)
            .connect(host: endpoint.host, port: Int(endpoint.port))
        dialled.whenComplete { result in
            switch result {
            case .failure(let error):
                logger.debug("no connection", metadata: ["to": "\(endpoint)", "why": "\(error)"])
                failed()
            case .success(let channel): connected(channel, address, failed)
            }
        }
    }

    private struct Refused: Error {}

    private func accepted(_ channel: any Channel) throws {
        guard let link = connections.admit(channel) else {
            logger.debug("connection refused: too many")
            throw Refused()
        }
        channel.closeFuture.whenComplete { [connections] _ in connections.closed(link) }
        try channel.pipeline.syncOperations.addHandler(handler(link, .responder, nil))
    }

    /// The handler comes only now, to the one of several attempts that got through.
    private func connected(
        _ channel: any Channel, _ address: Text, _ failed: @escaping @Sendable () -> Void
    ) {
        guard let link = connections.add(channel) else { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [connections] _ in connections.closed(link) }
        let ready = channel.eventLoop.submit {
            let handler = handler(link, .initiator, address)
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            // Closed between the connection and this.
            if !handler.hasBegun { throw Refused() }
        }
        ready.whenFailure { _ in
            channel.close(promise: nil)
            failed()
        }
    }

    private func handler(_ link: LinkID, _ role: HandshakeRole, _ dialled: Text?) -> LinkHandler {
        LinkHandler(
            role: role, secrets: ends.secrets, clocks: ends.clocks, random: ends.random
        ) { [connections, ends] report in
            if case .opened = report { connections.finished(link) }
            ends.report(link, dialled, report)
        }
    }
}

extension TransportError {
    fileprivate init(_ error: any Error, listeningAt endpoint: Endpoint) {
        let (host, port) = (endpoint.host, Int(endpoint.port))
        switch error {
        case is SocketAddressError.UnknownHost: self = .unresolved(host: host)
        case let error as IOError:
            switch error.errnoCode {
            case EADDRINUSE: self = .addressInUse(host: host, port: port)
            case EACCES, EPERM: self = .permission(host: host, port: port)
            case EADDRNOTAVAIL: self = .notOurs(host: host)
            default:
                self = .failed(
                    operation: "listen", host: host, port: port, errno: error.errnoCode)
            }
        default: self = .failed(operation: "listen", host: host, port: port, errno: 0)
        }
    }
}
