public import Model
public import Sealing
import Wire

/// A bridge of a community.
public struct BridgeID: Hashable, Comparable, Sendable {
    public let community: CommunityID
    /// Ed25519, 32 bytes.
    public let key: [UInt8]

    public init(community: CommunityID, key: [UInt8]) {
        self.community = community
        self.key = key
    }

    public static func < (l: Self, r: Self) -> Bool {
        l.community != r.community
            ? l.community < r.community : l.key.lexicographicallyPrecedes(r.key)
    }
}

/// The card of a bridge and the checkpoints of its forward log.
/// Source: protocol/18-bridges.md.
public struct PublishedByBridge: Sendable {
    public struct Kept: Sendable {
        public let record: Record
        public let id: ItemID
        let header: EnvelopeHeader
    }

    public internal(set) var card: Kept?
    /// By day.
    var checkpoints: [UInt32: Kept] = [:]

    /// Newest first.
    public var checkpointRecords: [Record] {
        checkpoints.keys.sorted(by: >).compactMap { checkpoints[$0]?.record }
    }

    /// The card, then checkpoints, oldest first.
    var all: [Kept] {
        (card.map { [$0] } ?? []) + checkpoints.keys.sorted().compactMap { checkpoints[$0] }
    }
}

// What bridges publish: kept only while the current manifest of their community names them.

extension RecordBook {
    /// What a bridge published, as far as it was seen.
    public func published(by bridge: BridgeID) -> PublishedByBridge? { bridges[bridge] }

    /// All bridges that published something, in a fixed order.
    public var knownBridges: [BridgeID] { bridges.keys.sorted() }

    mutating func considerCard(
        _ record: Record, _ header: EnvelopeHeader, _ id: ItemID
    ) throws(Refusal) -> Verdict {
        let bridge = try signer(of: record)
        do { _ = try record.bridgeCard(of: bridge.key) } catch { throw .record(error) }
        let new = PublishedByBridge.Kept(record: record, id: id, header: header)
        let old = bridges[bridge]?.card
        let replaced = try place(new, over: old)
        bridges[bridge, default: PublishedByBridge()].card = new
        return .current(replaces: replaced)
    }

    mutating func considerCheckpoint(
        _ record: Record, _ header: EnvelopeHeader, _ id: ItemID, _ now: WallTime
    ) throws(Refusal) -> Verdict {
        let bridge = try signer(of: record)
        let day: UInt32
        do { day = try record.checkpoint(of: bridge.key).day } catch { throw .record(error) }
        guard day <= now.day + 1 else { throw .record(.notYetValid) }
        guard day + Limits.checkpointDays >= now.day else { throw .outdatedRecord }
        let new = PublishedByBridge.Kept(record: record, id: id, header: header)
        var published = bridges[bridge] ?? PublishedByBridge()
        var replaced = try place(new, over: published.checkpoints[day])
        published.checkpoints[day] = new
        for old in published.checkpoints.keys.sorted().dropLast(Int(Limits.checkpointDays)) {
            // Itself the oldest beside all that are kept: it would go at once.
            guard old != day else { throw .outdatedRecord }
            if let gone = published.checkpoints.removeValue(forKey: old) {
                replaced.append(gone.id)
            }
        }
        bridges[bridge] = published
        return .current(replaces: replaced)
    }

    /// The bridge that signed a record, if the community's current manifest names it.
    ///
    /// - Throws: `Refusal.unknownSubject` for one by whom nobody here knows, but a newer manifest
    ///   may name: that is no fault of who passes it on.
    private func signer(of record: Record) throws(Refusal) -> BridgeID {
        guard let community = CommunityID(record.subject),
            let manifest = communities[community]?.manifest
        else { throw .unknownSubject }
        for bridge in manifest.namedBridges where record.isSigned(by: bridge.key) {
            return BridgeID(community: community, key: bridge.key)
        }
        guard let signature = record.signed.signatures.first, record.isSigned(by: signature.key)
        else { throw .record(.notSigned) }
        throw .unknownSubject
    }

    /// Ids of what `new` takes the place of.
    private func place(
        _ new: PublishedByBridge.Kept, over old: PublishedByBridge.Kept?
    ) throws(Refusal) -> [ItemID] {
        guard let old, old.id != new.id else { return [] }
        guard Self.stands(new.record, new.header, over: old.record, old.header) else {
            throw .outdatedRecord
        }
        return [old.id]
    }

    /// What bridges published that the manifest names no more; their ids.
    mutating func dropUnnamedBridges(
        of community: CommunityID, _ manifest: Manifest
    ) -> [ItemID] {
        let named = manifest.namedBridges.map { $0.key }
        var gone: [ItemID] = []
        for bridge in bridges.keys.sorted()
        where bridge.community == community && !named.contains(bridge.key) {
            gone += bridges.removeValue(forKey: bridge)?.all.map { $0.id } ?? []
        }
        return gone
    }
}
