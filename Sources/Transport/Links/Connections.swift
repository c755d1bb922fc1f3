import Gossip
import Model
import NIOConcurrencyHelpers
import NIOCore
import Node

/// Every open connection, finished or not: who may come in, and whom to close at the end.
///
/// Connections live on several event loops, so this is what they share.
final class Connections: Sendable {
    private struct State {
        var gate = InboundGate()
        var channels: [LinkID: any Channel] = [:]
        var lastNumber: UInt64 = 0
        var isClosed = false
        var whenEmpty: CheckedContinuation<Void, Never>?

        mutating func add(_ channel: any Channel) -> LinkID {
            lastNumber += 1
            let link = LinkID(lastNumber)
            channels[link] = channel
            return link
        }
    }

    private let state = NIOLockedValueBox(State())

    /// Lets an incoming connection in and names it; nil if it is to be closed at once.
    func admit(_ channel: any Channel) -> LinkID? {
        let address = channel.remoteAddress?.packedBytes ?? []
        let (link, given) = state.withLockedValue { state -> (LinkID?, (any Channel)?) in
            guard !state.isClosed else { return (nil, nil) }
            let link = state.add(channel)
            switch state.gate.admit(link, from: address) {
            case .admit: return (link, nil)
            case .admitInPlace(let oldest):
                return (link, state.channels.removeValue(forKey: oldest))
            case .refuse:
                state.channels[link] = nil
                return (nil, nil)
            }
        }
        given?.close(promise: nil)
        return link
    }

    /// Names a connection of our own; nil if it is to be closed at once.
    func add(_ channel: any Channel) -> LinkID? {
        state.withLockedValue { $0.isClosed ? nil : $0.add(channel) }
    }

    func finished(_ link: LinkID) { state.withLockedValue { $0.gate.finished(link) } }

    func closed(_ link: LinkID) {
        let waiting = state.withLockedValue { state in
            state.gate.closed(link)
            state.channels[link] = nil
            guard state.isClosed, state.channels.isEmpty else {
                return CheckedContinuation<Void, Never>?.none
            }
            defer { state.whenEmpty = nil }
            return state.whenEmpty
        }
        waiting?.resume()
    }

    /// Lets nobody in any more and closes what is open, but for `spared`, which close by
    /// themselves; returns when all are closed.
    func closeAll(but spared: [LinkID]) async {
        let others = state.withLockedValue { state in
            state.isClosed = true
            return state.channels.filter { !spared.contains($0.key) }.values.map { $0 }
        }
        for channel in others { channel.close(promise: nil) }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLockedValue { state in
                if !state.channels.isEmpty { state.whenEmpty = continuation }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}

extension SocketAddress {
    /// 4 or 16 bytes; none for a socket that has no such address.
    var packedBytes: [UInt8] {
        // Where the address begins and ends in a sockaddr_in and a sockaddr_in6, on every system.
        let place: Range<Int>
        switch self {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return []
        }
        return withSockAddr { address, count in
            [UInt8](UnsafeRawBufferPointer(start: address, count: count)[place])
        }
    }
}
