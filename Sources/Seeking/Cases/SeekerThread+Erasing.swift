public import Model
import Sealing
import Sodium
public import Wire

/// What every relay asks of a retraction at one moment. One that falls short of it is refused, and
/// all that were handed over with it. Source: protocol/07-retraction.md.
public struct RetractionTerms: Sendable {
    let network: NetworkID
    let workBase: UInt8
    let now: WallTime

    public init(network: NetworkID, workBase: UInt8, now: WallTime) {
        self.network = network
        self.workBase = workBase
        self.now = now
    }

    /// Whether relays may have the envelope, and take its retraction.
    ///
    /// What has ended is on none any more. That they would take its retraction for another day is
    /// left for clocks that differ, and for a list that waits before it is handed over.
    func hold(_ header: EnvelopeHeader, bodyHash: [UInt8]) -> Bool {
        let (slot, current) = (header.slot.number, now.slot.number)
        guard header.suite != Suite.publicRecord.rawValue, slot <= current || slot - current == 1,
            now < header.expiry, header.workBits >= workBase + header.ttlClass.rawValue,
            header.workBits <= Limits.workBits
        else { return false }
        let id = Naming.envelopeID(network: network, header: header, bodyHash: bodyHash)
        return Work(id: id).bits(nonce: header.nonce) >= header.workBits
    }
}

extension SeekerBook.Thread {
    /// Takes back what the seeker can: own envelopes, answers under the case's keys, every part of
    /// a grant with the key that the grant brought, and the chunks of files. Only what relays take:
    /// nothing that somebody wrote into a case keeps the rest from being taken back.
    public func retractions(_ terms: RetractionTerms) -> [Retraction] {
        let keys = caseKeys.map { RetractCommitment.eraseKey(of: $0.key) }
        var erasable = taken
        for grant in grants {
            for key in keys where RetractCommitment.opens(key, grant.header) {
                erasable.append(
                    SeekerBook.Erasable(header: grant.header, bodyHash: grant.bodyHash, key: key))
            }
        }
        return erasable.compactMap { $0.retraction(terms) }
            + chunkRetractions(by: [self.keys.erase] + keys, terms)
    }
}

extension Retraction {
    /// A list in parts that a node takes at once, one at least.
    public static func parts(_ list: [Retraction]) -> [ArraySlice<Retraction>] {
        let starts = stride(from: 0, to: max(list.count, 1), by: Limits.retractionsAtOnce)
        return starts.map { list[$0..<min($0 + Limits.retractionsAtOnce, list.count)] }
    }
}
