import Gossip
import Model
import Node
import Wire

/// A rule that a host broke.
public struct Violation: Sendable, Equatable {
    /// Milliseconds since the run began.
    public let at: UInt64
    public let host: Int
    public let what: String
}

/// Many relays, one clock, one queue of events, one seed. Relays are the real ones; links, disks,
/// clocks and people are played here. Two worlds of one scenario and seed do the same, to the bit.
public final class World {
    /// The clock's first moment; its origin means nothing.
    static let origin: UInt64 = 1_000_000
    /// 2026-09-07 00:00 UTC.
    static let start = WallTime(seconds: 1_788_739_200)
    /// Violations kept; the first tells most.
    static let mostViolations = 20
    static let dialPatience: UInt64 = 10_000

    public let scenario: Scenario
    public let seed: UInt64
    let charted: Charted
    let papers = Papers()

    var now = World.origin
    var queue = EventQueue()
    var hosts: [Host] = []
    var ends: ContiguousArray<End> = []
    var dials: [Dial] = []
    var freeDials: [Int32] = []
    var byAddress: [Text: Int32] = [:]
    var byNode: [NodeID: Int32] = [:]
    var script: [Fault] = []
    /// What has been cut and not healed.
    var isCut = false
    var loss: Double

    var pathChoices: Choices
    var faultChoices: Choices
    var workChoices: Choices
    var keyCount = 0

    var trace = Trace()
    /// Gets a line for everything that happens.
    public var log: ((String) -> Void)?
    var ledger = Ledger()
    var traffic = Traffic()
    public private(set) var violations: [Violation] = []
    public private(set) var violationCount = 0
    public private(set) var eventCount = 0
    var feedCount = 0
    /// What a relay's tables may hold; less where this rule itself is tried.
    var most = (links: Limits.links, addresses: Limits.knownAddresses)
    /// Ends whose links have frames to flush.
    var unflushed: [Int32] = []

    public init(_ scenario: Scenario, seed: UInt64) {
        self.scenario = scenario
        self.seed = seed
        charted = Charted(seed: seed, start: Self.start)
        var choices = Choices(seed: seed)
        pathChoices = choices.fork()
        faultChoices = choices.fork()
        workChoices = choices.fork()
        loss = scenario.loss
        script = scenario.script.map { $0.fault }
        trace.add(seed)
        populate()
    }

    // MARK: Time

    /// Milliseconds since the run began.
    public var elapsed: UInt64 { now - Self.origin }

    /// What two equal runs have in common.
    public var traceHash: UInt64 { trace.hash }

    var moment: Moment { Moment(milliseconds: now) }

    func wall(of host: Host) -> WallTime {
        let seconds = Int64(Self.start.seconds + (now - Self.origin) / 1000) + host.skew
        return WallTime(seconds: UInt64(max(seconds, 0)))
    }

    /// Lets time pass.
    public func run(milliseconds: UInt64) {
        let end = now + milliseconds
        while let time = queue.nextTime, time <= end {
            now = max(now, time)
            if let action = queue.take() { act(action) }
        }
        now = end
    }

    private func act(_ action: Action) {
        eventCount += 1
        switch action {
        case .arrive(let end): arrive(end)
        case .disk(let host, let life):
            if let host = living(host, life) { carryOutNext(of: host) }
        case .wake(let host, let life):
            if let host = living(host, life) { wake(host) }
        case .mischief(let host, let life):
            if let host = living(host, life) { misbehave(host) }
        case .linkWake(let end): wakeLink(end)
        case .dial(let dial): knock(dial)
        case .dialFailed(let dial): fail(dial)
        case .handshakeDue(let end): if ends[Int(end)].phase == .shaking { close(end) }
        case .silent(let end, let hold): giveUp(end, hold)
        case .closed(let end):
            let host = hosts[Int(ends[Int(end)].host)]
            ends[Int(end)].isToldOver = true
            if host.isUp { feed(host, .closed(End.link(end))) }
        case .boot(let host, let life):
            let host = hosts[Int(host)]
            if host.life == life, !host.isUp, !host.hasLeft { boot(host) }
        case .fault(let index): strike(script[Int(index)])
        case .round(let round): begin(Int(round))
        case .roundEnd(let round): ledger.close(round: Int(round), hosts: hosts)
        }
    }

    private func living(_ index: Int32, _ life: UInt32) -> Host? {
        let host = hosts[Int(index)]
        return host.isUp && host.life == life ? host : nil
    }

    // MARK: Relays

    /// Gives a host's relay an input now, and carries out what it orders.
    func feed(_ host: Host, _ input: RelayNode.Input) {
        feedCount += 1
        trace.add(input.code, Int(host.index), now)
        if log != nil { say(host, "< \(input.summary)") }
        let effects = host.handle(input, now: moment, wall: wall(of: host))
        for effect in effects { carryOut(effect, of: host) }
        if !unflushed.isEmpty { flush() }
        if feedCount & 1023 == 0 { checkTables(of: host) }
        schedule(host)
    }

    /// One wake in the queue is enough, as long as it is early enough.
    private func schedule(_ host: Host) {
        guard let deadline = host.deadline?.milliseconds else { return }
        // A deadline that has passed must not stop the clock.
        let due = max(deadline, now + 1)
        if let wakeAt = host.wakeAt, wakeAt <= due { return }
        host.wakeAt = due
        queue.add(.wake(host: host.index, life: host.life), at: due)
    }

    private func wake(_ host: Host) {
        guard let due = host.wakeAt, due <= now else { return }
        host.wakeAt = nil
        if let deadline = host.deadline, deadline > moment { return schedule(host) }
        feed(host, .wake)
    }

    // MARK: Telling

    func violate(_ host: Host, _ what: String) {
        violationCount += 1
        if log != nil { say(host, "VIOLATION \(what)") }
        guard violations.count < Self.mostViolations else { return }
        violations.append(Violation(at: elapsed, host: Int(host.index), what: what))
    }

    func say(_ host: Host, _ words: String) { log?("\(elapsed) \(host.index) \(words)") }
}
