public import Model
public import Sealing
import Seeking

/// The leases on one case: who holds it now, the same for everybody who has seen the same claims.
/// Source: protocol/12-cases.md.
public struct Claims: Sendable {
    /// More claims on one case than this are not looked at: a member floods.
    static let most = 1000

    public struct Entry: Sendable, Equatable {
        public let id: ClaimID
        public let claim: Claim
        public let claimant: PersonaID
        /// All whose signature the claim bears.
        public let signers: [PersonaID]
    }

    public private(set) var entries: [Entry] = []
    /// Claims released by their claimants, with the heir where one is named.
    private var released: [Released: (heir: PersonaID?, at: SaidAt)] = [:]

    /// A release counts only by the claim's own claimant, whom it may arrive before.
    private struct Released: Hashable {
        let claim: ClaimID
        let persona: PersonaID
    }

    mutating func add(_ entry: Entry) {
        guard entries.count < Self.most, !entries.contains(where: { $0.id == entry.id }) else {
            return
        }
        entries.append(entry)
    }

    mutating func release(_ id: ClaimID, by persona: PersonaID, heir: PersonaID?, at: SaidAt) {
        let key = Released(claim: id, persona: persona)
        guard released.count < Self.most, released[key] == nil else { return }
        released[key] = (heir, at)
    }

    /// The lease that counts at `now`; nil when nobody holds the case.
    public func holder(_ now: WallTime) -> Entry? {
        var children: [ClaimID: [Entry]] = [:]
        for entry in entries { children[entry.claim.parent, default: []].append(entry) }
        var level = children[.zero] ?? []
        var found: Entry?
        var seen: Set<ClaimID> = []
        while let best = best(level, children, now) {
            guard seen.insert(best.id).inserted else { break }
            if isLive(best, now) { found = best }
            level = (children[best.id] ?? []).filter { isValid($0, after: best) }
        }
        return found
    }

    /// To whom the case was last handed, if they have not claimed it yet.
    public func heir(_ now: WallTime) -> PersonaID? {
        guard holder(now) == nil else { return nil }
        let ends = entries.compactMap { released[Released(claim: $0.id, persona: $0.claimant)] }
        return ends.filter { $0.heir != nil }.max { $0.at < $1.at }?.heir
    }

    /// What a new claim must name as its parent: the last claim of the chain that counts.
    public func parent(_ now: WallTime) -> ClaimID {
        var children: [ClaimID: [Entry]] = [:]
        for entry in entries { children[entry.claim.parent, default: []].append(entry) }
        var id = ClaimID.zero
        var level = children[.zero] ?? []
        var seen: Set<ClaimID> = []
        while let next = best(level, children, now) ?? lowest(level) {
            guard seen.insert(next.id).inserted else { break }
            id = next.id
            level = (children[next.id] ?? []).filter { isValid($0, after: next) }
        }
        return id
    }

    private func isReleased(_ entry: Entry) -> Bool {
        released[Released(claim: entry.id, persona: entry.claimant)] != nil
    }

    private func isLive(_ entry: Entry, _ now: WallTime) -> Bool {
        entry.claim.notBefore <= now && now < entry.claim.expires && !isReleased(entry)
    }

    private func isValid(_ entry: Entry, after parent: Entry) -> Bool {
        parent.claim.expires <= entry.claim.notBefore || isReleased(parent)
            || entry.signers.contains(parent.claimant)
    }

    /// Among siblings: the chains with a live lease, then the lowest hash.
    private func best(
        _ siblings: [Entry], _ children: [ClaimID: [Entry]], _ now: WallTime
    ) -> Entry? {
        lowest(siblings.filter { hasLiveLease($0, children, now) })
    }

    private func lowest(_ siblings: [Entry]) -> Entry? {
        siblings.min {
            let (l, r) = (order($0), order($1))
            return l != r ? l.lexicographicallyPrecedes(r) : $0.id < $1.id
        }
    }

    private func order(_ entry: Entry) -> [UInt8] {
        Claim.leaseOrder(
            entry.claim.caseID, parent: entry.claim.parent, claimant: entry.claimant)
    }

    private func hasLiveLease(
        _ entry: Entry, _ children: [ClaimID: [Entry]], _ now: WallTime
    ) -> Bool {
        var open = [entry]
        var seen: Set<ClaimID> = []
        while let next = open.popLast() {
            guard seen.insert(next.id).inserted else { continue }
            if isLive(next, now) { return true }
            open += (children[next.id] ?? []).filter { isValid($0, after: next) }
        }
        return false
    }
}
