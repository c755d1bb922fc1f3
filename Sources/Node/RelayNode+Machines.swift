import Gossip
import Model
import Sealing
import Wire

// Turns what the machines order into the node's own effects, and tells each what another found.

extension RelayNode {
    /// Gives a link a frame that is not spreading's: it counts towards what the link can take.
    /// One that ended meanwhile is given nothing.
    mutating func send(_ link: LinkID, _ frame: Frame, _ turn: Turn) -> [Effect] {
        guard peers[link] != nil else { return [] }
        return [.send(link, frame)] + run(spreading.loaded(link, with: frame), turn)
    }

    mutating func run(_ effects: [Spreading.Effect], _ turn: Turn) -> [Effect] {
        var out: [Effect] = []
        for effect in effects {
            switch effect {
            case .send(let link, let frame):
                if peers[link] != nil { out.append(.send(link, frame)) }
            case .findMissing(let ids, let link):
                if peers[link] != nil { out.append(.findMissing(link, ids)) }
            case .fetch(let ids, let link):
                if peers[link] != nil { out.append(.fetch(link, ids)) }
            case .witnessed(let id, let node):
                out.append(.witness(id, node, isReceipt: false))
            case .close(let link): out += refuse(link, .tooMuchAsked, turn)
            }
        }
        return out
    }

    mutating func run(_ effects: [Membership.Effect], _ turn: Turn) -> [Effect] {
        var out: [Effect] = []
        for effect in effects {
            switch effect {
            case .send(let link, let frame): out += send(link, .membership(frame), turn)
            case .dial(let address, _): out += dial(address, turn)
            case .close(let link): out += leave(link, turn)
            case .up(let link): out += raised(link, turn)
            case .down(let link): out += lowered(link, turn)
            case .compare(let link):
                out +=
                    book.charters == nil
                    ? run(membership.compared(link, differed: false, now: turn.now), turn)
                    : run(sync.begin(with: link, now: turn.now, wall: turn.wall), turn)
            case .anchors(let records): out.append(.keepAnchors(records))
            case .misbehaved(let link):
                out += run(spreading.misbehaved(link, .other, now: turn.now), turn)
            }
        }
        return out
    }

    mutating func run(_ effects: [Stem.Effect], _ turn: Turn) -> [Effect] {
        var out: [Effect] = []
        for effect in effects {
            switch effect {
            case .send(let link, let item):
                // The stem counts time, and does not see a clock put forward.
                if item.expiry > turn.wall { out += send(link, .stem(item), turn) }
            case .publish(let id, let item, let isOwn): out += publish(id, item, isOwn, turn)
            }
        }
        return out
    }

    mutating func run(_ effects: [Reconciler.Effect], _ turn: Turn) -> [Effect] {
        var out: [Effect] = []
        for effect in effects {
            switch effect {
            case .send(let link, let frame):
                if case .syncOpen(let open) = frame, open.ttlClass == TTLClass.allCases.first {
                    // All classes follow, so that all is told once more.
                    spreading.beganSession(with: link)
                }
                out += send(link, frame, turn)
            case .need(let ids, let link, let session):
                // What was refused is not asked for, so that nothing will come.
                for id in ids where spreading.isRecent(id) { sync.settled(id) }
                out += run(
                    spreading.ask(ids, of: link, session: session, now: turn.now), turn)
            case .offer(let ids, let link): out += run(spreading.offer(ids, to: link), turn)
            case .finished(let link, let report): out += compared(link, report, turn)
            case .misbehaved(let link):
                out += run(spreading.misbehaved(link, .other, now: turn.now), turn)
            }
        }
        return out
    }

    private mutating func compared(
        _ link: LinkID, _ report: SyncReport, _ turn: Turn
    ) -> [Effect] {
        if report.isComplete { peers[link]?.compared = turn.now }
        let differed = report.needed + report.offered > 0
        var effects = run(membership.compared(link, differed: differed, now: turn.now), turn)
        if let node = peers[link]?.node { effects.append(.note(.compared(node, report))) }
        return effects
    }

    // MARK: Neighbours

    private mutating func raised(_ link: LinkID, _ turn: Turn) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        peers[link]?.isNeighbour = true
        spreading.up(link, now: turn.now)
        if book.charters != nil { sync.neighbour(link, true, now: turn.now) }
        return [.note(.neighbourUp(peer.node))] + probe(link, turn)
            + run(stem.linked(link, isOutbound: peer.dialled != nil, now: turn.now), turn)
    }

    private mutating func lowered(_ link: LinkID, _ turn: Turn) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        peers[link]?.isNeighbour = false
        sync.neighbour(link, false, now: turn.now)
        stem.unlinked(link, now: turn.now)
        return [.note(.neighbourDown(peer.node))] + run(spreading.down(link, now: turn.now), turn)
    }

    private mutating func dial(_ address: Text, _ turn: Turn) -> [Effect] {
        guard peers.count < Limits.links else {
            return run(membership.dialFailed(address, now: turn.now), turn)
        }
        return [.dial(address)]
    }

    // MARK: Items on their stem

    /// An item's stem ends here: from now on it is in the open.
    private mutating func publish(
        _ id: ItemID, _ item: StemItem, _ isOwn: Bool, _ turn: Turn
    ) -> [Effect] {
        guard storing[id] == nil, !sync.contains(id) else { return [] }
        switch item {
        case .envelope(let envelope):
            let item = StoreItem(id: id, content: .envelope(envelope), isOwn: isOwn)
            return admitted(item, hops: 0, from: nil, isAsked: false, turn)
        case .retraction(let retraction):
            let target = Naming.envelopeID(
                network: configuration.network, header: retraction.header,
                bodyHash: retraction.bodyHash)
            let item = StoreItem(
                id: id, content: .retraction(retraction, target: target), isOwn: isOwn)
            guard isOwn else {
                return admitted(item, hops: 0, from: nil, isAsked: false, turn)
            }
            return released(item, turn)
        }
    }
}

extension StemItem {
    /// From when nobody passes it on.
    var expiry: WallTime {
        switch self {
        case .envelope(let envelope): envelope.header.expiry
        case .retraction(let retraction):
            retraction.header.expiry.adding(seconds: Limits.retractionExtraSeconds)
        }
    }
}
