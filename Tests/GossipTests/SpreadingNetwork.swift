import Model
import TestKit
import Wire

@testable import Gossip

/// Many spreading machines over links with latencies: no ciphers, stores that answer at once or
/// within some milliseconds, one queue. The same seed gives the same run.
struct SpreadingNetwork {
    /// What a node does that is no honest one.
    enum Manner: Sendable {
        case honest
        /// Announces everything as come over no hops, and gives out nothing.
        case liar
    }

    enum Event: Sendable {
        case frame(LinkID, Frame)
        case stored(Int, ItemID, Envelope, hops: UInt8, from: LinkID?)
        case wake(Int)
        case broken(LinkID)
    }

    struct End {
        let node: Int
        let other: LinkID
        let latency: UInt64
    }

    /// What became of one item.
    struct Broadcast {
        var payloads = 0
        var holders = 0
        var lastHop = 0

        /// Payloads per receiver beyond the one it needs.
        func redundancy(of nodes: Int) -> Double { Double(payloads) / Double(nodes - 1) - 1 }
    }

    private(set) var now = Moment(milliseconds: 0)
    var machines: [Spreading]
    private(set) var manners: [Manner]
    private(set) var held: [[ItemID: Envelope]]
    private var storing: [Set<ItemID>]
    private(set) var broadcasts: [ItemID: Broadcast] = [:]
    private(set) var ends: [LinkID: End] = [:]
    private(set) var closed = 0
    private(set) var frames = 0
    private var queue = Timers<Event>()
    private var wakes: [Moment?]
    private var dead: Set<Int> = []
    private var random: SeededRandom
    private var lastLink: UInt64 = 0
    private var lastItem: UInt64 = 0

    init(nodes: Int, liars: Int = 0, seed: UInt64) {
        machines = [Spreading](repeating: Spreading(), count: nodes)
        manners = (0..<nodes).map { $0 >= nodes - liars ? .liar : .honest }
        held = [[ItemID: Envelope]](repeating: [:], count: nodes)
        storing = [Set<ItemID>](repeating: [], count: nodes)
        wakes = [Moment?](repeating: nil, count: nodes)
        random = SeededRandom(seed)
    }

    // MARK: Building

    /// Links every two nodes.
    mutating func linkAll() {
        for from in machines.indices {
            for to in machines.indices where to > from { link(from, to) }
        }
    }

    /// Six neighbours each, but where two of the three random rings run along each other.
    mutating func linkRings(_ rings: Int = 3) {
        var linked: Set<[Int]> = []
        for _ in 0..<rings {
            let ring = [Int](machines.indices).shuffled(using: &random)
            for (index, from) in ring.enumerated() {
                let to = ring[(index + 1) % ring.count]
                if linked.insert([min(from, to), max(from, to)]).inserted { link(from, to) }
            }
        }
    }

    mutating func link(_ from: Int, _ to: Int) {
        let near = LinkID(lastLink + 1)
        let far = LinkID(lastLink + 2)
        lastLink += 2
        let latency = UInt64(10 + random.number(below: 91))
        ends[near] = End(node: from, other: far, latency: latency)
        ends[far] = End(node: to, other: near, latency: latency)
        for (link, node, other) in [(near, from, to), (far, to, from)] {
            machines[node].linked(link, node: TestNetwork.numbered(UInt64(other)), now: now)
            machines[node].up(link, now: now)
            machines[node].roundTrip(link, milliseconds: 2 * latency)
        }
    }

    /// Takes nodes away; their neighbours notice a second later.
    mutating func crash(_ nodes: [Int]) {
        dead.formUnion(nodes)
        for link in ends.keys.sorted() {
            guard let end = ends[link], dead.contains(end.node) else { continue }
            ends[link] = nil
            queue.add(.broken(end.other), at: now.adding(milliseconds: 1000))
        }
    }

    // MARK: Acting

    /// A node makes an item and stores it at once.
    @discardableResult
    mutating func broadcast(from node: Int) -> ItemID {
        lastItem += 1
        let envelope = spreadingItem(lastItem)
        let id = spreadingID(envelope)
        broadcasts[id] = Broadcast()
        held[node][id] = envelope
        broadcasts[id]?.holders = 1
        act(node) {
            $0.stored(
                id, .envelope(envelope), hops: 0, from: nil, now: $1, wall: testStart)
        }
        return id
    }

    mutating func run(milliseconds: UInt64) {
        let end = now.adding(milliseconds: milliseconds)
        while let next = queue.first, next.due <= end {
            now = max(now, next.due)
            queue.removeFirst()
            happen(next.key)
        }
        now = end
    }

    private mutating func act(
        _ node: Int, _ verb: (inout Spreading, Moment) -> [Spreading.Effect]
    ) {
        let effects = verb(&machines[node], now)
        for effect in effects { carryOut(effect, of: node) }
        guard let deadline = machines[node].deadline else { return }
        if let due = wakes[node], due <= deadline { return }
        wakes[node] = max(deadline, now)
        queue.add(.wake(node), at: max(deadline, now))
    }

    private mutating func happen(_ event: Event) {
        switch event {
        case .wake(let node):
            guard let due = wakes[node], due <= now, !dead.contains(node) else { return }
            wakes[node] = nil
            act(node) { $0.wake($1) }
        case .stored(let node, let id, let envelope, let hops, let source):
            storing[node].remove(id)
            held[node][id] = envelope
            broadcasts[id]?.holders += 1
            let last = max(broadcasts[id]?.lastHop ?? 0, hops < 255 ? Int(hops) : 0)
            broadcasts[id]?.lastHop = last
            act(node) {
                $0.stored(
                    id, .envelope(envelope), hops: hops, from: source, now: $1, wall: testStart)
            }
        case .broken(let link):
            guard let end = ends.removeValue(forKey: link) else { return }
            act(end.node) { $0.unlinked(link, now: $1) }
        case .frame(let link, let frame):
            guard let end = ends[link] else { return }
            frames += 1
            if let far = ends[end.other]?.node {
                act(far) { spreading, _ in spreading.drained(end.other) }
            }
            heard(frame, by: link, end.node)
        }
    }

    private mutating func heard(_ frame: Frame, by link: LinkID, _ node: Int) {
        switch frame {
        case .push(let hops, let envelope): pushed(envelope, hops, by: link, node)
        case .announce(let items): act(node) { $0.announced(items, by: link, now: $1) }
        case .graft(let id, _): act(node) { $0.grafted(id, by: link, now: $1) }
        case .prune(let backoff):
            act(node) { $0.pruned(backoffSeconds: backoff, by: link, now: $1) }
        case .dontWant(let ids): act(node) { $0.unwanted(ids, by: link, now: $1) }
        case .want(let session, let ids):
            act(node) { spreading, _ in spreading.asked(for: ids, session: session, by: link) }
        case .gone(_, let ids): act(node) { $0.gone(ids, by: link, now: $1) }
        default: break
        }
    }

    private mutating func pushed(
        _ envelope: Envelope, _ hops: UInt8, by link: LinkID, _ node: Int
    ) {
        let id = spreadingID(envelope)
        broadcasts[id]?.payloads += 1
        if held[node][id] != nil || storing[node].contains(id) {
            return act(node) { $0.repeated(id, hops: hops, from: link, now: $1) }
        }
        storing[node].insert(id)
        act(node) {
            $0.checked(id, size: envelope.header.size, from: link)
                + $0.arrived(id, hops: hops, from: link, now: $1)
        }
        let delay = UInt64(1 + random.number(below: 4))
        queue.add(
            .stored(node, id, envelope, hops: hops, from: link),
            at: now.adding(milliseconds: delay))
    }

    private mutating func carryOut(_ effect: Spreading.Effect, of node: Int) {
        switch effect {
        case .send(let link, let frame): send(link, frame, node)
        case .findMissing(let ids, let link):
            let missing = ids.filter { held[node][$0] == nil && !storing[node].contains($0) }
            act(node) { $0.missing(missing, from: link, now: $1) }
        case .fetch(let ids, let link):
            let items = ids.map { id in (id, held[node][id].map { Held.envelope($0) } ?? .nothing) }
            act(node) { spreading, _ in spreading.fetched(items, for: link) }
        case .witnessed: break
        case .close(let link):
            closed += 1
            guard let end = ends[link] else { return }
            queue.add(.broken(link), at: now)
            queue.add(.broken(end.other), at: now.adding(milliseconds: end.latency))
        }
    }

    private mutating func send(_ link: LinkID, _ frame: Frame, _ node: Int) {
        guard let end = ends[link] else { return }
        var frame = frame
        if manners[node] == .liar {
            switch frame {
            case .push(_, let envelope):
                frame = .announce([Announcement(id: spreadingID(envelope), hops: 0)])
                if machines[node].lazyLinks.contains(link) { return }
            case .announce(let items):
                frame = .announce(items.map { Announcement(id: $0.id, hops: 0) })
            default: break
            }
        }
        queue.add(.frame(end.other, frame), at: now.adding(milliseconds: end.latency))
    }

    // MARK: Looking

    /// Pairs of which one pushes to the other and not the other way round.
    var lopsided: Int {
        ends.filter { link, end in
            guard let far = ends[end.other] else { return false }
            let there = machines[far.node].eagerLinks.contains(end.other)
            return machines[end.node].eagerLinks.contains(link) && !there
        }.count
    }

    /// How many nodes an item from `node` can reach at all.
    func reach(from node: Int) -> Int {
        reach(from: node) { node in ends.filter { $0.value.node == node }.map(\.key) }
    }

    /// How many it reaches by pushes alone.
    func pushReach(from node: Int) -> Int { reach(from: node) { machines[$0].eagerLinks } }

    private func reach(from node: Int, over links: (Int) -> [LinkID]) -> Int {
        var reached: Set<Int> = [node]
        var edge = [node]
        while let next = edge.popLast() {
            for link in links(next) {
                guard let other = ends[link].flatMap({ ends[$0.other]?.node }) else { continue }
                if reached.insert(other).inserted { edge.append(other) }
            }
        }
        return reached.count
    }
}

private let spreadingHeader = TestNetwork().envelope(0)

/// Item `number`; its work is not done, for nobody looks.
func spreadingItem(_ number: UInt64, size: UInt8 = 0) -> Envelope {
    var header = spreadingHeader.header
    header.size = size
    var body: [UInt8] = []
    body.append(bigEndian: number)
    body += [UInt8](repeating: 0, count: header.envelopeBytes - EnvelopeHeader.bytes - body.count)
    return Envelope(header: header, body: body)
}

/// A name without a hash, so that large networks run quickly in debug builds.
func spreadingID(_ envelope: Envelope) -> ItemID {
    ItemID([UInt8](repeating: 0xCD, count: 24) + envelope.bytes[64..<72]) ?? .zero
}

extension TestNetwork {
    static func numbered(_ number: UInt64) -> NodeID {
        var bytes = [UInt8](repeating: 0x11, count: 24)
        bytes.append(bigEndian: number)
        return NodeID(bytes) ?? .zero
    }
}
