import Model
import Wire

/// Steps through envelopes that stand one after the other in a batch.
struct EnvelopeWalk {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Where the next one lies; nil at the end.
    ///
    /// - Throws: `EnvelopeError` for bytes that are no envelope: what follows can't be found.
    mutating func next() throws(EnvelopeError) -> Range<Int>? {
        guard position < bytes.count else { return nil }
        guard bytes.count - position >= EnvelopeHeader.bytes else { throw .truncated }
        guard bytes[position] == 1 else { throw .version(bytes[position]) }
        let classes = bytes[position + 2]
        guard TTLClass(rawValue: classes >> 4) != nil else { throw .ttlClass(classes >> 4) }
        guard classes & 15 <= 7 else { throw .size(classes & 15) }
        let length = 512 << Int(classes & 15)
        guard bytes.count - position >= length else { throw .truncated }
        defer { position += length }
        return position..<(position + length)
    }
}
