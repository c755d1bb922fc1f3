public import Model
public import Wire

/// What the page's interface asks of the relay it belongs to; the daemon supplies it.
///
/// Nothing here tells of what is on its stem. No call blocks its thread.
/// Source: protocol/25-page.md.
public protocol PageNode: Sendable {
    /// How the relay stands.
    func relay() async -> RelayFacts

    /// The records by which a visitor checks a community.
    ///
    /// - Throws: `.unknownCommunity` for one that this relay does not follow.
    func records(_ community: CommunityID) async throws(PageRefusal) -> CommunityRecords

    /// The weeks of which there are texts in the open, oldest first.
    func weeks(_ community: CommunityID) async throws(PageRefusal) -> [WeekTotals]

    /// How far a part of about `bytesLimit` bytes goes.
    ///
    /// - Parameter after: the place of the last envelope read before; 0 for none.
    func span(
        _ partition: Partition, after: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartSpan

    /// A piece of a part: envelopes after one place and up to another, of about `bytesLimit` bytes.
    func piece(
        _ partition: Partition, after: Int64, through: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartPiece

    /// Refuses what would not be taken anyway, before anybody else's turn is used up for it.
    func check(_ envelopes: [Envelope]) async throws(PageRefusal)

    func check(_ retractions: [Retraction]) async throws(PageRefusal)

    /// Stores envelopes under a handle; returns how many once all are on disk. The same once more
    /// changes nothing.
    func submit(
        _ handle: Handle, isUrgent: Bool, _ envelopes: [Envelope]
    ) async throws(PageRefusal) -> Int

    /// Queues retractions under a handle; returns how many once all are on disk.
    func retract(
        _ handle: Handle, _ retractions: [Retraction]
    ) async throws(PageRefusal) -> Int

    /// How far what was submitted has got, in the order asked.
    func progress(_ handles: [Handle]) async throws(PageRefusal) -> [SubmissionProgress]
}

/// What a relay says of itself and its network.
public struct RelayFacts: Sendable {
    public struct Community: Sendable {
        public var id: CommunityID
        public var name: String

        public init(id: CommunityID, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// A period with no room for more work of the least worth; one bit above `floor` has room.
    public struct FullPeriod: Sendable {
        /// Nil for what no community counts for.
        public var community: CommunityID?
        public var isFile: Bool
        public var ttlClass: TTLClass
        public var firstSlot: Slot
        /// Work bits less size class.
        public var floor: Int

        public init(
            community: CommunityID?, isFile: Bool, ttlClass: TTLClass, firstSlot: Slot, floor: Int
        ) {
            self.community = community
            self.isFile = isFile
            self.ttlClass = ttlClass
            self.firstSlot = firstSlot
            self.floor = floor
        }
    }

    public var network: NetworkID
    public var now: WallTime
    public var version: String
    /// Nil until the network's charter has arrived; so are the next two.
    public var networkName: String?
    public var isTest: Bool?
    public var workBase: UInt8?
    /// Other relays known by links and manifests.
    public var relays: Int
    public var communities: [Community]
    public var fullPeriods: [FullPeriod]

    public init(
        network: NetworkID, now: WallTime, version: String, networkName: String?, isTest: Bool?,
        workBase: UInt8?, relays: Int, communities: [Community], fullPeriods: [FullPeriod]
    ) {
        self.network = network
        self.now = now
        self.version = version
        self.networkName = networkName
        self.isTest = isTest
        self.workBase = workBase
        self.relays = relays
        self.communities = communities
        self.fullPeriods = fullPeriods
    }
}

/// Encoded records, to be checked by whoever reads them.
public struct CommunityRecords: Sendable {
    /// The list of signed charters.
    public var charters: [UInt8]
    public var manifest: [UInt8]
    /// Of the bridges that the manifest names.
    public var cards: [[UInt8]]
    /// Guidance packs.
    public var guidance: [[UInt8]]

    public init(
        charters: [UInt8], manifest: [UInt8], cards: [[UInt8]], guidance: [[UInt8]]
    ) {
        self.charters = charters
        self.manifest = manifest
        self.cards = cards
        self.guidance = guidance
    }
}

/// How much text of one week is in the open.
public struct WeekTotals: Sendable, Equatable {
    public var week: Week
    public var envelopes: Int
    public var bytes: Int
    /// File envelopes: how fine their partitions may be follows from it.
    public var files: Int

    public init(week: Week, envelopes: Int, bytes: Int, files: Int) {
        self.week = week
        self.envelopes = envelopes
        self.bytes = bytes
        self.files = files
    }
}

/// What is read as a whole, so that nothing is told by what is read.
public enum Partition: Sendable, Equatable {
    /// All text of a community's week.
    case texts(CommunityID, Week)
    /// A week's file envelopes whose id begins with these bits.
    case files(CommunityID, Week, bits: Int, prefix: UInt32)
}

/// How far a part goes.
public struct PartSpan: Sendable, Equatable {
    /// The place of its last envelope; that asked after where there is none.
    public var last: Int64
    /// Whether more follows it.
    public var isMore: Bool

    public init(last: Int64, isMore: Bool) {
        self.last = last
        self.isMore = isMore
    }
}

/// Envelopes, one after the other.
public struct PartPiece: Sendable, Equatable {
    public var bytes: [UInt8]
    /// The place of the last one; nil if there is none.
    public var last: Int64?

    public init(bytes: [UInt8], last: Int64?) {
        self.bytes = bytes
        self.last = last
    }
}

/// What became of a submission: counts of what happened and nothing else.
public struct SubmissionProgress: Sendable, Equatable {
    /// Envelopes and retractions that were acknowledged.
    public var items: Int
    /// Of these, held here.
    public var held: Int
    /// Retractions that have not left yet.
    public var waiting: Int
    /// Relays that announced each of the envelopes back: the least of them.
    public var announced: Int
    /// Relays that signed to have applied each of the retractions: the least of them.
    public var confirmed: Int
    /// Other relays known.
    public var relays: Int

    public init(
        items: Int, held: Int, waiting: Int, announced: Int, confirmed: Int, relays: Int
    ) {
        self.items = items
        self.held = held
        self.waiting = waiting
        self.announced = announced
        self.confirmed = confirmed
        self.relays = relays
    }
}
