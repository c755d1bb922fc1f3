public import Gossip
public import Model
import Wire

// What an operator may see of a node; never which item took which way.

extension RelayNode {
    /// The links as an operator sees them, in the order they came.
    public func peerList(_ now: Moment) -> [Peer] {
        let storing = storingLinks
        return linkOrder.compactMap { link in
            peers[link].map {
                Peer(
                    node: $0.node, address: $0.dialled, isDialled: $0.dialled != nil,
                    isGreeted: $0.isGreeted, clockAhead: $0.clockAhead,
                    addresses: $0.addresses ?? [], place: place(of: link),
                    isStem: stem.stems.contains(link),
                    sinceCompared: $0.compared.map { now.milliseconds - min($0, now).milliseconds },
                    comparing: sync.comparing(link),
                    isInSync: isInSync(link, $0, now) && !storing.contains(link))
            }
        }
    }

    private func place(of link: LinkID) -> PeerPlace {
        guard membership.isNeighbour(link) else { return .outside }
        return spreading.eagerLinks.contains(link) ? .eager : .lazy
    }

    /// All that the node on the link held was compared with in the last quarter of an hour, and
    /// what it had and we lacked is here or was refused.
    private func isInSync(_ link: LinkID, _ peer: LinkedPeer, _ now: Moment) -> Bool {
        guard let compared = peer.compared,
            compared.adding(milliseconds: Self.inSyncMilliseconds) > now
        else { return false }
        return sync.isInSync(link) && !spreading.isAwaiting(link)
    }

    /// Links that brought something which is not on disk yet.
    private var storingLinks: Set<LinkID> {
        var links: Set<LinkID> = []
        for order in pending.values {
            switch order {
            case .item(_, _, let link?), .record(_, _, let link?, _): links.insert(link)
            case .item, .record, .submission, .delayed: break
            }
        }
        return links
    }

    public var linkCount: Int { peers.count }

    /// Addresses known, with whether each is dialled or linked now.
    public var knownAddresses: [Dialling.Known] { membership.dialling.known }

    /// Seconds by which the clocks of up to five dialled neighbours are ahead of ours, by median:
    /// of those we chose, since anybody may dial us.
    public var clockAhead: Int64? {
        let ahead = linkOrder.compactMap { link in
            peers[link].flatMap { $0.dialled == nil ? nil : $0.clockAhead }
        }.suffix(5).sorted()
        return ahead.isEmpty ? nil : ahead[ahead.count / 2]
    }
}
