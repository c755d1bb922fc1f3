public import Gossip
public import Model
public import Node
import Sodium
public import Wire

/// Relays joined without sockets: one clock, one queue of events, the same run every time.
///
/// A node dials another as "node-3:7447". Frames take `latency`; the store answers at once, but
/// never before the effect after it.
public struct MemoryNetwork: Sendable {
    /// Something one node does: to script a peer, look at what was `sent`.
    public struct Sent: Sendable, Equatable {
        public let from: Int
        public let to: Int
        /// The sender's end.
        public let link: LinkID
        public let frame: Frame
    }

    private enum Action: Sendable {
        case input(Int, RelayNode.Input)
        case frame(LinkID, Frame)
        case hangUp(LinkID)
        case connect(from: Int, address: Text)
        case wake(Int)
    }

    /// One end of a link.
    private struct End: Sendable {
        let node: Int
        let other: LinkID
        let otherNode: Int
        var underWay = 0
    }

    public private(set) var now = Moment(milliseconds: 1_000_000)
    public let start: WallTime
    public private(set) var nodes: [RelayNode] = []
    public var stores: [MemoryStore] = []
    /// Whose dials reach nobody, and whom nobody reaches.
    public var unreachable: [Int] = []
    /// Milliseconds a frame takes.
    public var latency: UInt64 = 5
    public private(set) var sent: [Sent] = []
    public private(set) var notes: [[RelayNode.Note]] = []
    public private(set) var answers: [[UInt64: SubmitError?]] = []
    /// What each node wants to be told of at its next start.
    public private(set) var anchors: [[PeerRecord]] = []
    /// How often nodes were woken: a deadline that never passes shows here.
    public private(set) var wakeCount = 0
    /// Frames kept in `sent`; older runs of a long test are of no use.
    public var keepsSent = true

    private var events = EventQueue<Action>()
    private var ends: [LinkID: End] = [:]
    private var lastLink: UInt64 = 0
    private var lastTicket: UInt64 = 0
    private var wakes: [Moment?] = []
    private var names: [NodeID] = []

    public init(start: WallTime = testStart) { self.start = start }

    public var wall: WallTime {
        start.adding(seconds: (now.milliseconds - 1_000_000) / 1000)
    }

    public static func address(_ node: Int) -> Text { Text("node-\(node):7447") }

    // MARK: Building

    /// Adds a node with what its store holds already; returns its index.
    @discardableResult
    public mutating func add(
        _ configuration: RelayNode.Configuration, store: MemoryStore = MemoryStore()
    ) -> Int {
        nodes.append(RelayNode(configuration, now: now, wall: wall))
        names.append(NodeID(configuration.nodeKey.publicKey) ?? .zero)
        stores.append(store)
        notes.append([])
        answers.append([:])
        wakes.append(nil)
        anchors.append([])
        let index = nodes.count - 1
        recall(index)
        return index
    }

    /// Takes a node's memory away, as a crash would; its store stays.
    public mutating func restart(_ index: Int, _ configuration: RelayNode.Configuration) {
        for link in ends.keys.sorted() where ends[link]?.node == index { hangUp(link) }
        nodes[index] = RelayNode(configuration, now: now, wall: wall)
        wakes[index] = nil
        recall(index)
    }

    private mutating func recall(_ index: Int) {
        let store = stores[index]
        let records = store.envelopes.filter { $0.header.suite == Suite.publicRecord.rawValue }
        feed(index, .recallRecords(records))
        feed(index, .recallHeld(store.rows))
        feed(index, .recallStem(store.hidden))
        feed(index, .recallAnchors(anchors[index]))
    }

    /// Links two nodes at once, `from` as the dialler.
    @discardableResult
    public mutating func connect(
        _ from: Int, _ to: Int, dialled: Text? = nil
    ) -> (near: LinkID, far: LinkID) {
        let near = LinkID(lastLink + 1)
        let far = LinkID(lastLink + 2)
        lastLink += 2
        ends[near] = End(node: from, other: far, otherNode: to)
        ends[far] = End(node: to, other: near, otherNode: from)
        let address = dialled ?? Self.address(to)
        let key = Self.syncKey(near)
        feed(from, .opened(near, names[to], dialled: address, syncKey: key))
        feed(to, .opened(far, names[from], dialled: nil, syncKey: key))
        return (near, far)
    }

    /// A link to `node` from a peer that this test plays itself: what the node sends is in `sent`
    /// as to −1.
    ///
    /// - Parameter dialled: the address at which the node found it, if it was not the stranger
    ///   who dialled.
    public mutating func intrude(
        on node: Int, as stranger: NodeID, dialled: Text? = nil
    ) -> LinkID {
        lastLink += 1
        let link = LinkID(lastLink)
        ends[link] = End(node: node, other: LinkID(0), otherNode: -1)
        feed(node, .opened(link, stranger, dialled: dialled))
        return link
    }

    /// What the handshake of a link would have left both ends with.
    private static func syncKey(_ link: LinkID) -> [UInt8] {
        var key = [UInt8](repeating: 7, count: 24)
        key.append(bigEndian: link.number)
        return key
    }

    public func isOpen(_ link: LinkID) -> Bool { ends[link] != nil }

    // MARK: Acting

    /// Gives a node an input now, and carries out what it orders.
    public mutating func feed(_ node: Int, _ input: RelayNode.Input) {
        let effects = nodes[node].handle(input, now: now, wall: wall)
        for effect in effects { carryOut(effect, of: node) }
        scheduleWake(node)
    }

    /// Submits; the answer stands in `answers` under the ticket once it came.
    @discardableResult
    public mutating func submit(
        _ envelopes: [Envelope], at node: Int, isUrgent: Bool = false
    ) -> UInt64 {
        lastTicket += 1
        feed(node, .submit(lastTicket, envelopes, isUrgent: isUrgent))
        return lastTicket
    }

    @discardableResult
    public mutating func erase(_ retractions: [Retraction], at node: Int) -> UInt64 {
        lastTicket += 1
        feed(node, .erase(lastTicket, retractions))
        return lastTicket
    }

    /// Cuts a link; both ends hear of it.
    public mutating func hangUp(_ link: LinkID) {
        guard let end = ends[link] else { return }
        ends[link] = nil
        events.add(.input(end.node, .closed(link)), at: now)
        if ends[end.other] != nil { events.add(.hangUp(end.other), at: now) }
    }

    /// Lets time pass.
    public mutating func run(milliseconds: UInt64) {
        let end = now.adding(milliseconds: milliseconds)
        while let time = events.nextTime, time <= end {
            now = max(now, time)
            if let action = events.take() { act(action) }
        }
        now = end
    }

    public func frames(from node: Int, to other: Int? = nil) -> [Frame] {
        sent.filter { $0.from == node && (other == nil || $0.to == other) }.map(\.frame)
    }

    /// What was sent over a link from this end.
    public func frames(over link: LinkID) -> [Frame] {
        sent.filter { $0.link == link }.map(\.frame)
    }

    public mutating func forgetSent() { sent = [] }

    // MARK: Events

    private mutating func act(_ action: Action) {
        switch action {
        case .input(let node, let input): feed(node, input)
        case .frame(let link, let frame):
            let other = ends[link]?.other ?? LinkID(0)
            if let node = ends[link]?.node { feed(node, .heard(link, frame)) }
            left(other)
        case .hangUp(let link): hangUp(link)
        case .connect(let from, let address): connected(from, address)
        case .wake(let node):
            guard let due = wakes[node], due <= now else { return }
            wakes[node] = nil
            wakeCount += 1
            feed(node, .wake)
        }
    }

    /// A frame has left the link it was given to.
    private mutating func left(_ link: LinkID) {
        guard let end = ends[link] else { return }
        ends[link]?.underWay -= 1
        if end.underWay == 1 { feed(end.node, .drained(link)) }
    }

    private mutating func connected(_ from: Int, _ address: Text) {
        let to = nodes.indices.first { Self.address($0) == address }
        guard let to, !unreachable.contains(to), !unreachable.contains(from) else {
            return feed(from, .dialFailed(address))
        }
        connect(from, to, dialled: address)
    }

    private mutating func scheduleWake(_ node: Int) {
        guard let deadline = nodes[node].deadline else { return }
        if let due = wakes[node], due <= deadline { return }
        wakes[node] = max(deadline, now)
        events.add(.wake(node), at: max(deadline, now.adding(milliseconds: 1)))
    }

    private mutating func carryOut(_ effect: RelayNode.Effect, of node: Int) {
        switch effect {
        case .send(let link, let frame): send(link, frame)
        case .close(let link):
            if let end = ends[link] {
                // What was sent before arrives first.
                ends[link] = nil
                events.add(.input(node, .closed(link)), at: now)
                events.add(.hangUp(end.other), at: now.adding(milliseconds: latency))
            }
        case .dial(let address):
            events.add(
                .connect(from: node, address: address), at: now.adding(milliseconds: latency))
        case .answer(let ticket, let error): answers[node][ticket] = .some(error)
        case .note(let note): notes[node].append(note)
        case .store(let token, let items), .storeSubmission(let token, _, let items):
            tell(node, .stored(token, stores[node].store(items)))
        case .delay(let token, _, let retractions):
            tell(node, .stored(token, stores[node].delay(retractions)))
        case .release(let token, let item):
            tell(node, .stored(token, stores[node].release(item)))
        case .takeDue(let time): tell(node, .due(stores[node].takeDue(time)))
        case .remove(let ids): stores[node].remove(ids)
        case .hide(let ids): stores[node].hide(ids)
        case .keepAnchors(let records): anchors[node] = records
        case .expire(let time): stores[node].expire(time)
        case .findMissing(let link, let ids):
            tell(node, .missing(link, stores[node].missing(among: ids)))
        case .fetch(let link, let ids): tell(node, .fetched(link, stores[node].fetch(ids)))
        case .witness(let id, let peer, let isReceipt):
            stores[node].witness(id, peer, isReceipt: isReceipt)
        }
    }

    private mutating func tell(_ node: Int, _ input: RelayNode.Input) {
        events.add(.input(node, input), at: now)
    }

    private mutating func send(_ link: LinkID, _ frame: Frame) {
        guard let end = ends[link] else { return }
        if keepsSent {
            sent.append(Sent(from: end.node, to: end.otherNode, link: link, frame: frame))
        }
        let arrival = now.adding(milliseconds: latency)
        if end.otherNode < 0 {
            // Nobody reads; an intruder's link is always drained.
            return events.add(.input(end.node, .drained(link)), at: arrival)
        }
        ends[link]?.underWay += 1
        events.add(.frame(end.other, frame), at: arrival)
    }
}

// A failed expectation would print all of it, stores included.
extension MemoryNetwork: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "\(nodes.count) nodes at \(now.milliseconds) ms, \(sent.count) frames sent"
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Events by time, those of one time in the order they were added: a binary heap.
struct EventQueue<Action: Sendable>: Sendable {
    private var heap: [(time: Moment, number: UInt64, action: Action)] = []
    private var lastNumber: UInt64 = 0

    var nextTime: Moment? { heap.first?.time }

    mutating func add(_ action: Action, at time: Moment) {
        lastNumber += 1
        heap.append((time, lastNumber, action))
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func take() -> Action? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.action }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            guard least != index else { return first.action }
            heap.swapAt(index, least)
            index = least
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].time, heap[a].number) < (heap[b].time, heap[b].number)
    }
}
