public import Model
public import Sealing
import Sodium
public import Wire

/// The public records a node knows and follows: one network's charters, its communities'
/// manifests. Source: protocol/14-public-records.md.
public struct RecordBook: Sendable {
    /// Records whose subject is not known yet wait here for the charter that names it.
    static let mostWaiting = 64
    /// Refused records remembered, of each kind of refusal. Guess.
    static let mostRefused = 4096

    public struct Community: Sendable {
        public let manifest: Manifest
        public let roots: RootChain
        public let record: Record
        public let envelopeID: ItemID
        let header: EnvelopeHeader
    }

    public enum Verdict: Sendable, Equatable {
        /// Takes the place of the records with these ids.
        case current(replaces: [ItemID])
        /// Kept aside until its subject is known.
        case waiting
    }

    public let network: NetworkID
    public private(set) var charters: CharterChain?
    private var charterRecord: (record: Record, id: ItemID, header: EnvelopeHeader)?
    public private(set) var communities: [CommunityID: Community] = [:]
    /// Carried by the operator's choice, whether a charter names them or not.
    private let carried: [CommunityID]
    /// What the bridges of the current manifests published.
    var bridges: [BridgeID: PublishedByBridge] = [:]
    /// Guidance of the communities, at most sixteen languages each.
    var guidance: [CommunityID: [KeptGuidance]] = [:]
    private var waiting: [(id: ItemID, envelope: Envelope)] = []
    /// What the records followed now leave no place for. The same again is refused before its
    /// signatures are checked: nobody's work pays for those, for it was done once. Forgotten when a
    /// record changes what is followed.
    private var outdated = RecentSet(limit: Self.mostRefused)
    private var unknown = RecentSet(limit: Self.mostRefused)
    /// Communities of which a second branch of roots was seen.
    public private(set) var forked: [CommunityID] = []

    public init(network: NetworkID, carried: [CommunityID]) {
        self.network = network
        self.carried = carried
    }

    /// The least work base, as the newest charter sets it; nil until a charter is known.
    public var workBase: UInt8? { charters?.newest.workBase }

    /// Ids of the current records but checkpoints and guidance, each after those that its place depends on.
    public var currentIDs: [ItemID] {
        let manifests = subjects.compactMap { communities[$0]?.envelopeID }
        let cards = bridges.keys.sorted().compactMap { bridges[$0]?.card?.id }
        return (charterRecord.map { [$0.id] } ?? []) + manifests + cards
    }

    /// Communities this node carries, in a fixed order.
    public var subjects: [CommunityID] {
        let named = charters?.newest.communities.map { $0.community } ?? []
        return (named + carried.filter { !named.contains($0) }).sorted()
    }

    /// Considers a public envelope that passed admission.
    ///
    /// - Throws: `Refusal.record` when it is not signed as it must be, `.outdatedRecord` when a
    ///   newer one is known.
    public mutating func consider(
        _ envelope: Envelope, id: ItemID, now: WallTime
    ) throws(Refusal) -> Verdict {
        if outdated.contains(id) { throw .outdatedRecord }
        if unknown.contains(id) { throw .unknownSubject }
        do {
            let verdict = try judge(envelope, id, now)
            if case .current = verdict {
                outdated = RecentSet(limit: Self.mostRefused)
                unknown = RecentSet(limit: Self.mostRefused)
            }
            return verdict
        } catch {
            if error == .outdatedRecord { outdated.insert(id) }
            if error == .unknownSubject { unknown.insert(id) }
            throw error
        }
    }

    private mutating func judge(
        _ envelope: Envelope, _ id: ItemID, _ now: WallTime
    ) throws(Refusal) -> Verdict {
        let record: Record
        do {
            record = try Record(body: envelope.body)
            try record.checkTime(now)
        } catch {
            throw .record(error)
        }
        guard envelope.header.topic == Topics.records(of: record.subject) else {
            throw .record(.wrongSubject)
        }
        switch record.type {
        case .charters: return try considerCharters(record, envelope.header, id)
        case .manifest: return try considerManifest(record, envelope, id)
        case .guidance: return try considerGuidance(record, envelope.header, id, now)
        case .bridgeCard: return try considerCard(record, envelope.header, id)
        case .checkpoint: return try considerCheckpoint(record, envelope.header, id, now)
        }
    }

    private mutating func considerCharters(
        _ record: Record, _ header: EnvelopeHeader, _ id: ItemID
    ) throws(Refusal) -> Verdict {
        guard record.subject == network.bytes else { throw .unknownSubject }
        let chain: CharterChain
        do { chain = try record.charters() } catch { throw .record(error) }
        // Before a charter is followed nothing else says how much work its envelope must show.
        let least = chain.newest.workBase + header.ttlClass.rawValue
        guard header.workBits >= least else {
            throw .workClaim(bits: header.workBits, least: least)
        }
        if let known = charters {
            guard chain.signed.count >= known.signed.count,
                [SignedMap](chain.signed.prefix(known.signed.count)) == known.signed
            else { throw .outdatedRecord }
        }
        if let old = charterRecord, id != old.id {
            guard Self.stands(record, header, over: old.record, old.header) else {
                throw .outdatedRecord
            }
        }
        let replaced = charterRecord.flatMap { $0.id == id ? nil : $0.id }
        charters = chain
        charterRecord = (record, id, header)
        return .current(replaces: replaced.map { [$0] } ?? [])
    }

    private mutating func considerManifest(
        _ record: Record, _ envelope: Envelope, _ id: ItemID
    ) throws(Refusal) -> Verdict {
        guard let community = CommunityID(record.subject), subjects.contains(community) else {
            guard charters == nil, waiting.count < Self.mostWaiting else { throw .unknownSubject }
            if !waiting.contains(where: { $0.id == id }) { waiting.append((id, envelope)) }
            return .waiting
        }
        let manifest: Manifest
        let roots: RootChain
        do { (manifest, roots) = try record.manifest() } catch { throw .record(error) }
        let old = communities[community]
        if let old {
            guard roots.follows(old.roots) else {
                if !old.roots.follows(roots), !forked.contains(community) {
                    forked.append(community)
                }
                throw .outdatedRecord
            }
            guard
                id == old.envelopeID
                    || Self.stands(record, envelope.header, over: old.record, old.header)
            else { throw .outdatedRecord }
        }
        communities[community] = Community(
            manifest: manifest, roots: roots, record: record, envelopeID: id,
            header: envelope.header)
        let dropped =
            dropUnnamedBridges(of: community, manifest)
            + dropForeignGuidance(of: community, roots.newest.operations)
        return .current(
            replaces: (old.flatMap { $0.envelopeID == id ? nil : [$0.envelopeID] } ?? []) + dropped)
    }

    /// The higher seq stands; of two with one seq the lower hash; of one record posted twice the
    /// later envelope.
    static func stands(
        _ new: Record, _ newHeader: EnvelopeHeader, over old: Record, _ oldHeader: EnvelopeHeader
    ) -> Bool {
        if new.seq != old.seq { return new.seq > old.seq }
        let (newHash, oldHash) = (new.hash, old.hash)
        if newHash != oldHash { return newHash.lexicographicallyPrecedes(oldHash) }
        return newHeader.slot > oldHeader.slot
    }

    /// What waited for a charter, to be considered again now that there is one.
    public mutating func takeWaiting() -> [(id: ItemID, envelope: Envelope)] {
        guard charters != nil else { return [] }
        defer { waiting = [] }
        return waiting
    }

    /// Current records whose envelopes will soon expire, as new drafts that every holder makes
    /// alike. Source: protocol/14-public-records.md.
    public func renewals(now: WallTime) -> [EnvelopeDraft] {
        var drafts: [EnvelopeDraft] = []
        var current: [(Record, EnvelopeHeader)] = []
        if let charterRecord { current.append((charterRecord.record, charterRecord.header)) }
        for id in communities.keys.sorted() {
            if let known = communities[id] { current.append((known.record, known.header)) }
        }
        for id in guidance.keys.sorted() {
            for kept in guidance[id] ?? [] { current.append((kept.record, kept.header)) }
        }
        for id in bridges.keys.sorted() {
            for kept in bridges[id]?.all ?? [] { current.append((kept.record, kept.header)) }
        }
        for (record, header) in current where record.notAfter > now {
            let due = header.slot.number + 12000
            guard now.slot.number >= due, let base = workBase else { continue }
            // The first day on which the new envelope still lives: the same for all holders,
            // however late they come.
            var slot = Slot(due)
            let least = now.seconds + Limits.remainingSeconds
            while slot.start.seconds + TTLClass.quarter.seconds <= least { slot.number += 144 }
            let draft = try? Sealer.publish(
                record.encoded, network: network, subject: record.subject, slot: slot,
                workBits: base + TTLClass.quarter.rawValue)
            if let draft { drafts.append(draft) }
        }
        return drafts
    }
}
