import Model

/// Bounds of the page's listener. None counts by address: behind an onion service all visitors have
/// the same. Source: protocol/25-page.md, "Limits".
public struct PageLimits: Sendable {
    /// Open at once. Guess: what fits beside links and files into 1024 descriptors.
    public var connections = 384
    public var times = Times()
    /// Headers of a request, bytes. Guess.
    public var headBytes = 16 << 10
    /// Bodies being received, all together, bytes. Guess: four of the largest.
    public var uploadBytes = 32 << 20
    /// Written at once, bytes: as much is held for a visitor who reads slowly. Guess.
    public var pieceBytes = 64 << 10
    /// One answer with envelopes, about, bytes.
    public var partBytes = 2 << 20
    /// Reads of the store at once; it has four, and links need them too. Guess.
    public var reads = 2
    /// Reads that wait. Guess: one for each connection.
    public var readsWaiting = 384
    /// Requests of all visitors together: at once after a pause, and a second. Others wait.
    public var rates = Rates()
    /// Requests of a kind that wait for their turn. Guess: one for each connection.
    public var turnsWaiting = 384

    /// How long a connection may take for what.
    public struct Times: Sendable, Equatable {
        /// From a request's first byte to the end of its headers, milliseconds. Guess.
        public var headMilliseconds: UInt64 = 10_000
        /// A connection without a request, milliseconds. Guess.
        public var idleMilliseconds: UInt64 = 30_000
        /// A request in which no byte moves, milliseconds. Guess.
        public var stallMilliseconds: UInt64 = 30_000
        /// A whole request, milliseconds. Guess.
        public var requestMilliseconds: UInt64 = 600_000
        /// From this time on a request must have moved `leastPerSecond` in the mean, milliseconds. Guess.
        public var slowMilliseconds: UInt64 = 30_000
        /// Bytes a second. Guess: a quarter of what a phone of the second generation makes.
        public var leastPerSecond: UInt64 = 2048
        /// Bytes of that: headers, what comes with them before they are looked at, and what is left
        /// of a request that was answered before it was whole. Guess: several times what a channel
        /// reads ahead.
        public var headingBytes = 2 << 20

        public init() {}
    }

    /// Guesses: a hundred visitors at a time use a tenth.
    public struct Rates: Sendable {
        public var files = Rate(atOnce: 2000, perSecond: 400)
        public var facts = Rate(atOnce: 400, perSecond: 100)
        public var parts = Rate(atOnce: 400, perSecond: 100)
        public var submissions = Rate(atOnce: 100, perSecond: 20)
        public var retractions = Rate(atOnce: 100, perSecond: 20)
        public var handles = Rate(atOnce: 400, perSecond: 100)

        public init() {}
    }

    public struct Rate: Sendable, Equatable {
        public var atOnce: UInt64
        public var perSecond: UInt64

        public init(atOnce: UInt64, perSecond: UInt64) {
            self.atOnce = atOnce
            self.perSecond = perSecond
        }
    }

    // The shapes of bodies. Source: protocol/25-page.md.

    /// Handle and flag before a submission's envelopes, bytes.
    static let submissionHead = 17
    /// A submission, bytes: as many of the largest envelopes as a node takes at once.
    static let submissionBytes = submissionHead + Limits.submissionItems * 65536
    /// Handles asked for at once. Guess.
    static let handles = 64
    /// Leading bits by which files can be parted.
    static let partitionBits = 16

    public init() {}
}
