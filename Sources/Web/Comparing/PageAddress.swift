import Foundation

/// Where another relay's page is: a scheme and a host, and nothing after them.
public struct PageAddress: Sendable, Equatable, CustomStringConvertible {
    /// With a trailing slash.
    public let base: String
    public let isOnion: Bool

    /// Reads what people have: the page's address, or a whole link with a community in it; nil for
    /// anything else.
    public init?(_ text: some StringProtocol) {
        let text = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard text.utf8.count <= 300, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
            let parts = URLComponents(string: String(text)), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            parts.user == nil, parts.password == nil, parts.query == nil,
            ["", "/"].contains(parts.path)
        else { return nil }
        let port = parts.port.map { ":\($0)" } ?? ""
        base = "\(scheme)://\(host.lowercased())\(port)/"
        isOnion = host.lowercased().hasSuffix(".onion")
    }

    public var description: String { base }
}
