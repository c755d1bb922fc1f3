import Sealing
import Wire

// Values out of a pack that holds all rules.

extension GuidancePack {
    /// - Precondition: it has no faults.
    init(_ tree: PackTree) {
        let json = tree.json
        self.init(
            language: json.words("language"), title: json.words("title"),
            reviewed: CalendarDay.number(json.words("reviewed")) ?? 0,
            country: json.member("country")?.asText, area: json.member("area")?.asText)
        sections = tree.items("sections").map { Section($0) }
        contacts = tree.items("contacts").map { Contact($0) }
        questions = tree.items("questions").map { Question($0) }
        tables = tree.items("tables").map { Table($0) }
    }
}

extension JSON {
    fileprivate func words(_ name: StaticString) -> Text { member(name)?.asText ?? "" }

    fileprivate func texts(_ name: StaticString) -> [Text] {
        PackTree.items(name, of: self).compactMap { $0.asText }
    }

    fileprivate func flag(_ name: StaticString) -> Bool? {
        guard case .bool(let flag)? = member(name) else { return nil }
        return flag
    }
}

extension GuidancePack.Section {
    fileprivate init(_ json: JSON) {
        let body = PackTree.items("body", of: json).map { block -> GuidancePack.Block in
            if let text = block.asText { return .paragraph(text) }
            let steps = block.texts("steps")
            return steps.isEmpty ? .list(block.texts("list")) : .steps(steps)
        }
        self.init(id: json.words("id"), heading: json.words("heading"), body: body)
    }
}

extension GuidancePack.Contact {
    fileprivate init(_ json: JSON) {
        self.init(id: json.words("id"), name: json.words("name"))
        about = json.member("about")?.asText
        phones = json.texts("phones")
        web = json.member("web")?.asText
        hours = json.member("hours")?.asText
        languages = json.texts("languages")
        needs = PackTree.items("needs", of: json).compactMap { PackCodes.needs.number($0) }
        isFree = json.flag("free")
        records = json.member("records")?.asText
        isEmergency = json.flag("emergency") ?? false
    }
}

extension GuidancePack.Question {
    fileprivate init(_ json: JSON) {
        self.init(
            id: json.words("id"), text: json.words("text"), about: json.member("about")?.asText,
            answers: PackTree.items("answers", of: json).map {
                GuidancePack.Answer(id: $0.words("id"), text: $0.words("text"))
            })
    }
}

extension GuidancePack.Table {
    fileprivate init(_ json: JSON) {
        self.init(
            id: json.words("id"), mode: json.words("mode") == "first" ? .first : .all,
            rows: PackTree.items("rows", of: json).map { GuidancePack.Row($0) })
    }
}

extension GuidancePack.Row {
    fileprivate init(_ json: JSON) {
        let conditions = PackTree.conditions(json).map { subject, values in
            switch PackTree.codes(subject) {
            case .kinds?:
                GuidancePack.Condition.kinds(values.compactMap { PackCodes.kinds.number($0) })
            case .needs?:
                GuidancePack.Condition.needs(values.compactMap { PackCodes.needs.number($0) })
            case nil: GuidancePack.Condition.answer(subject, oneOf: values.map { $0.asText })
            }
        }
        self.init(
            conditions: conditions,
            results: PackTree.results(json).map { GuidancePack.Result(id: $0, urgency: $1) })
    }
}
