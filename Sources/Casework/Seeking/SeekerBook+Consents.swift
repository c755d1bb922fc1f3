public import Model
public import Sealing
import Sodium
import Wire

/// A consent as its seeker finds it again: what they agreed to, and what the bridge answered.
/// Source: protocol/17-consents.md.
public struct GivenConsent: Sendable {
    public let presentation: Presentation
    public let at: SaidAt
    /// By counter, ascending.
    public internal(set) var answers: [Answer] = []
    /// The seeker took it back, whether the bridge knows already or not.
    public internal(set) var isWithdrawn = false

    public var id: ConsentID { presentation.terms.id }

    /// What the bridge said last.
    public var latest: Answer? { answers.last }

    /// Whether it may still be acted on.
    public func isLive(_ now: WallTime) -> Bool {
        !isWithdrawn && now < presentation.terms.expires
    }
}

extension SeekerBook.Thread {
    /// What the case can tell an authority, before anything is added for one consent.
    public var reportFields: [ReportField] {
        ReportField.all(of: (requests + notes).sorted { $0.at < $1.at }.map { $0.body })
    }
}

extension SeekerBook {
    mutating func readConsent(_ payload: [UInt8], _ at: SaidAt, _ index: Int) throws {
        let consent = try Consent(decoding: payload)
        let presentation = try Presentation(decoding: consent.presentation)
        guard !threads[index].consents.contains(where: { $0.id == presentation.terms.id }) else {
            return
        }
        var given = GivenConsent(presentation: presentation, at: at)
        given.isWithdrawn = threads[index].withdrawn.contains(presentation.terms.commitment)
        threads[index].consents.append(given)
        threads[index].consents.sort { $0.at < $1.at }
    }

    mutating func readWithdrawal(_ payload: [UInt8], _ index: Int) throws {
        let commitment = try Withdrawal(decoding: payload).commitment
        threads[index].withdrawn.append(commitment)
        for at in threads[index].consents.indices
        where threads[index].consents[at].presentation.terms.commitment == commitment {
            threads[index].consents[at].isWithdrawn = true
        }
    }

    /// What bridges answered, under the reply keys of the consents found.
    mutating func readAnswers(_ envelopes: [(arrival: Int64, envelope: Envelope)], _ index: Int) {
        let keys = ConsentKeys(threads[index].keys.consent)
        for at in threads[index].consents.indices {
            let id = threads[index].consents[at].id
            let key = keys.replyKey(id)
            let tag = Mailbox.tagKey(of: key)
            let erase = RetractCommitment.eraseKey(of: key)
            var assembler = MessageAssembler()
            for (arrival, envelope) in envelopes where Mailbox.matches(tag, envelope.header) {
                if RetractCommitment.opens(erase, envelope.header) {
                    threads[index].erasable.append((envelope, erase))
                }
                open(envelope, .shared(key), arrival, index, &assembler) { book, message in
                    try book.readAnswer(message, of: id, index, at)
                }
            }
            threads[index].consents[at].answers.sort { $0.counter < $1.counter }
        }
    }

    private mutating func readAnswer(
        _ message: WholeMessage, of id: ConsentID, _ index: Int, _ at: Int
    ) throws {
        guard message.kind == .answer else { return }
        let answer = try Answer(decoding: message.payload)
        guard answer.consent == id else { throw RecordError.wrongSubject }
        let known = threads[index].consents[at].answers
        guard !known.contains(where: { $0.counter == answer.counter }) else { return }
        threads[index].consents[at].answers.append(answer)
    }
}
