import Model
import NIOConcurrencyHelpers
import NIOCore

/// One visitor's connection, as its event loop and the task that answers both see it.
final class Connection: Sendable {
    let channel: any Channel
    private let watch: NIOLockedValueBox<ConnectionWatch>
    private let moment: @Sendable () -> Moment

    init(
        _ channel: any Channel, _ times: PageLimits.Times, moment: @escaping @Sendable () -> Moment
    ) {
        self.channel = channel
        self.moment = moment
        watch = NIOLockedValueBox(ConnectionWatch(times, now: moment()))
    }

    var isOver: Bool { watch.withLockedValue { $0.isOver(moment()) } }

    /// Since when it could go; nil while a request is under way.
    var spareSince: Moment? { watch.withLockedValue { $0.isSpare ? $0.since : nil } }

    func heard(_ bytes: Int) { watch.withLockedValue { $0.heard(bytes, now: moment()) } }

    func wrote(_ bytes: Int) { watch.withLockedValue { $0.wrote(bytes, now: moment()) } }

    func began() { watch.withLockedValue { $0.began(moment()) } }

    func ended() { watch.withLockedValue { $0.ended(moment()) } }

    /// Returns once what was written has reached the channel, which then counts it.
    func settle() async throws { try await channel.eventLoop.submit {}.get() }

    func close() { channel.close(mode: .all, promise: nil) }
}

/// Those that are open, at most so many. When there are too many, the one that has waited longest
/// without a request goes: a visitor's browser then opens another, and nobody can hold all places
/// without asking for something.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())
    private let limits: PageLimits
    private let moment: @Sendable () -> Moment

    init(_ limits: PageLimits, moment: @escaping @Sendable () -> Moment) {
        self.limits = limits
        self.moment = moment
    }

    var count: Int { state.withLockedValue { $0.open.count } }

    /// Nil if there is no place.
    func admit(_ channel: any Channel) -> Connection? {
        let connection = Connection(channel, limits.times, moment: moment)
        let (isAdmitted, displaced): (Bool, Connection?) = state.withLockedValue { state in
            guard !state.isClosed else { return (false, nil) }
            var displaced: Connection?
            if state.open.count >= limits.connections {
                let spare = state.open.values.compactMap { open in
                    open.spareSince.map { (open, $0) }
                }
                guard let oldest = spare.min(by: { $0.1 < $1.1 }) else { return (false, nil) }
                displaced = oldest.0
                state.open[ObjectIdentifier(oldest.0.channel)] = nil
            }
            state.open[ObjectIdentifier(channel)] = connection
            return (true, displaced)
        }
        displaced?.close()
        return isAdmitted ? connection : nil
    }

    func connection(of channel: any Channel) -> Connection? {
        state.withLockedValue { $0.open[ObjectIdentifier(channel)] }
    }

    func gone(_ channel: any Channel) {
        state.withLockedValue { $0.open[ObjectIdentifier(channel)] = nil }
    }

    /// Closes all, and whatever comes.
    func closeAll() {
        let open = state.withLockedValue { state in
            state.isClosed = true
            return Array(state.open.values)
        }
        for connection in open { connection.close() }
    }
}
