public import Model
public import Sealing
import Seeking
import Sodium
public import Wire

/// One consent on its way through a bridge. Source: protocol/18-bridges.md, "A consent's way".
public struct BridgeEntry: Sendable {
    public enum Phase: Sendable, Equatable {
        /// For the bridge's people to look at.
        case waiting  // next: approved, refused, replaced
        case approved(at: WallTime)  // next: sending, refused, replaced
        /// Ordered to send, without an outcome: it may have left.
        case sending(since: WallTime)  // next: sent, pending, retrying, parked, unclear, unfound
        /// Certainly not taken so far.
        case retrying(next: WallTime, why: Text)  // next: sending, refused, replaced
        /// Nobody knows whether it was taken: it is looked for first.
        case unclear(next: WallTime, why: Text)  // next: sent, retrying, parked, unfound
        /// People must look.
        case parked(why: Text)  // next: approved, refused, replaced
        /// Taken; the id is to come.
        case pending(token: Text)  // next: sent
        case sent(id: Text)  // final
        /// Withdrawn when nobody knew whether it was taken; then looked for in vain.
        case unfound(isSure: Bool)  // final
        case refused(reason: Text)  // final
        /// Lengthens the time of an earlier one that was sent.
        case follows(ConsentID)  // final
        /// Waits until it is known whether the one it renews was sent.
        case behind(ConsentID)  // next: waiting, follows
        case replaced  // final
    }

    public let presentation: Presentation
    public let recipient: Presentation.Recipient
    let replyKey: Secret
    public let arrived: WallTime
    public internal(set) var phase = Phase.waiting
    /// Orders to send so far.
    public internal(set) var attempts = 0
    /// Orders of which nobody knows the outcome, for they were not found afterwards.
    public internal(set) var doubts = 0
    /// At the last doubt the authority's list could not be had: it may be there.
    var mayBeThere = false
    /// What this one renews may be there.
    var renewsDoubt = false
    /// The first moment at which it can have been sent; nil before it was ordered to.
    var earliest: WallTime?
    public internal(set) var forward: Forward?
    public internal(set) var status: AuthorityStatus?
    public internal(set) var closedAt: WallTime?
    public internal(set) var told: BridgeEvent.Told?
    public internal(set) var toldAttempts = 0
    /// As encoded in the last answer; nil before the first.
    var lastAnswer: Answer?
    /// Renews this one.
    var successor: ConsentID?

    /// A report that an authority took.
    public struct Forward: Sendable, Equatable {
        public let day: UInt32
        public let salt: [UInt8]
        public let at: WallTime
        /// An earlier order may have arrived as well.
        public let isPerhapsTwice: Bool
    }

    init(
        _ presentation: Presentation, _ recipient: Presentation.Recipient, replyKey: Secret,
        arrived: WallTime
    ) {
        self.presentation = presentation
        self.recipient = recipient
        self.replyKey = replyKey
        self.arrived = arrived
    }

    public var id: ConsentID { presentation.terms.id }

    public var terms: ConsentTerms { presentation.terms }

    /// What leaves when it is sent.
    public var report: Report {
        Report(
            authority: terms.authority, mark: Report.mark(of: id), fields: presentation.fields)
    }

    /// The authority's id of the report.
    public var reference: Text? {
        if case .sent(let id) = phase { id } else { nil }
    }

    /// Whether the authority took it, with an id or with a token.
    public var isForwarded: Bool {
        switch phase {
        case .sent, .pending: true
        case .waiting, .approved, .sending, .retrying, .unclear, .parked, .unfound, .refused,
            .follows, .behind, .replaced:
            false
        }
    }

    /// Whether it is still to be found out if the authority has it.
    public var isOpen: Bool {
        switch phase {
        case .sending, .unclear: true
        case .waiting, .approved, .retrying, .parked, .pending, .sent, .unfound, .refused,
            .follows, .behind, .replaced:
            false
        }
    }

    /// Whether the authority would perhaps have it twice, were it sent now.
    public var isPerhapsTwice: Bool { doubts > 0 || renewsDoubt }
}

extension Report {
    /// The mark of a consent's report. Source: protocol/19-delivery.md, "Report".
    public static func mark(of id: ConsentID) -> Text { ReportMark.of(id) }
}
