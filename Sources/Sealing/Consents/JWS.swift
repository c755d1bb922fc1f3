import Sodium
import Wire

/// A compact JWS (RFC 7515) by an Ed25519 key, as presentations use it.
/// Source: protocol/17-consents.md.
struct JWS: Sendable {
    let header: JSON
    let payload: JSON
    /// What was signed: header and payload as they stood.
    private let signed: [UInt8]
    private let signature: [UInt8]

    private static let dot = UInt8(ascii: ".")

    /// Signs `payload`; `header` gets its `alg`.
    static func sign(
        type: Text, extra: [JSON.Member] = [], _ payload: JSON, by key: SigningKey
    ) -> [UInt8] {
        let header = JSON.object(
            [JSON.Member("alg", .text("EdDSA")), JSON.Member("typ", .text(type))] + extra)
        let signed =
            Base64URL.encode(header.encoded) + [dot] + Base64URL.encode(payload.encoded)
        return signed + [dot] + Base64URL.encode(key.signJWS(signed))
    }

    /// Nil for another shape, an algorithm that is not Ed25519, another type, or extensions that
    /// must be understood.
    init?(_ bytes: ArraySlice<UInt8>, type: Text) {
        let parts = bytes.split(separator: Self.dot, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]),
            let payload = Self.json(parts[1]), let signature = Base64URL.decode([UInt8](parts[2])),
            let algorithm = header.member("alg")?.asText,
            algorithm == "EdDSA" || algorithm == "Ed25519", header.member("typ")?.asText == type,
            header.member("crit") == nil
        else { return nil }
        self.header = header
        self.payload = payload
        self.signature = signature
        signed = [UInt8](parts[0]) + [Self.dot] + [UInt8](parts[1])
    }

    func isSigned(by key: [UInt8]) -> Bool { verifyJWS(signature, signed, key: key) }

    private static func json(_ part: ArraySlice<UInt8>) -> JSON? {
        guard let bytes = Base64URL.decode([UInt8](part)) else { return nil }
        return try? JSON(decoding: bytes)
    }
}

/// An Ed25519 public key as JSON Web Key (RFC 8037).
enum JWK {
    static func json(_ key: [UInt8]) -> JSON {
        .object([
            JSON.Member("crv", .text("Ed25519")), JSON.Member("kty", .text("OKP")),
            JSON.Member("x", .text(Text(utf8: Base64URL.encode(key)))),
        ])
    }

    static func key(_ json: JSON?) -> [UInt8]? {
        guard let json, json.member("crv")?.asText == "Ed25519",
            json.member("kty")?.asText == "OKP"
        else { return nil }
        return json.member("x")?.asBytes(32)
    }
}
