import Gossip
import Model
import Node
import Wire

/// What a host keeps: a store of dictionaries with the promises of the real one. All or nothing; a
/// retraction drops its target and keeps it out; pages in the order of (slot, id).
struct Disk: Sendable {
    private(set) var items: [ItemID: StoreItem] = [:]
    /// Retraction ids by the id they retract.
    private(set) var retracted: [ItemID: ItemID] = [:]
    private(set) var delayed: [RelayNode.Delayed] = []
    private(set) var order: [ItemPosition] = []
    /// On their stem, or displaced.
    private(set) var hiddenIDs: Set<ItemID> = []
    /// Of what is hidden: those for which the open has no place.
    private var displaced: Set<ItemID> = []
    /// Of what is in the open: the same for equal sets, whatever order they were filled in.
    private(set) var fingerprint: UInt64 = 0
    /// What storing comes to as long as it is set.
    var failure: StoreOutcome?
    /// Ids by the time they expire, seconds, ascending; most items come with the latest.
    private var expiries: [(seconds: UInt64, ids: [ItemID])] = []
    private var publicRecords: [ItemID] = []

    init() {}

    func holds(_ id: ItemID) -> Bool { items[id] != nil }

    /// It is on its stem, or was displaced.
    func hides(_ id: ItemID) -> Bool { items[id]?.isHidden == true }

    func shows(_ id: ItemID) -> Bool { items[id]?.isHidden == false }

    /// The first that is in the open here and not there, and counts: retractions outlive what they
    /// take back, but who lacks one then gets it from nobody any more.
    ///
    /// - Parameters:
    ///   - spared: what counts for nothing.
    ///   - wall: a retraction counts as long as its target expires later.
    func firstShown(not other: Disk, sparing spared: Set<ItemID>, _ wall: WallTime) -> ItemID? {
        order.first { position in
            guard let item = items[position.id], !item.isHidden, !other.shows(item.id),
                !spared.contains(item.id)
            else { return false }
            switch item.content {
            case .envelope: return true
            case .retraction(let retraction, _): return retraction.header.expiry > wall
            }
        }?.id
    }

    func retracts(_ target: ItemID) -> Bool { retracted[target] != nil }

    /// The id of what takes a target back.
    func retraction(of target: ItemID) -> ItemID? { retracted[target] }

    /// Records of earlier runs, in the order they came.
    var records: [Envelope] {
        publicRecords.compactMap { id in
            guard case .envelope(let envelope) = items[id]?.content else { return nil }
            return envelope
        }
    }

    /// What people submitted here, records aside.
    var ownIDs: [ItemID] {
        order.map(\.id).filter {
            items[$0]?.isOwn == true
                && items[$0]?.header.suite != Suite.publicRecord.rawValue
        }
    }

    // MARK: Writing

    mutating func store(_ new: [StoreItem]) -> StoreOutcome {
        if let failure { return failure }
        var outcome = StoreOutcome.duplicate
        for item in new {
            switch put(item) {
            case .stored: outcome = .stored
            case .retracted where new.count == 1: return .retracted
            case .duplicate, .retracted, .noRoom, .failed: break
            }
        }
        return outcome
    }

    private mutating func put(_ item: StoreItem) -> StoreOutcome {
        if let held = items[item.id] {
            guard held.isHidden, !item.isHidden else {
                // What people submit here is theirs though it came from others before.
                let isOwn = held.isOwn || item.isOwn
                items[held.id] = StoreItem(
                    id: held.id, content: held.content, isOwn: isOwn, isHidden: held.isHidden)
                return .duplicate
            }
            items[item.id] = StoreItem(id: held.id, content: held.content, isOwn: held.isOwn)
            displaced.remove(item.id)
            hiddenIDs.remove(item.id)
            fingerprint &+= Self.mix(item.id)
            return .stored
        }
        if retracted[item.id] != nil { return .retracted }
        if case .retraction(_, let target) = item.content {
            retracted[target] = item.id
            drop(target)
        }
        items[item.id] = item
        if item.isHidden {
            hiddenIDs.insert(item.id)
        } else {
            fingerprint &+= Self.mix(item.id)
        }
        let position = ItemPosition(slot: item.header.slot, id: item.id)
        order.insert(position, at: firstIndex(after: position))
        note(item.id, expiry: item.expiry)
        if item.header.suite == Suite.publicRecord.rawValue { publicRecords.append(item.id) }
        return .stored
    }

    private mutating func note(_ id: ItemID, expiry: WallTime) {
        var index = expiries.count
        while index > 0, expiries[index - 1].seconds > expiry.seconds { index -= 1 }
        if index > 0, expiries[index - 1].seconds == expiry.seconds {
            expiries[index - 1].ids.append(id)
        } else {
            expiries.insert((expiry.seconds, [id]), at: index)
        }
    }

    mutating func delay(_ retractions: [RelayNode.Delayed]) -> StoreOutcome {
        if let failure { return failure }
        delayed += retractions
        return .stored
    }

    mutating func release(_ item: StoreItem) -> StoreOutcome {
        let outcome = store([item])
        if outcome != .failed, outcome != .noRoom { delayed.removeAll { $0.item.id == item.id } }
        return outcome
    }

    mutating func remove(_ ids: [ItemID]) {
        for id in ids { drop(id) }
    }

    mutating func hide(_ ids: [ItemID]) {
        for id in ids {
            guard let item = items[id], item.isOwn else { continue }
            displaced.insert(id)
            guard !item.isHidden else { continue }
            items[id] = StoreItem(
                id: id, content: item.content, isOwn: item.isOwn, isHidden: true)
            hiddenIDs.insert(id)
            fingerprint &-= Self.mix(id)
        }
    }

    mutating func expire(_ now: WallTime) {
        while let first = expiries.first, first.seconds <= now.seconds {
            // It may have gone and come again under another time: ids name one header.
            for id in first.ids { drop(id) }
            expiries.removeFirst()
        }
        delayed.removeAll { $0.item.expiry <= now }
    }

    private mutating func drop(_ id: ItemID) {
        guard let item = items.removeValue(forKey: id) else { return }
        displaced.remove(id)
        hiddenIDs.remove(id)
        if case .retraction(_, let target) = item.content { retracted[target] = nil }
        if !item.isHidden { fingerprint &-= Self.mix(id) }
        let position = ItemPosition(slot: item.header.slot, id: id)
        let index = firstIndex(after: position) - 1
        if order.indices.contains(index), order[index] == position { order.remove(at: index) }
        if item.header.suite == Suite.publicRecord.rawValue { publicRecords.removeAll { $0 == id } }
    }

    // MARK: Reading

    func missing(among ids: [ItemID]) -> [ItemID] {
        ids.filter { items[$0]?.isHidden != false && retracted[$0] == nil }
    }

    func fetch(_ ids: [ItemID]) -> [RelayNode.Found] {
        ids.map { id in
            let open = items[id].flatMap { $0.isHidden ? nil : $0 }
            let item = open ?? retracted[id].flatMap { items[$0] }
            switch item?.content {
            case .envelope(let envelope): return .init(id: id, item: .envelope(envelope))
            case .retraction(let retraction, _):
                return .init(id: id, item: .retraction(retraction))
            case nil: return .init(id: id, item: .nothing)
            }
        }
    }

    /// All that is held, as a relay recalls it when it starts.
    var rows: [RelayNode.HeldRow] {
        order.compactMap { position in
            guard let item = items[position.id] else { return nil }
            var target: ItemID?
            if case .retraction(_, let of) = item.content { target = of }
            let header = item.header
            return RelayNode.HeldRow(
                id: item.id, target: target, isLoose: false, slot: header.slot,
                ttlClass: header.ttlClass, size: header.size, workBits: header.workBits,
                topic: header.topic, isOwn: item.isOwn, isHidden: item.isHidden,
                isDisplaced: displaced.contains(item.id))
        }
    }

    /// Envelopes in the open.
    var open: [StoreItem] {
        order.compactMap { position in
            guard let item = items[position.id], !item.isHidden, case .envelope = item.content
            else { return nil }
            return item
        }
    }

    /// Envelopes on their stem.
    var hidden: [Envelope] {
        order.compactMap { position in
            guard let item = items[position.id], item.isHidden, !displaced.contains(item.id),
                case .envelope(let envelope) = item.content
            else { return nil }
            return envelope
        }
    }

    func due(_ now: WallTime) -> [Retraction] {
        delayed.filter { $0.due <= now }.compactMap {
            guard case .retraction(let retraction, _) = $0.item.content else { return nil }
            return retraction
        }
    }

    private func firstIndex(after position: ItemPosition) -> Int {
        // Nearly always the last.
        if let last = order.last, last <= position { return order.count }
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func mix(_ id: ItemID) -> UInt64 {
        var word = id.word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return word ^ (word >> 27)
    }
}
