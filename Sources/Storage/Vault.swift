public import Model

/// A person's sealed state; the store cannot read it.
public struct Vault: Sendable, Equatable {
    /// From 1, one more with each change.
    public var version: Int64
    public var blob: [UInt8]
}

/// A change to a vault, refused if somebody else changed it first.
public struct VaultUpdate: Sendable, Equatable {
    public var name: String
    /// The version that was read; 0 to create it.
    public var expectedVersion: Int64
    public var blob: [UInt8]

    public init(name: String, expectedVersion: Int64, blob: [UInt8]) {
        self.name = name
        self.expectedVersion = expectedVersion
        self.blob = blob
    }
}

/// What a vault's owner opened of an item, sealed again under the vault's key.
public struct OpenedItem: Sendable, Equatable {
    public var vault: String
    public var item: ItemID
    public var topic: Topic
    public var blob: [UInt8]

    public init(vault: String, item: ItemID, topic: Topic, blob: [UInt8]) {
        self.vault = vault
        self.item = item
        self.topic = topic
        self.blob = blob
    }
}

/// Some of what a vault has opened, and where to go on.
public struct OpenedPage: Sendable, Equatable {
    public var items: [OpenedItem]
    /// To be passed on as `after`; nil when nothing is left.
    public var next: Int64?
    /// Where the last of `items` stands; what was asked for if there is none.
    public var last: Int64
}

/// How far a vault's owner has read a topic.
public struct ScanCursor: Sendable, Equatable {
    public var topic: Topic
    /// The last `TopicItem.seq` seen.
    public var seq: Int64

    public init(topic: Topic, seq: Int64) {
        self.topic = topic
        self.seq = seq
    }
}
