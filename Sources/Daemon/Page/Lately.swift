import Model
import NIOCore

/// A value that is made anew when it is older than a while, once for all who ask meanwhile.
actor Lately<Key: Hashable & Sendable, Value: Sendable> {
    private struct Entry {
        let since: NIODeadline
        let task: Task<Value, Never>
    }

    private let lifetime: TimeAmount
    private let most: Int
    private var entries: [Key: Entry] = [:]

    /// - Parameter most: values kept; above it the oldest goes.
    init(milliseconds: Int64, most: Int) {
        lifetime = .milliseconds(milliseconds)
        self.most = most
    }

    func value(_ key: Key, _ make: @escaping @Sendable () async -> Value) async -> Value {
        let now = NIODeadline.now()
        if let known = entries[key], known.since + lifetime > now { return await known.task.value }
        if entries.count >= most, entries[key] == nil,
            let oldest = entries.min(by: { $0.value.since < $1.value.since })
        {
            entries[oldest.key] = nil
        }
        let task = Task { await make() }
        entries[key] = Entry(since: now, task: task)
        return await task.value
    }
}
