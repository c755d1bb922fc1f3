/// What happens next, and to whom. Small and without references, so that a heap of a million moves
/// quickly; what it is about lies with the host or the link.
enum Action: Sendable, Equatable {
    /// The parcel at the head of what travels to this end.
    case arrive(end: Int32)
    /// The oldest order to a host's disk is done.
    case disk(host: Int32, life: UInt32)
    case wake(host: Int32, life: UInt32)
    case mischief(host: Int32, life: UInt32)
    case linkWake(end: Int32)
    /// The first packet of a connection has arrived, or nothing came back.
    case dial(Int32)
    case dialFailed(Int32)
    /// A handshake's time is over.
    case handshakeDue(end: Int32)
    /// Nothing came through for as long as a link waits.
    case silent(end: Int32, hold: UInt32)
    /// Tells a host that its own close is done.
    case closed(end: Int32)
    case boot(host: Int32, life: UInt32)
    case fault(Int32)
    case round(Int32)
    case roundEnd(Int32)
}

/// Events by time, those of one time in the order they were added: a binary heap.
struct EventQueue: Sendable {
    private struct Event: Sendable {
        var time: UInt64
        var number: UInt64
        var action: Action

        func isBefore(_ other: Event) -> Bool {
            time != other.time ? time < other.time : number < other.number
        }
    }

    private var heap: ContiguousArray<Event> = []
    private var lastNumber: UInt64 = 0

    init() {}

    var count: Int { heap.count }

    /// Milliseconds; nil when nothing is left to happen.
    var nextTime: UInt64? { heap.first?.time }

    mutating func add(_ action: Action, at time: UInt64) {
        lastNumber += 1
        let event = Event(time: time, number: lastNumber, action: action)
        heap.append(event)
        var index = heap.count - 1
        heap.withUnsafeMutableBufferPointer { heap in
            while index > 0 {
                let parent = (index - 1) / 2
                guard event.isBefore(heap[parent]) else { break }
                heap[index] = heap[parent]
                index = parent
            }
            heap[index] = event
        }
    }

    mutating func take() -> Action? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first.action }
        heap.withUnsafeMutableBufferPointer { heap in
            var index = 0
            while true {
                var child = 2 * index + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
                guard heap[child].isBefore(last) else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = last
        }
        return first.action
    }
}
