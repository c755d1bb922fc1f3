import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL

/// Reads another relay's page as a browser would: no redirects, bounded answers, bounded time.
///
/// Its requests do not say that a relay is asking. Shut it down before it goes.
struct PageFetcher: Sendable {
    enum Failure: Error, Sendable, Equatable {
        /// In words for people, without anything of the answer.
        case unreachable(String)
        case tooLarge(limit: Int)
        case tooSlow
        case status(Int)
    }

    /// A file, or a manifest, unpacked, bytes. Guess: ten times the largest that a page has.
    static let mostBytes = 8 << 20

    private let client: HTTPClient
    private let address: PageAddress
    private let timeout: Duration

    /// - Parameters:
    ///   - socks: "host" and port of a SOCKS proxy, such as Tor's.
    ///   - timeout: for one file.
    init(
        _ address: PageAddress, socks: (host: String, port: Int)?, timeout: Duration = .seconds(60)
    ) {
        self.address = address
        self.timeout = timeout
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(30)
        configuration.timeout.read = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.decompression = .enabled(limit: .size(Self.mostBytes))
        configuration.proxy = socks.map { .socksServer(host: $0.host, port: $0.port) }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async {
        // Fails only when it was shut down before.
        try? await client.shutdown()
    }

    /// A file's bytes, and how it was served.
    ///
    /// - Parameter path: without a slash in front; of characters that stand for themselves.
    func get(_ path: String) async throws(Failure) -> (bytes: [UInt8], headers: HTTPHeaders) {
        var request = HTTPClientRequest(url: address.base + path)
        request.headers.add(name: "accept", value: "*/*")
        request.headers.add(name: "accept-encoding", value: "gzip, deflate")
        request.headers.add(name: "accept-language", value: "en-US,en;q=0.5")
        request.headers.add(
            name: "user-agent",
            value: "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")
        do {
            let seconds = timeout.components.seconds
            let response = try await client.execute(request, timeout: .seconds(seconds))
            guard response.status == .ok else { throw Failure.status(Int(response.status.code)) }
            let bytes = try await response.body.collect(upTo: Self.mostBytes)
            return ([UInt8](bytes.readableBytesView), response.headers)
        } catch let failure as Failure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: Self.mostBytes)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> Failure {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .readTimeout, .connectTimeout, .tlsHandshakeTimeout,
                .writeTimeout, .getConnectionFromPoolTimeout:
                .tooSlow
            case .remoteConnectionClosed: .unreachable("the relay closed the connection")
            default: .unreachable("HTTP failed: \(error.shortDescription)")
            }
        case is NIOConnectionError: .unreachable("no connection could be made")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            .unreachable("TLS failed: its certificate may not be trusted")
        case is HTTPParserError: .unreachable("the answer is not HTTP")
        default: .unreachable("the connection broke")
        }
    }
}
