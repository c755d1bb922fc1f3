import Gossip
import Model
import Sealing
import Wire

// Public records: what a node follows, and what follows from that.

extension RelayNode {
    /// Puts a record in its place and orders it stored; the one before goes once it is.
    mutating func considered(
        _ envelope: Envelope, _ id: ItemID, isOwn: Bool, _ hops: UInt8, _ link: LinkID?,
        _ turn: Turn
    ) throws(Refusal) -> [Effect] {
        let hadCharter = book.charters != nil
        switch try book.consider(envelope, id: id, now: turn.wall) {
        case .waiting: return []
        case .current(let replaced):
            let item = StoreItem(id: id, content: .envelope(envelope), isOwn: isOwn)
            let row = PoolRow(id: id, envelope.header)
            guard
                case .admit = pools.admit(row, path: .solicited, link: nil, wall: turn.wall)
            else { return [] }
            var effects = order(.record(item, hops: hops, from: link, replaces: replaced), [item])
            effects += noteRecord(envelope)
            effects += follow(turn)
            if !hadCharter, book.charters != nil {
                effects += begin(hops, link, turn)
            }
            return effects
        }
    }

    /// The network's first charter is known: what waited for it goes on.
    mutating func begin(_ hops: UInt8, _ link: LinkID?, _ turn: Turn) -> [Effect] {
        var effects: [Effect] = []
        for (id, envelope) in book.takeWaiting() {
            // Refused again means it was no good: nothing of it was kept.
            effects += (try? considered(envelope, id, isOwn: false, hops, link, turn)) ?? []
        }
        return effects + resume(turn)
    }

    func noteRecord(_ envelope: Envelope) -> [Effect] {
        guard let record = try? Record(body: envelope.body) else { return [] }
        switch record.type {
        case .charters: return [.note(.charterKnown(seq: book.charters?.newest.seq ?? 0))]
        case .manifest:
            guard let community = CommunityID(record.subject) else { return [] }
            return [.note(.manifestKnown(community, seq: record.seq))]
        case .guidance, .bridgeCard, .checkpoint: return []
        }
    }

    /// What the records tell is put to use: seeds to dial, communities whose envelopes have room.
    mutating func follow(_ turn: Turn) -> [Effect] {
        for seed in book.charters?.newest.seeds ?? [] where seed.node != node {
            membership.know(seed.address, node: seed.node, kind: .seed, now: turn.now)
        }
        let weights = book.charters?.newest.communities ?? []
        let communities = book.subjects.map { subject in
            Pools.Community(
                id: subject,
                weight: weights.first { $0.community == subject }?.weight ?? 1,
                groupTopics: book.communities[subject]?.manifest.groupTopics ?? [])
        }
        let shares = book.charters?.newest.poolShares ?? []
        return drop(pools.use(communities, shares: shares, wall: turn.wall))
    }

    /// Records of earlier runs, in any order.
    mutating func recall(_ envelopes: [Envelope], _ turn: Turn) -> [Effect] {
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
                if case .current(let old) = try book.consider(envelope, id: id, now: turn.wall) {
                    stale += old
                }
            } catch {
                stale.append(id)
            }
        }
        for (id, envelope) in book.takeWaiting() {
            if case .current(let old) = try? book.consider(envelope, id: id, now: turn.wall) {
                stale += old
            }
        }
        return follow(turn) + (stale.isEmpty ? [] : [.remove(stale)])
    }
}
