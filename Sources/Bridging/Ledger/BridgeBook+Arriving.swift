public import Model
public import Sealing
public import Wire

// What comes in: consents and withdrawals, from anybody.

extension BridgeBook {
    /// Considers an opened message of kind 20.
    ///
    /// - Parameter authorities: those the current manifest names for this bridge.
    /// - Returns: what to put on disk; nil for what brings nothing new, or is nobody's consent:
    ///   without checks 1 to 3 there is nobody to answer.
    public func considered(
        consent message: [UInt8], authorities: [Presentation.Recipient], now: WallTime
    ) -> BridgeEvent? {
        guard let consent = try? Consent(decoding: message),
            let presentation = try? Presentation(decoding: consent.presentation)
        else { return nil }
        // The same again is no second consent; another of the same id is a forgery.
        guard entries[presentation.terms.id] == nil else { return nil }
        do {
            let recipient = try presentation.check(
                bridge: configuration.key, authorities: authorities, now: now)
            return .consented(message: message, recipient: recipient, at: now)
        } catch {
            guard let reason = Self.reason(error) else { return nil }
            return .rejected(message: message, reason: reason, at: now)
        }
    }

    /// Considers an opened message of kind 21, whether its consent is known or not.
    public func considered(withdrawal message: [UInt8], now: WallTime) -> BridgeEvent? {
        guard let withdrawal = try? Withdrawal(decoding: message),
            openings[withdrawal.commitment] == nil
        else { return nil }
        let isStray = !commitments.contains(withdrawal.commitment)
        guard !isStray || strays < Self.mostStrayOpenings else {
            return nil
        }
        return .withdrawn(opening: withdrawal.opening, at: now)
    }

    /// Words for the seeker; nil for what was not meant for this bridge.
    private static func reason(_ error: PresentationError) -> Text? {
        switch error {
        case .tooLong, .shape, .notSigned, .otherKey, .disclosures, .claim, .otherBridge: nil
        case .notNamed: "This bridge does not send to that authority any more."
        case .times: "The times in the consent are not possible. Is the clock right?"
        case .ended: "The consent had ended when it arrived."
        case .purpose: "The purpose in the consent is not known here."
        case .wouldBePublished:
            "That authority shows everybody what it gets, and the consent has words of your own."
        }
    }

    // MARK: The bridge's people

    public enum DecisionError: Error, Equatable, Sendable {
        case alreadySent
        case decided(BridgeEntry.Phase)
        case withdrawn
        case ended
        case unknownOutcome
    }

    /// The people agree: it goes once the cooling-off is over. Also for what was parked.
    public func approval(
        of entry: BridgeEntry, now: WallTime
    ) throws(DecisionError) -> BridgeEvent {
        try checkOpen(entry, now)
        return .approved(entry.id, at: now)
    }

    /// The people refuse, with a reason for the seeker.
    public func refusal(
        of entry: BridgeEntry, reason: Text, now: WallTime
    ) throws(DecisionError) -> BridgeEvent {
        switch entry.phase {
        case .approved, .retrying:
            guard holds(entry, now) else { throw isWithdrawn(entry) ? .withdrawn : .ended }
        default: try checkOpen(entry, now)
        }
        return .refused(entry.id, reason: reason, at: now)
    }

    private func checkOpen(_ entry: BridgeEntry, _ now: WallTime) throws(DecisionError) {
        switch entry.phase {
        case .waiting, .parked: break
        case .sent, .pending: throw .alreadySent
        case .sending, .unclear: throw .unknownOutcome
        case .approved, .retrying, .unfound, .refused, .follows, .behind, .replaced:
            throw .decided(entry.phase)
        }
        guard !isWithdrawn(entry) else { throw .withdrawn }
        guard now < entry.terms.expires else { throw .ended }
    }
}
