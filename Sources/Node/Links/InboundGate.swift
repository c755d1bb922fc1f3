public import Gossip
public import Model

/// Decides which incoming connections are let in, before a byte of them is read.
///
/// A full house of unfinished handshakes gives up its oldest for a newcomer: an honest peer needs
/// a few round trips, so whoever waited longest has most likely come only to sit there, and a
/// hundred idle sockets can't keep one honest peer out.
/// Source: protocol/03-links.md.
public struct InboundGate: Sendable, Equatable {
    public enum Decision: Sendable, Equatable {
        case admit
        /// Let in, and the named connection closed in its place.
        case admitInPlace(of: LinkID)
        case refuse
    }

    /// An IPv4/24 or IPv6/56; nil where the limit says nothing.
    private typealias Group = ArraySlice<UInt8>

    private let unfinishedLimit: Int
    private let groupLimit: Int
    /// In the order they came.
    private var unfinished: [LinkID] = []
    private var groups: [LinkID: Group?] = [:]
    private var sizes: [Group: Int] = [:]

    public init(
        unfinishedLimit: Int = Limits.unfinishedInbound,
        groupLimit: Int = Limits.connectionsPerGroup
    ) {
        self.unfinishedLimit = unfinishedLimit
        self.groupLimit = groupLimit
    }

    /// Connections let in and not closed.
    public var count: Int { groups.count }

    /// Those of them whose handshake is not finished.
    public var unfinishedCount: Int { unfinished.count }

    /// A connection came in.
    ///
    /// - Parameter address: 4 or 16 bytes, as the network gives them. Loopback belongs to no group:
    ///   Tor, a proxy and this very computer all come from it.
    /// - Precondition: `link` is new.
    public mutating func admit(_ link: LinkID, from address: [UInt8]) -> Decision {
        precondition(groups[link] == nil, "link \(link.number) came twice")
        let group = Self.group(of: address)
        if let group, sizes[group, default: 0] >= groupLimit { return .refuse }
        let oldest = unfinished.count >= unfinishedLimit ? unfinished.first : nil
        if let oldest { closed(oldest) }
        if let group { sizes[group, default: 0] += 1 }
        groups[link] = .some(group)
        unfinished.append(link)
        return oldest.map { .admitInPlace(of: $0) } ?? .admit
    }

    /// The connection's handshake is done.
    public mutating func finished(_ link: LinkID) { unfinished.removeAll { $0 == link } }

    /// The connection is gone; more than once does no harm.
    public mutating func closed(_ link: LinkID) {
        guard let known = groups.removeValue(forKey: link) else { return }
        finished(link)
        guard let group = known, let size = sizes[group] else { return }
        sizes[group] = size > 1 ? size - 1 : nil
    }

    private static func group(of address: [UInt8]) -> Group? {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if address.count == 16, address.starts(with: mapped) {
            return group(of: [UInt8](address.dropFirst(12)))
        }
        if address.count == 4 { return address[0] == 127 ? nil : address[..<3] }
        let loopback: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]
        return address == loopback ? nil : address.prefix(7)
    }
}
