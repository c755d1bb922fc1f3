import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Speaks HTTP with authorities: no redirects, no cookies, bounded answers, one connection for
/// each request.
///
/// One client serves all authorities of a bridge; shut it down before it goes.
public struct AuthorityClient: Sendable {
    /// Most of an answer that is read, bytes. protocol/19-delivery.md
    static let answerBytes = 1 << 20

    private let client: HTTPClient
    private let timeout: Duration

    /// - Parameter timeout: for a whole request, from connecting to the last byte of the answer.
    public init(timeout: Duration = .seconds(30)) {
        self.init(timeout: timeout, trust: [])
    }

    /// - Parameter trust: certificates trusted besides the system's, for tests.
    init(timeout: Duration, trust: [NIOSSLCertificate]) {
        self.timeout = timeout
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = timeout.amount
        configuration.timeout.read = timeout.amount
        // A kept connection may close just as it is used again, and then nobody knows what left.
        configuration.maximumUsesPerConnection = 1
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.additionalTrustRoots = trust.isEmpty ? [] : [.certificates(trust)]
        configuration.tlsConfiguration = tls
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    public func shutdown() async {
        // Fails only when it was shut down before.
        try? await client.shutdown()
    }

    /// Sends an order once and reads what comes.
    func send(_ order: Order) async -> Exchange {
        let departure = Departure()
        let end = ContinuousClock.now + timeout
        do {
            let response = try await client.execute(
                Self.request(order, departure), deadline: .now() + timeout.amount)
            return .answered(
                Reply(
                    status: Int(response.status.code),
                    type: response.headers.first(name: "content-type"),
                    retryAfter: Reply.seconds(response.headers.first(name: "retry-after")),
                    body: await Self.read(response.body, until: end)))
        } catch {
            let words = failure(error)
            return departure.mayHaveLeft ? .cutOff(words) : .notSent(words)
        }
    }

    private static func request(_ order: Order, _ departure: Departure) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: order.url)
        request.headers.add(name: "user-agent", value: "kith")
        request.headers.add(
            name: "accept", value: order.format == .json ? "application/json" : "text/xml")
        // A server that says it will close needs no second word from us.
        request.headers.add(name: "connection", value: "close")
        guard let body = order.body else { return request }
        request.method = .POST
        request.headers.add(
            name: "content-type", value: "application/x-www-form-urlencoded; charset=utf-8")
        request.body = .stream(
            DepartingBody(bytes: body, departure: departure), length: .known(Int64(body.count)))
        return request
    }

    /// The body, counted while it arrives; given up at the limit and at the end of the time.
    private static func read(
        _ body: HTTPClientResponse.Body, until end: ContinuousClock.Instant
    ) async -> Reply.Body {
        await withTaskGroup(of: Reply.Body.self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                do {
                    for try await part in body {
                        guard bytes.count + part.readableBytes <= answerBytes else {
                            return .broken("the answer is longer than \(answerBytes) bytes")
                        }
                        bytes += part.readableBytesView
                    }
                } catch {
                    return .broken(failure(error))
                }
                // A cancelled sequence ends as if it were whole.
                return Task.isCancelled ? .broken("given up") : .whole(bytes)
            }
            group.addTask {
                try? await Task.sleep(until: end, clock: .continuous)
                return .broken(Task.isCancelled ? "given up" : "the answer took too long")
            }
            let first = await group.next() ?? .broken("given up")
            group.cancelAll()
            return first
        }
    }
}

extension Duration {
    fileprivate var amount: TimeAmount {
        let (seconds, attoseconds) = components
        return .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
