public import Model
public import Sealing
public import Sodium
public import Wire

/// Writes what a seeker sends. Source: protocol/12-cases.md.
public struct SeekerComposer {
    public enum Failure: Error, Equatable {
        /// The community's manifest names no intake key for this week: it is too old.
        case intakeKeyMissing
        /// The bridge's card names no key for this week: it is too old.
        case bridgeKeyMissing
        /// Nothing was chosen, or something the case does not have.
        case nothingChosen
        case sealing(SealError)
    }

    let network: NetworkID
    let community: CommunityID
    let keys: CaseKeys
    let workBase: UInt8
    let now: WallTime
    let random: RandomSource
    /// How long what is written lasts; ninety days but where a device is too slow for the work.
    public var ttlClass = TTLClass.quarter

    public init(
        network: NetworkID, community: CommunityID, keys: CaseKeys, workBase: UInt8,
        now: WallTime, random: @escaping RandomSource
    ) {
        self.network = network
        self.community = community
        self.keys = keys
        self.workBase = workBase
        self.now = now
        self.random = random
    }

    /// A request for support, and the copy with which its writer finds it again.
    public func request(
        _ body: Incident, manifest: Manifest
    ) throws(Failure) -> [EnvelopeDraft] {
        guard let intake = manifest.intakeKey(now.slot.week) else { throw .intakeKeyMissing }
        let request = Request(keys, body: body)
        let id = messageID()
        return try seal(.request, request.encoded, .key(intake), id: id)
            + copy(.request, request.encoded, id)
    }

    /// A record for oneself alone.
    public func note(_ body: Incident) throws(Failure) -> [EnvelopeDraft] {
        try copy(.incidentNote, body.cbor.encoded, messageID())
    }

    /// More words in an answered case.
    public func words(
        _ text: Text, language: Text?, attachments: [Attachment] = [], under key: Secret
    ) throws(Failure) -> [EnvelopeDraft] {
        let words = Words(text: text, language: language, attachments: attachments)
        return try seal(
            .words, words.cbor.encoded, .shared(key), id: messageID(),
            tag: Mailbox.tagKey(of: key))
    }

    /// More words: under the case key once there is one, as another request before.
    public func more(
        _ text: Text, language: Text?, attachments: [Attachment] = [], under key: Secret?,
        manifest: Manifest
    ) throws(Failure) -> [EnvelopeDraft] {
        if let key {
            return try words(text, language: language, attachments: attachments, under: key)
        }
        var body = Incident()
        // A file may come without a word.
        body.account = text.utf8.isEmpty ? nil : text
        body.language = language
        body.attachments = attachments
        return try request(body, manifest: manifest)
    }

    /// An act: under the case key once there is one, to intake always, so that whoever reads the
    /// request reads it too.
    public func act(
        _ deed: Act.Deed, value: CBOR? = nil, counter: UInt64, under key: Secret?,
        manifest: Manifest
    ) throws(Failure) -> [EnvelopeDraft] {
        guard let intake = manifest.intakeKey(now.slot.week) else { throw .intakeKeyMissing }
        let act = Act(caseID: keys.caseID, deed: deed, value: value, counter: counter)
        let id = messageID()
        let payload = Said.sign(act.cbor, network, community, id, by: keys.persona).encoded
        var drafts = try seal(.act, payload, .key(intake), id: id) + copy(.act, payload, id)
        if let key {
            drafts += try seal(
                .act, payload, .shared(key), id: id, tag: Mailbox.tagKey(of: key))
        }
        return drafts
    }

    func copy(
        _ kind: ContentKind, _ payload: [UInt8], _ id: MessageID, first: Slot? = nil
    ) throws(Failure) -> [EnvelopeDraft] {
        let copy = SelfCopy(kind: kind, payload: payload, messageID: id, firstSlot: first)
        return try seal(
            .selfCopy, copy.encoded, .key(keys.selfKey.publicKey), id: messageID())
    }

    func messageID() -> MessageID { MessageID(random(16)) ?? .zero }

    func seal(
        _ kind: ContentKind, _ payload: [UInt8], _ recipient: Recipient, id: MessageID,
        tag: Secret? = nil
    ) throws(Failure) -> [EnvelopeDraft] {
        let posting = Posting(
            network: network, topic: Topics.intake(community, now.slot.week), slot: now.slot,
            ttlClass: ttlClass, workBits: workBase + ttlClass.rawValue,
            tagKey: tag ?? keys.selfTag, eraseKey: keys.erase)
        do {
            return try Sealer.seal(
                kind, payload, id: id, to: recipient, community: community, posting,
                random: random)
        } catch {
            throw .sealing(error)
        }
    }
}
