public import Model
public import Sealing
import Sodium
public import Wire

/// How an envelope came: what was not asked for must be fresh.
public enum Path: Sendable {
    case unsolicited
    case solicited
    case own
}

/// Why an envelope or retraction is not taken. Numbers: protocol/schema/codes.md.
public enum Refusal: Error, Equatable, Sendable {
    case sizeClass
    case suite(UInt8)
    case slotAhead(slots: UInt32)
    case expired
    case tooOldUnasked(slots: UInt32)
    case workClaim(bits: UInt8, least: UInt8)
    case workMissing(bits: UInt8, claimed: UInt8)
    case opening
    case record(RecordError)
    case unknownSubject
    case outdatedRecord
}

/// The checks every envelope passes on every path, cheapest first. Source: protocol/06-store.md.
public struct Admission: Sendable {
    public let network: NetworkID
    public var workBase: UInt8

    public init(network: NetworkID, workBase: UInt8) {
        self.network = network
        self.workBase = workBase
    }

    /// Checks all that the header and the clock tell.
    public func check(
        _ header: EnvelopeHeader, path: Path, now: WallTime
    ) throws(Refusal) {
        let current = now.slot.number
        guard header.slot.number <= current + 1 else {
            throw .slotAhead(slots: header.slot.number - current)
        }
        guard header.expiry.seconds > now.seconds + Limits.remainingSeconds else {
            throw .expired
        }
        if path == .unsolicited, header.slot.number + Limits.unsolicitedSlots < current {
            throw .tooOldUnasked(slots: current - header.slot.number)
        }
        if header.suite == Suite.publicRecord.rawValue {
            guard header.mailbox == .zero, header.commitment == .zero,
                header.ttlClass == .quarter
            else { throw .suite(header.suite) }
        }
        let least = workBase + header.ttlClass.rawValue
        guard header.workBits >= least, header.workBits <= Limits.workBits else {
            throw .workClaim(bits: header.workBits, least: least)
        }
    }

    /// Checks that the nonce does the work that the header claims.
    public func checkWork(_ header: EnvelopeHeader, id: ItemID) throws(Refusal) {
        let bits = Work(id: id).bits(nonce: header.nonce)
        guard bits >= header.workBits else {
            throw .workMissing(bits: bits, claimed: header.workBits)
        }
    }

    /// Checks a retraction and names its target. Source: protocol/07-retraction.md.
    public func check(_ retraction: Retraction, now: WallTime) throws(Refusal) -> ItemID {
        let header = retraction.header
        guard header.suite != Suite.publicRecord.rawValue else { throw .suite(header.suite) }
        guard header.slot.number <= now.slot.number + 1 else {
            throw .slotAhead(slots: header.slot.number - now.slot.number)
        }
        guard header.expiry.adding(seconds: Limits.retractionExtraSeconds) > now else {
            throw .expired
        }
        let least = workBase + header.ttlClass.rawValue
        guard header.workBits >= least, header.workBits <= Limits.workBits else {
            throw .workClaim(bits: header.workBits, least: least)
        }
        let id = Naming.envelopeID(
            network: network, header: header, bodyHash: retraction.bodyHash)
        try checkWork(header, id: id)
        guard RetractCommitment.isOpened(by: retraction) else { throw .opening }
        return id
    }
}
