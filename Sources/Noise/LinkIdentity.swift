public import Model
public import Sodium

/// Why a link key was not accepted as a node's.
public enum LinkIdentityError: Error, Equatable {
    /// The payload is not 100 bytes.
    case wrongLength(bytes: Int)
    /// The node, or somebody in its name, signed another link key, network or time.
    case wrongSignature
    /// Unix seconds.
    case expired(notAfter: UInt32, now: UInt64)
}

/// A node's word that a link key is its own: the payload of handshake messages 2 and 3.
///
/// Shape: `nodeId` (32 bytes), `notAfter` (u32, Unix seconds), the node's signature (64 bytes) over
/// the network's id, the link key and `notAfter`.
/// Source: protocol/03-links.md; protocol/vectors/noise/.
public struct LinkIdentity: Sendable, Equatable {
    /// The payload's length, bytes.
    public static let payloadBytes = 100

    /// Message 2, the longest of a link's handshake: two keys, a payload and two tags, in bytes.
    public static let largestMessageBytes = 32 + 32 + payloadBytes + 2 * ChaChaPoly.tagBytes

    private static let prologueLabel = Label("kith1:link")
    private static let keyLabel = Label("kith1:key")
    private static let version: UInt8 = 1

    public let node: NodeID
    /// From this moment on it no longer holds, Unix seconds.
    public let notAfter: UInt32
    private let signature: [UInt8]

    /// Signs `linkKey` (32 bytes) with the node's own key.
    public init(node key: SigningKey, linkKey: [UInt8], network: NetworkID, notAfter: UInt32) {
        precondition(linkKey.count == 32, "a link key of \(linkKey.count) bytes")
        guard let node = NodeID(key.publicKey) else {
            preconditionFailure("an Ed25519 public key of \(key.publicKey.count) bytes")
        }
        self.node = node
        self.notAfter = notAfter
        signature = key.sign(Self.keyLabel, Self.signed(linkKey, network, notAfter))
    }

    /// Reads a payload and checks that it is for `linkKey`, in this network, and not over.
    ///
    /// - Parameter linkKey: the static key that the handshake proved.
    /// - Throws: `LinkIdentityError`.
    public init(
        verifying payload: [UInt8], linkKey: [UInt8], network: NetworkID, now: WallTime
    ) throws(LinkIdentityError) {
        var reader = ByteReader(payload)
        guard let node: NodeID = reader.identifier32(), let notAfter: UInt32 = reader.integer(),
            reader.rest.count == 64
        else { throw .wrongLength(bytes: payload.count) }
        self.node = node
        self.notAfter = notAfter
        signature = [UInt8](reader.rest)
        let signed = Self.signed(linkKey, network, notAfter)
        guard verify(signature, Self.keyLabel, signed, key: node.bytes) else {
            throw .wrongSignature
        }
        guard now.seconds < UInt64(notAfter) else {
            throw .expired(notAfter: notAfter, now: now.seconds)
        }
    }

    /// The payload.
    public var encoded: [UInt8] {
        var out = node.bytes
        out.append(bigEndian: notAfter)
        return out + signature
    }

    /// What both sides of a link must hold alike: purpose, version and network.
    public static func prologue(network: NetworkID) -> [UInt8] {
        prologueLabel.padded + [version] + network.bytes
    }

    private static func signed(
        _ linkKey: [UInt8], _ network: NetworkID, _ notAfter: UInt32
    ) -> [UInt8] {
        var out = network.bytes + linkKey
        out.append(bigEndian: notAfter)
        return out
    }
}
