import Gossip
import Model
import TestKit
import Wire

/// Many membership machines joined without sockets: links that keep order, dials that succeed or
/// fail, one queue. The same run every time.
struct MembershipNetwork {
    enum Event {
        case frame(LinkID, MembershipFrame)
        case connect(from: Int, Text)
        case dialFailed(Int, Text)
        case hungUp(LinkID)
        case compared(LinkID)
        case wake(Int)
    }

    struct End {
        let node: Int
        let other: LinkID
        let isDialler: Bool
        /// When the last frame on its way to here arrives.
        var arrives: Moment
    }

    /// What one node is, besides its machine.
    struct Site {
        let index: Int
        let group: SourceGroup?
        /// Nobody's dial reaches it.
        let isHidden: Bool
        var isAlive = true
        /// Nodes of different sides do not reach each other.
        var side = 0
        var up: [LinkID] = []
        var links: [NodeID: LinkID] = [:]
        var linksOfOthers = 0
        var armed: Moment?
        var anchors: [PeerRecord] = []
    }

    static let start = Moment(milliseconds: 1_000_000)

    var now = Self.start
    var machines: [Membership] = []
    var sites: [Site] = []
    var latency: ClosedRange<UInt64> = 5...50
    /// A dial that reaches nobody ends after this.
    var timeout: UInt64 = 3000
    var comparesDiffer = false
    /// What was seen, by kind.
    var frames = 0
    var disconnects = 0
    var dials = 0
    var compares = 0
    var misbehaved = 0

    var ends: [LinkID: End] = [:]
    var queue = MembershipQueue<Event>()
    var random: SeededRandom
    var lastLink: UInt64 = 0
    var byAddress: [Text: Int] = [:]

    init(seed: UInt64) { random = SeededRandom(seed) }

    var wall: WallTime {
        testStart.adding(seconds: (now.milliseconds - Self.start.milliseconds) / 1000)
    }

    // MARK: Nodes

    static func node(_ index: Int) -> NodeID {
        var bytes = [UInt8](repeating: 0x11, count: 24)
        bytes.insert(contentsOf: SeededRandom(UInt64(index)).first8, at: 0)
        return NodeID(bytes) ?? .zero
    }

    /// Every node in a group of its own, as long as there are fewer than 20 000.
    static func address(_ index: Int) -> PeerAddress {
        .ipv4([UInt8(20 + index / 256), UInt8(index % 256), 1, 1], port: 7447)
    }

    static func record(
        _ index: Int, addresses: [PeerAddress]? = nil, seq: UInt64 = 1
    ) -> PeerRecord {
        PeerRecord(
            node: node(index), seq: seq,
            notAfter: UInt32(testStart.seconds + Limits.peerRecordSeconds),
            addresses: addresses ?? [address(index)])
    }

    static func settings(_ index: Int) -> Membership.Settings {
        Membership.Settings(node: node(index)) { UInt64($0.notAfter) > $1.seconds }
    }

    @discardableResult
    mutating func add(
        isHidden: Bool = false, address: PeerAddress? = nil,
        _ change: (inout Membership.Settings) -> Void = { _ in }
    ) -> Int {
        let index = machines.count
        var settings = Self.settings(index)
        change(&settings)
        let listed = address ?? Self.address(index)
        let record = Self.record(index, addresses: isHidden ? [] : [listed])
        machines.append(
            Membership(settings, own: record, choices: Choices(seed: random.next()), now: now))
        let group = SourceGroup(record: Self.record(index, addresses: [listed]))
        sites.append(Site(index: index, group: group, isHidden: isHidden))
        byAddress[listed.text] = index
        arm(index)
        return index
    }

    mutating func know(_ index: Int, _ other: Int, kind: Dialling.Kind = .seed) {
        machines[index].know(
            machines[other].own.addresses[0].text, node: machines[other].own.node, kind: kind,
            now: now)
        arm(index)
    }

    /// Takes a node away without a word; its links end a while later.
    mutating func crash(_ index: Int) {
        for link in sites[index].links.values.sorted() { cut(link) }
        sites[index].isAlive = false
        sites[index].up = []
        sites[index].links = [:]
    }

    /// Starts a crashed node with nothing but its anchors.
    mutating func restart(_ index: Int, anchors: [PeerRecord]) {
        machines[index] = Membership(
            Self.settings(index), own: machines[index].own,
            choices: Choices(seed: random.next()), now: now)
        machines[index].recall(anchors: anchors, now: now)
        sites[index].isAlive = true
        sites[index].armed = nil
        arm(index)
    }

    mutating func stop(_ index: Int) {
        carryOut(index) { machine, now, _ in machine.stop(now: now) }
        for link in sites[index].links.values.sorted() { hangUp(link) }
        sites[index].isAlive = false
    }

    /// Nodes of different sides are cut off from each other; links between them end.
    mutating func setSides(_ side: (Int) -> Int) {
        for index in sites.indices { sites[index].side = side(index) }
        for link in ends.keys.sorted() {
            guard let end = ends[link], let other = ends[end.other] else { continue }
            if sites[end.node].side != sites[other.node].side { cut(link) }
        }
    }

    // MARK: What can be said of the whole

    var alive: [Int] { sites.indices.filter { sites[$0].isAlive } }

    func neighbours(_ index: Int) -> [Int] {
        sites[index].up.compactMap { link in
            ends[link].flatMap { ends[$0.other] }.map { $0.node }
        }
    }

    /// Neighbour relations that only one side knows of.
    var oneSided: Int {
        alive.reduce(0) { sum, index in
            sum
                + sites[index].up.filter { link in
                    guard let end = ends[link], let other = ends[end.other] else { return true }
                    return !sites[other.node].up.contains(end.other)
                }.count
        }
    }

    /// Sets of living nodes that paths over neighbours join.
    var components: Int {
        var seen = Set<Int>()
        var count = 0
        for first in alive where seen.insert(first).inserted {
            count += 1
            var open = [first]
            while let node = open.popLast() {
                for other in neighbours(node) where seen.insert(other).inserted {
                    open.append(other)
                }
            }
        }
        return count
    }

    var fewestNeighbours: Int { alive.map { sites[$0].up.count }.min() ?? 0 }
    var mostNeighbours: Int { alive.map { sites[$0].up.count }.max() ?? 0 }

    var summary: String {
        let sizes = alive.map { sites[$0].up.count }
        var histogram: [Int: Int] = [:]
        for size in sizes { histogram[size, default: 0] += 1 }
        let shape = histogram.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        let outbound = alive.map { index in
            sites[index].up.filter { ends[$0]?.isDialler ?? false }.count
        }
        return "\(components) parts, one-sided \(oneSided), \(shape.joined(separator: " ")), "
            + "least dialled \(outbound.min() ?? 0), frames \(frames), dials \(dials), "
            + "disconnects \(disconnects), compares \(compares), links \(ends.count / 2)"
    }
}

extension SeededRandom {
    /// Eight bytes that depend on the seed alone.
    var first8: [UInt8] {
        var copy = self
        return copy.bytes(8)
    }
}
