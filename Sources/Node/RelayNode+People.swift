import Gossip
import Model
import Sealing
import Wire

// What people and programs on this node submit: kept first, then let go by the stem.

extension RelayNode {
    mutating func submit(
        _ ticket: UInt64, _ envelopes: [Envelope], isUrgent: Bool, _ turn: Turn
    ) -> [Effect] {
        guard envelopes.count <= Limits.submissionItems else {
            return [
                .answer(
                    ticket, .tooMany(count: envelopes.count, limit: Limits.submissionItems))
            ]
        }
        let hadCharter = book.charters != nil
        var items: [StoreItem] = []
        var replaced: [ItemID] = []
        var effects: [Effect] = []
        do {
            for envelope in envelopes {
                let id = Naming.envelopeID(network: configuration.network, envelope)
                let isPublic = envelope.header.suite == Suite.publicRecord.rawValue
                guard isPublic || book.charters != nil else {
                    return [.answer(ticket, .networkUnknown)]
                }
                try check(envelope, id, .own, turn)
                if isPublic,
                    case .current(let old) = try book.consider(envelope, id: id, now: turn.wall)
                {
                    replaced += old
                    effects += noteRecord(envelope)
                }
                items.append(
                    StoreItem(
                        id: id, content: .envelope(envelope), isOwn: true,
                        isHidden: !isPublic && takesStem && !sync.contains(id)))
            }
        } catch {
            return [.answer(ticket, .refused(error))]
        }
        guard pools.hasReserve(for: items.map { PoolRow(id: $0.id, $0.header) }),
            stem.hasRoom(for: items.count { $0.isHidden })
        else { return [.answer(ticket, .noRoom)] }
        if !replaced.isEmpty || !effects.isEmpty { effects += follow(turn) }
        let new = items.map(\.id).filter { !pools.isReserved($0) }
        let token = token()
        for index in items.indices {
            // What a later one of the same submission displaces is known to be on its way.
            let displaced = reserve(&items[index], turn)
            if !items[index].isHidden { storing[items[index].id] = token }
            effects += drop(displaced)
        }
        pending[token] = .submission(
            ticket, items, isUrgent: isUrgent, replaces: replaced, new: new)
        let order = Effect.storeSubmission(token, ticket, items)
        if !hadCharter, book.charters != nil { effects += begin(0, nil, turn) }
        return [order] + effects
    }

    /// On a network made for trying things out the stem can be left out, to save its waits.
    var takesStem: Bool {
        configuration.stemGapMilliseconds > 0 || book.charters?.newest.isTest != true
    }

    /// Gives a submitted item its room; what it displaces in the open must go. One that its pool has
    /// no place for stays hidden, without a stem too: shown, it would be at this node alone.
    private mutating func reserve(_ item: inout StoreItem, _ turn: Turn) -> [ItemID] {
        let row = PoolRow(id: item.id, item.header)
        _ = pools.admit(row, path: .own, link: nil, wall: turn.wall)
        guard !item.isHidden, !sync.contains(item.id) else { return [] }
        switch pools.admit(row, path: .solicited, link: nil, wall: turn.wall) {
        case .admit(let displaced): return displaced
        case .keep(_, let displaced):
            item = StoreItem(id: item.id, content: item.content, isOwn: true, isHidden: true)
            return displaced
        case .refuse: return []
        }
    }

    mutating func erase(
        _ ticket: UInt64, _ retractions: [Retraction], _ turn: Turn
    ) -> [Effect] {
        var delayed: [Delayed] = []
        do {
            for retraction in retractions {
                let target = try admission.check(retraction, now: turn.wall)
                let item = StoreItem(
                    id: Naming.retractionID(of: target),
                    content: .retraction(retraction, target: target), isOwn: true)
                let wait = choices.exponential(mean: configuration.eraseDelaySeconds)
                delayed.append(Delayed(item: item, due: turn.wall.adding(seconds: wait)))
            }
        } catch {
            return [.answer(ticket, .refused(error))]
        }
        let token = token()
        pending[token] = .delayed(ticket, until: delayed.map(\.due).max() ?? turn.wall)
        spreading.recall(own: delayed.map { $0.item.id })
        return [.delay(token, ticket, delayed)]
    }

    /// Retractions whose time has come take a stem too; they stay queued until it ends.
    mutating func release(_ retractions: [Retraction], _ turn: Turn) -> [Effect] {
        let isMore = !retractions.isEmpty || turn.wall <= dueUntil
        nextDue = turn.now.adding(
            milliseconds: isMore ? Limits.dueMilliseconds : Limits.dueIdleMilliseconds)
        var effects: [Effect] = []
        for retraction in retractions {
            let target = Naming.envelopeID(
                network: configuration.network, header: retraction.header,
                bodyHash: retraction.bodyHash)
            let id = Naming.retractionID(of: target)
            guard storing[id] == nil, !stem.contains(id) else { continue }
            let item = StoreItem(
                id: id, content: .retraction(retraction, target: target), isOwn: true)
            guard takesStem, !sync.contains(id) else {
                effects += released(item, turn)
                continue
            }
            effects += run(
                stem.submitted(
                    id, .retraction(retraction), isUrgent: false, now: turn.now, wall: turn.wall),
                turn)
        }
        return effects
    }

    /// A queued retraction enters the open.
    mutating func released(_ item: StoreItem, _ turn: Turn) -> [Effect] {
        guard case .retraction(let retraction, let target) = item.content, mayBegin(item, turn)
        else { return [] }
        var displaced: [ItemID] = []
        // One that came from others has its room, and need only leave the queue.
        if !sync.contains(item.id) {
            let decision = pools.admit(
                retractionOf: PoolRow(id: target, retraction.header),
                isHeld: sync.contains(target), path: .own, wall: turn.wall)
            guard case .admit(let gone) = decision else { return [] }
            displaced = gone
        }
        let token = token()
        pending[token] = .item(item, hops: 0, from: nil)
        storing[item.id] = token
        return drop(displaced) + [.release(token, item)]
    }
}
