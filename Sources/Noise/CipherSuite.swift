public import Sodium

/// The functions Noise is built over: X25519, a 64-byte hash with its HMAC, and an AEAD whose tag
/// has 16 bytes.
///
/// A simulator may plug in functions that cost nothing; lengths must stay as they are here.
/// Source: Noise rev 34 §4.
public protocol CipherSuite {
    /// How the suite is called at the end of a protocol's name.
    static var name: String { get }

    /// The 32-byte shared secret; nil when it would be all zeros, or `peer` is not 32 bytes.
    static func agree(_ key: AgreementKey, with peer: [UInt8]) -> Secret?

    /// A 64-byte digest.
    static func hash(_ bytes: [UInt8]) -> [UInt8]

    /// A 64-byte authenticator; the key has at most 64 bytes.
    static func hmac(key: Secret, _ bytes: Secret) -> Secret

    /// The plaintext's length and 16 bytes more.
    static func encrypt(
        _ plaintext: [UInt8], key: Secret, nonce: UInt64, associated: [UInt8]
    ) -> [UInt8]

    /// Nil if anything was changed or the key is another one.
    static func decrypt(
        _ ciphertext: [UInt8], key: Secret, nonce: UInt64, associated: [UInt8]
    ) -> [UInt8]?
}

extension CipherSuite {
    /// Two or three 64-byte outputs. Source: Noise rev 34 §4.3.
    static func hkdf(chainingKey: Secret, _ input: Secret, outputs: Int) -> [Secret] {
        let key = hmac(key: chainingKey, input)
        var out: [Secret] = []
        for number in 1...outputs {
            let last = out.last
            let count = last?.count ?? 0
            let block = Secret(count: count + 1) { start in
                last?.withBytes { start.update(from: $0.baseAddress!, count: count) }
                start[count] = UInt8(number)
            }
            out.append(hmac(key: key, block))
        }
        return out
    }
}

/// 25519, ChaChaPoly and BLAKE2b, through libsodium.
public enum SodiumSuite: CipherSuite {
    public static let name = "25519_ChaChaPoly_BLAKE2b"

    /// The block BLAKE2b works on, bytes: HMAC pads its key to it.
    private static let blockBytes = 128

    public static func agree(_ key: AgreementKey, with peer: [UInt8]) -> Secret? {
        key.agree(with: peer)
    }

    public static func hash(_ bytes: [UInt8]) -> [UInt8] { blake2b512(bytes) }

    /// RFC 2104 over BLAKE2b, not keyed BLAKE2b. Source: Noise rev 34 §4.3.
    public static func hmac(key: Secret, _ bytes: Secret) -> Secret {
        let inner = digest(key: key, mask: 0x36, bytes)
        return digest(key: key, mask: 0x5C, inner)
    }

    private static func digest(key: Secret, mask: UInt8, _ bytes: Secret) -> Secret {
        precondition(key.count <= blockBytes, "an HMAC key of \(key.count) bytes")
        // One allocation, so that no copy of the key is left behind by growing.
        var input = [UInt8](repeating: mask, count: blockBytes + bytes.count)
        key.withBytes { for index in $0.indices { input[index] ^= $0[index] } }
        bytes.withBytes { for index in $0.indices { input[blockBytes + index] = $0[index] } }
        var out = hash(input)
        wipe(&input)
        return Secret(wiping: &out)
    }

    public static func encrypt(
        _ plaintext: [UInt8], key: Secret, nonce: UInt64, associated: [UInt8]
    ) -> [UInt8] {
        ChaChaPoly.seal(plaintext, key: key, nonce: bytes(nonce), aad: associated)
    }

    public static func decrypt(
        _ ciphertext: [UInt8], key: Secret, nonce: UInt64, associated: [UInt8]
    ) -> [UInt8]? {
        ChaChaPoly.open(ciphertext, key: key, nonce: bytes(nonce), aad: associated)
    }

    /// Four zero bytes, then the number with its least significant byte first, as nothing else is
    /// in this protocol. Source: Noise rev 34 §12.3.
    private static func bytes(_ nonce: UInt64) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 12)
        for index in 0..<8 { out[4 + index] = UInt8(truncatingIfNeeded: nonce >> (8 * index)) }
        return out
    }
}
