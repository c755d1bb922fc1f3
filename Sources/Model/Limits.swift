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
    /// Work bits that a person may add where a period is full. protocol/06-store.md
    public static let moreBits: UInt8 = 4
    /// Charter work base outside test networks. protocol/02-networks.md
    public static let workBase: UInt8 = 14
    /// Parts of one message. protocol/10-content.md
    public static let messageParts = 16
    /// Bytes of one attachment, and of all that a seeker attaches in one case. protocol/26-files.md
    public static let attachmentBytes = 16 << 20
    /// Bytes of a file in one chunk. protocol/26-files.md
    public static let chunkBytes = 65370
    /// Attachments that are read of one message. protocol/26-files.md
    public static let attachmentsPerMessage = 16
    /// Letters of a media type. protocol/26-files.md
    public static let mediaTypeBytes = 64
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
    /// A guidance record's longest validity, seconds. protocol/24-guidance.md
    public static let guidanceSeconds: UInt64 = 400 * 86400
    /// Languages in which a community's guidance is kept. protocol/24-guidance.md
    public static let guidanceLanguages = 16
    /// Longest language tag, bytes. RFC 5646 section 4.4.1; protocol/24-guidance.md
    public static let languageBytes = 35
    /// Longest pack, bytes: it must fit a record with its signature. protocol/24-guidance.md
    public static let packBytes = 65_000
    /// Sections of a pack. protocol/24-guidance.md
    public static let packSections = 64
    /// Contacts of a pack. protocol/24-guidance.md
    public static let packContacts = 64
    /// Questions of a pack. protocol/24-guidance.md
    public static let packQuestions = 16
    /// Tables of a pack. protocol/24-guidance.md
    public static let packTables = 16
    /// Answers of a question. protocol/24-guidance.md
    public static let packAnswers = 12
    /// Paragraphs and lists of a section. protocol/24-guidance.md
    public static let packBlocks = 24
    /// Items of a list in a section. protocol/24-guidance.md
    public static let packItems = 24
    /// Rows of a table. protocol/24-guidance.md
    public static let packRows = 64
    /// Conditions of a row. protocol/24-guidance.md
    public static let packConditions = 8
    /// Values of a condition, needs of a contact. protocol/24-guidance.md
    public static let packValues = 24
    /// Results of a row. protocol/24-guidance.md
    public static let packResults = 24
    /// Phones of a contact. protocol/24-guidance.md
    public static let packPhones = 4
    /// Languages a contact speaks. protocol/24-guidance.md
    public static let packSpoken = 32
    /// Longest id in a pack, bytes. protocol/24-guidance.md
    public static let packIDBytes = 32
    /// Longest title, heading, name or answer in a pack, bytes of UTF-8. protocol/24-guidance.md
    public static let packLineBytes = 400
    /// Longest paragraph in a pack, bytes of UTF-8. protocol/24-guidance.md
    public static let packTextBytes = 2000
    /// Longest web address in a pack, bytes. protocol/24-guidance.md
    public static let packWebBytes = 256
    /// Checkpoints of a forward log that are kept, days. protocol/18-bridges.md
    public static let checkpointDays: UInt32 = 400
    /// A checkpoint's record holds this long, seconds. protocol/18-bridges.md
    public static let checkpointSeconds: UInt64 = 500 * 86400
    /// Withdrawals are remembered this long, seconds. protocol/17-consents.md
    public static let withdrawalSeconds: UInt64 = 120 * 86400
    /// Retractions handed to a node at once. protocol/25-page.md; guess: all that one person wrote
    public static let retractionsAtOnce = 4096
    /// A retraction outlives its target by this, seconds. protocol/07-retraction.md
    public static let retractionExtraSeconds: UInt64 = 86400

    // --- local choice ---

    /// Envelopes that one case of a return code is read from: a member who floods a seeker fills no
    /// phone. Guess.
    public static let foundPerCase = 8192
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
    /// A stem epoch, milliseconds. protocol/21-stem.md
    public static let stemEpochMilliseconds: UInt64 = 600_000
    /// By how much it may be longer, milliseconds. protocol/21-stem.md
    public static let stemEpochJitterMilliseconds: UInt64 = 30_000
    /// Mean embargo, milliseconds; own items' is three times as long. protocol/21-stem.md
    public static let stemEmbargoMilliseconds: UInt64 = 39_000
    /// Bytes of others' items on their stem. protocol/21-stem.md
    public static let stemPoolBytes = 4 << 20
    /// Items by STEM from one link in a minute. protocol/21-stem.md
    public static let stemItemsPerMinute = 10
    /// Own items that leave in a minute. protocol/21-stem.md
    public static let stemOwnPerMinute = 6
    /// The mean gap between them, milliseconds. protocol/21-stem.md
    public static let stemOwnGapMilliseconds: UInt64 = 10_000
    /// Without any link an own item waits so long for one, milliseconds. protocol/21-stem.md
    public static let stemLinklessMilliseconds: UInt64 = 60_000
    /// Own items on their stem: more than may leave before they are too old. Guess.
    public static let stemOwnItems = 1024
    /// Other peers remembered as having an asked id. protocol/08-spreading.md
    public static let alternativesPerID = 3
    /// Ids remembered as held or refused without asking the store. Guess.
    public static let recentIDs = 65536
    /// Of the sessions at once, so many are kept for our own. Guess.
    public static let syncSessionsReserved = 2
    /// A session ends after this, milliseconds: slow answers keep no place for ever. Guess.
    public static let syncMilliseconds: UInt64 = 600_000
    /// Ids needed after which a session of ours ends: with those of the last message they stay
    /// below what may be asked of one peer. protocol/22-reconciliation.md
    public static let syncNeeds = 2048
    /// Ids announced to the other side in one session: it asks for no more. The limit above.
    /// protocol/22-reconciliation.md
    public static let syncOffers = 4096
    /// Items' lanes made for one link: about two seconds. Measured: 2.5 µs each.
    public static let syncWork: UInt64 = 800_000
    /// Of these so many come back in a second: a link costs a hundredth of a core. Guess.
    public static let syncWorkPerSecond: UInt64 = 5000
    /// Sessions that one link may open at once after a pause; one more comes every second. Guess.
    public static let syncOpens: UInt64 = 30
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
    /// An id is waited for longer from a peer that answers others, milliseconds. Guess.
    public static let wantMostMilliseconds: UInt64 = 300_000
    /// Announcements gather for this long, milliseconds. Guess; iroh-gossip has 5.
    public static let announceMilliseconds: UInt64 = 50
    /// The tree may bring an announced item for this long, or three round trips, milliseconds.
    /// Guess; iroh-gossip has 80.
    public static let graftMilliseconds: UInt64 = 500
    /// The next announcer is grafted after this or a round trip, milliseconds. Guess; iroh-gossip
    /// has 40.
    public static let graftRetryMilliseconds: UInt64 = 250
    /// Pushes of one id to one peer because it grafts it. Gossipsub 1.1
    /// protocol/08-spreading.md
    public static let graftReplies = 3
    /// Ids of which it is remembered how often a peer grafted them. Guess.
    public static let graftedIDs = 1024
    /// Ids of which it is remembered that a peer has them. Guess.
    public static let knownIDsPerPeer = 1024
    /// Items of which it is remembered how they came. Guess.
    public static let arrivals = 4096
    /// A neighbour must have had an item by so many hops less. Plumtree has 7; measured: 4 makes the
    /// longest way a third shorter, for 2 % more pushes.
    /// protocol/08-spreading.md
    public static let improvementHops = 4
    /// Between two changes of places for a shorter way, milliseconds. Guess.
    public static let improvementMilliseconds: UInt64 = 1000
    /// After a promotion the tree is left to settle, milliseconds. iroh-gossip 6cb0844
    /// protocol/08-spreading.md
    public static let settledMilliseconds: UInt64 = 1000
    /// Who grafts us without naming an item is not pruned for this long, milliseconds. Guess.
    public static let keptMilliseconds: UInt64 = 60_000
    /// Neighbours that are eager from the start; others become so when they bring what is new.
    /// Measured: with all of them the first of thirty items costs as much as all the rest.
    public static let eagerAtFirst = 3
    /// Neighbours up to which two stay eager. Guess.
    public static let smallView = 4
    /// Whom we prune may not graft us for this long unless it lacks something, seconds. Guess.
    public static let pruneBackoffSeconds: UInt16 = 10
    /// Size class from which neighbours are told that pushing is of no use: 16 KiB.
    /// protocol/08-spreading.md
    public static let dontWantSize: UInt8 = 5
    /// Presumed until measured, milliseconds. Guess.
    public static let presumedRoundTripMilliseconds: UInt64 = 100
    /// Longer measurements count as this, milliseconds. Guess.
    public static let mostRoundTripMilliseconds: UInt64 = 10_000
    /// Points that close a link. Guess: a hundred bad items.
    public static let faultPoints: UInt64 = 1000
    /// Points that fade in a second. Guess.
    public static let faultFadingPerSecond: UInt64 = 2
    /// Late answers that count at once. Guess.
    public static let brokenPromisesAtOnce = 10
    /// Clocks of neighbours this far off, by median, raise a warning, seconds.
    /// protocol/05-envelopes.md
    public static let clockWarningSeconds: UInt64 = 600
    /// How often the queue of delayed retractions is looked at while there are some, milliseconds. Guess.
    public static let dueMilliseconds: UInt64 = 1000
    /// The same while it is empty, milliseconds. Guess.
    public static let dueIdleMilliseconds: UInt64 = 60_000
    /// First wait before dialling an address again, milliseconds. Guess.
    public static let redialMilliseconds: UInt64 = 1000
    /// Longest wait before dialling an address again, milliseconds. Guess.
    public static let redialMostMilliseconds: UInt64 = 60_000
    /// The same without any neighbour, milliseconds. Guess.
    public static let redialAloneMilliseconds: UInt64 = 10_000
    /// Addresses dialled in one second. Guess.
    public static let dialsAtOnce = 16
    /// Addresses known at the most. Guess.
    public static let knownAddresses = 1024
    /// With fewer neighbours others are looked for at once. protocol/20-membership.md
    public static let neighboursSought = 5
    /// The same for a node that lists no address. protocol/20-membership.md
    public static let neighboursSoughtHidden = 4
    /// Neighbours at the most by a node's own choice. protocol/20-membership.md
    public static let neighboursChosen = 6
    /// Neighbours at the most if others ask. protocol/20-membership.md
    public static let neighboursMost = 8
    /// Neighbours that are to be dialled by the node. protocol/20-membership.md
    public static let neighboursDialled = 3
    /// Of these, the oldest that keep their places. protocol/20-membership.md
    public static let neighboursProtected = 2
    /// Neighbours that list no address. protocol/20-membership.md
    public static let guests = 48
    /// Nodes an operator can pin. Guess.
    public static let pinned = 64
    /// Records in the passive view. protocol/20-membership.md
    public static let passiveRecords = 60
    /// Of these, told by one node. protocol/20-membership.md
    public static let passiveIntroduced = 10
    /// First rest of a record whose dial failed, milliseconds. Guess.
    public static let passiveRestMilliseconds: UInt64 = 30_000
    /// Links a joiner's record walks. protocol/20-membership.md
    public static let walkLength: UInt8 = 6
    /// Where on its way it enters a passive view, counted from the end. protocol/20-membership.md
    public static let walkPassive: UInt8 = 3
    /// Walks that one JOIN begins. protocol/20-membership.md
    public static let joinWalks = 6
    /// A JOIN of one source group in this time, milliseconds. protocol/20-membership.md
    public static let joinMilliseconds: UInt64 = 60_000
    /// JOINs that a node sends in this time. Guess.
    public static let joinsSent = 3
    /// JOINs that a node passes on in this time. Guess.
    public static let joinsHeard = 256
    /// FORWARD_JOINs of one link at once. Guess: the JOINs of one minute.
    public static let walksAtOnce: UInt64 = 256
    /// So many more in a second. Guess.
    public static let walksPerSecond: UInt64 = 4
    /// An answer to NEIGHBOR is waited for, milliseconds. protocol/20-membership.md
    public static let neighborMilliseconds: UInt64 = 5000
    /// A node that refused is asked again after this, milliseconds. Guess.
    public static let refusedMilliseconds: UInt64 = 60_000
    /// The same without any neighbour, milliseconds. Guess.
    public static let refusedAloneMilliseconds: UInt64 = 5000
    /// One neighbour is displaced in this time, milliseconds. Guess.
    public static let displacementMilliseconds: UInt64 = 5000
    /// A displaced neighbour asks again after this, seconds. Guess.
    public static let displacedSeconds: UInt16 = 60
    /// Longest wait that DISCONNECT can ask for, seconds. protocol/20-membership.md
    public static let backoffSeconds: UInt16 = 3600
    /// First wait between looks for neighbours, milliseconds. Guess.
    public static let searchMilliseconds: UInt64 = 500
    /// Longest, milliseconds. Guess.
    public static let searchMostMilliseconds: UInt64 = 60_000
    /// Longest without any neighbour, milliseconds. Guess.
    public static let searchAloneMilliseconds: UInt64 = 5000
    /// Dials at once without any neighbour. protocol/20-membership.md
    public static let dialsAlone = 3
    /// Dials at once if neighbours are missing. Guess.
    public static let dialsMissing = 2
    /// A dial without an answer counts as failed after this, milliseconds. Guess.
    public static let dialMilliseconds: UInt64 = 60_000
    /// Between SHUFFLEs, milliseconds. protocol/20-membership.md
    public static let shuffleMilliseconds: UInt64 = 60_000
    /// The first of a node that knows hardly any other, milliseconds. Guess.
    public static let shuffleFirstMilliseconds: UInt64 = 5000
    /// Neighbours' records in a SHUFFLE. protocol/20-membership.md
    public static let shuffledActive = 3
    /// Passive records in a SHUFFLE. protocol/20-membership.md
    public static let shuffledPassive = 4
    /// SHUFFLEs of one link at once. Guess.
    public static let shufflesAtOnce: UInt64 = 16
    /// So many more in a second. Guess.
    public static let shufflesPerSecond: UInt64 = 1
    /// SHUFFLEs under way that are remembered. protocol/20-membership.md
    public static let walksKept = 256
    /// How long, milliseconds. protocol/20-membership.md
    public static let walkKeptMilliseconds: UInt64 = 60_000
    /// Between looks beyond the neighbours, milliseconds. protocol/20-membership.md
    public static let healingMilliseconds: UInt64 = 600_000
    /// Dials of one such look. Guess.
    public static let healingTries = 3
    /// Comparing with a node beyond may take so long, milliseconds. Guess.
    public static let compareMilliseconds: UInt64 = 300_000
    /// Nodes remembered over restarts. protocol/20-membership.md
    public static let anchors = 8
    /// They are written down at most once in this time, milliseconds. Guess.
    public static let anchorsMilliseconds: UInt64 = 60_000
    /// A link we dialled that is of no use is closed after this, milliseconds. Guess.
    public static let idleMilliseconds: UInt64 = 30_000
    /// The same once it was refused to be neighbours, milliseconds. Guess.
    public static let idleRefusedMilliseconds: UInt64 = 3000
    /// The same for one that another dialled, milliseconds. Guess.
    public static let idleInboundMilliseconds: UInt64 = 600_000
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
