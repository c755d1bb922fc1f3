import Gossip
import Model
import Sealing
import Sodium
import Wire

extension RelayNode {
    private var admission: Admission {
        // Before a charter is known only public records come this far, and the charter itself
        // can't be asked for more work than it names.
        Admission(network: configuration.network, workBase: book.workBase ?? 0)
    }

    // MARK: From neighbours

    mutating func pushed(
        _ envelope: Envelope, _ hops: UInt8, by link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        let id = Naming.envelopeID(network: configuration.network, envelope)
        let isWanted = spreading.isWanted(id)
        if spreading.isRecent(id) || storing[id] != nil {
            return run(spreading.repeated(id, hops: hops, from: link, now: now), now, wall)
        }
        guard pending.count < (isWanted ? Self.mostPendingWanted : Self.mostPending) else {
            return isWanted ? [] : later(id, from: link, now, wall)
        }
        do {
            let path = isWanted ? Path.solicited : .unsolicited
            try admission.check(envelope.header, path: path, now: wall)
            try admission.checkWork(envelope.header, id: id)
        } catch {
            return bad(error, id: nil, link, now, wall)
        }
        var effects = run(
            spreading.checked(id, size: envelope.header.size, from: link)
                + spreading.arrived(id, hops: hops, from: link, now: now), now, wall)
        let item = StoreItem(id: id, content: .envelope(envelope), isOwn: false)
        guard envelope.header.suite == Suite.publicRecord.rawValue else {
            return effects + order(.item(item, hops: hops, from: link), [item])
        }
        let forks = book.forked.count
        do {
            effects += try considered(envelope, id, isOwn: false, hops, link, now, wall)
        } catch {
            effects += bad(error, id: nil, link, now, wall)
        }
        return effects + book.forked.dropFirst(forks).map { .note(.rootsForked($0)) }
    }

    mutating func retracted(
        _ retraction: Retraction, by link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard pending.count < Self.mostPendingWanted else { return [] }
        let target: ItemID
        do {
            target = try admission.check(retraction, now: wall)
        } catch {
            return bad(error, id: nil, link, now, wall)
        }
        let id = Naming.retractionID(of: target)
        let isWanted = spreading.isWanted(id) || spreading.isWanted(target)
        let hops = max(spreading.hops(of: id, from: link), spreading.hops(of: target, from: link))
        spreading.answered(target, by: link, now: now)
        if spreading.isRecent(id) || storing[id] != nil {
            return run(spreading.repeated(id, hops: hops, from: link, now: now), now, wall)
        }
        let effects = run(spreading.arrived(id, hops: hops, from: link, now: now), now, wall)
        guard isWanted || pending.count < Self.mostPending else {
            return effects + later(id, from: link, now, wall)
        }
        let item = StoreItem(id: id, content: .retraction(retraction, target: target), isOwn: false)
        return effects + order(.item(item, hops: hops, from: link), [item])
    }

    /// The store is behind: what a neighbour sent unasked counts as announced, and is asked for.
    private mutating func later(
        _ id: ItemID, from link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        let announcement = Announcement(id: id, hops: Announcement.offTree)
        return run(spreading.announced([announcement], by: link, now: now), now, wall)
    }

    mutating func receipted(
        _ receipt: Receipt, _ node: NodeID, by link: LinkID, _ wall: WallTime
    ) -> [Effect] {
        guard receipt.slot.number <= wall.slot.number + 1,
            spreading.isFirstReceipt(receipt.retraction, from: link),
            verify(
                receipt.signature, Labels.gone, signedReceipt(receipt.retraction, receipt.slot),
                key: node.bytes)
        else { return [] }
        return [.witness(receipt.retraction, node, isReceipt: true)]
    }

    private func signedReceipt(_ retraction: ItemID, _ slot: Slot) -> [UInt8] {
        var signed = configuration.network.bytes + retraction.bytes
        signed.append(bigEndian: slot.number)
        return signed
    }

    /// Something that breaks the rules: not remembered, for the next copy may be good, but counted
    /// against the neighbour.
    private mutating func bad(
        _ refusal: Refusal, id: ItemID?, _ link: LinkID, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let peer = peers[link] else { return [] }
        switch refusal {
        case .outdatedRecord, .unknownSubject, .expired, .tooOldUnasked: return []
        case .sizeClass, .suite, .slotAhead, .workClaim, .workMissing, .opening, .record: break
        }
        peers[link]?.badItems += 1
        if peer.badItems >= Self.mostBadItems { return refuse(link, .tooManyBadItems, now, wall) }
        return [.note(.itemRefused(refusal, from: peer.node))]
    }

    // MARK: Public records

    /// Puts a record in its place and orders it stored; the one before goes once it is.
    mutating func considered(
        _ envelope: Envelope, _ id: ItemID, isOwn: Bool, _ hops: UInt8, _ link: LinkID?,
        _ now: Moment, _ wall: WallTime
    ) throws(Refusal) -> [Effect] {
        let hadCharter = book.charters != nil
        switch try book.consider(envelope, id: id, now: wall) {
        case .waiting: return []
        case .current(let replaced):
            let item = StoreItem(id: id, content: .envelope(envelope), isOwn: isOwn)
            var effects = order(.record(item, hops: hops, from: link, replaces: replaced), [item])
            effects += noteRecord(envelope)
            learnSeeds(now)
            if !hadCharter, book.charters != nil {
                for (id, envelope) in book.takeWaiting() {
                    // Refused again means it was no good: nothing of it was kept.
                    effects +=
                        (try? considered(envelope, id, isOwn: false, hops, link, now, wall)) ?? []
                }
                effects += resume(now, wall)
            }
            return effects
        }
    }

    private func noteRecord(_ envelope: Envelope) -> [Effect] {
        guard let record = try? Record(body: envelope.body) else { return [] }
        switch record.type {
        case .charters: return [.note(.charterKnown(seq: book.charters?.newest.seq ?? 0))]
        case .manifest:
            guard let community = CommunityID(record.subject) else { return [] }
            return [.note(.manifestKnown(community, seq: record.seq))]
        case .bridgeCard, .checkpoint: return []
        }
    }

    /// The charter's seeds are dialled for ever.
    private mutating func learnSeeds(_ now: Moment) {
        for seed in book.charters?.newest.seeds ?? [] where seed.node != node {
            dialling.add(seed.address, node: seed.node, kind: .pinned, now: now)
        }
    }

    /// Records of earlier runs, in any order.
    mutating func recall(
        _ envelopes: [Envelope], _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        defer { learnSeeds(now) }
        var stale: [ItemID] = []
        // Records that others depend on have the lower type.
        let named = envelopes.map { envelope in
            (
                id: Naming.envelopeID(network: configuration.network, envelope),
                envelope: envelope,
                type: (try? Record(body: envelope.body))?.type.rawValue ?? .max
            )
        }.sorted { $0.type < $1.type }
        for (id, envelope, _) in named {
            do {
                if case .current(let old) = try book.consider(envelope, id: id, now: wall) {
                    stale += old
                }
            } catch {
                stale.append(id)
            }
        }
        for (id, envelope) in book.takeWaiting() {
            if case .current(let old) = try? book.consider(envelope, id: id, now: wall) {
                stale += old
            }
        }
        return stale.isEmpty ? [] : [.remove(stale)]
    }

    // MARK: From people on this node

    mutating func submit(_ ticket: UInt64, _ envelopes: [Envelope], _ wall: WallTime) -> [Effect] {
        guard envelopes.count <= Limits.submissionItems else {
            return [
                .answer(
                    ticket, .tooMany(count: envelopes.count, limit: Limits.submissionItems))
            ]
        }
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
                try admission.check(envelope.header, path: .own, now: wall)
                try admission.checkWork(envelope.header, id: id)
                if isPublic,
                    case .current(let old) = try book.consider(envelope, id: id, now: wall)
                {
                    replaced += old
                    effects += noteRecord(envelope)
                }
                items.append(StoreItem(id: id, content: .envelope(envelope), isOwn: true))
            }
        } catch {
            return [.answer(ticket, .refused(error))]
        }
        let token = token()
        pending[token] = .submission(ticket, items, replaces: replaced)
        for item in items { storing[item.id] = token }
        return [.storeSubmission(token, ticket, items)] + effects
    }

    mutating func erase(
        _ ticket: UInt64, _ retractions: [Retraction], _ wall: WallTime
    ) -> [Effect] {
        var delayed: [Delayed] = []
        do {
            for retraction in retractions {
                let target = try admission.check(retraction, now: wall)
                let item = StoreItem(
                    id: Naming.retractionID(of: target),
                    content: .retraction(retraction, target: target), isOwn: true)
                let wait = choices.exponential(mean: configuration.eraseDelaySeconds)
                delayed.append(Delayed(item: item, due: wall.adding(seconds: wait)))
            }
        } catch {
            return [.answer(ticket, .refused(error))]
        }
        let token = token()
        pending[token] = .delayed(ticket)
        spreading.recall(own: delayed.map { $0.item.id })
        return [.delay(token, ticket, delayed)]
    }

    /// Retractions whose time has come.
    mutating func release(_ retractions: [Retraction], _ wall: WallTime) -> [Effect] {
        var effects: [Effect] = []
        for retraction in retractions {
            let target = Naming.envelopeID(
                network: configuration.network, header: retraction.header,
                bodyHash: retraction.bodyHash)
            let id = Naming.retractionID(of: target)
            guard storing[id] == nil else { continue }
            let item = StoreItem(
                id: id, content: .retraction(retraction, target: target), isOwn: true)
            let token = token()
            pending[token] = .item(item, hops: 0, from: nil)
            storing[id] = token
            effects.append(.release(token, item))
        }
        return effects
    }

    // MARK: From the store

    mutating func stored(
        _ token: StoreToken, _ outcome: StoreOutcome, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        guard let order = pending.removeValue(forKey: token) else { return [] }
        switch order {
        case .delayed(let ticket):
            return [.answer(ticket, Self.error(outcome))]
        case .submission(let ticket, let items, let replaced):
            var effects = remove(replaced, outcome)
            for item in items {
                storing[item.id] = nil
                if outcome == .stored || outcome == .duplicate {
                    effects += spread(item, hops: 0, from: nil, now, wall)
                }
            }
            return [.answer(ticket, Self.error(outcome))] + effects
        case .item(let item, let hops, let link):
            return stored(item, outcome, hops, link, now, wall)
        case .record(let item, let hops, let link, let replaced):
            return remove(replaced, outcome)
                + stored(item, outcome, hops, link, now, wall)
        }
    }

    private mutating func stored(
        _ item: StoreItem, _ outcome: StoreOutcome, _ hops: UInt8, _ link: LinkID?,
        _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        storing[item.id] = nil
        switch outcome {
        case .stored: return spread(item, hops: hops, from: link, now, wall)
        case .duplicate: spreading.duplicate(item.id)
        case .retracted: spreading.refused(item.id)
        case .noRoom, .failed:
            // It was told and is not here: to be heard again.
            if let link { spreading.missed(link) }
            return outcome == .failed ? [.note(.storeFailed)] : []
        }
        return []
    }

    /// Records that others took the place of go only once those are on disk: a full disk must not
    /// leave a node with neither.
    private mutating func remove(_ replaced: [ItemID], _ outcome: StoreOutcome) -> [Effect] {
        guard !replaced.isEmpty, outcome == .stored || outcome == .duplicate else { return [] }
        for id in replaced { spreading.refused(id) }
        return [.remove(replaced)]
    }

    private mutating func spread(
        _ item: StoreItem, hops: UInt8, from link: LinkID?, _ now: Moment, _ wall: WallTime
    ) -> [Effect] {
        switch item.content {
        case .envelope(let envelope):
            return run(
                spreading.stored(
                    item.id, .envelope(envelope), hops: hops, from: link, now: now, wall: wall),
                now, wall)
        case .retraction(let retraction, let target):
            spreading.refused(target)
            let signed = signedReceipt(item.id, wall.slot)
            let receipt = Receipt(
                retraction: item.id, slot: wall.slot,
                signature: configuration.nodeKey.sign(Labels.gone, signed))
            var effects = run(
                spreading.stored(
                    item.id, .retraction(retraction), hops: hops, from: link, now: now,
                    wall: wall),
                now, wall)
            for link in linkOrder where peers[link]?.hello != nil {
                effects.append(.send(link, .receipt(receipt)))
            }
            return effects
        }
    }

    private static func error(_ outcome: StoreOutcome) -> SubmitError? {
        switch outcome {
        case .stored, .duplicate: nil
        case .retracted: .retracted
        case .noRoom: .noRoom
        case .failed: .storeFailed
        }
    }
}
