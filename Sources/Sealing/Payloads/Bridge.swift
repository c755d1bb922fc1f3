public import Model
public import Sodium
public import Wire

/// Kind 20: a consent, from a seeker to a bridge. Source: protocol/17-consents.md.
public struct Consent: Sendable, Equatable {
    /// ASCII.
    public var presentation: [UInt8]
    public var replyKey: Secret

    public init(presentation: [UInt8], replyKey: Secret) {
        self.presentation = presentation
        self.replyKey = replyKey
    }

    public var encoded: [UInt8] {
        CBOR.fields(.text(presentation), .bytes(replyKey.copied())).encoded
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        self.init(
            presentation: try fields.utf8(1), replyKey: Secret(try fields.bytes(2, count: 32)))
    }
}

/// Kind 21: withdraws whatever bears the commitment that it opens.
public struct Withdrawal: Sendable, Equatable {
    /// 16 bytes.
    public var opening: [UInt8]

    public init(opening: [UInt8]) { self.opening = opening }

    public var commitment: RevokeCommitment { ConsentKeys.commitment(opening: opening) }

    public var encoded: [UInt8] { CBOR.fields(.bytes(opening)).encoded }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        self.init(opening: try Fields(decoding: bytes).bytes(1, count: 16))
    }
}

/// Where a consent stands, as its seeker reads it. Numbers: protocol/schema/codes.md.
public enum ConsentState: UInt64, Sendable, CaseIterable {
    case waiting = 1
    case approved = 2
    case refused = 3
    case forwarded = 4
    case delayed = 5
    case open = 6
    case closed = 7
    case withdrawn = 8
    case withdrawnAfter = 9
    case ended = 10
    case replaced = 11
}

/// Kind 22: what a bridge tells the seeker about a consent.
public struct Answer: Sendable, Equatable {
    /// One report that left, and how it is found in the forward log.
    public struct Forward: Sendable, Equatable {
        public var authority: Text
        public var day: UInt32
        /// 32 bytes.
        public var salt: [UInt8]
        public var reference: Text?
        public var proof: LogProof?
        /// Nobody knows whether an earlier attempt arrived as well.
        public var isPerhapsTwice: Bool

        public init(
            authority: Text, day: UInt32, salt: [UInt8], reference: Text?, proof: LogProof?,
            isPerhapsTwice: Bool
        ) {
            self.authority = authority
            self.day = day
            self.salt = salt
            self.reference = reference
            self.proof = proof
            self.isPerhapsTwice = isPerhapsTwice
        }
    }

    public var consent: ConsentID
    public var counter: UInt64
    /// As on the wire; a reader shows numbers it does not know by their text.
    public var state: UInt64
    public var text: Text?
    public var reference: Text?
    public var forwards: [Forward]

    public init(
        consent: ConsentID, counter: UInt64, state: ConsentState, text: Text?, reference: Text?,
        forwards: [Forward]
    ) {
        self.consent = consent
        self.counter = counter
        self.state = state.rawValue
        self.text = text
        self.reference = reference
        self.forwards = forwards
    }

    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(consent.bytes), .unsigned(counter), .unsigned(state), text?.cbor,
            reference?.cbor, forwards.isEmpty ? nil : .array(forwards.map { $0.cbor })
        ).encoded
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        guard let consent = ConsentID(try fields.bytes(1, count: 16)) else {
            throw .outOfRange(key: 1)
        }
        self.consent = consent
        counter = try fields.unsigned(2)
        state = try fields.unsigned(3)
        text = try fields.optionalWords(4)
        reference = try fields.optionalWords(5)
        forwards = []
        for item in try fields.optionalArray(6) { forwards.append(try Forward(item)) }
        // None are told by leaving the entry out.
        guard !forwards.isEmpty || fields.value(6) == nil else { throw .outOfRange(key: 6) }
    }
}

extension Answer.Forward {
    public var cbor: CBOR {
        .fields(
            authority.cbor, .unsigned(UInt64(day)), .bytes(salt), reference?.cbor, proof?.cbor,
            isPerhapsTwice ? .bool(true) : nil)
    }

    public init(_ value: CBOR) throws(ShapeError) {
        let fields = try Fields(value)
        let isPerhapsTwice = fields.value(6)
        guard isPerhapsTwice == nil || isPerhapsTwice == .bool(true) else {
            throw .outOfRange(key: 6)
        }
        self.init(
            authority: try fields.words(1), day: try fields.integer(2),
            salt: try fields.bytes(3, count: 32), reference: try fields.optionalWords(4),
            proof: try fields.value(5).map { (value) throws(ShapeError) in try LogProof(value) },
            isPerhapsTwice: isPerhapsTwice != nil)
    }
}
