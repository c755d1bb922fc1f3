import Model
public import Wire

/// What kind of file an attachment is, as its sender says: type and subtype of RFC 6838 in small
/// letters, without parameters. Only a hint: nobody may run or trust a file because of it.
public struct MediaType: Sendable, Equatable {
    public let text: Text

    /// Nil for anything but `type/subtype`.
    public init?(_ text: Text) {
        guard text.utf8.count <= Limits.mediaTypeBytes else { return nil }
        var slashes = 0
        var length = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "/") {
                guard length > 0 else { return nil }
                slashes += 1
                length = 0
                continue
            }
            guard Self.isAllowed(byte, isFirst: length == 0) else { return nil }
            length += 1
        }
        guard slashes == 1, length > 0 else { return nil }
        self.text = text
    }

    /// For files of which nothing is known.
    public static let unknown = MediaType(unchecked: "application/octet-stream")

    private init(unchecked text: Text) { self.text = text }

    /// Restricted names of RFC 6838 section 4.2, without capitals.
    private static func isAllowed(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "&"),
            UInt8(ascii: "-"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "+"):
            !isFirst
        default: false
        }
    }
}
