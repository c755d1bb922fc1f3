public import Model
import Sodium
public import Wire

/// Compares what this node holds with what others hold, and says what each lacks.
/// Source: protocol/22-reconciliation.md.
///
/// It keeps the index of what is held, in memory. Processor time is counted as work of the index,
/// not in seconds, since a machine has no clock that runs while it works.
public struct Reconciler: Sendable {
    public enum Effect: Sendable, Equatable {
        case send(LinkID, Frame)
        /// The node on this link has these and we lack them: to be asked for.
        case need([ItemID], from: LinkID, session: UInt32)
        /// We have these and it lacks them: to be announced, hops 255. At most 1024.
        case offer([ItemID], to: LinkID)
        /// All classes were compared with the node on this link, and what could be was exchanged.
        case finished(LinkID, SyncReport)
        /// It sent what no node sends that keeps to the protocol.
        case misbehaved(LinkID)
    }

    struct Peer: Sendable {
        let key: Secret
        var isNeighbour = false
        /// When a round with it is to begin.
        var due: Moment?
        /// Ours.
        var round: SyncRound?
        /// The one it opened, and a message that waits for lanes.
        var theirs: SyncSession?
        var unread: [UInt8]?
        /// Found lacking in the last round and not settled yet.
        var missing: Set<ItemID> = []
        /// The last round compared all classes to their ends.
        var wasCompared = false
        var compared: Moment?
        var work: Budget
        var opens: Budget
    }

    /// Topics that sessions of our own are about; none for all. For leaves.
    public var topics: [Topic] = []
    var peers: [LinkID: Peer] = [:]
    /// In the order they came, so that effects have one order.
    var order: [LinkID] = []
    var choices: Choices
    /// By class; nil where it is not held, and while a session looks at it.
    var indexes: [RangeIndex?]
    let classes: [TTLClass]
    private var expiredAt = WallTime(seconds: 0)
    /// When a neighbour's turn comes, and when another node's.
    var nextNeighbour: Moment?
    var nextOther: Moment?

    /// - Parameter classes: those held here.
    public init(choices: Choices, classes: [TTLClass] = TTLClass.allCases) {
        self.choices = choices
        self.classes = TTLClass.allCases.filter { classes.contains($0) }
        indexes = TTLClass.allCases.map { classes.contains($0) ? RangeIndex() : nil }
    }

    // MARK: What is held

    public var count: Int { indexes.reduce(0) { $0 + ($1?.count ?? 0) } }

    public func contains(_ id: ItemID) -> Bool { indexes.contains { $0?.contains(id) ?? false } }

    /// How many of a class are held.
    public func count(_ ttlClass: TTLClass) -> Int { indexes[Int(ttlClass.rawValue)]?.count ?? 0 }

    /// An item is on disk, now or from an earlier run.
    public mutating func stored(
        _ position: ItemPosition, ttlClass: TTLClass, isRetraction: Bool, topic: Topic
    ) {
        settled(position.id)
        let (envelopes, retractions) = Self.expired(ttlClass, expiredAt)
        guard position.slot >= (isRetraction ? retractions : envelopes) else { return }
        indexes[Int(ttlClass.rawValue)]?.insert(
            position, isRetraction: isRetraction, topic: topic)
    }

    /// An item is held no more.
    public mutating func removed(_ id: ItemID) {
        for index in indexes.indices where indexes[index]?.remove(id) == true { return }
    }

    /// A needed item need not be waited for: it came, was refused, or nobody has it.
    public mutating func settled(_ id: ItemID) {
        for link in order where peers[link]?.missing.isEmpty == false {
            peers[link]?.missing.remove(id)
        }
    }

    /// Time has passed on the wall: what expired leaves the indexes, retractions a day later.
    public mutating func expired(_ wall: WallTime) {
        guard wall.slot > expiredAt.slot else { return }
        for ttlClass in classes {
            let (envelopes, retractions) = Self.expired(ttlClass, wall)
            indexes[Int(ttlClass.rawValue)]?.expire(
                envelopesBelow: envelopes, done: Self.expired(ttlClass, expiredAt).envelopes,
                retractionsBelow: retractions)
        }
        expiredAt = wall
    }

    /// The lowest slots whose envelopes and retractions have not expired.
    static func expired(
        _ ttlClass: TTLClass, _ wall: WallTime
    ) -> (envelopes: Slot, retractions: Slot) {
        func lowest(_ life: UInt64) -> Slot {
            wall.seconds < life ? Slot(0) : Slot(UInt32(clamping: (wall.seconds - life) / 600 + 1))
        }
        return (
            lowest(ttlClass.seconds), lowest(ttlClass.seconds + Limits.retractionExtraSeconds)
        )
    }

    /// The oldest slot whose envelopes live long enough to be worth comparing: what the other node
    /// must still take when it arrives, and two slots for the way and for clocks.
    static func oldest(_ ttlClass: TTLClass, _ wall: WallTime) -> Slot {
        expired(ttlClass, wall.adding(seconds: Limits.remainingSeconds + 2 * 600)).envelopes
    }

    // MARK: Links

    /// A link to a node that was greeted.
    ///
    /// - Parameter key: `H("kith1:sync", handshake hash)`.
    public mutating func linked(_ link: LinkID, key: [UInt8], now: Moment) {
        precondition(key.count == 32, "a link's key has 32 bytes, not \(key.count)")
        guard peers[link] == nil else { return }
        peers[link] = Peer(
            key: Secret(key),
            work: Budget(
                Allowance(burst: Limits.syncWork, perSecond: Limits.syncWorkPerSecond)),
            opens: Budget(Allowance(burst: Limits.syncOpens, perSecond: 1)))
        order.append(link)
        if nextNeighbour == nil {
            nextNeighbour = now.adding(
                milliseconds: choices.jittered(Limits.syncNeighbourMilliseconds))
            nextOther = now.adding(milliseconds: choices.jittered(Limits.syncOtherMilliseconds))
        }
    }

    /// Nothing of a link's sessions outlives it.
    public mutating func unlinked(_ link: LinkID) {
        guard peers.removeValue(forKey: link) != nil else { return }
        order.removeAll { $0 == link }
        if order.isEmpty { (nextNeighbour, nextOther) = (nil, nil) }
    }

    /// The node became a neighbour, or is one no more. A new neighbour is compared with soon.
    public mutating func neighbour(_ link: LinkID, _ isNeighbour: Bool, now: Moment) {
        guard let peer = peers[link], peer.isNeighbour != isNeighbour else { return }
        peers[link]?.isNeighbour = isNeighbour
        let fresh = peer.compared.map {
            $0.adding(milliseconds: Limits.syncNeighbourMilliseconds) > now
        }
        guard isNeighbour, peer.due == nil, peer.round == nil, fresh != true else { return }
        let wait = UInt64(choices.below(Limits.syncStartMilliseconds))
        peers[link]?.due = now.adding(milliseconds: wait)
    }

    /// Whether all that the node on this link held at the last comparison is here, or was refused.
    public func isInSync(_ link: LinkID) -> Bool {
        guard let peer = peers[link] else { return false }
        return peer.wasCompared && peer.missing.isEmpty
    }

    /// The classes that sessions with the node on this link are about now, our own first.
    public func comparing(_ link: LinkID) -> [TTLClass] {
        [peers[link]?.round?.session, peers[link]?.theirs].compactMap { $0?.ttlClass }
    }

    /// Sessions under way, our own and others'.
    public var sessions: Int { ours + theirs }

    /// When `wake` has something to do; a moment long past for at once.
    public var deadline: Moment? {
        var moments = [nextNeighbour, nextOther]
        let isRoom = hasRoomForOurs
        for link in order {
            guard let peer = peers[link] else { continue }
            moments.append(peer.unread == nil ? peer.theirs?.deadline : Self.atOnce)
            guard let round = peer.round else {
                moments.append(peer.due)
                continue
            }
            switch round.phase {
            case .waiting: moments.append(isRoom ? Self.atOnce : nil)
            case .resting(let until): moments.append(until)
            case .open(let session): moments.append(session.deadline)
            case .settling(let until, _, _, _):
                moments.append(peer.missing.isEmpty ? Self.atOnce : until)
            }
        }
        return moments.compactMap { $0 }.min()
    }

    static let atOnce = Moment(milliseconds: 0)

    // MARK: Sessions

    var ours: Int { peers.values.reduce(0) { $0 + ($1.round?.session == nil ? 0 : 1) } }
    var theirs: Int { peers.values.reduce(0) { $0 + ($1.theirs == nil ? 0 : 1) } }

    var hasRoomForOurs: Bool { ours + theirs < Limits.syncSessions }

    /// Some are kept for sessions of our own, so that nobody keeps us from comparing.
    var hasRoomForTheirs: Bool {
        hasRoomForOurs && theirs < Limits.syncSessions - Limits.syncSessionsReserved
    }

    /// Lets a session look at its index. Gives the work done too; nil if the class is not held.
    mutating func look<Result>(
        _ session: inout SyncSession, key: Secret, _ body: (inout IndexView) -> Result
    ) -> (Result, work: Int)? {
        guard var view = takeView(&session, key) else { return nil }
        let worked = view.work
        let result = body(&view)
        let work = view.work - worked
        if view.whole == nil {
            indexes[Int(session.ttlClass.rawValue)] = view.index
        } else {
            session.part = view.index
        }
        return (result, work)
    }

    /// Takes the index out of where it stands, so that what changes in it changes no copy.
    private mutating func takeView(_ session: inout SyncSession, _ key: Secret) -> IndexView? {
        let place = Int(session.ttlClass.rawValue)
        if let part = session.part.take() {
            return IndexView(part, of: indexes[place], from: session.from, key: key)
        }
        guard let index = indexes[place].take() else { return nil }
        return IndexView(index, of: nil, from: session.from, key: key)
    }
}
