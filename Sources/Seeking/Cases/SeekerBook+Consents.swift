public import Model
public import Sealing
import Sodium
import Wire

/// A consent as its seeker finds it again: what they agreed to, and what the bridge answered.
/// Source: protocol/17-consents.md.
public struct GivenConsent: Sendable {
    public let presentation: Presentation
    public let at: SaidAt
    /// What the bridge said, by counter, ascending, and when it said it.
    public internal(set) var replies: [(answer: Answer, at: SaidAt)] = []
    /// The seeker took it back, whether the bridge knows already or not.
    public internal(set) var isWithdrawn = false
    var assembler = MessageAssembler()

    public var id: ConsentID { presentation.terms.id }

    public var answers: [Answer] { replies.map { $0.answer } }

    /// What the bridge said last.
    public var latest: Answer? { replies.last?.answer }

    /// Whether it may still be acted on.
    public func isLive(_ now: WallTime) -> Bool {
        !isWithdrawn && now < presentation.terms.expires
    }

    /// Whether an erasure must take it back: also where that was said before and the bridge has
    /// not answered it. What the bridge may not have read yet is erased with all the rest.
    public func needsWithdrawal(_ now: WallTime) -> Bool {
        guard now < presentation.terms.expires else { return false }
        let settled: [ConsentState] = [.withdrawn, .withdrawnAfter]
        return !isWithdrawn || !settled.contains { $0.rawValue == latest?.state }
    }

    init(_ presentation: Presentation, at: SaidAt) {
        self.presentation = presentation
        self.at = at
    }
}

/// What does not hold is left out, as everywhere in the book: a good message may still come.
extension SeekerBook {
    mutating func readConsent(_ payload: [UInt8], _ at: SaidAt, _ index: Int) -> Bool {
        guard let consent = try? Consent(decoding: payload),
            let presentation = try? Presentation(decoding: consent.presentation)
        else { return false }
        guard !threads[index].consents.contains(where: { $0.id == presentation.terms.id }) else {
            return true
        }
        var given = GivenConsent(presentation, at: at)
        given.isWithdrawn = threads[index].withdrawn.contains(presentation.terms.commitment)
        threads[index].consents.append(given)
        return true
    }

    mutating func readWithdrawal(_ payload: [UInt8], _ index: Int) -> Bool {
        guard let commitment = (try? Withdrawal(decoding: payload))?.commitment else {
            return false
        }
        threads[index].withdrawn.append(commitment)
        for at in threads[index].consents.indices
        where threads[index].consents[at].presentation.terms.commitment == commitment {
            threads[index].consents[at].isWithdrawn = true
        }
        return true
    }

    /// What a bridge answered, under the consent's reply key.
    mutating func readAnswer(
        _ found: Found, _ arrival: Int64, _ key: SecondKey, _ id: ConsentID
    ) {
        let index = key.thread
        let erase = RetractCommitment.eraseKey(of: key.key)
        if RetractCommitment.opens(erase, found.envelope.header) {
            threads[index].taken.append(found.erasable(by: erase))
        }
        guard let at = threads[index].consents.firstIndex(where: { $0.id == id }),
            let part = opened(found, .shared(key.key), arrival),
            let message = threads[index].consents[at].assembler.add(part),
            message.kind == .answer, let answer = try? Answer(decoding: message.payload),
            answer.consent == id
        else { return }
        threads[index].consents[at].assembler.finish(message)
        let known = threads[index].consents[at].answers
        guard !known.contains(where: { $0.counter == answer.counter }) else { return }
        threads[index].consents[at].replies.append((answer, message.at))
    }
}
