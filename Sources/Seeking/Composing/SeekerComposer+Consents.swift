public import Model
public import Sealing
import Sodium
import Wire

/// What a seeker chose for one consent. Source: protocol/17-consents.md.
public struct ConsentChoice: Sendable {
    public var fields: [ReportField]
    public var authority: Presentation.Recipient
    /// The bridge's Ed25519 key.
    public var bridge: [UInt8]
    public var purpose: Purpose
    /// 1 to 90.
    public var days: UInt64
    /// The person knows that it will be public.
    public var isPublic: Bool
    public var renews: ConsentID?

    public init(
        fields: [ReportField], authority: Presentation.Recipient, bridge: [UInt8],
        purpose: Purpose, days: UInt64, isPublic: Bool, renews: ConsentID?
    ) {
        self.fields = fields
        self.authority = authority
        self.bridge = bridge
        self.purpose = purpose
        self.days = days
        self.isPublic = isPublic
        self.renews = renews
    }
}

extension SeekerComposer {
    /// Signs a consent: to be shown to the person first, and sealed only when they agree.
    ///
    /// - Precondition: 1 to 90 days.
    public func present(_ choice: ConsentChoice) throws(Failure) -> Presentation {
        precondition((1...Presentation.mostDays).contains(choice.days), "1 to 90 days")
        guard !choice.fields.isEmpty, let id = ConsentID(random(16)) else { throw .nothingChosen }
        let keys = ConsentKeys(self.keys.consent)
        let today = WallTime(seconds: UInt64(now.day) * 86400)
        let terms = ConsentTerms(
            id: id, authority: choice.authority.uri, bridge: choice.bridge,
            purpose: choice.purpose.term, issued: today,
            expires: today.adding(seconds: choice.days * 86400), commitment: keys.commitment(id),
            isPublic: choice.isPublic, renews: choice.renews)
        return Presentation(
            choice.fields, terms, by: keys.pair(id, choice.authority.uri),
            random: random)
    }

    /// A consent and the copy with which its writer finds it again.
    public func consent(
        _ presentation: Presentation, card: BridgeCard
    ) throws(Failure) -> [EnvelopeDraft] {
        let keys = ConsentKeys(self.keys.consent)
        let consent = Consent(
            presentation: presentation.bytes, replyKey: keys.replyKey(presentation.terms.id))
        return try toBridge(.consent, consent.encoded, card)
    }

    /// Takes a consent back.
    public func withdrawal(
        of id: ConsentID, card: BridgeCard
    ) throws(Failure) -> [EnvelopeDraft] {
        let opening = ConsentKeys(keys.consent).opening(id)
        return try toBridge(.withdrawal, Withdrawal(opening: opening).encoded, card)
    }

    private func toBridge(
        _ kind: ContentKind, _ payload: [UInt8], _ card: BridgeCard
    ) throws(Failure) -> [EnvelopeDraft] {
        guard let key = card.key(now.slot.week) else { throw .bridgeKeyMissing }
        let id = messageID()
        return try seal(kind, payload, .key(key), id: id) + copy(kind, payload, id)
    }
}
