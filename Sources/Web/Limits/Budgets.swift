import Model
import NIOConcurrencyHelpers

/// Turns that all visitors together have for one kind of request. Who comes when there is none waits
/// in a queue: with one request at a time on each connection, everybody is served in turn, however
/// many requests somebody would like to make.
final class Turnstile: Sendable {
    private struct State {
        var bucket: TokenBucket
        var waiters = Waiters()
        var isTurning = false
    }

    private let state: NIOLockedValueBox<State>
    private let rate: PageLimits.Rate
    private let mostWaiting: Int
    private let moment: @Sendable () -> Moment
    /// At least so often those who have left are looked for, milliseconds.
    private static let mostMilliseconds: UInt64 = 500

    init(_ rate: PageLimits.Rate, waiting: Int, moment: @escaping @Sendable () -> Moment) {
        self.rate = rate
        self.moment = moment
        mostWaiting = waiting
        state = NIOLockedValueBox(State(bucket: TokenBucket(rate, now: moment())))
    }

    /// Returns when it is the caller's turn.
    ///
    /// - Throws: `PageRefusal.tooOften` when too many wait; `CancellationError` for one who left.
    func pass(_ isThere: @escaping @Sendable () -> Bool) async throws {
        let isFree = state.withLockedValue { state in
            state.waiters.count == 0 && state.bucket.take(now: moment()) == nil
        }
        if isFree { return }
        let came = await withCheckedContinuation { continuation in
            let waiter = Waiters.Waiter(continuation: continuation, isThere: isThere)
            let (isTaken, begins) = state.withLockedValue { state in
                guard state.waiters.count < mostWaiting else { return (false, false) }
                state.waiters.add(waiter)
                defer { state.isTurning = true }
                return (true, !state.isTurning)
            }
            if !isTaken { continuation.resume(returning: false) }
            if begins { Task.detached { await self.turn() } }
        }
        if came { return }
        guard isThere() else { throw CancellationError() }
        let seconds = UInt64(mostWaiting) / max(rate.perSecond, 1)
        throw PageRefusal.tooOften(seconds: Int(clamping: max(seconds, 1)))
    }

    private func turn() async {
        while true {
            let (gone, next, wait) = state.withLockedValue {
                state -> ([Waiters.Waiter], Waiters.Waiter?, UInt64?) in
                let gone = state.waiters.left()
                guard state.waiters.count > 0 else {
                    state.isTurning = false
                    return (gone, nil, nil)
                }
                if let wait = state.bucket.take(now: moment()) { return (gone, nil, wait) }
                return (gone, state.waiters.next(), nil)
            }
            for waiter in gone { waiter.continuation.resume(returning: false) }
            if let next {
                next.continuation.resume(returning: true)
            } else if let wait {
                try? await Task.sleep(for: .milliseconds(min(wait, Self.mostMilliseconds)))
            } else {
                return
            }
        }
    }
}

/// One turnstile for each kind of request.
struct Budgets: Sendable {
    let files, facts, parts, submissions, retractions, handles: Turnstile

    init(_ limits: PageLimits, moment: @escaping @Sendable () -> Moment) {
        func turnstile(_ rate: PageLimits.Rate) -> Turnstile {
            Turnstile(rate, waiting: limits.turnsWaiting, moment: moment)
        }
        files = turnstile(limits.rates.files)
        facts = turnstile(limits.rates.facts)
        parts = turnstile(limits.rates.parts)
        submissions = turnstile(limits.rates.submissions)
        retractions = turnstile(limits.rates.retractions)
        handles = turnstile(limits.rates.handles)
    }
}
