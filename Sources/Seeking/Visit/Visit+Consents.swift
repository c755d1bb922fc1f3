import Model
import Sealing
import Sodium
import Wire

/// Consents: shown exactly as they will leave, given, and taken back.
extension Visit {
    mutating func preview(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let thread = try living(asked)
        let (bridge, authority) = try recipient(asked)
        let days = try asked.number("days")
        guard let purpose = Purpose(term: try asked.text("purpose")),
            (1...Presentation.mostDays).contains(days)
        else { throw .malformed }
        let choice = ConsentChoice(
            fields: try fields(of: thread, asked), authority: authority, bridge: bridge.named.key,
            purpose: purpose, days: days,
            isPublic: try asked.optionalFlag("willBePublic") ?? false,
            renews: try renewed(in: thread, asked))
        let composer = try composer(thread.number, asked)
        let presentation: Presentation
        do { presentation = try composer.present(choice) } catch { throw .nothingChosen }
        do {
            _ = try presentation.check(
                bridge: bridge.named.key, authorities: [authority], now: composer.now)
        } catch { throw .wouldBePublic }
        preview = Preview(number: thread.number, presentation: presentation, bridge: bridge)
        return JSONText.object { reply in
            reply.bytes("id", presentation.terms.id.bytes)
            reply.terms(presentation)
        }
    }

    private func recipient(
        _ asked: Asked
    ) throws(VisitError) -> (Followed.Bridge, Presentation.Recipient) {
        let key = try asked.bytes("bridge", count: 32)
        let uri = try asked.text("authority")
        guard let bridge = followed?.bridges.first(where: { $0.named.key == key }),
            let authority = bridge.named.authorities.first(where: { $0.uri == uri })
        else { throw .noSuchAuthority }
        return (bridge, authority)
    }

    /// Those chosen by name of what the case has, and what is told for this consent alone.
    private func fields(
        of thread: SeekerBook.Thread, _ asked: Asked
    ) throws(VisitError) -> [ReportField] {
        let known = thread.reportFields
        var chosen: [ReportField] = []
        for name in try asked.texts("fields") {
            guard let field = known.first(where: { $0.fieldName.claim == name }) else {
                throw .nothingChosen
            }
            // Once each, whichever way they are named.
            if !chosen.contains(where: { $0.fieldName == field.fieldName }) { chosen.append(field) }
        }
        guard let extra = try asked.optionalObject("extra") else { return chosen }
        if let text = try extra.optionalText("area") { chosen.append(.area(text)) }
        if let text = try extra.optionalText("name") { chosen.append(.name(text)) }
        if let text = try extra.optionalText("email") { chosen.append(.email(text)) }
        if let text = try extra.optionalText("phone") { chosen.append(.phone(text)) }
        return chosen
    }

    private func renewed(
        in thread: SeekerBook.Thread, _ asked: Asked
    ) throws(VisitError) -> ConsentID? {
        guard try asked.optionalText("renews") != nil else { return nil }
        return try consent(of: thread, "renews", asked).id
    }

    private func consent(
        of thread: SeekerBook.Thread, _ name: StaticString, _ asked: Asked
    ) throws(VisitError) -> GivenConsent {
        let id = try asked.bytes(name, count: 16)
        for consent in thread.consents where consent.id.bytes == id { return consent }
        throw .noSuchConsent
    }

    /// Seals the consent that was shown last: again, with more work or later, until it was sent.
    mutating func give(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let shown = preview, let thread = book?.threads[Int(shown.number)],
            !thread.consents.contains(where: { $0.id == shown.presentation.terms.id })
        else { throw .noPreview }
        guard let card = shown.bridge.card else { throw .noBridgeCard }
        let composer = try composer(shown.number, asked)
        let reply = try keep(shown.number) { () throws(SeekerComposer.Failure) in
            try composer.consent(shown.presentation, card: card)
        }
        preview = shown
        return reply
    }

    /// Takes a consent back, whether its bridge has acted on it or not.
    mutating func withdraw(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let thread = try thread(asked)
        let consent = try consent(of: thread, "consent", asked)
        let sealed = try withdrawal(of: consent, composer(thread.number, asked))
        return try keep(thread.number) { () throws(SeekerComposer.Failure) in sealed }
    }

    func withdrawal(
        of consent: GivenConsent, _ composer: SeekerComposer
    ) throws(VisitError) -> [EnvelopeDraft] {
        let key = consent.presentation.terms.bridge
        guard let bridge = followed?.bridges.first(where: { $0.named.key == key }) else {
            throw .bridgeGone
        }
        guard let card = bridge.card else { throw .noBridgeCard }
        return try sealed { () throws(SeekerComposer.Failure) in
            try composer.withdrawal(of: consent.id, card: card)
        }
    }
}
