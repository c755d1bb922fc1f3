public import Model
public import Sealing
import Sodium
import Wire

/// All that a bridge knows: what its events add up to. Decides what comes next, and does nothing:
/// the shell puts each event on disk before it acts on it.
/// Source: protocol/17-consents.md, 18-bridges.md.
public struct BridgeBook: Sendable {
    public struct Configuration: Sendable {
        /// The bridge's Ed25519 key.
        public var key: [UInt8]
        public var coolingOffSeconds: UInt64
        /// Neighbours that must be in sync before anything is sent.
        public var leastPeersInSync: Int
        /// The day the bridge began: the first of its log.
        public var firstDay: UInt32

        public init(
            key: [UInt8], coolingOffSeconds: UInt64, leastPeersInSync: Int, firstDay: UInt32
        ) {
            self.key = key
            self.coolingOffSeconds = coolingOffSeconds
            self.leastPeersInSync = leastPeersInSync
            self.firstDay = firstDay
        }
    }

    public let configuration: Configuration
    public internal(set) var entries: [ConsentID: BridgeEntry] = [:]
    /// In the order they came.
    public internal(set) var order: [ConsentID] = []
    /// Commitments that were opened, and since when.
    var openings: [RevokeCommitment: WallTime] = [:]
    /// Commitments of the entries.
    var commitments: Set<RevokeCommitment> = []
    /// Openings known that no known consent bears.
    var strays = 0
    /// Consents not known here, and what renews them.
    var awaited: [ConsentID: ConsentID] = [:]
    public internal(set) var log: ForwardLog
    /// When to ask next about what was sent. Not kept: after a restart it is asked soon.
    var polls: [ConsentID: Poll] = [:]

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        log = ForwardLog(firstDay: configuration.firstDay)
    }

    /// Whether a consent known here bears this commitment.
    public func isBorne(_ commitment: RevokeCommitment) -> Bool {
        commitments.contains(commitment)
    }

    /// Entries in the order they came.
    public var all: [BridgeEntry] { order.compactMap { entries[$0] } }

    /// The only entry whose id begins with these hexadecimal digits.
    public func entry(prefix: String) -> BridgeEntry? {
        let fitting = order.filter { $0.bytes.hex.hasPrefix(prefix.lowercased()) }
        return fitting.count == 1 ? entries[fitting[0]] : nil
    }

    /// Whether the entry may be sent at `now`, as far as anybody here knows.
    public func holds(_ entry: BridgeEntry, _ now: WallTime) -> Bool {
        !isWithdrawn(entry) && now < entry.terms.expires
    }

    // MARK: Adding up

    /// Takes in an event that is on disk. One that does not fit what was before changes nothing.
    public mutating func apply(_ event: BridgeEvent) {
        guard fits(event) else { return }
        switch event {
        case .consented(let message, let recipient, let at): add(message, recipient, nil, at)
        case .rejected(let message, let reason, let at): add(message, nil, reason, at)
        case .withdrawn(let opening, let at): withdraw(opening, at)
        case .approved(let id, let at): entries[id]?.phase = .approved(at: at)
        case .refused(let id, let reason, _): entries[id]?.phase = .refused(reason: reason)
        case .sending(let id, let at):
            entries[id]?.attempts += 1
            entries[id]?.phase = .sending(since: at)
            // The clock may have gone back between two orders.
            let earliest = entries[id]?.earliest ?? at
            entries[id]?.earliest = min(earliest, at)
        case .delivered(let id, let reference, let salt, let at):
            forwarded(id, .sent(id: reference), salt, at)
        case .tokened(let id, let token, let salt, let at):
            forwarded(id, .pending(token: token), salt, at)
        case .resolved(let id, let reference, _): entries[id]?.phase = .sent(id: reference)
        case .failed(let id, let why, let next, let at): failed(id, why, next, at)
        case .unclear(let id, let why, let next, _):
            entries[id]?.phase = .unclear(next: next, why: why)
        case .notFound(let id, let isSure, let at): notFound(id, isSure, at)
        case .status(let id, let status, let at):
            entries[id]?.status = status
            entries[id]?.closedAt = status.isClosed ? at : nil
        case .told(let id, let told, _):
            entries[id]?.told = told
            entries[id]?.toldAttempts += 1
        case .answered(let id, let message):
            entries[id]?.lastAnswer = try? Answer(decoding: message)
        case .checkpointed(let day, let fill, let record): log.close(day, fill, record)
        }
    }

    /// Whether an event can follow what was before.
    private func fits(_ event: BridgeEvent) -> Bool {
        guard let id = event.consent else { return true }
        guard let entry = entries[id] else { return false }
        switch (event, entry.phase) {
        case (.approved, .waiting), (.approved, .parked): return true
        case (.refused, .waiting), (.refused, .approved), (.refused, .retrying),
            (.refused, .parked):
            return true
        case (.sending, .approved), (.sending, .retrying): return true
        case (.delivered, .sending), (.delivered, .unclear), (.tokened, .sending): return true
        case (.failed, .sending), (.unclear, .sending): return true
        case (.notFound, .sending), (.notFound, .unclear): return true
        case (.resolved, .pending), (.status, .sent), (.told, .sent): return true
        case (.answered(_, let message), _):
            guard let answer = try? Answer(decoding: message) else { return false }
            // One must be left for the answer that follows.
            let counters = (entry.lastAnswer?.counter ?? 0) + 1..<UInt64.max
            return answer.consent == id && counters.contains(answer.counter)
        default: return false
        }
    }

    private mutating func withdraw(_ opening: [UInt8], _ at: WallTime) {
        let commitment = ConsentKeys.commitment(opening: opening)
        guard openings[commitment] == nil else { return }
        openings[commitment] = at
        if !commitments.contains(commitment) { strays += 1 }
    }

    private mutating func add(
        _ message: [UInt8], _ recipient: Presentation.Recipient?, _ reason: Text?, _ at: WallTime
    ) {
        guard let consent = try? Consent(decoding: message),
            let presentation = try? Presentation(decoding: consent.presentation),
            entries[presentation.terms.id] == nil
        else { return }
        let id = presentation.terms.id
        let unnamed = Presentation.Recipient(
            uri: presentation.terms.authority, name: presentation.terms.authority,
            isPublishing: true)
        var entry = BridgeEntry(
            presentation, recipient ?? unnamed, replyKey: consent.replyKey, arrived: at)
        if let reason { entry.phase = .refused(reason: reason) }
        order.append(id)
        if commitments.insert(entry.terms.commitment).inserted,
            openings[entry.terms.commitment] != nil
        {
            strays -= 1
        }
        entries[id] = entry
        if reason == nil { link(id) }
    }

    private mutating func forwarded(
        _ id: ConsentID, _ phase: BridgeEntry.Phase, _ salt: [UInt8], _ at: WallTime
    ) {
        guard let entry = entries[id] else { return }
        let day = log.add(id, entry.terms.authority, salt: salt, at: at)
        entries[id]?.forward = BridgeEntry.Forward(
            day: day, salt: salt, at: at, isPerhapsTwice: entry.isPerhapsTwice)
        entries[id]?.phase = phase
        lead(id)
    }

    private mutating func failed(
        _ id: ConsentID, _ why: Text, _ next: WallTime?, _ at: WallTime
    ) {
        entries[id]?.phase = next.map { .retrying(next: $0, why: why) } ?? .parked(why: why)
        makeWay(id)
    }

    private mutating func notFound(_ id: ConsentID, _ isSure: Bool, _ at: WallTime) {
        guard let entry = entries[id] else { return }
        entries[id]?.doubts += 1
        entries[id]?.mayBeThere = !isSure
        if isWithdrawn(entry) || at >= entry.terms.expires {
            entries[id]?.phase = .unfound(isSure: isSure)
        } else if entry.doubts + 1 >= Self.mostDoubts {
            entries[id]?.phase = .parked(why: "nobody knows whether the authority has it")
        } else {
            entries[id]?.phase = .retrying(next: at, why: "no answer came; it is sent again")
        }
        makeWay(id)
    }

    /// Orders with an unknown outcome before people must look.
    static let mostDoubts = 3
    /// Openings remembered that no known consent bears; each cost its sender an envelope's work.
    static let mostStrayOpenings = 65_536
}
