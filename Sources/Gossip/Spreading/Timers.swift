import Model

/// Keys by the moment they are due, those of one moment in the order they were added: a binary
/// heap. What is not due any more stays until it is met; whoever keeps it looks whether it still is.
struct Timers<Key: Sendable>: Sendable {
    struct Timer: Sendable {
        let due: Moment
        let number: UInt64
        let key: Key
    }

    private var heap: [Timer] = []
    private var lastNumber: UInt64 = 0

    var first: Timer? { heap.first }

    var count: Int { heap.count }

    mutating func add(_ key: Key, at due: Moment) {
        lastNumber += 1
        heap.append(Timer(due: due, number: lastNumber, key: key))
        rise(from: heap.count - 1)
    }

    @discardableResult
    mutating func removeFirst() -> Timer? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    /// All that is due, taken out at once: what is added meanwhile waits for the next time, so that
    /// a clock at its end makes no loop.
    mutating func takeDue(_ now: Moment) -> [Timer] {
        var due: [Timer] = []
        while let first = heap.first, first.due <= now {
            due.append(first)
            removeFirst()
        }
        return due
    }

    mutating func removeAll(where isStale: (Timer) -> Bool) {
        let kept = heap.filter { !isStale($0) }
        heap = []
        for timer in kept {
            heap.append(timer)
            rise(from: heap.count - 1)
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].due, heap[a].number) < (heap[b].due, heap[b].number)
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}

/// First in, first out; taking costs no pass over the rest.
struct Line<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var start = 0

    var count: Int { elements.count - start }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func append(_ more: some Sequence<Element>) { elements += more }

    /// Up to `most` from the front.
    mutating func take(_ most: Int) -> [Element] {
        let end = min(start + most, elements.count)
        let taken = [Element](elements[start..<end])
        start = end
        if start == elements.count || start > 4096 {
            elements.removeFirst(start)
            start = 0
        }
        return taken
    }
}
