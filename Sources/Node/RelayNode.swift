public import Gossip
public import Model
import Sealing
public import Sodium
public import Wire

/// A relay: everything it decides, and nothing it does. Inputs say what happened, effects are
/// orders; the shell carries them out in order and reports back. The simulator runs this very code.
///
/// Source: protocol/03-links.md to 09-receipts.md; PROTOCOL.md's section 20 shape:
/// (state, input, now) → (state, effects).
public struct RelayNode: Sendable {
    public struct Configuration: Sendable {
        public var network: NetworkID
        public var nodeKey: SigningKey
        public var addresses: [PeerAddress]
        /// Communities carried whatever the charter says.
        public var carried: [CommunityID]
        /// Mean wait before a retraction is let go, seconds. Source: protocol/07-retraction.md.
        public var eraseDelaySeconds: UInt64
        /// Seeds choices, never keys.
        public var seed: UInt64

        public init(
            network: NetworkID, nodeKey: SigningKey, addresses: [PeerAddress],
            carried: [CommunityID], eraseDelaySeconds: UInt64 = 600, seed: UInt64
        ) {
            self.network = network
            self.nodeKey = nodeKey
            self.addresses = addresses
            self.carried = carried
            self.eraseDelaySeconds = eraseDelaySeconds
            self.seed = seed
        }
    }

    struct LinkedPeer: Sendable {
        let node: NodeID
        let dialled: Text?
        var hello: Hello?
        var clockAhead: Int64?
        var announcements = 0
        var badItems = 0
        /// Frames that wait for the network's charter.
        var held: [Frame] = []
    }

    /// An order to the store that has not been answered.
    enum Pending: Sendable {
        case item(StoreItem, hops: UInt8, from: LinkID?)
        case submission(UInt64, [StoreItem], replaces: [ItemID])
        case delayed(UInt64)
        case record(StoreItem, hops: UInt8, from: LinkID?, replaces: [ItemID])
    }

    /// Unanswered store orders for unasked items; above it they are asked for instead.
    static let mostPending = 4096
    /// The same for asked ones and retractions: above it they come from others, or again.
    static let mostPendingWanted = 8192
    /// Frames held for one link until a charter is known.
    static let mostHeld = 16
    /// Items that break the rules before a link is closed.
    static let mostBadItems = 100

    let configuration: Configuration
    let node: NodeID
    var choices: Choices
    public internal(set) var book: RecordBook
    var spreading = Spreading()
    var dialling = Dialling()
    var peers: [LinkID: LinkedPeer] = [:]
    var linkOrder: [LinkID] = []
    var blocked: [NodeID] = []
    var pending: [StoreToken: Pending] = [:]
    var storing: [ItemID: StoreToken] = [:]
    var nextToken: UInt64 = 1
    var nextTick: Moment
    var nextExpiry: Moment
    var nextRenewal: Moment
    var recordSeq: UInt64
    var warnedClock = false

    public init(_ configuration: Configuration, now: Moment, wall: WallTime) {
        self.configuration = configuration
        guard let node = NodeID(configuration.nodeKey.publicKey) else {
            preconditionFailure("a public key has 32 bytes")
        }
        self.node = node
        choices = Choices(seed: configuration.seed)
        book = RecordBook(network: configuration.network, carried: configuration.carried)
        nextTick = now
        nextExpiry = now
        nextRenewal = now.adding(milliseconds: 60_000)
        recordSeq = wall.seconds
    }

    public var deadline: Moment? {
        var next = nextTick
        if let spreading = spreading.deadline { next = min(next, spreading) }
        if let dialling = dialling.deadline(seeds: false) { next = min(next, dialling) }
        return next
    }

    /// The links as an operator sees them, in the order they came.
    public var peerList: [Peer] {
        let storing = storingLinks
        return linkOrder.compactMap { link in
            peers[link].map {
                Peer(
                    node: $0.node, address: $0.dialled, isDialled: $0.dialled != nil,
                    isGreeted: $0.hello != nil, clockAhead: $0.clockAhead,
                    addresses: $0.hello?.record.addresses ?? [],
                    isInSync: !spreading.isAwaiting(link) && !storing.contains(link))
            }
        }
    }

    /// Links that brought something which is not on disk yet.
    private var storingLinks: Set<LinkID> {
        var links: Set<LinkID> = []
        for order in pending.values {
            switch order {
            case .item(_, _, let link?), .record(_, _, let link?, _): links.insert(link)
            case .item, .record, .submission, .delayed: break
            }
        }
        return links
    }

    /// Addresses known, with whether each is dialled or linked now.
    public var knownAddresses: [(address: Text, node: NodeID?, isBusy: Bool, failures: UInt64)] {
        dialling.known.map { ($0.address, $0.node, $0.isBusy, $0.failures) }
    }

    public mutating func handle(_ input: Input, now: Moment, wall: WallTime) -> [Effect] {
        switch input {
        case .wake: return wake(now, wall)
        case .opened(let link, let node, let dialled):
            return opened(link, node, dialled, now, wall)
        case .heard(let link, let frame): return heard(link, frame, now, wall)
        case .drained(let link): return run(spreading.drained(link), now, wall)
        case .closed(let link): return closed(link, now, wall)
        case .dialFailed(let address):
            dialling.ended(address, now: now, jitter: choices.next())
            return []
        case .submit(let ticket, let envelopes): return submit(ticket, envelopes, wall)
        case .erase(let ticket, let retractions): return erase(ticket, retractions, wall)
        case .know(let address, let node):
            dialling.add(address, node: node, kind: .pinned, now: now)
            return []
        case .block(let node): return block(node, now, wall)
        case .unblock(let node):
            blocked.removeAll { $0 == node }
            return []
        case .stored(let token, let outcome): return stored(token, outcome, now, wall)
        case .missing(let link, let ids):
            return run(spreading.missing(ids, from: link, now: now), now, wall)
        case .fetched(let link, let found):
            let items = found.map { ($0.id, $0.item) }
            return run(spreading.fetched(items, for: link), now, wall)
        case .page: return []
        case .due(let retractions): return release(retractions, wall)
        case .recallRecords(let envelopes): return recall(envelopes, now, wall)
        case .recallOwn(let ids):
            spreading.recall(own: ids)
            return []
        }
    }

    // MARK: Time

    private mutating func wake(_ now: Moment, _ wall: WallTime) -> [Effect] {
        var effects = run(spreading.wake(now), now, wall)
        let linked = peers.values.map { $0.node }
        let room = max(0, min(Limits.dialsAtOnce, Limits.links - peers.count))
        for address in dialling.due(now, limit: room, isLinked: { linked.contains($0) }) {
            effects.append(.dial(address))
        }
        guard now >= nextTick else { return effects }
        nextTick = now.adding(milliseconds: 1000)
        effects.append(.takeDue(wall))
        if now >= nextExpiry {
            nextExpiry = now.adding(milliseconds: 60_000)
            effects.append(.expire(wall))
            effects += checkClocks()
        }
        if now >= nextRenewal {
            nextRenewal = now.adding(milliseconds: 3_600_000)
            for draft in book.renewals(now: wall) {
                // Our own word as well: refused means that a newer one came meanwhile.
                effects +=
                    (try? considered(
                        draft.worked(from: 0), draft.id, isOwn: false, 0, nil, now, wall)) ?? []
            }
        }
        return effects
    }

    /// Warns, and does nothing else, when the neighbours we chose to dial disagree with our clock.
    private mutating func checkClocks() -> [Effect] {
        guard let median = clockAhead else { return [] }
        let isOff = median.magnitude >= Limits.clockWarningSeconds
        defer { warnedClock = isOff }
        return isOff && !warnedClock ? [.note(.clockOff(median))] : []
    }

    /// Seconds by which the clocks of up to five dialled neighbours are ahead of ours, by median:
    /// of those we chose, since anybody may dial us.
    public var clockAhead: Int64? {
        let ahead = linkOrder.compactMap { link in
            peers[link].flatMap { $0.dialled == nil ? nil : $0.clockAhead }
        }.suffix(5).sorted()
        return ahead.isEmpty ? nil : ahead[ahead.count / 2]
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

    /// Turns spreading's effects into the node's.
    mutating func run(_ effects: [Spreading.Effect], _ now: Moment, _ wall: WallTime) -> [Effect] {
        var out: [Effect] = []
        for effect in effects {
            switch effect {
            case .send(let link, let frame): out.append(.send(link, frame))
            case .findMissing(let ids, let link): out.append(.findMissing(link, ids))
            case .fetch(let ids, let link): out.append(.fetch(link, ids))
            case .witnessed(let id, let node):
                out.append(.witness(id, node, isReceipt: false))
            case .close(let link): out += refuse(link, .tooMuchAsked, now, wall)
            }
        }
        return out
    }
}
