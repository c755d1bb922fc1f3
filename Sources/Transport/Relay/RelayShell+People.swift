public import Gossip
public import Model
public import Node
public import Wire

// What this node's own people and programs ask of the relay.

extension RelayShell {
    /// Stores envelopes and passes them on; returns once they are on disk.
    ///
    /// - Parameters:
    ///   - ticket: from `newTicket`; the store gets it too, to add the caller's own rows.
    ///   - isUrgent: leaves before all others, such as a withdrawal.
    /// - Throws: `SubmitError`; nothing was kept then. `.storeFailed` once the relay stops.
    public func submit(
        ticket: UInt64, envelopes: [Envelope], isUrgent: Bool = false
    ) async throws(SubmitError) {
        if let error = await ask(ticket, .submit(ticket, envelopes, isUrgent: isUrgent)) {
            throw error
        }
    }

    /// Queues retractions, to be let go one by one later; returns once the queue is on disk.
    ///
    /// - Parameter ticket: as for `submit`.
    /// - Throws: `SubmitError`; nothing was queued then.
    public func erase(ticket: UInt64, retractions: [Retraction]) async throws(SubmitError) {
        if let error = await ask(ticket, .erase(ticket, retractions)) { throw error }
    }

    private func ask(_ ticket: UInt64, _ input: RelayNode.Input) async -> SubmitError? {
        guard phase == .idle || phase == .running else { return .storeFailed }
        precondition(waiting[ticket] == nil, "ticket \(ticket) is under way")
        return await withCheckedContinuation { continuation in
            waiting[ticket] = continuation
            tell(input)
        }
    }

    /// Dials this address from now on. Source: protocol/08-spreading.md.
    ///
    /// - Parameters:
    ///   - address: "host:port"; one that is neither is dialled in vain.
    ///   - node: who is said to be there, if anybody said so.
    ///   - isPinned: the operator's wish, dialled for ever; else a place to begin from.
    public func know(address: Text, node: NodeID?, isPinned: Bool) {
        tell(.know(address: address, node: node, isPinned: isPinned))
    }

    /// Keeps a node linked before others.
    public func pin(_ node: NodeID) { tell(.pin(node)) }

    public func unpin(_ node: NodeID) { tell(.unpin(node)) }

    /// Ends links with a node and takes no more from it.
    public func block(_ node: NodeID) { tell(.block(node)) }

    public func unblock(_ node: NodeID) { tell(.unblock(node)) }

    /// What earlier runs stored; call it before `start`.
    ///
    /// - Parameters:
    ///   - records: the public records held, in any order.
    ///   - own: ids of items submitted here, whose spreading is still counted.
    public func recall(records: [Envelope], own: [ItemID]) {
        tell(.recallRecords(records))
        tell(.recallOwn(own))
    }

    /// Everything held, in parts, after the records.
    public func recall(held rows: [RelayNode.HeldRow]) { tell(.recallHeld(rows)) }

    /// Last: what was submitted here and not seen in the open yet, and whom to dial first.
    public func recall(onStem envelopes: [Envelope], anchors: [PeerRecord]) {
        tell(.recallStem(envelopes))
        tell(.recallAnchors(anchors))
    }

    private func tell(_ input: RelayNode.Input) {
        feed(input)
        endTurn()
    }

    // MARK: What it knows

    /// The links now, in the order they came.
    public func peerList() -> [RelayNode.Peer] { node.peerList(clocks.moment()) }

    /// How the node's machines stand: counts and nothing that names an item.
    public func gossip() -> RelayNode.Standing { node.standing(clocks.wall()) }

    /// The addresses known, in the order they were learned.
    public func knownAddresses() -> [KnownAddress] {
        node.knownAddresses.map {
            KnownAddress(
                address: $0.address, node: $0.node, isPinned: $0.kind == .pinned,
                isBusy: $0.isBusy, failures: $0.failures)
        }
    }

    /// Seconds by which neighbours' clocks are ahead of ours, by median; nil without neighbours.
    public func clockAhead() -> Int64? { node.clockAhead }

    /// The public records followed now.
    public func book() -> RecordBook { node.book }
}
