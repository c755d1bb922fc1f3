import Gossip
import Model
import Node
import Wire

/// One thing that somebody submitted, and how it got about.
struct Item: Sendable {
    static let unknownHop: UInt8 = 255

    let id: ItemID
    /// What takes it back; nil for what is a retraction itself.
    let retraction: Retraction?
    /// The item that this takes back.
    let target: Int?
    let origin: Int32
    /// −1 for what belongs to no round.
    let round: Int
    /// When, on the world's clock.
    let sentAt: UInt64
    /// It is to be taken back.
    var willGo: Bool
    /// Its origin acknowledged it.
    var isKept = false
    /// Its origin's disk was lost: nobody promises it any more.
    var mayBeLost = false
    /// The item that takes this one back.
    var takenBackBy: Int?
    /// Links it travelled to each host: counted here, whatever frames say.
    private var hops: [UInt8]
    private var holders: [UInt64]
    /// Hosts that keep it, the origin aside.
    var deliveries = 0
    var lastHop: UInt8 = 0
    var lastAt: UInt64 = 0
    /// Times it was sent whole.
    var copies = 0
    /// From whom a spy had it first.
    var spiedFrom: Int32?

    init(
        id: ItemID, retraction: Retraction?, target: Int? = nil, origin: Int32, round: Int,
        sentAt: UInt64, hostCount: Int, willGo: Bool = false
    ) {
        self.id = id
        self.retraction = retraction
        self.target = target
        self.origin = origin
        self.round = round
        self.sentAt = sentAt
        self.willGo = willGo
        hops = [UInt8](repeating: Self.unknownHop, count: hostCount)
        holders = [UInt64](repeating: 0, count: (hostCount + 63) / 64)
        hops[Int(origin)] = 0
    }

    func isHeld(by host: Int32) -> Bool {
        let word = Int(host) / 64
        return word < holders.count && holders[word] >> UInt64(host % 64) & 1 == 1
    }

    /// Hosts may have come since.
    mutating func hold(by host: Int32) {
        while Int(host) / 64 >= holders.count { holders.append(0) }
        holders[Int(host) / 64] |= 1 << UInt64(host % 64)
    }

    func hop(at host: Int32) -> UInt8 {
        Int(host) < hops.count ? hops[Int(host)] : Self.unknownHop
    }

    mutating func come(to host: Int32, from other: Int32) {
        guard hop(at: host) == Self.unknownHop else { return }
        while Int(host) >= hops.count { hops.append(Self.unknownHop) }
        let before = hop(at: other)
        hops[Int(host)] = before == Self.unknownHop ? 1 : min(before + 1, Self.unknownHop - 1)
    }
}

/// What came of one round.
public struct Round: Sendable, Equatable {
    public var number: Int
    public var items = 0
    /// Hosts that were to get something and did.
    public var deliveries = 0
    /// Times something was sent whole.
    public var copies = 0
    public var missed = 0
    public var lastHop = 0
    /// Milliseconds until the last had it.
    public var lastDelay: UInt64 = 0

    /// Relative message redundancy, m/(n−1) − 1. Source: Plumtree (SRDS 2007) §4.
    public var redundancy: Double {
        deliveries == 0 ? 0 : Double(copies) / Double(deliveries) - 1
    }

    public var reliability: Double {
        deliveries + missed == 0 ? 1 : Double(deliveries) / Double(deliveries + missed)
    }
}

/// Everything that was submitted in a run, and where it is.
struct Ledger: Sendable {
    private(set) var items: [Item] = []
    private(set) var rounds: [Round] = []
    var hasSpies = false
    /// Nothing is new any more: what is still said of items is counted.
    var isResting = false
    private(set) var mentions = 0
    private var byID: [ItemID: Int] = [:]
    /// Commitments are as good as ids here, and need no hashing.
    private var byCommitment: [UInt64: Int] = [:]
    private var due: [Int] = []

    /// - Returns: the ticket under which it is submitted.
    mutating func add(_ item: Item) -> UInt64 {
        let index = items.count
        items.append(item)
        byID[item.id] = index
        if let retraction = item.retraction {
            byCommitment[retraction.header.commitment.word] = index
        }
        if let target = item.target { items[target].takenBackBy = index }
        if item.willGo { due.append(index) }
        return UInt64(index) + 1
    }

    mutating func answered(_ ticket: UInt64, isKept: Bool) {
        let index = Int(ticket) - 1
        if items.indices.contains(index), isKept { items[index].isKept = true }
    }

    mutating func takeDue() -> [Int] {
        defer { due = [] }
        return due
    }

    mutating func lost(diskOf host: Host) {
        for index in items.indices where items[index].origin == host.index {
            items[index].mayBeLost = true
        }
    }

    /// What began at a host and was on its disk before is there no more.
    mutating func lost(of host: Host, since before: Disk) {
        for index in items.indices
        where items[index].origin == host.index && before.holds(items[index].id)
            && !host.disk.holds(items[index].id)
        {
            items[index].mayBeLost = true
        }
    }

    /// Whether an item was sent whole to a host, or began there; nil for what nobody submitted.
    func hasCome(_ id: ItemID, to host: Host) -> Bool? {
        byID[id].map { items[$0].hop(at: host.index) != Item.unknownHop }
    }

    /// Whether an item began at a host, whose disk has it if nothing befell that.
    func isOwed(_ id: ItemID, by host: Host) -> Bool {
        guard let index = byID[id] else { return false }
        return items[index].origin == host.index && !items[index].mayBeLost
    }

    func id(of envelope: Envelope) -> ItemID? {
        byCommitment[envelope.header.commitment.word].map { items[$0].id }
    }

    func target(of retraction: Retraction) -> ItemID? {
        byCommitment[retraction.header.commitment.word].map { items[$0].id }
    }

    // MARK: Frames and disks

    mutating func heard(_ frame: Frame, by host: Host, from other: Host) {
        if isResting { count(frame) }
        switch frame {
        case .push(_, let envelope):
            came(byCommitment[envelope.header.commitment.word], host, other, isCopy: true)
        case .stem(.envelope(let envelope)):
            came(byCommitment[envelope.header.commitment.word], host, other, isCopy: false)
        case .retract(let retraction):
            came(retractionIndex(retraction), host, other, isCopy: true)
        case .stem(.retraction(let retraction)):
            came(retractionIndex(retraction), host, other, isCopy: false)
        case .announce(let announced) where hasSpies:
            for one in announced { spy(byID[one.id], host, other) }
        default: break
        }
    }

    private mutating func count(_ frame: Frame) {
        switch frame {
        case .announce(let items): mentions += items.count { byID[$0.id] != nil }
        case .want(_, let ids), .gone(_, let ids), .dontWant(let ids):
            mentions += ids.count { byID[$0] != nil }
        case .graft(let id?, _): mentions += byID[id] == nil ? 0 : 1
        case .push(_, let envelope): mentions += id(of: envelope) == nil ? 0 : 1
        case .stem, .retract, .receipt: mentions += 1
        case .graft(nil, _), .pad, .hello, .ping, .pong, .bye, .membership, .prune, .syncOpen,
            .syncMessage, .syncEnd, .unknown:
            break
        }
    }

    private func retractionIndex(_ retraction: Retraction) -> Int? {
        byCommitment[retraction.header.commitment.word].flatMap { items[$0].takenBackBy }
    }

    private mutating func came(_ index: Int?, _ host: Host, _ other: Host, isCopy: Bool) {
        guard let index else { return }
        if isCopy { items[index].copies += 1 }
        items[index].come(to: host.index, from: other.index)
        spy(index, host, other)
    }

    private mutating func spy(_ index: Int?, _ host: Host, _ other: Host) {
        guard hasSpies, let index, items[index].spiedFrom == nil, host.mischief?.kind == .spy
        else { return }
        items[index].spiedFrom = other.index
    }

    mutating func delivered(_ id: ItemID, to host: Host, now: UInt64, traffic: inout Traffic) {
        guard let index = byID[id], !items[index].isHeld(by: host.index) else { return }
        items[index].hold(by: host.index)
        guard host.index != items[index].origin else { return }
        let delay = now - items[index].sentAt
        items[index].deliveries += 1
        items[index].lastAt = now
        let hop = items[index].hop(at: host.index)
        if hop != Item.unknownHop { items[index].lastHop = max(items[index].lastHop, hop) }
        // Retractions wait before they leave: their delay says nothing.
        if items[index].target == nil { traffic.delivered(after: delay, hop: hop) }
    }

    // MARK: Rounds

    /// A round is over: counts what came of it.
    mutating func close(round number: Int, hosts: [Host]) {
        var round = Round(number: number)
        for item in items where item.round == number {
            round.items += 1
            round.deliveries += item.deliveries
            round.copies += item.copies
            round.lastHop = max(round.lastHop, Int(item.lastHop))
            if item.deliveries > 0 {
                round.lastDelay = max(round.lastDelay, item.lastAt - item.sentAt)
            }
            for host in hosts
            where host.counts && host.upSince <= item.sentAt && !item.isHeld(by: host.index) {
                round.missed += 1
            }
        }
        rounds.append(round)
    }

    /// Whether an item must be held by everybody now: kept at its origin, and not taken back.
    func isOwed(_ item: Item) -> Bool {
        guard item.isKept, !item.mayBeLost else { return false }
        guard let back = item.takenBackBy else { return true }
        return !items[back].isKept
    }
}
