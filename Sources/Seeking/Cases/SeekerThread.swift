public import Model
public import Sealing
public import Sodium
public import Wire

extension SeekerBook {
    /// One case or note of the code.
    public struct Thread: Sendable {
        public let number: UInt8
        public let keys: CaseKeys
        public internal(set) var messages: [Message] = []
        public internal(set) var statuses: [StatusChange] = []
        public internal(set) var acts: [(act: Act, at: SaidAt)] = []
        /// Names of members whose answers were seen; without one, an empty text.
        public internal(set) var helpers: [Text] = []
        /// Consents to forward, in the order they were given.
        public internal(set) var consents: [GivenConsent] = []
        /// What the seeker keeps of their own messages, each once.
        public internal(set) var copies: [OwnCopy] = []
        var told: [Told] = []
        var withdrawn: [RevokeCommitment] = []
        var caseKeys: [GrantedKey] = []
        /// What can be taken back, and grants, which can be with the key that they brought.
        var taken: [Erasable] = []
        var grants: [Erasable] = []
        var known: [ItemID] = []
        var own = MessageAssembler()
        var shared = MessageAssembler()

        init(number: UInt8, keys: CaseKeys) {
            self.number = number
            self.keys = keys
        }
    }

    /// The body of a request or note.
    struct Told: Sendable {
        let kind: ContentKind
        let id: MessageID
        let body: Incident
        var at: SaidAt
    }

    /// An own message as it was kept, whenever its copy was sealed anew.
    public struct OwnCopy: Sendable {
        public let copy: SelfCopy
        /// When it was sealed first, as far as known.
        public internal(set) var at: SaidAt
        /// When its last copy ends.
        public internal(set) var expiry: WallTime
    }

    /// An envelope that the seeker can take back, of which only this is kept.
    struct Erasable: Sendable {
        let header: EnvelopeHeader
        let bodyHash: [UInt8]
        let key: Secret

        /// Nil if the key is not the one that does it, or relays would not take it.
        func retraction(_ terms: RetractionTerms) -> Retraction? {
            guard terms.hold(header, bodyHash: bodyHash) else { return nil }
            return RetractCommitment.retraction(of: header, bodyHash: bodyHash, key: key)
        }
    }

    struct GrantedKey: Sendable {
        let key: Secret
        let epoch: UInt64
        let generation: UInt64
        let order: [UInt8]

        static func isHigher(_ l: GrantedKey, _ r: GrantedKey) -> Bool {
            if l.epoch != r.epoch { return l.epoch > r.epoch }
            if l.generation != r.generation { return l.generation > r.generation }
            return l.order.lexicographicallyPrecedes(r.order)
        }
    }
}

extension SeekerBook.Thread {
    public var requests: [(body: Incident, at: SaidAt)] { bodies(.request) }

    public var notes: [(body: Incident, at: SaidAt)] { bodies(.incidentNote) }

    private func bodies(_ kind: ContentKind) -> [(body: Incident, at: SaidAt)] {
        var bodies: [(body: Incident, at: SaidAt)] = []
        for item in told where item.kind == kind { bodies.append((item.body, item.at)) }
        return bodies
    }

    /// Requests, or where there is none notes, oldest first.
    var bodies: [(body: Incident, at: SaidAt)] { requests.isEmpty ? notes : requests }

    /// Notes that only their writer has, beside a request; what only keeps files is none. Their
    /// files are among those of the case.
    var notesBeside: [(body: Incident, at: SaidAt)] {
        guard !requests.isEmpty else { return [] }
        var notes: [(body: Incident, at: SaidAt)] = []
        for (body, at) in self.notes {
            var rest = body
            rest.attachments = []
            if rest != Incident() { notes.append((rest, at)) }
        }
        return notes
    }

    /// The rules for safe contact that hold now.
    public var contactRules: Text? { ContactRules.newest(told: bodies, acts: acts) }

    /// What the case can tell an authority, before anything is added for one consent. A note beside
    /// a request stays with its writer.
    public var reportFields: [ReportField] {
        ReportField.all(of: bodies.map { $0.body }, contact: contactRules)
    }

    /// Nothing to show. The notice of an erasure may still be there until it expires.
    public var isEmpty: Bool { told.isEmpty }

    /// Nothing to take back: neither told, nor left by an erasure that was cut short, nor said by
    /// somebody who had not heard of it.
    public var isGone: Bool {
        isEmpty && !(isErased && (!caseKeys.isEmpty || !consents.isEmpty))
    }

    /// Whether nothing at all was found under this number.
    var isUnused: Bool { taken.isEmpty && grants.isEmpty }

    /// The key to write under, once somebody answered.
    public var key: Secret? { caseKeys.min(by: SeekerBook.GrantedKey.isHigher)?.key }

    public var nextCounter: UInt64 {
        var highest: UInt64 = 0
        for (act, _) in acts where act.counter > highest { highest = act.counter }
        return highest == .max ? highest : highest + 1
    }

    /// Whether its writer took it back; nobody answers it any more.
    public var isErased: Bool { acts.contains { $0.act.deed == .erase } }

    /// Whether its writer asked to take it up again, and nobody has set a status since.
    public var isReopened: Bool {
        acts.contains { (act, at) in
            act.deed == .reopen && statuses.allSatisfy { $0.at < at }
        }
    }

    public var state: CaseState {
        isReopened ? .inProgress : statuses.last?.state ?? .received
    }

    /// When the first of the own copies ends unless it is renewed; nil without any.
    public var lastMoment: WallTime? {
        copies.first.map { first in
            copies.reduce(first.expiry) { min($0, $1.expiry) }
        }
    }
}
