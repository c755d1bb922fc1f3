import Model
import Sodium
import Wire

/// What a comparison with one node, over all ttl classes, came to.
public struct SyncReport: Sendable, Equatable {
    /// Ids the other node has and we lacked.
    public var needed = 0
    /// Ids we have that were announced to it.
    public var offered = 0
    /// Whether every class was compared to its end.
    public var isComplete = true
    public var messages = 0
    /// Both ways.
    public var bytes = 0

    public init() {}
}

/// Reasons of END. Source: protocol/schema/codes.md.
enum SyncEnding {
    static let done: UInt8 = 0
    static let openAgain: UInt8 = 1
    static let limit: UInt8 = 2
    static let notNow: UInt8 = 3
    static let classNotHeld: UInt8 = 4
    static let malformed: UInt8 = 5
    static let noAnswer: UInt8 = 6
}

/// One comparison of one ttl class with one node, from a slot up.
struct SyncSession: Sendable {
    let number: UInt32
    let ttlClass: TTLClass
    let from: Slot
    let begun: Moment
    var heard: Moment
    var bytes = 0
    var messages = 0
    var differences = 0
    var needed = 0
    var offered = 0
    /// A copy of what is about the session's topics; nil for all of the class.
    var part: RangeIndex?

    init(number: UInt32, ttlClass: TTLClass, from: Slot, now: Moment) {
        self.number = number
        self.ttlClass = ttlClass
        self.from = from
        begun = now
        heard = now
    }

    var isAtLimit: Bool {
        bytes >= Limits.syncBytes || messages >= 2 * Limits.syncRounds
            || differences >= Limits.syncDifferences || needed >= Limits.syncNeeds
    }

    var deadline: Moment {
        min(
            heard.adding(milliseconds: Limits.syncIdleMilliseconds),
            begun.adding(milliseconds: Limits.syncMilliseconds))
    }

    /// A message, either way.
    mutating func count(_ message: [UInt8]) {
        bytes += message.count
        messages += 1
    }
}

/// Comparing with one node, class after class, begun by us.
struct SyncRound: Sendable {
    enum Phase: Sendable {
        /// For room among the sessions, and for lanes.  // next: open
        case waiting
        /// The other node has no room.  // next: waiting
        case resting(until: Moment)
        case open(SyncSession)  // next: settling, resting, waiting
        /// What was found is being exchanged; `left` of `all` were missing when last looked.
        case settling(until: Moment, left: Int, of: Int, then: Next)  // next: waiting
    }

    enum Next: Sendable, Equatable { case sameClass, nextClass }

    /// Those to be compared, the current one first.
    var classes: [TTLClass]
    var phase = Phase.waiting
    /// The newest week only, since we are far behind.
    var isNewestOnly = false
    /// The lowest slot that the other node compares.
    var from: Slot?
    /// How often this class was opened again at the other's word.
    var reopened = 0
    /// How often the other node had no room.
    var refused = 0
    var report = SyncReport()

    var session: SyncSession? {
        if case .open(let session) = phase { session } else { nil }
    }
}

/// An index as one session sees it: from a slot up, with fingerprints under the link's key.
struct IndexView: OrderedItems {
    var index: RangeIndex
    /// What is held in all, where `index` is a part of it.
    var whole: RangeIndex?
    let key: Secret
    private let base: Int

    init(_ index: RangeIndex, of whole: RangeIndex?, from: Slot, key: Secret) {
        self.index = index
        self.whole = whole
        self.key = key
        base = index.rank(of: from)
    }

    var count: Int { index.count - base }

    var work: Int { index.work }

    func item(at rank: Int) -> RangeItem {
        let position = index.position(at: base + rank)
        return RangeItem(time: UInt64(position.slot.number), id: position.id)
    }

    func rank(of bound: RangeBound) -> Int { max(0, index.rank(of: bound) - base) }

    func ids(_ ranks: Range<Int>) -> [ItemID] {
        index.ids(base + ranks.lowerBound..<base + ranks.upperBound)
    }

    func contains(_ id: ItemID) -> Bool { whole?.contains(id) ?? index.contains(id) }

    mutating func fingerprint(_ ranks: Range<Int>) -> [UInt8] {
        index.fingerprint(base + ranks.lowerBound..<base + ranks.upperBound, key: key)
    }

    /// The next message. As a result, since a closure cannot name its error's type.
    mutating func answer(
        _ message: [UInt8], as role: RangeComparison.Role, within bounds: RangeComparison.Bounds
    ) -> Result<RangeComparison.Answer, RangeMessageError> {
        guard message.count <= Limits.syncMessageBytes else {
            return .failure(.tooLong(bytes: message.count))
        }
        do {
            return .success(
                try RangeComparison.answer(message, as: role, within: bounds, &self))
        } catch {
            return .failure(error)
        }
    }
}
