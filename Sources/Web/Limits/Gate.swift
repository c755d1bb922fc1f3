import NIOConcurrencyHelpers

/// Lets so many through at a time; the others wait in the order they came.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiters = Waiters()
    }

    private let state: NIOLockedValueBox<State>
    private let mostWaiting: Int

    init(_ places: Int, waiting: Int) {
        state = NIOLockedValueBox(State(free: places))
        mostWaiting = waiting
    }

    /// Runs `body`, which must be brief, when there is a place.
    ///
    /// - Throws: `PageRefusal.busy` when too many wait already; `CancellationError` for one who
    ///   left; and what `body` throws.
    func run<Value: Sendable>(
        _ isThere: @escaping @Sendable () -> Bool, _ body: () async throws -> Value
    ) async throws -> Value {
        let came = await withCheckedContinuation { continuation in
            let waiter = Waiters.Waiter(continuation: continuation, isThere: isThere)
            let answer: Bool? = state.withLockedValue { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                guard state.waiters.count < mostWaiting else { return false }
                state.waiters.add(waiter)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
        guard came else {
            if isThere() { throw PageRefusal.busy }
            throw CancellationError()
        }
        defer { leave() }
        return try await body()
    }

    private func leave() {
        var gone: [Waiters.Waiter] = []
        let next: Waiters.Waiter? = state.withLockedValue { state in
            while let next = state.waiters.next() {
                if next.isThere() { return next }
                gone.append(next)
            }
            state.free += 1
            return nil
        }
        for waiter in gone { waiter.continuation.resume(returning: false) }
        next?.continuation.resume(returning: true)
    }
}
