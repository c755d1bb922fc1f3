public import Gossip
public import Model
import Sealing
public import Sodium
public import Wire

/// A relay: everything it decides, and nothing it does. Inputs say what happened, effects are
/// orders; the shell carries them out in order and reports back. The simulator runs this very code.
///
/// It composes the machines of `Gossip`: who is a neighbour (`Membership`), how items spread
/// (`Spreading`), what hides where they began (`Stem`), how two nodes find what one of them lacks
/// (`Reconciler`), what is kept when room is short (`Pools`). Source: protocol/03-links.md to
/// 09-receipts.md, 20-membership.md to 22-reconciliation.md.
public struct RelayNode: Sendable {
    public struct Configuration: Sendable {
        public var network: NetworkID
        public var nodeKey: SigningKey
        public var addresses: [PeerAddress]
        /// Communities carried whatever the charter says.
        public var carried: [CommunityID]
        /// Mean wait before a retraction is let go, seconds. Source: protocol/07-retraction.md.
        public var eraseDelaySeconds: UInt64
        /// Mean wait between own items on their way out, milliseconds. Source: protocol/21-stem.md.
        public var stemGapMilliseconds: UInt64
        /// Bytes of envelopes and rows that the store may hold: pools divide them.
        public var storeBytes: UInt64
        public var storeRows: UInt64
        /// Seeds choices, never keys.
        public var seed: UInt64
        /// Whether a peer's record is good; a simulator of thousands of nodes remembers answers.
        public var checkRecord: @Sendable (PeerRecord, NetworkID, WallTime) -> Bool

        public init(
            network: NetworkID, nodeKey: SigningKey, addresses: [PeerAddress],
            carried: [CommunityID], eraseDelaySeconds: UInt64 = 600,
            stemGapMilliseconds: UInt64 = Limits.stemOwnGapMilliseconds,
            storeBytes: UInt64 = Limits.storeBytes, storeRows: UInt64 = Limits.storeRows,
            seed: UInt64,
            checkRecord: @escaping @Sendable (PeerRecord, NetworkID, WallTime) -> Bool = {
                (try? $0.check(network: $1, now: $2)) != nil
            }
        ) {
            self.network = network
            self.nodeKey = nodeKey
            self.addresses = addresses
            self.carried = carried
            self.eraseDelaySeconds = eraseDelaySeconds
            self.stemGapMilliseconds = stemGapMilliseconds
            self.storeBytes = storeBytes
            self.storeRows = storeRows
            self.seed = seed
            self.checkRecord = checkRecord
        }
    }

    struct LinkedPeer: Sendable {
        let node: NodeID
        let dialled: Text?
        let group: SourceGroup?
        let syncKey: [UInt8]
        /// Its HELLO was checked; this is where it says it can be reached.
        var addresses: [PeerAddress]?
        var isGreeted: Bool { addresses != nil }
        /// Of use by itself, so that nobody need note what it is used for.
        var isNeighbour = false
        var clockAhead: Int64?
        var announcements = 0
        /// Frames that wait for the network's charter.
        var held: [Frame] = []
        /// A PING that measures how long an answer takes.
        var probe: (value: UInt64, sent: Moment)?
        /// When the last comparison of all that both hold came to its end.
        var compared: Moment?

        /// Its node's number in the pools: a new link is no new name.
        var poolNumber: UInt64 {
            node.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// An order to the store that has not been answered.
    enum Pending: Sendable {
        case item(StoreItem, hops: UInt8, from: LinkID?)
        /// `new`: what had no place in the reserve before.
        case submission(
            UInt64, [StoreItem], isUrgent: Bool, replaces: [ItemID], new: [ItemID])
        case delayed(UInt64, until: WallTime)
        case record(StoreItem, hops: UInt8, from: LinkID?, replaces: [ItemID])
    }

    /// Unanswered store orders for unasked items; above it they are asked for instead.
    static let mostPending = 4096
    /// The same for asked ones and retractions: above it they come from others, or again.
    static let mostPendingWanted = 8192
    /// Frames held for one link until a charter is known.
    static let mostHeld = 16
    /// A comparison counts as recent for so long. Source: protocol/22-reconciliation.md.
    static let inSyncMilliseconds: UInt64 = 15 * 60_000

    let configuration: Configuration
    let node: NodeID
    var choices: Choices
    public internal(set) var book: RecordBook
    public internal(set) var membership: Membership { didSet { dues.membership.isStale = true } }
    public internal(set) var spreading = Spreading() { didSet { dues.spreading.isStale = true } }
    public internal(set) var stem: Stem { didSet { dues.stem.isStale = true } }
    public internal(set) var sync: Reconciler { didSet { dues.sync.isStale = true } }
    public internal(set) var pools: Pools
    private var dues = Dues()
    /// When the node wants to be woken, as of its last input.
    public private(set) var deadline: Moment?
    var peers: [LinkID: LinkedPeer] = [:]
    var linkOrder: [LinkID] = []
    var blocked: [NodeID] = []
    var pending: [StoreToken: Pending] = [:]
    /// Orders by what is to be held in the open; what is stored for a stem alone stays unknown.
    var storing: [ItemID: StoreToken] = [:]
    /// Own envelopes whose stem has ended and that the disk did not take.
    var unpublished: [StoreItem] = []
    var nextToken: UInt64 = 1
    /// When the queue of delayed retractions is looked at next.
    var nextDue: Moment
    /// The last of them is due then.
    var dueUntil = WallTime(seconds: 0)
    var nextMinute: Moment
    var nextHour: Moment
    var recordSeq: UInt64
    var warnedClock = false

    public init(_ configuration: Configuration, now: Moment, wall: WallTime) {
        self.configuration = configuration
        guard let node = NodeID(configuration.nodeKey.publicKey) else {
            preconditionFailure("a public key has 32 bytes")
        }
        self.node = node
        choices = Choices(seed: configuration.seed)
        let (network, check) = (configuration.network, configuration.checkRecord)
        recordSeq = wall.seconds
        membership = Membership(
            Membership.Settings(node: node) { check($0, network, $1) },
            own: Self.record(configuration, seq: recordSeq, wall), choices: choices.fork(),
            now: now)
        var settings = Stem.Settings()
        settings.ownGapMilliseconds = configuration.stemGapMilliseconds
        stem = Stem(choices: choices.fork(), settings: settings)
        sync = Reconciler(choices: choices.fork())
        pools = Pools(bytes: configuration.storeBytes, rows: configuration.storeRows)
        book = RecordBook(network: configuration.network, carried: configuration.carried)
        nextDue = now
        nextMinute = now
        nextHour = now.adding(milliseconds: 60_000)
        deadline = now
    }

    /// When each machine has something to do: asked anew only of those that an input touched, for
    /// each looks at all its links to tell.
    struct Dues: Sendable {
        struct Due: Sendable {
            var isStale = true
            var moment: Moment?
        }
        var membership = Due(), spreading = Due(), stem = Due(), sync = Due()
    }

    private mutating func noteDeadline() {
        if dues.membership.isStale {
            dues.membership = .init(isStale: false, moment: membership.deadline)
        }
        if dues.spreading.isStale {
            dues.spreading = .init(isStale: false, moment: spreading.deadline)
        }
        if dues.stem.isStale { dues.stem = .init(isStale: false, moment: stem.deadline) }
        if dues.sync.isStale { dues.sync = .init(isStale: false, moment: sync.deadline) }
        var next = min(nextDue, nextMinute, nextHour)
        for due in [dues.membership, dues.spreading, dues.stem] {
            if let moment = due.moment { next = min(next, moment) }
        }
        // Nothing is compared before a charter is known.
        if book.charters != nil, let moment = dues.sync.moment { next = min(next, moment) }
        deadline = next
    }

    public mutating func handle(_ input: Input, now: Moment, wall: WallTime) -> [Effect] {
        let effects = react(to: input, Turn(now: now, wall: wall))
        noteDeadline()
        return effects
    }

    private mutating func react(to input: Input, _ turn: Turn) -> [Effect] {
        let now = turn.now
        switch input {
        case .wake: return wake(turn)
        case .opened(let link, let node, let dialled, let group, let syncKey):
            let peer = LinkedPeer(node: node, dialled: dialled, group: group, syncKey: syncKey)
            return opened(link, peer, turn)
        case .heard(let link, let frame): return heard(link, frame, turn)
        case .drained(let link): return run(spreading.drained(link), turn)
        case .closed(let link): return closed(link, turn)
        case .dialFailed(let address):
            return run(membership.dialFailed(address, now: now), turn)
        case .submit(let ticket, let envelopes, let isUrgent):
            return submit(ticket, envelopes, isUrgent: isUrgent, turn)
        case .erase(let ticket, let retractions): return erase(ticket, retractions, turn)
        case .know(let address, let node, let isPinned):
            membership.know(address, node: node, kind: isPinned ? .pinned : .seed, now: now)
            return []
        case .pin(let node):
            membership.pin(node)
            return []
        case .unpin(let node):
            membership.unpin(node)
            return []
        case .block(let node): return block(node, turn)
        case .unblock(let node):
            blocked.removeAll { $0 == node }
            membership.unblock(node)
            return []
        case .stored(let token, let outcome): return stored(token, outcome, turn)
        case .missing(let link, let ids):
            return run(spreading.missing(ids, from: link, now: now), turn)
        case .fetched(let link, let found):
            return run(
                spreading.fetched(found.map { ($0.id, $0.item.alive(turn.wall)) }, for: link), turn)
        case .due(let retractions): return release(retractions, turn)
        case .recallRecords(let envelopes): return recall(envelopes, turn)
        case .recallOwn(let ids):
            spreading.recall(own: ids)
            return []
        case .recallHeld(let rows): return recall(rows, turn)
        case .recallStem(let envelopes): return recall(onStem: envelopes, turn)
        case .recallAnchors(let records):
            membership.recall(anchors: records, now: now)
            return []
        }
    }

    /// The two clocks as one input finds them.
    struct Turn: Sendable {
        let now: Moment
        let wall: WallTime
    }

    // MARK: Time

    private mutating func wake(_ turn: Turn) -> [Effect] {
        var effects = run(spreading.wake(turn.now), turn)
        effects += run(membership.wake(now: turn.now, wall: turn.wall), turn)
        effects += run(stem.wake(turn.now), turn)
        if book.charters != nil {
            effects += run(sync.wake(now: turn.now, wall: turn.wall), turn)
        }
        if turn.now >= nextDue {
            nextDue = turn.now.adding(milliseconds: Limits.dueIdleMilliseconds)
            effects.append(.takeDue(turn.wall))
        }
        if turn.now >= nextMinute {
            nextMinute = turn.now.adding(milliseconds: 60_000)
            effects.append(.expire(turn.wall))
            pools.expire(turn.wall)
            effects += checkClocks() + probeLinks(turn) + publishAgain(turn)
        }
        if turn.now >= nextHour {
            nextHour = turn.now.adding(milliseconds: 3_600_000)
            recordSeq = max(recordSeq + 1, turn.wall.seconds)
            membership.renew(Self.record(configuration, seq: recordSeq, turn.wall))
            effects += renewRecords(turn)
        }
        return effects
    }

    private mutating func renewRecords(_ turn: Turn) -> [Effect] {
        var effects: [Effect] = []
        for draft in book.renewals(now: turn.wall) {
            // Our own word as well: refused means that a newer one came meanwhile.
            effects +=
                (try? considered(draft.worked(from: 0), draft.id, isOwn: false, 0, nil, turn)) ?? []
        }
        return effects
    }

    /// Measures how long the way to each neighbour is.
    private mutating func probeLinks(_ turn: Turn) -> [Effect] {
        var effects: [Effect] = []
        for link in membership.neighbours { effects += probe(link, turn) }
        return effects
    }

    mutating func probe(_ link: LinkID, _ turn: Turn) -> [Effect] {
        let value = choices.next() | 1
        peers[link]?.probe = (value, turn.now)
        return send(link, .ping(value), turn)
    }

    /// Warns, and does nothing else, when the neighbours we chose to dial disagree with our clock.
    private mutating func checkClocks() -> [Effect] {
        guard let median = clockAhead else { return [] }
        let isOff = median.magnitude >= Limits.clockWarningSeconds
        defer { warnedClock = isOff }
        return isOff && !warnedClock ? [.note(.clockOff(median))] : []
    }

    // MARK: Store orders

    mutating func token() -> StoreToken {
        defer { nextToken += 1 }
        return StoreToken(number: nextToken)
    }

    mutating func order(_ pending: Pending, _ items: [StoreItem]) -> [Effect] {
        let token = token()
        self.pending[token] = pending
        for item in items { storing[item.id] = token }
        return [.store(token, items)]
    }
}
