import Model

/// A value of deterministic CBOR (RFC 8949 §4.2.1) as Kith uses it: unsigned integer keys, no
/// floats, no tags. Hand-written because it must compile for the browser and refuse every
/// encoding but one. Source: protocol/01-conventions.md.
public indirect enum CBOR: Sendable, Equatable {
    case unsigned(UInt64)
    /// The value −1 − n.
    case negative(UInt64)
    case bytes([UInt8])
    /// UTF-8, checked.
    case text([UInt8])
    case array([CBOR])
    /// Keys ascending, each once.
    case map([Entry])
    case bool(Bool)
    case null

    public struct Entry: Sendable, Equatable {
        public var key: UInt64
        public var value: CBOR

        public init(key: UInt64, value: CBOR) {
            self.key = key
            self.value = value
        }
    }

    public static func string(_ text: String) -> CBOR { .text([UInt8](text.utf8)) }

    /// A map of the entries that apply, keys counting from 1.
    public static func fields(_ values: CBOR?...) -> CBOR {
        var entries: [Entry] = []
        for (index, value) in values.enumerated() {
            if let value { entries.append(Entry(key: UInt64(index) + 1, value: value)) }
        }
        return .map(entries)
    }
}

public enum CBORError: Error, Equatable {
    case truncated
    case trailingBytes(count: Int)
    /// A longer form than needed, an indefinite length, or keys out of order.
    case notDeterministic
    /// A float, a tag, or an unknown simple value.
    case unsupported(initialByte: UInt8)
    case keyNotUnsigned
    case tooDeep(limit: Int)
    case notUTF8
}

// MARK: - Encoding

extension CBOR {
    /// The only encoding of the value.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        encode(into: &out)
        return out
    }

    func encode(into out: inout [UInt8]) {
        switch self {
        case .unsigned(let value): Self.head(0, value, &out)
        case .negative(let value): Self.head(1, value, &out)
        case .bytes(let bytes):
            Self.head(2, UInt64(bytes.count), &out)
            out += bytes
        case .text(let utf8):
            Self.head(3, UInt64(utf8.count), &out)
            out += utf8
        case .array(let items):
            Self.head(4, UInt64(items.count), &out)
            for item in items { item.encode(into: &out) }
        case .map(let entries):
            Self.head(5, UInt64(entries.count), &out)
            for entry in entries.inOrder({ $0.key < $1.key }) {
                Self.head(0, entry.key, &out)
                entry.value.encode(into: &out)
            }
        case .bool(let value): out.append(value ? 0xF5 : 0xF4)
        case .null: out.append(0xF6)
        }
    }

    private static func head(_ major: UInt8, _ value: UInt64, _ out: inout [UInt8]) {
        let type = major << 5
        if value < 24 {
            out.append(type | UInt8(value))
        } else if value <= 0xFF {
            out.append(type | 24)
            out.append(UInt8(value))
        } else if value <= 0xFFFF {
            out.append(type | 25)
            out.append(bigEndian: UInt16(value))
        } else if value <= 0xFFFF_FFFF {
            out.append(type | 26)
            out.append(bigEndian: UInt32(value))
        } else {
            out.append(type | 27)
            out.append(bigEndian: value)
        }
    }
}

// MARK: - Decoding

extension CBOR {
    /// Reads exactly one value from all of `bytes`.
    ///
    /// Cost is linear in the bytes: lengths are believed only as far as bytes follow.
    /// - Throws: `CBORError` for anything but the one deterministic encoding.
    public init(decoding bytes: [UInt8]) throws(CBORError) {
        var reader = ByteReader(bytes)
        self = try Self.value(&reader, depth: 1)
        if !reader.isAtEnd { throw .trailingBytes(count: reader.rest.count) }
    }

    private static func value(_ reader: inout ByteReader, depth: Int) throws(CBORError) -> CBOR {
        guard depth <= Limits.cborDepth else { throw .tooDeep(limit: Limits.cborDepth) }
        guard let initial: UInt8 = reader.integer() else { throw .truncated }
        let major = initial >> 5
        if major == 7 {
            switch initial {
            case 0xF4: return .bool(false)
            case 0xF5: return .bool(true)
            case 0xF6: return .null
            default: throw .unsupported(initialByte: initial)
            }
        }
        if major == 6 { throw .unsupported(initialByte: initial) }
        let argument = try argument(initial & 31, &reader)
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes([UInt8](try string(argument, &reader)))
        case 3:
            let utf8 = [UInt8](try string(argument, &reader))
            guard Text.isUTF8(utf8) else { throw .notUTF8 }
            return .text(utf8)
        case 4: return try array(argument, &reader, depth)
        default: return try map(argument, &reader, depth)
        }
    }

    private static func argument(
        _ short: UInt8, _ reader: inout ByteReader
    ) throws(CBORError) -> UInt64 {
        let value: UInt64?
        let least: UInt64
        switch short {
        case 0..<24: return UInt64(short)
        case 24: (value, least) = (reader.integer(UInt8.self).map { UInt64($0) }, 24)
        case 25: (value, least) = (reader.integer(UInt16.self).map { UInt64($0) }, 0x100)
        case 26: (value, least) = (reader.integer(UInt32.self).map { UInt64($0) }, 0x1_0000)
        case 27: (value, least) = (reader.integer(UInt64.self), 0x1_0000_0000)
        default: throw .notDeterministic
        }
        guard let value else { throw .truncated }
        guard value >= least else { throw .notDeterministic }
        return value
    }

    private static func string(
        _ length: UInt64, _ reader: inout ByteReader
    ) throws(CBORError) -> ArraySlice<UInt8> {
        guard let count = Int(exactly: length), let bytes = reader.take(count) else {
            throw .truncated
        }
        return bytes
    }

    private static func array(
        _ count: UInt64, _ reader: inout ByteReader, _ depth: Int
    ) throws(CBORError) -> CBOR {
        // Every item takes a byte at least, so a larger count can't be met.
        guard count <= UInt64(reader.rest.count) else { throw .truncated }
        var items: [CBOR] = []
        for _ in 0..<count { items.append(try value(&reader, depth: depth + 1)) }
        return .array(items)
    }

    private static func map(
        _ count: UInt64, _ reader: inout ByteReader, _ depth: Int
    ) throws(CBORError) -> CBOR {
        guard count <= UInt64(reader.rest.count) / 2 else { throw .truncated }
        var entries: [Entry] = []
        for _ in 0..<count {
            guard case .unsigned(let key) = try value(&reader, depth: depth + 1) else {
                throw .keyNotUnsigned
            }
            if let last = entries.last, last.key >= key { throw .notDeterministic }
            entries.append(Entry(key: key, value: try value(&reader, depth: depth + 1)))
        }
        return .map(entries)
    }
}
