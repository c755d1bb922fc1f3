import NIOConcurrencyHelpers

/// What waits for the relay's queue, in the order it was told.
///
/// Bounded by those who add: links by their weight not yet looked at, the store by orders given.
final class Inbox: Sendable {
    private struct State {
        var events: [RelayShell.Event] = []
        var start = 0
        var isScheduled = false
    }

    private let state = NIOLockedValueBox(State())

    /// True if a turn has to be scheduled for it.
    func add(_ event: RelayShell.Event) -> Bool {
        state.withLockedValue { state in
            state.events.append(event)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
    }

    /// The oldest events; `isMore` if another turn has to be scheduled for the rest.
    func take(_ most: Int) -> (events: ArraySlice<RelayShell.Event>, isMore: Bool) {
        state.withLockedValue { state in
            let end = min(state.start + most, state.events.count)
            let taken = state.events[state.start..<end]
            if end == state.events.count {
                state.events = []
                state.start = 0
                state.isScheduled = false
            } else {
                state.start = end
            }
            return (taken, state.isScheduled)
        }
    }
}
