// Big-endian integers in byte arrays: the only integer layout on the wire.

extension Array where Element == UInt8 {
    /// Appends `value`, most significant byte first.
    @inlinable
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
///
/// All is inlinable: every frame passes here, and a generic called across modules would go through
/// witness tables for each byte.
public struct ByteReader: Sendable {
    @usableFromInline var remaining: ArraySlice<UInt8>

    @inlinable
    public var rest: ArraySlice<UInt8> { remaining }

    @inlinable
    public init(_ bytes: ArraySlice<UInt8>) { remaining = bytes }

    @inlinable
    public init(_ bytes: [UInt8]) { remaining = bytes[...] }

    @inlinable
    public var isAtEnd: Bool { remaining.isEmpty }

    /// The next `count` bytes; nil, consuming nothing, if fewer remain.
    @inlinable
    public mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, remaining.count >= count else { return nil }
        let taken = remaining.prefix(count)
        remaining = remaining.dropFirst(count)
        return taken
    }

    /// The next big-endian integer; nil if too few bytes remain.
    @inlinable
    public mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _: Value.Type = Value.self
    ) -> Value? {
        let count = Value.bitWidth / 8
        guard remaining.count >= count else { return nil }
        var value: Value = 0
        for byte in remaining.prefix(count) { value = value << 8 | Value(truncatingIfNeeded: byte) }
        remaining = remaining.dropFirst(count)
        return value
    }

    @inlinable
    public mutating func identifier32<Kind>() -> Identifier32<Kind>? {
        guard let a = integer(UInt64.self, ifFollowedBy: 24), let b = integer(UInt64.self),
            let c = integer(UInt64.self), let d = integer(UInt64.self)
        else { return nil }
        return Identifier32(a, b, c, d)
    }

    @inlinable
    public mutating func identifier16<Kind>() -> Identifier16<Kind>? {
        guard let a = integer(UInt64.self, ifFollowedBy: 8), let b = integer(UInt64.self) else {
            return nil
        }
        return Identifier16(a, b)
    }

    /// The next integer; nil, consuming nothing, unless `more` bytes stand after it.
    @inlinable
    mutating func integer(_: UInt64.Type, ifFollowedBy more: Int) -> UInt64? {
        remaining.count >= 8 + more ? integer() : nil
    }
}
