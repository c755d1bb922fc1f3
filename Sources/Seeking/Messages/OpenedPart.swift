public import Model
public import Sealing
public import Wire

/// One opened envelope as its reader keeps it, under the vault key.
public struct OpenedPart: Sendable, Equatable {
    public let id: ItemID
    public let header: EnvelopeHeader
    public let content: ContentPart
    /// The order in which this node received it: breaks ties within a slot.
    public let arrival: Int64
    /// The case under whose key it was sealed; zero for none. Kept, so that nobody has to search
    /// all cases' keys again.
    public let caseID: CaseID

    public init(
        id: ItemID, header: EnvelopeHeader, content: ContentPart, arrival: Int64,
        caseID: CaseID = .zero
    ) {
        self.caseID = caseID
        self.id = id
        self.header = header
        self.content = content
        self.arrival = arrival
    }

    /// Shape: id 32, case 32, header 64, arrival i64, then the part without padding.
    public var encoded: [UInt8] {
        var out = id.bytes + caseID.bytes + header.encoded
        out.append(bigEndian: UInt64(bitPattern: arrival))
        return out + content.padded(to: ContentPart.headBytes + content.payload.count)
    }

    /// Nil for bytes this version did not write.
    public init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let id: ItemID = reader.identifier32(), let caseID: CaseID = reader.identifier32(),
            let head = reader.take(EnvelopeHeader.bytes),
            let header = try? EnvelopeHeader(decoding: head),
            let arrival: UInt64 = reader.integer(),
            let content = try? ContentPart(decoding: [UInt8](reader.rest))
        else { return nil }
        self.init(
            id: id, header: header, content: content, arrival: Int64(bitPattern: arrival),
            caseID: caseID)
    }
}

/// When something was said: the slot, then the order of arrival.
public struct SaidAt: Sendable, Hashable, Comparable {
    public let slot: Slot
    public let arrival: Int64

    public init(slot: Slot, arrival: Int64) {
        self.slot = slot
        self.arrival = arrival
    }

    public static func < (l: Self, r: Self) -> Bool {
        l.slot != r.slot ? l.slot < r.slot : l.arrival < r.arrival
    }
}
