public import Model
import Sealing
public import Sodium
public import Wire

public enum PeerRecordError: Error, Equatable {
    case signature
    case expired
    case tooFarAhead
}

extension PeerRecord {
    /// A node's own record. Source: protocol/04-frames.md.
    public static func signed(
        by key: SigningKey, network: NetworkID, seq: UInt64, notAfter: UInt32,
        addresses: [PeerAddress]
    ) -> PeerRecord {
        guard let node = NodeID(key.publicKey) else { preconditionFailure("a key has 32 bytes") }
        var record = PeerRecord(node: node, seq: seq, notAfter: notAfter, addresses: addresses)
        record.signature = key.sign(Labels.peer, network.bytes + record.unsigned)
        return record
    }

    /// - Throws: `PeerRecordError`.
    public func check(network: NetworkID, now: WallTime) throws(PeerRecordError) {
        guard UInt64(notAfter) > now.seconds else { throw .expired }
        guard UInt64(notAfter) <= now.seconds + Limits.peerRecordSeconds + 1200 else {
            throw .tooFarAhead
        }
        guard verify(signature, Labels.peer, network.bytes + unsigned, key: node.bytes) else {
            throw .signature
        }
    }
}
