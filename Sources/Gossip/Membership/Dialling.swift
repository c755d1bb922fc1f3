public import Model
public import Wire

/// Names one link for as long as it lives; never used again.
public struct LinkID: Hashable, Comparable, Sendable {
    public let number: UInt64

    public init(_ number: UInt64) { self.number = number }

    public static func < (l: Self, r: Self) -> Bool { l.number < r.number }
}

/// Decides which known address is dialled when: each for ever, at growing distances.
/// Source: protocol/08-spreading.md.
public struct Dialling: Sendable {
    private struct Entry: Sendable {
        let address: Text
        var node: NodeID?
        var failures: UInt64 = 0
        var next: Moment
        var isBusy = false
    }

    private var entries: [Entry] = []

    public init() {}

    public var deadline: Moment? {
        entries.lazy.filter { !$0.isBusy }.map { $0.next }.min()
    }

    /// Addresses known, with what came of them.
    public var known: [(address: Text, node: NodeID?, isBusy: Bool, failures: UInt64)] {
        entries.map { ($0.address, $0.node, $0.isBusy, $0.failures) }
    }

    /// Learns an address; more than the limit are left out.
    public mutating func add(_ address: Text, node: NodeID?, now: Moment) {
        if let index = entries.firstIndex(where: { $0.address == address }) {
            if let node { entries[index].node = node }
            return
        }
        guard entries.count < Limits.knownAddresses else { return }
        entries.append(Entry(address: address, node: node, next: now))
    }

    public mutating func forget(_ address: Text) {
        entries.removeAll { $0.address == address }
    }

    /// Addresses to dial now, at most `limit`; `isLinked` tells nodes already met.
    public mutating func due(
        _ now: Moment, limit: Int = Limits.dialsAtOnce, isLinked: (NodeID) -> Bool
    ) -> [Text] {
        var due: [Text] = []
        for index in entries.indices where !entries[index].isBusy && entries[index].next <= now {
            guard due.count < limit else {
                // The others have their turn a second later.
                entries[index].next = now.adding(milliseconds: Limits.redialMilliseconds)
                continue
            }
            if let node = entries[index].node, isLinked(node) {
                entries[index].next = now.adding(milliseconds: Limits.redialMostMilliseconds)
                continue
            }
            entries[index].isBusy = true
            due.append(entries[index].address)
        }
        return due
    }

    /// A dialled address answered as `node`.
    public mutating func reached(_ address: Text, node: NodeID) {
        guard let index = entries.firstIndex(where: { $0.address == address }) else { return }
        entries[index].node = node
    }

    /// The node at a dialled address said HELLO: only that counts as success.
    public mutating func greeted(_ address: Text) {
        guard let index = entries.firstIndex(where: { $0.address == address }) else { return }
        entries[index].failures = 0
    }

    /// A dial failed or its link ended: tries again after a wait that doubles.
    public mutating func ended(_ address: Text, now: Moment, jitter: UInt64) {
        guard let index = entries.firstIndex(where: { $0.address == address }) else { return }
        let doublings = min(entries[index].failures, 6)
        let wait = min(
            Limits.redialMilliseconds << doublings, Limits.redialMostMilliseconds)
        entries[index].failures += 1
        entries[index].isBusy = false
        entries[index].next = now.adding(milliseconds: wait + jitter % (wait / 4 + 1))
    }
}
