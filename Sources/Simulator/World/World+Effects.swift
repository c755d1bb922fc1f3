import Gossip
import Model
import Node
import Sodium
import Wire

// All that is known here of a relay's inputs and effects.

extension World {
    /// Does what a relay orders, or sees to it that it is done.
    func carryOut(_ effect: RelayNode.Effect, of host: Host) {
        switch effect {
        case .send(let link, let frame):
            trace.add(0x80, Int(link.number))
            trace.add(frame)
            send(frame, on: link, of: host)
        case .close(let link):
            trace.add(0x81, Int(link.number))
            let end = End.index(link)
            if ends.indices.contains(end) {
                close(Int32(end))
                ends[end].isToldOver = true
            }
        case .dial(let address): dial(from: host, address)
        case .answer(let ticket, let error):
            trace.add(0x83, Int(ticket), error == nil ? 0 : 1)
            if log != nil { say(host, "answer \(ticket): \(error.map { "\($0)" } ?? "kept")") }
            ledger.answered(ticket, isKept: error == nil)
        case .note(let note): if log != nil { say(host, "note \(note)") }
        case .witness: break
        case .takeDue:
            // Nothing is due: the answer would change nothing, a million times.
            if !host.disk.delayed.isEmpty || !host.orders.isEmpty { order(effect, of: host) }
        case .store, .storeSubmission, .delay, .release:
            order(effect, of: host, after: draw(scenario.disk))
        case .keepAnchors(let records): host.anchors = records
        case .remove, .hide, .expire, .findMissing, .fetch: order(effect, of: host)
        }
    }

    /// Puts an order behind those before it.
    private func order(_ effect: RelayNode.Effect, of host: Host, after wait: UInt64 = 0) {
        let done = max(now, host.orders.lastDone) + wait
        host.orders.append(effect, done: done)
        queue.add(.disk(host: host.index, life: host.life), at: done)
    }

    /// The oldest order to a disk is done: tells the relay what came of it.
    func carryOutNext(of host: Host) {
        guard let effect = host.orders.removeFirst() else { return }
        if let answer = apply(effect, to: host) { feed(host, answer) }
    }

    /// Does to a disk what was ordered; the answer, if one is owed.
    private func apply(_ effect: RelayNode.Effect, to host: Host) -> RelayNode.Input? {
        switch effect {
        case .store(let token, let items), .storeSubmission(let token, _, let items):
            return .stored(token, keep(items, on: host))
        case .delay(let token, _, let retractions):
            return .stored(token, host.disk.delay(retractions))
        case .release(let token, let item):
            let outcome = host.disk.release(item)
            if outcome == .stored { arrived(item.id, at: host) }
            return .stored(token, outcome)
        case .takeDue(let time):
            let due = host.disk.due(time)
            return due.isEmpty ? nil : .due(due)
        case .remove(let ids):
            host.disk.remove(ids)
            return nil
        case .hide(let ids):
            host.disk.hide(ids)
            return nil
        case .expire(let time):
            let before = host.skew > 0 ? host.disk : nil
            host.disk.expire(time)
            // A clock that is ahead ended what others still await.
            if let before { ledger.lost(of: host, since: before) }
            return nil
        case .findMissing(let link, let ids): return .missing(link, host.disk.missing(among: ids))
        case .fetch(let link, let ids): return .fetched(link, host.disk.fetch(ids))
        case .send, .close, .dial, .answer, .note, .witness, .keepAnchors: return nil
        }
    }

    private func keep(_ items: [StoreItem], on host: Host) -> StoreOutcome {
        if host.isHonest { checkStore(items, on: host) }
        let outcome = host.disk.store(items)
        for item in items where host.disk.holds(item.id) { arrived(item.id, at: host) }
        return outcome
    }

    private func arrived(_ id: ItemID, at host: Host) {
        if log != nil { say(host, "holds \([UInt8](id.bytes.prefix(4)).hex)") }
        ledger.delivered(id, to: host, now: now, traffic: &traffic)
    }

    /// A crash: of the orders that were not answered, some of the first may have been carried out.
    func lose(ordersOf host: Host) {
        let orders = host.orders.takeAll()
        guard !orders.isEmpty else { return }
        for effect in orders.prefix(faultChoices.below(orders.count + 1)) {
            _ = apply(effect, to: host)
        }
    }

    /// What a relay is told of a link whose other side proved who it is.
    func opening(_ end: Int32, of node: NodeID) -> RelayNode.Input {
        let other = hosts[Int(otherHost(end))]
        return .opened(
            End.link(end), node, dialled: ends[Int(end)].isDialler ? other.dialled : nil,
            from: other.group, syncKey: syncKey(end))
    }

    /// What the handshake left both ends with; without ciphers it is made of their names.
    private func syncKey(_ end: Int32) -> [UInt8] {
        if let machine = ends[Int(end)].machine { return machine.link.syncKey }
        var key = [UInt8](repeating: 0, count: 24)
        key.append(bigEndian: UInt64(min(end, ends[Int(end)].other)))
        return key
    }

    /// What a relay is made from.
    func configuration(_ host: Int, _ nodeKey: SigningKey, _ addresses: [PeerAddress], life: UInt32)
        -> RelayNode.Configuration
    {
        RelayNode.Configuration(
            network: charted.network, nodeKey: nodeKey, addresses: addresses, carried: [],
            eraseDelaySeconds: scenario.eraseDelay, stemGapMilliseconds: scenario.stemGap,
            storeBytes: scenario.store,
            seed: seed ^ UInt64(host) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(life) << 48,
            checkRecord: { [papers] in papers.check($0, network: $1, now: $2) })
    }

    /// What a relay is told when it starts.
    func recall(_ host: Host) {
        feed(host, .recallRecords(host.disk.records))
        let own = host.disk.ownIDs
        if !own.isEmpty { feed(host, .recallOwn(own)) }
        feed(host, .recallHeld(host.disk.rows))
        let onStem = host.disk.hidden
        if !onStem.isEmpty { feed(host, .recallStem(onStem)) }
        if !host.anchors.isEmpty { feed(host, .recallAnchors(host.anchors)) }
        for contact in host.contacts where contact != host.index {
            let other = hosts[Int(contact)]
            feed(host, .know(address: other.dialled, node: other.node, isPinned: false))
        }
    }

    /// A relay's neighbours; for each of them it should be one of theirs.
    func neighbours(of host: Host) -> [NodeID] { host.relay.spreading.neighbourNodes }
}

extension RelayNode.Input {
    /// For the trace: a number that says what kind it is.
    var code: UInt8 {
        switch self {
        case .wake: 1
        case .opened: 2
        case .heard: 3
        case .drained: 4
        case .closed: 5
        case .dialFailed: 6
        case .submit: 7
        case .erase: 8
        case .know: 9
        case .block: 10
        case .unblock: 11
        case .stored: 12
        case .missing: 13
        case .fetched: 14
        case .pin: 14
        case .unpin: 15
        case .due: 16
        case .recallRecords: 17
        case .recallOwn: 18
        case .recallHeld: 19
        case .recallStem: 20
        case .recallAnchors: 21
        }
    }

    /// A few words, never a body.
    var summary: String {
        switch self {
        case .wake: "wake"
        case .opened(let link, _, let dialled, _, _):
            "opened \(link.number)" + (dialled == nil ? "" : " dialled")
        case .heard(let link, let frame): "heard \(link.number) \(frame.summary)"
        case .drained(let link): "drained \(link.number)"
        case .closed(let link): "closed \(link.number)"
        case .dialFailed(let address): "dial failed \(address.string)"
        case .submit(let ticket, let envelopes, _): "submit \(ticket): \(envelopes.count)"
        case .erase(let ticket, let retractions): "erase \(ticket): \(retractions.count)"
        case .know(let address, _, _): "know \(address.string)"
        case .pin: "pin"
        case .unpin: "unpin"
        case .block: "block"
        case .unblock: "unblock"
        case .stored(let token, let outcome): "stored \(token.number) \(outcome)"
        case .missing(let link, let ids): "missing \(link.number): \(ids.count)"
        case .fetched(let link, let found): "fetched \(link.number): \(found.count)"
        case .due(let retractions): "due \(retractions.count)"
        case .recallRecords(let envelopes): "recall \(envelopes.count) records"
        case .recallOwn(let ids): "recall \(ids.count) own"
        case .recallHeld(let rows): "recall \(rows.count) held"
        case .recallStem(let envelopes): "recall \(envelopes.count) on their stem"
        case .recallAnchors(let records): "recall \(records.count) anchors"
        }
    }
}

extension Frame {
    var summary: String { "\(Frame.name(ofType: type)) \(bytes) B" }
}
