import Gossip
public import Model
public import Node
public import Wire

/// A store of dictionaries, with the promises of the real one: all or nothing, a retraction drops
/// its target and keeps it out, pages in the order of (slot, id).
public struct MemoryStore: Sendable {
    public struct Witness: Sendable, Hashable {
        public let id: ItemID
        public let node: NodeID
        public let isReceipt: Bool

        public init(id: ItemID, node: NodeID, isReceipt: Bool) {
            self.id = id
            self.node = node
            self.isReceipt = isReceipt
        }
    }

    public private(set) var items: [ItemID: StoreItem] = [:]
    /// Retraction ids by the id they retract.
    public private(set) var retracted: [ItemID: ItemID] = [:]
    public private(set) var delayed: [RelayNode.Delayed] = []
    public private(set) var witnesses: [Witness] = []
    /// What storing comes to as long as it is set.
    public var failure: StoreOutcome?
    /// Of what is hidden: those for which the open has no place.
    public private(set) var displaced: Set<ItemID> = []
    private var order: [ItemPosition] = []

    public init() {}

    public var ids: [ItemID] { order.map(\.id) }

    public var envelopes: [Envelope] {
        order.compactMap { position in
            guard case .envelope(let envelope) = items[position.id]?.content else { return nil }
            return envelope
        }
    }

    public func holds(_ id: ItemID) -> Bool { items[id] != nil }

    // MARK: Writing

    public mutating func store(_ new: [StoreItem]) -> StoreOutcome {
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
            return .stored
        }
        if retracted[item.id] != nil { return .retracted }
        if case .retraction(_, let target) = item.content {
            retracted[target] = item.id
            drop(target)
        }
        items[item.id] = item
        let position = ItemPosition(slot: item.header.slot, id: item.id)
        order.insert(position, at: firstIndex(after: position))
        return .stored
    }

    public mutating func delay(_ retractions: [RelayNode.Delayed]) -> StoreOutcome {
        if let failure { return failure }
        delayed += retractions
        return .stored
    }

    public mutating func release(_ item: StoreItem) -> StoreOutcome {
        let outcome = store([item])
        if outcome != .failed, outcome != .noRoom { delayed.removeAll { $0.item.id == item.id } }
        return outcome
    }

    public mutating func remove(_ ids: [ItemID]) {
        for id in ids { drop(id) }
    }

    public mutating func hide(_ ids: [ItemID]) {
        for id in ids {
            guard let item = items[id], item.isOwn else { continue }
            displaced.insert(id)
            items[id] = StoreItem(
                id: id, content: item.content, isOwn: item.isOwn, isHidden: true)
        }
    }

    public mutating func expire(_ now: WallTime) {
        for item in items.values.filter({ $0.expiry <= now }) {
            drop(item.id)
            if case .retraction(_, let target) = item.content { retracted[target] = nil }
        }
    }

    public mutating func witness(_ id: ItemID, _ node: NodeID, isReceipt: Bool) {
        let new = Witness(id: id, node: node, isReceipt: isReceipt)
        if !witnesses.contains(new) { witnesses.append(new) }
    }

    private mutating func drop(_ id: ItemID) {
        guard let item = items.removeValue(forKey: id) else { return }
        displaced.remove(id)
        let position = ItemPosition(slot: item.header.slot, id: id)
        order.removeAll { $0 == position }
    }

    // MARK: Reading

    public func missing(among ids: [ItemID]) -> [ItemID] {
        ids.filter { items[$0]?.isHidden != false && retracted[$0] == nil }
    }

    public func fetch(_ ids: [ItemID]) -> [RelayNode.Found] {
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

    /// All that is held, as a node recalls it at its start.
    public var rows: [RelayNode.HeldRow] {
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

    /// Envelopes on their stem.
    public var hidden: [Envelope] {
        order.compactMap { position in
            guard let item = items[position.id], item.isHidden, !displaced.contains(item.id),
                case .envelope(let envelope) = item.content
            else { return nil }
            return envelope
        }
    }

    public func takeDue(_ now: WallTime) -> [Retraction] {
        delayed.filter { $0.due <= now }.compactMap {
            guard case .retraction(let retraction, _) = $0.item.content else { return nil }
            return retraction
        }
    }

    private func firstIndex(after position: ItemPosition) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MemoryStore: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(items.count) items" }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
