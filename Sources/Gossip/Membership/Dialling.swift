public import Model
public import Wire

/// Addresses a node was told, and when each may be dialled: for ever, at growing distances.
/// Source: protocol/20-membership.md.
public struct Dialling: Sendable {
    public enum Kind: Sendable, Equatable {
        /// Dialled when there are too few neighbours, and to see beyond them.
        case seed
        /// Told by the operator: always wanted.
        case pinned
    }

    /// An address, with what came of it.
    public struct Known: Sendable, Equatable {
        public let address: Text
        public internal(set) var node: NodeID?
        public internal(set) var kind: Kind
        /// Being dialled, or linked.
        public internal(set) var isBusy = false
        public internal(set) var failures: UInt64 = 0
        var next: Moment
    }

    public private(set) var known: [Known] = []

    public init() {}

    /// When the next one may be dialled; pinned ones only, unless seeds are wanted.
    public func deadline(seeds: Bool) -> Moment? {
        known.lazy.filter { !$0.isBusy && (seeds || $0.kind == .pinned) }.map { $0.next }.min()
    }

    /// Learns an address; more than the limit are left out. A pinned one stays pinned.
    public mutating func add(_ address: Text, node: NodeID?, kind: Kind, now: Moment) {
        if let index = index(address) {
            if let node { known[index].node = node }
            if kind == .pinned { known[index].kind = .pinned }
            return
        }
        guard known.count < Limits.knownAddresses else { return }
        known.append(Known(address: address, node: node, kind: kind, next: now))
    }

    public mutating func forget(_ address: Text) { known.removeAll { $0.address == address } }

    /// Makes addresses of `node` seeds again.
    public mutating func unpin(_ node: NodeID) {
        for index in known.indices where known[index].node == node { known[index].kind = .seed }
    }

    public func entry(_ address: Text) -> Known? { known.first { $0.address == address } }

    /// Pinned addresses to dial now, at most `limit`; `isLinked` tells nodes already met.
    public mutating func due(_ now: Moment, limit: Int, isLinked: (NodeID) -> Bool) -> [Text] {
        var due: [Text] = []
        for index in known.indices
        where known[index].kind == .pinned && !known[index].isBusy && known[index].next <= now {
            guard due.count < limit else {
                // The others have their turn a second later.
                known[index].next = now.adding(milliseconds: Limits.redialMilliseconds)
                continue
            }
            if let node = known[index].node, isLinked(node) {
                known[index].next = now.adding(milliseconds: Limits.redialMostMilliseconds)
                continue
            }
            known[index].isBusy = true
            due.append(known[index].address)
        }
        return due
    }

    /// Seeds that could be dialled; those alone whose wait is over, if `now` is given.
    public func seeds(_ now: Moment?, isLinked: (NodeID) -> Bool) -> [Known] {
        known.filter { entry in
            entry.kind == .seed && !entry.isBusy && now.map { entry.next <= $0 } ?? true
                && !(entry.node.map(isLinked) ?? false)
        }
    }

    /// The address is being dialled.
    public mutating func begin(_ address: Text) {
        if let index = index(address) { known[index].isBusy = true }
    }

    /// A dialled address answered as `node`.
    public mutating func reached(_ address: Text, node: NodeID) {
        if let index = index(address) { known[index].node = node }
    }

    /// The node at a dialled address said HELLO: only that counts as success.
    public mutating func greeted(_ address: Text, node: NodeID) {
        guard let index = index(address) else { return }
        known[index].node = node
        known[index].failures = 0
        known[index].isBusy = true
    }

    /// A dial failed or its link ended: tries again after a wait that doubles, and not `before`.
    public mutating func ended(
        _ address: Text, now: Moment, jitter: UInt64, before: Moment? = nil,
        most: UInt64 = Limits.redialMostMilliseconds
    ) {
        guard let index = index(address) else { return }
        let doublings = min(known[index].failures, 6)
        let wait = min(Limits.redialMilliseconds << doublings, most)
        known[index].failures = known[index].failures.addingReportingOverflow(1).partialValue
        known[index].isBusy = false
        let next = now.adding(milliseconds: wait + jitter % (wait / 4 + 1))
        known[index].next = max(next, before ?? next)
    }

    private func index(_ address: Text) -> Int? {
        known.firstIndex { $0.address == address }
    }
}
