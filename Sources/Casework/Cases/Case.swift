public import Model
public import Sealing
public import Seeking
public import Sodium
public import Wire

/// One case as supporters see it: what opened messages add up to.
public struct Case: Sendable {
    /// A key both sides may write under, and where it stands among others.
    public struct Key: Sendable {
        public let secrets: CaseSecrets
        /// The granter's, which goes with the key wherever it is passed on.
        let certificate: SignedMap
        let generation: UInt64
        let epoch: UInt64
        let granter: PersonaID
        let order: [UInt8]

        /// The highest certificate epoch and generation, then the lowest hash.
        static func isHigher(_ l: Key, _ r: Key) -> Bool {
            if l.epoch != r.epoch { return l.epoch > r.epoch }
            if l.generation != r.generation { return l.generation > r.generation }
            return l.order.lexicographicallyPrecedes(r.order)
        }
    }

    public let id: CaseID
    public internal(set) var requests: [(body: Incident, at: SaidAt)] = []
    public internal(set) var threadKey: [UInt8]?
    public internal(set) var grantTag: Secret?
    public internal(set) var persona: [UInt8]?
    public internal(set) var messages: [Message] = []
    public internal(set) var statuses: [StatusChange] = []
    public internal(set) var acts: [(act: Act, at: SaidAt)] = []
    public internal(set) var claims = Claims()
    var keys: [Key] = []
    /// Envelopes of this case, as far as opened here.
    public internal(set) var items: [ItemID] = []
    /// Those that tell what the seeker did; an erased case keeps them alone.
    public internal(set) var actItems: [ItemID] = []

    init(id: CaseID) { self.id = id }

    /// The key to write under; nil before anybody answered.
    public var key: Key? { keys.min(by: Key.isHigher) }

    public var allKeys: [Secret] { keys.map { $0.secrets.caseKey } }

    public var isErased: Bool { acts.contains { $0.act.deed == .erase } }

    /// The last status, or that it was reopened or received.
    public var state: CaseState {
        let last = statuses.max { $0.at < $1.at }
        let reopened = acts.filter { $0.act.deed == .reopen }.map { $0.at }.max()
        if let last, let reopened, last.at < reopened { return .inProgress }
        return last?.state ?? .received
    }

    /// Files of its messages, in the order in which they were sent. Source: protocol/26-files.md.
    public var files: [(attachment: Attachment, speaker: Speaker, at: SaidAt)] {
        var files: [(attachment: Attachment, speaker: Speaker, at: SaidAt)] = []
        for request in requests {
            files += request.body.attachments.map { ($0, .seeker, request.at) }
        }
        for message in messages {
            files += message.attachments.map { ($0, message.speaker, message.at) }
        }
        return files.sorted { $0.at < $1.at }
    }

    public var contactRules: Text? { ContactRules.newest(told: requests, acts: acts) }

    /// Whether the seeker said they are in danger, or what they tell marks a high risk. A rule of
    /// thumb that a person may override. Source: Directive 2012/29/EU art. 22.
    public var risk: Risk {
        for request in requests {
            if request.body.inDanger == true { return .danger }
        }
        // ICCS 0101, 0102: killing; 03: sexual; 0204: trafficking; 0201: assault and threat.
        let grave: [[UInt8]] = ["0101", "0102", "03", "0204"].map { [UInt8]($0.utf8) }
        for request in requests {
            for kind in request.body.kinds where grave.contains(where: kind.iccs.utf8.starts) {
                return .high
            }
        }
        return .unmarked
    }

    public enum Risk: Int, Sendable, Comparable {
        case unmarked, high, danger

        public static func < (l: Self, r: Self) -> Bool { l.rawValue < r.rawValue }
    }

    /// When something was last said or done.
    public var lastChange: SaidAt? {
        (requests.map { $0.at } + messages.map { $0.at } + statuses.map { $0.at }
            + acts.map { $0.at }).max()
    }
}
