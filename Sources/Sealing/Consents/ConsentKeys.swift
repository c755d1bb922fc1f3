public import Model
public import Sodium
public import Wire

public enum ConsentKind {}
public enum RevokeKind {}

/// Names a consent to its seeker and its bridge only.
public typealias ConsentID = Identifier16<ConsentKind>
/// What an opening voids.
public typealias RevokeCommitment = Identifier16<RevokeKind>

/// What a seeker makes consents with: one key a case, from which comes a key pair for every consent.
/// Source: protocol/17-consents.md.
public struct ConsentKeys: Sendable {
    private let key: Secret

    /// - Parameter key: the case's `kith1:consent` key.
    public init(_ key: Secret) { self.key = key }

    /// The Ed25519 key of a consent to an authority.
    public func pair(_ id: ConsentID, _ authority: Text) -> SigningKey {
        let input = hash(Labels.authority, authority.utf8) + id.bytes
        return SigningKey(seed: prf(key, Labels.pair, input))
    }

    /// What, shown, withdraws the consent.
    public func opening(_ id: ConsentID) -> [UInt8] { prf128(key, Labels.withdraw, id.bytes) }

    /// Under which the bridge answers.
    public func replyKey(_ id: ConsentID) -> Secret { prf(key, Labels.reply, id.bytes) }

    public func commitment(_ id: ConsentID) -> RevokeCommitment {
        Self.commitment(opening: opening(id))
    }

    public static func commitment(opening: [UInt8]) -> RevokeCommitment {
        identifier16(hash128(Labels.revoke, opening))
    }
}
