import Model
import Wire

/// Reads a pack out of either form; what it says is checked by `GuidanceRules`.
struct PackReader<Form: PackForm> {
    typealias E = PackEntries

    /// - Parameter language: where it stands beside the pack; nil where it stands in it.
    static func pack(_ form: Form, language: Text?) throws(GuidanceFault) -> GuidancePack {
        let part = try Part(form, GuidancePath(), E.pack)
        let tag: Text
        if let language { tag = language } else { tag = try part.words(E.language) }
        guard let reviewed = try part.needed(E.reviewed).form.day else {
            throw part.path.entry(E.reviewed).fault(.notADay)
        }
        var pack = GuidancePack(
            language: tag, title: try part.words(E.title), reviewed: reviewed,
            country: try part.optionalWords(E.country), area: try part.optionalWords(E.area))
        for item in try part.list(E.sections, most: Limits.packSections) {
            pack.sections.append(try section(item))
        }
        for item in try part.list(E.contacts, most: Limits.packContacts) {
            pack.contacts.append(try contact(item))
        }
        for item in try part.list(E.questions, most: Limits.packQuestions) {
            pack.questions.append(try question(item))
        }
        for item in try part.list(E.tables, most: Limits.packTables) {
            pack.tables.append(try table(item))
        }
        return pack
    }

    /// A value and where it stands.
    struct Part {
        let form: Form
        let path: GuidancePath

        init(at path: GuidancePath, _ form: Form) {
            self.form = form
            self.path = path
        }

        /// A map of known entries.
        init(_ form: Form, _ path: GuidancePath, _ known: [PackEntry]) throws(GuidanceFault) {
            guard form.isMap else { throw path.fault(.wrongType) }
            if let stray = form.stray(known) { throw path.fault(.unknownEntry(stray)) }
            self.init(at: path, form)
        }

        func map(_ known: [PackEntry]) throws(GuidanceFault) -> Part {
            try Part(form, path, known)
        }

        func optional(_ entry: PackEntry) -> Part? {
            form.value(entry).map { Part(at: path.entry(entry), $0) }
        }

        func needed(_ entry: PackEntry) throws(GuidanceFault) -> Part {
            guard let part = optional(entry) else {
                throw path.entry(entry).fault(.missing)
            }
            return part
        }

        func words() throws(GuidanceFault) -> Text {
            guard let words = form.asWords else { throw path.fault(.wrongType) }
            return words
        }

        func words(_ entry: PackEntry) throws(GuidanceFault) -> Text {
            try needed(entry).words()
        }

        func optionalWords(_ entry: PackEntry) throws(GuidanceFault) -> Text? {
            guard let part = optional(entry) else { return nil }
            return try part.words()
        }

        /// Nil where it is not said.
        func flag(_ entry: PackEntry) throws(GuidanceFault) -> Bool? {
            guard let part = optional(entry) else { return nil }
            guard let flag = part.form.flag else { throw part.path.fault(.wrongType) }
            return flag
        }

        func items(most: Int) throws(GuidanceFault) -> [Part] {
            guard let items = form.items else { throw path.fault(.wrongType) }
            guard items.count <= most else {
                throw path.fault(.tooMany(count: items.count, limit: most))
            }
            var parts: [Part] = []
            for (index, item) in items.enumerated() {
                parts.append(Part(at: path.item(index), item))
            }
            return parts
        }

        /// Empty where the entry is absent.
        func list(_ entry: PackEntry, most: Int) throws(GuidanceFault) -> [Part] {
            guard let part = optional(entry) else { return [] }
            return try part.items(most: most)
        }

        func wordList(_ entry: PackEntry, most: Int) throws(GuidanceFault) -> [Text] {
            var words: [Text] = []
            for item in try list(entry, most: most) { words.append(try item.words()) }
            return words
        }
    }

    private static func section(_ item: Part) throws(GuidanceFault) -> GuidancePack.Section {
        let part = try item.map(E.section)
        var body: [GuidancePack.Block] = []
        for block in try part.needed(E.body).items(most: Limits.packBlocks) {
            body.append(try self.block(block))
        }
        return GuidancePack.Section(
            id: try part.words(E.id), heading: try part.words(E.heading), body: body)
    }

    private static func block(_ part: Part) throws(GuidanceFault) -> GuidancePack.Block {
        guard part.form.isMap else { return .paragraph(try part.words()) }
        let block = try part.map(E.block)
        switch (block.optional(E.steps), block.optional(E.list)) {
        case (let steps?, nil): return .steps(try words(steps))
        case (nil, let list?): return .list(try words(list))
        case (nil, nil), (_?, _?): throw part.path.fault(.wrongType)
        }
    }

    private static func words(_ part: Part) throws(GuidanceFault) -> [Text] {
        var words: [Text] = []
        for item in try part.items(most: Limits.packItems) { words.append(try item.words()) }
        return words
    }

    private static func contact(_ item: Part) throws(GuidanceFault) -> GuidancePack.Contact {
        let part = try item.map(E.contact)
        var contact = GuidancePack.Contact(
            id: try part.words(E.id), name: try part.words(E.name))
        contact.about = try part.optionalWords(E.aboutContact)
        contact.phones = try part.wordList(E.phones, most: Limits.packPhones)
        contact.web = try part.optionalWords(E.web)
        contact.hours = try part.optionalWords(E.hours)
        contact.languages = try part.wordList(E.languages, most: Limits.packSpoken)
        let needs = try part.list(E.needs, most: Limits.packValues)
        contact.needs = try numbers(needs, .needs)
        contact.isFree = try part.flag(E.isFree)
        contact.records = try part.optionalWords(E.records)
        contact.isEmergency = try part.flag(E.isEmergency) ?? false
        return contact
    }

    private static func numbers(
        _ parts: [Part], _ list: PackCodes
    ) throws(GuidanceFault) -> [UInt64] {
        var numbers: [UInt64] = []
        for part in parts {
            guard let number = part.form.number(in: list) else {
                throw part.path.fault(part.form.asWords.map { .unknownID($0) } ?? .wrongType)
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func question(_ item: Part) throws(GuidanceFault) -> GuidancePack.Question {
        let part = try item.map(E.question)
        var answers: [GuidancePack.Answer] = []
        for item in try part.needed(E.answers).items(most: Limits.packAnswers) {
            let answer = try item.map(E.answer)
            answers.append(
                GuidancePack.Answer(
                    id: try answer.words(E.id), text: try answer.words(E.text)))
        }
        return GuidancePack.Question(
            id: try part.words(E.id), text: try part.words(E.text),
            about: try part.optionalWords(E.aboutQuestion), answers: answers)
    }

    private static func table(_ item: Part) throws(GuidanceFault) -> GuidancePack.Table {
        let part = try item.map(E.table)
        let mode = try part.needed(E.mode)
        guard let known = mode.form.mode else { throw mode.path.fault(.wrongType) }
        var rows: [GuidancePack.Row] = []
        for item in try part.needed(E.rows).items(most: Limits.packRows) {
            rows.append(try row(item))
        }
        return GuidancePack.Table(id: try part.words(E.id), mode: known, rows: rows)
    }

    private static func row(_ item: Part) throws(GuidanceFault) -> GuidancePack.Row {
        let part = try item.map(E.row)
        var conditions: [GuidancePack.Condition] = []
        if let when = part.optional(E.when) {
            guard let found = when.form.conditions else { throw when.path.fault(.wrongType) }
            for (subject, values) in found {
                conditions.append(try condition(subject, values, when.path))
            }
        }
        var results: [GuidancePack.Result] = []
        for (entry, urgency) in [
            (E.now, GuidancePack.Urgency.now), (E.soon, .soon), (E.later, .later),
        ] {
            for id in try part.wordList(entry, most: Limits.packResults) {
                results.append(GuidancePack.Result(id: id, urgency: urgency))
            }
        }
        return GuidancePack.Row(conditions: conditions, results: results)
    }

    private static func condition(
        _ subject: PackSubject, _ values: [Form], _ path: GuidancePath
    ) throws(GuidanceFault) -> GuidancePack.Condition {
        func parts(_ path: GuidancePath) throws(GuidanceFault) -> [Part] {
            try Part(at: path, Form.make(items: values)).items(most: Limits.packValues)
        }
        switch subject {
        case .kinds: return .kinds(try numbers(parts(path.entry("incident.kinds")), .kinds))
        case .needs: return .needs(try numbers(parts(path.entry("incident.needs")), .needs))
        case .question(let id):
            var answers: [Text?] = []
            for part in try parts(path.entry(id)) {
                answers.append(part.form.isNothing ? nil : try part.words())
            }
            return .answer(id, oneOf: answers)
        }
    }
}
