import Foundation

/// Requests and responses as bytes: binary property lists.
enum ControlCoding {
    static let mostResponseBytes = 16 << 20

    /// What every binary property list begins with.
    private static let mark = Data("bplist00".utf8)

    private struct NotBinary: Error {}

    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        return try encoder.encode(value)
    }

    /// Takes the binary form alone. Foundation would guess at the others, and its reader of XML
    /// ends the program on text that is not UTF-8.
    static func decode<Value: Decodable>(_: Value.Type, _ data: Data) throws -> Value {
        guard data.starts(with: mark) else { throw NotBinary() }
        return try PropertyListDecoder().decode(Value.self, from: data)
    }
}
