import NIOCore
import Synchronization

/// Whether a request's body was handed to the connection: until then, certainly nothing of the
/// report has left.
final class Departure: Sendable {
    private let left = Atomic<Bool>(false)

    /// Errs on the side of having left.
    var mayHaveLeft: Bool { left.load(ordering: .acquiring) }

    func leave() { left.store(true, ordering: .releasing) }
}

/// A body in one piece that notes when it is fetched. The client fetches a streamed body only
/// after the connection and its TLS stand and the head of the request was written.
struct DepartingBody: AsyncSequence, Sendable {
    let bytes: [UInt8]
    let departure: Departure

    struct AsyncIterator: AsyncIteratorProtocol {
        let departure: Departure
        var rest: ByteBuffer?

        mutating func next() async -> ByteBuffer? {
            departure.leave()
            defer { rest = nil }
            return rest
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(departure: departure, rest: ByteBuffer(bytes: bytes))
    }
}

/// Lets one through at a time, in the order of arrival.
actor Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func give() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
