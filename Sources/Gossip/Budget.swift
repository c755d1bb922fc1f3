import Model

/// What a link may cost: so much at once, and so much more every second.
struct Allowance: Sendable, Equatable {
    let burst: UInt64
    let perSecond: UInt64
}

/// How much of an allowance is used: a token bucket.
struct Budget: Sendable {
    private var thousandths: UInt64 = 0
    private var asOf = Moment(milliseconds: 0)
    private let allowance: Allowance

    init(_ allowance: Allowance) { self.allowance = allowance }

    /// Whether there was room for as many; if not, nothing is used.
    mutating func spend(_ count: Int = 1, now: Moment) -> Bool {
        refill(now)
        let used = thousandths + UInt64(clamping: count) * 1000
        guard used <= allowance.burst * 1000 else { return false }
        thousandths = used
        return true
    }

    /// What is known only once it was spent: who overdraws waits the longer.
    mutating func overspend(_ count: Int) {
        thousandths += min(UInt64(clamping: count), 1 << 32) * 1000
    }

    /// How much is left; below zero for who has overspent.
    mutating func left(_ now: Moment) -> Int {
        refill(now)
        return Int(clamping: allowance.burst) - Int(clamping: thousandths / 1000)
    }

    private mutating func refill(_ now: Moment) {
        let passed = now < asOf ? 0 : min(now.milliseconds - asOf.milliseconds, 1 << 32)
        thousandths -= min(thousandths, passed * allowance.perSecond)
        asOf = max(asOf, now)
    }
}
