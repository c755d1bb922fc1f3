import Gossip
import Model
import TestKit
import Wire

extension MembershipNetwork {
    mutating func run(for milliseconds: UInt64) {
        let end = now.adding(milliseconds: milliseconds)
        while let (moment, event) = queue.take(until: end) {
            now = moment
            handle(event)
        }
        now = end
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .frame(let link, let frame):
            guard let end = ends[link] else { return }
            carryOut(end.node) { $0.heard(frame, by: link, now: $1, wall: $2) }
        case .connect(let from, let address): connect(from, address)
        case .dialFailed(let index, let address):
            carryOut(index) { machine, now, _ in machine.dialFailed(address, now: now) }
        case .hungUp(let link): end(link)
        case .compared(let link):
            guard let end = ends[link] else { return }
            let differed = comparesDiffer
            carryOut(end.node) { machine, now, _ in
                machine.compared(link, differed: differed, now: now)
            }
        case .wake(let index):
            guard sites[index].armed == now else { return }
            sites[index].armed = nil
            carryOut(index) { $0.wake(now: $1, wall: $2) }
        }
    }

    mutating func carryOut(
        _ index: Int, _ input: (inout Membership, Moment, WallTime) -> [Membership.Effect]
    ) {
        guard sites[index].isAlive else { return }
        for effect in input(&machines[index], now, wall) { carryOut(index, effect) }
        arm(index)
    }

    private mutating func carryOut(_ index: Int, _ effect: Membership.Effect) {
        switch effect {
        case .send(let link, let frame):
            frames += 1
            if case .disconnect = frame { disconnects += 1 }
            guard let end = ends[link], let other = ends[end.other] else { return }
            let arrives = max(arrival(), other.arrives)
            ends[end.other]?.arrives = arrives
            queue.add(.frame(end.other, frame), at: arrives)
        case .dial(let address, _):
            dials += 1
            queue.add(.connect(from: index, address), at: arrival())
        case .close(let link): hangUp(link)
        case .up(let link):
            precondition(!sites[index].up.contains(link), "up twice")
            sites[index].up.append(link)
        case .down(let link):
            precondition(sites[index].up.contains(link), "down, and was not up")
            sites[index].up.removeAll { $0 == link }
        case .compare(let link):
            compares += 1
            queue.add(.compared(link), at: now.adding(milliseconds: 500))
        case .anchors(let records): sites[index].anchors = records
        case .misbehaved: misbehaved += 1
        }
    }

    private mutating func arrival() -> Moment {
        let spread = Int(latency.upperBound - latency.lowerBound) + 1
        return now.adding(milliseconds: latency.lowerBound + UInt64(random.number(below: spread)))
    }

    mutating func arm(_ index: Int) {
        guard sites[index].isAlive, let due = machines[index].deadline else { return }
        let moment = max(due, now)
        if let armed = sites[index].armed, armed <= moment { return }
        sites[index].armed = moment
        queue.add(.wake(index), at: moment)
    }

    // MARK: Links

    private mutating func connect(_ from: Int, _ address: Text) {
        guard sites[from].isAlive else { return }
        guard let to = byAddress[address], sites[to].isAlive, !sites[to].isHidden,
            sites[to].side == sites[from].side
        else {
            return queue.add(.dialFailed(from, address), at: now.adding(milliseconds: timeout))
        }
        let (ours, theirs) = (machines[from].own, machines[to].own)
        var isRefused = to == from || sites[to].linksOfOthers >= Limits.linksOfOthers
        if let old = sites[from].links[theirs.node], let end = ends[old] {
            // Of two links the one that the lower node dialled stays.
            isRefused = isRefused || !end.isDialler && theirs.node < ours.node
            if !isRefused { hangUp(old) }
        }
        guard !isRefused else {
            return carryOut(from) { machine, now, _ in machine.dialFailed(address, now: now) }
        }
        let (near, far) = (LinkID(lastLink + 1), LinkID(lastLink + 2))
        lastLink += 2
        ends[near] = End(node: from, other: far, isDialler: true, arrives: now)
        ends[far] = End(node: to, other: near, isDialler: false, arrives: now)
        sites[from].links[theirs.node] = near
        sites[to].links[ours.node] = far
        sites[to].linksOfOthers += 1
        let groups = (sites[from].group, sites[to].group)
        carryOut(to) {
            $0.linked(far, record: ours, dialled: nil, group: groups.0, now: $1, wall: $2)
        }
        carryOut(from) {
            $0.linked(near, record: theirs, dialled: address, group: groups.1, now: $1, wall: $2)
        }
    }

    /// One side ends a link: the other learns of it after all that was sent.
    mutating func hangUp(_ link: LinkID) {
        guard let end = ends[link] else { return }
        if let other = ends[end.other] {
            queue.add(.hungUp(end.other), at: max(arrival(), other.arrives))
        }
        self.end(link)
    }

    /// The network ends a link: both sides notice later.
    mutating func cut(_ link: LinkID) {
        guard let end = ends[link] else { return }
        for link in [link, end.other] {
            queue.add(.hungUp(link), at: now.adding(milliseconds: 5000))
        }
    }

    private mutating func end(_ link: LinkID) {
        guard let end = ends[link] else { return }
        if !end.isDialler { sites[end.node].linksOfOthers -= 1 }
        carryOut(end.node) { machine, now, _ in machine.unlinked(link, now: now) }
        ends[link] = nil
        sites[end.node].links = sites[end.node].links.filter { $0.value != link }
    }
}

/// A binary heap of events by time, then by when they were added.
struct MembershipQueue<Event> {
    private var heap: [(time: Moment, number: UInt64, event: Event)] = []
    private var lastNumber: UInt64 = 0

    mutating func add(_ event: Event, at time: Moment) {
        lastNumber += 1
        heap.append((time, lastNumber, event))
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func take(until end: Moment) -> (Moment, Event)? {
        guard let first = heap.first, first.time <= end else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return (first.time, first.event) }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            guard least != index else { return (first.time, first.event) }
            heap.swapAt(index, least)
            index = least
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].time, heap[a].number) < (heap[b].time, heap[b].number)
    }
}
