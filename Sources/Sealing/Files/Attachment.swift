public import Model
public import Sodium
public import Wire

/// The index of a file that was sealed in chunks: with it a reader finds, opens and checks them,
/// and their writer takes them back. Source: protocol/26-files.md.
public struct Attachment: Sendable, Equatable {
    /// What was done to the file before it was sealed.
    public enum Role: UInt64, Sendable {
        /// Cleaned of what says where, when and with what it was made.
        case cleaned = 0
        /// As it was: it may say all of that.
        case original = 1
    }

    /// Names the envelope of one chunk.
    public struct Chunk: Sendable, Equatable {
        public let header: EnvelopeHeader
        /// 32 bytes.
        public let bodyHash: [UInt8]

        public init(header: EnvelopeHeader, bodyHash: [UInt8]) {
            self.header = header
            self.bodyHash = bodyHash
        }

        public func id(_ network: NetworkID) -> ItemID {
            Naming.envelopeID(network: network, header: header, bodyHash: bodyHash)
        }
    }

    /// Bytes of the file.
    public let size: Int
    /// `H("kith1:file", bytes)`.
    public let digest: [UInt8]
    public let type: MediaType
    public let role: Role
    public let key: Secret
    /// In the order of the file.
    public let chunks: [Chunk]

    /// Chunks of a file of `size` bytes.
    public static func chunkCount(_ size: Int) -> Int {
        (size + Limits.chunkBytes - 1) / Limits.chunkBytes
    }

    /// Bytes of the file that chunk `number` holds, counted from 0.
    public func length(of number: Int) -> Int {
        min(Limits.chunkBytes, size - number * Limits.chunkBytes)
    }

    /// When the first chunk ends, from which the file is no longer whole.
    public var expiry: WallTime {
        chunks.map { $0.header.expiry }.min() ?? WallTime(seconds: 0)
    }

    init(
        size: Int, digest: [UInt8], type: MediaType, role: Role, key: Secret, chunks: [Chunk]
    ) {
        self.size = size
        self.digest = digest
        self.type = type
        self.role = role
        self.key = key
        self.chunks = chunks
    }

    // MARK: Coding

    public var cbor: CBOR {
        .fields(
            .unsigned(UInt64(size)), .bytes(digest), type.text.cbor, .unsigned(role.rawValue),
            .bytes(key.copied()),
            .array(
                chunks.map { .array([.bytes($0.header.encoded), .bytes($0.bodyHash)]) }))
    }

    public init(_ value: CBOR) throws(ShapeError) {
        let fields = try Fields(value)
        let claimed = try fields.unsigned(1)
        guard claimed >= 1, claimed <= UInt64(Limits.attachmentBytes) else {
            throw .outOfRange(key: 1)
        }
        guard let type = MediaType(try fields.words(3)) else { throw .outOfRange(key: 3) }
        guard let role = Role(rawValue: try fields.unsigned(4)) else { throw .outOfRange(key: 4) }
        let listed = try fields.array(6)
        guard listed.count == Self.chunkCount(Int(claimed)) else { throw .outOfRange(key: 6) }
        var chunks: [Chunk] = []
        for item in listed { chunks.append(try Self.chunk(item)) }
        self.init(
            size: Int(claimed), digest: try fields.bytes(2, count: 32), type: type, role: role,
            key: Secret(try fields.bytes(5, count: 32)), chunks: chunks)
    }

    private static func chunk(_ item: CBOR) throws(ShapeError) -> Chunk {
        guard let pair = item.tuple(2), let head = pair[0].asBytes(EnvelopeHeader.bytes),
            let bodyHash = pair[1].asBytes(32)
        else { throw .wrongType(key: 6) }
        // A header of no valid shape is as much beyond what is allowed as one of another kind.
        guard let header = try? EnvelopeHeader(decoding: head[...]),
            header.suite == Suite.sealed.rawValue, header.size == FileSealer.sizeClass
        else { throw .outOfRange(key: 6) }
        return Chunk(header: header, bodyHash: bodyHash)
    }

    /// Entry of a message; nil for none.
    static func cbor(of attachments: [Attachment]) -> CBOR? {
        attachments.isEmpty ? nil : .array(attachments.map { $0.cbor })
    }

    /// Those of a message that keep the rule: what is said beside a broken one stands.
    static func list(_ value: CBOR?) -> [Attachment] {
        guard case .array(let items)? = value else { return [] }
        var out: [Attachment] = []
        for item in items.prefix(Limits.attachmentsPerMessage) {
            // By chapter 26 it is left out, whatever is wrong with it.
            if let attachment = try? Attachment(item) { out.append(attachment) }
        }
        return out
    }
}
