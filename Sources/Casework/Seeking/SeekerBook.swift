public import Model
public import Sealing
public import Sodium
public import Wire

/// What a return code finds: the seeker's own cases and notes, made of nothing but the envelopes
/// of some weeks. Source: protocol/12-cases.md.
public struct SeekerBook: Sendable {
    /// One case or note of the code.
    public struct Thread: Sendable {
        public let number: UInt8
        public let keys: CaseKeys
        public internal(set) var requests: [(body: Incident, at: SaidAt)] = []
        public internal(set) var notes: [(body: Incident, at: SaidAt)] = []
        public internal(set) var messages: [Case.Message] = []
        public internal(set) var statuses: [Case.StatusChange] = []
        public internal(set) var acts: [(act: Act, at: SaidAt)] = []
        /// Names of members whose answers were seen; without one, an empty text.
        public internal(set) var helpers: [Text] = []
        /// Envelopes the seeker can take back, with the key that does it.
        public internal(set) var erasable: [(envelope: Envelope, key: Secret)] = []
        /// Consents to forward, in the order they were given.
        public internal(set) var consents: [GivenConsent] = []
        var withdrawn: [RevokeCommitment] = []
        var caseKeys: [GrantedKey] = []

        /// Nothing to show. The notice of an erasure may still be there until it expires.
        public var isEmpty: Bool { requests.isEmpty && notes.isEmpty }

        /// The key to write under, once somebody answered.
        public var key: Secret? { caseKeys.min(by: GrantedKey.isHigher)?.key }

        public var nextCounter: UInt64 { (acts.map { $0.act.counter }.max() ?? 0) + 1 }

        /// Whether its writer took it back; nobody answers it any more.
        public var isErased: Bool { acts.contains { $0.act.deed == .erase } }

        /// Whether its writer asked to take it up again, and nobody has set a status since.
        public var isReopened: Bool {
            guard let asked = acts.filter({ $0.act.deed == .reopen }).map({ $0.at }).max() else {
                return false
            }
            return statuses.allSatisfy { $0.at < asked }
        }

        public var state: CaseState {
            isReopened ? .inProgress : statuses.max { $0.at < $1.at }?.state ?? .received
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

    public internal(set) var threads: [Thread]
    private let network: NetworkID
    private let community: CommunityID
    private let rosters: [[UInt8]]

    public init(
        _ code: StretchedCode, network: NetworkID, community: CommunityID, rosters: [[UInt8]]
    ) {
        self.network = network
        self.community = community
        self.rosters = rosters
        threads = (0..<StretchedCode.cases).map {
            Thread(number: $0, keys: code.caseKeys(community, $0))
        }
    }

    /// The first number that nothing was found for.
    public var freeNumber: UInt8? { threads.first { $0.erasable.isEmpty }?.number }

    /// Reads all envelopes of some weeks, in the order this node received them.
    ///
    /// Two passes: own copies and grants first, then what lies under the keys they bring.
    public mutating func read(_ received: [(arrival: Int64, envelope: Envelope)]) {
        let envelopes = received.sorted { $0.arrival < $1.arrival }
        for index in threads.indices {
            var assembler = MessageAssembler()
            for (arrival, envelope) in envelopes {
                readOwn(envelope, arrival, index, &assembler)
            }
            readAnswers(envelopes, index)
            let keys = threads[index].caseKeys.map { $0.key }
            guard !keys.isEmpty else { continue }
            let tagged = keys.map { ($0, Mailbox.tagKey(of: $0)) }
            var shared = MessageAssembler()
            for (arrival, envelope) in envelopes {
                for (key, tag) in tagged where Mailbox.matches(tag, envelope.header) {
                    readShared(envelope, arrival, key, index, &shared)
                }
                addGrant(envelope, keys, index)
            }
            threads[index].messages.sort { $0.at < $1.at }
            threads[index].statuses.sort { $0.at < $1.at }
        }
    }

    private mutating func readOwn(
        _ envelope: Envelope, _ arrival: Int64, _ index: Int, _ assembler: inout MessageAssembler
    ) {
        let keys = threads[index].keys
        if Mailbox.matches(keys.selfTag, envelope.header) {
            threads[index].erasable.append((envelope, keys.erase))
            open(envelope, .key(keys.selfKey), arrival, index, &assembler) { book, message in
                try book.readCopy(message, index)
            }
        } else if Mailbox.matches(keys.grantTag, envelope.header) {
            open(envelope, .key(keys.thread), arrival, index, &assembler) { book, message in
                try book.readGrant(message, index)
            }
        }
    }

    /// Every part of a grant can be taken back with the key the grant brought.
    private mutating func addGrant(_ envelope: Envelope, _ keys: [Secret], _ index: Int) {
        guard Mailbox.matches(threads[index].keys.grantTag, envelope.header) else { return }
        for key in keys.map({ RetractCommitment.eraseKey(of: $0) })
        where RetractCommitment.opens(key, envelope.header) {
            threads[index].erasable.append((envelope, key))
        }
    }

    private mutating func readShared(
        _ envelope: Envelope, _ arrival: Int64, _ key: Secret, _ index: Int,
        _ assembler: inout MessageAssembler
    ) {
        let keyErase = RetractCommitment.eraseKey(of: key)
        let isSupporter = RetractCommitment.opens(keyErase, envelope.header)
        threads[index].erasable.append(
            (envelope, isSupporter ? keyErase : threads[index].keys.erase))
        open(envelope, .shared(key), arrival, index, &assembler) { book, message in
            switch message.kind {
            case .words:
                let words = try Words(decoding: message.payload)
                book.threads[index].messages.append(
                    Case.Message(
                        speaker: isSupporter ? .supporter : .seeker, text: words.text,
                        language: words.language, at: message.at))
            case .status: try book.readStatus(message, index)
            case .act: try book.readAct(message.payload, message.id, message.at, index)
            case .request, .selfCopy, .grant, .incidentNote, .claim, .release, .caseLetter, .note,
                .epochLetter, .join, .directory, .consent, .withdrawal, .answer:
                break
            }
        }
    }

    /// Opens one envelope and hands on the message it completes. What does not hold is left out.
    mutating func open(
        _ envelope: Envelope, _ opener: Opener, _ arrival: Int64, _ index: Int,
        _ assembler: inout MessageAssembler,
        _ read: (inout SeekerBook, WholeMessage) throws -> Void
    ) {
        guard let part = Sealer.open(envelope, with: opener, community: community) else { return }
        let opened = OpenedPart(
            id: Naming.envelopeID(network: network, envelope), header: envelope.header,
            content: part, arrival: arrival)
        guard let message = assembler.add(opened) else { return }
        do { try read(&self, message) } catch { return }
        assembler.finish(message)
    }

    private mutating func readCopy(_ message: WholeMessage, _ index: Int) throws {
        guard message.kind == .selfCopy else { return }
        let copy = try SelfCopy(decoding: message.payload)
        switch copy.kind {
        case .request:
            let request = try Request(decoding: copy.payload)
            threads[index].requests.append((request.body, message.at))
        case .incidentNote:
            let body = try Incident(CBOR(decoding: copy.payload))
            threads[index].notes.append((body, message.at))
        case .act: try readAct(copy.payload, copy.messageID, message.at, index)
        case .consent: try readConsent(copy.payload, message.at, index)
        case .withdrawal: try readWithdrawal(copy.payload, index)
        case .selfCopy, .grant, .words, .status, .claim, .release, .caseLetter, .note,
            .epochLetter, .join, .directory, .answer:
            break
        }
    }

    private mutating func readGrant(_ message: WholeMessage, _ index: Int) throws {
        guard message.kind == .grant else { return }
        let signed = try SignedMap(decoding: message.payload)
        let grant = try Grant(signed.fields())
        guard grant.caseID == threads[index].keys.caseID else { throw RecordError.wrongSubject }
        let certificate = try certified(grant.certificate, signed, message.id)
        let order = hash(Labels.granter, grant.caseID.bytes + certificate.persona.bytes)
        if !threads[index].caseKeys.contains(where: { $0.key == grant.caseKey }) {
            threads[index].caseKeys.append(
                GrantedKey(
                    key: grant.caseKey, epoch: certificate.epoch, generation: grant.generation,
                    order: order))
        }
        addHelper(certificate, index)
        guard let words = grant.words else { return }
        threads[index].messages.append(
            Case.Message(
                speaker: .supporter, text: words.text, language: words.language, at: message.at))
    }

    private mutating func readStatus(_ message: WholeMessage, _ index: Int) throws {
        let signed = try SignedMap(decoding: message.payload)
        let status = try Status(signed.fields())
        guard status.caseID == threads[index].keys.caseID else { throw RecordError.wrongSubject }
        let certificate = try certified(status.certificate, signed, message.id)
        addHelper(certificate, index)
        threads[index].statuses.append(
            Case.StatusChange(
                state: status.state, explanation: status.explanation, by: certificate.name,
                at: message.at))
    }

    /// Acts come twice, as a copy and under the case key: each counts once.
    private mutating func readAct(
        _ payload: [UInt8], _ id: MessageID, _ at: SaidAt, _ index: Int
    ) throws {
        let signed = try SignedMap(decoding: payload)
        let act = try Act(signed.fields())
        let persona = threads[index].keys.persona.publicKey
        let context = Said.context(network, community, id)
        guard act.caseID == threads[index].keys.caseID,
            signed.isSigned(by: persona, Labels.said, context: context)
        else { throw RecordError.notSigned }
        guard !threads[index].acts.contains(where: { $0.act == act }) else { return }
        threads[index].acts.append((act, at))
    }

    private mutating func addHelper(_ certificate: Certificate, _ index: Int) {
        let name = certificate.name ?? ""
        if !threads[index].helpers.contains(name) { threads[index].helpers.append(name) }
    }

    private func certified(
        _ map: SignedMap, _ signed: SignedMap, _ message: MessageID
    ) throws -> Certificate {
        let certificate = try Certificate(map, community: community, roster: rosters)
        guard
            signed.isSigned(
                by: certificate.persona.bytes, Labels.said,
                context: Said.context(network, community, message))
        else { throw RecordError.notSigned }
        return certificate
    }
}
