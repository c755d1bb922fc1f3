import Model
import Sealing
import Sodium
import Wire

/// Writing: seals drafts, which the page then works for and sends.
extension Visit {
    mutating func compose(_ asked: Asked) throws(VisitError) -> [UInt8] {
        switch try asked.text("what") {
        case "request": return try composeBody(asked, isNote: false)
        case "note": return try composeBody(asked, isNote: true)
        case "words": return try composeWords(asked)
        case "reopen": return try composeAct(.reopen, nil, asked)
        case "contactRules":
            let rules = try asked.text("text")
            guard !rules.isBlank else { throw .nothingToSend }
            return try composeAct(.contactRules, rules.cbor, asked)
        default: throw .malformed
        }
    }

    /// A request or note under the first free number, or a further one in the case that is named. A
    /// request in a note's own case opens it, and may share the note's files; the note stays with
    /// its writer.
    private mutating func composeBody(
        _ asked: Asked, isNote: Bool
    ) throws(VisitError) -> [UInt8] {
        guard let book, let followed else { throw code == nil ? .noCode : .noCommunity }
        guard let told = try asked.optionalObject("incident") else { throw .nothingToSend }
        var body = try Incident(told)
        let number: UInt8
        var shared: [Attachment] = []
        if try asked.optionalNumber("case") != nil {
            let thread = try living(asked)
            number = thread.number
            if !isNote { shared = try self.shared("share", of: thread, asked) }
        } else {
            guard let free = book.freeNumber else { throw .full }
            number = free
        }
        body.attachments = try attached("attach", beside: shared, to: number, asked)
        guard !body.isEmpty else { throw .nothingToSend }
        let apart = try attached("keepApart", to: number, asked)
        let composer = try composer(number, asked)
        return try keep(number) { () throws(SeekerComposer.Failure) in
            let sealed =
                isNote
                ? try composer.note(body)
                : try composer.request(body, manifest: followed.manifest)
            return try sealed + composer.kept(apart)
        }
    }

    /// More words: under the case's key once somebody answered, as another request before.
    private mutating func composeWords(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let thread = try asking(asked)
        guard let followed else { throw .noCommunity }
        let files = try attached(
            "attach", beside: shared("share", of: thread, asked), to: thread.number, asked)
        let text = try asked.optionalText("text") ?? ""
        guard !text.isBlank || !files.isEmpty else { throw .nothingToSend }
        let apart = try attached("keepApart", to: thread.number, asked)
        let language = try asked.optionalText("language")
        let composer = try composer(thread.number, asked)
        return try keep(thread.number) { () throws(SeekerComposer.Failure) in
            try composer.more(
                text, language: language, attachments: files, under: thread.key,
                manifest: followed.manifest)
                + composer.kept(apart)
        }
    }

    private mutating func composeAct(
        _ deed: Act.Deed, _ value: CBOR?, _ asked: Asked
    ) throws(VisitError) -> [UInt8] {
        let thread = try asking(asked)
        guard let followed else { throw .noCommunity }
        let composer = try composer(thread.number, asked)
        return try keep(thread.number) { () throws(SeekerComposer.Failure) in
            try composer.act(
                deed, value: value, counter: thread.nextCounter, under: thread.key,
                manifest: followed.manifest)
        }
    }

    /// Seals own copies anew, so that they last ninety days from now.
    mutating func reseal(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let thread = try living(asked)
        let composer = try composer(thread.number, asked)
        return try keep(thread.number) { () throws(SeekerComposer.Failure) in
            try composer.renewal(thread.copies)
        }
    }

    /// Takes back a case, or all: consents, a word to those who have copies, and every envelope.
    /// As often as it is asked for: an earlier erasure may have been cut short.
    mutating func erase(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let book, let followed else { throw code == nil ? .noCode : .noCommunity }
        let leaves = try asked.optionalFlag("leaveConsents") ?? false
        let all = try asked.optionalFlag("all") ?? false
        let threads = all ? book.threads.filter { !$0.isGone } : [try thread(asked)]
        guard !threads.isEmpty else { throw .noSuchCase }
        var drafts: [EnvelopeDraft] = []
        var retractions: [Retraction] = []
        for thread in threads {
            let composer = try composer(thread.number, asked)
            for consent in thread.consents where consent.needsWithdrawal(composer.now) {
                do { drafts += try withdrawal(of: consent, composer) } catch {
                    // A bridge that is named no more sends nothing. One that can't be reached must
                    // not be forgotten: after the erasure nobody could take the consent back.
                    guard error == .bridgeGone || leaves else { throw error }
                }
            }
            // Once more where it was erased before: the earlier word is taken back with the rest.
            if !thread.requests.isEmpty || thread.isErased {
                drafts += try sealed { () throws(SeekerComposer.Failure) in
                    try composer.act(
                        .erase, counter: thread.nextCounter, under: thread.key,
                        manifest: followed.manifest)
                }
            }
            retractions += thread.retractions(
                RetractionTerms(
                    network: followed.network, workBase: followed.charter.workBase,
                    now: composer.now))
        }
        forgetWriting()
        self.drafts = drafts
        self.retractions = retractions
        return reply(nil)
    }

    // MARK: Shared with consents

    /// A case that was not erased.
    func living(_ asked: Asked) throws(VisitError) -> SeekerBook.Thread {
        let thread = try thread(asked)
        guard !thread.isErased else { throw .erased }
        return thread
    }

    /// A case that others read: a note has nobody to write to.
    private func asking(_ asked: Asked) throws(VisitError) -> SeekerBook.Thread {
        let thread = try living(asked)
        guard !thread.requests.isEmpty else { throw .noRequest }
        return thread
    }

    /// Writes as of the slot asked for, or of `now`.
    func composer(_ number: UInt8, _ asked: Asked) throws(VisitError) -> SeekerComposer {
        guard let code, let followed else { throw self.code == nil ? .noCode : .noCommunity }
        return try followed.composer(code, number, asked, random)
    }

    func sealed(
        _ body: () throws(SeekerComposer.Failure) -> [EnvelopeDraft]
    ) throws(VisitError) -> [EnvelopeDraft] {
        do { return try body() } catch { throw VisitError(error) }
    }

    /// Seals and keeps the drafts; what was kept before is dropped.
    mutating func keep(
        _ number: UInt8, _ body: () throws(SeekerComposer.Failure) -> [EnvelopeDraft]
    ) throws(VisitError) -> [UInt8] {
        let sealed = try sealed(body)
        forgetWriting()
        drafts = sealed
        return reply(number)
    }

    private func reply(_ number: UInt8?) -> [UInt8] {
        EnvelopeDraft.reply(drafts.count, retractions: retractions.count, case: number)
    }
}
