public import Foundation

/// What commands ask of the node that owns a data folder. Travels as a binary property list over
/// the folder's socket; called directly where no node runs.
public enum ControlRequest: Codable, Sendable {
    case status
    case peers
    case addPeer(address: String)
    case mark(node: Data, pinned: Bool?, blocked: Bool?)
    /// Charters and current manifests, to be checked by whoever asks.
    case records
    /// Checkpoints of a bridge's forward log, newest first.
    case checkpoints(community: Data, bridge: Data)
    case joining
    case items(topic: Data, after: Int64)
    case fetch(ids: [Data])
    case submit(Submission)
    case erase(handle: Data, retractions: [Data])
    case submission(handle: Data)
    case watchedPages
    case watchPage(url: String, socks: String?, isWatched: Bool)
    case vaultNames
    case vault(name: String)
    case saveVault(SavedVault)
    case opened(vault: String, after: Int64)
    /// `expectedLast`: refused if the vault's last opened row stands elsewhere; nil for no matter.
    case addOpened(
        vault: String, items: [OpenedRow], cursors: [Cursor], expectedLast: Int64? = nil)
    case deleteOpened(vault: String, ids: [Data])
    case scanned(vault: String, topics: [Data])

    /// Envelopes to take in, with what must be kept with them or not at all.
    public struct Submission: Codable, Sendable {
        public var handle: Data
        public var envelopes: [Data]
        public var opened: [OpenedRow] = []
        public var vault: SavedVault?

        public init(handle: Data, envelopes: [Data]) {
            self.handle = handle
            self.envelopes = envelopes
        }
    }

    /// A vault as it shall be; version 0 makes a new one.
    public struct SavedVault: Codable, Sendable {
        public var name: String
        public var expectedVersion: Int64
        public var blob: Data

        public init(name: String, expectedVersion: Int64, blob: Data) {
            self.name = name
            self.expectedVersion = expectedVersion
            self.blob = blob
        }
    }

    /// An opened envelope under a vault key.
    public struct OpenedRow: Codable, Sendable {
        public var vault: String
        public var id: Data
        public var topic: Data
        public var blob: Data

        public init(vault: String, id: Data, topic: Data, blob: Data) {
            self.vault = vault
            self.id = id
            self.topic = topic
            self.blob = blob
        }
    }

    /// How far a topic was read.
    public struct Cursor: Codable, Sendable {
        public var topic: Data
        public var seq: Int64

        public init(topic: Data, seq: Int64) {
            self.topic = topic
            self.seq = seq
        }
    }
}

public enum ControlResponse: Codable, Sendable {
    case done
    case problem(Problem)
    case status(NodeStatus)
    case peers([PeerStatus])
    case records(KnownRecords)
    case checkpoints([Data])
    case joining(Joining)
    case items([Row])
    case found([Data?])
    case submission([SubmittedItem])
    case watchedPages([WatchedPage])
    case names([String])
    case vault(version: Int64, blob: Data)
    case opened([OpenedBlob], next: Int64?, last: Int64)
    case cursors([Int64])

    public struct Row: Codable, Sendable {
        public var seq: Int64
        public var bytes: Data
    }

    public struct OpenedBlob: Codable, Sendable {
        public var id: Data
        public var blob: Data
    }

    public struct SubmittedItem: Codable, Sendable {
        public var id: Data
        public var isRetraction: Bool
        public var isHeld: Bool
        public var isPending: Bool
        public var announcedBy: Int
        public var confirmedBy: Int
    }

    /// The network's records as this node follows them.
    public struct KnownRecords: Codable, Sendable {
        public var network: Data
        /// Encoded list of signed charters; nil until one has arrived.
        public var charters: Data?
        /// Encoded manifest records.
        public var manifests: [Data]
        /// Encoded cards of the bridges that the manifests name.
        public var cards: [Data]
        /// Encoded guidance records, by community and language.
        public var guidance: [Data]
        /// The node's clock, Unix seconds.
        public var clock: UInt64
        /// Relays known by links and manifests: whose confirmation can be counted.
        public var relays: Int
    }

    /// What an invite from this node says.
    public struct Joining: Codable, Sendable {
        public var network: Data
        public var node: Data
        public var addresses: [String]
        public var communities: [Data]
        public var preSharedKey: Data?
    }
}

/// What `kith status` shows.
public struct NodeStatus: Codable, Sendable {
    public var version: String
    public var node: String
    public var network: String
    public var networkName: String?
    public var isTest: Bool
    public var isRunning: Bool
    public var pid: Int32
    public var startedAt: UInt64
    public var listen: String
    public var addresses: [String]
    /// Node ids of linked relays.
    public var peers: [String]
    /// Linked relays that have told all they hold, with nothing of it outstanding.
    public var peersInSync: Int
    public var gossip: Gossip
    public var knownAddresses: Int
    public var items: Int64
    public var bytes: Int64
    public var retractions: Int64
    public var clockAheadSeconds: Int64?
    public var communities: [Community]
    /// Nil where none is served.
    public var page: Page?
    public var warnings: [String]

    /// How what spreads stands: counts, and nothing that tells an item's way.
    public struct Gossip: Codable, Sendable {
        /// Linked relays that items spread over.
        public var neighbours: Int
        /// Of these, those that items are pushed to; the others hear their ids.
        public var eager: Int
        /// Links by which messages leave on their stem now.
        public var stems: Int
        /// Messages on their stem here, own and others'.
        public var onStem: Int
        /// Relays remembered in case neighbours are lost.
        public var passive: Int
        /// Ids heard of and not here yet.
        public var wanted: Int
        /// Comparisons with other relays under way.
        public var comparisons: Int
        public var pushes: Int
        public var duplicates: Int
        public var grafts: Int
        public var prunes: Int
        /// Kinds of messages of which a period is full: more work is needed to be kept.
        public var fullPeriods: Int
    }

    /// The seeker's page.
    public struct Page: Codable, Sendable {
        /// Where it is served, with a trailing slash.
        public var address: String
        /// For visitors from elsewhere.
        public var isPublic: Bool
        public var files: Int
        /// SHA-256 of the files' listing; nil where the interface is served alone.
        public var hash: String?
        /// One for each community.
        public var links: [String]
    }

    public struct Community: Codable, Sendable {
        public var id: String
        public var name: String?
        /// Unix seconds until which its manifest holds; nil when none has arrived.
        public var manifestUntil: UInt64?
    }
}

/// One line of `kith peers`.
public struct PeerStatus: Codable, Sendable {
    public var node: String?
    public var address: String?
    public var isLinked: Bool
    public var isDialled: Bool
    public var isPinned: Bool
    public var isBlocked: Bool
    public var failures: UInt64
    public var clockAheadSeconds: Int64?
    /// Items are pushed to it, announced to it, or neither.
    public var place: Place
    /// Messages on their stem may leave this way now; never which.
    public var isStem: Bool
    /// All that both hold was compared in the last 15 minutes, and nothing is outstanding.
    public var isInSync: Bool
    /// Seconds since all that both hold was compared to the end.
    public var comparedSecondsAgo: UInt64?
    /// What is being compared now, by how long it lives: hour, day, week, month or quarter.
    public var comparing: [String]

    public enum Place: String, Codable, Sendable {
        case eager, lazy, outside
    }
}
