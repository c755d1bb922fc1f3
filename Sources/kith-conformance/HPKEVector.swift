import Model
import Sealing
import Sodium

/// One entry of a file in the JSON format of RFC 9180's test vectors.
struct HPKEVector: Decodable {
    struct Encryption: Decodable {
        let aad: Hexadecimal
        let ct: Hexadecimal
        let nonce: Hexadecimal?
        let pt: Hexadecimal
    }

    struct Export: Decodable {
        let context: Hexadecimal
        let count: Int
        let value: Hexadecimal

        private enum CodingKeys: String, CodingKey {
            case context = "exporter_context"
            case count = "L"
            case value = "exported_value"
        }
    }

    let mode: Int
    let kem: Int
    let aead: Int
    private let kdf: Int
    private let info: Hexadecimal
    private let ikmE: Hexadecimal?
    private let ikmR: Hexadecimal?
    private let skEm: Hexadecimal?
    private let skRm: Hexadecimal?
    private let pkEm: Hexadecimal?
    private let pkRm: Hexadecimal?
    private let enc: Hexadecimal
    private let baseNonce: Hexadecimal?
    private let encryptions: [Encryption]?
    private let exports: [Export]?

    private enum CodingKeys: String, CodingKey {
        case mode
        case kem = "kem_id"
        case aead = "aead_id"
        case kdf = "kdf_id"
        case info, ikmE, ikmR, skEm, skRm, pkEm, pkRm, enc
        case baseNonce = "base_nonce"
        case encryptions, exports
    }

    /// Runs both sides against each other and against the vector.
    func check() -> Verdict {
        guard mode == 0, kem == 0x20, kdf == 1, aead == 3 else { return .skipped }
        do {
            let ephemeral = try key("E", ikm: ikmE, secret: skEm, public: pkEm)
            let recipient = try key("R", ikm: ikmR, secret: skRm, public: pkRm)
            guard
                let sent = HPKE.senderContext(
                    to: recipient.publicKey, info: info.bytes, ephemeral: ephemeral),
                let received = HPKE.recipientContext(
                    enc: enc.bytes, key: recipient, info: info.bytes)
            else { throw Difference("a key is refused") }
            guard sent.enc == enc.bytes else { throw Difference("enc is \(sent.enc.hex)") }
            try checkExports(sent.context, received)
            try checkEncryptions(sent.context, received)
            return .passed
        } catch let difference as Difference {
            return .failed(difference.what)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The key pair from whatever the vector has, which must agree.
    private func key(
        _ side: String, ikm: Hexadecimal?, secret: Hexadecimal?, public expected: Hexadecimal?
    ) throws -> AgreementKey {
        let derived = ikm.map { HPKE.deriveKeyPair(ikm: $0.bytes) }
        if let secret, secret.bytes.count != 32 { throw Difference("sk\(side)m is not 32 bytes") }
        let given = secret.map { AgreementKey(secret: Secret($0.bytes)) }
        guard let key = given ?? derived else { throw Difference("lacks sk\(side)m") }
        if let derived, derived.secret != key.secret {
            throw Difference("ikm\(side) gives another sk\(side)m")
        }
        if let expected, expected.bytes != key.publicKey {
            throw Difference("sk\(side)m gives another pk\(side)m")
        }
        return key
    }

    private func checkExports(_ sender: HPKE.Context, _ recipient: HPKE.Context) throws {
        for (number, export) in (exports ?? []).enumerated() {
            guard (0...255 * 32).contains(export.count) else {
                throw Difference("export \(number) is too long")
            }
            for context in [sender, recipient] {
                let value = context.export(export.context.bytes, count: export.count)
                guard value == export.value.bytes else {
                    throw Difference("export \(number) is \(value.hex)")
                }
            }
        }
    }

    private func checkEncryptions(_ sender: HPKE.Context, _ recipient: HPKE.Context) throws {
        var (sender, recipient) = (sender, recipient)
        var next: UInt64 = 0
        for encryption in encryptions ?? [] {
            let number = try sequence(encryption) ?? next
            guard number >= next, number - next < 1 << 16 else {
                throw Difference("encryption \(number) is out of order")
            }
            while next < number {  // the RFC's own text leaves some out
                _ = recipient.open(sender.seal([], aad: []), aad: [])
                next += 1
            }
            let sealed = sender.seal(encryption.pt.bytes, aad: encryption.aad.bytes)
            guard sealed == encryption.ct.bytes else {
                throw Difference("encryption \(number) is \(sealed.hex)")
            }
            let opened = recipient.open(encryption.ct.bytes, aad: encryption.aad.bytes)
            guard opened == encryption.pt.bytes else {
                throw Difference("encryption \(number) does not open")
            }
            next += 1
        }
    }

    /// Which message the nonce belongs to: the base nonce differs by just that number.
    private func sequence(_ encryption: Encryption) throws -> UInt64? {
        guard let nonce = encryption.nonce?.bytes, let base = baseNonce?.bytes else { return nil }
        guard nonce.count == 12, base.count == 12, nonce.prefix(4) == base.prefix(4) else {
            throw Difference("a nonce is not the base nonce's")
        }
        return zip(nonce, base).suffix(8).reduce(0) { $0 << 8 | UInt64($1.0 ^ $1.1) }
    }
}
