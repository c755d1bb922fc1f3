import Model
import Sealing
import Sodium
import Wire

/// What the code found, for the page.
extension Visit {
    mutating func cases(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let book else { throw code == nil ? .noCode : .noCommunity }
        let now = WallTime(seconds: try asked.number("now"))
        return JSONText.object { reply in
            reply.array("cases") { list in
                for thread in book.threads where !thread.isGone { list.thread(thread, now) }
            }
            if let free = book.freeNumber {
                reply.number("freeNumber", UInt64(free))
            } else {
                reply.null("freeNumber")
            }
        }
    }

    /// A case of the code that there is.
    func thread(_ asked: Asked) throws(VisitError) -> SeekerBook.Thread {
        guard let book else { throw code == nil ? .noCode : .noCommunity }
        let number = try asked.number("case")
        for thread in book.threads where UInt64(thread.number) == number && !thread.isGone {
            return thread
        }
        throw .noSuchCase
    }
}

extension JSONText {
    mutating func thread(_ thread: SeekerBook.Thread, _ now: WallTime) {
        let isNote = thread.requests.isEmpty
        object { item in
            item.number("number", UInt64(thread.number))
            item.flag("isNote", isNote)
            item.text("state", CodeList.states.name(thread.state.rawValue))
            item.flag("isErased", thread.isErased)
            item.flag("isReopened", thread.isReopened)
            item.flag("canAnswer", thread.key != nil)
            item.texts("helpers", thread.helpers)
            item.text("contact", thread.contactRules)
            item.incident("told", thread.reportFields)
            item.bodies("requests", thread.bodies)
            item.bodies("notes", thread.notesBeside)
            item.kept(thread)
            item.messages(thread.messages)
            item.statuses(thread.statuses)
            item.array("consents") { list in
                for consent in thread.consents { list.consent(consent, now) }
            }
            item.number("lastDay", thread.lastMoment?.seconds ?? 0)
        }
    }

    private mutating func bodies(
        _ name: StaticString, _ bodies: [(body: Incident, at: SaidAt)]
    ) {
        array(name) { list in
            for (body, at) in bodies {
                list.object { item in
                    item.incident("incident", ReportField.all(of: body))
                    item.attachments(body.attachments)
                    item.number("slot", UInt64(at.slot.number))
                }
            }
        }
    }

    private mutating func messages(_ messages: [Message]) {
        array("messages") { list in
            for message in messages {
                list.object { item in
                    item.text("from", message.speaker == .seeker ? "you" : "supporter")
                    item.text("text", message.text)
                    item.text("language", message.language)
                    item.attachments(message.attachments)
                    item.number("slot", UInt64(message.at.slot.number))
                }
            }
        }
    }

    private mutating func statuses(_ statuses: [StatusChange]) {
        array("statuses") { list in
            for status in statuses {
                list.object { item in
                    item.text("state", CodeList.states.name(status.state.rawValue))
                    item.text("explanation", status.explanation)
                    item.text("by", status.by)
                    item.number("slot", UInt64(status.at.slot.number))
                }
            }
        }
    }

    private mutating func consent(_ consent: GivenConsent, _ now: WallTime) {
        object { item in
            item.bytes("id", consent.id.bytes)
            item.terms(consent.presentation)
            item.flag("isWithdrawn", consent.isWithdrawn)
            item.flag("isLive", consent.isLive(now))
            item.array("answers") { list in
                for (answer, at) in consent.replies { list.answer(answer, at) }
            }
        }
    }

    /// What a consent says, whether it was given or is only shown.
    mutating func terms(_ presentation: Presentation) {
        let terms = presentation.terms
        text("recipient", terms.authority)
        bytes("bridge", terms.bridge)
        text("purpose", terms.purpose)
        number("issued", terms.issued.seconds)
        number("expires", terms.expires.seconds)
        flag("isPublic", terms.isPublic)
        let mark = ReportMark.of(terms.id)
        text("mark", mark)
        fields(presentation.fields)
        text("report", ReportText.of(presentation.fields, mark: mark))
    }

    private mutating func answer(_ answer: Answer, _ at: SaidAt) {
        object { item in
            item.number("slot", UInt64(at.slot.number))
            item.text("state", CodeList.consents.name(answer.state) ?? "other")
            item.text("text", answer.text)
            item.text("reference", answer.reference)
            item.array("forwards") { list in
                for forward in answer.forwards {
                    list.object { entry in
                        entry.text("recipient", forward.authority)
                        entry.number("day", UInt64(forward.day))
                        entry.text("reference", forward.reference)
                        entry.flag("isPerhapsTwice", forward.isPerhapsTwice)
                    }
                }
            }
        }
    }
}
