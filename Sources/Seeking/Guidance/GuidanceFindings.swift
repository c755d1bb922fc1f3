public import Wire

/// What is allowed in a pack and yet most likely a mistake, for those who write it.
public struct GuidanceFinding: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// No answers lead to it: rows before it fit whenever it does, or nothing fits it.
        case rowNeverReached
        /// Too many ways to tell.
        case rowUndecided
        /// Its answers change nothing that is shown.
        case questionWithoutEffect
        /// No row names this section or contact.
        case neverChosen
        /// Who answers nothing is shown nothing but emergency contacts.
        case nothingWithoutAnswers
        case reviewedAhead
        case reviewedLongAgo(days: UInt32)
    }

    public let path: Text
    public let kind: Kind

    /// A year: phones and laws change. Guess.
    static let freshDays: UInt32 = 366
}

extension GuidancePack {
    /// - Precondition: `faults` is empty.
    /// - Parameter today: days since 1970.
    public func findings(today: UInt32) -> [GuidanceFinding] {
        var findings: [GuidanceFinding] = []
        func note(_ path: GuidancePath, _ kind: GuidanceFinding.Kind) {
            findings.append(GuidanceFinding(path: Text(utf8: path.text), kind: kind))
        }
        let root = GuidancePath()
        let reviewedPath = root.entry("reviewed")
        if reviewed > today {
            note(reviewedPath, .reviewedAhead)
        } else if today - reviewed > GuidanceFinding.freshDays {
            note(reviewedPath, .reviewedLongAgo(days: today - reviewed))
        }
        var effective: [Text] = []
        var search = GuidanceSearch(self)
        for (number, table) in tables.enumerated() {
            let rows = root.entry("tables").item(number).entry("rows")
            for (index, row) in table.rows.enumerated() {
                switch search.reach(index, in: table) {
                case .never: note(rows.item(index), .rowNeverReached)
                case .unknown:
                    note(rows.item(index), .rowUndecided)
                    effective += row.questions
                case .reached: effective += row.questions
                }
            }
        }
        for (index, question) in questions.enumerated() where !effective.contains(question.id) {
            note(root.entry("questions").item(index), .questionWithoutEffect)
        }
        let chosen = tables.flatMap { $0.rows.flatMap { $0.results.map { $0.id } } }
        for (index, section) in sections.enumerated() where !chosen.contains(section.id) {
            note(root.entry("sections").item(index), .neverChosen)
        }
        for (index, contact) in contacts.enumerated()
        where !contact.isEmergency && !chosen.contains(contact.id) {
            note(root.entry("contacts").item(index), .neverChosen)
        }
        let silent = try? advice(GuidanceAnswers())
        if let silent, !tables.isEmpty, silent.sections.isEmpty,
            silent.contacts.count == contacts.count(where: { $0.isEmergency })
        {
            note(root.entry("tables"), .nothingWithoutAnswers)
        }
        return findings
    }
}

extension GuidancePack.Row {
    fileprivate var questions: [Text] {
        conditions.compactMap { condition in
            if case .answer(let question, _) = condition { return question }
            return nil
        }
    }
}
