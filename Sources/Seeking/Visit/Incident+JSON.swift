import Sealing
import Wire

/// An incident as the page writes and reads it: every entry optional, named as in the files of
/// `kith ask`; values of code lists by their numbers, which no language changes.
/// Source: protocol/schema/codes.md.
extension Incident {
    /// - Throws: `.malformed` for an entry of another type.
    init(_ asked: Asked) throws(VisitError) {
        self.init()
        account = try asked.optionalText("account")
        language = try asked.optionalText("language")
        for item in try asked.objects("kinds") {
            kinds.append(Kind(number: try item.number("kind"), iccs: try item.text("iccs")))
        }
        bias = try asked.numbers("bias")
        reported = try asked.optionalNumber("reported")
        reasons = try asked.numbers("reasons")
        safety = try asked.optionalNumber("safety")
        needs = try asked.numbers("needs")
        contactRules = try asked.optionalText("contact")
        when = try asked.optionalText("when")
        place = try asked.optionalText("where")
        inDanger = try asked.optionalFlag("danger")
    }

    /// Whether it tells nothing: a language alone tells nothing.
    var isEmpty: Bool {
        var rest = self
        rest.language = nil
        if let account, account.isBlank { rest.account = nil }
        return rest.attachments.isEmpty && ReportField.all(of: rest).isEmpty
    }
}

extension JSONText {
    /// Fields as the members of an incident; those that it has not are left out.
    mutating func incident(_ name: StaticString, _ fields: [ReportField]) {
        object(name) { members in
            for field in fields {
                members.member(field.fieldName.claim)
                members.value(of: field)
            }
        }
    }

    /// Fields of a report, in the chapter's order.
    mutating func fields(_ fields: [ReportField]) {
        array("fields") { list in
            for field in fields {
                list.object { item in
                    item.text("name", field.fieldName.claim)
                    item.member("value")
                    item.value(of: field)
                }
            }
        }
    }

    private mutating func value(of field: ReportField) { value(field.json) }
}
