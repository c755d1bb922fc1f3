/// Text as UTF-8: compared by bytes, so that it needs no Unicode tables in the browser.
public struct Text: Sendable, Hashable, ExpressibleByStringLiteral {
    public var utf8: [UInt8]

    public init(utf8: [UInt8]) { self.utf8 = utf8 }

    public init(_ string: String) { utf8 = [UInt8](string.utf8) }

    public init(stringLiteral value: StaticString) {
        utf8 = [UInt8](
            UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    public var string: String { String(decoding: utf8, as: UTF8.self) }

    public var cbor: CBOR { .text(utf8) }
}

extension Text {
    /// Code points of well-formed UTF-8; other bytes give some numbers or U+FFFD.
    public var scalars: [UInt32] {
        var scalars: [UInt32] = []
        var index = 0
        while index < utf8.count {
            let first = utf8[index]
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard index + length <= utf8.count else { return scalars + [0xFFFD] }
            var scalar = UInt32(first) & (0xFF >> UInt32(length == 1 ? 0 : length + 1))
            for next in utf8[(index + 1)..<(index + length)] {
                scalar = scalar << 6 | UInt32(next & 0x3F)
            }
            scalars.append(scalar)
            index += length
        }
        return scalars
    }
}

extension Fields {
    public func words(_ key: UInt64) throws(ShapeError) -> Text { Text(utf8: try utf8(key)) }

    public func optionalWords(_ key: UInt64) throws(ShapeError) -> Text? {
        value(key) == nil ? nil : try words(key)
    }
}

extension Text {
    /// Whether the bytes are well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates.
    public static func isUTF8(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            let length: Int
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            switch first {
            case 0x00...0x7F: length = 1
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, low) = (3, 0xA0)
            case 0xED: (length, high) = (3, 0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, low) = (4, 0x90)
            case 0xF1...0xF3: length = 4
            case 0xF4: (length, high) = (4, 0x8F)
            default: return false
            }
            guard index + length <= bytes.count else { return false }
            if length > 1 {
                guard bytes[index + 1] >= low, bytes[index + 1] <= high else { return false }
                for next in bytes[(index + 2)..<(index + max(length, 2))]
                where next & 0xC0 != 0x80 { return false }
            }
            index += length
        }
        return true
    }
}
