import Gossip
import Model
import Sealing
import Sodium
import Wire

// What the store answers: only now is anything passed on, announced or acknowledged.

extension RelayNode {
    mutating func stored(
        _ token: StoreToken, _ outcome: StoreOutcome, _ turn: Turn
    ) -> [Effect] {
        guard let order = pending.removeValue(forKey: token) else { return [] }
        switch order {
        case .delayed(let ticket, let until):
            if outcome == .stored {
                dueUntil = max(dueUntil, until)
                nextDue = min(nextDue, turn.now.adding(milliseconds: Limits.dueMilliseconds))
            }
            return [.answer(ticket, Self.error(outcome))]
        case .submission(let ticket, let items, let isUrgent, let replaced, let new):
            var effects = remove(replaced, outcome)
            for item in items {
                // Displaced before it was on disk: it is hidden there by now.
                let isDisplaced = !item.isHidden && storing[item.id] != token
                if storing[item.id] == token { storing[item.id] = nil }
                switch outcome {
                case .stored, .duplicate:
                    if !isDisplaced { effects += submitted(item, isUrgent: isUrgent, turn) }
                case .retracted, .noRoom, .failed:
                    if new.contains(item.id) { pools.unreserve(item.id) }
                    if !item.isHidden, !sync.contains(item.id) { giveBack(item) }
                }
            }
            return [.answer(ticket, Self.error(outcome))] + effects
        case .item(let item, let hops, let link):
            return answered(token, item, outcome, hops, link, turn)
        case .record(let item, let hops, let link, let replaced):
            return remove(replaced, outcome) + answered(token, item, outcome, hops, link, turn)
        }
    }

    /// Something submitted here is on disk.
    private mutating func submitted(
        _ item: StoreItem, isUrgent: Bool, _ turn: Turn
    ) -> [Effect] {
        spreading.recall(own: [item.id])
        // It came from others meanwhile, or was submitted before.
        if sync.contains(item.id) { return [] }
        guard item.isHidden, case .envelope(let envelope) = item.content else {
            return spread(item, hops: 0, from: nil, turn)
        }
        guard takesStem else {
            // Its pool had no place for it.
            keep(item)
            return []
        }
        // Refused in the open before it was on disk: its stem would tell whose it is.
        guard !spreading.isRecent(item.id) else { return [.hide([item.id])] }
        return run(
            stem.submitted(
                item.id, .envelope(envelope), isUrgent: isUrgent, now: turn.now, wall: turn.wall),
            turn)
    }

    private mutating func answered(
        _ token: StoreToken, _ item: StoreItem, _ outcome: StoreOutcome, _ hops: UInt8,
        _ link: LinkID?, _ turn: Turn
    ) -> [Effect] {
        guard storing[item.id] == token else {
            // Displaced before it was on disk, or ordered again: then that answer counts.
            if storing[item.id] == nil { sync.settled(item.id) }
            return []
        }
        storing[item.id] = nil
        switch outcome {
        case .stored: return spread(item, hops: hops, from: link, turn)
        case .duplicate:
            stem.seenInOpen(item.id)
            spreading.duplicate(item.id)
            sync.settled(item.id)
            return []
        case .retracted:
            giveBack(item)
            pools.unreserve(item.id)
            stem.seenInOpen(item.id)
            spreading.refused(item.id)
            sync.settled(item.id)
            return []
        case .noRoom, .failed:
            // A queued retraction that came from others has its room already.
            if !sync.contains(item.id) { giveBack(item) }
            // It was told and is not here: to be heard again.
            if let link { spreading.missed(link) }
            keep(item)
            return outcome == .failed ? [.note(.storeFailed)] : []
        }
    }

    private mutating func giveBack(_ item: StoreItem) {
        switch item.content {
        case .envelope: pools.notStored(PoolRow(id: item.id, item.header))
        case .retraction(_, let target):
            pools.notStored(
                retractionOf: PoolRow(id: target, item.header), isHeld: sync.contains(target))
        }
    }

    /// What was acknowledged here is not forgotten because the disk failed once or its period has
    /// no room now: it is on disk as it was, unknown to all others, and enters the open later. Above
    /// the limit at the next start.
    mutating func keep(_ item: StoreItem) {
        guard case .envelope = item.content, pools.isReserved(item.id), !stem.contains(item.id),
            unpublished.count < Limits.stemOwnItems,
            !unpublished.contains(where: { $0.id == item.id })
        else { return }
        unpublished.append(StoreItem(id: item.id, content: item.content, isOwn: true))
    }

    /// Tries once more what the disk did not take.
    mutating func publishAgain(_ turn: Turn) -> [Effect] {
        let items = unpublished
        unpublished = []
        var effects: [Effect] = []
        for item in items
        where storing[item.id] == nil && !sync.contains(item.id) && !stem.contains(item.id) {
            effects += admitted(item, hops: 0, from: nil, isAsked: false, turn)
        }
        return effects
    }

    /// Records that others took the place of go only once those are on disk: a full disk must not
    /// leave a node with neither.
    private mutating func remove(_ replaced: [ItemID], _ outcome: StoreOutcome) -> [Effect] {
        guard outcome == .stored || outcome == .duplicate else { return [] }
        for id in replaced { pools.removed(record: id) }
        return drop(replaced)
    }

    private mutating func spread(
        _ item: StoreItem, hops: UInt8, from link: LinkID?, _ turn: Turn
    ) -> [Effect] {
        stem.seenInOpen(item.id)
        let position = ItemPosition(slot: item.header.slot, id: item.id)
        switch item.content {
        case .envelope(let envelope):
            sync.stored(
                position, ttlClass: item.header.ttlClass, isRetraction: false,
                topic: item.header.topic)
            return run(
                spreading.stored(
                    item.id, .envelope(envelope), hops: hops, from: link, isOwn: item.isOwn,
                    now: turn.now, wall: turn.wall), turn)
        case .retraction(let retraction, let target):
            spreading.refused(target)
            stem.seenInOpen(target)
            sync.removed(target)
            sync.stored(
                position, ttlClass: item.header.ttlClass, isRetraction: true,
                topic: item.header.topic)
            return run(
                spreading.stored(
                    item.id, .retraction(retraction), hops: hops, from: link, isOwn: item.isOwn,
                    now: turn.now, wall: turn.wall), turn) + receipts(item.id, turn)
        }
    }

    private mutating func receipts(_ id: ItemID, _ turn: Turn) -> [Effect] {
        let signature = configuration.nodeKey.sign(
            Labels.gone, signedReceipt(id, turn.wall.slot))
        let receipt = Receipt(retraction: id, slot: turn.wall.slot, signature: signature)
        var effects: [Effect] = []
        for link in linkOrder where peers[link]?.isGreeted == true {
            effects += send(link, .receipt(receipt), turn)
        }
        return effects
    }

    private static func error(_ outcome: StoreOutcome) -> SubmitError? {
        switch outcome {
        case .stored, .duplicate: nil
        case .retracted: .retracted
        case .noRoom: .noRoom
        case .failed: .storeFailed
        }
    }

    // MARK: Earlier runs

    mutating func recall(_ rows: [HeldRow], _ turn: Turn) -> [Effect] {
        sync.expired(turn.wall)
        let records = Set(
            ([configuration.network.bytes] + book.subjects.map { $0.bytes }).map {
                Topics.records(of: $0)
            })
        var gone: [ItemID] = []
        for row in rows {
            if !row.isHidden {
                sync.stored(
                    ItemPosition(slot: row.slot, id: row.id), ttlClass: row.ttlClass,
                    isRetraction: row.target != nil, topic: row.topic)
            }
            let standing: Pools.Standing =
                row.target == nil
                ? (row.isDisplaced ? .displaced : .envelope)
                : row.isLoose ? .looseRetraction : .retraction
            gone += pools.recall(
                PoolRow(
                    id: row.target ?? row.id, isPublic: records.contains(row.topic),
                    ttlClass: row.ttlClass, size: row.size, workBits: row.workBits,
                    slot: row.slot, topic: row.topic),
                standing, isOwn: row.isOwn, isOnStem: row.isHidden, wall: turn.wall)
        }
        return drop(gone)
    }

    mutating func recall(onStem envelopes: [Envelope], _ turn: Turn) -> [Effect] {
        let items = envelopes.map {
            (
                id: Naming.envelopeID(network: configuration.network, $0),
                item: StemItem.envelope($0)
            )
        }
        return run(stem.recalled(items, now: turn.now, wall: turn.wall), turn)
    }
}

extension Held {
    /// The same, or nothing once it has expired: a store drops it some time later.
    func alive(_ wall: WallTime) -> Held {
        switch self {
        case .envelope(let envelope): envelope.header.expiry > wall ? self : .nothing
        case .retraction(let retraction):
            retraction.header.expiry.adding(seconds: Limits.retractionExtraSeconds) > wall
                ? self : .nothing
        case .nothing: self
        }
    }
}
