import CSodium

/// ChaCha20-Poly1305 with a 12-byte nonce (RFC 8439): Noise records and HPKE.
public enum ChaChaPoly {
    public static let tagBytes = 16

    public static func seal(
        _ plaintext: [UInt8], key: Secret, nonce: [UInt8], aad: [UInt8]
    ) -> [UInt8] {
        precondition(key.count == 32 && nonce.count == 12, "key 32, nonce 12 bytes")
        var out = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        key.withBytes {
            _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                &out, nil, plaintext, UInt64(plaintext.count), aad, UInt64(aad.count), nil, nonce,
                $0.baseAddress!)
        }
        return out
    }

    /// Nil if anything was changed or the key is another one.
    public static func open(
        _ ciphertext: [UInt8], key: Secret, nonce: [UInt8], aad: [UInt8]
    ) -> [UInt8]? {
        guard ciphertext.count >= tagBytes, key.count == 32, nonce.count == 12 else { return nil }
        var out = [UInt8](repeating: 0, count: ciphertext.count - tagBytes)
        let status = key.withBytes {
            crypto_aead_chacha20poly1305_ietf_decrypt(
                &out, nil, nil, ciphertext, UInt64(ciphertext.count), aad, UInt64(aad.count), nonce,
                $0.baseAddress!)
        }
        return status == 0 ? out : nil
    }
}

/// XChaCha20-Poly1305 with a 24-byte nonce: sealed content under a shared key, and the vault.
public enum XChaChaPoly {
    public static let tagBytes = 16
    public static let nonceBytes = 24

    public static func seal(
        _ plaintext: [UInt8], key: Secret, nonce: [UInt8], aad: [UInt8]
    ) -> [UInt8] {
        precondition(key.count == 32 && nonce.count == nonceBytes, "key 32, nonce 24 bytes")
        var out = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        key.withBytes {
            _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                &out, nil, plaintext, UInt64(plaintext.count), aad, UInt64(aad.count), nil, nonce,
                $0.baseAddress!)
        }
        return out
    }

    /// Nil if anything was changed or the key is another one.
    public static func open(
        _ ciphertext: [UInt8], key: Secret, nonce: [UInt8], aad: [UInt8]
    ) -> [UInt8]? {
        guard ciphertext.count >= tagBytes, key.count == 32, nonce.count == nonceBytes else {
            return nil
        }
        var out = [UInt8](repeating: 0, count: ciphertext.count - tagBytes)
        let status = key.withBytes {
            crypto_aead_xchacha20poly1305_ietf_decrypt(
                &out, nil, nil, ciphertext, UInt64(ciphertext.count), aad, UInt64(aad.count), nonce,
                $0.baseAddress!)
        }
        return status == 0 ? out : nil
    }
}

public enum StretchError: Error, Equatable {
    /// The machine could not lend the memory; try again when it is less busy.
    case outOfMemory(kibibytes: UInt32)
}

/// Argon2id version 1.3 with one lane (RFC 9106): slow on purpose.
///
/// - Parameter salt: 16 bytes.
/// - Throws: `StretchError.outOfMemory`.
public func argon2id(
    _ password: [UInt8], salt: [UInt8], passes: UInt32, kibibytes: UInt32
) throws(StretchError) -> Secret {
    precondition(salt.count == 16, "an Argon2id salt has 16 bytes here")
    precondition(!password.isEmpty, "an empty password is refused before it is stretched")
    var status: Int32 = 0
    let out = Secret(count: 32) { out in
        status = password.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                crypto_pwhash(
                    out, 32, $0.baseAddress!, UInt64($0.count), salt, UInt64(passes),
                    Int(kibibytes) * 1024, crypto_pwhash_ALG_ARGON2ID13)
            }
        }
    }
    guard status == 0 else { throw .outOfMemory(kibibytes: kibibytes) }
    return out
}
