import Wire

/// Writes a pack in either form.
enum PackWriter<Form: PackForm> {
    typealias E = PackEntries

    static func pack(_ pack: GuidancePack, withLanguage: Bool) -> Form {
        var entries: [(PackEntry, Form)] = []
        if withLanguage { entries.append((E.language, .make(words: pack.language))) }
        entries += [
            (E.title, .make(words: pack.title)), (E.reviewed, .make(day: pack.reviewed)),
        ]
        add(pack.country, E.country, &entries)
        add(pack.area, E.area, &entries)
        add(pack.sections.map { section($0) }, E.sections, &entries)
        add(pack.contacts.map { contact($0) }, E.contacts, &entries)
        add(pack.questions.map { question($0) }, E.questions, &entries)
        add(pack.tables.map { table($0) }, E.tables, &entries)
        return .make(map: entries)
    }

    private static func add(
        _ text: Text?, _ entry: PackEntry, _ entries: inout [(PackEntry, Form)]
    ) {
        if let text { entries.append((entry, .make(words: text))) }
    }

    /// Absent where it is empty.
    private static func add(
        _ items: [Form], _ entry: PackEntry, _ entries: inout [(PackEntry, Form)]
    ) {
        if !items.isEmpty { entries.append((entry, .make(items: items))) }
    }

    private static func words(_ list: [Text]) -> [Form] { list.map { .make(words: $0) } }

    private static func section(_ section: GuidancePack.Section) -> Form {
        let body = section.body.map { block -> Form in
            switch block {
            case .paragraph(let text): .make(words: text)
            case .list(let items): .make(map: [(E.list, .make(items: words(items)))])
            case .steps(let items): .make(map: [(E.steps, .make(items: words(items)))])
            }
        }
        return .make(map: [
            (E.id, .make(words: section.id)), (E.heading, .make(words: section.heading)),
            (E.body, .make(items: body)),
        ])
    }

    private static func contact(_ contact: GuidancePack.Contact) -> Form {
        var entries: [(PackEntry, Form)] = [
            (E.id, .make(words: contact.id)), (E.name, .make(words: contact.name)),
        ]
        add(contact.about, E.aboutContact, &entries)
        add(words(contact.phones), E.phones, &entries)
        add(contact.web, E.web, &entries)
        add(contact.hours, E.hours, &entries)
        add(words(contact.languages), E.languages, &entries)
        add(contact.needs.map { .make(number: $0, of: .needs) }, E.needs, &entries)
        if let isFree = contact.isFree { entries.append((E.isFree, .make(flag: isFree))) }
        add(contact.records, E.records, &entries)
        if contact.isEmergency { entries.append((E.isEmergency, .make(flag: true))) }
        return .make(map: entries)
    }

    private static func question(_ question: GuidancePack.Question) -> Form {
        let answers = question.answers.map { answer -> Form in
            .make(map: [
                (E.id, .make(words: answer.id)), (E.text, .make(words: answer.text)),
            ])
        }
        var entries: [(PackEntry, Form)] = [
            (E.id, .make(words: question.id)), (E.text, .make(words: question.text)),
            (E.answers, .make(items: answers)),
        ]
        add(question.about, E.aboutQuestion, &entries)
        return .make(map: entries)
    }

    private static func table(_ table: GuidancePack.Table) -> Form {
        .make(map: [
            (E.id, .make(words: table.id)), (E.mode, .make(mode: table.mode)),
            (E.rows, .make(items: table.rows.map { row($0) })),
        ])
    }

    private static func row(_ row: GuidancePack.Row) -> Form {
        var entries: [(PackEntry, Form)] = []
        if !row.conditions.isEmpty {
            entries.append((E.when, .make(conditions: row.conditions.map { condition($0) })))
        }
        for (entry, urgency) in [
            (E.now, GuidancePack.Urgency.now), (E.soon, .soon), (E.later, .later),
        ] {
            let ids = row.results.filter { $0.urgency == urgency }.map { $0.id }
            add(words(ids), entry, &entries)
        }
        return .make(map: entries)
    }

    private static func condition(
        _ condition: GuidancePack.Condition
    ) -> (subject: PackSubject, values: [Form]) {
        switch condition {
        case .answer(let id, let values):
            (.question(id), values.map { $0.map { Form.make(words: $0) } ?? Form.nothing })
        case .kinds(let numbers): (.kinds, numbers.map { .make(number: $0, of: .kinds) })
        case .needs(let numbers): (.needs, numbers.map { .make(number: $0, of: .needs) })
        }
    }
}
