import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why an exchange failed, in words for people. Of the error's own texts only those are used that
/// can't hold anything of a request or an answer.
func failure(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: words(error)
    case let error as NIOConnectionError: words(error)
    case let error as NIOSSLError: words(error)
    case is NIOSSLExtraError: "the certificate is for another host"
    case is BoringSSLError: "TLS failed"
    case is HTTPParserError: "the answer is not HTTP"
    case let error as IOError: words(error)
    case is ChannelError: "the connection broke"
    case is CancellationError: "given up"
    default: "the connection broke (\(type(of: error)))"
    }
}

private func words(_ error: HTTPClientError) -> String {
    switch error {
    case .connectTimeout, .deadlineExceeded, .readTimeout, .tlsHandshakeTimeout, .writeTimeout,
        .getConnectionFromPoolTimeout:
        "no answer in time"
    case .remoteConnectionClosed, .uncleanShutdown: "the authority closed the connection"
    case .cancelled: "given up"
    default: "HTTP failed: \(error.shortDescription)"
    }
}

private func words(_ error: NIOConnectionError) -> String {
    guard let first = error.connectionErrors.first?.error else { return "the host was not found" }
    return (first as? IOError).map(words) ?? "no connection"
}

private func words(_ error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "the connection was refused"
    case EHOSTUNREACH, ENETUNREACH: "there is no way to the host"
    case ECONNRESET, EPIPE: "the authority closed the connection"
    case let code: "the connection broke (errno \(code))"
    }
}

private func words(_ error: NIOSSLError) -> String {
    switch error {
    case .handshakeFailed(let reason):
        // The library's own words, which name no more than what failed.
        String(describing: reason).contains("CERTIFICATE_VERIFY_FAILED")
            ? "the authority's certificate is not trusted" : "TLS failed"
    case .unableToValidateCertificate, .noCertificateToValidate:
        "the authority's certificate is not trusted"
    case .uncleanShutdown: "the authority closed the connection"
    default: "TLS failed"
    }
}
