import Model
import Wire

/// Items on their stem at this node, with their embargoes. Own ones are bounded by number, others'
/// by bytes.
struct StemPool: Sendable {
    struct Held: Sendable {
        let item: StemItem
        let isOwn: Bool
        /// It came by STEM though it was here.
        var hasReturned = false
        /// Nil for an own item that has not left.
        var embargo: Moment?
    }

    private struct Timer: Sendable, Comparable {
        let moment: Moment
        let id: ItemID

        static func < (l: Self, r: Self) -> Bool {
            l.moment != r.moment ? l.moment < r.moment : l.id < r.id
        }
    }

    /// What an item counts at the least, so that the number of small ones is bounded too.
    static let leastBytes = 512

    private let limit: Int
    private var held: [ItemID: Held] = [:]
    /// Latest first, so that the next one goes without moving the others.
    private var timers: [Timer] = []
    private(set) var othersBytes = 0
    private(set) var ownCount = 0

    init(limit: Int) { self.limit = limit }

    subscript(id: ItemID) -> Held? { held[id] }

    var count: Int { held.count }

    var timerCount: Int { timers.count }

    var nextEmbargo: Moment? { timers.last?.moment }

    func hasRoom(for item: StemItem) -> Bool { othersBytes + Self.bytes(item) <= limit }

    mutating func add(_ id: ItemID, _ item: StemItem, isOwn: Bool) {
        remove(id)
        held[id] = Held(item: item, isOwn: isOwn)
        if isOwn { ownCount += 1 } else { othersBytes += Self.bytes(item) }
    }

    mutating func returned(_ id: ItemID) { held[id]?.hasReturned = true }

    mutating func embargo(_ id: ItemID, until moment: Moment) {
        guard held[id] != nil else { return }
        lift(id)
        held[id]?.embargo = moment
        let timer = Timer(moment: moment, id: id)
        timers.insert(timer, at: place(timer))
    }

    /// Ends an item's embargo; the item stays.
    mutating func lift(_ id: ItemID) {
        guard let moment = held[id]?.embargo else { return }
        held[id]?.embargo = nil
        let timer = Timer(moment: moment, id: id)
        let index = place(timer)
        if index < timers.count, timers[index] == timer { timers.remove(at: index) }
    }

    mutating func remove(_ id: ItemID) {
        lift(id)
        guard let gone = held.removeValue(forKey: id) else { return }
        if gone.isOwn { ownCount -= 1 } else { othersBytes -= Self.bytes(gone.item) }
    }

    func nextDue(_ now: Moment) -> ItemID? {
        timers.last.flatMap { $0.moment <= now ? $0.id : nil }
    }

    /// The first index whose timer is not later than `timer`.
    private func place(_ timer: Timer) -> Int {
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            if timers[middle] > timer { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func bytes(_ item: StemItem) -> Int {
        switch item {
        case .envelope(let envelope): max(leastBytes, envelope.bytes.count)
        case .retraction: leastBytes
        }
    }
}

/// Own items that have not left, urgent ones first, each kind in the order it came.
struct StemQueue: Sendable {
    struct Entry: Sendable, Equatable {
        let id: ItemID
        let since: Moment
        /// From then on neighbours would find it too old.
        let tooLate: Moment
    }

    private var urgent: [Entry] = []
    private var ordinary: [Entry] = []
    /// Before this no ordinary one leaves; nil while none waits.
    var ordinaryGap: Moment?
    /// When own items left.
    var left = LastMinute()

    var all: [Entry] { urgent + ordinary }

    var hasUrgent: Bool { !urgent.isEmpty }

    var hasNoOrdinary: Bool { ordinary.isEmpty }

    /// The one that waits longest.
    var oldest: Entry? {
        [urgent.first, ordinary.first].compactMap { $0 }.min { $0.since < $1.since }
    }

    var nextTooLate: Moment? {
        let next = [urgent.lazy.map { $0.tooLate }.min(), ordinary.lazy.map { $0.tooLate }.min()]
            .compactMap { $0 }.min()
        return next == Moment(milliseconds: .max) ? nil : next
    }

    mutating func add(_ entry: Entry, isUrgent: Bool) {
        if isUrgent { urgent.append(entry) } else { ordinary.append(entry) }
    }

    mutating func takeNext() -> ItemID? {
        if !urgent.isEmpty { return urgent.removeFirst().id }
        return ordinary.isEmpty ? nil : ordinary.removeFirst().id
    }

    mutating func remove(_ id: ItemID) {
        urgent.removeAll { $0.id == id }
        ordinary.removeAll { $0.id == id }
    }

    func tooLate(_ now: Moment) -> [ItemID] {
        all.filter { $0.tooLate <= now }.map { $0.id }
    }
}
