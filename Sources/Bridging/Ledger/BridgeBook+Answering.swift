public import Model
public import Sealing
public import Sodium
import Wire

// What seekers are told: whenever it differs from what they were told last.

extension BridgeBook {
    /// An answer that is due, and the key it goes under.
    public struct DueAnswer: Sendable {
        public let answer: Answer
        public let replyKey: Secret

        /// What to put on disk in one step with the answer's envelopes.
        public var event: BridgeEvent {
            .answered(answer.consent, message: answer.encoded)
        }
    }

    /// Answers that are due at `now`, oldest consent first.
    public func dueAnswers(_ now: WallTime) -> [DueAnswer] {
        all.compactMap { entry in
            guard let answer = answer(for: entry, now) else { return nil }
            var repeated = answer
            repeated.counter = entry.lastAnswer?.counter ?? 0
            guard repeated != entry.lastAnswer else { return nil }
            return DueAnswer(answer: answer, replyKey: entry.replyKey)
        }
    }

    /// What there is to say about an entry; nil while it is not known whether it was taken.
    private func answer(for entry: BridgeEntry, _ now: WallTime) -> Answer? {
        let source = sent(entry)
        guard let (state, text) = standing(of: entry, source, now) else { return nil }
        return Answer(
            consent: entry.id, counter: (entry.lastAnswer?.counter ?? 0) + 1, state: state,
            text: text, reference: source.reference, forwards: forwards(source))
    }

    /// The entry whose report was sent on behalf of this one: itself, or the one it renews.
    private func sent(_ entry: BridgeEntry) -> BridgeEntry {
        var source = entry
        while case .follows(let earlier) = source.phase, let next = entries[earlier] {
            source = next
        }
        return source
    }

    /// The state, and words where a person or authority gave some.
    private func standing(
        of entry: BridgeEntry, _ source: BridgeEntry, _ now: WallTime
    ) -> (ConsentState, Text?)? {
        if case .refused(let reason) = entry.phase { return (.refused, reason) }
        if case .replaced = entry.phase { return (.replaced, nil) }
        if isWithdrawn(entry) { return withdrawn(source) }
        switch source.phase {
        case .waiting, .behind:
            return now < entry.terms.expires ? (.waiting, nil) : (.ended, nil)
        case .approved: return now < entry.terms.expires ? (.approved, nil) : (.ended, nil)
        case .sending: return nil
        case .unclear: return (.delayed, "No answer came from the authority. We are looking.")
        case .retrying(_, let why):
            return now < entry.terms.expires ? (.delayed, why) : (.ended, why)
        case .parked(let why): return (.delayed, why)
        case .pending: return (.forwarded, nil)
        case .sent: return atAuthority(source)
        case .unfound(let isSure): return (.ended, Self.unfound(isSure))
        case .refused, .follows, .replaced: return nil
        }
    }

    private func atAuthority(_ source: BridgeEntry) -> (ConsentState, Text?) {
        guard let status = source.status else { return (.forwarded, nil) }
        return (status.isClosed ? .closed : .open, status.notes)
    }

    private func withdrawn(_ source: BridgeEntry) -> (ConsentState, Text?)? {
        if source.isInDoubt {
            return (.delayed, "You took it back. We are finding out whether it was received.")
        }
        if case .unfound(let isSure) = source.phase {
            return (isSure ? .withdrawn : .withdrawnAfter, Self.unfound(isSure))
        }
        guard source.isForwarded else { return (.withdrawn, nil) }
        return switch source.told {
        case nil: (.withdrawnAfter, "We are telling the authority.")
        case .told: (.withdrawnAfter, "The authority was told to erase it.")
        case .impossible:
            (.withdrawnAfter, "The authority has no way to be told by us. Ask them to erase it.")
        case .failed:
            (.withdrawnAfter, "The authority could not be told so far. Ask them to erase it.")
        }
    }

    private static func unfound(_ isSure: Bool) -> Text {
        isSure
            ? "It was not found at the authority."
            : "It could not be found out whether the authority has it."
    }

    private func forwards(_ entry: BridgeEntry) -> [Answer.Forward] {
        guard let forward = entry.forward else { return [] }
        return [
            Answer.Forward(
                authority: entry.terms.authority, day: forward.day, salt: forward.salt,
                reference: entry.reference,
                proof: log.proof(
                    entry.id, entry.terms.authority, salt: forward.salt, day: forward.day),
                isPerhapsTwice: forward.isPerhapsTwice)
        ]
    }

    /// Consents of which nothing need be remembered any more: ended 120 days ago, or withdrawn and
    /// never sent so long ago.
    public func forgettable(_ now: WallTime) -> [ConsentID] {
        order.filter { id in
            guard let entry = entries[id] else { return false }
            return expiry(entry).adding(seconds: Limits.withdrawalSeconds) <= now
        }
    }
}
