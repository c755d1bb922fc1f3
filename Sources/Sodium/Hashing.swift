import CSodium
public import Model

/// The purpose of a hash, key or signature: ASCII, zero-padded to 16 bytes, `P(l)` in the chapters.
public struct Label: Sendable {
    public let padded: [UInt8]

    /// - Precondition: at most 16 bytes of ASCII.
    public init(_ text: StaticString) {
        precondition(text.utf8CodeUnitCount <= 16, "a label has at most 16 bytes")
        var bytes = [UInt8](
            UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        while bytes.count < 16 { bytes.append(0) }
        padded = bytes
    }
}

/// `H(l, x)`: BLAKE2b with a 32-byte digest and the label as personalisation.
/// Source: protocol/01-conventions.md.
public func hash(_ label: Label, _ bytes: [UInt8]) -> [UInt8] {
    blake2b(count: 32, key: nil, label, bytes)
}

/// `H128(l, x)`: as `hash`, with digest length 16.
public func hash128(_ label: Label, _ bytes: [UInt8]) -> [UInt8] {
    blake2b(count: 16, key: nil, label, bytes)
}

/// `PRF(k, l, x)`: keyed BLAKE2b with a 32-byte digest, which is a secret too.
public func prf(_ key: Secret, _ label: Label, _ bytes: [UInt8] = []) -> Secret {
    var out = blake2b(count: 32, key: key, label, bytes)
    return Secret(wiping: &out)
}

/// `PRF128(k, l, x)`: keyed BLAKE2b with a 16-byte digest, meant to be shown.
public func prf128(_ key: Secret, _ label: Label, _ bytes: [UInt8] = []) -> [UInt8] {
    blake2b(count: 16, key: key, label, bytes)
}

/// Whether `PRF128(k, l, x)` begins with `start`; allocates nothing.
public func prf128(
    _ key: Secret, _ label: Label, _ bytes: UnsafeBufferPointer<UInt8>,
    beginsWith start: UnsafeBufferPointer<UInt8>
) -> Bool {
    precondition(key.count == 32 && start.count <= 16, "a PRF key has 32 bytes")
    var digest: (UInt64, UInt64) = (0, 0)
    return withUnsafeMutableBytes(of: &digest) { out in
        let status = key.withBytes {
            crypto_generichash_blake2b_salt_personal(
                out.baseAddress!.assumingMemoryBound(to: UInt8.self), 16, bytes.baseAddress,
                UInt64(bytes.count), $0.baseAddress, 32, nil, label.padded)
        }
        precondition(status == 0, "BLAKE2b takes every length used here")
        for index in start.indices where out[index] != start[index] { return false }
        return true
    }
}

private func blake2b(count: Int, key: Secret?, _ label: Label, _ bytes: [UInt8]) -> [UInt8] {
    precondition(key == nil || key?.count == 32, "a PRF key has 32 bytes")
    var out = [UInt8](repeating: 0, count: count)
    let status: Int32
    if let key {
        status = key.withBytes {
            crypto_generichash_blake2b_salt_personal(
                &out, count, bytes, UInt64(bytes.count), $0.baseAddress, 32, nil, label.padded)
        }
    } else {
        status = crypto_generichash_blake2b_salt_personal(
            &out, count, bytes, UInt64(bytes.count), nil, 0, nil, label.padded)
    }
    precondition(status == 0, "BLAKE2b takes every length used here")
    return out
}

/// Plain BLAKE2b with a 64-byte digest: the hash of the Noise handshake.
public func blake2b512(_ bytes: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 64)
    let status = crypto_generichash_blake2b(&out, 64, bytes, UInt64(bytes.count), nil, 0)
    precondition(status == 0, "BLAKE2b takes every length")
    return out
}

/// SHA-256: the digests of SD-JWT (RFC 9901).
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    crypto_hash_sha256(&out, bytes, UInt64(bytes.count))
    return out
}

/// HMAC-SHA-256 over `bytes` (RFC 2104).
public func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    var state = crypto_auth_hmacsha256_state()
    var out = [UInt8](repeating: 0, count: 32)
    crypto_auth_hmacsha256_init(&state, key, key.count)
    crypto_auth_hmacsha256_update(&state, bytes, UInt64(bytes.count))
    crypto_auth_hmacsha256_final(&state, &out)
    return out
}

/// Proof of work over an envelope's id. Source: protocol/05-envelopes.md.
public struct Work: Sendable {
    private static let label = Label("kith1:pow")
    private let id: [UInt8]

    public init(id: ItemID) { self.id = id.bytes }

    /// Zero bits at the front of `H("kith1:pow", id‖nonce)`.
    public func bits(nonce: UInt64) -> UInt8 {
        var input = id
        input.append(bigEndian: nonce)
        return Self.leadingZeroBits(hash(Self.label, input))
    }

    /// Tries `tries` nonces from `start` on; the first that reaches `bits`, or nil.
    ///
    /// Bounded, so that a caller can show progress, stop, or run several at once.
    public func search(bits: UInt8, from start: UInt64, tries: UInt64) -> UInt64? {
        var input = id + [UInt8](repeating: 0, count: 8)
        var out = [UInt8](repeating: 0, count: 32)
        var nonce = start
        for _ in 0..<tries {
            for byte in 0..<8 {
                input[32 + byte] = UInt8(truncatingIfNeeded: nonce >> UInt64(56 - byte * 8))
            }
            let status = crypto_generichash_blake2b_salt_personal(
                &out, 32, input, 40, nil, 0, nil, Self.label.padded)
            precondition(status == 0, "BLAKE2b takes 40 bytes")
            if Self.leadingZeroBits(out) >= bits { return nonce }
            nonce &+= 1
        }
        return nil
    }

    private static func leadingZeroBits(_ digest: [UInt8]) -> UInt8 {
        var count: UInt8 = 0
        for byte in digest {
            if byte != 0 { return count &+ UInt8(byte.leadingZeroBitCount) }
            count = count &+ 8
            if count >= 64 { return count }
        }
        return count
    }
}
