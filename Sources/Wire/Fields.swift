public import Model

/// What is wrong with the shape of a decoded value; keys as in schema/kith.cddl.
public enum ShapeError: Error, Equatable {
    case notCBOR(CBORError)
    case notAMap
    case notAList
    case missing(key: UInt64)
    case wrongType(key: UInt64)
    case outOfRange(key: UInt64)
}

/// The entries of a map, read by key with their types checked; unknown keys are ignored.
public struct Fields: Sendable {
    private let entries: [CBOR.Entry]

    public init(_ value: CBOR) throws(ShapeError) {
        guard case .map(let entries) = value else { throw .notAMap }
        self.entries = entries
    }

    public init(decoding bytes: [UInt8]) throws(ShapeError) {
        let value: CBOR
        do { value = try CBOR(decoding: bytes) } catch { throw .notCBOR(error) }
        try self.init(value)
    }

    public func value(_ key: UInt64) -> CBOR? {
        for entry in entries where entry.key == key { return entry.value }
        return nil
    }

    public func required(_ key: UInt64) throws(ShapeError) -> CBOR {
        guard let value = value(key) else { throw .missing(key: key) }
        return value
    }

    public func unsigned(_ key: UInt64) throws(ShapeError) -> UInt64 {
        guard case .unsigned(let number) = try required(key) else { throw .wrongType(key: key) }
        return number
    }

    /// An unsigned integer that fits `Value`.
    public func integer<Value: FixedWidthInteger>(
        _ key: UInt64, as _: Value.Type = Value.self
    ) throws(ShapeError) -> Value {
        guard let value = Value(exactly: try unsigned(key)) else { throw .outOfRange(key: key) }
        return value
    }

    public func optionalUnsigned(_ key: UInt64) throws(ShapeError) -> UInt64? {
        value(key) == nil ? nil : try unsigned(key)
    }

    /// A byte string; of `count` bytes where one is given.
    public func bytes(_ key: UInt64, count: Int? = nil) throws(ShapeError) -> [UInt8] {
        guard case .bytes(let bytes) = try required(key) else { throw .wrongType(key: key) }
        if let count, bytes.count != count { throw .outOfRange(key: key) }
        return bytes
    }

    public func optionalBytes(_ key: UInt64, count: Int? = nil) throws(ShapeError) -> [UInt8]? {
        value(key) == nil ? nil : try bytes(key, count: count)
    }

    public func identifier32<Kind>(
        _ key: UInt64
    ) throws(ShapeError) -> Identifier32<Kind> {
        guard let id = Identifier32<Kind>(try bytes(key, count: 32)) else {
            throw .outOfRange(key: key)
        }
        return id
    }

    /// UTF-8 bytes of a text string.
    public func utf8(_ key: UInt64) throws(ShapeError) -> [UInt8] {
        guard case .text(let utf8) = try required(key) else { throw .wrongType(key: key) }
        return utf8
    }

    public func text(_ key: UInt64) throws(ShapeError) -> String {
        String(decoding: try utf8(key), as: UTF8.self)
    }

    public func optionalText(_ key: UInt64) throws(ShapeError) -> String? {
        value(key) == nil ? nil : try text(key)
    }

    public func bool(_ key: UInt64) throws(ShapeError) -> Bool {
        guard case .bool(let value) = try required(key) else { throw .wrongType(key: key) }
        return value
    }

    public func array(_ key: UInt64) throws(ShapeError) -> [CBOR] {
        guard case .array(let items) = try required(key) else { throw .wrongType(key: key) }
        return items
    }

    /// The list under `key`, or an empty one where the entry is absent.
    public func optionalArray(_ key: UInt64) throws(ShapeError) -> [CBOR] {
        value(key) == nil ? [] : try array(key)
    }

    /// A list of byte strings of `count` bytes each.
    public func byteStrings(_ key: UInt64, count: Int) throws(ShapeError) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for item in try optionalArray(key) {
            guard case .bytes(let bytes) = item, bytes.count == count else {
                throw .wrongType(key: key)
            }
            out.append(bytes)
        }
        return out
    }

    /// A list of unsigned integers; empty where the entry is absent.
    public func unsignedList(_ key: UInt64) throws(ShapeError) -> [UInt64] {
        var out: [UInt64] = []
        for item in try optionalArray(key) {
            guard case .unsigned(let number) = item else { throw .wrongType(key: key) }
            out.append(number)
        }
        return out
    }
}

extension CBOR {
    /// The items, if this is an array of `count` of them.
    public func tuple(_ count: Int) -> [CBOR]? {
        guard case .array(let items) = self, items.count == count else { return nil }
        return items
    }

    public var asUnsigned: UInt64? {
        guard case .unsigned(let value) = self else { return nil }
        return value
    }

    /// The bytes, of `count` where one is given.
    public func asBytes(_ count: Int? = nil) -> [UInt8]? {
        guard case .bytes(let value) = self, count == nil || value.count == count else {
            return nil
        }
        return value
    }

    public var asText: String? {
        guard case .text(let utf8) = self else { return nil }
        return String(decoding: utf8, as: UTF8.self)
    }

    public var asBool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }
}
