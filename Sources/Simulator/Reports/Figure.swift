/// What a run is measured by.
public enum Figure: String, Sendable, CaseIterable {
    /// Links travelled to the last host of a round, on average over rounds.
    case hops
    /// Copies beyond the one each host needs, per delivery, on average over rounds.
    case redundancy
    /// The same over the last third of all rounds: the tree at rest.
    case lateRedundancy = "late-redundancy"
    /// Deliveries that were owed within a round and were not made.
    case missed
    /// The part of owed deliveries that were made within their round.
    case reliability
    /// The same over the last third of all rounds.
    case lateReliability = "late-reliability"
    /// Seconds from the last fault and the last item until all hosts held the same.
    case convergence
    /// Parts that the honest hosts' links fell into at the end.
    case parts
    /// What people submitted, on the disks of all hosts that are up at the end, hidden or not.
    case held
    /// Times that items were offered, asked for, denied or sent while nothing was new any more.
    case restless
    /// Seconds until the last host of a round had its item, on average over rounds.
    case delay
    /// Bytes on all links for each delivery.
    case cost
    /// The part of items whose origin spies name.
    case spyRecall = "spy-recall"
    /// The part of a spy's word that is true, one origin with another.
    case spyPrecision = "spy-precision"
}

/// What came of a run.
public struct Report: Sendable, Equatable {
    public let name: String
    public let seed: UInt64
    public let nodes: Int
    /// Equal for equal runs.
    public let traceHash: UInt64
    /// Milliseconds that the world lived.
    public let elapsed: UInt64
    public let events: Int
    public let items: Int
    public let rounds: [Round]
    public let traffic: Traffic
    public let figures: [(figure: Figure, value: Double)]
    /// Expectations with what came instead of them.
    public let broken: [(expectation: Expectation, value: Double?)]
    public let violations: [Violation]
    public let violationCount: Int

    public var isHeld: Bool { broken.isEmpty && violationCount == 0 }

    public subscript(figure: Figure) -> Double? { figures.first { $0.figure == figure }?.value }

    public static func == (l: Report, r: Report) -> Bool {
        l.seed == r.seed && l.traceHash == r.traceHash && l.rounds == r.rounds
            && l.traffic == r.traffic && l.violations == r.violations
            && l.figures.elementsEqual(r.figures) { $0 == $1 }
    }
}
