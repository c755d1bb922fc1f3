import Model
import NIOConcurrencyHelpers

/// What all visitors together may ask for, by kind of request.
final class Budgets: Sendable {
    enum Kind: Int, CaseIterable {
        case files, facts, parts, submissions, retractions, handles
    }

    private let buckets: NIOLockedValueBox<[TokenBucket]>
    private let moment: @Sendable () -> Moment

    init(_ rates: PageLimits.Rates, moment: @escaping @Sendable () -> Moment) {
        self.moment = moment
        let now = moment()
        buckets = NIOLockedValueBox(
            Kind.allCases.map { kind in
                let rate =
                    switch kind {
                    case .files: rates.files
                    case .facts: rates.facts
                    case .parts: rates.parts
                    case .submissions: rates.submissions
                    case .retractions: rates.retractions
                    case .handles: rates.handles
                    }
                return TokenBucket(rate, now: now)
            })
    }

    /// - Throws: `PageRefusal.tooOften`.
    func take(_ kind: Kind) throws {
        let wait = buckets.withLockedValue { $0[kind.rawValue].take(now: moment()) }
        if let wait { throw PageRefusal.tooOften(seconds: wait) }
    }
}

/// Lets so many through at a time; the others wait in the order they came.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        var first = 0
    }

    private let state: NIOLockedValueBox<State>
    private let mostWaiting: Int

    init(_ places: Int, waiting: Int) {
        state = NIOLockedValueBox(State(free: places))
        mostWaiting = waiting
    }

    /// Runs `body`, which must be brief, when there is a place.
    ///
    /// - Throws: `PageRefusal.busy` when too many wait already; and what `body` throws.
    func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        guard await enter() else { throw PageRefusal.busy }
        defer { leave() }
        return try await body()
    }

    private func enter() async -> Bool {
        enum Place { case free, wait, none }
        let place: Place = state.withLockedValue { state in
            if state.free > 0 {
                state.free -= 1
                return .free
            }
            return state.waiting.count - state.first < mostWaiting ? .wait : .none
        }
        switch place {
        case .free: return true
        case .none: return false
        case .wait:
            await withCheckedContinuation { continuation in
                let isFree = state.withLockedValue { state in
                    // Somebody left in between.
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append(continuation)
                    return false
                }
                if isFree { continuation.resume() }
            }
            return true
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLockedValue { state in
            guard state.first < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.first]
            state.first += 1
            if state.first == state.waiting.count {
                state.waiting = []
                state.first = 0
            } else if state.first > 1024 {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return next
        }
        next?.resume()
    }
}
