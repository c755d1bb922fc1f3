import Model
import Sealing
import Wire

/// Holds a pack to the rules of chapter 24, whatever form it came in.
struct GuidanceRules {
    private(set) var faults: [GuidanceFault] = []
    /// Faults told at once: enough to work on. Guess.
    private static let most = 50

    private let pack: GuidancePack

    init(_ pack: GuidancePack) {
        self.pack = pack
        let root = GuidancePath()
        head(root)
        for (index, section) in pack.sections.enumerated() {
            check(section, root.entry("sections").item(index))
        }
        for (index, contact) in pack.contacts.enumerated() {
            check(contact, root.entry("contacts").item(index))
        }
        for (index, question) in pack.questions.enumerated() {
            check(question, root.entry("questions").item(index))
        }
        ids(root)
        for (index, table) in pack.tables.enumerated() {
            check(table, root.entry("tables").item(index))
        }
        let size = faults.isEmpty ? pack.cbor.encoded.count : 0
        if size > Limits.packBytes { add(root, .tooLong(bytes: size, limit: Limits.packBytes)) }
    }

    private mutating func add(_ path: GuidancePath, _ flaw: GuidanceFault.Flaw) {
        if faults.count < Self.most { faults.append(path.fault(flaw)) }
    }

    // MARK: Parts

    private mutating func head(_ root: GuidancePath) {
        if !pack.language.isLanguageTag { add(root.entry("language"), .notALanguage) }
        line(pack.title, root.entry("title"))
        if let country = pack.country {
            let isCode =
                country.utf8.count == 2
                && country.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            if !isCode { add(root.entry("country"), .notACountry) }
        }
        if let area = pack.area { line(area, root.entry("area")) }
        if pack.country == nil, pack.area == nil { add(root.entry("area"), .noPlace) }
        count(pack.sections.count, Limits.packSections, root.entry("sections"))
        count(pack.contacts.count, Limits.packContacts, root.entry("contacts"))
        count(pack.questions.count, Limits.packQuestions, root.entry("questions"))
        count(pack.tables.count, Limits.packTables, root.entry("tables"))
        if !pack.contacts.contains(where: { $0.isEmergency }) {
            add(root.entry("contacts"), .noEmergencyContact)
        }
    }

    private mutating func check(_ section: GuidancePack.Section, _ path: GuidancePath) {
        id(section.id, path)
        line(section.heading, path.entry("heading"))
        let body = path.entry("body")
        count(section.body.count, Limits.packBlocks, least: 1, body)
        for (index, block) in section.body.enumerated() {
            switch block {
            case .paragraph(let text): self.text(text, body.item(index))
            case .list(let items), .steps(let items):
                count(items.count, Limits.packItems, least: 1, body.item(index))
                for (number, item) in items.enumerated() {
                    text(item, body.item(index).item(number))
                }
            }
        }
    }

    private mutating func check(_ contact: GuidancePack.Contact, _ path: GuidancePath) {
        id(contact.id, path)
        line(contact.name, path.entry("name"))
        if let about = contact.about { text(about, path.entry("about")) }
        if let hours = contact.hours { line(hours, path.entry("hours")) }
        if let records = contact.records { text(records, path.entry("records")) }
        count(contact.phones.count, Limits.packPhones, path.entry("phones"))
        for (index, phone) in contact.phones.enumerated() where !phone.isPhone {
            add(path.entry("phones").item(index), .notAPhone)
        }
        if let web = contact.web, !web.isPlainWebAddress { add(path.entry("web"), .notHTTPS) }
        if contact.phones.isEmpty, contact.web == nil { add(path, .unreachable) }
        count(contact.languages.count, Limits.packSpoken, path.entry("languages"))
        for (index, tag) in contact.languages.enumerated() where !tag.isLanguageTag {
            add(path.entry("languages").item(index), .notALanguage)
        }
        numbers(contact.needs, least: 0, path.entry("needs"))
    }

    private mutating func check(_ question: GuidancePack.Question, _ path: GuidancePath) {
        id(question.id, path)
        line(question.text, path.entry("text"))
        if let about = question.about { text(about, path.entry("about")) }
        let answers = path.entry("answers")
        count(question.answers.count, Limits.packAnswers, least: 1, answers)
        for (index, answer) in question.answers.enumerated() {
            id(answer.id, answers.item(index))
            line(answer.text, answers.item(index).entry("text"))
        }
        repeated(question.answers.map { $0.id }, answers)
    }

    /// Sections and contacts share their ids, since tables name both.
    private mutating func ids(_ root: GuidancePath) {
        repeated(pack.sections.map { $0.id }, root.entry("sections"))
        repeated(
            pack.contacts.map { $0.id }, root.entry("contacts"),
            seen: pack.sections.map { $0.id })
        repeated(pack.questions.map { $0.id }, root.entry("questions"))
        repeated(pack.tables.map { $0.id }, root.entry("tables"))
    }

    private mutating func check(_ table: GuidancePack.Table, _ path: GuidancePath) {
        id(table.id, path)
        count(table.rows.count, Limits.packRows, least: 1, path.entry("rows"))
        for (index, row) in table.rows.enumerated() {
            check(row, path.entry("rows").item(index))
        }
    }

    private mutating func check(_ row: GuidancePack.Row, _ path: GuidancePath) {
        let when = path.entry("when")
        count(row.conditions.count, Limits.packConditions, when)
        var seen: [Text] = []
        for condition in row.conditions {
            let name = condition.name
            if seen.contains(name) { add(when, .repeated(name)) }
            seen.append(name)
            check(condition, when.entry(name))
        }
        count(row.results.count, Limits.packResults, least: 1, path)
        for result in row.results
        where pack.section(result.id) == nil && pack.contact(result.id) == nil {
            add(path.entry(result.urgency.name), .unknownID(result.id))
        }
        repeated(row.results.map { $0.id }, path)
    }

    private mutating func check(_ condition: GuidancePack.Condition, _ path: GuidancePath) {
        switch condition {
        case .kinds(let numbers), .needs(let numbers): self.numbers(numbers, least: 1, path)
        case .answer(let id, let values):
            count(values.count, Limits.packValues, least: 1, path)
            guard let question = pack.question(id) else { return add(path, .unknownID(id)) }
            for value in values {
                guard let value else { continue }
                if !question.answers.contains(where: { $0.id == value }) {
                    add(path, .unknownID(value))
                }
            }
            repeated(values.compactMap { $0 }, path)
        }
    }

    // MARK: Values

    private mutating func count(
        _ count: Int, _ limit: Int, least: Int = 0, _ path: GuidancePath
    ) {
        if count > limit { add(path, .tooMany(count: count, limit: limit)) }
        if count < least { add(path, .tooFew(count: count, least: least)) }
    }

    /// Numbers of a code list, each once; what a list does not have yet a later one may.
    private mutating func numbers(_ numbers: [UInt64], least: Int, _ path: GuidancePath) {
        count(numbers.count, Limits.packValues, least: least, path)
        for (index, number) in numbers.enumerated() where numbers[..<index].contains(number) {
            add(path, .repeatedNumber(number))
        }
    }

    private mutating func id(_ id: Text, _ path: GuidancePath) {
        if !id.isGuidanceID { add(path.entry("id"), .notAnID) }
    }

    private mutating func repeated(
        _ ids: [Text], _ path: GuidancePath, seen before: [Text] = []
    ) {
        var seen = before
        for id in ids {
            if seen.contains(id) { add(path, .repeated(id)) }
            seen.append(id)
        }
    }

    private mutating func line(_ line: Text, _ path: GuidancePath) {
        shown(line, Limits.packLineBytes, path)
    }

    private mutating func text(_ text: Text, _ path: GuidancePath) {
        shown(text, Limits.packTextBytes, path)
    }

    private mutating func shown(_ text: Text, _ limit: Int, _ path: GuidancePath) {
        if text.utf8.count > limit {
            add(path, .tooLong(bytes: text.utf8.count, limit: limit))
        }
        if text.isBlank { add(path, .empty) }
        if text.hasSteering { add(path, .steeringCharacter) }
        if text.hasAddress { add(path, .address) }
    }
}
