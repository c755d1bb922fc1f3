import Model
public import Wire

// What texts of a pack may hold. By bytes, since the browser's build has no Unicode tables.

extension Text {
    /// 1 to 32 small letters, digits and hyphens, a letter first.
    var isGuidanceID: Bool {
        guard (1...Limits.packIDBytes).contains(utf8.count), Self.isSmallLetter(utf8[0]) else {
            return false
        }
        return utf8.allSatisfy { Self.isSmallLetter($0) || Self.isDigit($0) || $0 == 0x2D }
    }

    /// 2 to 15 digits, with single spaces between them, "+" first or not.
    var isPhone: Bool {
        let rest = utf8.first == 0x2B ? utf8.dropFirst() : utf8[...]
        guard let first = rest.first, let last = rest.last, Self.isDigit(first),
            Self.isDigit(last), rest.count <= 24
        else { return false }
        var digits = 0
        var isAfterSpace = false
        for byte in rest {
            if byte == 0x20 {
                guard !isAfterSpace else { return false }
                isAfterSpace = true
            } else {
                guard Self.isDigit(byte) else { return false }
                isAfterSpace = false
                digits += 1
            }
        }
        return (2...15).contains(digits)
    }

    /// The phone without its spaces.
    public var dialled: Text { Text(utf8: utf8.filter { $0 != 0x20 }) }

    /// "https://", a host name with a dot, and perhaps a path, in ASCII: nothing that could make
    /// one address look like another.
    var isPlainWebAddress: Bool {
        let scheme = ("https://" as Text).utf8
        guard utf8.count <= Limits.packWebBytes, utf8.starts(with: scheme) else { return false }
        let rest = utf8.dropFirst(scheme.count)
        let host = rest.prefix { $0 != 0x2F }
        let path = rest.dropFirst(host.count)
        let labels = host.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.allSatisfy({ !Self.isDigit($0) })
        else { return false }
        for label in labels {
            guard let first = label.first, let end = label.last, first != 0x2D, end != 0x2D,
                label.allSatisfy({ Self.isSmallLetter($0) || Self.isDigit($0) || $0 == 0x2D })
            else { return false }
        }
        let marks = ("/-._~%?=&+" as Text).utf8
        return path.allSatisfy {
            Self.isSmallLetter($0 | 0x20) && $0 >= 0x41 || Self.isDigit($0) || marks.contains($0)
        }
    }

    /// A control character (U+0000 to U+001F, U+007F to U+009F), a line or paragraph separator, or
    /// a character that turns the direction of the text (U+202A to U+202E, U+2066 to U+2069).
    var hasSteering: Bool {
        for (index, byte) in utf8.enumerated() {
            if byte < 0x20 || byte == 0x7F { return true }
            let next = index + 1 < utf8.count ? utf8[index + 1] : 0
            if byte == 0xC2, (0x80...0x9F).contains(next) { return true }
            guard byte == 0xE2, index + 2 < utf8.count else { continue }
            let last = utf8[index + 2]
            if next == 0x80, (0xA8...0xAE).contains(last) { return true }
            if next == 0x81, (0xA6...0xA9).contains(last) { return true }
        }
        return false
    }

    /// Whether it holds "://".
    var hasAddress: Bool {
        guard utf8.count >= 3 else { return false }
        for index in 0..<(utf8.count - 2) where utf8[index] == 0x3A {
            if utf8[index + 1] == 0x2F, utf8[index + 2] == 0x2F { return true }
        }
        return false
    }

    private static func isSmallLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
