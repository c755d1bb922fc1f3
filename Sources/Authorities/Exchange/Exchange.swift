/// What is asked of an endpoint.
struct Order: Sendable {
    let url: String
    /// What the answer should be in.
    let format: Mapping.Format
    /// A form to post; nil for a GET.
    let body: [UInt8]?
}

/// What came of it.
enum Exchange: Sendable, Equatable {
    case answered(Reply)
    /// Nothing of the order's body left, so it was certainly not taken.
    case notSent(String)
    /// It may have been taken; no status came back.
    case cutOff(String)
}

/// A status, and the body as far as it came.
struct Reply: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case whole([UInt8])
        /// Why there is no whole one.
        case broken(String)
    }

    let status: Int
    /// Content-Type.
    let type: String?
    /// Seconds, where Retry-After gives them.
    let retryAfter: UInt64?
    let body: Body
}

extension Reply {
    /// Longest wait that an authority may ask for, seconds. Guess.
    private static let longestWait: UInt64 = 86400

    /// Retry-After in seconds. A date is as if absent: it would need a clock that both agree on,
    /// and waiting as usual does no harm.
    static func seconds(_ header: String?) -> UInt64? {
        guard let digits = header?.filter({ $0 != " " }), !digits.isEmpty,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return min(UInt64(digits) ?? longestWait, longestWait)
    }

    /// The body as an answer; nil unless it is whole and can be read.
    func answer(_ format: Mapping.Format) -> Answer? {
        guard case .whole(let bytes) = body else { return nil }
        return Answer(bytes, type: type, format: format)
    }

    /// Why there is no answer; for people.
    var unreadable: String {
        switch body {
        case .broken(let why): why
        case .whole: "the answer is neither JSON nor XML that can be read"
        }
    }
}
