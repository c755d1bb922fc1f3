public import Model
public import Sodium
public import Wire

/// Kind 01: what opens a case. Source: protocol/12-cases.md.
public struct Request: Sendable, Equatable {
    public var threadKey: [UInt8]
    public var persona: [UInt8]
    public var grantTag: Secret
    public var shard: UInt8
    public var body: Incident

    public init(_ keys: CaseKeys, body: Incident) {
        threadKey = keys.thread.publicKey
        persona = keys.persona.publicKey
        grantTag = keys.grantTag
        shard = keys.shard
        self.body = body
    }

    public var caseID: CaseID { CaseKeys.caseID(persona: persona) }

    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(threadKey), .bytes(persona), .bytes(grantTag.copied()),
            .unsigned(UInt64(shard)), body.cbor
        ).encoded
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        threadKey = try fields.bytes(1, count: 32)
        persona = try fields.bytes(2, count: 32)
        grantTag = Secret(try fields.bytes(3, count: 32))
        shard = try fields.integer(4)
        guard shard < 64 else { throw .outOfRange(key: 4) }
        body = try Incident(fields.required(5))
    }
}

/// Kind 02: what a seeker keeps of their own message.
public struct SelfCopy: Sendable, Equatable {
    public var kind: ContentKind
    public var payload: [UInt8]
    public var messageID: MessageID
    /// Of the first copy, in one that was sealed anew.
    public var firstSlot: Slot?

    public init(
        kind: ContentKind, payload: [UInt8], messageID: MessageID, firstSlot: Slot? = nil
    ) {
        self.kind = kind
        self.payload = payload
        self.messageID = messageID
        self.firstSlot = firstSlot
    }

    public var encoded: [UInt8] {
        CBOR.fields(
            .unsigned(UInt64(kind.rawValue)), .bytes(payload), .bytes(messageID.bytes),
            firstSlot.map { .unsigned(UInt64($0.number)) }
        ).encoded
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        guard let kind = ContentKind(rawValue: try fields.integer(1)) else {
            throw .outOfRange(key: 1)
        }
        guard let id = MessageID(try fields.bytes(3, count: 16)) else { throw .outOfRange(key: 3) }
        self.init(
            kind: kind, payload: try fields.bytes(2), messageID: id,
            firstSlot: fields.value(4) == nil ? nil : Slot(try fields.integer(4)))
    }
}

/// Kind 04: what either side says.
public struct Words: Sendable, Equatable {
    public var text: Text
    public var language: Text?
    public var attachments: [Attachment]

    public init(text: Text, language: Text? = nil, attachments: [Attachment] = []) {
        self.text = text
        self.language = language
        self.attachments = attachments
    }

    public var cbor: CBOR {
        .fields(text.cbor, language?.cbor, Attachment.cbor(of: attachments))
    }

    public init(_ value: CBOR) throws(ShapeError) {
        let fields = try Fields(value)
        self.init(
            text: try fields.words(1), language: try fields.optionalWords(2),
            attachments: Attachment.list(fields.value(3)))
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let value: CBOR
        do { value = try CBOR(decoding: bytes) } catch { throw .notCBOR(error) }
        try self.init(value)
    }
}

/// Kind 05: what the seeker does, signed by their persona.
public struct Act: Sendable, Equatable {
    public enum Deed: UInt64, Sendable {
        case erase = 1
        case withdraw = 2
        case handOver = 3
        case contactRules = 4
        case reopen = 5
    }

    public var caseID: CaseID
    public var deed: Deed
    public var value: CBOR?
    public var counter: UInt64

    public init(caseID: CaseID, deed: Deed, value: CBOR? = nil, counter: UInt64) {
        self.caseID = caseID
        self.deed = deed
        self.value = value
        self.counter = counter
    }

    public var cbor: CBOR {
        .fields(.bytes(caseID.bytes), .unsigned(deed.rawValue), value, .unsigned(counter))
    }

    public init(_ fields: Fields) throws(ShapeError) {
        guard let deed = Deed(rawValue: try fields.unsigned(2)) else { throw .outOfRange(key: 2) }
        self.init(
            caseID: try fields.identifier32(1), deed: deed, value: fields.value(3),
            counter: try fields.unsigned(4))
    }
}
