import Gossip
import Model
import TestKit
import Testing
import Wire

/// Two nodes and a link between them. What is needed or offered arrives one hop later, as it would
/// by WANT and PUSH, unless the world is told otherwise.
struct SyncWorld: ReconciliationScript, CustomTestStringConvertible {
    struct Node {
        var machine: Reconciler
        var held: [ItemID: SyncItem] = [:]
        var reports: [SyncReport] = []
        var sent: [Frame] = []
        var needed: [ItemID] = []
        var offered: [ItemID] = []
    }

    enum Parcel {
        case frame(Frame)
        case items([SyncItem])
    }

    var nodes: [Node]
    var now = Moment(milliseconds: 1000)
    var wall = testStart
    var misbehaved = 0
    /// Whether what is found is delivered.
    var isDelivering = true
    private var queue: [(to: Int, Parcel)] = []
    let link = LinkID(1)

    /// Short, since what failed stands beside it.
    var testDescription: String { "two nodes at \(now.milliseconds) ms" }

    init(_ near: [SyncItem], _ far: [SyncItem], seed: UInt64 = 1) {
        nodes = []
        for (number, items) in [near, far].enumerated() {
            let world = SyncScript()
            var node = Node(machine: world.machine(items, seed: seed * 2 + UInt64(number)))
            for item in items { node.held[item.position.id] = item }
            node.machine.linked(link, key: world.key, now: now)
            nodes.append(node)
        }
    }

    mutating func begin(_ node: Int = 0) {
        apply(nodes[node].machine.begin(with: link, now: now, wall: wall), of: node)
    }

    /// Runs until nothing is under way, waking whoever is due, for at most so long.
    mutating func run(milliseconds: UInt64 = 600_000) {
        let end = now.adding(milliseconds: milliseconds)
        while step(until: end) {}
    }

    /// Delivers one parcel, or lets time pass to the next deadline; false when there is neither.
    mutating func step(until end: Moment) -> Bool {
        if !queue.isEmpty {
            let (node, parcel) = queue.removeFirst()
            deliver(parcel, to: node)
            return true
        }
        guard let due = nodes.compactMap({ $0.machine.deadline }).min(), due <= end,
            nodes.contains(where: { $0.machine.isBusy(link) })
        else { return false }
        pass(to: max(due, now))
        for node in nodes.indices {
            apply(nodes[node].machine.wake(now: now, wall: wall), of: node)
        }
        return true
    }

    mutating func pass(to moment: Moment) {
        wall = wall.adding(seconds: (moment.milliseconds - now.milliseconds) / 1000)
        now = moment
    }

    /// Something that happens beside the session.
    mutating func put(_ item: SyncItem, at node: Int) {
        nodes[node].held[item.position.id] = item
        nodes[node].machine.store(item)
    }

    mutating func drop(_ id: ItemID, at node: Int) {
        nodes[node].held[id] = nil
        nodes[node].machine.removed(id)
    }

    private mutating func deliver(_ parcel: Parcel, to node: Int) {
        switch parcel {
        case .items(let items): for item in items { put(item, at: node) }
        case .frame(.syncOpen(let open)):
            apply(nodes[node].machine.opened(open, by: link, now: now, wall: wall), of: node)
        case .frame(.syncMessage(let session, let message)):
            apply(
                nodes[node].machine.heard(
                    message, session: session, by: link, now: now, wall: wall), of: node)
        case .frame(.syncEnd(let session, let end)):
            apply(
                nodes[node].machine.ended(
                    session: session, end, by: link, now: now, wall: wall), of: node)
        case .frame: break
        }
    }

    private mutating func apply(_ effects: [Reconciler.Effect], of node: Int) {
        for effect in effects {
            switch effect {
            case .send(_, let frame):
                nodes[node].sent.append(frame)
                queue.append((1 - node, .frame(frame)))
            case .need(let ids, _, _):
                nodes[node].needed += ids
                if isDelivering {
                    queue.append((node, .items(ids.compactMap { nodes[1 - node].held[$0] })))
                }
            case .offer(let ids, _):
                nodes[node].offered += ids
                if isDelivering {
                    queue.append((1 - node, .items(ids.compactMap { nodes[node].held[$0] })))
                }
            case .finished(_, let report): nodes[node].reports.append(report)
            case .misbehaved: misbehaved += 1
            }
        }
    }

    func isInSync(_ node: Int) -> Bool { nodes[node].machine.isInSync(link) }

    var isEqual: Bool { Set(nodes[0].held.keys) == Set(nodes[1].held.keys) }
}

struct SyncScript: ReconciliationScript {}
