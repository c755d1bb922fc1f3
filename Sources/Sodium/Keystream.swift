import CSodium
import Model

/// Fills `out` with the first bytes of ChaCha20's keystream (RFC 8439) under `key`: zero nonce,
/// block counter from 0.
///
/// - Precondition: the key has 32 bytes.
public func chacha20Keystream(key: [UInt8], into out: inout [UInt8]) {
    precondition(key.count == 32, "a ChaCha20 key has 32 bytes")
    let nonce = [UInt8](repeating: 0, count: 12)
    let status = crypto_stream_chacha20_ietf(&out, UInt64(out.count), nonce, key)
    precondition(status == 0, "ChaCha20 gives every length used here")
}
