import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// JSON as this interface writes it: sorted names, bytes as base64url without padding.
enum PageJSON {
    static let type = "application/json; charset=utf-8"

    static func response(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: encoded(value))))
    }

    static func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only types of this target are encoded; they can't fail.
        return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
    }
}

/// RFC 4648 section 5 without padding.
public enum Base64URL {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var kept: UInt32 = 0
        var bits = 0
        for byte in bytes {
            kept = kept << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                out.append(alphabet[Int(kept >> UInt32(bits)) & 63])
            }
            kept &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { out.append(alphabet[Int(kept << UInt32(6 - bits)) & 63]) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil for anything but the one way to write some bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var out: [UInt8] = []
        var kept: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            guard let value = value(character) else { return nil }
            kept = kept << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: kept >> UInt32(bits)))
            }
            kept &= (1 << UInt32(bits)) - 1
        }
        guard bits < 6, kept == 0 else { return nil }
        return out
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character + 4
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
