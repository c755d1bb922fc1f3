import CSodium

/// An Ed25519 key that signs, always for a purpose.
public struct SigningKey: Sendable {
    /// The 32-byte public key.
    public let publicKey: [UInt8]
    private let secret: Secret

    /// - Precondition: `seed` has 32 bytes.
    public init(seed: Secret) {
        precondition(seed.count == 32, "an Ed25519 seed has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: 32)
        secret = Secret(count: 64) { out in
            seed.withBytes { _ = crypto_sign_seed_keypair(&publicKey, out, $0.baseAddress!) }
        }
        self.publicKey = publicKey
    }

    /// `SIG(l, x)`: Ed25519 over `P(l)‖x`, 64 bytes. Source: protocol/01-conventions.md.
    public func sign(_ label: Label, _ bytes: [UInt8]) -> [UInt8] {
        let message = label.padded + bytes
        var signature = [UInt8](repeating: 0, count: 64)
        secret.withBytes {
            _ = crypto_sign_detached(
                &signature, nil, message, UInt64(message.count), $0.baseAddress!)
        }
        return signature
    }

    /// Ed25519 over a JWS signing input (RFC 7515 §5.1), 64 bytes. It begins with base64url of "{",
    /// never with a label, so that neither kind of signature can stand for the other.
    public func signJWS(_ input: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        secret.withBytes {
            _ = crypto_sign_detached(&signature, nil, input, UInt64(input.count), $0.baseAddress!)
        }
        return signature
    }
}

/// Whether `signature` is `key`'s over a JWS signing input. Wrong lengths are simply false.
public func verifyJWS(_ signature: [UInt8], _ input: [UInt8], key: [UInt8]) -> Bool {
    guard signature.count == 64, key.count == 32 else { return false }
    return crypto_sign_verify_detached(signature, input, UInt64(input.count), key) == 0
}

/// Whether `signature` is `key`'s `SIG(l, x)`. Wrong lengths are simply false.
public func verify(
    _ signature: [UInt8], _ label: Label, _ bytes: [UInt8], key: [UInt8]
) -> Bool {
    guard signature.count == 64, key.count == 32 else { return false }
    let message = label.padded + bytes
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0
}

/// An X25519 key that agrees on secrets (RFC 7748).
public struct AgreementKey: Sendable {
    /// The 32-byte public key.
    public let publicKey: [UInt8]
    /// The 32-byte scalar, as given.
    public let secret: Secret

    /// - Precondition: `secret` has 32 bytes.
    public init(secret: Secret) {
        precondition(secret.count == 32, "an X25519 secret has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: 32)
        secret.withBytes { _ = crypto_scalarmult_base(&publicKey, $0.baseAddress!) }
        self.publicKey = publicKey
        self.secret = secret
    }

    /// The shared secret with `peer`; nil when it would be all zeros, or `peer` is not 32 bytes.
    public func agree(with peer: [UInt8]) -> Secret? {
        guard peer.count == 32 else { return nil }
        var good = false
        let shared = Secret(count: 32) { out in
            good = secret.withBytes { crypto_scalarmult(out, $0.baseAddress!, peer) == 0 }
        }
        return good ? shared : nil
    }
}
