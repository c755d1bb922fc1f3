public import Model
public import Sealing
public import Seeking
public import Sodium
import Wire

/// What a member's opened messages add up to: cases, joins, letters, the directory. The same
/// messages in any order give the same book. Source: protocol/12-cases.md.
public struct CaseBook: Sendable {
    public let network: NetworkID
    public let community: CommunityID
    let rosters: [[UInt8]]
    private let member: AgreementKey
    private var assembler = MessageAssembler()
    public private(set) var cases: [CaseID: Case] = [:]
    /// People who ask to become members.
    public private(set) var joins: [(join: Join, at: SaidAt)] = []
    /// Epoch letters for this member, checked.
    public private(set) var letters: [EpochLetter] = []
    /// Certificates of the newest epoch's members.
    public private(set) var colleagues: [Certificate] = []
    private var directoryEpoch: UInt64 = 0
    /// Words whose case letter has not been read yet.
    private var waiting: [CaseID: [WholeMessage]] = [:]

    public init(
        network: NetworkID, community: CommunityID, rosters: [[UInt8]], member: AgreementKey
    ) {
        self.network = network
        self.community = community
        self.rosters = rosters
        self.member = member
    }

    /// All keys of all cases, for finding what is under them.
    public var caseKeys: [CaseKey] {
        cases.keys.sorted().flatMap { id in
            (cases[id]?.allKeys ?? []).map { CaseKey(caseID: id, key: $0) }
        }
    }

    /// Adds an opened envelope. What does not hold is left out: it is a member's or a seeker's
    /// mistake, and nothing else depends on it.
    public mutating func add(_ opened: OpenedPart) {
        guard let message = assembler.add(opened) else { return }
        do { try read(message) } catch { return }
        assembler.finish(message)
    }

    /// Drops what was said in cases that their seekers erased; that they did so stays known.
    public mutating func forgetErased() {
        for (id, item) in cases where item.isErased {
            var kept = Case(id: id)
            kept.acts = item.acts
            kept.items = item.actItems
            kept.actItems = item.actItems
            cases[id] = kept
        }
    }

    private mutating func read(_ message: WholeMessage) throws {
        switch message.kind {
        case .request: try readRequest(message)
        case .words: try readWords(message)
        case .act: try readAct(message)
        case .status: try readStatus(message)
        case .grant: try readGrant(message)
        case .claim: try readClaim(message)
        case .release: try readRelease(message)
        case .caseLetter: try readCaseLetter(message)
        case .join: joins.append((try Join(decoding: message.payload), message.at))
        case .epochLetter: try readEpochLetter(message)
        case .directory: try readDirectory(message)
        case .selfCopy, .chunk, .incidentNote, .note, .consent, .withdrawal, .answer: break
        }
    }

    // MARK: From the seeker

    private mutating func readRequest(_ message: WholeMessage) throws {
        let request = try Request(decoding: message.payload)
        update(request.caseID, message) {
            // The first request stands, whichever of them is read first.
            if $0.requests.allSatisfy({ message.at < $0.at }) {
                $0.threadKey = request.threadKey
                $0.persona = request.persona
                $0.grantTag = request.grantTag
            }
            $0.requests.append((request.body, message.at))
        }
    }

    private mutating func readWords(_ message: WholeMessage) throws {
        let words = try Words(decoding: message.payload)
        let id = message.caseID
        let keys = cases[id]?.allKeys ?? []
        guard
            let key = keys.first(where: {
                Mailbox.matches(Mailbox.tagKey(of: $0), message.header)
            })
        else {
            if id != .zero { waiting[id, default: []].append(message) }
            return
        }
        // Only the seeker commits with another key than the case key's own.
        let isSupporter = RetractCommitment.opens(
            RetractCommitment.eraseKey(of: key), message.header)
        update(id, message) {
            $0.messages.append(
                Message(speaker: isSupporter ? .supporter : .seeker, words, at: message.at))
        }
    }

    private mutating func readAct(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        let act = try Act(signed.fields())
        guard
            let signer = signed.signatures.first(where: {
                CaseKeys.caseID(persona: $0.key) == act.caseID
            })?.key, isSaid(signed, by: signer, message.id)
        else { throw RecordError.notSigned }
        update(act.caseID, message) {
            if $0.acts.contains(where: { $0.act.counter == act.counter && $0.act == act }) {
                return
            }
            $0.acts.append((act, message.at))
            $0.actItems += message.items
        }
    }

    // MARK: From members

    private mutating func readStatus(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        let status = try Status(signed.fields())
        let certificate = try certified(status.certificate, signed, message.id)
        update(status.caseID, message) {
            $0.statuses.append(
                StatusChange(status, by: certificate, at: message.at))
        }
    }

    /// Our own grants, which only their seeker could open.
    private mutating func readGrant(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        let grant = try Grant(signed.fields())
        _ = try certified(grant.certificate, signed, message.id)
        update(grant.caseID, message) { item in
            guard let words = grant.words else { return }
            item.messages.append(
                Message(speaker: .supporter, words, at: message.at))
        }
    }

    private mutating func readClaim(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        let claim = try Claim(signed.fields())
        let certificate = try certified(claim.certificate, signed, message.id)
        let signers = signed.signatures.filter { isSaid(signed, by: $0.key, message.id) }
            .compactMap { PersonaID($0.key) }
        update(claim.caseID, message) {
            $0.claims.add(
                Claims.Entry(
                    id: Claim.id(of: signed.map), claim: claim, claimant: certificate.persona,
                    signers: signers))
        }
    }

    private mutating func readRelease(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        let release = try Release(signed.fields())
        let certificate = try certified(release.certificate, signed, message.id)
        update(release.caseID, message) {
            $0.claims.release(
                release.claim, by: certificate.persona, heir: release.heir, at: message.at)
        }
    }

    private mutating func readCaseLetter(_ message: WholeMessage) throws {
        let letter = try CaseLetter(decoding: message.payload)
        let certificate = try Certificate(
            letter.certificate, community: community, roster: rosters)
        guard let secrets = letter.opened(by: member, community: community),
            CaseKeys.caseID(persona: secrets.persona) == letter.caseID
        else { return }
        let key = Case.Key(
            secrets: secrets, certificate: letter.certificate, generation: letter.generation,
            epoch: certificate.epoch, granter: certificate.persona,
            order: hash(Labels.granter, letter.caseID.bytes + certificate.persona.bytes))
        update(letter.caseID, message) {
            $0.threadKey = $0.threadKey ?? secrets.threadKey
            $0.persona = $0.persona ?? secrets.persona
            let known = $0.keys.firstIndex { $0.secrets.caseKey == secrets.caseKey }
            if let known {
                // Of two letters with one key the higher counts, in whatever order they come.
                if Case.Key.isHigher(key, $0.keys[known]) { $0.keys[known] = key }
            } else {
                $0.keys.append(key)
            }
        }
        for words in waiting.removeValue(forKey: letter.caseID) ?? [] { try readWords(words) }
    }

    private mutating func readEpochLetter(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        try checkRoster(signed, message)
        let letter = try EpochLetter(signed.fields())
        let certificate = try Certificate(
            letter.certificate, community: community, roster: rosters)
        guard certificate.memberKey == member.publicKey, certificate.epoch == letter.epoch else {
            throw RecordError.wrongSubject
        }
        letters.append(letter)
    }

    private mutating func readDirectory(_ message: WholeMessage) throws {
        let signed = try SignedMap(decoding: message.payload)
        try checkRoster(signed, message)
        let directory = try MemberDirectory(signed.fields())
        var certificates: [Certificate] = []
        for map in directory.certificates {
            let certificate = try Certificate(map, community: community, roster: rosters)
            let isNext = certificates.last.map { $0.persona < certificate.persona } ?? true
            guard certificate.epoch == directory.epoch, isNext else {
                throw RecordError.outOfRange
            }
            certificates.append(certificate)
        }
        // Within an epoch members are only added: the longer list is the later one.
        if directory.epoch > directoryEpoch
            || directory.epoch == directoryEpoch && certificates.count > colleagues.count
        {
            directoryEpoch = directory.epoch
            colleagues = certificates
        }
    }

    // MARK: Private

    private func isSaid(_ signed: SignedMap, by key: [UInt8], _ message: MessageID) -> Bool {
        signed.isSigned(
            by: key, Labels.said, context: Said.context(network, community, message))
    }

    private func checkRoster(_ signed: SignedMap, _ message: WholeMessage) throws {
        guard rosters.contains(where: { isSaid(signed, by: $0, message.id) }) else {
            throw RecordError.notSigned
        }
    }

    /// The certificate of a signed payload, if its persona signed the payload for this message.
    private func certified(
        _ map: SignedMap, _ signed: SignedMap, _ message: MessageID
    ) throws -> Certificate {
        let certificate = try Certificate(map, community: community, roster: rosters)
        guard isSaid(signed, by: certificate.persona.bytes, message) else {
            throw RecordError.notSigned
        }
        return certificate
    }

    private mutating func update(
        _ id: CaseID, _ message: WholeMessage, _ change: (inout Case) -> Void
    ) {
        var item = cases[id] ?? Case(id: id)
        change(&item)
        item.items += message.items
        cases[id] = item
    }
}
