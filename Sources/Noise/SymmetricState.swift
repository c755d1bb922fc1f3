import Sodium

/// What both sides mix in as a handshake goes on: two equal states saw the same messages and hold
/// the same secrets. Source: Noise rev 34 §5.2.
struct SymmetricState<Suite: CipherSuite>: Sendable {
    private(set) var hash: [UInt8]
    private var chainingKey: Secret
    private var cipher: CipherStateOver<Suite>?

    /// - Precondition: `protocolName` has at most 64 bytes, as all names of XX have.
    init(protocolName: String) {
        var name = [UInt8](protocolName.utf8)
        precondition(name.count <= 64, "a protocol name of \(name.count) bytes")
        name += [UInt8](repeating: 0, count: 64 - name.count)
        hash = name
        chainingKey = Secret(name)
    }

    mutating func mix(key input: Secret) {
        let outputs = Suite.hkdf(chainingKey: chainingKey, input, outputs: 2)
        chainingKey = outputs[0]
        cipher = CipherStateOver(key: outputs[1].slice(0, 32))
    }

    mutating func mix(hash bytes: [UInt8]) { hash = Suite.hash(hash + bytes) }

    /// As both of the above, for a key shared beforehand.
    mutating func mix(keyAndHash input: Secret) {
        let outputs = Suite.hkdf(chainingKey: chainingKey, input, outputs: 3)
        chainingKey = outputs[0]
        mix(hash: outputs[1].copied())
        cipher = CipherStateOver(key: outputs[2].slice(0, 32))
    }

    /// The plaintext itself as long as there is no key.
    mutating func encrypt(_ plaintext: [UInt8]) throws(NoiseError) -> [UInt8] {
        let out = try cipher?.encrypt(plaintext, associated: hash) ?? plaintext
        mix(hash: out)
        return out
    }

    mutating func decrypt(_ ciphertext: [UInt8]) throws(NoiseError) -> [UInt8] {
        let out = try cipher?.decrypt(ciphertext, associated: hash) ?? ciphertext
        mix(hash: ciphertext)
        return out
    }

    /// Bytes that encrypting adds just now.
    var overhead: Int { cipher == nil ? 0 : CipherStateOver<Suite>.overhead }

    /// The initiator's and the responder's direction.
    func split() -> (CipherStateOver<Suite>, CipherStateOver<Suite>) {
        let outputs = Suite.hkdf(chainingKey: chainingKey, Secret([]), outputs: 2)
        return (
            CipherStateOver(key: outputs[0].slice(0, 32)),
            CipherStateOver(key: outputs[1].slice(0, 32))
        )
    }
}
