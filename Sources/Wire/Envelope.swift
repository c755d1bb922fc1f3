public import Model

/// How long an envelope lives, counted from its slot. Source: protocol/05-envelopes.md.
public enum TTLClass: UInt8, Sendable, CaseIterable {
    case hour = 0
    case day = 1
    case week = 2
    case month = 3
    case quarter = 4

    public var seconds: UInt64 {
        switch self {
        case .hour: 3600
        case .day: 86400
        case .week: 7 * 86400
        case .month: 30 * 86400
        case .quarter: 90 * 86400
        }
    }
}

/// What the body is.
public enum Suite: UInt8, Sendable {
    case publicRecord = 0
    case sealed = 1
}

/// The 64 bytes before an envelope's body.
public struct EnvelopeHeader: Sendable, Equatable {
    public static let bytes = 64
    /// The part that the id and the encryption cover: all but the nonce.
    public static let coveredBytes = 56

    /// Suite as on the wire; relays carry suites they do not know.
    public var suite: UInt8
    public var ttlClass: TTLClass
    /// Total size is 2^(9 + size).
    public var size: UInt8
    public var workBits: UInt8
    public var slot: Slot
    public var topic: Topic
    public var mailbox: Identifier16<MailboxKind>
    public var commitment: Identifier16<CommitmentKind>
    public var nonce: UInt64

    public init(
        suite: UInt8, ttlClass: TTLClass, size: UInt8, workBits: UInt8, slot: Slot, topic: Topic,
        mailbox: Identifier16<MailboxKind>, commitment: Identifier16<CommitmentKind>,
        nonce: UInt64 = 0
    ) {
        self.suite = suite
        self.ttlClass = ttlClass
        self.size = size
        self.workBits = workBits
        self.slot = slot
        self.topic = topic
        self.mailbox = mailbox
        self.commitment = commitment
        self.nonce = nonce
    }

    /// Bytes of the whole envelope.
    public var envelopeBytes: Int { 512 << Int(size) }

    /// The moment from which nobody keeps it.
    public var expiry: WallTime { slot.start.adding(seconds: ttlClass.seconds) }

    public var encoded: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.bytes)
        out += [1, suite, ttlClass.rawValue << 4 | size, workBits]
        out.append(bigEndian: slot.number)
        out += topic.bytes
        out += mailbox.bytes
        out += commitment.bytes
        out.append(bigEndian: nonce)
        return out
    }

    /// The first 56 bytes.
    public var covered: [UInt8] { [UInt8](encoded.prefix(Self.coveredBytes)) }

    /// - Throws: `EnvelopeError` for a version, class or size that does not exist.
    public init(decoding bytes: ArraySlice<UInt8>) throws(EnvelopeError) {
        var reader = ByteReader(bytes)
        guard let version: UInt8 = reader.integer(), let suite: UInt8 = reader.integer(),
            let classes: UInt8 = reader.integer(), let workBits: UInt8 = reader.integer(),
            let slot: UInt32 = reader.integer(), let topic: Topic = reader.identifier16(),
            let mailbox: Identifier16<MailboxKind> = reader.identifier16(),
            let commitment: Identifier16<CommitmentKind> = reader.identifier16(),
            let nonce: UInt64 = reader.integer()
        else { throw .truncated }
        guard version == 1 else { throw .version(version) }
        guard let ttlClass = TTLClass(rawValue: classes >> 4) else { throw .ttlClass(classes >> 4) }
        guard classes & 15 <= 7 else { throw .size(classes & 15) }
        self.init(
            suite: suite, ttlClass: ttlClass, size: classes & 15, workBits: workBits,
            slot: Slot(slot), topic: topic, mailbox: mailbox, commitment: commitment, nonce: nonce)
    }
}

public enum MailboxKind {}
public enum CommitmentKind {}

public enum EnvelopeError: Error, Equatable {
    case truncated
    case version(UInt8)
    case ttlClass(UInt8)
    case size(UInt8)
    case wrongLength(claimed: Int, found: Int)
}

/// What travels: a header and a body of the size the header names.
public struct Envelope: Sendable, Equatable {
    public let header: EnvelopeHeader
    /// All of it, header first.
    public let bytes: [UInt8]

    public var body: ArraySlice<UInt8> { bytes.dropFirst(EnvelopeHeader.bytes) }

    /// - Precondition: `body` has the size the header names.
    public init(header: EnvelopeHeader, body: some Collection<UInt8>) {
        precondition(body.count == header.envelopeBytes - EnvelopeHeader.bytes, "body size")
        self.header = header
        bytes = header.encoded + body
    }

    /// - Throws: `EnvelopeError`; cost does not grow with the length.
    public init(decoding bytes: [UInt8]) throws(EnvelopeError) {
        header = try EnvelopeHeader(decoding: bytes.prefix(EnvelopeHeader.bytes))
        guard bytes.count == header.envelopeBytes else {
            throw .wrongLength(claimed: header.envelopeBytes, found: bytes.count)
        }
        self.bytes = bytes
    }
}

/// Shows the opening of an envelope's retract commitment. Source: protocol/07-retraction.md.
public struct Retraction: Sendable, Equatable {
    public static let bytes = 112

    public let header: EnvelopeHeader
    public let bodyHash: [UInt8]
    public let opening: [UInt8]

    /// - Precondition: `bodyHash` has 32 bytes, `opening` 16.
    public init(header: EnvelopeHeader, bodyHash: [UInt8], opening: [UInt8]) {
        precondition(bodyHash.count == 32 && opening.count == 16, "hash 32, opening 16 bytes")
        self.header = header
        self.bodyHash = bodyHash
        self.opening = opening
    }

    public var encoded: [UInt8] { header.encoded + bodyHash + opening }

    public init(decoding bytes: ArraySlice<UInt8>) throws(EnvelopeError) {
        var reader = ByteReader(bytes)
        guard let head = reader.take(EnvelopeHeader.bytes), let hash = reader.take(32),
            let opening = reader.take(16)
        else { throw .truncated }
        guard reader.isAtEnd else { throw .wrongLength(claimed: Self.bytes, found: bytes.count) }
        self.init(
            header: try EnvelopeHeader(decoding: head), bodyHash: [UInt8](hash),
            opening: [UInt8](opening))
    }
}
