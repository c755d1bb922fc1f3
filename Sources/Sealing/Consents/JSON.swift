import Model
public import Wire

/// A value of JSON (RFC 8259) as presentations use it: whole numbers, no name twice, bounded depth.
/// Hand-written because it must compile for the browser and refuse what a lenient reader takes.
/// Source: protocol/17-consents.md.
public indirect enum JSON: Sendable, Equatable {
    case text(Text)
    /// 0 … 2⁵³ − 1.
    case number(UInt64)
    case bool(Bool)
    case null
    case array([JSON])
    /// Members as they stood; a writer sorts them.
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var name: Text
        public var value: JSON

        public init(_ name: Text, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    static let depth = 8
    static let largest: UInt64 = (1 << 53) - 1
}

public enum JSONError: Error, Equatable {
    case truncated
    /// A byte that has no place where it stands, counted from 0.
    case unexpected(at: Int)
    case notUTF8
    case tooDeep(limit: Int)
    case repeatedName
    /// A fraction, an exponent, a sign, or more than 2⁵³ − 1.
    case notWhole
}

// MARK: - Writing

extension JSON {
    /// No white space, names sorted by their bytes.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        write(into: &out)
        return out
    }

    private func write(into out: inout [UInt8]) {
        switch self {
        case .text(let text): Self.write(text.utf8, &out)
        case .number(let number): Self.write(number, &out)
        case .bool(let value): Self.append(value ? "true" : "false", &out)
        case .null: Self.append("null", &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let sorted = members.inOrder { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.write(member.name.utf8, &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: StaticString, _ out: inout [UInt8]) {
        out += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private static func write(_ number: UInt64, _ out: inout [UInt8]) {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        out += digits.reversed()
    }

    private static func write(_ utf8: [UInt8], _ out: inout [UInt8]) {
        let hex = ("0123456789abcdef" as Text).utf8
        out.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                append("\\u00", &out)
                out += [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

// MARK: - Reading

extension JSON {
    /// Reads one value from all of `bytes`. Cost is linear in them.
    ///
    /// - Throws: `JSONError`.
    public init(decoding bytes: [UInt8]) throws(JSONError) {
        guard Text.isUTF8(bytes) else { throw .notUTF8 }
        var reader = JSONReader(bytes)
        self = try reader.value(depth: 1)
        reader.skipSpace()
        guard reader.isAtEnd else { throw .unexpected(at: reader.position) }
    }

    /// The member of this name, if this is an object that has it.
    public func member(_ name: StaticString) -> JSON? {
        guard case .object(let members) = self else { return nil }
        let wanted = Text(stringLiteral: name)
        for member in members where member.name == wanted { return member.value }
        return nil
    }

    func hasMember(_ name: Text) -> Bool {
        guard case .object(let members) = self else { return false }
        for member in members where member.name == name { return true }
        return false
    }

    public var asText: Text? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    public var asNumber: UInt64? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    public var asArray: [JSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    /// The bytes of a base64url text; of `count` where one is given.
    public func asBytes(_ count: Int? = nil) -> [UInt8]? {
        guard let text = asText, let bytes = Base64URL.decode(text.utf8),
            count == nil || bytes.count == count
        else { return nil }
        return bytes
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) throws(JSONError) {
        guard let found = next else { throw .truncated }
        guard found == byte else { throw .unexpected(at: position) }
        position += 1
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth <= JSON.depth else { throw .tooDeep(limit: JSON.depth) }
        skipSpace()
        guard let first = next else { throw .truncated }
        switch first {
        case UInt8(ascii: "\""): return .text(Text(utf8: try string()))
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "-"): throw .notWhole
        default: throw .unexpected(at: position)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for byte in expected { try take(byte) }
        return value
    }

    private mutating func number() throws(JSONError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            // Seventeen digits at the most, so that nothing overflows before the check.
            guard position - start < 17 else { throw .notWhole }
            value = value * 10 + UInt64(byte - 0x30)
            position += 1
        }
        if let byte = next, byte == 0x2E || byte == 0x65 || byte == 0x45 { throw .notWhole }
        guard value <= JSON.largest else { throw .notWhole }
        guard bytes[start] != 0x30 || position - start == 1 else { throw .unexpected(at: start) }
        return value
    }

    private mutating func array(_ depth: Int) throws(JSONError) -> JSON {
        position += 1
        var items: [JSON] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: "]") { break }
            try take(UInt8(ascii: ","))
        }
        position += 1
        return .array(items)
    }

    private mutating func object(_ depth: Int) throws(JSONError) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        var names: [[UInt8]] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else {
                throw isAtEnd ? .truncated : .unexpected(at: position)
            }
            let name = try string()
            skipSpace()
            try take(UInt8(ascii: ":"))
            members.append(JSON.Member(Text(utf8: name), try value(depth: depth + 1)))
            names.append(name)
            skipSpace()
            if next == UInt8(ascii: "}") { break }
            try take(UInt8(ascii: ","))
        }
        position += 1
        // Sorted, since a hostile object may have very many.
        names = names.inOrder { $0.lexicographicallyPrecedes($1) }
        for (one, other) in zip(names, names.dropFirst()) where one == other {
            throw .repeatedName
        }
        return .object(members)
    }

    private mutating func string() throws(JSONError) -> [UInt8] {
        position += 1
        var out: [UInt8] = []
        while true {
            guard let byte = next else { throw .truncated }
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return out
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw .unexpected(at: position - 1)
            default: out.append(byte)
            }
        }
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw .truncated }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): try unicode(into: &out)
        default: throw .unexpected(at: position - 1)
        }
    }

    /// `\u` and four digits, two of them for what lies beyond U+FFFF.
    private mutating func unicode(into out: inout [UInt8]) throws(JSONError) {
        let start = position
        var scalar = try fourDigits()
        if (0xD800...0xDBFF).contains(scalar) {
            try take(UInt8(ascii: "\\"))
            try take(UInt8(ascii: "u"))
            let low = try fourDigits()
            guard (0xDC00...0xDFFF).contains(low) else { throw .unexpected(at: start) }
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let valid = Unicode.Scalar(scalar) else { throw .unexpected(at: start) }
        out += UTF8.encode(valid).map { [UInt8]($0) } ?? []
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw .truncated }
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: throw .unexpected(at: position)
            }
            position += 1
        }
        return value
    }
}
