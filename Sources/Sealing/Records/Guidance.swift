import Model
public import Wire

/// Content of a record of type 2: what a community tells people in one language.
/// Source: protocol/24-guidance.md.
public struct Guidance: Sendable, Equatable {
    /// BCP 47, in lower case.
    public var language: Text
    /// As received: relays pass it on, whoever shows it checks it. Nil where the community takes
    /// its guidance in this language back.
    public var pack: CBOR?

    public init(language: Text, pack: CBOR?) {
        self.language = language
        self.pack = pack
    }

    public var cbor: CBOR { .fields(language.cbor, pack) }

    init(_ content: CBOR) throws(ShapeError) {
        let fields = try Fields(content)
        self.init(language: try fields.words(1), pack: fields.value(2))
        guard language.isLanguageTag else { throw .outOfRange(key: 1) }
        if let pack, case .map = pack { return }
        if pack != nil { throw .wrongType(key: 2) }
    }
}

extension Text {
    /// Whether this is a language tag in its one spelling: parts of 1 to 8 lower-case letters and
    /// digits joined by hyphens, the first of two or three letters.
    public var isLanguageTag: Bool {
        guard utf8.count <= Limits.languageBytes else { return false }
        var isFirst = true
        for part in utf8.split(separator: 0x2D, omittingEmptySubsequences: false) {
            guard (isFirst ? 2...3 : 1...8).contains(part.count) else { return false }
            for byte in part {
                let isDigit = (0x30...0x39).contains(byte)
                guard (0x61...0x7A).contains(byte) || isDigit && !isFirst else { return false }
            }
            isFirst = false
        }
        return true
    }
}

extension Record {
    /// A community's guidance in one language, if this operations key alone signed it and it is
    /// not valid for too long.
    public func guidance(of operations: [UInt8]) throws(RecordError) -> Guidance {
        guard notAfter.seconds - notBefore.seconds <= Limits.guidanceSeconds else {
            throw .validForTooLong
        }
        try checkOnlySigner(operations)
        return try shaped { () throws(ShapeError) in try Guidance(content) }
    }
}
