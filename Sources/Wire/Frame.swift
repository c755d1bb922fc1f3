public import Model

/// The first frame each side sends. Source: protocol/04-frames.md.
public struct Hello: Sendable, Equatable {
    public static let fullRelay: UInt32 = 1
    public static let leaf: UInt32 = 2

    public var lowestVersion: UInt8
    public var highestVersion: UInt8
    public var capabilities: UInt32
    /// The sender's clock, Unix seconds.
    public var clock: UInt32
    public var charterSeq: UInt32
    public var record: PeerRecord

    public init(
        lowestVersion: UInt8 = 1, highestVersion: UInt8 = 1, capabilities: UInt32, clock: UInt32,
        charterSeq: UInt32, record: PeerRecord
    ) {
        self.lowestVersion = lowestVersion
        self.highestVersion = highestVersion
        self.capabilities = capabilities
        self.clock = clock
        self.charterSeq = charterSeq
        self.record = record
    }
}

/// A relay's signed word that it applied a retraction.
public struct Receipt: Sendable, Equatable {
    public var retraction: ItemID
    public var slot: Slot
    public var signature: [UInt8]

    public init(retraction: ItemID, slot: Slot, signature: [UInt8]) {
        self.retraction = retraction
        self.slot = slot
        self.signature = signature
    }
}

/// One announced id: how far it travelled, 255 for "not from the tree".
public struct Announcement: Sendable, Equatable {
    public static let offTree: UInt8 = 255

    public var id: ItemID
    public var hops: UInt8

    public init(id: ItemID, hops: UInt8) {
        self.id = id
        self.hops = hops
    }
}

/// What travels inside a link. Source: protocol/04-frames.md.
public enum Frame: Sendable, Equatable {
    case pad(count: Int)
    case hello(Hello)
    case ping(UInt64)
    case pong(UInt64)
    case bye(reason: UInt8)
    case membership(MembershipFrame)
    case push(hops: UInt8, Envelope)
    case announce([Announcement])
    /// Asks for a place in the sender's tree, and for the item named.
    case graft(ItemID?, hops: UInt8)
    /// Takes the sender out of the receiver's tree, for this long at least.
    case prune(backoffSeconds: UInt16)
    /// Ids the sender has: pushing them is of no use.
    case dontWant([ItemID])
    case stem(StemItem)
    case retract(Retraction)
    case receipt(Receipt)
    case syncOpen(SyncOpen)
    case syncMessage(session: UInt32, [UInt8])
    case syncEnd(session: UInt32, SyncEnd)
    case want(session: UInt32, [ItemID])
    case gone(session: UInt32, [ItemID])
    /// A type from 80 (hex) on that this version does not know.
    case unknown(type: UInt8)
}

public enum FrameError: Error, Equatable {
    case tooLong(claimed: Int, limit: Int)
    case unknownType(UInt8)
    case malformed(type: UInt8)
    case badEnvelope(EnvelopeError)
}

// MARK: - Encoding

extension Frame {
    /// Type, length and body.
    public var encoded: [UInt8] {
        let (type, body) = parts
        var out: [UInt8] = []
        out.reserveCapacity(4 + body.count)
        out.append(type)
        let count = UInt32(body.count)
        out.append(UInt8(truncatingIfNeeded: count >> 16))
        out.append(UInt8(truncatingIfNeeded: count >> 8))
        out.append(UInt8(truncatingIfNeeded: count))
        return out + body
    }

    private var parts: (UInt8, [UInt8]) {
        var body: [UInt8] = []
        switch self {
        case .pad(let count): return (0x00, [UInt8](repeating: 0, count: count))
        case .hello(let hello):
            body += [hello.lowestVersion, hello.highestVersion]
            body.append(bigEndian: hello.capabilities)
            body.append(bigEndian: hello.clock)
            body.append(bigEndian: hello.charterSeq)
            return (0x01, body + hello.record.encoded)
        case .ping(let value):
            body.append(bigEndian: value)
            return (0x02, body)
        case .pong(let value):
            body.append(bigEndian: value)
            return (0x03, body)
        case .bye(let reason): return (0x04, [reason])
        case .membership(let frame): return frame.parts
        case .graft(let id, let hops): return (0x22, (id ?? .zero).bytes + [hops])
        case .prune(let backoff):
            body.append(bigEndian: backoff)
            return (0x23, body)
        case .dontWant(let ids): return (0x24, [UInt8(ids.count)] + ids.flatMap { $0.bytes })
        case .stem(.envelope(let envelope)): return (0x28, [0] + envelope.bytes)
        case .stem(.retraction(let retraction)): return (0x28, [1] + retraction.encoded)
        case .syncOpen(let open): return (0x30, open.encoded)
        case .syncMessage(let session, let message):
            body.append(bigEndian: session)
            return (0x31, body + message)
        case .syncEnd(let session, let end):
            body.append(bigEndian: session)
            body.append(end.reason)
            body.append(bigEndian: end.value)
            return (0x32, body)
        case .push(let hops, let envelope): return (0x20, [hops] + envelope.bytes)
        case .announce(let items):
            body.append(bigEndian: UInt16(items.count))
            for item in items { body += item.id.bytes + [item.hops] }
            return (0x21, body)
        case .retract(let retraction): return (0x29, retraction.encoded)
        case .receipt(let receipt):
            body += receipt.retraction.bytes
            body.append(bigEndian: receipt.slot.number)
            return (0x2A, body + receipt.signature)
        case .want(let session, let ids): return (0x33, Self.list(session, ids))
        case .gone(let session, let ids): return (0x34, Self.list(session, ids))
        case .unknown(let type): return (type, [])
        }
    }

    private static func list(_ session: UInt32, _ ids: [ItemID]) -> [UInt8] {
        var body: [UInt8] = []
        body.append(bigEndian: session)
        body.append(UInt8(ids.count))
        for id in ids { body += id.bytes }
        return body
    }
}

// MARK: - Decoding

extension Frame {
    /// Reads one frame's body.
    ///
    /// - Throws: `FrameError`; the link is closed then.
    public init(type: UInt8, body: ArraySlice<UInt8>) throws(FrameError) {
        var reader = ByteReader(body)
        guard let frame = try Self.read(type, &reader), reader.isAtEnd else {
            throw .malformed(type: type)
        }
        self = frame
    }

    private static func read(_ type: UInt8, _ reader: inout ByteReader) throws(FrameError) -> Frame?
    {
        switch type {
        case 0x00:
            let count = reader.rest.count
            guard reader.rest.allSatisfy({ $0 == 0 }), reader.take(count) != nil else { return nil }
            return .pad(count: count)
        case 0x01: return hello(&reader)
        case 0x02: return reader.integer().map { .ping($0) }
        case 0x03: return reader.integer().map { .pong($0) }
        case 0x04: return reader.integer().map { .bye(reason: $0) }
        case 0x10...0x16: return MembershipFrame(type: type, &reader).map { .membership($0) }
        case 0x20:
            guard let hops: UInt8 = reader.integer() else { return nil }
            return .push(hops: hops, try envelope(&reader))
        case 0x21: return announce(&reader)
        case 0x22:
            guard let id: ItemID = reader.identifier32(), let hops: UInt8 = reader.integer()
            else { return nil }
            return .graft(id == .zero ? nil : id, hops: hops)
        case 0x23:
            guard let backoff: UInt16 = reader.integer(), backoff <= Limits.pruneSeconds
            else { return nil }
            return .prune(backoffSeconds: backoff)
        case 0x24: return ids(&reader).map { .dontWant($0) }
        case 0x28: return try stem(&reader)
        case 0x29: return try retraction(&reader).map { .retract($0) }
        case 0x2A:
            guard let id: ItemID = reader.identifier32(), let slot: UInt32 = reader.integer(),
                let signature = reader.take(64)
            else { return nil }
            return .receipt(
                Receipt(retraction: id, slot: Slot(slot), signature: [UInt8](signature)))
        case 0x30: return SyncOpen(from: &reader).map { .syncOpen($0) }
        case 0x31:
            guard let session: UInt32 = reader.integer(),
                let message = reader.take(reader.rest.count)
            else { return nil }
            return .syncMessage(session: session, [UInt8](message))
        case 0x32:
            guard let session: UInt32 = reader.integer(), let reason: UInt8 = reader.integer(),
                let value: UInt32 = reader.integer()
            else { return nil }
            return .syncEnd(session: session, SyncEnd(reason: reason, value: value))
        case 0x33: return list(&reader).map { .want(session: $0.0, $0.1) }
        case 0x34: return list(&reader).map { .gone(session: $0.0, $0.1) }
        case 0x80...:
            _ = reader.take(reader.rest.count)
            return .unknown(type: type)
        default: throw .unknownType(type)
        }
    }

    private static func hello(_ reader: inout ByteReader) -> Frame? {
        guard let lowest: UInt8 = reader.integer(), let highest: UInt8 = reader.integer(),
            let capabilities: UInt32 = reader.integer(), let clock: UInt32 = reader.integer(),
            let charterSeq: UInt32 = reader.integer(), let record = PeerRecord(from: &reader)
        else { return nil }
        return .hello(
            Hello(
                lowestVersion: lowest, highestVersion: highest, capabilities: capabilities,
                clock: clock, charterSeq: charterSeq, record: record))
    }

    private static func announce(_ reader: inout ByteReader) -> Frame? {
        guard let count: UInt16 = reader.integer(), Int(count) <= Limits.announcedIDs,
            reader.rest.count == Int(count) * 33
        else { return nil }
        var items: [Announcement] = []
        items.reserveCapacity(Int(count))
        while let id: ItemID = reader.identifier32(), let hops: UInt8 = reader.integer() {
            items.append(Announcement(id: id, hops: hops))
        }
        return .announce(items)
    }

    private static func list(_ reader: inout ByteReader) -> (UInt32, [ItemID])? {
        guard let session: UInt32 = reader.integer() else { return nil }
        return ids(&reader).map { (session, $0) }
    }

    private static func ids(_ reader: inout ByteReader) -> [ItemID]? {
        guard let count: UInt8 = reader.integer(), Int(count) <= Limits.wantedIDs,
            reader.rest.count == Int(count) * 32
        else { return nil }
        var ids: [ItemID] = []
        while let id: ItemID = reader.identifier32() { ids.append(id) }
        return ids
    }

    private static func envelope(_ reader: inout ByteReader) throws(FrameError) -> Envelope {
        do {
            return try Envelope(decoding: [UInt8](reader.take(reader.rest.count) ?? []))
        } catch {
            throw .badEnvelope(error)
        }
    }

    private static func retraction(
        _ reader: inout ByteReader
    ) throws(FrameError) -> Retraction? {
        guard let bytes = reader.take(Retraction.bytes) else { return nil }
        do {
            return try Retraction(decoding: bytes)
        } catch {
            throw .badEnvelope(error)
        }
    }

    private static func stem(_ reader: inout ByteReader) throws(FrameError) -> Frame? {
        guard let kind: UInt8 = reader.integer() else { return nil }
        switch kind {
        case 0: return .stem(.envelope(try envelope(&reader)))
        case 1: return try retraction(&reader).map { .stem(.retraction($0)) }
        default: return nil
        }
    }
}

/// Cuts a stream of bytes into frames, holding no more than one frame's bytes beyond its input.
public struct FrameBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    public init() {}

    /// Bytes of a frame that has begun and is not whole.
    public var pendingBytes: Int { bytes.count - start }

    public mutating func append(_ more: some Collection<UInt8>) { bytes += more }

    /// The next whole frame, or nil until one has arrived.
    ///
    /// - Throws: `FrameError.tooLong` before any of the body is awaited.
    public mutating func next() throws(FrameError) -> Frame? {
        guard pendingBytes >= 4 else { return nil }
        let length =
            Int(bytes[start + 1]) << 16 | Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
        guard length <= Limits.frameBodyBytes else {
            throw .tooLong(claimed: length, limit: Limits.frameBodyBytes)
        }
        guard pendingBytes >= 4 + length else { return nil }
        let body = start + 4
        let frame = try Frame(type: bytes[start], body: bytes[body..<(body + length)])
        start = body + length
        if start == bytes.count || start > 1 << 16 {
            bytes.removeFirst(start)
            start = 0
        }
        return frame
    }
}
