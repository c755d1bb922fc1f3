import Model
public import Wire

/// Milliseconds a packet takes one way: each link draws its own once.
public enum Delay: Sendable, Equatable {
    case fixed(UInt64)
    case between(UInt64, UInt64)
    /// At least `least`, and exponentially more: a few links are very slow.
    case tailed(least: UInt64, mean: UInt64)
}

/// Who knows whom at the start.
public enum Topology: Sendable, Equatable {
    /// Everybody knows the first host.
    case joining
    /// Everybody knows this many others, drawn at random.
    case scattered(Int)
    case ring
    case line
    case full
}

/// Who submits something in a round.
public enum Senders: Sendable, Equatable {
    /// The first host, each time.
    case one
    /// A random one.
    case random
    /// Every host at once.
    case all
}

/// How many hosts something befalls.
public enum Share: Sendable, Equatable {
    case part(Double)
    case count(Int)

    public func of(_ total: Int) -> Int {
        switch self {
        case .part(let part): Int((part * Double(total)).rounded())
        case .count(let count): min(count, total)
        }
    }
}

/// What befalls hosts and paths at one moment.
public enum Fault: Sendable, Equatable {
    case partition(Share)
    /// What these hosts send arrives nowhere; what others send them does.
    case mute(Share)
    /// Ends partitions and mutes.
    case heal
    case crash(Share, keepsDisk: Bool, isSilent: Bool)
    /// All that crashed come back.
    case restart
    case join(Int, over: UInt64)
    case leave(Share)
    /// Again and again until `span` is over: some crash, those that crashed before come back.
    case churn(Share, every: UInt64, span: UInt64, keepsDisk: Bool)
    /// Reads only so many bytes a second of each link; 0 for no bound.
    case slow(Share, rate: Int)
    case fast
    /// Clocks jump by so many seconds.
    case clocks(Share, seconds: Int64)
    case rightClocks
    case loss(Double)
    case turn(Share, MischiefKind)
    /// Sybils fall silent.
    case silence
    /// Hostile hosts go back to being ordinary ones.
    case calm
    case fillDisks(Share)
    case freeDisks
    /// So many items at once, from random hosts.
    case burst(Int)
}

/// What a run must come to: a figure and its bound.
public struct Expectation: Sendable, Equatable {
    public enum Comparison: String, Sendable {
        case below = "<"
        case atMost = "<="
        case above = ">"
        case atLeast = ">="
        case equal = "="
    }

    public var figure: Figure
    public var comparison: Comparison
    public var bound: Double

    public func isMet(by value: Double) -> Bool {
        switch comparison {
        case .below: value < bound
        case .atMost: value <= bound
        case .above: value > bound
        case .atLeast: value >= bound
        case .equal: value == bound
        }
    }
}

/// A run described: hosts, paths, work, faults, and what is expected of it all.
public struct Scenario: Sendable, Equatable {
    public struct Event: Sendable, Equatable {
        /// Milliseconds after the warm-up.
        public var at: UInt64
        public var fault: Fault
    }

    public struct Hostile: Sendable, Equatable {
        public var share: Share
        public var kind: MischiefKind
    }

    public var name = "unnamed"
    public var about = ""
    public var seed: UInt64 = 1
    public var nodes = 100
    /// Links with the real handshake and ciphers.
    public var hasCiphers = false
    public var topology = Topology.joining
    /// Hosts that nobody can dial.
    public var unreachable = Share.part(0)
    public var hostile: [Hostile] = []
    public var latency = Delay.between(10, 100)
    /// Up to so many milliseconds more for every packet.
    public var jitter: UInt64 = 0
    /// The part of packets that TCP has to send again.
    public var loss = 0.0
    /// Bytes a second of each link; 0 for no bound.
    public var bandwidth = 0
    /// Milliseconds until a write is safe.
    public var disk = Delay.fixed(1)
    /// Bytes that a host's pools divide.
    public var store = Limits.storeBytes
    public var joinOver: UInt64 = 1000
    public var warmUp: UInt64 = 60_000
    public var rounds = 30
    public var every: UInt64 = 5000
    public var senders = Senders.one
    /// Of the items; one of several is drawn for each.
    public var sizes: [UInt8] = [0]
    public var ttls: [TTLClass] = [.week]
    /// Bits of work beyond the least, at the most; drawn for each item.
    public var work = 0
    /// The part of items that are taken back, a round later.
    public var retract = 0.0
    /// Mean wait before a retraction leaves, seconds.
    public var eraseDelay: UInt64 = 5
    /// Mean wait between a host's own items that leave by their stem, milliseconds; 0: no stem.
    public var stemGap: UInt64 = 10_000
    public var script: [Event] = []
    /// Milliseconds after the warm-up; rounds and script at the least.
    public var length: UInt64 = 0
    /// How long the network has to come to one state; 0: that is not looked at.
    public var settle: UInt64 = 20 * 60_000
    /// How long it is looked at then, whether it is at rest.
    public var rest: UInt64 = 0
    public var expectations: [Expectation] = []

    public init() {}

    /// Milliseconds from the warm-up's end to the moment the network is left alone.
    public var span: UInt64 {
        let lastFault = script.map { $0.at + $0.fault.span }.max() ?? 0
        return max(length, max(UInt64(rounds) * every, lastFault))
    }
}

extension Fault {
    /// How long it goes on by itself, milliseconds.
    var span: UInt64 {
        switch self {
        case .churn(_, _, let span, _): span
        case .join(_, let over): over
        case .partition, .mute, .heal, .crash, .restart, .leave, .slow, .fast, .clocks,
            .rightClocks, .loss, .turn, .silence, .calm, .fillDisks, .freeDisks, .burst:
            0
        }
    }
}
