public import Model
import Wire

// What peers ask for, fetched and sent as far as their links have room.

extension Spreading {
    /// A peer asks for items.
    public mutating func asked(
        for ids: [ItemID], session: UInt32, by link: LinkID
    ) -> [Effect] {
        wish(ids.map { Wish(id: $0, kind: .want(session: session)) }, by: link)
    }

    mutating func wish(_ wishes: [Wish], by link: LinkID) -> [Effect] {
        guard let waiting = peers[link]?.wishes.count else { return [] }
        guard waiting + wishes.count <= Limits.missingPerPeer else { return [.close(link)] }
        peers[link]?.wishes.append(wishes)
        return serve(link)
    }

    /// Goes on with what a peer asked for. Payload waits for a link that has not taken what it
    /// was given; control does not.
    mutating func serve(_ link: LinkID) -> [Effect] {
        guard peers[link]?.mayBeServed == true else { return [] }
        let wishes = peers[link]?.wishes.take(Self.fetchCount) ?? []
        peers[link]?.fetching = wishes
        return [.fetch(wishes.map(\.id), for: link)]
    }

    /// The store's answer to a fetch.
    public mutating func fetched(_ items: [(ItemID, Held)], for link: LinkID) -> [Effect] {
        guard var fetching = peers[link]?.fetching else { return [] }
        peers[link]?.fetching = []
        var effects: [Effect] = []
        var gone: [(session: UInt32, ids: [ItemID])] = []
        for (id, item) in items {
            var kind = Wish.Kind.want(session: 0)
            if let index = fetching.firstIndex(where: { $0.id == id }) {
                kind = fetching.remove(at: index).kind
            }
            switch item {
            case .envelope(let envelope):
                effects += send(link, .push(hops: hops(kind, id), envelope))
            case .retraction(let retraction): effects += send(link, .retract(retraction))
            case .nothing:
                let session = if case .want(let session) = kind { session } else { UInt32(0) }
                if let index = gone.firstIndex(where: { $0.session == session }) {
                    gone[index].ids.append(id)
                } else {
                    gone.append((session, [id]))
                }
            }
        }
        for (session, ids) in gone { effects += send(link, .gone(session: session, ids)) }
        return effects + serve(link)
    }

    /// What is grafted goes on along the tree.
    private func hops(_ kind: Wish.Kind, _ id: ItemID) -> UInt8 {
        guard kind == .graft, let arrival = arrivals[id] else { return Announcement.offTree }
        return arrival.hops < Announcement.offTree - 1 ? arrival.hops + 1 : arrival.hops
    }
}
