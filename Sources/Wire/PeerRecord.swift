public import Model

/// Where a node can be reached.
public enum PeerAddress: Sendable, Equatable, Hashable {
    case ipv4([UInt8], port: UInt16)
    case ipv6([UInt8], port: UInt16)
    /// A version 3 onion service's public key.
    case onion([UInt8], port: UInt16)
    case name([UInt8], port: UInt16)

    var isOnion: Bool {
        if case .onion = self { return true }
        return false
    }

    func encode(into out: inout [UInt8]) {
        switch self {
        case .ipv4(let bytes, let port):
            out += [1] + bytes
            out.append(bigEndian: port)
        case .ipv6(let bytes, let port):
            out += [2] + bytes
            out.append(bigEndian: port)
        case .onion(let key, let port):
            out += [3] + key
            out.append(bigEndian: port)
        case .name(let text, let port):
            out += [4, UInt8(text.count)] + text
            out.append(bigEndian: port)
        }
    }

    init?(from reader: inout ByteReader) {
        guard let kind: UInt8 = reader.integer() else { return nil }
        let length: Int
        switch kind {
        case 1: length = 4
        case 2: length = 16
        case 3: length = 32
        case 4:
            guard let count: UInt8 = reader.integer(), count > 0 else { return nil }
            length = Int(count)
        default: return nil
        }
        guard let bytes = reader.take(length), let port: UInt16 = reader.integer() else {
            return nil
        }
        switch kind {
        case 1: self = .ipv4([UInt8](bytes), port: port)
        case 2: self = .ipv6([UInt8](bytes), port: port)
        case 3: self = .onion([UInt8](bytes), port: port)
        default: self = .name([UInt8](bytes), port: port)
        }
    }
}

/// A node's signed word on where it can be reached. Source: protocol/04-frames.md.
public struct PeerRecord: Sendable, Equatable {
    public static let mostAddresses = 4

    public var node: NodeID
    public var seq: UInt64
    /// Unix seconds.
    public var notAfter: UInt32
    public var addresses: [PeerAddress]
    public var signature: [UInt8]

    public init(
        node: NodeID, seq: UInt64, notAfter: UInt32, addresses: [PeerAddress],
        signature: [UInt8] = []
    ) {
        self.node = node
        self.seq = seq
        self.notAfter = notAfter
        self.addresses = addresses
        self.signature = signature
    }

    /// All that the signature covers.
    public var unsigned: [UInt8] {
        var out = node.bytes
        out.append(bigEndian: seq)
        out.append(bigEndian: notAfter)
        out.append(UInt8(addresses.count))
        for address in addresses { address.encode(into: &out) }
        return out
    }

    public var encoded: [UInt8] { unsigned + signature }

    /// Nil unless `bytes` are one record and nothing else.
    public init?(decoding bytes: some Collection<UInt8>) {
        var reader = ByteReader([UInt8](bytes))
        self.init(from: &reader)
        guard reader.isAtEnd else { return nil }
    }

    /// Nil for more than four addresses, or onion addresses beside others.
    init?(from reader: inout ByteReader) {
        guard let node: NodeID = reader.identifier32(), let seq: UInt64 = reader.integer(),
            let notAfter: UInt32 = reader.integer(), let count: UInt8 = reader.integer(),
            count <= Self.mostAddresses
        else { return nil }
        var addresses: [PeerAddress] = []
        for _ in 0..<count {
            guard let address = PeerAddress(from: &reader) else { return nil }
            if let first = addresses.first, first.isOnion != address.isOnion { return nil }
            addresses.append(address)
        }
        guard let signature = reader.take(64) else { return nil }
        self.init(
            node: node, seq: seq, notAfter: notAfter, addresses: addresses,
            signature: [UInt8](signature))
    }
}
