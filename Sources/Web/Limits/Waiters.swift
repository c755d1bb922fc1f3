import NIOConcurrencyHelpers

/// Tasks that wait for their turn, first come first served. Whoever has left meanwhile is passed
/// over, and uses up nobody's turn.
struct Waiters: Sendable {
    struct Waiter: Sendable {
        /// Gets whether its turn came; false if it has left.
        let continuation: CheckedContinuation<Bool, Never>
        let isThere: @Sendable () -> Bool
    }

    private var waiting: [Waiter] = []
    private var first = 0

    var count: Int { waiting.count - first }

    mutating func add(_ waiter: Waiter) { waiting.append(waiter) }

    mutating func next() -> Waiter? {
        guard first < waiting.count else { return nil }
        defer {
            first += 1
            if first == waiting.count {
                waiting = []
                first = 0
            } else if first >= 512 {
                waiting.removeFirst(first)
                first = 0
            }
        }
        return waiting[first]
    }

    /// Takes out those who have left.
    mutating func left() -> [Waiter] {
        let gone = waiting[first...].filter { !$0.isThere() }
        if !gone.isEmpty {
            waiting = waiting[first...].filter { waiter in waiter.isThere() }
            first = 0
        }
        return gone
    }
}
