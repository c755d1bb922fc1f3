import Model

/// So many at once after a pause, so many a second from then on.
struct TokenBucket: Sendable, Equatable {
    private let rate: PageLimits.Rate
    /// Thousandths, so that no fraction of a second is lost.
    private var thousandths: UInt64
    private var filled: Moment

    init(_ rate: PageLimits.Rate, now: Moment) {
        self.rate = rate
        thousandths = rate.atOnce * 1000
        filled = now
    }

    /// Takes one; else the milliseconds after which there will be one.
    mutating func take(now: Moment) -> UInt64? {
        let waited = now.milliseconds - min(now.milliseconds, filled.milliseconds)
        let more = waited.multipliedReportingOverflow(by: rate.perSecond)
        let full = rate.atOnce * 1000
        thousandths = more.overflow ? full : min(full, thousandths + min(more.partialValue, full))
        filled = max(filled, now)
        guard thousandths < 1000 else {
            thousandths -= 1000
            return nil
        }
        let missing = 1000 - thousandths
        return (missing + rate.perSecond - 1) / max(rate.perSecond, 1)
    }
}
