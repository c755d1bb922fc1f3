import Wire

/// Takes an input apart: choices off the front, what is left as data. Zeros follow its end.
struct Feed {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    /// All that is left.
    var all: [UInt8] { [UInt8](rest) }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number16() -> Int { Int(byte()) << 8 | Int(byte()) }

    mutating func number64() -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(byte()) }
        return value
    }

    /// The next bytes, at most `count`.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return [UInt8](rest.prefix(count))
    }

    /// Exactly `count` bytes.
    mutating func padded(_ count: Int) -> [UInt8] {
        let bytes = take(count)
        return bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }

    /// Bytes with their length before them, as far as they are there.
    mutating func piece() -> [UInt8] {
        let count = number16()
        return take(count)
    }

    /// A value of CBOR that a writer could write.
    mutating func value(depth: Int = 1) -> CBOR {
        switch byte() % (depth < 8 ? 8 : 6) {
        case 0: return .unsigned(number64() >> UInt64(byte() % 64))
        case 1: return .negative(number64() >> UInt64(byte() % 64))
        case 2: return .bytes(piece())
        case 3: return .text(piece().map { $0 & 0x7F })
        case 4: return .bool(byte() & 1 == 1)
        case 5: return .null
        case 6: return .array((0..<(byte() % 5)).map { _ in value(depth: depth + 1) })
        default:
            var entries: [CBOR.Entry] = []
            for _ in 0..<(byte() % 5) {
                let key = number64() >> UInt64(byte() % 64)
                guard !entries.contains(where: { $0.key == key }) else { continue }
                entries.append(CBOR.Entry(key: key, value: value(depth: depth + 1)))
            }
            return .map(entries.sorted { $0.key < $1.key })
        }
    }
}

extension CBOR {
    /// This map with one entry replaced or added.
    func with(_ key: UInt64, _ value: CBOR?) -> CBOR {
        guard case .map(var entries) = self else { return self }
        entries.removeAll { $0.key == key }
        if let value { entries.append(Entry(key: key, value: value)) }
        return .map(entries.sorted { $0.key < $1.key })
    }
}
