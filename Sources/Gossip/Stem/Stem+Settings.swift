import Model

extension Stem {
    /// How long and how much. Source: protocol/21-stem.md.
    public struct Settings: Sendable, Equatable {
        public var epochMilliseconds = Limits.stemEpochMilliseconds
        /// An epoch is longer by up to this.
        public var epochJitterMilliseconds = Limits.stemEpochJitterMilliseconds
        /// How many of a node's epochs it publishes in what arrives by STEM.
        public var fluffChance = 0.2
        /// Mean wait for an item to be seen in the open before this node publishes it.
        public var embargoMilliseconds = Limits.stemEmbargoMilliseconds
        /// Own items wait longer by this factor, so that another publishes first.
        public var ownEmbargoFactor: UInt64 = 3
        /// Of others' items.
        public var poolBytes = Limits.stemPoolBytes
        /// From one link.
        public var itemsPerMinute = Limits.stemItemsPerMinute
        /// Own items that leave, but urgent ones.
        public var ownPerMinute = Limits.stemOwnPerMinute
        /// Mean of the random wait before each own item.
        public var ownGapMilliseconds = Limits.stemOwnGapMilliseconds
        /// Without any link an own item waits so long, then it is published.
        public var linklessMilliseconds = Limits.stemLinklessMilliseconds

        public init() {}
    }

    /// An exponential wait whose mean is within what the clock can count, whatever was set.
    mutating func wait(mean: UInt64) -> UInt64 { choices.exponential(mean: min(mean, 1 << 40)) }
}

/// Moments of the last minute, as many as may be.
struct LastMinute: Sendable, Equatable {
    private static let milliseconds: UInt64 = 60_000
    private var moments: [Moment] = []

    /// When there is room for one more among `limit`.
    func free(_ limit: Int) -> Moment {
        guard limit > 0 else { return Moment(milliseconds: .max) }
        guard moments.count >= limit else { return Moment(milliseconds: 0) }
        return moments[moments.count - limit].adding(milliseconds: Self.milliseconds)
    }

    mutating func note(_ now: Moment) {
        moments.removeAll { $0.adding(milliseconds: Self.milliseconds) <= now }
        moments.append(now)
    }

    /// Notes one more if there is room for it.
    mutating func take(_ limit: Int, _ now: Moment) -> Bool {
        guard free(limit) <= now else { return false }
        note(now)
        return true
    }
}
