public import Sodium

/// One direction's key and message counter. Source: Noise rev 34 §5.1.
public struct CipherStateOver<Suite: CipherSuite>: Sendable, Equatable {
    /// Bytes that encryption adds.
    public static var overhead: Int { ChaChaPoly.tagBytes }

    private var key: Secret
    /// How many messages went before; rekeying leaves it as it is.
    public private(set) var nonce: UInt64

    /// - Precondition: `key` has 32 bytes.
    public init(key: Secret, nonce: UInt64 = 0) {
        precondition(key.count == 32, "a cipher key of \(key.count) bytes")
        self.key = key
        self.nonce = nonce
    }

    /// The ciphertext, 16 bytes longer than `plaintext`.
    ///
    /// - Parameter associated: bytes the reader must know too; they do not travel.
    /// - Throws: `NoiseError.noncesExhausted`.
    public mutating func encrypt(
        _ plaintext: [UInt8], associated: [UInt8] = []
    ) throws(NoiseError) -> [UInt8] {
        guard nonce < .max else { throw .noncesExhausted }
        let out = Suite.encrypt(plaintext, key: key, nonce: nonce, associated: associated)
        nonce += 1
        return out
    }

    /// The plaintext. A refused ciphertext leaves the counter where it was.
    ///
    /// - Throws: `NoiseError.notAuthentic`, `.noncesExhausted`.
    public mutating func decrypt(
        _ ciphertext: [UInt8], associated: [UInt8] = []
    ) throws(NoiseError) -> [UInt8] {
        guard nonce < .max else { throw .noncesExhausted }
        guard
            let out = Suite.decrypt(ciphertext, key: key, nonce: nonce, associated: associated)
        else { throw .notAuthentic }
        nonce += 1
        return out
    }

    /// Replaces the key by one that does not lead back to it. Source: Noise rev 34 §4.2, §11.3.
    public mutating func rekey() {
        let zeros = [UInt8](repeating: 0, count: 32)
        var out = Suite.encrypt(zeros, key: key, nonce: .max, associated: [])
        key = Secret(out.prefix(32))
        wipe(&out)
    }
}

public typealias CipherState = CipherStateOver<SodiumSuite>
