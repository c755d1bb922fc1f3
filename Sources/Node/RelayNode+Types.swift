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
    /// Submitted at this node.
    public let isOwn: Bool
    /// On its stem: nobody else may learn that it is here.
    public let isHidden: Bool

    public init(id: ItemID, content: Content, isOwn: Bool, isHidden: Bool = false) {
        self.id = id
        self.content = content
        self.isOwn = isOwn
        self.isHidden = isHidden
    }

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
            LinkID, NodeID, dialled: Text?, from: SourceGroup? = nil,
            syncKey: [UInt8] = [UInt8](repeating: 0, count: 32))
        case heard(LinkID, Frame)
        case drained(LinkID)
        case closed(LinkID)
        case dialFailed(Text)
        // From people on this node; each answered by `.answer`.
        /// `isUrgent`: leaves before all others and waits for none of them.
        case submit(UInt64, [Envelope], isUrgent: Bool = false)
        case erase(UInt64, [Retraction])
        /// Told by the operator: always wanted. Else dialled when neighbours are wanted.
        case know(address: Text, node: NodeID?, isPinned: Bool = true)
        case pin(NodeID)
        case unpin(NodeID)
        case block(NodeID)
        case unblock(NodeID)
        // From the store.
        case stored(StoreToken, StoreOutcome)
        case missing(LinkID, [ItemID])
        case fetched(LinkID, [Found])
        case due([Retraction])
        // At the start, before anything else.
        case recallRecords([Envelope])
        case recallOwn([ItemID])
        /// Everything held, in parts, after the records.
        case recallHeld([HeldRow])
        /// Own items that were never seen in the open.
        case recallStem([Envelope])
        case recallAnchors([PeerRecord])
    }

    /// What a store keeps of an item beside its bytes.
    public struct HeldRow: Sendable, Equatable {
        public let id: ItemID
        /// Of a retraction: what it retracts.
        public let target: ItemID?
        /// A retraction whose target was not held.
        public let isLoose: Bool
        public let slot: Slot
        public let ttlClass: TTLClass
        /// Of the envelope, or of the one retracted; so is `workBits`.
        public let size: UInt8
        public let workBits: UInt8
        public let topic: Topic
        public let isOwn: Bool
        public let isHidden: Bool
        /// Hidden since the open has no place for it; see `Effect.hide`.
        public let isDisplaced: Bool

        public init(
            id: ItemID, target: ItemID?, isLoose: Bool, slot: Slot, ttlClass: TTLClass,
            size: UInt8, workBits: UInt8, topic: Topic, isOwn: Bool, isHidden: Bool,
            isDisplaced: Bool
        ) {
            self.id = id
            self.target = target
            self.isLoose = isLoose
            self.slot = slot
            self.ttlClass = ttlClass
            self.size = size
            self.workBits = workBits
            self.topic = topic
            self.isOwn = isOwn
            self.isHidden = isHidden
            self.isDisplaced = isDisplaced
        }
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
        /// Own items for which the open has no place: kept, and unknown to others from now on.
        case hide([ItemID])
        case expire(WallTime)
        case findMissing(LinkID, [ItemID])
        case fetch(LinkID, [ItemID])
        /// To be recalled at the next start, in place of those before.
        case keepAnchors([PeerRecord])
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
        case neighbourUp(NodeID)
        case neighbourDown(NodeID)
        /// All that both hold was compared.
        case compared(NodeID, SyncReport)
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
        public let place: PeerPlace
        /// Items on their stem may leave this way in this epoch.
        public let isStem: Bool
        /// Milliseconds since all that both hold was last compared to the end.
        public let sinceCompared: UInt64?
        /// What is being compared now: the classes of up to two sessions.
        public let comparing: [TTLClass]
        /// That was lately, and nothing it had and we lacked is outstanding.
        public let isInSync: Bool
    }

    /// Where a link stands in this node's tree.
    public enum PeerPlace: Sendable, Equatable {
        /// Not a neighbour.
        case outside
        /// Items are pushed to it.
        case eager
        /// Items are announced to it.
        case lazy
    }
}
