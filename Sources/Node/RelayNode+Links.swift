import Gossip
import Model
import Sealing
import Sodium
import Wire

extension RelayNode {
    mutating func opened(
        _ link: LinkID, _ node: NodeID, _ dialled: Text?, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        if let dialled { dialling.reached(dialled, node: node) }
        if let why = refusal(link, node, dialled != nil) {
            if why == .ourselves, let dialled { dialling.forget(dialled) }
            // It was never a peer, so nothing is left to clean up but the address to dial again.
            if let dialled { dialling.ended(dialled, now: now, jitter: choices.next()) }
            return [.close(link), .note(.peerRefused(node, why: why))]
        }
        var effects: [Effect] = []
        // Of two links between the same nodes the one dialled by the lower nodeId stays.
        for other in linkOrder where peers[other]?.node == node {
            effects.append(.close(other))
            effects += closed(other, now, wall)
        }
        peers[link] = LinkedPeer(node: node, dialled: dialled)
        linkOrder.append(link)
        effects.append(.send(link, .hello(hello(wall))))
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
        let others = peers.values.filter { $0.dialled == nil }.count
        let isFull = peers.count >= Limits.links || !isDialled && others >= Limits.linksOfOthers
        return isFull ? .tooManyLinks : nil
    }

    private mutating func hello(_ wall: WallTime) -> Hello {
        recordSeq = max(recordSeq + 1, wall.seconds)
        // A day less than allowed, so that clocks apart by hours still understand each other.
        let notAfter = wall.adding(seconds: Limits.peerRecordSeconds - 86400)
        let record = PeerRecord.signed(
            by: configuration.nodeKey, network: configuration.network, seq: recordSeq,
            notAfter: UInt32(clamping: notAfter.seconds), addresses: configuration.addresses)
        return Hello(
            capabilities: Hello.fullRelay | 0x1F00, clock: UInt32(clamping: wall.seconds),
            charterSeq: UInt32(clamping: book.charters?.newest.seq ?? 0), record: record)
    }

    mutating func closed(_ link: LinkID, _ now: Moment, _ wall: WallTime) -> [Effect] {
        guard let peer = peers.removeValue(forKey: link) else { return [] }
        linkOrder.removeAll { $0 == link }
        if let address = peer.dialled {
            dialling.ended(address, now: now, jitter: choices.next())
        }
        return run(spreading.unlinked(link, now: now), now, wall) + [.note(.peerDown(peer.node))]
    }

    mutating func refuse(
        _ link: LinkID, _ why: PeerRefusal, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        return [.send(link, .bye(reason: why.code)), .close(link)]
            + [.note(.peerRefused(peer.node, why: why))] + closed(link, now, wall)
    }

    mutating func block(_ node: NodeID, _ now: Moment, _ wall: WallTime) -> [Effect] {
        if !blocked.contains(node) { blocked.append(node) }
        var effects: [Effect] = []
        for link in linkOrder where peers[link]?.node == node {
            effects += refuse(link, .blocked, now, wall)
        }
        return effects
    }

    mutating func heard(
        _ link: LinkID, _ frame: Frame, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        if peer.hello == nil {
            guard case .hello(let hello) = frame else {
                return refuse(link, .helloNotFirst, now, wall)
            }
            return greeted(link, peer, hello, now, wall)
        }
        if waitsForCharter(frame, peer) {
            if peer.held.count < Self.mostHeld { peers[link]?.held.append(frame) }
            return []
        }
        switch frame {
        case .pad, .unknown: return []
        case .hello: return refuse(link, .helloNotFirst, now, wall)
        case .ping(0): return [.send(link, .pong(0))]
        case .ping(let value): return run(spreading.pinged(value, by: link), now, wall)
        case .pong: return []
        case .bye: return [.close(link)] + closed(link, now, wall)
        case .announce(let items):
            peers[link]?.announcements += 1
            return run(spreading.announced(items, by: link, now: now), now, wall)
        case .want(let session, let ids):
            return run(spreading.asked(for: ids, session: session, by: link), now, wall)
        case .gone(_, let ids): return run(spreading.gone(ids, by: link, now: now), now, wall)
        case .push(let hops, let envelope):
            return pushed(envelope, hops, by: link, now, wall)
        case .retract(let retraction): return retracted(retraction, by: link, now, wall)
        case .receipt(let receipt): return receipted(receipt, peer.node, by: link, wall)
        case .graft(let id, _):
            return run(spreading.grafted(id, by: link, now: now), now, wall)
        case .prune(let backoff):
            return run(
                spreading.pruned(backoffSeconds: backoff, by: link, now: now), now, wall)
        case .dontWant(let ids):
            return run(spreading.unwanted(ids, by: link, now: now), now, wall)
        case .membership, .stem, .syncOpen, .syncMessage, .syncEnd: return []
        }
    }

    /// Until a charter tells the network's least work, only what was asked for first is looked at:
    /// a neighbour announces its public records before all else.
    private func waitsForCharter(_ frame: Frame, _ peer: LinkedPeer) -> Bool {
        guard book.charters == nil else { return false }
        switch frame {
        // A neighbour that learns of the charter itself says so in a short one.
        case .announce(let items):
            return peer.announcements > 0 && items.count > Limits.wantedIDs
        case .ping(let value): return value != 0
        case .push(_, let envelope):
            return envelope.header.suite != Suite.publicRecord.rawValue
        case .retract: return true
        case .pad, .hello, .pong, .bye, .receipt, .want, .gone, .unknown, .membership, .graft,
            .prune, .dontWant:
            return false
        case .stem, .syncOpen, .syncMessage, .syncEnd: return true
        }
    }

    /// A charter is known: goes on with what waited for it.
    mutating func resume(_ now: Moment, _ wall: WallTime) -> [Effect] {
        var effects: [Effect] = []
        for link in linkOrder {
            let held = peers[link]?.held ?? []
            peers[link]?.held = []
            for frame in held { effects += heard(link, frame, now, wall) }
        }
        return effects
    }

    private mutating func greeted(
        _ link: LinkID, _ peer: LinkedPeer, _ hello: Hello, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard hello.lowestVersion <= 1, hello.highestVersion >= 1 else {
            return refuse(link, .noCommonVersion, now, wall)
        }
        let ahead = Int64(hello.clock) - Int64(clamping: wall.seconds)
        let record = hello.record
        guard ahead.magnitude < 86400 else { return refuse(link, .clocksApart, now, wall) }
        guard record.node == peer.node,
            (try? record.check(network: configuration.network, now: wall)) != nil
        else { return refuse(link, .badRecord, now, wall) }
        peers[link]?.hello = hello
        peers[link]?.clockAhead = ahead
        if let address = peer.dialled { dialling.greeted(address) }
        var effects: [Effect] = [.note(.peerUp(peer.node, dialled: peer.dialled != nil))]
        let records = book.currentIDs.prefix(Limits.announcedIDs).map {
            Announcement(id: $0, hops: Announcement.offTree)
        }
        effects.append(.send(link, .announce(records)))
        spreading.linked(link, node: peer.node, now: now)
        spreading.up(link, now: now)
        return effects
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
        case .tooManyBadItems: 9
        case .clocksApart: 10
        }
    }
}
