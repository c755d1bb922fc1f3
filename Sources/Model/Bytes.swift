// Big-endian integers in byte arrays: the only integer layout on the wire.

extension Array where Element == UInt8 {
    /// Appends `value`, most significant byte first.
    public mutating func append<Value: FixedWidthInteger & UnsignedInteger>(bigEndian value: Value)
    {
        var shift = Value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    /// Lower-case hexadecimal, as in the chapters and vectors.
    public var hex: String {
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        for byte in self {
            text.append(hexDigit(byte >> 4))
            text.append(hexDigit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads hexadecimal of either case; nil for an odd length or another character.
    public init?(hex: some StringProtocol) {
        var out: [UInt8] = []
        var high: UInt8?
        for character in hex.utf8 {
            guard let value = hexValue(character) else { return nil }
            if let first = high {
                out.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil else { return nil }
        self = out
    }
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

private func hexValue(_ character: UInt8) -> UInt8? {
    switch character {
    case 48...57: character - 48
    case 65...70: character - 55
    case 97...102: character - 87
    default: nil
    }
}

/// Takes values off the front of bytes; every read is checked, none allocates ahead of its input.
public struct ByteReader: Sendable {
    public private(set) var rest: ArraySlice<UInt8>

    public init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    public var isAtEnd: Bool { rest.isEmpty }

    /// The next `count` bytes; nil, consuming nothing, if fewer remain.
    public mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, rest.count >= count else { return nil }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }

    /// The next big-endian integer; nil if too few bytes remain.
    public mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _: Value.Type = Value.self
    ) -> Value? {
        guard let bytes = take(Value.bitWidth / 8) else { return nil }
        var value: Value = 0
        for byte in bytes { value = value << 8 | Value(byte) }
        return value
    }

    public mutating func identifier32<Kind>() -> Identifier32<Kind>? {
        take(32).flatMap { Identifier32($0) }
    }

    public mutating func identifier16<Kind>() -> Identifier16<Kind>? {
        take(16).flatMap { Identifier16($0) }
    }
}
