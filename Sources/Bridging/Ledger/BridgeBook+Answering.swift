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
        let source = source(of: entry)
        guard let (state, text) = standing(of: entry, source, now) else { return nil }
        return Answer(
            consent: entry.id, counter: (entry.lastAnswer?.counter ?? 0) + 1, state: state,
            text: text, reference: source.reference, forwards: forwards(source))
    }

    /// The state, and words where a person or authority gave some.
    private func standing(
        of entry: BridgeEntry, _ source: BridgeEntry, _ now: WallTime
    ) -> (ConsentState, Text?)? {
        if case .refused(let reason) = entry.phase {
            let more = unfound(entry).map { [0x20] + $0.utf8 } ?? []
            return (.refused, Text(utf8: reason.utf8 + more))
        }
        if isWithdrawn(source) { return withdrawn(entry, source) }
        let isOver = entry.terms.expires <= now
        switch source.phase {
        case .waiting: return isOver ? (.ended, nil) : (.waiting, nil)
        case .behind: return (.waiting, nil)
        case .approved: return isOver ? ended(source, nil) : (.approved, nil)
        case .sending: return nil
        case .unclear: return (.delayed, "No answer came from the authority. We are looking.")
        case .retrying(_, let why), .parked(let why):
            return isOver ? ended(source, why) : (.delayed, why)
        case .pending: return (.forwarded, nil)
        case .sent: return atAuthority(source)
        case .unfound: return ended(source, nil)
        case .replaced: return (.replaced, unfound(source))
        case .refused, .follows: return nil
        }
    }

    private func atAuthority(_ source: BridgeEntry) -> (ConsentState, Text?) {
        guard let status = source.status else { return (.forwarded, nil) }
        return (status.isClosed ? .closed : .open, status.notes)
    }

    private func ended(_ entry: BridgeEntry, _ why: Text?) -> (ConsentState, Text?) {
        (.ended, unfound(entry) ?? why)
    }

    private func withdrawn(
        _ entry: BridgeEntry, _ source: BridgeEntry
    ) -> (ConsentState, Text?)? {
        var isBehind = false
        if case .behind = entry.phase { isBehind = true }
        if source.isOpen || isBehind {
            return (.delayed, "You took it back. We are finding out whether it was received.")
        }
        guard source.isForwarded else {
            return (source.mayBeThere ? .withdrawnAfter : .withdrawn, unfound(source))
        }
        return switch source.told {
        case nil: (.withdrawnAfter, "We are telling the authority.")
        case .told: (.withdrawnAfter, "The authority was told to erase it.")
        case .impossible:
            (.withdrawnAfter, "The authority has no way to be told by us. Ask them to erase it.")
        case .failed:
            (.withdrawnAfter, "The authority could not be told so far. Ask them to erase it.")
        }
    }

    /// Words where an order was given whose outcome nobody knows.
    private func unfound(_ entry: BridgeEntry) -> Text? {
        guard entry.doubts > 0 else { return nil }
        return entry.mayBeThere
            ? "It could not be found out whether the authority has it."
            : "It was not found at the authority."
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

    /// Consents of which nothing need be remembered any more: ended 120 days ago, with all that
    /// stands for the same report.
    public func forgettable(_ now: WallTime) -> [ConsentID] {
        order.filter { id in
            guard let entry = entries[id] else { return false }
            let end = max(entry.terms.expires, expiry(source(of: entry)))
            return end.adding(seconds: Limits.withdrawalSeconds) <= now
        }
    }
}
