public import Model

/// How this node came to know an address.
public enum AddressSource: String, Sendable {
    /// Given by the operator: never displaced.
    case given
    /// Given by an invite: never displaced.
    case invited
    /// Learned from other nodes.
    case learned
}

public struct KnownAddress: Sendable, Equatable {
    /// "host:port".
    public var address: String
    /// Who answered there or is said to; nil if that is unknown.
    public var node: NodeID?
    public var source: AddressSource
    /// Unix seconds; nil before the first success.
    public var lastSuccess: UInt64?
    /// Dials failed since then.
    public var failures: Int
}

/// What the operator decided about a node.
public struct NodeMark: Sendable, Equatable {
    public var node: NodeID
    public var pinned: Bool
    public var blocked: Bool
}
