public import Model

public enum ItemKind: UInt8, Sendable {
    case envelope = 0
    case retraction = 1
}

/// What the store keeps for others to fetch: an envelope, or the retraction of one.
///
/// The store believes every field: it decodes no bytes. Source: protocol/06-store.md.
public struct Item: Sendable, Equatable {
    public var id: ItemID
    public var slot: UInt32
    public var ttlClass: UInt8
    /// Unix seconds from which the row may go; a retraction's already has its extra day.
    public var expiry: UInt64
    public var topic: Topic
    /// Acknowledged to this node's own page or desk: has the reserve at its disposal.
    public var own: Bool
    /// Not seen in the open yet: nobody but this node's own people may learn that it is here.
    public var hidden: Bool
    /// Of the envelope, or of the one retracted: the work bits and the size class of its header.
    public var work: UInt8
    public var size: UInt8
    /// Set for retractions only: the id of the envelope retracted.
    public var target: ItemID?
    /// The envelope, header first, or the 112 bytes of a retraction.
    public var bytes: [UInt8]

    public init(
        id: ItemID, slot: UInt32, ttlClass: UInt8, expiry: UInt64, topic: Topic, own: Bool = false,
        hidden: Bool = false, work: UInt8 = 0, size: UInt8 = 0, target: ItemID? = nil,
        bytes: [UInt8]
    ) {
        self.id = id
        self.slot = slot
        self.ttlClass = ttlClass
        self.expiry = expiry
        self.topic = topic
        self.own = own
        self.hidden = hidden
        self.work = work
        self.size = size
        self.target = target
        self.bytes = bytes
    }

    public var kind: ItemKind { target == nil ? .envelope : .retraction }
}

/// What became of one item put.
public enum PutOutcome: Sendable, Equatable {
    /// Committed to disk, or no longer hidden. `removedTarget`: a retraction that also removed the
    /// envelope it names.
    case stored(removedTarget: Bool)
    /// Held already; for a retraction, one for its target is.
    case duplicate
    /// An envelope whose retraction is held: refused.
    case retracted
    /// The share it may use is full, or the disk nearly is: nothing kept.
    case noRoom

    public var isStored: Bool {
        switch self {
        case .stored: true
        case .duplicate, .retracted, .noRoom: false
        }
    }
}

/// What is kept of an item beside its bytes.
public struct ItemRow: Sendable, Equatable {
    /// Where to go on listing after this one; grows with arrival, is never used twice.
    public var seq: Int64
    public var id: ItemID
    public var kind: ItemKind
    public var slot: UInt32
    public var ttlClass: UInt8
    public var topic: Topic
    public var own: Bool
    public var hidden: Bool
    /// Hidden by `Store.hide`.
    public var displaced: Bool
    /// A retraction whose target was not held.
    public var loose: Bool
    public var work: UInt8
    public var size: UInt8
    /// Of a retraction: what it retracts.
    public var target: ItemID?
}

/// The answer to asking for one id.
public enum Fetched: Sendable, Equatable {
    case envelope([UInt8])
    /// Given for the retraction's own id and for its target's.
    case retraction([UInt8])
    case unknown
}

/// An envelope as read along its topic.
public struct TopicItem: Sendable, Equatable {
    /// Where to go on reading after this one; grows with arrival, is never used twice.
    public var seq: Int64
    public var id: ItemID
    public var bytes: [UInt8]
}

/// What the store holds.
public struct StoreTotals: Sendable, Equatable {
    /// Envelopes and retractions.
    public var rows: UInt64
    /// Bytes of envelopes; retractions are counted as rows only.
    public var bytes: UInt64
    public var retractions: UInt64
    /// Nil while nothing is held.
    public var oldestSlot: UInt32?
    public var newestSlot: UInt32?
}
