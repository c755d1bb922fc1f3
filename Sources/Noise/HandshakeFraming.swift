import Model

/// Cuts a stream of bytes into handshake messages.
///
/// Shape: `length` (u16, bytes), then the message. Holds what has arrived and no more.
/// Source: protocol/03-links.md.
public struct HandshakeFraming: Sendable, Equatable {
    /// The longest message Noise allows, bytes. Source: Noise rev 34 §3.
    public static let largestBytes = 65535

    private let limit: Int
    private var bytes: [UInt8] = []

    /// - Parameter limit: largest message accepted, bytes. Message 2 of a link is the longest.
    public init(limit: Int = LinkIdentity.largestMessageBytes) { self.limit = limit }

    /// The message with its length before it.
    ///
    /// - Precondition: at most 65535 bytes, as `Handshake` sees to.
    public static func frame(_ message: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(2 + message.count)
        out.append(bigEndian: UInt16(message.count))
        return out + message
    }

    public mutating func append(_ more: some Collection<UInt8>) { bytes += more }

    /// The next whole message, or nil until one has arrived.
    ///
    /// - Throws: `NoiseError.tooLong` before any of the message is awaited.
    public mutating func next() throws(NoiseError) -> [UInt8]? {
        var reader = ByteReader(bytes)
        guard let claimed: UInt16 = reader.integer() else { return nil }
        guard Int(claimed) <= limit else { throw .tooLong(bytes: Int(claimed), limit: limit) }
        guard let message = reader.take(Int(claimed)) else { return nil }
        bytes = [UInt8](reader.rest)
        return [UInt8](message)
    }

    /// What arrived after the last message: the first bytes for `Session.open`.
    public mutating func takeRest() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
