import Sealing
import Wire

/// Writes JSON piece by piece, names in the order in which they are given.
struct JSONText {
    private(set) var utf8: [UInt8] = []

    /// An object as the whole text.
    static func object(_ body: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText()
        text.object(nil, body)
        return text.utf8
    }

    mutating func object(_ name: StaticString? = nil, _ body: (inout JSONText) -> Void) {
        begin(name)
        utf8.append(UInt8(ascii: "{"))
        body(&self)
        utf8.append(UInt8(ascii: "}"))
    }

    mutating func array(_ name: StaticString? = nil, _ body: (inout JSONText) -> Void) {
        begin(name)
        utf8.append(UInt8(ascii: "["))
        body(&self)
        utf8.append(UInt8(ascii: "]"))
    }

    /// Leaves the member out when there is no text.
    mutating func text(_ name: StaticString? = nil, _ text: Text?) {
        guard let text else { return }
        value(name, .text(text))
    }

    mutating func number(_ name: StaticString? = nil, _ number: UInt64) {
        value(name, .number(number))
    }

    mutating func flag(_ name: StaticString, _ flag: Bool) { value(name, .bool(flag)) }

    mutating func null(_ name: StaticString) { value(name, .null) }

    /// In base64url.
    mutating func bytes(_ name: StaticString? = nil, _ bytes: [UInt8]) {
        text(name, Text(utf8: Base64URL.encode(bytes)))
    }

    mutating func texts(_ name: StaticString, _ texts: [Text]) {
        array(name) { list in
            for text in texts { list.text(nil, text) }
        }
    }

    /// The name of the member whose value is written next.
    mutating func member(_ name: Text) {
        separate()
        utf8 += JSON.text(name).encoded
        utf8.append(UInt8(ascii: ":"))
    }

    mutating func value(_ value: JSON) {
        separate()
        utf8 += value.encoded
    }

    private mutating func value(_ name: StaticString?, _ value: JSON) {
        begin(name)
        utf8 += value.encoded
    }

    private mutating func begin(_ name: StaticString?) {
        if let name { member(Text(stringLiteral: name)) } else { separate() }
    }

    /// The comma after what stands before.
    private mutating func separate() {
        switch utf8.last {
        case nil, UInt8(ascii: "{")?, UInt8(ascii: "[")?, UInt8(ascii: ":")?: break
        default: utf8.append(UInt8(ascii: ","))
        }
    }
}

/// A request of the page: an object whose members are looked up with their types.
struct Asked {
    private let json: JSON

    init(_ bytes: [UInt8]) throws(VisitError) {
        guard let json = try? JSON(decoding: bytes) else { throw .malformed }
        try self.init(json)
    }

    init(_ json: JSON) throws(VisitError) {
        guard case .object = json else { throw .malformed }
        self.json = json
    }

    /// Nil for a member that is absent, null, or an empty text.
    func optionalText(_ name: StaticString) throws(VisitError) -> Text? {
        switch json.member(name) {
        case nil, .null?: return nil
        case .text(let text)?: return text.utf8.isEmpty ? nil : text
        default: throw .malformed
        }
    }

    func text(_ name: StaticString) throws(VisitError) -> Text {
        guard let text = try optionalText(name) else { throw .malformed }
        return text
    }

    func optionalNumber(_ name: StaticString) throws(VisitError) -> UInt64? {
        switch json.member(name) {
        case nil, .null?: return nil
        case .number(let number)?: return number
        default: throw .malformed
        }
    }

    func number(_ name: StaticString) throws(VisitError) -> UInt64 {
        guard let number = try optionalNumber(name) else { throw .malformed }
        return number
    }

    /// Nil for one that is absent or null.
    func optionalFlag(_ name: StaticString) throws(VisitError) -> Bool? {
        switch json.member(name) {
        case nil, .null?: return nil
        case .bool(let flag)?: return flag
        default: throw .malformed
        }
    }

    /// Texts of a list; none for one that is absent.
    func texts(_ name: StaticString) throws(VisitError) -> [Text] {
        var texts: [Text] = []
        for item in try items(name) {
            guard let text = item.asText else { throw .malformed }
            texts.append(text)
        }
        return texts
    }

    private func items(_ name: StaticString) throws(VisitError) -> [JSON] {
        switch json.member(name) {
        case nil, .null?: return []
        case .array(let items)?: return items
        default: throw .malformed
        }
    }

    /// Numbers of a list; none for one that is absent.
    func numbers(_ name: StaticString) throws(VisitError) -> [UInt64] {
        var numbers: [UInt64] = []
        for item in try items(name) {
            guard let number = item.asNumber else { throw .malformed }
            numbers.append(number)
        }
        return numbers
    }

    func objects(_ name: StaticString) throws(VisitError) -> [Asked] {
        var objects: [Asked] = []
        for item in try items(name) { objects.append(try Asked(item)) }
        return objects
    }

    /// Bytes in base64url; of `count` where one is given.
    func bytes(_ name: StaticString, count: Int? = nil) throws(VisitError) -> [UInt8] {
        guard let bytes = json.member(name)?.asBytes(count) else { throw .malformed }
        return bytes
    }

    /// A list of bytes in base64url.
    func byteStrings(_ name: StaticString) throws(VisitError) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for text in try texts(name) {
            guard let bytes = Base64URL.decode(text.utf8) else { throw .malformed }
            out.append(bytes)
        }
        return out
    }

    /// Nil for one that is absent or null.
    func optionalObject(_ name: StaticString) throws(VisitError) -> Asked? {
        switch json.member(name) {
        case nil, .null?: return nil
        case let value?: return try Asked(value)
        }
    }
}
