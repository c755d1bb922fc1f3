import Model

/// The last keys seen and a value for each, forgetting the oldest: bounded whatever comes.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: Value] = [:]
    private var order: [Key] = []
    private var oldest = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { values.count }

    /// Setting an old key anew does not make it younger; setting nil takes it out.
    subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            guard let newValue else {
                // Its place in `order` stays and is overwritten in its turn; removing it there
                // would cost a pass. A second insertion then stands twice, which only forgets one
                // key sooner.
                values[key] = nil
                return
            }
            guard values.updateValue(newValue, forKey: key) == nil else { return }
            if order.count < limit {
                order.append(key)
            } else {
                values[order[oldest]] = nil
                order[oldest] = key
                oldest = (oldest + 1) % limit
                // The one that was taken out before may be the very one that stood there.
                values[key] = newValue
            }
        }
    }
}

/// The last ids seen, forgetting the oldest: a bounded answer to "seen already?".
struct RecentSet: Sendable {
    private var ids: RecentTable<ItemID, Void>

    init(limit: Int) { ids = RecentTable(limit: limit) }

    var count: Int { ids.count }

    func contains(_ id: ItemID) -> Bool { ids[id] != nil }

    /// Whether it was not there.
    @discardableResult
    mutating func insert(_ id: ItemID) -> Bool {
        guard ids[id] == nil else { return false }
        ids[id] = ()
        return true
    }

    mutating func remove(_ id: ItemID) { ids[id] = nil }
}
