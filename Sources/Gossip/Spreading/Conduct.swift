import Model

/// What counts against a peer, and how much. Source: protocol/08-spreading.md, "Conduct".
public enum Misconduct: Sendable, Equatable, CaseIterable {
    /// An item that breaks the rules.
    case badItem
    /// Something it announced and, asked for it, did not have or did not send.
    case brokenPromise
    /// It went on pushing what is here though it was told to stop.
    case deaf
    /// The same pushed twice, or an answer to nothing.
    case excess
    /// A frame beyond what a link may send of its kind.
    case beyondAllowance
    /// What another machine found.
    case other

    var points: UInt64 {
        switch self {
        case .badItem, .other: 10
        case .brokenPromise, .deaf: 5
        case .excess: 2
        case .beyondAllowance: 1
        }
    }
}

/// Points against a peer; they fade, and there are none in its favour: good behaviour buys no room
/// for bad.
struct Conduct: Sendable {
    private var thousandths: UInt64 = 0
    private var asOf = Moment(milliseconds: 0)

    func points(_ now: Moment) -> UInt64 { left(now) / 1000 }

    private func left(_ now: Moment) -> UInt64 {
        let passed = now < asOf ? 0 : min(now.milliseconds - asOf.milliseconds, 1 << 32)
        return thousandths - min(thousandths, passed * Limits.faultFadingPerSecond)
    }

    /// Whether it is more now than a link can bear.
    mutating func charge(_ fault: Misconduct, times: Int = 1, now: Moment) -> Bool {
        let more = fault.points * 1000 * UInt64(clamping: times)
        thousandths = min(left(now) + more, 2000 * Limits.faultPoints)
        asOf = max(asOf, now)
        return thousandths >= Limits.faultPoints * 1000
    }
}
