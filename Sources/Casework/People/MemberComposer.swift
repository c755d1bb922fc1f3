public import Model
public import Sealing
public import Sodium
public import Wire

/// Writes what members send: replies, statuses, claims, letters. Gives drafts; the shell does the
/// work and submits. Source: protocol/12-cases.md, 13-communities.md.
public struct MemberComposer {
    public enum Failure: Error, Equatable {
        case notAMember
        case noSuchCase
        /// The case's request has not arrived, so there is no key to answer to.
        case requestMissing
        /// Nobody has answered yet, so there is no key to write under.
        case notAnswered
        /// Another member holds the case.
        case held(by: PersonaID)
        case notHeld
        case noSuchMember
        case intakeKeyMissing
        case nothingToSay
        case sealing(SealError)
    }

    let keyring: Keyring
    public let workBase: UInt8
    let now: WallTime
    let random: RandomSource

    public init(_ keyring: Keyring, workBase: UInt8, now: WallTime, random: @escaping RandomSource)
    {
        self.keyring = keyring
        self.workBase = workBase
        self.now = now
        self.random = random
    }

    // MARK: Cases

    /// The key that an answer goes under: the case's, or one that its first answer brings.
    public struct AnswerKey: Sendable {
        let secrets: CaseSecrets
        let isFirst: Bool
    }

    /// - Throws: `Failure.requestMissing` while there is nobody to answer to.
    public func answerKey(_ item: Case) throws(Failure) -> AnswerKey {
        if let secrets = item.key?.secrets { return AnswerKey(secrets: secrets, isFirst: false) }
        guard let thread = item.threadKey, let persona = item.persona, item.grantTag != nil else {
            throw .requestMissing
        }
        let secrets = CaseSecrets(
            caseKey: Secret(random(32)), teamKey: Secret(random(32)), threadKey: thread,
            persona: persona)
        return AnswerKey(secrets: secrets, isFirst: true)
    }

    /// Begins to seal a file for an answer. Source: protocol/26-files.md.
    ///
    /// - Throws: `FileError.empty`, `.tooLarge`.
    public func file(
        size: Int, type: MediaType, role: Attachment.Role, under key: AnswerKey
    ) throws(FileError) -> FileSealer {
        try FileSealer(
            size: size, type: type, role: role, network: keyring.network,
            community: keyring.community, slot: now.slot, workBase: workBase,
            eraseKey: RetractCommitment.eraseKey(of: key.secrets.caseKey), random: random)
    }

    /// An answer: the first one brings the seeker the case key, and the deputies a letter.
    ///
    /// - Parameter key: under which the attachments were sealed; without any, none is needed.
    public func reply(
        _ text: Text, language: Text?, attachments: [Attachment] = [], under key: AnswerKey? = nil,
        to item: Case, colleagues: [Certificate]
    ) throws(Failure) -> [EnvelopeDraft] {
        let words = Words(text: text, language: language, attachments: attachments)
        let answer: AnswerKey
        if let key { answer = key } else { answer = try answerKey(item) }
        let secrets = answer.secrets
        if !answer.isFirst {
            let key = secrets.caseKey
            return try seal(.words, words.cbor.encoded, .shared(key), under: key, topic: intake)
        }
        guard let tag = item.grantTag else { throw .requestMissing }
        let certificate = try epoch().certificate
        let grant = Grant(
            caseID: item.id, caseKey: secrets.caseKey, generation: 1, certificate: certificate,
            words: nil)
        let id = messageID()
        let erase = RetractCommitment.eraseKey(of: secrets.caseKey)
        let grants = try seal(
            .grant, sign(grant.cbor, id), .key(secrets.threadKey), id: id, tag: tag, erase: erase,
            topic: intake)
        // The words go apart, under the case key: colleagues can't open what is sealed to the seeker.
        let said = try seal(
            .words, words.cbor.encoded, .shared(secrets.caseKey), under: secrets.caseKey,
            topic: intake)
        return try grants + said
            + letter(
                item.id, generation: 1, secrets, certificate, to: colleagues.map { $0.memberKey })
    }

    /// The secrets of a case for members, this one always among them, so that they outlive the
    /// device that made them.
    func letter(
        _ id: CaseID, generation: UInt64, _ secrets: CaseSecrets, _ certificate: SignedMap,
        to members: [[UInt8]]
    ) throws(Failure) -> [EnvelopeDraft] {
        let own = keyring.person.memberKey.publicKey
        let letter = CaseLetter(
            caseID: id, generation: generation, secrets, certificate: certificate,
            to: [own] + members.filter { $0 != own }, community: keyring.community,
            random: random)
        return try group(.caseLetter, letter.encoded)
    }

    public func status(
        _ state: CaseState, explanation: Text?, language: Text?, of item: Case
    ) throws(Failure) -> [EnvelopeDraft] {
        guard let key = item.key?.secrets.caseKey else { throw .notAnswered }
        let status = Status(
            caseID: item.id, state: state, explanation: explanation, language: language,
            certificate: try epoch().certificate)
        let id = messageID()
        return try seal(
            .status, sign(status.cbor, id), .shared(key), id: id,
            tag: Mailbox.tagKey(of: key), erase: RetractCommitment.eraseKey(of: key),
            topic: intake)
    }

    /// A lease of `seconds`, 72 hours at the most.
    public func claim(_ item: Case, seconds: UInt64) throws(Failure) -> [EnvelopeDraft] {
        if let holder = item.claims.holder(now), holder.claimant != keyring.person.personaID {
            throw .held(by: holder.claimant)
        }
        let claim = Claim(
            caseID: item.id, parent: item.claims.parent(now), notBefore: now,
            expires: now.adding(seconds: min(seconds, Limits.leaseSeconds)),
            certificate: try epoch().certificate)
        let id = messageID()
        return try group(.claim, sign(claim.cbor, id), id: id)
    }

    /// Gives the case up; to somebody, who then also gets its secrets.
    public func release(_ item: Case, heir: Certificate?) throws(Failure) -> [EnvelopeDraft] {
        guard let holder = item.claims.holder(now) else { throw .notHeld }
        guard holder.claimant == keyring.person.personaID else {
            throw .held(by: holder.claimant)
        }
        let release = Release(
            caseID: item.id, claim: holder.id, certificate: try epoch().certificate,
            heir: heir?.persona)
        let id = messageID()
        var drafts = try group(.release, sign(release.cbor, id), id: id)
        guard let heir else { return drafts }
        for key in item.keys {
            drafts += try letter(
                item.id, generation: key.generation, key.secrets, key.certificate,
                to: [heir.memberKey])
        }
        return drafts
    }

    // MARK: Membership

    /// Asks to become a member.
    public func join(_ oneTimeSecret: Secret, intakeKey: [UInt8]) throws(Failure) -> [EnvelopeDraft]
    {
        let person = keyring.person
        let join = Join(
            persona: person.personaID, memberKey: person.memberKey.publicKey,
            tagKey: person.tagKey, secret: oneTimeSecret, name: person.name,
            network: keyring.network, community: keyring.community)
        return try seal(
            .join, join.encoded, .key(intakeKey), id: messageID(), tag: person.tagKey, erase: nil,
            topic: intake)
    }

    /// An epoch letter to one member, signed by the roster.
    public func epochLetter(_ signed: Keyring.SignedLetter) throws(Failure) -> [EnvelopeDraft] {
        guard let office = keyring.office else { throw .notAMember }
        let id = messageID()
        let payload = Said.sign(
            signed.letter.cbor, keyring.network, keyring.community, id, by: office.roster)
        return try seal(
            .epochLetter, payload.encoded, .key(signed.member.memberKey), id: id,
            tag: signed.member.tagKey, erase: nil, topic: intake)
    }

    /// The directory, signed by the roster, to the group.
    public func directory(_ map: CBOR) throws(Failure) -> [EnvelopeDraft] {
        guard let office = keyring.office else { throw .notAMember }
        let id = messageID()
        let payload = Said.sign(map, keyring.network, keyring.community, id, by: office.roster)
        return try group(.directory, payload.encoded, id: id)
    }

    // MARK: Private

    private var intake: Topic { Topics.intake(keyring.community, now.slot.week) }

    private func epoch() throws(Failure) -> Keyring.Epoch {
        guard let epoch = keyring.newestEpoch else { throw .notAMember }
        return epoch
    }

    private func messageID() -> MessageID {
        MessageID(random(16)) ?? .zero
    }

    private func sign(_ map: CBOR, _ id: MessageID) -> [UInt8] {
        Said.sign(map, keyring.network, keyring.community, id, by: keyring.person.persona).encoded
    }

    private func group(
        _ kind: ContentKind, _ payload: [UInt8], id: MessageID? = nil
    ) throws(Failure) -> [EnvelopeDraft] {
        let epoch = try epoch()
        return try seal(
            kind, payload, .shared(epoch.groupKey), id: id ?? messageID(),
            tag: Mailbox.tagKey(of: epoch.groupKey),
            erase: RetractCommitment.eraseKey(of: epoch.groupKey), topic: epoch.topic)
    }

    private func seal(
        _ kind: ContentKind, _ payload: [UInt8], _ recipient: Recipient, under key: Secret,
        topic: Topic
    ) throws(Failure) -> [EnvelopeDraft] {
        try seal(
            kind, payload, recipient, id: messageID(), tag: Mailbox.tagKey(of: key),
            erase: RetractCommitment.eraseKey(of: key), topic: topic)
    }

    private func seal(
        _ kind: ContentKind, _ payload: [UInt8], _ recipient: Recipient, id: MessageID,
        tag: Secret, erase: Secret?, topic: Topic
    ) throws(Failure) -> [EnvelopeDraft] {
        let posting = Posting(
            network: keyring.network, topic: topic, slot: now.slot, ttlClass: .quarter,
            workBits: workBase + TTLClass.quarter.rawValue, tagKey: tag, eraseKey: erase)
        do {
            return try Sealer.seal(
                kind, payload, id: id, to: recipient, community: keyring.community, posting,
                random: random)
        } catch {
            throw .sealing(error)
        }
    }
}
