public import Model

/// Decides when a visitor's connection has had its time. Source: protocol/25-page.md, "Limits".
public struct ConnectionWatch: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        case waiting(since: Moment)  // next: heading
        case heading(since: Moment, bytes: Int)  // next: working
        case working(Work)  // next: waiting, heading
    }

    /// A request from its headers to the end of its answer.
    struct Work: Sendable, Equatable {
        let since: Moment
        /// When a byte last moved.
        var moved: Moment
        var bytes: UInt64 = 0
    }

    private let limits: PageLimits.Times
    private(set) var phase: Phase

    public init(_ limits: PageLimits.Times, now: Moment) {
        self.limits = limits
        phase = .waiting(since: now)
    }

    /// Whether it can go without anybody losing an answer.
    public var isSpare: Bool {
        switch phase {
        case .waiting, .heading: true
        case .working: false
        }
    }

    /// Since when it is as it is.
    public var since: Moment {
        switch phase {
        case .waiting(let since), .heading(let since, _): since
        case .working(let work): work.since
        }
    }

    public mutating func heard(_ bytes: Int, now: Moment) {
        switch phase {
        case .waiting: phase = .heading(since: now, bytes: bytes)
        case .heading(let since, let before):
            phase = .heading(since: since, bytes: before + bytes)
        case .working(let work): phase = .working(moved(work, bytes, now))
        }
    }

    public mutating func wrote(_ bytes: Int, now: Moment) {
        // The last bytes of an answer may leave after the request was done with.
        guard case .working(let work) = phase else { return }
        phase = .working(moved(work, bytes, now))
    }

    /// A request's headers are whole.
    public mutating func began(_ now: Moment) {
        phase = .working(Work(since: now, moved: now))
    }

    /// It was answered.
    public mutating func ended(_ now: Moment) { phase = .waiting(since: now) }

    /// Whether it is to be closed.
    public func isOver(_ now: Moment) -> Bool {
        switch phase {
        case .waiting(let since):
            return since.adding(milliseconds: limits.idleMilliseconds) <= now
        case .heading(let since, let bytes):
            return bytes > limits.headingBytes
                || since.adding(milliseconds: limits.headMilliseconds) <= now
        case .working(let work):
            let elapsed = now.milliseconds - min(now.milliseconds, work.since.milliseconds)
            let isSlow =
                elapsed >= limits.slowMilliseconds
                && work.bytes * 1000 < limits.leastPerSecond.multipliedFull(elapsed)
            return isSlow || elapsed >= limits.requestMilliseconds
                || work.moved.adding(milliseconds: limits.stallMilliseconds) <= now
        }
    }

    private func moved(_ work: Work, _ bytes: Int, _ now: Moment) -> Work {
        var work = work
        work.moved = now
        work.bytes += UInt64(max(bytes, 0))
        return work
    }
}

extension UInt64 {
    fileprivate func multipliedFull(_ other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
