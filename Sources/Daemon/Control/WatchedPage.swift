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
    /// Unix seconds since which it has said that it is of another version, and so was not compared;
    /// not being there meanwhile changes nothing.
    public var otherSince: UInt64?

    /// What `kith status` says; nil while all is well.
    func warning(now: UInt64) -> String? {
        switch state {
        case .differs, .badManifest:
            return "the page at \(url) is not this node's: \(detail ?? ""). Look: kith page verify"
                + " \(url)"
        case .failed, .noPage:
            guard let failingSince, now > failingSince + Self.patienceSeconds else {
                return otherWarning(now: now)
            }
            return "the page at \(url) could not be compared for \((now - failingSince) / 86400)"
                + " days: \(detail ?? "")"
        case .otherVersion: return otherWarning(now: now)
        case .same, nil: return nil
        }
    }

    /// Whoever says "another version" is not looked at, and can say it for as long as they like.
    private func otherWarning(now: UInt64) -> String? {
        guard let otherSince, now > otherSince + Self.otherPatienceSeconds else { return nil }
        return "the page at \(url) has said for \((now - otherSince) / 86400) days that it is of"
            + " another version than this node's, so it was not compared. Run the same version, or"
            + " ask its operator"
    }

    /// A relay may be off for a while.
    private static let patienceSeconds: UInt64 = 3 * 86400
    /// Two relays are not brought up to date on the same day. Guess.
    private static let otherPatienceSeconds: UInt64 = 7 * 86400
}
