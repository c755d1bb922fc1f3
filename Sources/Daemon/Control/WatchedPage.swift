/// A page that this node compares with its own once a day, and how it stood the last time.
public struct WatchedPage: Codable, Sendable {
    public enum State: String, Codable, Sendable {
        case same, otherVersion, differs, badManifest, noPage, failed
    }

    public var url: String
    /// "host:port" of a SOCKS proxy it is reached by; nil for none.
    public var socks: String?
    /// Unix seconds of the last comparison that came to an end; nil before the first.
    public var compared: UInt64?
    /// Unix seconds from which it is tried again.
    public var due: UInt64 = 0
    public var state: State?
    /// What differs, or why it could not be compared; for people.
    public var detail: String?
    /// Unix seconds since which no comparison came to an end.
    public var failingSince: UInt64?

    /// What `kith status` says; nil while all is well.
    func warning(now: UInt64) -> String? {
        switch state {
        case .differs, .badManifest:
            return "the page at \(url) is not this node's: \(detail ?? ""). Look: kith page verify"
                + " \(url)"
        case .failed, .noPage:
            guard let failingSince, now > failingSince + Self.patienceSeconds else { return nil }
            return "the page at \(url) could not be compared for \((now - failingSince) / 86400)"
                + " days: \(detail ?? "")"
        case .same, .otherVersion, nil: return nil
        }
    }

    /// A relay may be off for a while.
    private static let patienceSeconds: UInt64 = 3 * 86400
}
