import Model

/// The last ids seen, forgetting the oldest: a bounded answer to "seen already?".
struct RecentSet: Sendable {
    private var ids: Set<ItemID> = []
    private var order: [ItemID] = []
    private var oldest = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func contains(_ id: ItemID) -> Bool { ids.contains(id) }

    /// Whether it was not there.
    @discardableResult
    mutating func insert(_ id: ItemID) -> Bool {
        guard ids.insert(id).inserted else { return false }
        if order.count < limit {
            order.append(id)
        } else {
            ids.remove(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % limit
        }
        return true
    }

    mutating func remove(_ id: ItemID) {
        // Its place in `order` stays and is overwritten in its turn; removing it there would cost
        // a pass. A second insertion then stands twice, which only forgets one id sooner.
        ids.remove(id)
    }
}
