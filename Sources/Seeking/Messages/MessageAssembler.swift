public import Model
public import Sealing
public import Wire

/// A whole message, put together from its parts.
public struct WholeMessage: Sendable {
    public let kind: ContentKind
    public let id: MessageID
    public let payload: [UInt8]
    public let header: EnvelopeHeader
    public let at: SaidAt
    public let items: [ItemID]
    public let caseID: CaseID
}

/// Puts opened parts together and drops repeats by message id and kind. A message that proves void
/// is no message: a good one of its id may still come.
public struct MessageAssembler: Sendable {
    private struct Entry: Sendable {
        let id: MessageID
        let kind: UInt8
        var items: [ItemID] = []
        var isDone = false

        func isBefore(_ otherID: MessageID, _ otherKind: UInt8) -> Bool {
            id != otherID ? id < otherID : kind < otherKind
        }
    }

    private var reassembly = Reassembly()
    /// By the first byte of the message id, each sorted. No dictionary: the browser has none.
    private var entries: [[Entry]] = []

    public init() {}

    public mutating func add(_ opened: OpenedPart) -> WholeMessage? {
        guard let kind = ContentKind(rawValue: opened.content.kind) else { return nil }
        let (bucket, index) = place(opened.content.messageID, opened.content.kind)
        entries[bucket][index].items.append(opened.id)
        guard !entries[bucket][index].isDone, let payload = reassembly.add(opened.content) else {
            return nil
        }
        return WholeMessage(
            kind: kind, id: opened.content.messageID, payload: payload, header: opened.header,
            at: SaidAt(slot: opened.header.slot, arrival: opened.arrival),
            items: entries[bucket][index].items, caseID: opened.caseID)
    }

    /// From now on repeats of this message are dropped.
    public mutating func finish(_ message: WholeMessage) {
        let (bucket, index) = place(message.id, message.kind.rawValue)
        entries[bucket][index].isDone = true
    }

    /// Where a message's entry stands, which is made if it is not there.
    private mutating func place(_ id: MessageID, _ kind: UInt8) -> (bucket: Int, index: Int) {
        if entries.isEmpty { entries = [[Entry]](repeating: [], count: 256) }
        let bucket = Int(id.bytes[0])
        var low = 0
        var high = entries[bucket].count
        while low < high {
            let middle = (low + high) / 2
            if entries[bucket][middle].isBefore(id, kind) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let isThere =
            low < entries[bucket].count && entries[bucket][low].id == id
            && entries[bucket][low].kind == kind
        if !isThere { entries[bucket].insert(Entry(id: id, kind: kind), at: low) }
        return (bucket, low)
    }
}
