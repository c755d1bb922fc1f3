public import Wire

/// What a person tells: the body of a request, and of an incident note. Every entry may be left
/// out. Code lists: protocol/schema/codes.md.
public struct Incident: Sendable, Equatable {
    public struct Kind: Sendable, Equatable {
        public var number: UInt64
        /// Code of the International Classification of Crime for Statistical Purposes.
        public var iccs: Text

        public init(number: UInt64, iccs: Text) {
            self.number = number
            self.iccs = iccs
        }
    }

    public var account: Text?
    public var language: Text?
    public var kinds: [Kind] = []
    public var bias: [UInt64] = []
    public var reported: UInt64?
    public var reasons: [UInt64] = []
    public var safety: UInt64?
    public var needs: [UInt64] = []
    public var contactRules: Text?
    public var when: Text?
    public var place: Text?
    public var inDanger: Bool?
    public var attachments: [Attachment] = []

    public init() {}

    public var cbor: CBOR {
        .fields(
            account?.cbor, language?.cbor,
            kinds.isEmpty
                ? nil : .array(kinds.map { .array([.unsigned($0.number), $0.iccs.cbor]) }),
            Self.list(bias), reported.map { .unsigned($0) }, Self.list(reasons),
            safety.map { .unsigned($0) }, Self.list(needs), contactRules?.cbor, when?.cbor,
            place?.cbor, inDanger.map { .bool($0) }, Attachment.cbor(of: attachments))
    }

    public init(_ value: CBOR) throws(ShapeError) {
        let fields = try Fields(value)
        account = try fields.optionalWords(1)
        language = try fields.optionalWords(2)
        for item in try fields.optionalArray(3) {
            guard let pair = item.tuple(2), let number = pair[0].asUnsigned,
                case .text(let iccs) = pair[1]
            else { throw .wrongType(key: 3) }
            kinds.append(Kind(number: number, iccs: Text(utf8: iccs)))
        }
        bias = try fields.unsignedList(4)
        reported = try fields.optionalUnsigned(5)
        reasons = try fields.unsignedList(6)
        safety = try fields.optionalUnsigned(7)
        needs = try fields.unsignedList(8)
        contactRules = try fields.optionalWords(9)
        when = try fields.optionalWords(10)
        place = try fields.optionalWords(11)
        inDanger = fields.value(12) == nil ? nil : try fields.bool(12)
        attachments = Attachment.list(fields.value(13))
    }

    private static func list(_ numbers: [UInt64]) -> CBOR? {
        numbers.isEmpty ? nil : .array(numbers.map { .unsigned($0) })
    }
}
