public import Gossip
public import Model
import Sealing
public import Wire

/// One thing a store is asked to keep.
public struct StoreItem: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        case envelope(Envelope)
        case retraction(Retraction, target: ItemID)
    }

    public let id: ItemID
    public let content: Content
    public let isOwn: Bool

    public var header: EnvelopeHeader {
        switch content {
        case .envelope(let envelope): envelope.header
        case .retraction(let retraction, _): retraction.header
        }
    }

    /// When it may be dropped: retractions outlive their targets by a day.
    public var expiry: WallTime {
        switch content {
        case .envelope(let envelope): envelope.header.expiry
        case .retraction(let retraction, _):
            retraction.header.expiry.adding(seconds: Limits.retractionExtraSeconds)
        }
    }
}

/// What came of storing an item.
public enum StoreOutcome: Sendable, Equatable {
    case stored
    case duplicate
    /// A retraction of it is held.
    case retracted
    case noRoom
    /// The disk failed; it may be tried again.
    case failed
}

/// Names one order to the store until its answer comes.
public struct StoreToken: Hashable, Sendable {
    public let number: UInt64
}

/// Why something submitted here was not taken.
public enum SubmitError: Error, Sendable, Equatable {
    case refused(Refusal)
    case tooMany(count: Int, limit: Int)
    case noRoom
    case retracted
    case storeFailed
    /// No charter of this network has arrived yet.
    case networkUnknown
}

extension RelayNode {
    public enum Input: Sendable, Equatable {
        case wake
        // From links.
        /// A link to a proven node. `from`: where an incoming one came from, as far as that is
        /// known; `syncKey`: `Link.syncKey`.
        case opened(
            LinkID, NodeID, dialled: Text?, from: SourceGroup? = nil, syncKey: [UInt8] = [])
        case heard(LinkID, Frame)
        case drained(LinkID)
        case closed(LinkID)
        case dialFailed(Text)
        // From people on this node; each answered by `.answer`.
        case submit(UInt64, [Envelope])
        case erase(UInt64, [Retraction])
        case know(address: Text, node: NodeID?)
        case block(NodeID)
        case unblock(NodeID)
        // From the store.
        case stored(StoreToken, StoreOutcome)
        case missing(LinkID, [ItemID])
        case fetched(LinkID, [Found])
        case page(LinkID, [ItemPosition])
        case due([Retraction])
        // At the start, before anything else.
        case recallRecords([Envelope])
        case recallOwn([ItemID])
    }

    public struct Found: Sendable, Equatable {
        public let id: ItemID
        public let item: Held

        public init(id: ItemID, item: Held) {
            self.id = id
            self.item = item
        }
    }

    public struct Delayed: Sendable, Equatable {
        public let item: StoreItem
        public let due: WallTime
    }

    public enum Effect: Sendable, Equatable {
        case send(LinkID, Frame)
        case close(LinkID)
        case dial(Text)
        /// Answered by `.stored`; all or nothing.
        case store(StoreToken, [StoreItem])
        /// As `store`, for something a person submitted: kept together with what they asked.
        case storeSubmission(StoreToken, UInt64, [StoreItem])
        /// Queues retractions for later; answered by `.stored`.
        case delay(StoreToken, UInt64, [Delayed])
        /// Stores a queued retraction and takes it from the queue; answered by `.stored`.
        case release(StoreToken, StoreItem)
        /// Answered by `.due`.
        case takeDue(WallTime)
        case remove([ItemID])
        case expire(WallTime)
        case findMissing(LinkID, [ItemID])
        case fetch(LinkID, [ItemID])
        case list(LinkID, after: ItemPosition?)
        /// A node was seen to hold an own item, or to have applied an own retraction.
        case witness(ItemID, NodeID, isReceipt: Bool)
        case answer(UInt64, SubmitError?)
        case note(Note)
    }

    /// What operators may want to know; never content, keys or addresses of seekers.
    public enum Note: Sendable, Equatable {
        case peerUp(NodeID, dialled: Bool)
        case peerDown(NodeID)
        case peerRefused(NodeID, why: PeerRefusal)
        case itemRefused(Refusal, from: NodeID)
        /// A link that broke a rule or ran out of time, whoever it was.
        case linkEnded(LinkEnd)
        case storeFailed
        case charterKnown(seq: UInt64)
        case manifestKnown(CommunityID, seq: UInt64)
        case rootsForked(CommunityID)
        /// Seconds by which the neighbours' clocks are ahead of ours, by median.
        case clockOff(Int64)
    }

    public enum PeerRefusal: Sendable, Equatable {
        case blocked
        case ourselves
        case alreadyLinked
        case tooManyLinks
        case badRecord
        case noCommonVersion
        case helloNotFirst
        case tooMuchAsked
        case tooManyBadItems
        /// A day or more.
        case clocksApart
    }

    /// What `kith peers` shows of one link.
    public struct Peer: Sendable, Equatable {
        public let node: NodeID
        public let address: Text?
        public let isDialled: Bool
        public let isGreeted: Bool
        public let clockAhead: Int64?
        public let addresses: [PeerAddress]
        /// It has told all ids it holds since the link began, and nothing of it is outstanding.
        public let isInSync: Bool
    }
}
