public import Model

/// One item of a submission and how far it has got.
public struct SubmissionItem: Sendable, Equatable {
    public var id: ItemID
    public var kind: ItemKind
    /// In the store; false once retracted or expired, and while pending.
    public var isHeld: Bool
    /// A retraction that waits for its release.
    public var isPending: Bool
    /// Nodes that announced it back, up to 64.
    public var announced: Int
    /// Nodes that signed a receipt, up to 64.
    public var receipts: Int
}

/// How a node showed that it has an item.
public enum WitnessKind: UInt8, Sendable {
    case announced = 0
    case receipt = 1
}

/// A retraction that is to leave this node later.
public struct PendingRetraction: Sendable, Equatable {
    /// `own`, with its target set.
    public var item: Item
    public var handle: Handle
    /// Unix seconds from which it may be released.
    public var due: UInt64

    public init(item: Item, handle: Handle, due: UInt64) {
        self.item = item
        self.handle = handle
        self.due = due
    }
}
