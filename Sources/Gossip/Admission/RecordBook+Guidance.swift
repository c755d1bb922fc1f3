public import Model
public import Sealing
public import Wire

/// A community's guidance in one language, as a node keeps it.
public struct KeptGuidance: Sendable {
    public let language: Text
    public let record: Record
    public let id: ItemID
    let header: EnvelopeHeader
}

// Guidance: kept only from the operations key of a community's newest root. A relay looks at its
// language and size; the pack is for who shows it. Source: protocol/24-guidance.md.

extension RecordBook {
    /// A community's guidance, by language.
    public func guidance(of community: CommunityID) -> [KeptGuidance] {
        guidance[community] ?? []
    }

    /// That of all communities, in a fixed order.
    public var allGuidance: [KeptGuidance] {
        guidance.keys.sorted().flatMap { guidance[$0] ?? [] }
    }

    mutating func considerGuidance(
        _ record: Record, _ header: EnvelopeHeader, _ id: ItemID, _ now: WallTime
    ) throws(Refusal) -> Verdict {
        let community = try author(of: record)
        let language: Text
        do {
            language = try record.guidance(of: community.operations).language
        } catch {
            throw .record(error)
        }
        // What has ended takes nobody's place.
        let all = guidance[community.id] ?? []
        var kept = all.filter { $0.record.notAfter > now && $0.language != language }
        if let old = all.first(where: { $0.language == language }), old.id != id {
            guard Self.stands(record, header, over: old.record, old.header) else {
                throw .outdatedRecord
            }
        }
        kept.append(KeptGuidance(language: language, record: record, id: id, header: header))
        if kept.count > Limits.guidanceLanguages { Self.dropLast(of: &kept) }
        guard kept.contains(where: { $0.id == id }) else { throw .outdatedRecord }
        guidance[community.id] = kept.sorted { Self.isBefore($0.language, $1.language) }
        let stay = kept.map { $0.id }
        return .current(replaces: all.map { $0.id }.filter { !stay.contains($0) })
    }

    /// Of more languages than are kept the one with the lowest seq goes, of two with one seq that
    /// with the higher hash: all holders of the same records keep the same.
    private static func dropLast(of kept: inout [KeptGuidance]) {
        let last = kept.indices.max { one, other in
            let (one, other) = (kept[one].record, kept[other].record)
            if one.seq != other.seq { return one.seq > other.seq }
            return one.hash.lexicographicallyPrecedes(other.hash)
        }
        if let last { kept.remove(at: last) }
    }

    private static func isBefore(_ one: Text, _ other: Text) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// The community a record is about, and its operations key, if that signed it.
    ///
    /// - Throws: `Refusal.unknownSubject` for one by a key that only a newer root may name: that is
    ///   no fault of who passes it on.
    private func author(
        of record: Record
    ) throws(Refusal) -> (id: CommunityID, operations: [UInt8]) {
        guard let id = CommunityID(record.subject), let known = communities[id] else {
            throw .unknownSubject
        }
        let operations = known.roots.newest.operations
        if record.isSigned(by: operations) { return (id, operations) }
        guard let signature = record.signed.signatures.first, record.isSigned(by: signature.key)
        else { throw .record(.notSigned) }
        throw .unknownSubject
    }

    /// Guidance by a key that speaks for the community no more; its ids.
    mutating func dropForeignGuidance(
        of community: CommunityID, _ operations: [UInt8]
    ) -> [ItemID] {
        let all = guidance[community] ?? []
        let kept = all.filter { $0.record.signed.signatures.first?.key == operations }
        guidance[community] = kept.isEmpty ? nil : kept
        return all.map { $0.id }.filter { id in !kept.contains { $0.id == id } }
    }
}
