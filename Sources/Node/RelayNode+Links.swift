import Gossip
import Model
import Sealing
import Sodium
import Wire

extension RelayNode {
    mutating func opened(_ link: LinkID, _ peer: LinkedPeer, _ turn: Turn) -> [Effect] {
        let node = peer.node
        if let dialled = peer.dialled { membership.reached(dialled, node: node) }
        if let why = refusal(link, node, peer.dialled != nil) {
            var effects: [Effect] = [.close(link), .note(.peerRefused(node, why: why))]
            // It was never a peer, so nothing is left to clean up but the address to dial again.
            if let dialled = peer.dialled {
                if why == .ourselves { membership.forget(dialled) }
                effects += run(membership.dialFailed(dialled, now: turn.now), turn)
            }
            return effects
        }
        var effects: [Effect] = []
        // Of two links between the same nodes the one dialled by the lower nodeId stays.
        for other in linkOrder where peers[other]?.node == node {
            effects.append(.close(other))
            effects += closed(other, turn)
        }
        peers[link] = peer
        linkOrder.append(link)
        effects.append(.send(link, .hello(hello(turn.wall))))
        return effects
    }

    private func refusal(_ link: LinkID, _ node: NodeID, _ isDialled: Bool) -> PeerRefusal? {
        if node == self.node { return .ourselves }
        if blocked.contains(node) { return .blocked }
        let isOurs = self.node < node  // whether the lasting link is the one we dial
        for other in peers.values where other.node == node {
            let otherIsOurs = other.dialled != nil
            if otherIsOurs != isDialled, otherIsOurs == isOurs { return .alreadyLinked }
        }
        // Others can't take all the links there may be: some are left to those we choose to dial.
        let others = peers.values.count { $0.dialled == nil }
        let isFull = peers.count >= Limits.links || !isDialled && others >= Limits.linksOfOthers
        return isFull ? .tooManyLinks : nil
    }

    private func hello(_ wall: WallTime) -> Hello {
        Hello(
            capabilities: Hello.fullRelay | 0x1F00, clock: UInt32(clamping: wall.seconds),
            charterSeq: UInt32(clamping: book.charters?.newest.seq ?? 0), record: membership.own)
    }

    static func record(
        _ configuration: Configuration, seq: UInt64, _ wall: WallTime
    ) -> PeerRecord {
        // A day less than allowed, so that clocks apart by hours still understand each other.
        let notAfter = wall.adding(seconds: Limits.peerRecordSeconds - 86400)
        return PeerRecord.signed(
            by: configuration.nodeKey, network: configuration.network, seq: seq,
            notAfter: UInt32(clamping: notAfter.seconds), addresses: configuration.addresses)
    }

    mutating func closed(_ link: LinkID, _ turn: Turn) -> [Effect] {
        guard let peer = peers.removeValue(forKey: link) else { return [] }
        linkOrder.removeAll { $0 == link }
        sync.unlinked(link)
        var effects: [Effect] = []
        if membership.isNeighbour(link) { effects.append(.note(.neighbourDown(peer.node))) }
        if peer.isGreeted {
            effects += run(membership.unlinked(link, now: turn.now), turn)
        } else if let dialled = peer.dialled {
            effects += run(membership.dialFailed(dialled, now: turn.now), turn)
        }
        stem.unlinked(link, now: turn.now)
        return effects + run(spreading.unlinked(link, now: turn.now), turn)
            + [.note(.peerDown(peer.node))]
    }

    /// Ends a link that broke a rule.
    mutating func refuse(_ link: LinkID, _ why: PeerRefusal, _ turn: Turn) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        return [.send(link, .bye(reason: why.code)), .close(link)]
            + [.note(.peerRefused(peer.node, why: why))] + closed(link, turn)
    }

    /// Ends a link that is of no further use.
    mutating func leave(_ link: LinkID, _ turn: Turn) -> [Effect] {
        guard peers[link] != nil else { return [] }
        return [.send(link, .bye(reason: Self.noFurtherUse)), .close(link)] + closed(link, turn)
    }

    /// Source: protocol/schema/codes.md.
    private static let noFurtherUse: UInt8 = 11

    mutating func block(_ node: NodeID, _ turn: Turn) -> [Effect] {
        if !blocked.contains(node) { blocked.append(node) }
        membership.block(node)
        var effects: [Effect] = []
        for link in linkOrder where peers[link]?.node == node {
            effects += refuse(link, .blocked, turn)
        }
        return effects
    }

    mutating func heard(_ link: LinkID, _ frame: Frame, _ turn: Turn) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        if !peer.isGreeted {
            guard case .hello(let hello) = frame else { return refuse(link, .helloNotFirst, turn) }
            return greeted(link, peer, hello, turn)
        }
        if waitsForCharter(frame, peer) {
            if peer.held.count < Self.mostHeld { peers[link]?.held.append(frame) }
            return []
        }
        switch frame {
        case .pad, .unknown: return []
        case .hello: return refuse(link, .helloNotFirst, turn)
        case .ping(let value): return run(spreading.pinged(value, by: link), turn)
        case .pong(let value): return ponged(value, peer, link, turn)
        case .bye: return [.close(link)] + closed(link, turn)
        case .membership(let frame):
            return run(
                membership.heard(frame, by: link, now: turn.now, wall: turn.wall), turn)
        case .stem(let item): return heardOnStem(item, by: link, turn)
        case .syncOpen(let open):
            if !peer.isNeighbour { membership.used(link, now: turn.now) }
            return run(sync.opened(open, by: link, now: turn.now, wall: turn.wall), turn)
        case .syncMessage(let session, let message):
            return run(
                sync.heard(message, session: session, by: link, now: turn.now, wall: turn.wall),
                turn)
        case .syncEnd(let session, let end):
            return run(
                sync.ended(session: session, end, by: link, now: turn.now, wall: turn.wall), turn)
        case .push, .announce, .graft, .prune, .dontWant, .retract, .receipt, .want, .gone:
            return heardSpreading(frame, peer, by: link, turn)
        }
    }

    private mutating func heardSpreading(
        _ frame: Frame, _ peer: LinkedPeer, by link: LinkID, _ turn: Turn
    ) -> [Effect] {
        if !peer.isNeighbour { membership.used(link, now: turn.now) }
        switch frame {
        case .push(let hops, let envelope): return pushed(envelope, hops, by: link, turn)
        case .announce(let items):
            if !items.isEmpty { peers[link]?.announcements += 1 }
            return run(spreading.announced(items, by: link, now: turn.now), turn)
        case .graft(let id, _): return run(spreading.grafted(id, by: link, now: turn.now), turn)
        case .prune(let backoff):
            return run(
                spreading.pruned(backoffSeconds: backoff, by: link, now: turn.now), turn)
        case .dontWant(let ids):
            return run(spreading.unwanted(ids, by: link, now: turn.now), turn)
        case .retract(let retraction): return retracted(retraction, by: link, turn)
        case .receipt(let receipt): return receipted(receipt, peer.node, by: link, turn)
        case .want(let session, let ids):
            return run(spreading.asked(for: ids, session: session, by: link), turn)
        case .gone(_, let ids):
            for id in ids { sync.settled(id) }
            return run(spreading.gone(ids, by: link, now: turn.now), turn)
        case .pad, .unknown, .hello, .ping, .pong, .bye, .membership, .stem, .syncOpen,
            .syncMessage, .syncEnd:
            return []
        }
    }

    private mutating func ponged(
        _ value: UInt64, _ peer: LinkedPeer, _ link: LinkID, _ turn: Turn
    ) -> [Effect] {
        guard let probe = peer.probe, probe.value == value else { return [] }
        peers[link]?.probe = nil
        let milliseconds = turn.now.milliseconds - min(turn.now, probe.sent).milliseconds
        spreading.roundTrip(link, milliseconds: milliseconds)
        return []
    }

    /// Until a charter tells the network's least work, only what is told first is looked at: a
    /// neighbour announces its public records before all else, or has none yet and announces the
    /// charter once it comes.
    private func waitsForCharter(_ frame: Frame, _ peer: LinkedPeer) -> Bool {
        guard book.charters == nil else { return false }
        switch frame {
        // A neighbour that learns of the charter itself says so in a short one.
        case .announce(let items):
            return peer.announcements > 0 && items.count > Limits.wantedIDs
        case .push(_, let envelope):
            return envelope.header.suite != Suite.publicRecord.rawValue
        case .retract, .stem, .syncOpen, .syncMessage, .syncEnd: return true
        case .pad, .hello, .ping, .pong, .bye, .membership, .graft, .prune, .dontWant, .receipt,
            .want, .gone, .unknown:
            return false
        }
    }

    /// A charter is known: goes on with what waited for it, and compares with all neighbours.
    mutating func resume(_ turn: Turn) -> [Effect] {
        var effects: [Effect] = []
        for link in membership.neighbours { sync.neighbour(link, true, now: turn.now) }
        for link in linkOrder {
            let held = peers[link]?.held ?? []
            peers[link]?.held = []
            for frame in held { effects += heard(link, frame, turn) }
        }
        return effects
    }

    private mutating func greeted(
        _ link: LinkID, _ peer: LinkedPeer, _ hello: Hello, _ turn: Turn
    ) -> [Effect] {
        guard hello.lowestVersion <= 1, hello.highestVersion >= 1 else {
            return refuse(link, .noCommonVersion, turn)
        }
        let ahead = Int64(hello.clock) - Int64(clamping: turn.wall.seconds)
        let record = hello.record
        guard ahead.magnitude < 86400 else { return refuse(link, .clocksApart, turn) }
        guard record.node == peer.node,
            configuration.checkRecord(record, configuration.network, turn.wall)
        else { return refuse(link, .badRecord, turn) }
        peers[link]?.addresses = record.addresses
        peers[link]?.clockAhead = ahead
        // Those that are followed and on disk.
        let records = book.currentIDs.filter { sync.contains($0) }.prefix(Limits.announcedIDs)
            .map { Announcement(id: $0, hops: Announcement.offTree) }
        spreading.linked(link, node: peer.node, now: turn.now)
        sync.linked(link, key: peer.syncKey, now: turn.now)
        return [.note(.peerUp(peer.node, dialled: peer.dialled != nil))]
            + (records.isEmpty ? [] : send(link, .announce(records), turn))
            + run(
                membership.linked(
                    link, record: record, isLeaf: hello.capabilities & Hello.leaf != 0,
                    dialled: peer.dialled, group: peer.group, now: turn.now, wall: turn.wall),
                turn)
    }
}

extension RelayNode.PeerRefusal {
    /// The reason byte of BYE. Source: protocol/schema/codes.md.
    public var code: UInt8 {
        switch self {
        case .blocked: 1
        case .ourselves: 2
        case .alreadyLinked: 3
        case .tooManyLinks: 4
        case .badRecord: 5
        case .noCommonVersion: 6
        case .helloNotFirst: 7
        case .tooMuchAsked: 8
        case .clocksApart: 10
        }
    }
}
