import Model
public import Sodium

/// HPKE (RFC 9180) base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, composed
/// from libsodium primitives, whose Debian version has no HPKE of its own.
public enum HPKE {
    static let kemSuite: [UInt8] = [0x4B, 0x45, 0x4D, 0x00, 0x20]  // "KEM", 0x0020
    static let suite: [UInt8] = [0x48, 0x50, 0x4B, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03]
    static let version: [UInt8] = [0x48, 0x50, 0x4B, 0x45, 0x2D, 0x76, 0x31]  // "HPKE-v1"

    /// Bytes that sealing adds: the tag; the 32-byte encapsulated key travels apart.
    public static let overhead = ChaChaPoly.tagBytes

    /// One direction of messages to one recipient key.
    public struct Context: Sendable {
        let key: Secret
        let baseNonce: [UInt8]
        let exporter: Secret
        var sequence: UInt64 = 0

        /// - Precondition: fewer than 2^64 − 1 messages.
        public mutating func seal(_ plaintext: [UInt8], aad: [UInt8]) -> [UInt8] {
            let out = ChaChaPoly.seal(plaintext, key: key, nonce: nonce, aad: aad)
            advance()
            return out
        }

        /// Nil if anything was changed; the sequence then stays where it was.
        public mutating func open(_ ciphertext: [UInt8], aad: [UInt8]) -> [UInt8]? {
            guard let out = ChaChaPoly.open(ciphertext, key: key, nonce: nonce, aad: aad) else {
                return nil
            }
            advance()
            return out
        }

        /// A secret bound to this context (RFC 9180 §5.3).
        public func export(_ exporterContext: [UInt8], count: Int) -> [UInt8] {
            HPKE.expand(exporter, HPKE.suite, "sec", exporterContext, count)
        }

        private var nonce: [UInt8] {
            var nonce = baseNonce
            for byte in 0..<8 {
                nonce[4 + byte] ^= UInt8(truncatingIfNeeded: sequence >> UInt64(56 - byte * 8))
            }
            return nonce
        }

        private mutating func advance() {
            precondition(sequence < .max, "an HPKE context is used up")
            sequence += 1
        }
    }

    /// The sender's side.
    ///
    /// - Parameter ephemeral: a fresh key, used once.
    /// - Returns: nil when `recipient` is no usable X25519 key.
    public static func senderContext(
        to recipient: [UInt8], info: [UInt8], ephemeral: AgreementKey
    ) -> (enc: [UInt8], context: Context)? {
        guard let dh = ephemeral.agree(with: recipient) else { return nil }
        let enc = ephemeral.publicKey
        return (enc, schedule(dh: dh, kemContext: enc + recipient, info: info))
    }

    /// The recipient's side; nil when `enc` is no usable X25519 key.
    public static func recipientContext(
        enc: [UInt8], key: AgreementKey, info: [UInt8]
    ) -> Context? {
        guard let dh = key.agree(with: enc) else { return nil }
        return schedule(dh: dh, kemContext: enc + key.publicKey, info: info)
    }

    /// RFC 9180 §7.1.3.
    public static func deriveKeyPair(ikm: [UInt8]) -> AgreementKey {
        let prk = extract([], kemSuite, "dkp_prk", ikm)
        var secret = expand(prk, kemSuite, "sk", [], 32)
        return AgreementKey(secret: Secret(wiping: &secret))
    }

    private static func schedule(dh: Secret, kemContext: [UInt8], info: [UInt8]) -> Context {
        let eaePRK = extract([], kemSuite, "eae_prk", dh.copied())
        var shared = expand(eaePRK, kemSuite, "shared_secret", kemContext, 32)
        let noPSK = extract([], suite, "psk_id_hash", []).copied()
        let infoHash = extract([], suite, "info_hash", info).copied()
        let context = [0x00] + noPSK + infoHash
        let secret = extract(shared, suite, "secret", [])
        wipe(&shared)
        var key = expand(secret, suite, "key", context, 32)
        var exporter = expand(secret, suite, "exp", context, 32)
        return Context(
            key: Secret(wiping: &key), baseNonce: expand(secret, suite, "base_nonce", context, 12),
            exporter: Secret(wiping: &exporter))
    }

    private static func extract(
        _ salt: [UInt8], _ suite: [UInt8], _ label: StaticString, _ ikm: [UInt8]
    ) -> Secret {
        var input = version + suite + ascii(label) + ikm
        var out = hmacSHA256(key: salt, input)
        wipe(&input)
        return Secret(wiping: &out)
    }

    private static func expand(
        _ prk: Secret, _ suite: [UInt8], _ label: StaticString, _ info: [UInt8], _ count: Int
    ) -> [UInt8] {
        var labelled: [UInt8] = []
        labelled.append(bigEndian: UInt16(count))
        labelled += version + suite + ascii(label) + info
        return hkdfExpand(prk, labelled, count)
    }

    private static func ascii(_ text: StaticString) -> [UInt8] {
        [UInt8](UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// HKDF-Expand with SHA-256 (RFC 5869).
///
/// - Precondition: `count` is at most 255 · 32.
func hkdfExpand(_ prk: Secret, _ info: [UInt8], _ count: Int) -> [UInt8] {
    precondition(count <= 255 * 32, "HKDF gives at most 8160 bytes")
    var key = prk.copied()
    var out: [UInt8] = []
    var block: [UInt8] = []
    var counter: UInt8 = 1
    while out.count < count {
        block = hmacSHA256(key: key, block + info + [counter])
        out += block
        counter &+= 1
    }
    wipe(&key)
    out.removeLast(out.count - count)
    return out
}
