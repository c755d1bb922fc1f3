public import Wire

/// What came of sending a report. Texts are an authority's words, already bounded and cleaned.
public enum DeliveryOutcome: Sendable, Equatable {
    /// Taken, under this id.
    case accepted(id: Text, notice: Text?)
    /// Taken; the id comes later under this token.
    case token(Text)
    /// Certainly not taken, and trying again won't help: somebody must look.
    case refused(Text)
    /// Certainly not taken; may work later, after at least so many seconds where the authority
    /// said so.
    case unreachable(Text, after: UInt64?)
    /// Nobody knows whether it was taken.
    case unclear(Text)
}

public enum FindOutcome: Sendable, Equatable {
    case found(id: Text)
    /// The authority's list could be read, and it is not there.
    case absent
    /// The list can't be had or can't be relied on.
    case unknown(Text)
}

public enum TokenOutcome: Sendable, Equatable {
    case resolved(id: Text)
    case pending
    case unknown(Text)
}

public enum StatusOutcome: Sendable, Equatable {
    case known(AuthorityStatus)
    case unknown(Text)
}

/// How an authority says a report stands.
public struct AuthorityStatus: Sendable, Equatable {
    public var isClosed: Bool
    /// Its explanation.
    public var notes: Text?

    public init(isClosed: Bool, notes: Text?) {
        self.isClosed = isClosed
        self.notes = notes
    }
}

public enum TellOutcome: Sendable, Equatable {
    case told
    /// Its protocol has no way to be told.
    case impossible
    case failed(Text)
}
