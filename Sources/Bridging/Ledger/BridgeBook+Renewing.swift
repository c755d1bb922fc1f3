public import Model
import Sealing

// Consents that take the place of others: chains, each link the successor of the one before.

extension BridgeBook {
    /// What lengthens the time of a report that was sent for this entry.
    private func follower(of entry: BridgeEntry) -> BridgeEntry? {
        guard let successor = entry.successor.flatMap({ entries[$0] }),
            case .follows(entry.id) = successor.phase
        else { return nil }
        return successor
    }

    /// Whether the opening of this commitment is known, or of what follows it: that speaks for it
    /// too. A loop, for a chain may be longer than a stack.
    public func isWithdrawn(_ entry: BridgeEntry) -> Bool {
        var link: BridgeEntry? = entry
        while let one = link {
            if openings[one.terms.commitment] != nil { return true }
            link = follower(of: one)
        }
        return false
    }

    /// Until when an entry's consent holds, renewals counted.
    public func expiry(_ entry: BridgeEntry) -> WallTime {
        var latest = entry.terms.expires
        var link = follower(of: entry)
        while let one = link {
            latest = max(latest, one.terms.expires)
            link = follower(of: one)
        }
        return latest
    }

    /// The entry whose report was sent on behalf of this one: itself, or the one it renews.
    func source(of entry: BridgeEntry) -> BridgeEntry {
        var source = entry
        while case .follows(let earlier) = source.phase, let next = entries[earlier] {
            source = next
        }
        return source
    }

    private func last(_ entry: BridgeEntry) -> BridgeEntry {
        var last = entry
        while let next = last.successor.flatMap({ entries[$0] }) { last = next }
        return last
    }

    // MARK: Linking

    /// Puts a new entry beside those it renews and is renewed by, whichever came first.
    mutating func link(_ id: ConsentID) {
        renew(id)
        guard let entry = entries[id], let early = awaited.removeValue(forKey: id),
            let renewal = entries[early], renewal.terms.authority == entry.terms.authority
        else { return }
        switch renewal.phase {
        case .refused: break
        case .waiting, .approved, .retrying, .parked:
            if renewal.isPerhapsTwice { replace(entry, by: early) } else { renew(early) }
        default: replace(entry, by: early)
        }
    }

    /// Puts a renewal behind the consent it renews, if that is known here, or behind what already
    /// took that one's place.
    private mutating func renew(_ id: ConsentID) {
        guard let entry = entries[id], let renewed = entry.terms.renews else { return }
        guard let known = entries[renewed] else {
            if awaited[renewed] == nil { awaited[renewed] = id }
            return
        }
        let earlier = last(known)
        guard known.terms.authority == entry.terms.authority, last(entry).id != earlier.id else {
            return
        }
        switch earlier.phase {
        case .waiting, .approved, .retrying, .parked, .replaced:
            entries[earlier.id]?.phase = .replaced
            inherit(id, earlier)
        case .refused, .unfound:
            inherit(id, earlier)
            return
        case .sending, .unclear, .behind: entries[id]?.phase = .behind(earlier.id)
        case .sent, .pending, .follows: entries[id]?.phase = .follows(earlier.id)
        }
        entries[earlier.id]?.successor = id
    }

    /// A consent that came after what renews it is not sent any more.
    private mutating func replace(_ entry: BridgeEntry, by renewal: ConsentID) {
        guard case .waiting = entry.phase, let later = entries[renewal],
            last(later).id != entry.id
        else { return }
        entries[entry.id]?.phase = .replaced
        entries[entry.id]?.successor = renewal
    }

    private mutating func inherit(_ id: ConsentID, _ earlier: BridgeEntry) {
        if earlier.isPerhapsTwice { entries[id]?.renewsDoubt = true }
    }

    // MARK: Outcomes

    /// An entry was taken: what waited to know follows it.
    mutating func lead(_ id: ConsentID) {
        var last = id
        while let next = entries[last]?.successor, case .behind(last)? = entries[next]?.phase {
            entries[next]?.phase = .follows(last)
            last = next
        }
    }

    /// An entry was not taken: what renews it, and waited to know, takes its place.
    mutating func makeWay(_ id: ConsentID) {
        var last = id
        while let earlier = entries[last], let next = earlier.successor,
            case .behind(last)? = entries[next]?.phase
        {
            entries[last]?.phase = .replaced
            inherit(next, earlier)
            last = next
        }
        if last != id { entries[last]?.phase = .waiting }
    }
}
