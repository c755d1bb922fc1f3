/// Every bound in one place; each line names where it comes from.
public enum Limits {
    // --- fixed by the protocol ---

    /// Largest frame body, bytes. protocol/04-frames.md
    public static let frameBodyBytes = 66560
    /// Largest record plaintext, bytes. protocol/03-links.md
    public static let recordBytes = 64512
    /// Record plaintexts are multiples of this. protocol/03-links.md
    public static let recordUnitBytes = 1024
    /// Ids in one IHAVE. protocol/04-frames.md
    public static let announcedIDs = 1024
    /// Ids in one WANT or GONE. protocol/04-frames.md
    public static let wantedIDs = 64
    /// Longest backoff in PRUNE, seconds. protocol/04-frames.md
    public static let pruneSeconds: UInt16 = 3600
    /// Records in one SHUFFLE. protocol/04-frames.md
    public static let shuffledRecords = 8
    /// Topics in one SYNC_OPEN. protocol/04-frames.md
    public static let syncTopics = 32
    /// A message of a reconciliation session, bytes. protocol/22-reconciliation.md
    public static let syncMessageBytes = 60_000
    /// Bytes of all messages of a session. protocol/22-reconciliation.md
    public static let syncBytes = 16 << 20
    /// Differences found in a session. protocol/22-reconciliation.md
    public static let syncDifferences = 20_000
    /// Round trips of a session. protocol/22-reconciliation.md
    public static let syncRounds = 256
    /// A session that hears nothing ends, milliseconds. protocol/22-reconciliation.md
    public static let syncIdleMilliseconds: UInt64 = 30_000
    /// Sessions at once, in all. protocol/22-reconciliation.md
    public static let syncSessions = 8
    /// A peer record may not live longer, seconds. protocol/04-frames.md
    public static let peerRecordSeconds: UInt64 = 7 * 86400
    /// An envelope must have more than this left to live, seconds. protocol/05-envelopes.md
    public static let remainingSeconds: UInt64 = 20 * 60
    /// Unsolicited envelopes may be this many slots old. protocol/05-envelopes.md
    public static let unsolicitedSlots: UInt32 = 6
    /// Most work bits an envelope may claim. protocol/05-envelopes.md
    public static let workBits: UInt8 = 64
    /// Charter work base outside test networks. protocol/02-networks.md
    public static let workBase: UInt8 = 14
    /// Parts of one message. protocol/10-content.md
    public static let messageParts = 16
    /// A claim's longest lease, seconds. protocol/12-cases.md
    public static let leaseSeconds: UInt64 = 72 * 3600
    /// A manifest's longest validity, seconds. protocol/13-communities.md
    public static let manifestSeconds: UInt64 = 45 * 86400
    /// Largest public record, bytes. protocol/14-public-records.md
    public static let recordContentBytes = 65468
    /// Longest chosen name, bytes of UTF-8. protocol/13-communities.md
    public static let nameBytes = 64
    /// How long intake week keys and group tags are kept, seconds. protocol/13-communities.md
    public static let keptKeysSeconds: UInt64 = 92 * 86400
    /// Checkpoints of a forward log that are kept, days. protocol/18-bridges.md
    public static let checkpointDays: UInt32 = 400
    /// A checkpoint's record holds this long, seconds. protocol/18-bridges.md
    public static let checkpointSeconds: UInt64 = 500 * 86400
    /// Withdrawals are remembered this long, seconds. protocol/17-consents.md
    public static let withdrawalSeconds: UInt64 = 120 * 86400
    /// A retraction outlives its target by this, seconds. protocol/07-retraction.md
    public static let retractionExtraSeconds: UInt64 = 86400

    // --- local choice ---

    /// CBOR nesting. protocol/01-conventions.md
    public static let cborDepth = 16
    /// A handshake must finish in this time, milliseconds. protocol/03-links.md
    public static let handshakeMilliseconds: UInt64 = 10_000
    /// Handshakes under way that others began. protocol/03-links.md
    public static let unfinishedInbound = 64
    /// Connections from one IPv4/24 or IPv6/56. protocol/03-links.md
    public static let connectionsPerGroup = 8
    /// Links in all, in both directions. Guess.
    public static let links = 128
    /// Links that others dialled. Guess: sixteen are left to dial.
    public static let linksOfOthers = links - 16
    /// A started frame must be whole in this time, milliseconds. protocol/03-links.md
    public static let frameMilliseconds: UInt64 = 30_000
    /// A silent link is probed after this, milliseconds. protocol/03-links.md
    public static let pingMilliseconds: UInt64 = 30_000
    /// A silent link is given up after this, milliseconds. protocol/03-links.md
    public static let silenceMilliseconds: UInt64 = 90_000
    /// The dialler replaces its connection after this, milliseconds. protocol/03-links.md
    public static let connectionMilliseconds: UInt64 = 12 * 3_600_000
    /// More unsent bytes than this close a link. protocol/03-links.md
    public static let unsentBytes = 1 << 20
    /// Above this, payload waits and only ids are sent. protocol/08-spreading.md
    public static let payloadUnsentBytes = 256 << 10
    /// Ids asked of one peer and not yet answered. protocol/08-spreading.md
    public static let missingPerPeer = 4096
    /// Ids asked of all peers and not yet answered. protocol/08-spreading.md
    public static let missing = 16384
    /// Of these, so many may be asked of any link, however many are asked of the others. Guess.
    public static let missingReserved = 32
    /// What is left of them to be shared, whoever asks first. protocol/08-spreading.md
    public static let missingShared = missing - links * missingReserved
    /// How long an asked id is waited for, milliseconds. Guess.
    public static let wantMilliseconds: UInt64 = 30_000
    /// Other peers remembered as having an asked id. protocol/08-spreading.md
    public static let alternativesPerID = 3
    /// Ids remembered as held or refused without asking the store. Guess.
    public static let recentIDs = 65536
    /// How often one neighbour hears all ids again, milliseconds. protocol/08-spreading.md
    public static let announceMilliseconds: UInt64 = 600_000
    /// Of the sessions at once, so many are kept for our own. Guess.
    public static let syncSessionsReserved = 2
    /// A session ends after this, milliseconds: slow answers keep no place for ever. Guess.
    public static let syncMilliseconds: UInt64 = 600_000
    /// Ids needed after which a session of ours ends: with those of the last message they stay
    /// below what may be asked of one peer. protocol/22-reconciliation.md
    public static let syncNeeds = 2048
    /// Ids announced to the other side in one session: it asks for no more. The limit above.
    public static let syncOffers = 4096
    /// Items' lanes made for one link: about two seconds. Measured: 2.5 µs each.
    public static let syncWork = 800_000
    /// Of these so many come back in a second: a link costs a hundredth of a core. Guess.
    public static let syncWorkPerSecond = 5000
    /// Sessions that one link may open at once after a pause; one more comes every second. Guess.
    public static let syncOpens = 30
    /// Items copied for a session about some topics. Guess.
    public static let syncPartItems = 1 << 18
    /// A neighbour is compared with, milliseconds. protocol/22-reconciliation.md
    public static let syncNeighbourMilliseconds: UInt64 = 300_000
    /// Another node is compared with, milliseconds. protocol/22-reconciliation.md
    public static let syncOtherMilliseconds: UInt64 = 1_800_000
    /// A new neighbour is compared with within this, milliseconds: not all at once. Guess.
    public static let syncStartMilliseconds = 1000
    /// Wait after the other side had no room, milliseconds. Guess.
    public static let syncRestMilliseconds: UInt64 = 10_000
    /// Clocks of neighbours this far off, by median, raise a warning, seconds.
    /// protocol/05-envelopes.md
    public static let clockWarningSeconds: UInt64 = 600
    /// First wait before dialling an address again, milliseconds. Guess.
    public static let redialMilliseconds: UInt64 = 1000
    /// Longest wait before dialling an address again, milliseconds. Guess.
    public static let redialMostMilliseconds: UInt64 = 60_000
    /// Addresses dialled in one second. Guess.
    public static let dialsAtOnce = 16
    /// Addresses known at the most. Guess.
    public static let knownAddresses = 1024
    /// Bytes of envelopes held, by default. protocol/06-store.md
    public static let storeBytes: UInt64 = 16 << 30
    /// Rows held, by default. protocol/06-store.md
    public static let storeRows: UInt64 = 8_000_000
    /// Free bytes a disk must keep before a submission is accepted. protocol/06-store.md
    public static let freeDiskBytes: UInt64 = 64 << 20
    /// Items written in one transaction. Measured: larger batches gain nothing.
    public static let batchItems = 1000
    /// Envelopes in one submission: a 16-part message, its self copy, and room. Guess.
    public static let submissionItems = 128
    /// Largest request over the control socket, bytes. Guess.
    public static let controlBytes = 4 << 20
}
