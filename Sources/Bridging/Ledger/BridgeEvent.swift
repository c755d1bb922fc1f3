public import Model
public import Sealing
public import Wire

/// One thing that happened at a bridge. Put on disk before it has an effect; a bridge's state is
/// what its events add up to, in their order.
public enum BridgeEvent: Sendable, Equatable {
    /// A consent came that held then. `message`: payload of kind 20.
    case consented(message: [UInt8], recipient: Presentation.Recipient, at: WallTime)
    /// A consent came that is whole but may not be forwarded.
    case rejected(message: [UInt8], reason: Text, at: WallTime)
    /// An opening came, whether its consent is known or not. 16 bytes.
    case withdrawn(opening: [UInt8], at: WallTime)
    /// The bridge's people agreed.
    case approved(ConsentID, at: WallTime)
    case refused(ConsentID, reason: Text, at: WallTime)
    /// The order to send: until an outcome follows, nobody knows whether the report left.
    case sending(ConsentID, at: WallTime)
    /// The authority took it. `salt`: 32 bytes, of its leaf.
    case delivered(ConsentID, id: Text, salt: [UInt8], at: WallTime)
    /// The authority took it and will tell its id.
    case tokened(ConsentID, token: Text, salt: [UInt8], at: WallTime)
    case resolved(ConsentID, id: Text, at: WallTime)
    /// Certainly not taken; tried again at `next`, or not before people looked.
    case failed(ConsentID, why: Text, next: WallTime?, at: WallTime)
    /// Nobody knows whether it was taken.
    case unclear(ConsentID, why: Text, next: WallTime, at: WallTime)
    /// It was looked for at the authority and not found, or could not be looked for.
    case notFound(ConsentID, isSure: Bool, at: WallTime)
    case status(ConsentID, AuthorityStatus, at: WallTime)
    /// The authority was told of a withdrawal, or not.
    case told(ConsentID, Told, at: WallTime)
    /// The seeker was answered. `message`: payload of kind 22.
    case answered(ConsentID, message: [UInt8])
    /// A day's log was closed. `fill`: its random leaves; `record`: the record published.
    case checkpointed(day: UInt32, fill: [[UInt8]], record: [UInt8])

    /// What came of telling an authority of a withdrawal.
    public enum Told: UInt64, Sendable {
        case told = 1
        case impossible = 2
        case failed = 3
    }

    /// The consent it is about; nil where it is about none, or none known yet.
    public var consent: ConsentID? {
        switch self {
        case .consented, .rejected, .withdrawn, .checkpointed: nil
        case .approved(let id, _), .refused(let id, _, _), .sending(let id, _),
            .delivered(let id, _, _, _), .tokened(let id, _, _, _), .resolved(let id, _, _),
            .failed(let id, _, _, _), .unclear(let id, _, _, _), .notFound(let id, _, _),
            .status(let id, _, _), .told(let id, _, _), .answered(let id, _):
            id
        }
    }

    /// The consent that an arriving message is; nil for other events.
    public var namedConsent: ConsentID? {
        switch self {
        case .consented(let message, _, _), .rejected(let message, _, _):
            guard let consent = try? Consent(decoding: message) else { return nil }
            return try? Presentation(decoding: consent.presentation).terms.id
        case .withdrawn, .approved, .refused, .sending, .delivered, .tokened, .resolved, .failed,
            .unclear, .notFound, .status, .told, .answered, .checkpointed:
            return nil
        }
    }
}
