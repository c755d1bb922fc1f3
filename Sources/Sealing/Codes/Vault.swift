import Sodium
import Wire

public enum VaultError: Error, Equatable {
    case wrongPassphrase
    case damaged
    case emptyPassphrase
    case outOfMemory(kibibytes: UInt32)
}

/// The key a person's passphrase stretches to; all that rests on a node of theirs is under it.
/// Source: protocol/10-content.md §At rest.
public struct VaultKey: Sendable {
    static let aad = ("kith1:vault" as Text).utf8
    public static let saltBytes = 16

    public let salt: [UInt8]
    private let key: Secret

    /// Slow on purpose: Argon2id, 3 passes over 64 MiB.
    ///
    /// - Parameter salt: 16 random bytes, kept with what the key seals.
    public init(passphrase: [UInt8], salt: [UInt8]) throws(VaultError) {
        guard !passphrase.isEmpty else { throw .emptyPassphrase }
        do {
            key = try argon2id(passphrase, salt: salt, passes: 3, kibibytes: 64 * 1024)
        } catch {
            switch error {
            case .outOfMemory(let kibibytes): throw .outOfMemory(kibibytes: kibibytes)
            }
        }
        self.salt = salt
    }

    /// Shape: salt 16, nonce 24, ciphertext.
    ///
    /// - Parameter nonce: 24 fresh random bytes.
    public func seal(_ plaintext: [UInt8], nonce: [UInt8]) -> [UInt8] {
        salt + nonce + XChaChaPoly.seal(plaintext, key: key, nonce: nonce, aad: Self.aad)
    }

    /// - Throws: `.damaged` when it is too short or another salt's, else `.wrongPassphrase`, which
    ///   a changed byte can't be told apart from.
    public func open(_ blob: [UInt8]) throws(VaultError) -> [UInt8] {
        guard blob.count >= 16 + 24 + XChaChaPoly.tagBytes, [UInt8](blob.prefix(16)) == salt else {
            throw .damaged
        }
        let nonce = [UInt8](blob[16..<40])
        guard
            let out = XChaChaPoly.open(
                [UInt8](blob.dropFirst(40)), key: key, nonce: nonce, aad: Self.aad)
        else { throw .wrongPassphrase }
        return out
    }

    /// The salt at the front of a sealed blob.
    public static func salt(of blob: [UInt8]) throws(VaultError) -> [UInt8] {
        guard blob.count >= 16 else { throw .damaged }
        return [UInt8](blob.prefix(16))
    }
}
