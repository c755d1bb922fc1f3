/// Why a text is no XML that this reader takes.
enum XMLError: Error, Equatable {
    case truncated
    /// Counted in bytes from 0.
    case unexpected(at: Int)
    /// A document type, with which a document could name files and grow without bound.
    case documentType
    case tooDeep(limit: Int)
    case mixed
    case otherEncoding
}

/// Reads the XML that GeoReport uses: elements, texts, the five named entities, numbered ones and
/// CDATA. Attributes, comments and instructions are skipped; a document type is refused.
///
/// Own code and not FoundationXML, since that brings libxml2, whose faults in reading strangers'
/// bytes are many, into the static program for seven element names. Cost is linear in the text.
struct XMLReader {
    /// Longest declaration. Guess.
    private static let declarationBytes = 256

    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) { bytes = [UInt8](text.utf8) }

    /// The root element of a document, under its name.
    ///
    /// An element holds elements or text; white space around a text is dropped. Prefixes of names
    /// are dropped too.
    ///
    /// - Throws: `XMLError`.
    static func read(_ text: String) throws(XMLError) -> Answer.Member {
        var reader = XMLReader(text)
        try reader.declaration()
        try reader.skipMisc()
        let root = try reader.element(depth: 1)
        try reader.skipMisc()
        guard reader.position == reader.bytes.count else {
            throw .unexpected(at: reader.position)
        }
        return root
    }

    // MARK: Parts of a document

    /// `<?xml … ?>`: only its encoding matters, and must be what the bytes were read as.
    private mutating func declaration() throws(XMLError) {
        skipSpace()
        guard starts("<?xml") else { return }
        let content = try upTo("?>")
        // Little and ASCII: what follows looks at characters, and costs more than their number.
        guard content.count <= Self.declarationBytes, content.allSatisfy({ $0 < 0x80 }) else {
            throw .unexpected(at: content.startIndex)
        }
        let words = String(decoding: content, as: UTF8.self).lowercased()
        guard let encoding = words.split(separator: "encoding", maxSplits: 1).dropFirst().first
        else { return }
        let name = encoding.drop { " =\"'\t\r\n".contains($0) }.prefix { !"\"'".contains($0) }
        guard ["utf-8", "utf8", "us-ascii"].contains(String(name)) else { throw .otherEncoding }
    }

    /// White space, comments and instructions.
    private mutating func skipMisc() throws(XMLError) {
        while true {
            skipSpace()
            if starts("<!--") {
                _ = try upTo("-->")
            } else if starts("<?") {
                _ = try upTo("?>")
            } else if starts("<!DOCTYPE") || starts("<!doctype") {
                throw .documentType
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) throws(XMLError) -> Answer.Member {
        guard depth <= Answer.depth else { throw .tooDeep(limit: Answer.depth) }
        try take(UInt8(ascii: "<"))
        let full = try name()
        let isEmpty = try attributes()
        let local = full.split(separator: UInt8(ascii: ":")).last.map(Array.init) ?? full
        let name = String(decoding: local, as: UTF8.self)
        if isEmpty { return Answer.Member(name: name, value: .text("")) }
        let value = try content(depth)
        guard try self.name() == full else { throw .unexpected(at: position) }
        skipSpace()
        try take(UInt8(ascii: ">"))
        return Answer.Member(name: name, value: value)
    }

    /// What stands inside an element, up to and with the `</` that ends it.
    private mutating func content(_ depth: Int) throws(XMLError) -> Answer {
        var children: [Answer.Member] = []
        var text: [UInt8] = []
        while true {
            guard let byte = next else { throw .truncated }
            if byte == UInt8(ascii: "&") {
                try entity(into: &text)
            } else if byte != UInt8(ascii: "<") {
                text.append(byte)
                position += 1
            } else if starts("</") {
                position += 2
                break
            } else if starts("<![CDATA[") {
                text += try upTo("]]>").dropFirst(9)
            } else if starts("<!--") {
                _ = try upTo("-->")
            } else if starts("<?") {
                _ = try upTo("?>")
            } else {
                children.append(try element(depth: depth + 1))
            }
        }
        let words = text.trimmed
        guard !children.isEmpty else { return .text(String(decoding: words, as: UTF8.self)) }
        guard words.isEmpty else { throw .mixed }
        return .object(children)
    }

    /// Skips attributes and the end of a tag; true if the element ends with it.
    private mutating func attributes() throws(XMLError) -> Bool {
        while true {
            let before = position
            skipSpace()
            guard let byte = next else { throw .truncated }
            switch byte {
            case UInt8(ascii: ">"):
                position += 1
                return false
            case UInt8(ascii: "/"):
                position += 1
                try take(UInt8(ascii: ">"))
                return true
            default:
                guard position > before else { throw .unexpected(at: position) }
                try attribute()
            }
        }
    }

    private mutating func attribute() throws(XMLError) {
        _ = try name()
        skipSpace()
        try take(UInt8(ascii: "="))
        skipSpace()
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw .unexpected(at: position)
        }
        position += 1
        while let byte = next, byte != quote {
            guard byte != UInt8(ascii: "<") else { throw .unexpected(at: position) }
            position += 1
        }
        try take(quote)
    }

    private mutating func entity(into text: inout [UInt8]) throws(XMLError) {
        let start = position
        var name: [UInt8] = []
        position += 1
        while let byte = next, byte != UInt8(ascii: ";") {
            guard name.count < 10 else { throw .unexpected(at: start) }
            name.append(byte)
            position += 1
        }
        try take(UInt8(ascii: ";"))
        switch String(decoding: name, as: UTF8.self) {
        case "lt": text.append(UInt8(ascii: "<"))
        case "gt": text.append(UInt8(ascii: ">"))
        case "amp": text.append(UInt8(ascii: "&"))
        case "quot": text.append(UInt8(ascii: "\""))
        case "apos": text.append(UInt8(ascii: "'"))
        case let number where number.hasPrefix("#"):
            let isHex = number.hasPrefix("#x")
            guard
                let code = UInt32(number.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10),
                let scalar = Unicode.Scalar(code), code != 0
            else { throw .unexpected(at: start) }
            text += Array(String(Character(scalar)).utf8)
        default: throw .unexpected(at: start)
        }
    }

    private mutating func name() throws(XMLError) -> [UInt8] {
        let start = position
        while let byte = next {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5F, 0x80...:
                position += 1
                continue
            default: break
            }
            break
        }
        guard position > start else { throw .unexpected(at: start) }
        return Array(bytes[start..<position])
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte.isSpace { position += 1 }
    }

    private mutating func take(_ byte: UInt8) throws(XMLError) {
        guard let found = next else { throw .truncated }
        guard found == byte else { throw .unexpected(at: position) }
        position += 1
    }

    private func starts(_ word: StaticString) -> Bool {
        let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        return bytes[position...].starts(with: word)
    }

    /// All before `end`; goes on after it.
    private mutating func upTo(_ end: StaticString) throws(XMLError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            if starts(end) {
                defer { position += end.utf8CodeUnitCount }
                return bytes[start..<position]
            }
            position += 1
        }
        throw .truncated
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}

extension [UInt8] {
    fileprivate var trimmed: ArraySlice<UInt8> {
        let start = drop { $0.isSpace }
        return start.dropLast(start.reversed().prefix { $0.isSpace }.count)
    }
}
