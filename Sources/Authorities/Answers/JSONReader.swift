/// Reads any JSON (RFC 8259) as an answer. Numbers become texts, members keep their order.
///
/// Own code and not Foundation's decoder: that one is asked of every value whether it is an object,
/// a list, a text and so on, and makes an error each time. A megabyte of small numbers took four
/// seconds, each time that the answer was looked at. Cost is linear here.
struct JSONReader {
    private struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that is all of `bytes`; nil for what is no JSON or nested too deeply.
    ///
    /// - Precondition: `bytes` are UTF-8.
    static func read(_ bytes: [UInt8]) -> Answer? {
        var reader = JSONReader(bytes)
        guard let answer = try? reader.value(depth: 1) else { return nil }
        reader.skipSpace()
        return reader.position == bytes.count ? answer : nil
    }

    private mutating func value(depth: Int) throws -> Answer {
        skipSpace()
        switch next {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"): return .object(try members(depth))
        case UInt8(ascii: "["): return .list(try items(depth))
        case UInt8(ascii: "t"): return try word("true", .text("true"))
        case UInt8(ascii: "f"): return try word("false", .text("false"))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    // MARK: Lists and objects

    private mutating func items(_ depth: Int) throws -> [Answer] {
        var items: [Answer] = []
        try list(depth, end: UInt8(ascii: "]")) { reader throws in
            items.append(try reader.value(depth: depth + 1))
        }
        return items
    }

    private mutating func members(_ depth: Int) throws -> [Answer.Member] {
        var members: [Answer.Member] = []
        try list(depth, end: UInt8(ascii: "}")) { reader throws in
            reader.skipSpace()
            let name = try reader.string()
            reader.skipSpace()
            try reader.take(UInt8(ascii: ":"))
            members.append(Answer.Member(name: name, value: try reader.value(depth: depth + 1)))
        }
        return members
    }

    /// What stands between brackets, with commas between.
    private mutating func list(
        _ depth: Int, end: UInt8, _ item: (inout JSONReader) throws -> Void
    ) throws {
        guard depth <= Answer.depth else { throw Malformed() }
        position += 1
        skipSpace()
        if next == end {
            position += 1
            return
        }
        while true {
            try item(&self)
            skipSpace()
            if next == end { break }
            try take(UInt8(ascii: ","))
        }
        position += 1
    }

    // MARK: Numbers

    /// A whole number as its digits, another as it is written shortest.
    private mutating func number() throws -> Answer {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let whole = try digits()
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { throw Malformed() }
        if next == UInt8(ascii: ".") {
            position += 1
            _ = try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let whole = Int64(text) { return .text(String(whole)) }
        // A larger whole number would be rounded: as an id it would name something else.
        guard let number = Double(text), number.magnitude < 0x1p53 else { return .null }
        return .text(Int64(exactly: number).map { String($0) } ?? String(number))
    }

    private mutating func digits() throws -> ArraySlice<UInt8> {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw Malformed() }
        return bytes[start..<position]
    }

    // MARK: Texts

    private mutating func string() throws -> String {
        try take(UInt8(ascii: "\""))
        var out: [UInt8] = []
        while true {
            guard let byte = next else { throw Malformed() }
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw Malformed()
            default: out.append(byte)
            }
        }
    }

    private mutating func escape(into out: inout [UInt8]) throws {
        guard let byte = next else { throw Malformed() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try fourDigits()
            if (0xD800...0xDBFF).contains(scalar) {
                try take(UInt8(ascii: "\\"))
                try take(UInt8(ascii: "u"))
                let low = try fourDigits()
                guard (0xDC00...0xDFFF).contains(low) else { throw Malformed() }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let valid = Unicode.Scalar(scalar) else { throw Malformed() }
            out += UTF8.encode(valid).map { Array($0) } ?? []
        default: throw Malformed()
        }
    }

    private mutating func fourDigits() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw Malformed() }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) throws {
        guard next == byte else { throw Malformed() }
        position += 1
    }

    private mutating func word(_ text: StaticString, _ answer: Answer) throws -> Answer {
        let word = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for byte in word { try take(byte) }
        return answer
    }
}
