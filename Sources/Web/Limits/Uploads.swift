import Model
import NIOConcurrencyHelpers

/// Bodies being received, bounded all together. When there is no room the slowest of those that had
/// some time is ended, so that whoever holds room without sending loses it first.
struct UploadTable: Sendable {
    struct Entry: Sendable {
        let id: UInt64
        let began: Moment
        var bytes = 0

        /// Bytes a second, as if it had begun a little earlier.
        func rate(_ now: Moment) -> UInt64 {
            let elapsed = now.milliseconds - min(now.milliseconds, began.milliseconds)
            return UInt64(bytes) * 1000 / (elapsed + 100)
        }
    }

    struct Growth: Equatable {
        /// Whether there was room, or some was made.
        var isTaken: Bool
        /// What had to go for it.
        var ended: [UInt64] = []
    }

    /// Nobody is ended before this, milliseconds. Guess.
    static let leastMilliseconds: UInt64 = 3000

    let limit: Int
    private(set) var entries: [Entry] = []
    private(set) var bytes = 0

    init(limit: Int) { self.limit = limit }

    mutating func begin(_ id: UInt64, now: Moment) { entries.append(Entry(id: id, began: now)) }

    /// Takes `count` bytes more for one; not if it was ended.
    mutating func grow(_ id: UInt64, by count: Int, now: Moment) -> Growth {
        guard let entry = entries.first(where: { $0.id == id }) else {
            return Growth(isTaken: false)
        }
        var grown = entry
        grown.bytes += count
        var ended: [UInt64] = []
        while bytes + count > limit {
            guard let slowest = slowest(but: id, now), slowest.rate(now) < grown.rate(now) else {
                return Growth(isTaken: false, ended: ended)
            }
            ended.append(slowest.id)
            end(slowest.id)
        }
        for index in entries.indices where entries[index].id == id { entries[index] = grown }
        bytes += count
        return Growth(isTaken: true, ended: ended)
    }

    mutating func end(_ id: UInt64) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        bytes -= entries.remove(at: index).bytes
    }

    private func slowest(but id: UInt64, _ now: Moment) -> Entry? {
        entries.filter {
            $0.id != id && $0.bytes > 0
                && $0.began.adding(milliseconds: Self.leastMilliseconds) <= now
        }.min { $0.rate(now) < $1.rate(now) }
    }
}

/// The same for many tasks; closes the connections of those that are ended.
final class Uploads: Sendable {
    private struct State {
        var table: UploadTable
        var closers: [UInt64: @Sendable () -> Void] = [:]
        var last: UInt64 = 0
    }

    private let state: NIOLockedValueBox<State>
    private let moment: @Sendable () -> Moment

    init(limit: Int, moment: @escaping @Sendable () -> Moment) {
        state = NIOLockedValueBox(State(table: UploadTable(limit: limit)))
        self.moment = moment
    }

    var bytes: Int { state.withLockedValue { $0.table.bytes } }

    func begin(_ close: @escaping @Sendable () -> Void) -> UInt64 {
        let now = moment()
        return state.withLockedValue { state in
            state.last += 1
            state.table.begin(state.last, now: now)
            state.closers[state.last] = close
            return state.last
        }
    }

    /// False if there is no room.
    func grow(_ id: UInt64, by count: Int) -> Bool {
        let now = moment()
        let (isTaken, closers) = state.withLockedValue { state in
            let growth = state.table.grow(id, by: count, now: now)
            return (
                growth.isTaken, growth.ended.compactMap { state.closers.removeValue(forKey: $0) }
            )
        }
        for close in closers { close() }
        return isTaken
    }

    func end(_ id: UInt64) {
        state.withLockedValue { state in
            state.table.end(id)
            state.closers[id] = nil
        }
    }
}
